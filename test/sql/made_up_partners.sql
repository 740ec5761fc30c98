-- What is planted in the made-up population of all partners is in its data: wobbles, crises, what help does and for
-- whom, who falls out of work, who is lost, whom people usually see.
\set SHOW_CONTEXT never
\set persons 3000
\set schema health
set client_min_messages = warning;
set datestyle = 'ISO, YMD';
call ph.create_shared_tables('health');
\set ECHO none
\o /dev/null
\i test/demo/code_list.sql
\i test/demo/generate.sql
\o
\set ECHO all

\set ON_ERROR_STOP off
set search_path = health, health_truth;
-- nothing is wrong with the tables, and none of all partners is empty
select problem, relation, column_name, found from ph.check_shared_tables('health');
select relation
from ph.shared_table()
where relation in (
		'partner', 'service', 'encounter_service', 'contact', 'life_event', 'work_status', 'intervention',
		'intervention_exclusion', 'offer')
	and query_to_xml(format('select from health.%I limit 1', relation), true, false, '')::text !~ '<row';
select count(distinct kind) as kinds_of_partner from partner;
select pillar, bool_or(crisis) as crisis, bool_or(upstream) as upstream, count(*) > 1 as several
from service
group by pillar
order by pillar;
select pod from encounter where pod not in (select e.pod from encounter_service e) limit 1;
select relname from pg_class where relnamespace = 'health_truth'::regnamespace and relkind = 'r'
	and obj_description(oid) is null;
-- what police, employers and nobody else wrote is for themselves alone
select kind in ('police_fire', 'employer') as for_themselves, bool_and((purposes = '{}') = (
	kind in ('police_fire', 'employer'))) as holds
from (
	select partner, purposes from contact
	union all
	select partner, purposes from life_event
	union all
	select partner, purposes from work_status
) r
join partner using (partner)
group by 1
order by 1;

-- a crisis of the truth is a contact with a crisis service on its day, and the other way round
select count(*) > 300 as many, count(*) filter (where in_data is null or in_truth is null) as astray
from (
	select person_id, start_date, service, true as in_data from contact
	join service using (service) where crisis
) c
full join (
	select person_id, crisis_date as start_date, service, true as in_truth from crisis where source = 'contact'
) t using (person_id, start_date, service);
select
	count(*) filter (where ends_in_crisis) between 0.5 * count(*) and 0.65 * count(*) as some_end_in_crisis,
	count(*) filter (where ends_in_crisis and unplanned = 0)
		between 0.05 * count(*) filter (where ends_in_crisis) and 0.25 * count(*) filter (where ends_in_crisis)
		as some_show_nothing,
	count(*) filter (where life_event is not null) > 0.3 * count(*) as some_from_life_events
from (
	select r.*, (
		select count(*)
		from contact c
		where c.person_id = r.person_id and not planned and c.start_date >= r.onset_date and c.start_date < r.end_date
	) as unplanned
	from rise r
) r;
-- unplanned contacts within a rise, less those that the person has at other times, are as many as planted
with unplanned as (
	select person_id, start_date from contact join service using (service) where not planned and not crisis
), counted as (
	select r.*, r.end_date - r.onset_date as days,
		count(*) filter (where u.start_date >= r.onset_date and u.start_date < r.end_date) as within,
		count(*) filter (where u.start_date < r.onset_date - 5 or u.start_date > r.end_date + 35) as outside,
		max(seen) - (r.end_date - r.onset_date) - 40 as other_days
	from rise r
	join (
		select person_id, max(least(coalesce(end_date, '2025-04-01'), '2025-04-01'))
			- min(greatest(start_date, '2022-04-01')) as seen
		from registration
		group by person_id
	) s using (person_id)
	left join unplanned u using (person_id)
	group by r.person_id, r.onset_date, r.end_date, r.size, r.of_rate, r.cause, r.life_event, r.life_event_date,
		r.ends_in_crisis, r.crisis_date, r.spared_by
)
select count(*) > 200 as many,
	sum(within - outside * days / greatest(other_days, 30)::numeric)
		/ sum((size - 1) * of_rate * days / 365.25 * 5 / 6) between 0.87 and 1.13 as tempo_as_planted
from counted;

-- help spares the share that it truly spares, of whom it truly helps; what is spared is not in the data
create temp view effect_on_event as
with happened as (
	select person_id, 'crisis' as event, crisis_date as day, false as spared from crisis where source = 'contact'
	union all
	select person_id, 'fell', event_date, false from life_event where kind = 'fell'
	union all
	select person_id, 'out_of_work', left_on, false from fell_out_of_work
	union all
	select person_id, event, event_date, true from spared
)
select o.intervention, i.event, h.spared, e.rate_ratio as true_ratio
from offer o
join intervention i using (intervention, version)
join residence r on r.person_id = o.person_id and r.start_date <= o.identified_on
	and coalesce(r.end_date > o.identified_on, true)
join place_factor f on f.place_id = r.lsoa21_code and f.factor = 'imd2019_decile'
join effect e on e.intervention = o.intervention and case e.for_whom
	when 'deprivation_decile <= 4' then f.value <= 4 when 'deprivation_decile > 4' then f.value > 4 else true end
join happened h on h.person_id = o.person_id and h.event = i.event and h.day >= o.started_on;
select event, count(*) > 4 as enough,
	abs(count(*) filter (where not spared) - sum(true_ratio)) < 3 * sqrt(sum(true_ratio * (1 - true_ratio)))
		as as_planted
from effect_on_event
group by rollup (event)
order by event;
select count(*) as spared_and_there
from spared s
where exists (
		select
		from contact c
		join service using (service)
		where crisis and c.person_id = s.person_id and c.start_date = s.event_date and s.event = 'crisis')
	or exists (
		select from life_event l where l.person_id = s.person_id and event_date = s.event_date and kind = s.event)
	or exists (
		select
		from fell_out_of_work f
		where f.person_id = s.person_id and left_on = event_date and event = 'out_of_work');
-- what is known of each effect is not the truth, and its limits hold it
select count(*) filter (where truth not between rate_ratio_lower and rate_ratio_upper) as outside,
	count(*) filter (where truth = rate_ratio) as exact
from intervention
join (select intervention, avg(rate_ratio) as truth from effect group by intervention) e using (intervention);

-- who falls out of work leaves a spell in it that day, and comes back on the day that is said
select count(*) > 100 as many, count(*) filter (where left_work is null) as not_left,
	count(*) filter (where w.status is distinct from f.status) as other_status,
	count(*) filter (where back_on is not null and came_back is null) as not_back
from fell_out_of_work f
left join work_status w on w.person_id = f.person_id and w.start_date = left_on
left join lateral (
	select true as left_work
	from work_status b
	where b.person_id = f.person_id and b.start_date < left_on and b.status in ('employed', 'self_employed', 'off_sick')
	limit 1) b on true
left join lateral (
	select true as came_back
	from work_status b
	where b.person_id = f.person_id and b.start_date = back_on and b.status in ('employed', 'self_employed')
	limit 1) a on true;
select status, count(*) > 0 as there from work_status group by status order by status;

-- stages of help: as many as their chances say, fewer of the under-served, and no month has more than its places
with known as (
	select o.*, f.value as decile, coalesce(ethnicity_code in ('H', 'J', 'K', 'L'), false) as under_served
	from offer o
	join person using (person_id)
	join residence r on r.person_id = o.person_id and r.start_date <= o.identified_on
		and coalesce(r.end_date > o.identified_on, true)
	join place_factor f on f.place_id = r.lsoa21_code and f.factor = 'imd2019_decile'
), reached as (
	select 'accepted' as stage, decile, under_served, answer = 'accepted' as reached from known where answer is not null
	union all
	select 'completed', decile, under_served, completed_on is not null
	from known
	where completed_on is not null or started_on is not null and ended_because = 'dropped_out'
	union all
	select 'better', decile, under_served, better from known where completed_on is not null
), expected as (
	select stage, reached,
		share + a_decile * (decile - 5.5) + case when r.under_served then c.under_served else 0 end as chance
	from reached r
	join stage_chance c using (stage)
)
select stage, count(*) > 100 as many,
	abs(count(*) filter (where reached) - sum(chance)) < 3.5 * sqrt(sum(chance * (1 - chance))) as as_planted
from expected
group by stage
order by stage;
select max(offered - capacity) <= 0 as within_capacity
from (
	select intervention, version, identified_on, count(offered_on) as offered
	from offer
	group by intervention, version, identified_on
) o
join intervention using (intervention, version);

-- rules are rules over segment inputs, and who was found is one whom they are for
call ph.create_population_views('health');
call ph.create_segment_inputs('health');
select intervention
from intervention i
cross join (
	select array_agg(attname::text order by attnum) as inputs,
		array_agg(ph.rule_type(atttypid)::regtype order by attnum) as types
	from pg_attribute
	where attrelid = 'segment_input'::regclass and attnum > 0
) inputs,
	ph.check_rule(i.eligible, inputs, types) c
where c.always is not null;
create function pg_temp.not_eligible(
	intervention text, eligible text, day date, out people bigint, out not_eligible bigint)
language plpgsql
as $$
begin
	execute format(
		'select count(*), count(*) filter (where not coalesce(%1$s, false))
		from health.offer o
		left join health.segment_inputs(%2$L) s using (person_id)
		where o.intervention = %3$L and o.identified_on = %2$L', eligible, day, intervention)
	into people, not_eligible;
end
$$;
select day, sum(people) > 20 as many, sum(not_eligible) as not_eligible
from intervention, unnest('{2022-09-01, 2023-06-01}'::date[]) day, pg_temp.not_eligible(intervention, eligible, day)
group by day
order by day;

-- whom people see: the usual one more often in small practices
with seen as (
	select person_id, service, practice, professional, count(*) as times
	from (
		select person_id, service, substring(professional from 'X83...') as practice, professional
		from contact
		where partner = 'primary_care' and professional ~ 'X83'
	) c
	group by person_id, service, practice, professional
), density as (
	select practice, person_id, max(times) as usual, sum(times) as contacts
	from seen
	group by practice, person_id, service
	having sum(times) >= 8
)
select usual_share, count(*) > 40 as many,
	abs(sum(usual) / sum(contacts) - (usual_share + (1 - usual_share) / 5)) < 0.06 as as_planted
from density
join practice_continuity on practice_code = practice
group by usual_share
order by usual_share;

-- scores rise by what completed help adds
with pair as (
	select m.person_id, m.code, o.intervention, o.completed_on,
		(array_agg(value order by measure_date desc))[1] - (array_agg(value order by measure_date))[1] as change
	from measurement m
	join offer o on o.person_id = m.person_id and o.intervention = 'health_coaching' and completed_on is not null
	where code = 'activation_score'
		and not exists (
			select from offer other
			where other.person_id = m.person_id and other.started_on is not null
				and other.intervention <> o.intervention)
	group by m.person_id, m.code, o.intervention, o.completed_on
	having count(*) = 2
)
select count(*) > 10 as many, abs(avg(change) - 8) < 3 * stddev(change) / sqrt(count(*)) as as_planted from pair;

-- money moves to what comes before crises as planted, the chart sees it, and what is wrong is listed
select count(*) as months, bool_and(abs(t.upstream_share - m.upstream_share) < 0.003) as as_planted,
	(array_agg(point_type order by start_date desc))[1] as last_month
from prevention_trend t
join money_move m on m.month = t.start_date
where period_kind = 'month' and m.month < '2025-03-01';
select relation, problem, key from ph.check_budget('health');
select place
from need_per_post
where service = 'community_nurse'
group by place
order by avg(need_per_post) desc
limit 1;
drop schema health, health_truth cascade;
