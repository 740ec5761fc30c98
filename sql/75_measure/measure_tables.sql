
-- ---- the tables of measures in a schema of yours ----

create function ph_support.fold_table(out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('measure_tally',
		 'measure text not null, version text not null, level text not null, place_id text not null,
		 breakdown text not null, group_name text not null, period_kind text not null, period date not null,
		 tally ph.tally not null, people bigint not null, people_with_event bigint, data_stamp text,
		 provisional boolean not null, folded_at timestamptz not null, share_known float8, value float8,
		 lower float8, upper float8, note text, numerator float8, denominator float8, shrunken_value float8,
		 shrunken_lower float8, shrunken_upper float8, purpose text,
		 primary key (measure, version, level, place_id, breakdown, group_name, period_kind, period)',
		 'one row a measure, place, group and period: its summary, folded from rows; granted to nobody, '
		 'since small groups are not hidden in it',
		 jsonb_build_object(
			'measure', 'name of the measure', 'version', 'its version',
			'level', 'level of place: system, place, neighbourhood, practice, small_area, or a kind of place',
			'place_id', 'the place, or unknown', 'breakdown', 'all, or what it is broken down by',
			'group_name', 'all, the group, or unknown', 'period_kind', 'kind of period, as in calendar',
			'period', 'first day of the period', 'tally', 'the summary',
			'people', 'people who are counted in it',
			'people_with_event', 'of these, whose amounts do not sum to zero; NULL where there are no data',
			'data_stamp', 'what the data were like', 'provisional', 'whether the period was not over',
			'folded_at', 'when it was folded',
			'share_known', 'share of the people of the level whose place is known, or of the place whose group is',
			'value', 'the indicator, asked when it was folded', 'lower', 'its lower 95 % limit',
			'upper', 'its upper 95 % limit', 'note', 'why there is no value, or what to be careful with',
			'numerator', 'events of the summary', 'denominator', 'its exposure',
			'shrunken_value', 'value of a small place drawn towards that of all',
			'shrunken_lower', 'its lower 95 % limit', 'shrunken_upper', 'its upper 95 % limit',
			'purpose', 'purpose for which its people may be used; NULL where no list says who may be')),
		('measure_fold',
		 'measure text not null, version text not null, period_kind text not null, period date not null,
		 data_until date not null, levels text[] not null, breakdowns text[] not null, data_stamp text,
		 rows bigint not null, people bigint not null, events float8, reference ph.tally, note text,
		 seconds float8 not null, folded_at timestamptz not null, purpose text, left_out bigint,
		 primary key (measure, version, period_kind, period)',
		 'one row a measure and period that was folded: what of, how far the data told, how long it took',
		 jsonb_build_object(
			'measure', 'name of the measure', 'version', 'its version', 'period_kind', 'kind of period',
			'period', 'first day of the period', 'data_until', 'last day of which it tells',
			'levels', 'levels that were folded', 'breakdowns', 'breakdowns that were folded',
			'data_stamp', 'what the data were like', 'rows', 'rows of persons and places that were folded',
			'people', 'people who were counted', 'events', 'sum of what happened to them',
			'reference', 'the summary of the whole system',
			'note', 'no_data where its source has no record of the period', 'seconds', 'how long it took',
			'folded_at', 'when it was folded',
			'purpose', 'purpose for which its people may be used; NULL where no list says who may be',
			'left_out', 'people at risk who are not on the list of that purpose')),
		('measure_place',
		 'level text not null, place_id text not null, place_name text not null, place_kind text,
		 parent_level text, parent_id text, primary key (level, place_id)',
		 'one row a level and place of measures, with the larger place that it is held against',
		 jsonb_build_object(
			'level', 'level of place', 'place_id', 'the place, or unknown', 'place_name', 'name to show',
			'place_kind', 'kind and edition of the place', 'parent_level', 'level of the larger place',
			'parent_id', 'the larger place'));
end;
comment on function ph_support.fold_table() is 'the tables that ph.fold_measures fills: columns, descriptions';

create procedure ph_support.take_shipped_measures(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format(
		'insert into %1$I.breakdown (%2$s) select %2$s from ph.breakdown b
		where not exists (select from %1$I.breakdown o where o.breakdown = b.breakdown)',
		schema, ph_support.column_list('ph.breakdown'));
	execute format(
		'insert into %1$I.measure (%2$s) select %2$s from ph.measure m
		where not exists (select from %1$I.measure o where (o.measure, o.version) = (m.measure, m.version))',
		schema, ph_support.column_list('ph.measure'));
	execute format('insert into %I.relative_risk select * from ph.relative_risk on conflict do nothing', schema);
end
$$;
comment on procedure ph_support.take_shipped_measures(text) is
	'copies the measures, breakdowns and relative risks that are shipped and not yet there';

create procedure ph_support.take_tallies_back(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select *
		from (
			values
				('measure', 'reference_tally', '', null),
				('measure_fold', 'reference', '', 'delete from {measure_fold}'),
				('measure_tally', 'tally', ' not null', 'delete from {measure_tally}')
		) t (relation, column_name, rule, query)
		where not exists (
			select
			from pg_attribute
			where attrelid = format('%I.%I', schema, t.relation)::regclass and attname = t.column_name
				and not attisdropped)
	loop
		if part.query is not null then
			execute ph_support.in_schema(part.query, schema);
		end if;
		execute format('alter table %I.%I add column %I ph.tally%s', schema, part.relation, part.column_name,
			part.rule);
	end loop;
end
$$;
comment on procedure ph_support.take_tallies_back(text) is
	'gives the tables of measures the columns again that DROP EXTENSION ... CASCADE took from them; what was folded '
	'has lost its summaries and is to be folded anew';

create procedure ph.create_measure_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
	is_new boolean;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.stay', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	foreach target in array ph_support.measure_tables() loop
		if to_regclass(format('%I.%I', schema, target)) is null then
			execute format('create table %1$I.%2$I (like ph.%2$I including all)', schema, target);
			call ph_support.describe_table(format('%I.%I', schema, target),
				obj_description(to_regclass('ph.' || target), 'pg_class'), '{}');
		end if;
	end loop;
	for part in select * from ph_support.fold_table() loop
		call ph_support.create_table_where_missing(
			schema, part.relation, part.definition, part.description, part.columns, is_new);
	end loop;
	call ph_support.take_tallies_back(schema);
	execute ph_support.in_schema(
		'create index if not exists measure_tally_period
		on {measure_tally} (measure, period_kind, period, level, breakdown, version)', schema);
	call ph_support.add_measure_triggers(schema);
	execute ph_support.in_schema(  -- the trigger computes it
		'update {measure} set measure = measure
		where reference_tally is null and (standard is not null or indicator in (''dsr'', ''dsr_gamma''))', schema);
	call ph_support.take_shipped_measures(schema);
	call ph_support.create_goal_tables(schema);
	call ph_support.create_measure_views(schema);
end
$$;
comment on procedure ph.create_measure_tables(text) is
	'makes, beside the population views of the schema, the tables measure and breakdown with all that is shipped, '
	'measure_tally, measure_fold, measure_place and measure_person that ph.fold_measures fills, and the views that '
	'tools read (measure_value, measure_breakdown, measure_trend, measure_funnel, measure_inequality, '
	'measure_dimension); called again it brings what is shipped since, replaces the views in place, and mends what '
	'DROP EXTENSION ... CASCADE took away, but for what was folded. All of it belongs to the caller and is granted to '
	'nobody. Errors: undefined_table without population views, duplicate_object where a name is taken by something '
	'else';
