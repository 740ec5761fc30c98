
-- ---- what leaves ----

create function ph_support.leaving(n float8, rule ph.disclosure_rule) returns float8
language sql immutable parallel safe
return case when ph_support.rule_rounds(rule) then ph_support.published_count(rule, round(n)::bigint) else n end;
comment on function ph_support.leaving(float8, ph.disclosure_rule) is
	'a number of a row that is shown, as its rule publishes it';

create procedure ph_support.collect_rows(o ph_support.release_order, f jsonb, breakdown text, levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	rounds constant boolean := ph_support.rule_rounds(o.rule);
	of_parts constant boolean := f ->> 'indicator' in ('rate', 'proportion');
	-- years are rounded as so many people over the whole period
	whole constant float8 := case
		when rounds and f ->> 'of' = 'events' and f ->> 'indicator' <> 'proportion' and
			ph_support.counts_events(f ->> 'indicator')
		then ((f ->> 'last_day')::date - (f ->> 'period')::date + 1) / 365.25
		else 1 end;
begin
	drop table if exists pg_temp.ph_rows;
	execute format(
		$query$
			create temp table ph_rows on commit drop as
			select n.level, n.place_id, n.group_name, d.shown, e.value, case when $3 then e.lower end as lower,
				case when $3 then e.upper end as upper, p.numerator, p.denominator, p.people,
				case
					when d.breakdown <> 'all' and bool_and(d.shown) over place
						then sum(p.people) filter (where n.group_name <> 'unknown') over place
							/ nullif(sum(p.people) over place, 0) end as share_known,
				case when not $6 then t.shrunken_value end as shrunken_value,
				case when not $6 then t.shrunken_lower end as shrunken_lower,
				case when not $6 then t.shrunken_upper end as shrunken_upper,
				-- the word of a note, since what stands behind it counts
				case when d.shown then coalesce(split_part(e.note, ':', 1),
					case when t.people is null then 'no_data' end) else 'suppressed' end
					as note
			from pg_temp.ph_decided d
			cross join lateral (
				select split_part(d.key, chr(31), 1) as level, substr(d.key, position(chr(31) in d.key) + 1)
					as place_id,
					case when d.breakdown = 'all' then 'all' else d.col end as group_name
			) n
			left join (
				select *
				from %1$I.measure_tally
				where (measure, version, period_kind, period) = (%2$L, %3$L, %4$L, %5$L)
			) t on d.shown and t.breakdown = d.breakdown and t.level = n.level and t.place_id = n.place_id
				and t.group_name = n.group_name
			cross join lateral (
				select ph_support.leaving(coalesce(t.people, case when d.shown then 0 end), $1) as people,
					ph_support.leaving(t.numerator, $1) as numerator,
					ph_support.leaving(t.denominator / $7, $1) * $7 as denominator
			) p
			cross join lateral (
				select case when $2 and d.shown and p.numerator is not null and p.denominator is not null
					then ph.ask(%6$L,
					(select ph.count_tally(0, n, d) from (values (p.numerator, p.denominator)) v (n, d)),
					per => %7$L::float8) end as made
				offset 0
			) asked
			cross join lateral (
				-- what is made of parts is made of those that leave
				select case when $2 then (made).value else t.value end as value,
					case when $2 then (made).lower else t.lower end as lower,
					case when $2 then (made).upper else t.upper end as upper,
					case
						when not $2 then t.note
						when p.numerator is null or p.denominator is null then coalesce(t.note, 'suppressed')
						else coalesce((made).note, t.note) end as note
			) e
			where d.breakdown = $4 and n.level = any ($5)
			window place as (partition by n.level, n.place_id)
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', f ->> 'indicator',
		f ->> 'per')
	using o.rule, rounds and of_parts and (o.rule).rates = 'published',
		(o.rule).intervals = 'exact' or (o.rule).intervals = 'published' and of_parts, breakdown, levels, rounds, whole;
end
$$;
comment on procedure ph_support.collect_rows(ph_support.release_order, jsonb, text, text[]) is
	'fills pg_temp.ph_rows with the rows of a release: numbers by the rule where pg_temp.ph_decided shows them, none '
	'where it hides them';

create function ph_support.geography(schema text, levels text[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	hash text;
begin
	execute format(
		'select encode(sha256(convert_to(string_agg(concat_ws('' '', level, place_id, place_kind, parent_level,
			parent_id), chr(10) order by level collate "C", place_id collate "C"), ''UTF8'')), ''hex'')
		from %I.measure_place
		where level = any ($1)', schema)
	into hash
	using levels;
	return hash;
end
$$;
comment on function ph_support.geography(text, text[]) is 'SHA-256 of the places of the levels and what they lie in';

create function ph_support.append_release(o ph_support.release_order, f jsonb, breakdown text, levels text[],
	more jsonb)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
	number bigint;
	rows_hash constant text := (
		select encode(sha256(convert_to(coalesce(string_agg(to_jsonb(r)::text, chr(10) order by r.level collate "C",
			r.place_id collate "C", r.group_name collate "C"), ''), 'UTF8')), 'hex')
		from pg_temp.ph_rows r);
begin
	execute format('insert into %I.release (record) values ($1) returning release', o.schema)
	into number
	using f || more || jsonb_build_object(
		'kind', o.kind, 'breakdown', breakdown, 'levels', levels, 'rule', to_jsonb(o.rule),
		'rule_name', o.rule_name, 'strength', 'range',
		'audience', o.audience, 'collisions', o.collisions, 'geography', ph_support.geography(o.schema, levels),
		'role', session_user, 'acting_as', current_user, 'postgresql', current_setting('server_version'),
		'extension', (select extversion from pg_extension where extname = 'population_health'),
		'rows', (select count(*) from pg_temp.ph_rows),
		'rows_hidden', (select count(*) from pg_temp.ph_rows where not shown), 'rows_hash', rows_hash);
	execute format(
		'insert into %I.released_row (release, level, place_id, group_name, shown, value, lower, upper, numerator,
			denominator, people, share_known, shrunken_value, shrunken_lower, shrunken_upper, note)
		select $1, * from pg_temp.ph_rows', o.schema)
	using number;
	return number;
end
$$;
comment on function ph_support.append_release(ph_support.release_order, jsonb, text, text[], jsonb) is
	'appends pg_temp.ph_rows as a release, and gives its number';

-- ---- one measure and period ----

create procedure ph_support.require_one_hierarchy(
	o ph_support.release_order, f jsonb, ways ph_support.hierarchy[], levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	earlier record;
begin
	if cardinality(ways) < 2 or ph_support.rule_rounds(o.rule) then
		return;
	end if;
	select release, level into earlier from pg_temp.ph_earlier where level <> all (levels) order by release limit 1;
	raise exception 'places of % and of % do not lie in each other%', ways[1].levels[cardinality(ways[1].levels)],
		ways[2].levels[cardinality(ways[2].levels)],
		coalesce(format(', and release %s of measure "%s" has %s', earlier.release, f ->> 'measure', earlier.level), '')
		using errcode = 'object_not_in_prerequisite_state', hint =
			'Their differences would be of few people: release levels that lie in each other, or by a rule that '
			'rounds.';
end
$$;
comment on procedure ph_support.require_one_hierarchy(ph_support.release_order, jsonb, ph_support.hierarchy[],
	text[]) is
	'does nothing where all levels that leave, and left before, lie in each other, or the rule rounds. '
	'Errors: object_not_in_prerequisite_state, with the earlier release';

create function ph_support.decide_all(
	o ph_support.release_order, f jsonb, ways ph_support.hierarchy[], breakdowns text[], out verified jsonb,
	out left_out jsonb, out reached jsonb)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	h ph_support.hierarchy;
	part record;
	totals integer;
	breakdown text;
begin
	verified := '{}';
	left_out := '{}';
	reached := '{}';
	foreach h in array ways loop
		call ph_support.collect_places(o.schema, h);
		totals := cardinality(h.levels);
		foreach breakdown in array array['all'] || breakdowns loop
			select * into part from ph_support.decide(o, f, h, breakdown, totals);
			if breakdown = 'all' then
				totals := part.reached;
			end if;
			verified := verified || jsonb_build_object(breakdown,
				coalesce(verified -> breakdown, '[]') || jsonb_build_array(part.verified));
			reached := reached || jsonb_build_object(breakdown,
				coalesce(reached -> breakdown, '[]') || to_jsonb(h.levels[1 : part.reached]));
			if part.fault is not null then
				left_out := left_out || jsonb_build_object(breakdown, part.fault);
			end if;
		end loop;
	end loop;
end
$$;
comment on function ph_support.decide_all(ph_support.release_order, jsonb, ph_support.hierarchy[], text[]) is
	'decides what is shown of all breakdowns: what the verifier says, what could not be protected, levels that were '
	'reached, each by breakdown';

create procedure ph_support.release_fold(
	o ph_support.release_order, f jsonb, levels text[], breakdowns text[], inout released bigint[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	ways ph_support.hierarchy[];
	chosen text[];
	decided record;
	withheld jsonb := '[]';
	more jsonb;
	part text;
	of_part text[];
begin
	-- who releases at the same time waits
	execute format('lock table %I.release in share row exclusive mode', o.schema);
	released := '{}';
	loop
		call ph_support.recall_releases(o, f);
		ways := ph_support.hierarchies(o.schema, levels || ph_support.recalled_levels());
		call ph_support.require_one_hierarchy(o, f, ways, levels);
		call ph_support.require_separate_breakdowns(o, f, breakdowns);
		insert into ph_decided
		select w ->> 'breakdown', w ->> 'key', w ->> 'col', false, false, true
		from jsonb_array_elements(withheld) w;
		decided := ph_support.decide_all(o, f, ways, array_remove(
			breakdowns || ph_support.recalled_breakdowns_of_places(o.schema, breakdowns), 'all'));
		call ph_support.require_recalled(f, decided.reached);
		-- levels that left before stay until differences are looked for: sums of what leaves tell of them
		delete from ph_decided d where d.breakdown <> all (array['all'] || breakdowns);
		call ph_support.collect_periods(o, f);
		chosen := ph_support.leave_out_told(o, f, breakdowns);
		if o.collisions = 'refuse' then
			call ph_support.require_no_collision(o, f, ways);
			exit;
		end if;
		select coalesce(jsonb_agg(distinct to_jsonb(c) - 'release' - 'how'), '[]')
		into more
		from (
			select * from ph_support.isolating_cells(o, f)
			union all
			select * from ph_support.overlapping_cells(o, f, ways)
		) c;
		exit when more = '[]';
		if withheld @> more then  -- what must be shown cannot be hidden
			call ph_support.require_no_collision(o, f, ways);
		end if;
		withheld := withheld || more;
	end loop;
	foreach part in array chosen loop
		of_part := array(
			select l from unnest(levels) l where decided.reached -> part ? l);
		continue when of_part = '{}';
		call ph_support.collect_rows(o, f, part, of_part);
		released := released || ph_support.append_release(o, f, part, of_part, jsonb_build_object(
			'verified', decided.verified -> part, 'left_out', decided.left_out -> part, 'hierarchies', to_jsonb(ways),
			'withheld', (
				select count(*)
				from jsonb_array_elements(withheld) w
				where w ->> 'breakdown' = part and split_part(w ->> 'key', chr(31), 1) = any (of_part))));
	end loop;
	drop table if exists pg_temp.ph_place, pg_temp.ph_tally, pg_temp.ph_cell, pg_temp.ph_decided, pg_temp.ph_earlier,
		pg_temp.ph_period, pg_temp.ph_rows;
end
$$;
comment on procedure ph_support.release_fold(ph_support.release_order, jsonb, text[], text[], bigint[]) is
	'releases one measure of one period: a release a breakdown';

create function ph_support.fold_record(schema text, m ph.measure, period_kind text, first_day date) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
as $$
declare
	record jsonb;
begin
	execute format(
		$query$
			select jsonb_build_object('measure', f.measure, 'version', f.version, 'name', $1.name, 'unit', $1.unit,
				'of', case when $1.events is not null then 'events' when $1.persons is not null then 'persons'
					else 'areas' end,
				'indicator', $1.indicator, 'per', $1.per,
				'definition', encode(sha256(convert_to((to_jsonb($1) - 'folded_at')::text, 'UTF8')), 'hex'),
				'period_kind', f.period_kind, 'period', f.period::text, 'last_day', f.data_until::text,
				'period_name', ph_support.period_name(f.period_kind, f.period), 'data_stamp', f.data_stamp,
				'purpose', f.purpose, 'left_out_people', f.left_out, 'note', f.note,
				'folded_at', to_char(f.folded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
			from %I.measure_fold f
			where (f.measure, f.version, f.period_kind, f.period) = ($1.measure, $1.version, $2, $3)
		$query$, schema)
	into record
	using m, period_kind, first_day;
	return record;
end
$$;
comment on function ph_support.fold_record(text, ph.measure, text, date) is
	'what the record of a release says of the fold that it is made of';

create function ph_support.release_order_of(
	schema text, rule text, audience text, purpose text, collisions text, kind text)
returns ph_support.release_order
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	o ph_support.release_order;
begin
	perform ph_support.require_release_tables(schema);
	perform ph_support.require_measure_tables(schema);
	if not pg_has_role(ph_support.owner_of(format('%I.release', schema)::regclass), 'usage') then
		raise exception 'only the owner of the tables of releases may release'
			using errcode = 'insufficient_privilege', hint = 'Partners tabulate, where they were granted it.';
	elsif audience is null or audience <> 'public' and to_regrole(quote_ident(audience)) is null then
		raise exception 'argument "audience" must be public or a role'
			using errcode = 'undefined_object',
				hint = 'Who is no member of the role does not see what is released for it.';
	end if;
	perform ph_support.require_known('collisions', array[collisions], '{refuse,hide}');
	perform ph_support.require_known('purpose', array[purpose], array(select p.purpose from ph.purpose() p))
	where purpose is not null;
	o := row(schema, ph_support.disclosure_rule(rule), rule, audience, purpose, collisions, kind, null);
	return o;
end
$$;
comment on function ph_support.release_order_of(text, text, text, text, text, text) is
	'an order of a release. Errors: undefined_table, insufficient_privilege, undefined_object, '
	'invalid_parameter_value';

create procedure ph_support.require_releasable(o ph_support.release_order, m ph.measure, f jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if m.areas is null and f ->> 'purpose' is null and to_regclass(format('%I.may_use', o.schema)) is not null then
		raise exception 'measure "%" was folded of everybody', m.measure
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Since there is a list of who may be included, fold it for a purpose: refold => true, purpose => ...';
	elsif f ->> 'purpose' <> o.purpose then
		raise exception 'measure "%" was folded for the purpose %', m.measure, f ->> 'purpose'
			using errcode = 'invalid_parameter_value', hint = 'A summary outlives the list: fold it for this purpose.';
	end if;
end
$$;
comment on procedure ph_support.require_releasable(ph_support.release_order, ph.measure, jsonb) is
	'does nothing where a fold may leave for the purpose. Errors: object_not_in_prerequisite_state, '
	'invalid_parameter_value';

create function ph_support.folds_to_release(schema text, measures text[], periods text[])
returns table (m ph.measure, period_kind text, period date)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	offered constant text[] := array(select l.measure from ph_support.latest_measures(schema) l);
begin
	perform ph_support.require_known('measures', measures, offered);
	perform ph_support.require_periods(schema, periods);
	return query execute format(
		'select m, f.period_kind, f.period
		from ph_support.latest_measures($1, $2) m
		join %1$I.measure_fold f using (measure, version)
		join %1$I.calendar c on c.kind = f.period_kind and c.start_date = f.period
		where f.data_until >= c.end_date - 1 and f.note is null
			and ($3 is null or c.kind = any ($3) or c.name = any ($3))
		order by m.measure, f.period_kind, f.period', schema)
	using schema, measures, periods;
end
$$;
comment on function ph_support.folds_to_release(text, text[], text[]) is
	'the folded periods, over and with data, of the latest versions of measures. '
	'Errors: invalid_parameter_value with what there is';

create function ph_support.levels_to_release(o ph_support.release_order, f jsonb, levels text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	folded text[];
begin
	execute format('select levels from %I.measure_fold
		where (measure, version, period_kind, period) = ($1, $2, $3, $4)', o.schema)
	into folded
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', (f ->> 'period')::date;
	if levels is null then
		return case when ph_support.rule_rounds(o.rule) then folded
			else array(
				select l
				from unnest((ph_support.hierarchies(o.schema, folded))[1].levels) l
				where l = any (folded)) end;
	end if;
	perform ph_support.require_known('levels', levels, folded);
	return levels;
end
$$;
comment on function ph_support.levels_to_release(ph_support.release_order, jsonb, text[]) is
	'the levels that are asked, or all that were folded of one hierarchy. Errors: invalid_parameter_value';

create function ph_support.breakdowns_to_release(o ph_support.release_order, f jsonb, breakdowns text[])
returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	folded text[];
begin
	execute format('select breakdowns from %I.measure_fold
		where (measure, version, period_kind, period) = ($1, $2, $3, $4)', o.schema)
	into folded
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', (f ->> 'period')::date;
	return array['all'] || array(
		select b
		from unnest(folded) b
		where b = any (breakdowns)
			or breakdowns is null and (ph_support.rule_rounds(o.rule) or not exists (
				select
				from unnest(folded) other
				where (position(' by ' in other) > 0, other) < (position(' by ' in b) > 0, b)
					and regexp_split_to_array(other, ' by ') && regexp_split_to_array(b, ' by '))));
end
$$;
comment on function ph_support.breakdowns_to_release(ph_support.release_order, jsonb, text[]) is
	'all, and the breakdowns that are asked and were folded; where none is asked, of those with one in common the '
	'first, single ones before pairs, unless the rule rounds';

create function ph_support.left_out_of(schema text, released bigint[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	said text;
begin
	execute format(
		'select string_agg(breakdown || '' at '' || (record ->> ''left_out''), ''; '' order by release)
		from %I.release
		where release = any ($1) and record ->> ''left_out'' is not null', schema)
	into said
	using released;
	return said;
end
$$;
comment on function ph_support.left_out_of(text, bigint[]) is 'what releases leave out since it could not be protected';

-- No SET clause, so that it can commit after each measure and period: all names are qualified.
create procedure ph.release_measures(
	schema text,
	measures text[],
	periods text[],
	levels text[],
	breakdowns text[],
	rule text,
	audience text,
	purpose text default null,
	collisions text default 'refuse')
language plpgsql
as $$
declare
	o constant ph_support.release_order := ph_support.release_order_of(
		schema, rule, audience, purpose, collisions, 'table');
	in_steps constant boolean := ph_support.may_commit();
	asked record;
	number bigint := 0;
	f jsonb;
	chosen text[];
	released bigint[];
	faults text;
begin
	perform ph_support.require_known('levels', levels,
		pg_catalog.array_agg(l.level)) from ph_support.folded_levels(schema) l having levels is not null;
	perform ph_support.require_known('breakdowns', release_measures.breakdowns,
		pg_catalog.array_agg(b) operator(pg_catalog.||) 'all'::text)
	from ph_support.latest_measures(schema, measures) m, pg_catalog.unnest(m.breakdowns) b
	having release_measures.breakdowns is not null;
	for asked in
		select t.*, pg_catalog.count(*) over () as total from ph_support.folds_to_release(schema, measures, periods) t
	loop
		number := number operator(pg_catalog.+) 1;
		f := ph_support.fold_record(schema, asked.m, asked.period_kind, asked.period);
		call ph_support.require_releasable(o, asked.m, f);
		chosen := ph_support.breakdowns_to_release(o, f, breakdowns);
		call ph_support.release_fold(o, f, ph_support.levels_to_release(o, f, levels), chosen, released);
		faults := ph_support.left_out_of(schema, released);
		raise notice '%', pg_catalog.concat_ws(' ', pg_catalog.format('%s of %s: %s', number, asked.total,
			(asked.m).measure), asked.period_kind, pg_catalog.to_char(asked.period, 'YYYY-MM-DD'),
			'is release', pg_catalog.array_to_string(released, ', '),
			case when faults is not null then 'without ' operator(pg_catalog.||) faults end);
		if in_steps then
			commit;
		end if;
	end loop;
	if number operator(pg_catalog.=) 0 then
		raise exception 'nothing that is asked was folded of a period that is over'
			using errcode = 'no_data_found', hint = 'CALL ph.fold_measures(...) folds measures.';
	end if;
end
$$;
comment on procedure ph.release_measures(text, text[], text[], text[], text[], text, text, text, text) is
	'releases measures of the schema (NULL: all that were folded) of periods that are over (kinds or names of '
	'calendar; NULL: all), levels (NULL: all of one hierarchy that were folded; all, where the rule rounds) and '
	'breakdowns (NULL: all that were folded; whole places always) by a rule of ph.disclosure_rule or schema.rule, for '
	'an audience: public or a role. Each table is protected as a whole, place totals first, and verified by who '
	'attacks it; a row is shown whole or hidden whole; what cannot be protected is left out and named. A release a '
	'breakdown is appended with its '
	'rows; it says how far it is and commits after each measure and period. What would isolate people beside an '
	'earlier release is an error that names it, or with collisions => hide is hidden. Errors: undefined_table, '
	'undefined_object, insufficient_privilege for others than the owner, invalid_parameter_value, no_data_found, '
	'object_not_in_prerequisite_state';
