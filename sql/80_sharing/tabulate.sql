
-- ---- tabulations, and releases again ----

create function ph_support.fold_of_period(schema text, measure text, period text)
returns table (m ph.measure, period_kind text, first_day date)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known text;
begin
	perform ph_support.require_known('measure', array[measure],
		array(select l.measure from ph_support.latest_measures(schema) l));
	return query execute format(
		'select t.m, t.period_kind, t.period
		from ph_support.folds_to_release($1, array[$2], null) t
		join %I.calendar c on c.kind = t.period_kind and c.start_date = t.period
		where c.name = $3', schema)
	using schema, measure, period;
	if not found then
		execute format(
			'select string_agg(c.name, '', '' order by c.start_date)
			from ph_support.folds_to_release($1, array[$2], null) t
			join %I.calendar c on c.kind = t.period_kind and c.start_date = t.period', schema)
		into known
		using schema, measure;
		raise exception 'argument "period" must be a period of the measure that is over'
			using errcode = 'invalid_parameter_value', hint = 'There are ' || coalesce(known, 'none') || '.';
	end if;
end
$$;
comment on function ph_support.fold_of_period(text, text, text) is
	'the fold of a measure in a period by its name in calendar. Errors: invalid_parameter_value with what there is';

create function ph_support.same_release(o ph_support.release_order, f jsonb, level text, breakdown text) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	number bigint;
begin
	execute format(
		'select max(release)
		from %I.release
		where measure = $1 and version = $2 and period_kind = $3 and first_day = $4 and breakdown = $5 and rule = $6
			and record -> ''levels'' ? $7 and record ->> ''same_as'' is null and audience in (''public'', $9)
			and record ->> ''data_stamp'' is not distinct from $8', o.schema)
	into number
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', breakdown, (o.rule).rule, level,
		f ->> 'data_stamp', o.audience;
	return number;
end
$$;
comment on function ph_support.same_release(ph_support.release_order, jsonb, text, text) is
	'the latest release of the same table of the same data by the same rule to the audience; NULL where there is none';

create function ph_support.tabulated(
	schema text, rule text, measure text, period text, level text, breakdown text)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	o ph_support.release_order := ph_support.release_order_of(schema, rule, session_user::text, null, 'refuse',
		'tabulation');
	asked record;
	f jsonb;
	same bigint;
	released bigint[];
begin
	select * into asked from ph_support.fold_of_period(schema, measure, period);
	perform ph_support.require_known('breakdown', array[breakdown], array['all'] || (asked.m).breakdowns);
	f := ph_support.fold_record(schema, asked.m, asked.period_kind, asked.first_day);
	call ph_support.require_releasable(o, asked.m, f);
	perform ph_support.levels_to_release(o, f, array[level]);
	same := ph_support.same_release(o, f, level, breakdown);
	if same is not null then
		execute format('insert into %I.release (record)
			select record || $2 from %1$I.release where release = $1', schema)
		using same, jsonb_build_object('kind', 'tabulation', 'same_as', same, 'audience', o.audience,
			'role', session_user, 'acting_as', current_user);
		return same;
	end if;
	call ph_support.release_fold(o, f, array[level], array[breakdown], released);
	if released = '{}' then
		raise exception 'this table cannot be protected'
			using errcode = 'object_not_in_prerequisite_state', hint = 'Ask for larger places or a coarser breakdown.';
	end if;
	return released[1];
end
$$;
comment on function ph_support.tabulated(text, text, text, text, text, text) is
	'releases one level of place by one breakdown of a measure and period to the role of the session, and gives the '
	'number of the release: what the function tabulate of a schema does. Errors: invalid_parameter_value with what '
	'there is, object_not_in_prerequisite_state where it cannot be protected or would isolate people beside an earlier '
	'release';

create procedure ph.create_tabulate(schema text, rule text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	call ph_support.require_own_schema(schema);
	perform ph_support.release_order_of(schema, rule, 'public', null, 'refuse', 'tabulation');
	call ph_support.replace_function(schema, 'tabulate', 'text, text, text, text',
		format(
			'(measure text, period text, level text, breakdown text default ''all'') returns bigint
			language sql volatile security definer set search_path = pg_catalog, pg_temp as %L',
			format('select ph_support.tabulated(%L, %L, measure, period, level, breakdown)', schema, rule)),
		'releases one level of place by one breakdown, or one allowed pair, of a measure in a period that is over, '
		'named as in calendar, to who asks, and gives the number of the release: its rows stand in released_value and '
		'released_breakdown once the transaction is over');
	execute format('revoke all on function %I.tabulate(text, text, text, text) from public', schema);
	execute format('alter function %I.tabulate(text, text, text, text) owner to %s', schema,
		ph_support.owner_of(format('%I.release', schema)::regclass));
end
$$;
comment on procedure ph.create_tabulate(text, text) is
	'makes the function tabulate(measure, period, level, breakdown) in the schema, owned by who owns the releases and '
	'granted to nobody, for partners who may see no rows: each call is a release by the rule to the role of the '
	'session, on record before its rows can be read, so that no answer can be taken and the record rolled back. '
	'Errors: undefined_table, undefined_object for a rule that there is not, insufficient_privilege for others than '
	'the owner';

create function ph.replay_release(schema text, release bigint) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	was jsonb := ph.release_export(schema, release) -> 'record';
	o ph_support.release_order;
	asked record;
	f jsonb;
	again bigint[];
	levels text[];
	answer text;
begin
	o := ph_support.release_order_of(schema, was ->> 'rule_name', 'public', null, was ->> 'collisions', 'table');
	o.before := coalesce((was ->> 'same_as')::bigint, release);
	execute format('select m, f.period_kind, f.period
		from %1$I.measure m
		join %1$I.measure_fold f using (measure, version)
		where (measure, version, period_kind, period) = ($1, $2, $3, $4)', schema)
	into asked
	using was ->> 'measure', was ->> 'version', was ->> 'period_kind', (was ->> 'period')::date;
	if asked.period is null then
		return 'not folded any more';
	end if;
	f := ph_support.fold_record(schema, jsonb_populate_record(null::ph.measure, to_jsonb(asked.m)), asked.period_kind,
		asked.period);
	if f ->> 'data_stamp' is distinct from was ->> 'data_stamp' or f ->> 'definition' <> was ->> 'definition' then
		return 'data or definition have changed';
	elsif to_jsonb(o.rule) <> was -> 'rule' then
		return 'the rule has changed';
	end if;
	levels := array(select jsonb_array_elements_text(was -> 'levels'));
	begin
		call ph_support.release_fold(o, f, levels, array[was ->> 'breakdown'], again);
		execute format('select record ->> ''rows_hash'' from %I.release where release = $1', schema)
		into answer
		using again[1];
		raise exception using errcode = 'PH001', message = coalesce(answer, '');
	exception when sqlstate 'PH001' then  -- nothing of it stays
		answer := sqlerrm;
	end;
	return case when answer = was ->> 'rows_hash' then 'same' else 'differs' end;
end
$$;
comment on function ph.replay_release(text, bigint) is
	'makes a release again from what is folded and the releases before it, writes nothing, and says whether its '
	'numbers are the same: same, differs, or what has changed since. Errors: those of ph.release_export and '
	'ph.release_measures';
