-- Measures over what all partners know, beside plain SQL over the shared tables of made-up people.
set client_min_messages = warning;
set jit = off;
create schema people_measures;
set search_path = people_measures, public;
call ph.create_shared_tables('people_measures');
create function pg_temp.chance(purpose text, n bigint) returns double precision
language sql immutable
return (('x' || left(md5(purpose || n), 6))::bit(24)::int + 0.5) / 16777216;
create function pg_temp.one_of(choices text[], purpose text, n bigint) returns text
language sql immutable
return choices[1 + floor(cardinality(choices) * pg_temp.chance(purpose, n))::int];

insert into data_day values ('2024-03-31');
insert into place values ('A1', 'LSOA21'), ('L1', 'LAD24'), ('S', 'ICB24'), ('P1', 'PRACTICE');
insert into place_parent values ('A1', 'L1'), ('L1', 'S'), ('P1', 'L1');
insert into partner values
	('hospital', null, 'nhs_provider'), ('practice', null, 'primary_care'), ('council', null, 'council'),
	('charity', null, 'voluntary'), ('street', null, 'community'), ('homes', null, 'housing'),
	('works', null, 'employer'), ('job_centre', null, 'government');
insert into service values
	('ward', 'hospital', null, 'care', true, false), ('surgery', 'practice', null, 'care', false, false),
	('care_at_home', 'council', null, 'care', false, true), ('food_bank', 'charity', null, 'determinants', false, true),
	('neighbours', 'street', null, 'communities', false, true), ('eviction', 'homes', null, 'determinants', true, null),
	('staff', 'works', null, 'determinants', false, null), ('coach', 'job_centre', null, 'determinants', false, true),
	('nobody_s', null, null, null, null, null);
insert into encounter_service values ('NEL', null, 'ward'), ('GP', 'P1', 'surgery');
insert into person (person_id, birth_date) select n, date '1965-01-01' + n * 30 from generate_series(1, 300) n;
insert into registration (person_id, practice_code, start_date) select person_id, 'P1', birth_date from person;
insert into residence (person_id, lsoa21_code, start_date) select person_id, 'A1', birth_date from person;
insert into encounter (encounter_id, person_id, pod, start_date, provider_code, cost)
select n, 1 + n % 300, pg_temp.one_of('{NEL,GP,OP}', 'pod', n), date '2022-04-01' + (n * 7) % 720,
	pg_temp.one_of('{P1,P2}', 'provider', n), case when n % 5 > 0 then n % 90 end
from generate_series(1, 1500) n;
insert into contact (person_id, contact_id, service, start_date, professional, hours, cost)
select 1 + floor(300 * pg_temp.chance('who', n)), n,
	pg_temp.one_of('{care_at_home,food_bank,neighbours,eviction,staff,coach,nobody_s}', 'service', n),
	date '2022-01-01' + n % 800, case when n % 4 > 0 then 'Dr ' || floor(4 * pg_temp.chance('doctor', n)) end,
	case when n % 3 = 0 then 1 + n % 5 end, case when n % 2 = 0 then n % 70 end
from generate_series(1, 3000) n;
insert into work_status (person_id, start_date, end_date, status)
select n % 290 + 1, date '2021-01-01' + (n * 53) % 1100,
	case when n % 6 > 0 then date '2021-01-01' + (n * 53) % 1100 + n % 300 end,
	pg_temp.one_of('{employed,self_employed,off_sick,unemployed,inactive_ill,retired}', 'status', n)
from generate_series(1, 600) n
on conflict do nothing;
insert into intervention (intervention, version) values ('advice', '1');
insert into offer (person_id, intervention, version, identified_on, offered_on, answered_on, answer, started_on,
	completed_on, better)
select n, 'advice', '1', identified_on, offered_on, answered_on, case when answered_on is not null then answer end,
	started_on, completed_on, case when completed_on is not null then (array[true, false, null])[1 + n % 2] end
from generate_series(1, 300) n
cross join lateral (values (date '2022-06-01' + (n * 11) % 660)) i (identified_on)
cross join lateral (values (case when n % 5 > 0 then identified_on + n % 120 end)) o (offered_on)
cross join lateral (values (case when n % 4 > 0 then offered_on + n % 100 end, pg_temp.one_of(
	'{accepted,accepted,declined,no_answer}', 'answer', n))) a (answered_on, answer)
cross join lateral (values (case when answer = 'accepted' and n % 7 > 0 then answered_on + n % 90 end)) s (started_on)
cross join lateral (values (case when n % 3 > 0 then started_on + n % 250 end)) c (completed_on);
insert into measurement (person_id, measure_date, code_system, code, value)
select 1 + n % 200, date '2022-01-01' + (n * 13) % 810, 'PH', 'activation_score',
	round((110 * pg_temp.chance('active', n))::numeric, 1)
from generate_series(1, 500) n
union all
select 1 + n % 250, date '2022-01-01' + (n * 17) % 810, 'PH', 'overall_experience', 1 + n % 6
from generate_series(1, 400) n
union all
select 1 + n % 150, date '2022-01-01' + (n * 19) % 810, 'PH',
	pg_temp.one_of('{phq9,oxford_hip_score,eq_vas}', 'code', n), floor(25 * pg_temp.chance('outcome', n))
from generate_series(1, 500) n;
insert into clinical_event (person_id, event_date, code_system, code)
select 1 + n % 300, date '2015-01-01' + n, 'ICD10', pg_temp.one_of('{E119,J449,I500,I10X}', 'code', n)
from generate_series(1, 500) n;
insert into code_list (list, version, code_system, code, match) values
	('diabetes', '1', 'ICD10', 'E11', 'prefix'), ('copd', '1', 'ICD10', 'J44', 'prefix'),
	('heart_failure', '1', 'ICD10', 'I50', 'prefix'), ('hypertension', '1', 'ICD10', 'I10', 'prefix');

call ph.create_population_views('people_measures', neighbourhood => 'none', deprivation => 'none');
call ph.create_record_views('people_measures');
call ph.create_calendar('people_measures', '2022-04-01', '2024-03-31');
call ph.create_measure_tables('people_measures');
-- those that only these tables feed
select array_agg(measure order by measure) as ours
from measure
where concat(events, persons) ~ '{(every_contact|every_offer|work_status|contact)}|''PH''|person_reported'
\gset
select :'ours'::text[] as measures;

call ph.fold_measures('people_measures', :'ours', '{2023/24}', '{system}', '{}');

-- ---- by hand, for 2023/24: nobody dies or moves, and all are of working age ----
create temp table seen as
select e.person_id, 'e' || e.encounter_id as key, e.start_date, coalesce(s.partner, e.provider_code) as partner,
	s.crisis, s.upstream, s.pillar, e.cost, null::numeric as hours, null as professional
from encounter e
left join service s on s.service = case
	when e.pod = 'NEL' then 'ward' when e.pod = 'GP' and e.provider_code = 'P1' then 'surgery' end
union all
select c.person_id, c.contact_id, c.start_date, s.partner, s.crisis, s.upstream, s.pillar, c.cost, c.hours,
	c.professional
from contact c
join service s using (service);
create temp view counted as select * from seen where start_date >= '2023-04-01' and start_date < '2024-04-01';
create temp table kind_of_partner as
select *
from (
	values ('nhs', '{hospital,practice}'::text[]), ('council', '{council}'), ('voluntary', '{charity,street}'),
		('housing', '{homes}'), ('work', '{works,job_centre}')) k (measure, partners);
-- every day of the year and who lost it
create temp table lost_day as
select distinct w.person_id, w.start_date, w.status, d
from work_status w, generate_series(date '2023-04-01', '2024-03-31', '1 day') d
where w.status in ('off_sick', 'inactive_ill') and d >= w.start_date and coalesce(d < w.end_date, true);
-- what people are on the last day, off sick before all else
create temp table on_the_day as
select person_id,
	min(case status when 'off_sick' then 1 when 'employed' then 2 when 'self_employed' then 2 else 3 end) as state
from work_status
where start_date <= '2024-03-31' and coalesce(end_date > '2024-03-31', true)
group by person_id;
create temp table by_hand (measure text, value double precision);
insert into by_hand
with years (years) as (
	values (300 * 366 / 365.25)
)
select 'crisis_contacts', 1000 * count(*) / max(years) from counted, years where crisis
union all
select 'upstream_contacts', 1000 * count(*) / max(years) from counted, years where upstream
union all
select 'upstream_share', 100.0 * count(*) filter (where crisis is not true) / count(*) from counted
where crisis or upstream
union all
select 'social_care_hours', sum(hours) / max(years) from counted, years where partner = 'council'
union all
select k.measure || '_contacts', 1000 * count(*) / max(years)
from kind_of_partner k join counted c on c.partner = any (k.partners), years
group by k.measure
union all
select k.measure || '_spend_a_head', sum(cost) / 300
from kind_of_partner k join counted c on c.partner = any (k.partners)
group by k.measure
union all
select 'same_professional_again', 100.0 * count(*) filter (where c.professional = before.professional) / count(*)
from counted c
cross join lateral (
	select s.professional
	from seen s
	where s.person_id = c.person_id and s.professional is not null
		and (s.start_date, s.key) < (c.start_date, c.key)
	order by s.start_date desc, s.key desc
	limit 1) before
where c.professional is not null
union all
select 'lost_work_days', count(*) / max(years) from lost_day, years
union all
select 'lost_work_value', 728.30 / 7 * count(*) / max(years) from lost_day, years
union all
select 'in_work', 100.0 * count(*) filter (where state = 2) / count(*) from on_the_day
union all
select 'off_sick', 100.0 * count(*) filter (where state = 1) / count(*) from on_the_day where state < 3
union all
select 'known_to_two_partners', 100.0 * count(*) / 300
from (
	select
	from seen
	where start_date >= '2023-03-31' and start_date < '2024-03-31'
	group by person_id
	having min(partner) < max(partner)) s
union all
select 'usual_professional', avg(share)
from (
	select person_id, max(n) / sum(n) as share
	from (
		select person_id, count(*) as n
		from contact
		where professional is not null and start_date >= '2022-03-31' and start_date < '2024-03-31'
		group by person_id, professional) c
	group by person_id
	having sum(n) > 1) s
union all
select 'two_clinical_one_social_need', 100.0 * count(*) / 300
from person p
where (
		select count(distinct left(code, 3))
		from clinical_event e
		where e.person_id = p.person_id and event_date < '2024-03-31') >= 2
	and exists (
		select
		from seen s
		where s.person_id = p.person_id and s.pillar = 'determinants' and s.start_date >= '2023-03-31'
			and s.start_date < '2024-03-31')
union all
select 'days_to_help', avg(started_on - identified_on) from offer
where started_on >= '2023-04-01' and started_on < '2024-04-01'
union all
select 'offered_of_identified', 100.0 * count(*) filter (where offered_on - identified_on <= 84) / count(*)
from offer where identified_on >= '2023-04-01' and identified_on <= date '2024-03-31' - 84
union all
select 'accepted_of_offered',
	100.0 * count(*) filter (where answer = 'accepted' and answered_on - offered_on <= 84) / count(*)
from offer where offered_on >= '2023-04-01' and offered_on <= date '2024-03-31' - 84
union all
select 'started_of_accepted', 100.0 * count(*) filter (where started_on - answered_on <= 84) / count(*)
from offer where answer = 'accepted' and answered_on >= '2023-04-01' and answered_on <= date '2024-03-31' - 84
union all
select 'completed_of_started', 100.0 * count(*) filter (where completed_on - started_on <= 182) / count(*)
from offer where started_on >= '2023-04-01' and started_on <= date '2024-03-31' - 182
union all
select 'better_of_completed', 100.0 * count(*) filter (where better) / count(*)
from offer where completed_on >= '2023-04-01' and completed_on <= '2024-03-31'
union all
select 'in_work_after_12_months', 100.0 * count(*) filter (where state = 2) / count(*)
from (
	select o.person_id,
		min(case status when 'off_sick' then 1 when 'employed' then 2 when 'self_employed' then 2 else 3 end) as state
	from offer o
	join work_status w on w.person_id = o.person_id and w.start_date <= o.started_on + interval '12 months'
		and coalesce(w.end_date > o.started_on + interval '12 months', true)
	where o.started_on + interval '12 months' >= '2023-04-01' and o.started_on + interval '12 months' <= '2024-03-31'
	group by o.person_id) w
union all
select 'experience_good', 100.0 * count(*) filter (where value <= 2) / count(*)
from measurement
where code = 'overall_experience' and value < 6 and measure_date >= '2023-04-01' and measure_date < '2024-04-01'
union all
select 'low_activation', 100.0 * count(*) filter (where value <= 55.1) / count(*)
from (
	select distinct on (person_id) *
	from measurement
	where code = 'activation_score' and value <= 100 and measure_date >= '2022-03-31' and measure_date < '2024-03-31'
	order by person_id, measure_date desc) m
union all
select 'activation_improved',
	100.0 * count(*) filter (where round((m.value - before.value)::numeric, 1) >= 3) / count(*)
from measurement m
cross join lateral (
	select b.value, b.measure_date
	from measurement b
	where b.person_id = m.person_id and b.code = m.code and b.value <= 100 and b.measure_date < m.measure_date
	order by b.measure_date desc
	limit 1) before
where m.code = 'activation_score' and m.value <= 100 and m.measure_date >= '2023-04-01'
	and m.measure_date < before.measure_date + interval '12 months' and m.measure_date < '2024-04-01'
union all
select 'reported_outcome_improved',
	100.0 * count(*) filter (
		where case m.code when 'phq9' then before.value - m.value else m.value - before.value end >= 5) / count(*)
from measurement m
cross join lateral (
	select b.value
	from measurement b
	where b.person_id = m.person_id and b.code = m.code and b.measure_date < m.measure_date
	order by b.measure_date desc
	limit 1) before
where m.code in ('phq9', 'oxford_hip_score') and m.measure_date >= '2023-04-01' and m.measure_date < '2024-04-01';
select coalesce(b.measure, v.measure) as measure, round(b.value::numeric, 4) as by_hand,
	abs(v.value - b.value) <= 1e-9 * b.value as same
from by_hand b
full join (select * from measure_value where level = 'system') v using (measure)
order by 1;

reset search_path;
drop schema people_measures cascade;
