-- reads data
-- Files of other origins by one CALL, against what they say without a map: 615 people of Synthea in another layout, and
-- the hospital tables of MIMIC-IV by a map of one's own.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = warning;
\ir agreement.psql
\! bash "$ROOT/test/demo/load_source.sh" "$REFERENCE/synthea_r4_2019" synthea >/dev/null
\! bash "$ROOT/test/demo/load_source.sh" "$REFERENCE/mimic_iv_demo" mimic >/dev/null
call ph.create_views_from('synthea', 'synthea', 'one', materialise => true, data_day => '2019-05-01');

create temp table patient as
select id, birthdate::date as born, nullif(deathdate, '')::date as died, gender, state, zip from synthea.patients;
insert into result
select 'Synthea of 2019: people', p.id, o.birth_date = p.born and o.death_date is not distinct from p.died
	and o.sex = p.gender
from patient p left join one.person o on o.person_id = p.id
where p.born <= '2019-05-01';
insert into result
select 'Synthea of 2019: encounters set aside', 'after death', (
		select count(*)
		from synthea.encounters e join patient p on p.id = e.patient
		where left(start, 10)::date > died and left(start, 10)::date between born and '2019-05-01'
	) = (select sum(rows) from one.source_count where relation = 'encounter' and what = 'after death');
insert into result
select 'Synthea of 2019: rows are used or set aside', 'encounters',
	sum(rows) = (select count(*) from synthea.encounters)
from one.source_count where relation = 'encounter' and kind <> 'remark';
-- without payers everybody is registered for life
insert into result
select 'Synthea of 2019: person-time', p.id, coalesce(s.days, 0) = greatest(0, least(coalesce(p.died, '2019-05-01'),
		'2019-05-01') - p.born + 1)
from patient p
left join (select person_id, sum(end_date - start_date) as days from one.stay group by person_id) s
	on s.person_id = p.id;
insert into result
select 'Synthea of 2019: measured values', code, f.rows = m.rows and pg_temp.agrees(m.total, f.total, 1e-9)
from (
	select o.code, count(*) as rows, sum(value::float8) as total
	from synthea.observations o
	join patient p on p.id = o.patient
	where o.value ~ '^-?[0-9]+[.]?[0-9]*$' and left(date, 10)::date between born and least(coalesce(died, '2019-05-01'),
		'2019-05-01')
	group by o.code) f
full join (select code, count(*) as rows, sum(value) as total from one.measurement group by code) m using (code);

-- MIMIC-IV: the map of docs/sources.md, read from there
\set map `perl -0777 -ne '/(insert into own_maps[.]source_map values.*?)\x60{3}/s and print $1' "$ROOT/docs/sources.md"`
call ph.copy_source_map('synthea', 'own_maps', 'our_synthea');
:map
call ph.create_views_from('mimic', 'mimic', 'two', materialise => true, maps => 'own_maps', data_day => '2201-12-31');
insert into result
select 'MIMIC-IV: people', p.subject_id, o.sex = p.gender and o.death_date is not distinct from nullif(dod, '')::date
	and extract(year from o.birth_date) = anchor_year::integer - anchor_age::integer
from mimic.patients p left join two.person o on o.person_id = p.subject_id;
insert into result
select 'MIMIC-IV: admissions', a.hadm_id, e.person_id = a.subject_id and e.start_date = left(admittime, 10)::date
	and e.pod = case
		when admission_type in ('ELECTIVE', 'SURGICAL SAME DAY ADMISSION') then 'EL'
		when admission_type in ('EW EMER.', 'DIRECT EMER.', 'URGENT') then 'NEL'
		else 'OTH' end
from mimic.admissions a left join two.encounter e on e.encounter_id = a.hadm_id;
-- Charlson of each person from the codes of the file, whatever their edition
insert into result
select 'MIMIC-IV: Charlson', coalesce(f.subject_id, s.person_id), f.charlson = s.charlson
from (
	select subject_id, ph.charlson(ph.union(
		ph.conditions_of(icd_code, 'cm') filter (where icd_version = '10'),
		ph.conditions_of(icd_code, 'icd9cm') filter (where icd_version = '9'))) as charlson
	from mimic.diagnoses_icd
	group by subject_id) f
full join (
	select person_id, ph.charlson(ph.union(
		ph.conditions_of(code, 'cm') filter (where code_system = 'ICD10CM'),
		ph.conditions_of(code, 'icd9cm') filter (where code_system = 'ICD9CM'))) as charlson
	from two.clinical_event
	group by person_id) s on s.person_id = f.subject_id;

select name, count(*), count(*) filter (where ok is not true), min(case_id) filter (where ok is not true)
from result group by name order by name;
drop schema synthea, mimic, own_maps, one, two cascade;
