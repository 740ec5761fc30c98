-- reads data/synthea_omop_pair
-- The same people as Synthea's files and as a CDM, from the files by one CALL each, against what the files say
-- without a map: people, encounters, events, admissions, person-time, registers.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
\ir agreement.psql
\! bash "$ROOT/test/demo/load_source.sh" "$REFERENCE/raw" synthea >/dev/null
\! bash "$ROOT/test/demo/load_source.sh" "$REFERENCE/cdm" cdm >/dev/null
call ph.create_views_from('synthea', 'synthea', 'one', data_day => '2025-09-22');
call ph.create_views_from('omop', 'cdm', 'other', materialise => true);

-- Synthea, without a map
create temp table patient as
select id, birthdate::date as born, nullif(deathdate, '')::date as died, gender, race, county from synthea.patients;
create temp table contact as
select e.id, patient, left(start, 10)::date as day, left(stop, 10)::date as last_day, encounterclass,
	total_claim_cost::numeric as cost
from synthea.encounters e join patient p on p.id = e.patient
where left(start, 10)::date between born and least(coalesce(died, '2025-09-22'), '2025-09-22');
insert into result
select 'Synthea: people', p.id, o.person_id is not null and o.birth_date = p.born and o.sex = p.gender
	and o.death_date is not distinct from p.died
from patient p left join one.person o on o.person_id = p.id;
insert into result
select 'Synthea: encounters', coalesce(c.id, e.encounter_id), e.person_id = c.patient and e.start_date = c.day
	and e.end_date = c.last_day and e.cost = c.cost and e.pod = case
		when encounterclass = 'inpatient' then case when exists (
			select
			from contact a
			where a.encounterclass = 'emergency' and a.patient = c.patient and a.day = c.day) then 'NEL' else 'EL' end
		when encounterclass = 'emergency' then 'AE'
		when encounterclass in ('snf', 'hospice') then 'OTH'
		else 'OP' end
from contact c full join one.encounter e on e.encounter_id = c.id;
insert into result
select 'Synthea: rows are used or set aside', 'encounters', sum(rows) = (select count(*) from synthea.encounters)
from one.source_count where relation = 'encounter' and kind <> 'remark';
insert into result
select 'Synthea: conditions by code', coalesce(f.code, e.code), f.people = e.people and f.first = e.first
from (
	select code, count(distinct patient) as people, min(start::date) as first
	from synthea.conditions c join patient p on p.id = c.patient
	where start::date between born and least(coalesce(died, '2025-09-22'), '2025-09-22')
	group by code) f
full join (
	select code, count(distinct person_id) as people, min(event_date) as first
	from one.clinical_event where source = 'conditions' group by code) e using (code);
-- days of a year with a payer, each once, up to the day of death
insert into result
select 'Synthea: person-time of a year', p.id, coalesce(found.days, 0) = count(d.day)
from patient p
left join lateral (
	select distinct d::date as day
	from generate_series('2023-01-01'::timestamp, '2023-12-31', '1 day') d
	where d::date >= p.born and d::date <= coalesce(p.died, 'infinity')
		and (exists (
				select
				from synthea.payer_transitions t
				where t.patient = p.id and d::date >= left(t.start_date, 10)::date
					and d::date < left(t.end_date, 10)::date
					and left(t.start_date, 10)::date <= coalesce(p.died, 'infinity')
					and left(t.start_date, 10)::date >= p.born)
			or not exists (select from synthea.payer_transitions t where t.patient = p.id))
) d on true
left join (
	select person_id, sum(days) as days from one.person_period('[2023-01-01,2024-01-01)') where stay > 0
	group by person_id
) found on found.person_id = p.id
group by p.id, found.days;

-- OMOP, without a map
create temp table visit as
select visit_occurrence_id as id, person_id, visit_concept_id as concept, visit_start_date::date as day,
	visit_end_date::date as last_day
from cdm.visit_occurrence;
-- a stay begins on a day of an inpatient visit that no earlier one reaches
create temp table begun as
select person_id, day
from visit v
where concept = '9201' and not exists (
	select
	from visit e
	where e.concept = '9201' and e.person_id = v.person_id and e.id <> v.id
		and (e.day < v.day and e.last_day >= v.day or e.day = v.day and (e.last_day, e.id) < (v.last_day, v.id)));
insert into result
select 'OMOP: stays in hospital', coalesce(b.person_id, e.person_id) || ' ' || coalesce(b.day, e.start_date),
	e.pod = case when exists (
		select
		from visit a
		where a.concept = '9203' and a.person_id = b.person_id and (a.day = b.day
			or a.day = b.day - 1 and not exists (
				select from begun o where o.person_id = b.person_id and o.day = a.day))) then 'NEL' else 'EL' end
from begun b
full join (select * from other.encounter where pod in ('EL', 'NEL')) e
	on e.person_id = b.person_id and e.start_date = b.day;
insert into result
select 'OMOP: other visits', coalesce(v.id, e.encounter_id), v.day = e.start_date
	and e.pod = case v.concept when '9203' then 'AE' else 'OP' end
from (select * from visit where concept <> '9201') v
full join (select * from other.encounter where pod not in ('EL', 'NEL')) e on e.encounter_id = v.id;
insert into result
select 'OMOP: conditions by code', coalesce(f.code, e.code), f.people = e.people and f.rows = e.rows
from (
	select condition_source_value as code, count(distinct person_id) as people, count(*) as rows
	from cdm.condition_occurrence group by 1) f
full join (
	select code, count(distinct person_id) as people, count(*) as rows
	from other.clinical_event where source = 'condition' group by code) e using (code);
insert into result
select 'OMOP: person-time', p.person_id, p.days = s.days
from (
	select o.person_id, least(observation_period_end_date::date, coalesce(death_date::date, 'infinity'), '2025-10-07')
			- observation_period_start_date::date + 1 as days
	from cdm.observation_period o left join cdm.death d on d.person_id = o.person_id) p
left join (
	select person_id, sum(end_date - start_date) as days from other.stay group by person_id) s
	on s.person_id = p.person_id;

-- Charlson of two years, from the codes of each side; rates by hand
insert into result
select 'OMOP: Charlson', coalesce(f.person_id, i.person_id), coalesce(f.charlson, 0) = i.charlson
from (
	select person_id, ph.charlson(ph.conditions_of(condition_source_value)) as charlson
	from cdm.condition_occurrence
	where condition_source_value ~ '^[A-Z]' and condition_start_date::date >= '2021-09-01'
		and condition_start_date::date < '2023-09-01'
	group by person_id) f
right join other.segment_inputs('2023-09-01') i on i.person_id = f.person_id;
insert into result
select 'OMOP: crude rate of attendances', 'a year', pg_temp.agrees(r.value, by_hand.rate, 1e-9)
from (
	select 100000 * sum(v.events) / sum(p.days / 365.25) as rate
	from (
		select o.person_id, observation_period_start_date::date as start_date,
			least(observation_period_end_date::date, coalesce(death_date::date, 'infinity')) + 1 as end_date
		from cdm.observation_period o left join cdm.death d on d.person_id = o.person_id) o,
	lateral (select least(end_date, '2024-01-01') - greatest(start_date, '2023-01-01') as days) p,
	lateral (
		select count(*) as events
		from visit
		where concept = '9203' and visit.person_id = o.person_id and day >= greatest(start_date, '2023-01-01')
			and day < least(end_date, '2024-01-01')) v
	where p.days > 0) by_hand,
	(
		select ph.person_tally(age, events, years) as tally
		from other.person_period('[2023-01-01,2024-01-01)', 'AE') where stay > 0) folded,
	lateral ph.crude_rate(tally) r;

-- both: the same people with the same conditions and emergency admissions
create temp table same_person as
select person_id, person_source_value as patient from cdm.person;
insert into result
select 'the pair: sex, ethnicity and birth', s.patient, (o.sex, o.ethnicity_code, o.birth_date)
	is not distinct from (t.sex, t.ethnicity_code, t.birth_date)
from same_person s left join one.person o on o.person_id = s.patient
left join other.person t on t.person_id = s.person_id;
insert into result
select 'the pair: conditions', coalesce(f.patient, o.person_id) || ' ' || coalesce(f.code, o.code), f.first = o.first
from (
	select patient, code, min(event_date) as first
	from other.clinical_event e join same_person using (person_id)
	where e.source = 'condition' and code_system = 'SNOMED' group by 1, 2) f
left join (
	select person_id, code, min(event_date) as first
	from one.clinical_event where source = 'conditions' group by 1, 2) o on o.person_id = f.patient and o.code = f.code;
insert into result
select 'the pair: emergency admissions', coalesce(f.patient, o.person_id), f.events = o.events
from (
	select patient, array_agg(start_date order by start_date) as events
	from other.encounter join same_person using (person_id) where pod = 'NEL' group by 1) f
full join (
	select person_id, array_agg(start_date order by start_date) as events
	from one.encounter where pod = 'NEL' group by 1) o on o.person_id = f.patient;
insert into result
select 'the pair: attendances at the emergency room', coalesce(f.patient, o.person_id), f.events = o.events
from (
	select patient, array_agg(start_date order by start_date) as events
	from other.encounter join same_person using (person_id) where pod = 'AE' group by 1) f
full join (
	select person_id, array_agg(start_date order by start_date) as events
	from one.encounter where pod = 'AE' group by 1) o on o.person_id = f.patient;

-- segments of the shipped scheme on a day on which nearly all are in both
call ph.create_views_from('synthea', 'synthea', 'three', data_day => '2023-09-01');
call ph.create_views_from('omop', 'cdm', 'four', data_day => '2023-09-01');
call ph.create_segment_view('bridges_to_health', 'bnssg-2019', 'three.segment_input', 'three.segment',
	missing => 'unknown');
call ph.create_segment_view('bridges_to_health', 'bnssg-2019', 'four.segment_input', 'four.segment',
	missing => 'unknown');
insert into result
select 'the pair: segments', s.patient, o.segment = t.segment
from same_person s
join three.segment o on o.person_id = s.patient
join four.segment t on t.person_id = s.person_id;
insert into result
select 'the pair: most people are in both', people::text, people > 90
from (select count(*) as people from result where name = 'the pair: segments') counted;

select name, count(*), count(*) filter (where ok is not true), min(case_id) filter (where ok is not true)
from result group by name order by name;
drop schema synthea, cdm, one, other, three, four cascade;
