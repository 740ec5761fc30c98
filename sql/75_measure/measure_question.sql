
-- ---- questions for people who write SQL ----

create function ph_support.require_measure(schema text, measure text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	offered text[] := array(select m.measure from ph_support.latest_measures(schema) m);
begin
	call ph_support.require_known('measure', array[measure], offered);
end
$$;
comment on function ph_support.require_measure(text, text) is
	'does nothing where the schema has the measure. Errors: undefined_table, invalid_parameter_value';

create function ph.measure_tally(
	schema text, measure text, level text, place_id text, period text, breakdown text default 'all',
	group_name text default 'all', version text default null)
returns ph.tally
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found ph.tally;
begin
	perform ph_support.require_measure(schema, measure);
	perform ph_support.require_place(schema, place_id);
	perform ph_support.require_periods(schema, array[period]);
	execute format(
		'select t.tally
		from %1$I.measure_tally t
		join %1$I.calendar c on c.kind = t.period_kind and c.start_date = t.period and c.name = $5
		where t.measure = $2 and t.level = $3 and t.place_id = $4 and t.breakdown = $6 and t.group_name = $7
			and ($8 is null or t.version = $8)
		order by ph_support.measure_order(t.version) desc
		limit 1', schema)
	into found
	using schema, measure, level, place_id, period, breakdown, group_name, version;
	return found;
end
$$;
comment on function ph.measure_tally(text, text, text, text, text, text, text, text) is
	'a stored summary, to ask anything of: of a measure, level, place, period (a name of calendar), breakdown and group; '
	'version NULL is the latest that was folded of them; NULL where nothing is folded. '
	'Errors: undefined_table, invalid_parameter_value';

create function ph.measure_series(
	schema text, measure text, level text, place_id text, period_kind text default 'financial_year',
	breakdown text default 'all', group_name text default 'all', version text default null,
	mix_versions boolean default false)
returns table (period date, measure_version text, tally ph.tally, provisional boolean)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	versions bigint;
begin
	perform ph_support.require_measure(schema, measure);
	perform ph_support.require_place(schema, place_id);
	execute format(
		'select count(distinct version)
		from (
			select distinct on (t.period) t.version
			from %I.measure_tally t
			where t.measure = $1 and t.level = $2 and t.place_id = $3 and t.period_kind = $4 and t.breakdown = $5
				and t.group_name = $6 and ($7 is null or t.version = $7)
			order by t.period, ph_support.measure_order(t.version) desc
		) latest', schema)
	into versions
	using measure, level, place_id, period_kind, breakdown, group_name, version;
	if versions > 1 and not mix_versions then
		raise exception 'the series of measure "%" mixes versions', measure
			using errcode = 'invalid_parameter_value', hint =
				'Fold the earlier periods of the latest version with ph.fold_measures, name one version, '
				'or ask for mix_versions.';
	end if;
	return query execute format(
		'select distinct on (t.period) t.period, t.version, t.tally, t.provisional
		from %I.measure_tally t
		where t.measure = $1 and t.level = $2 and t.place_id = $3 and t.period_kind = $4 and t.breakdown = $5
			and t.group_name = $6 and ($7 is null or t.version = $7)
		order by t.period, ph_support.measure_order(t.version) desc', schema)
	using measure, level, place_id, period_kind, breakdown, group_name, version;
end
$$;
comment on function ph.measure_series(text, text, text, text, text, text, text, text, boolean) is
	'the stored summaries of a measure and place, a row a period, each of the latest version that was folded of it. '
	'Errors: undefined_table, invalid_parameter_value, also where they are of several versions and mix_versions is not '
	'said';

create procedure ph.drop_measure(schema text, measure text, version text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	perform ph_support.require_measure(schema, measure);
	for part in execute format(
		'select distinct concat_ws('' '', measure, version, period_kind, period) as fold
		from %I.measure_fold f
		where f.measure = $1 and ($2 is null or f.version = $2)', schema)
	using measure, version
	loop
		call ph_support.drop_contributions(schema, part.fold);
	end loop;
	execute format('delete from %I.measure_tally t where t.measure = $1 and ($2 is null or t.version = $2)', schema)
	using measure, version;
	execute format('delete from %I.measure_fold f where f.measure = $1 and ($2 is null or f.version = $2)', schema)
	using measure, version;
	execute format('alter table %I.measure disable trigger a_keep_folded', schema);
	execute format('delete from %I.measure m where m.measure = $1 and ($2 is null or m.version = $2)', schema)
	using measure, version;
	execute format('alter table %I.measure enable trigger a_keep_folded', schema);
end
$$;
comment on procedure ph.drop_measure(text, text, text) is
	'deletes a measure, or one version of it, with all that was folded of it. A shipped one comes back, without what was '
	'folded, with the next ph.create_measure_tables. Errors: undefined_table, invalid_parameter_value';

create function ph_support.measure_places(
	schema text, measure text, level text, period text, breakdown text,
	out place_id text, out group_name text, out tally ph.tally, out reference ph.tally)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure(schema, measure);
	perform ph_support.require_periods(schema, array[period]);
	return query execute format(
		'select t.place_id, t.group_name, t.tally, f.reference
		from ph_support.latest_measures($1, array[$2]) m
		join %1$I.measure_tally t using (measure, version)
		join %1$I.measure_fold f using (measure, version, period_kind, period)
		join %1$I.calendar c on c.kind = t.period_kind and c.start_date = t.period and c.name = $4
		where t.level = $3 and t.breakdown = $5', schema)
	using schema, measure, level, period, breakdown;
end
$$;
comment on function ph_support.measure_places(text, text, text, text, text) is
	'the summaries of the latest version of a measure at a level in a period, by place and group of a breakdown';
