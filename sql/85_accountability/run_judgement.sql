
-- ---- a run, judged when its outcomes have arrived ----

create function ph_support.outcome_until(schema text, run text) returns date
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer date;
begin
	execute format('select as_of + horizon from %I.score_run r where r.run = $1', schema)
	into answer
	using run;
	return answer;
end
$$;
comment on function ph_support.outcome_until(text, text) is
	'the day after the time in which outcomes of a run count; NULL where it tells of none';

create function ph_support.outcome_is_over(schema text, run text) returns boolean
language sql stable
return ph_support.outcome_until(schema, run) <= ph_support.data_day(schema) + 1;
comment on function ph_support.outcome_is_over(text, text) is
	'whether the data reach the end of the time in which outcomes of a run count; NULL where there is none';

create function ph_support.require_outcome_over(schema text, run text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	is_over constant boolean := ph_support.outcome_is_over(schema, run);
begin
	if is_over is null then
		raise exception 'run "%" tells of no time in which an outcome counts', run
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Record a run with a horizon to judge it, such as horizon => ''1 year''.';
	elsif not is_over then
		raise exception 'the time in which outcomes of run "%" count is not over', run
			using errcode = 'object_not_in_prerequisite_state', hint = format('It ends on %s, the data on %s.',
				ph_support.outcome_until(schema, run) - 1, ph_support.data_day(schema));
	end if;
end
$$;
comment on function ph_support.require_outcome_over(text, text) is
	'does nothing where the data reach the end of the time in which outcomes of a run count. '
	'Errors: object_not_in_prerequisite_state';

create function ph_support.outcome_of(outcome regclass) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	of_type constant regtype := ph_support.column_type(outcome, 'outcome');
	repeated bigint;
	uncounted bigint := 0;
begin
	if outcome is null then
		raise exception 'argument "outcome" must not be null'
			using errcode = 'null_value_not_allowed', hint =
				'It is a relation of person_id and outcome, one row a person: true, false, or how many.';
	end if;
	perform ph_support.require_columns('outcome', outcome, '{person_id,outcome}');
	if of_type <> all ('{boolean,smallint,integer,bigint,real,double precision,numeric}'::regtype[]) then
		raise exception 'column "outcome" of argument "outcome" must be true, false or a number'
			using errcode = 'datatype_mismatch';
	end if;
	perform ph_support.require_all_rows(array['select from ' || outcome]);
	execute format('select count(person_id) - count(distinct person_id) from %s', outcome) into repeated;
	if repeated > 0 then
		raise exception 'argument "outcome" has % persons more than once', repeated
			using errcode = 'cardinality_violation', hint = 'An outcome is one row a person.';
	end if;
	if of_type <> 'boolean'::regtype then
		execute format('select count(*) from %s where not (outcome >= 0 and outcome < ''infinity''::float8)',
			outcome)
		into uncounted;
	end if;
	if uncounted > 0 then
		raise exception 'column "outcome" of argument "outcome" has % numbers that are no counts', uncounted
			using errcode = 'numeric_value_out_of_range', hint = 'It is how many, from 0 on; NULL is not known.';
	end if;
	return case of_type when 'boolean'::regtype then 'outcome' else 'outcome > 0' end;
end
$$;
comment on function ph_support.outcome_of(regclass) is
	'the expression of whether somebody of a relation of outcomes had it. '
	'Errors: null_value_not_allowed, undefined_column, datatype_mismatch, cardinality_violation, '
	'numeric_value_out_of_range, insufficient_privilege';

create function ph_support.gives_risks(schema text, run text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer boolean;
begin
	execute format($query$
		select case r.kind
			when 'model' then r.model ->> 'family' in ('logistic', 'cox')
			when 'instrument' then (select i.gives_risk from ph.instruments() i where i.instrument = r.score)
			else (
				select coalesce(bool_and(s.value between 0 and 1) and bool_or(s.value > 0 and s.value < 1), false)
				from %1$I.person_score s
				where s.run = $1) end
		from %1$I.score_run r
		where r.run = $1$query$, schema)
	into answer
	using run;
	return answer;
end
$$;
comment on function ph_support.gives_risks(text, text) is
	'whether the scores of a run are probabilities: of a model or an instrument that gives some; of somebody else''s '
	'product where all are from 0 to 1, and not 0 and 1 alone';

create function ph_support.judged_at_cut(tally ph.tally, threshold float8)
returns table (statistic text, value float8, lower float8, upper float8, note text)
language sql immutable parallel safe
begin atomic
	with counted as (
		select coalesce(sum(exposure), 0) as people, coalesce(sum(events), 0) as ill,
			coalesce(sum(exposure) filter (where key >= threshold), 0) as listed,
			coalesce(sum(events) filter (where key >= threshold), 0) as found
		from ph.cells(tally)
		where key is not null
	)
	select s.statistic, e.value, e.lower, e.upper, e.note
	from counted, lateral (
		values
			('listed', listed, people),
			('sensitivity', found, ill),
			('false_positive_share', listed - found, people - ill),
			('positive_predictive_value', found, listed)) s (statistic, part, whole),
		lateral ph.proportion(ph_support.tally_of_count(s.part, s.whole)) e;
end;
comment on function ph_support.judged_at_cut(ph.tally, float8) is
	'of a tally keyed by score, what listing everybody at or above a score does: share listed, sensitivity, share of '
	'who had no outcome that is listed, positive predictive value';

create function ph_support.judged(tally ph.tally, threshold float8, is_risk boolean, counts ph.tally)
returns table (statistic text, threshold float8, value float8, lower float8, upper float8, note text)
language sql immutable parallel safe
begin atomic
	select 'auroc', null::float8, a.value, a.lower, a.upper, a.note from ph.auroc(tally) a
	union all
	select 'average_precision', null, a.value, a.lower, a.upper, a.note from ph.average_precision(tally) a
	union all
	select s.statistic, null, s.value, s.lower, s.upper, c.note
	from ph.calibration(case when is_risk then tally end) c, lateral (
		values
			('observed_to_expected', observed_to_expected, observed_to_expected_lower, observed_to_expected_upper),
			('in_the_large', in_the_large, in_the_large_lower, in_the_large_upper),
			('slope', slope, slope_lower, slope_upper),
			('brier', brier, null, null),
			('brier_scaled', brier_scaled, null, null),
			('log_loss', log_loss, null, null)) s (statistic, value, lower, upper)
	where is_risk
	union all
	select 'observed_to_expected', null, r.value, r.lower, r.upper, r.note
	from ph.crude_rate(counts, 1, 0.95, 'exact') r
	where not is_risk and counts is not null
	union all
	select c.statistic, $2, c.value, c.lower, c.upper, c.note from ph_support.judged_at_cut(tally, $2) c
	union all
	select s.statistic, $2, s.value, null, null, null
	from ph.net_benefit(case when is_risk then tally end, array[$2]) n, lateral (
		values ('net_benefit', n.net_benefit), ('net_benefit_of_all', n.net_benefit_all)) s (statistic, value)
	where is_risk
	union all
	select s, null, null, null, null, 'not_a_risk'
	from unnest('{observed_to_expected,in_the_large,slope,brier,brier_scaled,log_loss,net_benefit,
		net_benefit_of_all}'::text[]) s
	where not is_risk and (s <> 'observed_to_expected' or counts is null);
end;
comment on function ph_support.judged(ph.tally, float8, boolean, ph.tally) is
	'the statistics of a judgement: of a tally keyed by score, ph.person_tally(score, outcome), and the score from '
	'which people are listed; what only risks have is NULL with the note not_a_risk for other scores; counts are those '
	'that had happened over those expected, where scores are expected counts (else NULL)';

create function ph_support.listed_from(schema text, run text) returns float8
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer float8;
begin
	execute format('select min(value) from %I.person_score s where s.run = $1 and tier = 1', schema)
	into answer
	using run;
	return answer;
end
$$;
comment on function ph_support.listed_from(text, text) is 'the lowest score in the first tier of a run';

create function ph_support.require_threshold(threshold float8) returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if threshold is null then
		raise exception 'argument "threshold" must not be null'
			using errcode = 'null_value_not_allowed', hint =
				'It is the score from which people are listed; ph.judge_run takes the lowest in tier 1, if anybody is.';
	elsif threshold = 'NaN' then
		raise exception 'argument "threshold" must be a number'
			using errcode = 'invalid_parameter_value', hint = 'It is the score from which people are listed.';
	end if;
end
$$;
comment on function ph_support.require_threshold(float8) is
	'does nothing where there is a score from which people are listed. '
	'Errors: null_value_not_allowed, invalid_parameter_value';

create procedure ph.judge_run(
	schema text, run text, outcome regclass, threshold float8 default null, groups text[] default null,
	more regclass default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	had constant text := ph_support.outcome_of(outcome);
	judged_at constant timestamptz := clock_timestamp();
	cut float8;
	is_risk boolean;
begin
	perform ph_support.require_whole_run(schema, run);
	perform ph_support.require_outcome_over(schema, run);
	cut := coalesce(threshold, ph_support.listed_from(schema, run));
	perform ph_support.require_threshold(cut);
	is_risk := ph_support.gives_risks(schema, run);
	execute format($query$
		insert into %1$I.run_judgement (
			run, outcome, judged_at, statistic, threshold, value, lower, upper, note, people, events)
		select $1, $2, $3, j.statistic, j.threshold, j.value, j.lower, j.upper,
			nullif(concat_ws('; ', j.note, case when t.without_outcome > 0
				then format('without_outcome: %%s people', t.without_outcome) end), ''), t.people, t.events
		from (
			select coalesce(ph.person_tally(s.value, (%2$s)::integer) filter (where %2$s is not null),
					ph.person_tally(null::float8, 0)) as tally,
				case when $6 then ph.person_tally(0, %4$s, s.value) filter (where %2$s is not null) end as counts,
				count(*) filter (where %2$s is not null) as people, count(*) filter (where %2$s) as events,
				count(*) filter (where %2$s is null) as without_outcome
			from %1$I.person_score s
			left join %3$s o on o.person_id::text = s.person_id
			where s.run = $1 and s.value is not null
		) t, ph_support.judged(t.tally, $4, $5, t.counts) j$query$, schema, had, outcome,
		case ph_support.column_type(outcome, 'outcome')
			when 'boolean'::regtype then 'outcome::integer'
			else 'outcome' end)
	using run, outcome::text, judged_at, cut, is_risk, ph_support.gives_expected(schema, run) and not is_risk;
	if groups is null and to_regclass(format('%I.stay', schema)) is null then
		raise notice 'groups are not judged: schema "%" has no population views', schema
			using hint = 'CALL ph.create_population_views(...), and judge again.';
	else
		call ph_support.store_groups(schema, run, outcome, judged_at, cut, groups, more);
	end if;
end
$$;
comment on procedure ph.judge_run(text, text, regclass, float8, text[], regclass) is
	'judges a run when its outcomes have arrived, and writes what it finds beside it: into run_judgement '
	'discrimination, calibration (of expected counts observed over expected alone) and net benefit of the whole, '
	'into run_group those of groups (ph.score_by_group). outcome is a relation of person_id and outcome (true, '
	'false, or how many), one row a person; who has a score and is not in it has no known outcome, and is left out and '
	'counted. threshold is the score from which people are listed (NULL: the lowest in tier 1). groups and more '
	'as in ph.score_by_group; without population views there are none. '
	'Errors: invalid_parameter_value, undefined_column, datatype_mismatch, object_not_in_prerequisite_state while the '
	'time in which outcomes count is not over, cardinality_violation where a person has two outcomes, '
	'numeric_value_out_of_range where outcomes are no counts, null_value_not_allowed without a threshold, '
	'insufficient_privilege where row security hides rows';
