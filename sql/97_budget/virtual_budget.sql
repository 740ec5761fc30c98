
-- ---- virtual budgets of places and segments, on record ----
-- A budget is made once, of all people, and stays as it was made: what was planned can be held against what was spent.

create function ph_support.require_one_row_each(argument text, relation regclass, column_name text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong boolean;
begin
	execute format('select count(*) <> count(distinct %I) from %s', column_name, relation) into wrong;
	if wrong then
		raise exception 'argument "%" must have one row for each %, and none without', argument, column_name
			using errcode = 'cardinality_violation';
	end if;
end
$$;
comment on function ph_support.require_one_row_each(text, regclass, text) is
	'does nothing where no two rows of the relation have one value of the column, and none lacks it. '
	'Errors: cardinality_violation, with the argument''s name';

create procedure ph_support.require_budget_inputs(
	place_envelopes regclass, segment_envelopes regclass, segments regclass, profile regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong boolean;
begin
	if num_nulls(place_envelopes, segment_envelopes, segments) > 0 then
		raise exception 'arguments "place_envelopes", "segment_envelopes" and "segments" must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	perform ph_support.require_columns('place_envelopes', place_envelopes, '{place_id,amount}'),
		ph_support.require_columns('segment_envelopes', segment_envelopes, '{segment,amount}'),
		ph_support.require_columns('segments', segments, '{person_id,segment}'),
		ph_support.require_all_rows(array[
			'select from ' || place_envelopes, 'select from ' || segment_envelopes, 'select from ' || segments]);
	perform ph_support.require_one_row_each('place_envelopes', place_envelopes, 'place_id'),
		ph_support.require_one_row_each('segment_envelopes', segment_envelopes, 'segment'),
		ph_support.require_one_row_each('segments', segments, 'person_id');
	execute format('select not exists (select from %s) or not exists (select from %s)', place_envelopes,
		segment_envelopes) into wrong;
	if wrong then
		raise exception 'arguments "place_envelopes" and "segment_envelopes" must have rows'
			using errcode = 'no_data_found', hint = 'There is a budget of what they name.';
	end if;
	execute format('select coalesce(bool_or(not (e.amount >= 0 and e.amount < ''Infinity'')), false)
		from (select amount::numeric from %s union all select amount::numeric from %s) e', place_envelopes,
		segment_envelopes) into wrong;
	if wrong then
		raise exception 'arguments "place_envelopes" and "segment_envelopes" must have finite amounts not below 0'
			using errcode = 'invalid_parameter_value', hint = 'NULL is an amount that is not known.';
	elsif profile is not null then
		perform ph_support.require_columns('profile', profile, '{month,share}'),
			ph_support.require_all_rows(array['select from ' || profile]);
		execute format('select count(*) = 0 or count(*) > count(distinct p.month) or bool_or(not isfinite(p.month)
				or extract(day from p.month) <> 1 or not (p.share >= 0 and p.share < ''Infinity''))
			from (select month::date, share::numeric from %s) p', profile) into wrong;
		if wrong then
			raise exception 'argument "profile" must have first days of months, each once, and finite shares from 0 on'
				using errcode = 'invalid_parameter_value';
		end if;
	end if;
end
$$;
comment on procedure ph_support.require_budget_inputs(regclass, regclass, regclass, regclass) is
	'refuses what a virtual budget cannot be made of. Errors: null_value_not_allowed, undefined_column, '
	'insufficient_privilege where row security hides rows, cardinality_violation, no_data_found, '
	'invalid_parameter_value';

create function ph_support.chance_of_cost(variation float8, confidence float8, people bigint) returns numeric
language sql immutable parallel safe
begin atomic
	-- full_at within a half of the truth is (z cv / 0.5)^2
	select sqrt((ph.limited_fluctuation(1, variation, confidence, 0.5)).full_at * 0.25 / nullif(people, 0))::numeric;
end;
comment on function ph_support.chance_of_cost(float8, float8, bigint) is
	'z cv / sqrt(people): by how much of it what so many people cost in a year differs by chance; NULL for nobody';

create function ph_support.virtual_budget_query(
	people text, place_envelopes regclass, segment_envelopes regclass, profile regclass)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	-- of independent months the variances, and not the widths, add up to the year's
	select format(
		'with cell as (
			select place_id, segment, count(*) as people, sum(expected) as expected
			from %1$s
			where is_in
			group by place_id, segment
		), raked as (
			select p.place_id::text as place_id, q.segment::text as segment, coalesce(c.people, 0) as people,
				coalesce(c.expected, 0) as expected,
				ph.rake(greatest(coalesce(c.expected, 0), 0), p.place_id::text, q.segment::text, p.amount::numeric,
					q.amount::numeric, (
						select case when bool_and(amount = round(amount, 2)) then 0.01 end
						from (select amount::numeric from %2$s union all select amount::numeric from %3$s) envelope)
					) over () as cell
			from %2$s p
			cross join %3$s q
			left join cell c on c.place_id = p.place_id::text and c.segment = q.segment::text
		)
		select r.place_id, r.segment, m.month, r.people, r.expected * m.share as expected,
			(r.cell).value * m.share as budget,
			ph.apportion((r.cell).value_rounded, m.share::float8) over (partition by r.place_id, r.segment
				order by m.month rows between unbounded preceding and unbounded following) as budget_rounded,
			(r.cell).value * greatest(0, m.share - c.chance * sqrt(m.share)) as lower,
			(r.cell).value * (m.share + c.chance * sqrt(m.share)) as upper,
			(r.cell).status, coalesce((r.cell).note, case
				when r.people = 0 then ''no_population''
				when r.expected <= 0 then ''no_expected''
				when m.share is null then ''no_share'' end) as note
		from raked r
		cross join lateral (select ph_support.chance_of_cost($1, $2, r.people)) c (chance)
		cross join (%4$s) m',
		people, place_envelopes, segment_envelopes,
		case
			when profile is null then 'select null::date as month, 1::numeric as share'
			else format('select p.month::date as month,
					p.share::numeric / nullif(case when count(p.share) over () = count(*) over ()
						then sum(p.share::numeric) over () end, 0) as share
				from %s p', profile) end)
$$;
comment on function ph_support.virtual_budget_query(text, regclass, regclass, regclass) is
	'the query of the cells of a virtual budget by month, of a relation of people with place_id, segment, expected and '
	'is_in; $1 is the coefficient of variation of a person''s cost, $2 the confidence';

create procedure ph.record_budget(
	schema text, run text, place_envelopes regclass, segment_envelopes regclass, segments regclass,
	profile regclass default null, level text default 'place', as_of timestamptz default null,
	confidence float8 default 0.95, cost_name text default 'person_expected_cost')
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = off  -- nobody has statistics of how many people a day has
set jit = off
as $$
declare
	data_day date;
	day date;
	model_day date;
	is_taken boolean;
	variation float8;
begin
	perform ph_support.require_budget_tables(schema);
	data_day := ph_support.data_day(schema);
	day := coalesce(as_of::date, data_day);
	model_day := (ph_support.expected_cost_model(schema, cost_name, 'cost_name')).as_of;
	if coalesce(run, '') !~ '\S' then
		raise exception 'argument "run" must not be null or empty'
			using errcode = 'null_value_not_allowed', hint = 'It is the name under which the budget is kept.';
	elsif confidence is null or not (confidence > 0 and confidence < 1) then
		raise exception 'argument "confidence" must lie between 0 and 1, both excluded'
			using errcode = 'invalid_parameter_value';
	elsif not isfinite(day) then
		raise exception 'argument "as_of" must be a day'
			using errcode = 'invalid_parameter_value';
	elsif day > data_day then
		raise exception 'argument "as_of" must not be after the end of the data'
			using errcode = 'invalid_parameter_value', hint = format('The data end on %s, and nobody is known '
				'on a later day. For a year to come leave it out, and give its months as profile.', data_day);
	end if;
	perform ph_support.require_known('level', array[level], '{practice,neighbourhood,place,small_area}');
	call ph_support.require_budget_inputs(place_envelopes, segment_envelopes, segments, profile);
	execute format('select exists (select from %I.budget_run r where r.run = $1)', schema)
	into is_taken
	using run;
	if is_taken then
		raise exception 'a budget of the name in argument "run" is already recorded'
			using errcode = 'unique_violation', hint = 'A budget never changes: give the new one a name of its own.';
	end if;
	execute format('select %s from (%s) j', ph_support.cost_variation('j'),
		ph_support.cost_judged_query(schema, cost_name, model_day)) into variation;
	-- the people are made once, for what is counted and what is shared
	execute format(
		'create temp table ph_budget_person on commit drop as
		select c.%1$I as place_id, s.segment::text as segment, c.expected, c.expected is not null as is_known,
			p.place_id is not null as is_placed,
			c.expected is not null and p.place_id is not null and q.segment is not null as is_in
		from %2$I.%3$I(%4$L::date) c
		left join %5$s s on s.person_id = c.person_id
		left join %6$s p on p.place_id::text = c.%1$I
		left join %7$s q on q.segment::text = s.segment::text',
		level, schema, cost_name, day, segments, place_envelopes, segment_envelopes);
	execute format(
		'with line as materialized (%2$s), run as (
			insert into %1$I.budget_run (
				run, level, as_of, cost_name, cost_as_of, inputs, neutral, model, variation, confidence, total, status,
				people, no_cost, no_place, no_segment, data_day)
			select $3, $4, $5, $6, e.as_of, e.inputs, e.neutral, to_jsonb(e.model), $1, $2, (
					select case when count(amount) = count(*) then sum(amount::numeric) end from %3$s), (
					select min(status) from line), p.*, $7
			from %1$I.expected_cost_model e
			cross join (
				select count(*) filter (where is_in), count(*) filter (where not is_known),
					count(*) filter (where is_known and not is_placed),
					count(*) filter (where is_known and is_placed and not is_in)
				from pg_temp.ph_budget_person
			) p
			where e.name = $6
		)
		insert into %1$I.budget_line (
			run, place_id, segment, month, people, expected, budget, budget_rounded, lower, upper, note)
		select $3, place_id, segment, month, people, expected, budget, budget_rounded, lower, upper, note
		from line',
		schema,
		ph_support.virtual_budget_query('pg_temp.ph_budget_person', place_envelopes, segment_envelopes, profile),
		place_envelopes)
	using variation, confidence, run, level, day, cost_name, data_day;
	drop table pg_temp.ph_budget_person;
end
$$;
comment on procedure ph.record_budget(
	text, text, regclass, regclass, regclass, regclass, text, timestamptz, float8, text) is
	'records a virtual budget, which never changes, in budget_run and budget_line: expected cost (of '
	'ph.create_expected_cost) of the people of a day (as_of, the data day unless said, never after it) by place of a '
	'level and segment, brought to the envelopes of places (a relation of place_id and amount) and of segments '
	'(segment and amount) by ph.rake, phased by a profile (month and share, shares of their sum; NULL: the whole '
	'year), with limits z x cv / sqrt(people), cv of a person''s cost in the year of the model; of a month with sqrt '
	'of its share, as if months were independent; budget_rounded is in pence that meet both envelopes, and months '
	'their year, where envelopes are in whole pence. segments: person_id and segment. Envelopes that differ in sum, '
	'or cannot be met, give no budget and a status. People who are in no cell are counted with the run. Errors: '
	'undefined_table without ph.create_budget_tables, undefined_function, undefined_column, invalid_parameter_value, '
	'null_value_not_allowed, no_data_found, cardinality_violation (two rows of a person, place or segment), '
	'unique_violation for a second run of one name, insufficient_privilege where row security hides rows';

create function ph.budget_outcome(schema text, run text, segments regclass)
returns table (
	place_id text, segment text, people bigint, budget numeric, lower numeric, upper numeric, people_now bigint,
	spend numeric, difference numeric, stance text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off  -- nobody has statistics of how many people a day has
set jit = off
as $$
declare
	made record;
begin
	perform ph_support.require_budget_tables(schema);
	execute format(
		'select r.level, r.as_of, r.cost_name, r.variation, r.confidence from %I.budget_run r where r.run = $1',
		schema)
	into made
	using run;
	if made is null then
		raise exception 'argument "run" must name a recorded budget'
			using errcode = 'no_data_found', hint = format('SELECT run, as_of FROM %I.budget_run.', schema);
	elsif (made.as_of + interval '1 year')::date > ph_support.data_day(schema) + 1 then
		raise exception 'the year of the budget is not over'
			using errcode = 'object_not_in_prerequisite_state', hint =
				format('The data end on %s.', ph_support.data_day(schema));
	end if;
	if segments is null then
		raise exception 'argument "segments" must not be null'
			using errcode = 'null_value_not_allowed', hint = 'It is what the budget was made with.';
	end if;
	perform ph_support.require_columns('segments', segments, '{person_id,segment}'),
		ph_support.require_all_rows(array['select from ' || segments]),
		ph_support.expected_cost_model(schema, made.cost_name);
	perform ph_support.require_one_row_each('segments', segments, 'person_id');
	return query execute format(
		'with spent as (
			select c.%I as place_id, s.segment::text as segment, count(*) as people,
				round(sum(c.cost)::numeric, 2) as spend
			from %I.%I(%L::date) c
			join %s s on s.person_id = c.person_id
			where c.expected is not null and c.cost is not null
			group by 1, 2
		), planned as (
			select l.place_id, l.segment, min(l.people) as people,
				case when bool_and(l.budget is not null) then sum(l.budget) end as budget, min(l.note) as note
			from %2$I.budget_line l
			where l.run = $1
			group by l.place_id, l.segment
		)
		select p.place_id, p.segment, p.people, p.budget, c.lower, c.upper, n.people, n.spend, n.spend - p.budget,
			case
				when n.spend < c.lower then ''below''
				when n.spend > c.upper then ''above''
				when n.spend between c.lower and c.upper then ''within'' end,
			coalesce(p.note, case when n.people <> p.people then ''people_changed'' end)
		from planned p
		cross join lateral (select ph_support.chance_of_cost($2, $3, p.people)) e (chance)
		cross join lateral (
			select p.budget * greatest(0, 1 - e.chance) as lower, p.budget * (1 + e.chance) as upper) c
		left join spent s on s.place_id = p.place_id and s.segment = p.segment
		-- of people of whom nobody is known any more it is not known what they cost
		cross join lateral (
			select coalesce(s.people, 0) as people, coalesce(s.spend, case when p.people = 0 then 0 end) as spend) n
		order by p.place_id, p.segment',
		made.level, schema, made.cost_name, made.as_of, segments)
	using run, made.variation, made.confidence;
end
$$;
comment on function ph.budget_outcome(text, text, regclass) is
	'a recorded virtual budget beside what its people cost in the year from its day on, a row a place and segment: '
	'budget, its limits by chance, spend (people of the day, wherever they were treated or moved, at the prices of '
	'encounter), difference = spend - budget, and stance: below, within or above the limits. segments is what the '
	'budget was made with; where people of the day are now others than then (data that came late), people_now and '
	'the note people_changed say so, and where nobody of them is known spend is NULL. Other notes: of the budget. '
	'Errors: undefined_table, no_data_found for a run that is not there, null_value_not_allowed, '
	'object_not_in_prerequisite_state before the year is over, undefined_column, cardinality_violation, '
	'undefined_function, insufficient_privilege where row security hides rows';
