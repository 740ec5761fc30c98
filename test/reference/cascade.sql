-- reads reference/people
-- Cascades of offers, who is in work on a day and what share, and what errors.csv says of both.
-- One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table cascade_input (
	case_id text, tag text, person integer, identified_on date, offered_on date, answered_on date, answer text,
	started_on date, completed_on date, better boolean, ended_on date, ended_because text);
create temp table cascade_expected (
	case_id text, tag text, as_of date, stage text, reached bigint, lost bigint, open bigint, undated bigint,
	share_of_previous float8, previous_lower float8, previous_upper float8, moved_28 float8, moved_84 float8,
	median_days float8, share_of_identified float8, identified_lower float8, identified_upper float8);
create temp table work_person (
	case_id text, tag text, person integer, support_started date, death date, moved date, data_end date);
create temp table work_spell (
	case_id text, tag text, person integer, start_date date, end_date date, status text);
create temp table work_expected (
	case_id text, tag text, person integer, months integer, day date, in_work boolean, has_job boolean, note text);
create temp table work_share (
	case_id text, tag text, months integer, people bigint, in_work bigint, not_in_work bigint, no_spell bigint,
	died bigint, moved bigint, not_yet bigint, share float8, lower float8, upper float8, share_if_gaps_out float8,
	share_if_gaps_in float8);
create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy cascade_input from program 'cat $REFERENCE/cascade_input.csv' csv header
\copy cascade_expected from program 'cat $REFERENCE/cascade_expected.csv' csv header
\copy work_person from program 'cat $REFERENCE/work_person.csv' csv header
\copy work_spell from program 'cat $REFERENCE/work_spell.csv' csv header
\copy work_expected from program 'cat $REFERENCE/work_expected.csv' csv header
\copy work_share from program 'cat $REFERENCE/work_share.csv' csv header
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
\ir agreement.psql
\ir people_agreement.psql

-- folded in one go, and in parts that are stored as text
create temp table folded as
select case_id, ph.offer_cascade(identified_on, offered_on, answered_on, answer, started_on, completed_on, better,
		ended_on, as_of) as whole
from cascade_input
join (select distinct case_id, as_of from cascade_expected) e using (case_id)
group by case_id;
create temp table parted as
select case_id, ph.cascade_rollup(part::text::ph.cascade) as whole
from (
	select case_id, ph.offer_cascade(identified_on, offered_on, answered_on, answer, started_on, completed_on,
			better, ended_on, as_of) as part
	from cascade_input
	join (select distinct case_id, as_of from cascade_expected) e using (case_id)
	group by case_id, person % 3
) part
group by case_id;
insert into result
select name, e.case_id || ' ' || e.stage,
	(e.reached, e.lost, e.open, e.undated) is not distinct from (s.reached, s.lost, s.open, s.undated)
	and pg_temp.agree(
		array[s.share_of_previous, s.previous_lower, s.previous_upper, s.moved_28, s.moved_84, s.median_days,
			s.share_of_first, s.first_lower, s.first_upper],
		array[e.share_of_previous, e.previous_lower, e.previous_upper, e.moved_28, e.moved_84, e.median_days,
			e.share_of_identified, e.identified_lower, e.identified_upper], 1e-9)
from cascade_expected e
left join (
	select 'cascades' as name, f.case_id, s.* from folded f, ph.cascade_stages(whole) s
	union all
	select 'cascades of parts', p.case_id, s.* from parted p, ph.cascade_stages(whole) s
) s using (case_id, stage);

create temp table answered as
select p.case_id, p.tag, p.person, m.months, a.*,
	(p.support_started + make_interval(months => m.months))::date as day
from work_person p
cross join (values (3), (6), (12)) m (months)
left join (
	select case_id, person, array_agg(start_date) as starts, array_agg(end_date) as ends, array_agg(status) as statuses
	from work_spell
	group by case_id, person
) s using (case_id, person)
cross join lateral ph.work_on_day(
	(support_started + make_interval(months => m.months))::date, starts, ends, statuses, death, moved, data_end) a;
insert into result
select 'in work on a day', concat_ws(' ', e.case_id, e.person, months),
	(e.day, e.in_work, e.has_job, e.note) is not distinct from (a.day, a.in_work, a.has_job, a.note)
from work_expected e
full join answered a using (case_id, person, months);
insert into result
select 'shares in work', concat_ws(' ', e.case_id, months),
	(e.people, e.in_work, e.not_in_work, e.no_spell, e.died, e.moved, e.not_yet) is not distinct from
		(s.people, s.in_work, s.not_in_work, s.no_spell, s.died, s.moved, s.not_yet)
	and pg_temp.agree(
		array[s.share, s.lower, s.upper, s.share_if_gaps_out, s.share_if_gaps_in],
		array[e.share, e.lower, e.upper, e.share_if_gaps_out, e.share_if_gaps_in], 1e-9)
from work_share e
cross join lateral (
	select ph.work_count(a.in_work, a.note) as counts
	from answered a
	where (a.case_id, a.months) = (e.case_id, e.months)
) c
cross join lateral ph.work_share(counts) s;

-- a call that is right but for what the scenario says
create function pg_temp.outcome(scenario text) returns text language plpgsql
as $$
declare
	undated bigint;
	said text;
begin
	case scenario
		when 'answer accepted without offer' then
			select s.undated into undated
			from (
				select ph.offer_cascade('2025-01-01', null, '2025-02-01', 'accepted', null, null, null, null,
						'2025-12-31') as c
			) c, ph.cascade_stages(c) s
			where s.stage = 'offered' and s.reached = 1;
			return case undated when 1 then 'ok: offer implied, undated' end;
		when 'started though declined' then
			perform ph.offer_cascade('2025-01-01', '2025-01-02', '2025-02-01', 'declined', '2025-03-01', null, null,
				null, '2025-12-31');
		when 'ended before identified' then
			perform ph.offer_cascade('2025-01-01', null, null, null, null, null, null, '2024-12-31', '2025-12-31');
		when 'spell that ends before it starts' then
			perform ph.work_on_day('2025-06-01', '{2025-05-01}', '{2025-04-01}', '{employed}');
		when 'spell after death' then
			select note into said
			from ph.work_on_day('2025-06-01', '{2025-05-01}', '{null}', '{employed}', '2025-04-01');
			return case said when 'died' then 'reported, not used' end;
		when 'support start NULL' then
			select 'null:' || note into said from ph.work_on_day(null, '{2025-05-01}', '{null}', '{employed}');
			return said;
	end case;
	return 'ok';
exception when data_exception then
	return 'error';
end
$$;
insert into result
select 'bad input of cascades and work', case_id || ' ' || scenario || ': ' || outcome, outcome = recommended_outcome
from errors, lateral pg_temp.outcome(scenario) outcome
where function_name in ('cascade', 'work');

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
