
-- ---- a score, judged by group ----
-- Calibration by group cannot see that a group is served less than it needs: where the outcome is the use of services
-- it says that the group is scored too high. So what people of one score need is asked of the registers, deaths and
-- emergencies of the shared tables, and comes first in the verdict.

create function ph_support.group_dimension(out dimension text, out expression text, out of_input text)
returns setof record
language sql stable
begin atomic
	select d.dimension, coalesce(d.expression, b.expression), coalesce(d.of_input, p.pattern)
	from (
			values
				(1, 'sex', 'sex', null, null),
				(2, 'age_band', 'age', null, null),
				(3, 'ethnicity', 'race', null, null),
				(4, 'deprivation_quintile', null, null, '(^|_)(depriv[a-z]*|imd[0-9]*)(_|$)'),
				(5, 'place', null, 'coalesce(s.place, ''unknown'')', '(^|_)(place|district|borough)(_|$)'),
				(6, 'record_length', null,
				 'case
					when s.years_of_record < 1 then ''under 1 year''
					when s.years_of_record < 3 then ''1 to 2 years''
					when s.years_of_record < 10 then ''3 to 9 years''
					when s.years_of_record >= 10 then ''10 years or more''
					else ''unknown'' end',
				 '(^|_)(record_length|length_of_record|years_registered)(_|$)')
		) d (number, dimension, characteristic, expression, of_input)
	left join ph.breakdown b on b.breakdown = d.dimension
	left join ph_support.protected_characteristic() p using (characteristic)
	order by d.number;
end;
comment on function ph_support.group_dimension() is
	'what the shared tables part people by, each an expression over p (the person) and s (the stay on the day), and '
	'how names of inputs are known to be of it';

create function ph_support.own_dimension(more regclass, out dimension text, out expression text, out of_input text)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select attname::text, format('coalesce(m.%I::text, ''unknown'')', attname),
		format('(^|_)%s(_|$)', regexp_replace(lower(attname::text collate "C"), '[^a-z0-9]+', '_', 'g'))
	from pg_attribute
	where attrelid = more and attnum > 0 and not attisdropped and attname <> 'person_id'
$$;
comment on function ph_support.own_dimension(regclass) is
	'what a relation of persons parts them by, as ph_support.group_dimension()';

create function ph_support.dimension(more regclass, out dimension text, out expression text, out of_input text)
returns setof record
language sql stable
begin atomic
	select * from ph_support.group_dimension()
	union all
	select * from ph_support.own_dimension(more);
end;
comment on function ph_support.dimension(regclass) is
	'all that people can be parted by: of the shared tables, and of a relation of persons';

create function ph_support.is_of_inputs(inputs text[], of_input text) returns boolean
language sql immutable parallel safe
begin atomic
	select coalesce(bool_or(regexp_replace(lower(i collate "C"), '[^a-z0-9]+', '_', 'g') ~ of_input), false)
	from unnest(inputs) i;
end;
comment on function ph_support.is_of_inputs(text[], text) is
	'whether one of the inputs of a score is of a dimension, by its name';

create function ph_support.require_groups(groups text[], more regclass) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	parts constant text[] := array(select distinct p from unnest(groups) g, string_to_table(g, '*') p);
	ours constant text[] := array(select d.dimension from ph_support.group_dimension() d);
	own constant text[] := array(select d.dimension from ph_support.own_dimension(more) d);
	repeated bigint := 0;
	twice text;
begin
	if coalesce(cardinality(groups), 0) = 0 or array_position(groups, null) is not null then
		raise exception 'argument "groups" must name at least one dimension'
			using errcode = 'invalid_parameter_value', hint = format('Choose of: %s.', array_to_string(ours, ', '));
	end if;
	if more is not null then
		perform ph_support.require_columns('more', more, '{person_id}');
		perform ph_support.require_all_rows(array['select from ' || more]);
		execute format('select count(person_id) - count(distinct person_id) from %s', more) into repeated;
	end if;
	if repeated > 0 then
		raise exception 'argument "more" has % persons more than once', repeated
			using errcode = 'cardinality_violation', hint = 'Who is in which group is one row a person.';
	end if;
	perform ph_support.require_known('groups', parts, ours || own);
	select string_agg(p, ', ') into twice from unnest(parts) p where p = any (ours) and p = any (own);
	if twice is not null then
		raise exception 'argument "more" has columns that are dimensions of the shared tables: %', twice
			using errcode = 'duplicate_column', hint = 'Give these columns other names.';
	end if;
end
$$;
comment on function ph_support.require_groups(text[], regclass) is
	'does nothing where each of the groups is a dimension, or several that are joined by *, of the shared tables or '
	'of the columns of a relation with one row a person. Errors: invalid_parameter_value, undefined_column, '
	'duplicate_column, cardinality_violation, insufficient_privilege';

create function ph_support.group_person_query(schema text, dimensions text[], outcome regclass, more regclass)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format(
		$query$
		with score as materialized (
			select person_id, value, case when value is not null
				then 1 + 20 * (rank() over (order by value) - 1) / count(value) over () end as twentieth
			from %1$I.person_score
			where run = $1
		),
		stay as materialized (
			select person_id, greatest(start_date, $2) as start_date, least(end_date, $3) as end_date,
				case when start_date <= $2 then place end as place,
				case when start_date <= $2 then deprivation_quintile end as deprivation_quintile
			from %1$I.stay
			where start_date < $3 and end_date > $2
		),
		at_risk as (
			select person_id, max(place) as place, max(deprivation_quintile) as deprivation_quintile,
				sum(end_date - start_date) / 365.25::float8 as years
			from stay
			group by person_id
		),
		registered as (
			select person_id::text as person_id, ph.completed_years(min(start_date), $2) as years
			from %1$I.registration
			where start_date <= $2
			group by 1
		),
		condition as (
			select person_id, count(*)::float8 as number
			from %1$I.register
			where first_date < $2 and condition <> all (%2$L)
			group by person_id
		),
		died as (
			select p.person_id::text as person_id
			from %1$I.person p
			join stay s on s.person_id = p.person_id::text
			where p.death_date >= s.start_date and p.death_date < s.end_date
		),
		emergency as (
			select e.person_id::text as person_id, count(*)::float8 as number
			from %1$I.encounter e
			join stay s on s.person_id = e.person_id::text
				and e.start_date >= s.start_date and e.start_date < s.end_date
			where e.pod = 'NEL' and coalesce(ph.is_emergency_admission(e.admission_method), true)
				and e.start_date >= $2 and e.start_date < $3
			group by 1
		)
		select score.value, score.twentieth, o.had, o.outcome%4$s as amount, coalesce(at_risk.years, 0) as years,
			case when known.conditions then coalesce(condition.number, 0) end as conditions,
			(died.person_id is not null)::integer::float8 as died,
			case when known.emergencies then coalesce(emergency.number, 0) end as emergencies, %5$s
		from score
		cross join (
			select exists (select 1 from %1$I.register limit 1) as conditions, %6$s as emergencies
		) known
		left join %1$I.person p on p.person_id::text = score.person_id
		left join at_risk on at_risk.person_id = score.person_id
		left join registered on registered.person_id = score.person_id
		left join condition on condition.person_id = score.person_id
		left join died on died.person_id = score.person_id
		left join emergency on emergency.person_id = score.person_id
		left join (
			select person_id::text as person_id, outcome, %3$s as had from %7$s) o on o.person_id = score.person_id
		%8$s
		cross join lateral (
			select $2 as first_day, at_risk.place, at_risk.deprivation_quintile, registered.years as years_of_record) s
		$query$,
		schema, array(select distinct list from ph.shipped_code_list() where not long_term_condition),
		ph_support.outcome_of(outcome),
		case ph_support.column_type(outcome, 'outcome') when 'boolean'::regtype then '::integer' else '' end,
		(
			select string_agg(format('(%s) as group_%s', d.expression, a.number), ', ' order by a.number)
			from unnest(dimensions) with ordinality a (dimension, number)
			join ph_support.dimension(more) d using (dimension)
		),
		ph_support.kind_is_known(schema, 'pod = ''NEL'''), outcome,
		'left join ' || more || ' m on m.person_id::text = score.person_id')
$$;
comment on function ph_support.group_person_query(text, text[], regclass, regclass) is
	'the query of the people of a run $1 as of a day $2, until another $3: score and twentieth of all by score (who '
	'is tied is in one), outcome, years at risk, long-term conditions on the day, death and emergency admissions '
	'while at risk until the other day (unknown where nobody has any register or emergency), and group_1, ... by the '
	'dimensions; births are no emergencies';

create function ph_support.gives_expected(schema text, run text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	family text;
begin
	execute format('select model ->> ''family'' from %I.score_run r where r.run = $1', schema) into family using run;
	return coalesce(family = 'poisson', false) or ph_support.gives_risks(schema, run);
end
$$;
comment on function ph_support.gives_expected(text, text) is
	'whether the scores of a run add up to what is expected: risks, or counts that a Poisson model expects';

create function ph_support.score_strata(
	schema text, run text, outcome regclass, threshold float8, groups text[], more regclass)
returns setof ph_support.score_stratum
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off  -- it would take longer to compile the query than to run it
set enable_nestloop = off  -- of a run that was just recorded there are no statistics
as $$
declare
	dimensions constant text[] := array(select distinct p from unnest(groups) g, string_to_table(g, '*') p order by p);
	as_of date;
	until date;
	inputs text[];
	parted text;
begin
	execute format('select as_of, (as_of + horizon)::date, inputs from %I.score_run r where r.run = $1', schema)
	into as_of, until, inputs
	using run;
	select string_agg(
		format('(%L, %L::boolean, %s)', g, (
				select bool_or(ph_support.is_of_inputs(inputs, d.of_input))
				from string_to_table(g, '*') p
				join ph_support.dimension(more) d on d.dimension = p), (
				select string_agg('p.group_' || array_position(dimensions, p.name), ' || '' * '' || ' order by p.place)
				from string_to_table(g, '*') with ordinality p (name, place))),
		', ')
	into parted
	from (select distinct unnest(groups)) asked (g);
	return query execute format(
		$query$
		with person as materialized (%s)
		select g.dimension, g.is_input, g.group_name, p.twentieth::integer, count(*), count(p.value),
			count(p.had) filter (where p.value is not null), count(*) filter (where p.value >= $4),
			count(*) filter (where p.had), count(p.had) filter (where p.value >= $4),
			count(*) filter (where p.had and p.value >= $4),
			ph.person_tally(p.value, p.had) filter (where p.had is not null and p.value is not null),
			ph.person_tally(0, case when $6 then p.had::integer else p.amount end, p.value)  -- a risk is of whether
				filter (where $5 and p.amount is not null and p.value is not null),
			sum(p.years), sum(p.years ^ 2), sum(p.conditions), sum(p.conditions ^ 2), sum(p.died),
			sum(p.died * p.years), sum(p.emergencies), sum(p.emergencies ^ 2), sum(p.emergencies * p.years)
		from person p
		cross join lateral (values %s) g (dimension, is_input, group_name)
		group by g.dimension, g.is_input, g.group_name, p.twentieth
		$query$,
		ph_support.group_person_query(schema, dimensions, outcome, more), parted)
	using run, as_of, until, threshold, ph_support.gives_expected(schema, run), ph_support.gives_risks(schema, run);
end
$$;
comment on function ph_support.score_strata(text, text, regclass, float8, text[], regclass) is
	'what is counted of the people of a run, by group and twentieth of all people by score; the arguments are those of '
	'ph.score_by_group';

create function ph_support.may_explain(need ph.estimate, observed_to_expected ph.estimate, confidence float8)
returns boolean
language sql immutable parallel safe
return ln((need).value) > ln((need).value / (need).lower) / ph_support.two_sided_z(confidence)
	and (need).upper >= 1 / (observed_to_expected).value;
comment on function ph_support.may_explain(ph.estimate, ph.estimate, float8) is
	'whether a ratio of need is more than a standard error above 1, and may be as far above as outcomes are below what '
	'scores expect: under-service may then be why';

create function ph_support.group_verdict(
	is_input boolean, observed_to_expected ph.estimate, conditions ph.estimate, emergencies ph.estimate,
	confidence float8) returns text
language sql immutable parallel safe
return case
	when is_input then 'input_of_score'
	when greatest((conditions).lower, (emergencies).lower) > 1 then 'under_served'
	when (conditions).lower is null or (emergencies).lower is null then null
	when (observed_to_expected).lower > 1 then 'recalibrate'
	-- recalibrating would push the group down: too few people must not be why its need is not above 1
	when (observed_to_expected).upper < 1 and (
			ph_support.may_explain(conditions, observed_to_expected, confidence)
			or ph_support.may_explain(emergencies, observed_to_expected, confidence))
		then null
	when (observed_to_expected).upper < 1 then 'recalibrate'
	else 'none' end;
comment on function ph_support.group_verdict(boolean, ph.estimate, ph.estimate, ph.estimate, float8) is
	'under_served where need at equal score is above 1, whatever observed over expected says; recalibrate where that '
	'is off and need is not above 1; none; input_of_score, which is not judged; NULL where need cannot be told, and '
	'where scores are too high while need is a standard error above 1, so that recalibrating may push down who is '
	'under-served';

create function ph.score_by_group(
	schema text, run text, outcome regclass, threshold float8,
	groups text[] default null, more regclass default null, confidence float8 default 0.95,
	out dimension text, out group_name text, out people bigint, out without_score bigint, out without_outcome bigint,
	out listed bigint, out events bigint,
	out listed_share float8, out listed_share_lower float8, out listed_share_upper float8,
	out sensitivity float8, out sensitivity_lower float8, out sensitivity_upper float8,
	out false_positive_share float8, out false_positive_share_lower float8, out false_positive_share_upper float8,
	out auroc float8, out auroc_lower float8, out auroc_upper float8,
	out observed_to_expected float8, out observed_to_expected_lower float8, out observed_to_expected_upper float8,
	out slope float8, out slope_lower float8, out slope_upper float8,
	out conditions_ratio float8, out conditions_ratio_lower float8, out conditions_ratio_upper float8,
	out emergency_ratio float8, out emergency_ratio_lower float8, out emergency_ratio_upper float8,
	out deaths_ratio float8, out deaths_ratio_lower float8, out deaths_ratio_upper float8,
	out verdict text, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	is_risk boolean;
	is_expected boolean;
	asked constant text[] := coalesce(groups, array(select d.dimension from ph_support.group_dimension() d));
	strata ph_support.score_stratum[];
begin
	perform ph_support.require_whole_run(schema, run), ph_support.require_outcome_over(schema, run),
		ph_support.require_groups(asked, more), ph_support.two_sided_z(confidence);
	perform ph_support.require_threshold(threshold);
	if to_regclass(format('%I.stay', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	is_risk := ph_support.gives_risks(schema, run);
	is_expected := ph_support.gives_expected(schema, run);
	strata := array(select s from ph_support.score_strata(schema, run, outcome, threshold, asked, more) s);
	return query
		with need as materialized (
			select * from ph_support.need_at_equal_score(strata, confidence)
		),
		counted as (
			select s.dimension, s.is_input, s.group_name, sum(s.people)::bigint as people,
				sum(s.scored)::bigint as scored, sum(s.with_outcome)::bigint as with_outcome,
				sum(s.listed)::bigint as listed, sum(s.events)::bigint as events, sum(s.found) as found,
				sum(s.listed_with_outcome) - sum(s.found) as listed_without_event, ph.rollup(s.outcomes) as outcomes,
				ph.rollup(s.expected) as expected,
				1 - (1 - confidence) / count(*) over (partition by s.dimension) as confidence
			from unnest(strata) s
			group by s.dimension, s.is_input, s.group_name
		)
		select c.dimension, c.group_name, c.people, c.people - c.scored, c.scored - c.with_outcome,
			c.listed, c.events, listed.value, listed.lower, listed.upper, found.value, found.lower, found.upper,
			wrong.value, wrong.lower, wrong.upper, auroc.value, auroc.lower, auroc.upper,
			total.value, total.lower, total.upper, line.slope, line.slope_lower, line.slope_upper,
			(conditions.ratio).value, (conditions.ratio).lower, (conditions.ratio).upper,
			(emergencies.ratio).value, (emergencies.ratio).lower, (emergencies.ratio).upper,
			(deaths.ratio).value, (deaths.ratio).lower, (deaths.ratio).upper, judged.verdict,
			nullif(concat_ws('; ', 'auroc: ' || auroc.note, 'observed_to_expected: ' || case
					when is_expected then total.note
					else 'not_a_risk' end, 'slope: ' || case when is_risk then line.note end,
				'conditions: ' || (conditions.ratio).note, 'deaths: ' || (deaths.ratio).note,
				'emergencies: ' || (emergencies.ratio).note,
				'alone_at_score: ' || nullif(conditions.alone, 0) || ' people',
				case when judged.verdict is null and (conditions.ratio).lower + (emergencies.ratio).lower > 0
					then 'verdict: need_not_settled' end), '')
		from counted c
		join need conditions on (conditions.dimension, conditions.group_name) = (c.dimension, c.group_name)
			and conditions.need = 'conditions'
		join need deaths on (deaths.dimension, deaths.group_name) = (c.dimension, c.group_name)
			and deaths.need = 'deaths'
		join need emergencies on (emergencies.dimension, emergencies.group_name) = (c.dimension, c.group_name)
			and emergencies.need = 'emergencies'
		cross join lateral (
			select ph.events(c.outcomes) as ill, ph.exposure(c.outcomes) - ph.events(c.outcomes) as well) known
		cross join lateral ph.proportion(ph_support.tally_of_count(c.listed, c.people), 1, c.confidence) listed
		cross join lateral ph.auroc(c.outcomes, c.confidence) auroc
		cross join lateral ph.crude_rate(case when is_expected then c.expected end, 1, c.confidence, 'exact') total
		cross join lateral ph.calibration(case when is_risk then c.outcomes end, c.confidence) line
		cross join lateral ph.proportion(ph_support.tally_of_count(c.found, known.ill), 1, c.confidence) found
		cross join lateral ph.proportion(
			ph_support.tally_of_count(c.listed_without_event, known.well), 1, c.confidence) wrong
		cross join lateral (
			select ph_support.group_verdict(c.is_input, total, conditions.ratio, emergencies.ratio, c.confidence)
				as verdict) judged
		order by array_position(asked, c.dimension), c.group_name collate "C";
end
$$;
comment on function ph.score_by_group(text, text, regclass, float8, text[], regclass, float8) is
	'a run judged by group when its outcomes have arrived, a row a dimension and group; groups of a dimension close to '
	'the whole. outcome is a relation of person_id and outcome (true, false, or how many), threshold the score from '
	'which people are listed, groups dimensions of the day of the run (NULL: sex, age_band, ethnicity, '
	'deprivation_quintile, place, record_length, which is since the first registration), columns of the relation more '
	'(person_id and what else people are parted by, one row a person), or several joined by *, such as '
	'place*language; unknown is a group. people are all of the run; listed_share is of all of them, sensitivity and '
	'false_positive_share of those with a score and a known outcome (Wilson limits), auroc as ph.auroc, '
	'observed_to_expected and slope of risks and of expected counts alone. Need at equal score: long-term conditions '
	'a head on the day, emergency admissions (births are none) and deaths a year at risk in the time in which '
	'outcomes count, each over the rate of everybody outside the group in the same twentieth of all people by score, '
	'who is tied in one. All limits at 1 - (1 - confidence) / k for k groups of the dimension. verdict: under_served, '
	'recalibrate, none, input_of_score (shown, not judged) or NULL, where the numbers do not suffice. Notes: those of '
	'ph.auroc and ph.calibration with the column''s name before them, not_a_risk, unknown, too_few (fewer than 10 '
	'observed in the group or outside it), nobody_outside, alone_at_score (people left out of need, fewer than two '
	'outside being in their twentieth), need_not_settled (scores too high, '
	'and under-service may be why). '
	'Errors: undefined_table, invalid_parameter_value, undefined_column, datatype_mismatch, cardinality_violation, '
	'duplicate_column, null_value_not_allowed, numeric_value_out_of_range, object_not_in_prerequisite_state '
	'while the time in which outcomes count is not over, insufficient_privilege where row security hides rows of the '
	'run, outcome or more';

-- ---- kept beside the run ----

create procedure ph_support.store_groups(
	schema text, run text, outcome regclass, judged_at timestamptz, threshold float8, groups text[], more regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_accountability_tables(schema);
	-- run_group has these columns in this order
	execute format('insert into %I.run_group
		select $1, $2::text, $3, $4, g.* from ph.score_by_group($5, $1, $2, $4, $6, $7) g', schema)
	using run, outcome, judged_at, threshold, schema, groups, more;
end
$$;
comment on procedure ph_support.store_groups(text, text, regclass, timestamptz, float8, text[], regclass) is
	'writes ph.score_by_group into run_group. Errors: those of ph.score_by_group';
