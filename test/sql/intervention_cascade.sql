-- Cascades over the shared tables: offers by group, work with a condition, who is lost, how long partners take; each
-- counted again in SQL.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set datestyle = 'ISO, YMD';
\pset null -
call ph.create_shared_tables('care');
set search_path = care, public;
insert into place values ('S', 'ICB24', 'System'), ('L', 'LAD24', 'Hill'), ('P', 'PRACTICE', 'Practice');
insert into place select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 10) i;
insert into place_parent (place_id, parent_id) values ('L', 'S');
insert into place_parent (place_id, parent_id) select 'A' || i, 'L' from generate_series(1, 10) i;
insert into place_factor select 'A' || i, 'imd2019_decile', '2019', i from generate_series(1, 10) i;
insert into person
select 'p' || i, date '1960-01-01' + i * 37, case i % 2 when 0 then 'F' else 'M' end,
	case i % 5 when 0 then 'H' when 1 then null else 'A' end, case i % 40 when 7 then date '2024-09-01' + i end
from generate_series(1, 400) i;
insert into residence
select 'p' || i, 'A' || 1 + i % 10, null, '2000-01-01', case i % 50 when 3 then date '2024-08-01' end
from generate_series(1, 400) i;
insert into registration select 'p' || i, 'P', null, '2000-01-01', case i % 50 when 3 then date '2024-08-01' end
from generate_series(1, 400) i;
insert into partner values ('council', 'The council', 'council'), ('trust', 'The trust', 'nhs_provider'),
	('surgery', 'The surgery', 'nhs_provider');
insert into service values ('housing', 'council', 'Housing', 'determinants', false, true),
	('therapy', 'trust', 'Therapy', 'care', false, false), ('gp', 'surgery', 'Surgery', 'care', false, false);
insert into intervention (intervention, version, partner, name)
values ('support', '1', 'trust', 'Work support'), ('support', '2', 'trust', 'Work support'),
	('advice', '1', 'council', 'Debt advice');
insert into offer (person_id, intervention, version, identified_on, offered_on, answered_on, answer, started_on,
	completed_on, better, ended_on, ended_because)
select 'p' || i, 'support', 1 + i % 2, d, case when i % 6 > 0 then d + 7 end, case when i % 6 > 1 then d + 14 end,
	case when i % 6 > 1 then case when i % 12 = 2 then 'declined' else 'accepted' end end,
	case when i % 6 > 2 then d + 28 end, case when i % 6 > 3 then d + 120 end, case when i % 6 > 4 then i % 7 > 2 end,
	case when i % 6 = 3 and i % 4 = 1 then d + 60 end, case when i % 6 = 3 and i % 4 = 1 then 'dropped_out' end
from (select i, date '2024-01-05' + i % 90 as d from generate_series(1, 300) i) o;
insert into offer (person_id, intervention, version, identified_on) values ('p1', 'advice', '1', '2024-02-01');
insert into enrolment values ('p350', 'CARE', '2024-02-01', '2024-03-01', 'completed'),
	('p351', 'CARE', '2024-02-01', '2024-03-01', 'left'), ('p352', 'CARE', null, null, 'eligible_not_enrolled');
insert into work_status (person_id, start_date, end_date, status)
select 'p' || i, '2023-01-01', case when i % 3 = 0 then date '2024-05-01' + i % 200 end,
	case when i % 8 = 1 then 'student' else 'employed' end
from generate_series(1, 390) i
union all
select 'p' || i, date '2024-05-01' + i % 200, case when i % 9 = 0 then date '2024-11-01' + i % 100 end,
	case i % 9 when 0 then 'off_sick' when 3 then 'unemployed' else 'self_employed' end
from generate_series(1, 390) i
where i % 3 = 0 and i % 4 > 0;
insert into clinical_event (person_id, event_date, code_system, code)
select 'p' || i, '2023-06-01', 'ICD10', 'F329' from generate_series(1, 400) i where i % 4 < 3;
insert into code_list values ('depression', '1', 'ICD10', 'F329', 'exact');
insert into contact (person_id, contact_id, service, partner, start_date)
select 'p' || i, 1, case i % 3 when 0 then 'housing' else 'gp' end, case i % 3 when 0 then 'council' else 'surgery' end,
	'2024-01-01'
from generate_series(1, 300) i
where i % 10 > 0
union all
select 'p' || i, 2, 'therapy', 'trust', date '2024-01-05' + i % 90 + i % 23
from generate_series(1, 300) i
where i % 5 > 0;
insert into data_day values ('2025-03-15');
call ph.create_population_views('care', neighbourhood => 'none');
select ph.intervention_cascade('care', 'support');
call ph.create_record_views('care');
call ph.create_cascade_views('care');
call ph.create_cascade_views('care');

-- ---- of all and by group: the same rows folded by hand; groups close to the whole ----
create temp table by_hand as
select 'deprivation_quintile' as dimension, ((1 + substr(person_id, 2)::integer % 10 + 1) / 2)::text as group_name,
	offer.*
from offer
where intervention = 'support'
union all
select 'sex', sex, offer.* from offer join person using (person_id) where intervention = 'support'
union all
select 'ethnicity', case ethnicity_code when 'A' then 'white' when 'H' then 'asian' else 'unknown' end, offer.*
from offer
join person using (person_id)
where intervention = 'support'
union all
select null, null, offer.* from offer where intervention = 'support';
select c.dimension, count(*) as groups, bool_and(h.cascade operator(ph.=) c.cascade) as as_by_hand
from ph.intervention_cascade('care', 'support', groups => '{deprivation_quintile,ethnicity,sex}') c
left join (
	select dimension, group_name, ph.offer_cascade(identified_on, offered_on, answered_on, answer, started_on,
			completed_on, better, ended_on, '2025-03-15') as cascade
	from by_hand
	group by dimension, group_name
) h on (h.dimension, h.group_name) is not distinct from (c.dimension, c.group_name)
group by c.dimension
order by c.dimension nulls first;
select d.dimension, ph.cascade_rollup(d.cascade) operator(ph.=) (array_agg(a.cascade))[1] as closes
from ph.intervention_cascade('care', 'support', groups => '{deprivation_quintile,ethnicity,sex,sex*place}') d,
	ph.intervention_cascade('care', 'support') a
where d.dimension is not null
group by d.dimension
order by 1;
select group_name, s.stage, s.reached, s.lost, s.open, round(s.share_of_first::numeric, 3) as share
from ph.intervention_cascade('care', 'support', groups => '{sex}') c, ph.cascade_stages(cascade) s
order by group_name nulls first, s.number;
-- versions are parts of the whole, an earlier day knows less, and an enrolment is an offer
select ph.cascade_rollup(v.cascade) operator(ph.=) (array_agg(a.cascade))[1] as versions
from (
	select cascade from ph.intervention_cascade('care', 'support', version => '1')
	union all
	select cascade from ph.intervention_cascade('care', 'support', version => '2')
) v, ph.intervention_cascade('care', 'support') a;
select max(s.reached) filter (where s.number = 1) as identified, max(s.reached) filter (where s.number = 5) as completed
from ph.intervention_cascade('care', 'support', '2024-03-01') c, ph.cascade_stages(cascade) s;
select s.stage, s.reached, s.lost, s.open
from ph.intervention_cascade('care', 'CARE') c, ph.cascade_stages(cascade) s;
select count(*) as rows from ph.intervention_cascade('care', 'no such');

-- ---- who is lost where: the view says of every offer what the cascade counts ----
select s.stage, s.reached = v.reached as reached, s.lost = v.lost as lost, s.open = v.open as open, v.why
from ph.intervention_cascade('care', 'support') c
cross join lateral ph.cascade_stages(cascade) s
cross join lateral (
	select count(*) filter (where o.number >= s.number) as reached,
		case when s.number > 1 then count(*) filter (where o.next_stage = s.stage and state = 'lost') end as lost,
		case when s.number > 1 then count(*) filter (where o.next_stage = s.stage and state = 'open') end as open,
		string_agg(distinct lost_because, ', ') filter (where o.next_stage = s.stage) as why
	from (
		select *, array_position('{identified,offered,accepted,started,completed,better}', stage) as number
		from offer_stage
		where intervention = 'support'
	) o
) v
order by s.number;
select person_id, stage, reached_on, state, lost_on, lost_because, next_stage, days
from offer_stage
where person_id in ('p1', 'p2', 'p5', 'p9', 'p350', 'p351') and (intervention <> 'advice')
order by person_id collate "C";
select array_agg(relname || ' ' || coalesce(array_to_string(reloptions, ','), '')) as with_the_rights_of_who_asks
from pg_class
where oid = 'offer_stage'::regclass;
select count(*) as names_of_the_extension
from pg_depend d
join pg_rewrite r on r.oid = d.objid and r.ev_class = 'offer_stage'::regclass
join pg_depend e on e.classid = d.refclassid and e.objid = d.refobjid and e.deptype = 'e';

-- ---- who is in work afterwards ----
create temp table started as
select person_id, started_on, death_date, (
		select end_date from residence r where r.person_id = o.person_id and end_date <= '2025-03-15') as moved
from offer o
join person using (person_id)
where intervention = 'support' and started_on <= '2025-03-15';
create temp table on_day as
select months, person_id,
	case
		when death_date <= day then 'died' when moved <= day and death_date is null then 'moved'
		when day > '2025-03-15' then 'not_yet'
		when not exists (
			select from work_status w
			where w.person_id = s.person_id and start_date <= day and coalesce(end_date > day, true)) then 'no_spell'
		when exists (
			select from work_status w
			where w.person_id = s.person_id and start_date <= day and coalesce(end_date > day, true)
				and status in ('employed', 'self_employed'))
			and not exists (
			select from work_status w
			where w.person_id = s.person_id and start_date <= day and coalesce(end_date > day, true)
				and status = 'off_sick') then 'in' else 'out' end as answer
from started s, (values (3), (6), (12)) m (months),
	lateral (select (started_on + make_interval(months => months))::date as day) d;
select outcome, case when outcome like '%months' then
		(s.people, s.in_work, s.not_in_work, s.no_spell, s.died, s.moved, s.not_yet) = (
		select count(*), count(*) filter (where answer = 'in'), count(*) filter (where answer = 'out'),
			count(*) filter (where answer = 'no_spell'), count(*) filter (where answer = 'died'),
			count(*) filter (where answer = 'moved'), count(*) filter (where answer = 'not_yet')
		from on_day
		where outcome = 'in_work_' || months || '_months') end as as_by_hand,
	s.people, s.in_work, s.not_in_work, s.no_spell, s.died, s.moved, s.not_yet
from ph.work_outcome('care', 'support') o, ph.work_share(counts) s;
select o.outcome, ph.work_count_rollup(o.counts) filter (where o.dimension is not null)
		= max(o.counts) filter (where o.dimension is null) as closes
from ph.work_outcome('care', 'support', groups => '{deprivation_quintile}') o
group by o.outcome
order by 1;

-- ---- in work with a condition, up to in work afterwards ----
create temp table in_work as
select p.person_id, p.death_date, o.identified_on, o.offered_on, o.started_on, o.completed_on, o.answer,
	(select max(answer) from on_day d where d.person_id = p.person_id and months = 3) as at_3,
	(select max(answer) from on_day d where d.person_id = p.person_id and months = 6) as at_6,
	(select max(answer) from on_day d where d.person_id = p.person_id and months = 12) as at_12
from person p
left join offer o on o.person_id = p.person_id and o.intervention = 'support'
where exists (
		select from work_status w
		where w.person_id = p.person_id and start_date <= '2024-01-02' and coalesce(end_date > '2024-01-02', true)
			and status in ('employed', 'self_employed'))
	and exists (select from clinical_event c where c.person_id = p.person_id);
select s.stage, s.reached, s.lost, s.open, h.reached = s.reached as as_by_hand
from ph.work_cascade('care', 'support', '2024-01-02') c
cross join lateral ph.cascade_stages(cascade, ph.work_stages()) s
join (
	select unnest(array[1, 2, 3, 4, 5, 6, 7]) as number,
		unnest(array[count(*), count(identified_on), count(offered_on), count(started_on),
			count(*) filter (
				where at_3 = 'in' or at_3 = 'no_spell' and (at_6 = 'in' or at_6 = 'no_spell' and at_12 = 'in')),
			count(*) filter (where at_3 in ('in', 'no_spell') and (at_6 = 'in' or at_6 = 'no_spell' and at_12 = 'in')),
			count(*) filter (where at_3 in ('in', 'no_spell') and at_6 in ('in', 'no_spell') and at_12 = 'in')
		]) as reached
	from in_work
) h using (number)
order by s.number;
select c.dimension, count(*) as groups, ph.cascade_rollup(c.cascade) operator(ph.=) (array_agg(a.cascade))[1] as closes
from ph.work_cascade('care', 'support', '2024-01-02', groups => '{deprivation_quintile,sex}') c,
	ph.work_cascade('care', 'support', '2024-01-02') a
where c.dimension is not null
group by c.dimension
order by 1;
select (ph.cascade_stages(cascade, ph.work_stages())).reached
from ph.work_cascade('care', 'support', '2024-01-02', conditions => '{asthma}');

-- ---- how long the trust takes, by who had seen them last ----
select from_partner, to_partner, waiting::text = (
		select ph.person_tally(
				least(day, gone) - identified_on, coalesce(day <= least(gone, '2025-03-15'), false))::text
		from (
			select o.identified_on,
				(select min(start_date) from contact c where c.person_id = o.person_id and service = 'therapy'
					and start_date >= identified_on) as day,
				least(death_date, ended_on, case answer when 'declined' then answered_on end, '2025-03-15') as gone,
				(select case service when 'gp' then 'surgery' else 'council' end from contact c
					where c.person_id = o.person_id and service <> 'therapy') as sent
			from offer o
			join person using (person_id)
			where intervention = 'support'
		) w
		where sent is not distinct from from_partner
	) as as_by_hand, ph.exposure(waiting) as people, (ph.median_survival(waiting)).value as median
from ph.response_time('care')
where to_partner = 'trust'
order by 1;
select from_partner, to_partner, waiting from ph.response_time('care', intervention => 'advice');

-- ---- one person ----
select svg = ph.chart_timeline((
			select array_agg(
					row(from_date, until_date, coalesce(p.name, partner), t.kind, label, crisis, planned,
						value)::ph.timeline_thing)
			from person_timeline t
			left join partner p using (partner)
			where person_id = 'p9'), 'One') as whole,
	svg ~ '>trust</text>' as by_code
from (select ph.chart_person('care', 'p9', title => 'One') as svg) c;
select ph.chart_person('care', 'nobody') ~ 'nothing to show' as nothing,
	ph.chart_person('care', 'p9', '2024-02-01', '2024-03-01') !~ '2024-01-01' as from_a_day;

-- refused
select ph.intervention_cascade('public', 'support');
select ph.intervention_cascade('care', 'support', groups => '{shoe_size}');
select ph.work_outcome('public', 'support');
select ph.work_cascade('public', 'support', '2024-01-01');
select ph.response_time('public');
call ph.create_cascade_views('public');
select ph.chart_person('public', 'p9');
drop schema care cascade;
