-- reads data/icb_generated_nel
-- The shipped measures on 30,000 people against plain SQL over the same tables, in the year 2024: nobody dies before
-- its April, and nothing is measured from then on.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
set client_min_messages = error;
set jit = off;
set work_mem = '64MB';
\ir agreement.psql
drop schema if exists care cascade;
call ph.create_shared_tables('care');
\! bash "$ROOT/test/demo/load.sh" "$REFERENCE" care >/dev/null
create table care.survey (person_id text, asked_on date, in_good_health boolean);
-- everybody is asked, the older the less well
insert into care.survey
select person_id, date '2024-01-01' + ('x' || left(md5(person_id), 4))::bit(16)::int % 366,
	('x' || left(md5('well' || person_id), 4))::bit(16)::int % 120 > (date '2024-06-30' - birth_date) / 365
from care.person;
call ph.create_population_views('care');
call ph.store_stays('care');
call ph.create_measure_tables('care');
analyze;
create temp table area_place as
select distinct small.place_id as area, middle.parent_id as place
from care.place_parent small
join care.place_parent middle on middle.place_id = small.parent_id
join care.place p on p.place_id = middle.parent_id and p.place_kind = 'LAD24'
where small.place_id like 'E01%';
create temp table scope (place_id, place) as values ('E54000029', null), ('E09000025', 'E09000025');
create temp table meaning (condition, code) as
values
	('atrial_fibrillation', 'I489 49436004'), ('asthma', 'J459 195967001'),
	('cancer', 'C809 C189 C349 C509 C61X 363346000'), ('coronary_heart_disease', 'I214 I219 I259 53741008'),
	('chronic_kidney_disease', 'N183 709044004'), ('copd', 'J440 J441 J449 13645005'), ('dementia', 'F03X 52448006'),
	('depression', 'F329 35489007'), ('diabetes', 'E110 E116 E119 E149 44054006'), ('epilepsy', 'G409 84757009'),
	('heart_failure', 'I500 I509 84114007'), ('hypertension', 'I10X 38341003'),
	('learning_disability', 'F799 110359009'), ('severe_mental_illness', 'F209 58214004'),
	('osteoporosis', 'M819 64859006'), ('peripheral_arterial_disease', 'I739 399957001'),
	('rheumatoid_arthritis', 'M069 69896004'), ('stroke_or_tia', 'I639 230690007');
create temp table spread as
select condition, case when c ~ '^[A-Z]' then 'ICD10' else 'SNOMED' end as code_system, c as code
from meaning, string_to_table(code, ' ') c;
drop table meaning;
alter table spread rename to meaning;

select day as told from care.data_day \gset
select array_agg(measure) as measures
from ph.measure
where measure !~ '_prevalence$' or replace(measure, '_prevalence', '') in (select condition from meaning) \gset
\setenv measures :measures
-- apart, since what it says of its progress would stand among the answers
\! psql -qX -c "call ph.fold_measures('care', '$measures', '{2024}', '{system,place}', '{}')" 2>/dev/null
\! psql -qX -c "call ph.fold_measures('care', '{deaths_under_75,life_expectancy}', '{2023/24}', '{system}')" 2>/dev/null
\! psql -qX -c "call ph.fold_measures('care', '{smoking,hba1c_to_target}', '{2024/25}', '{system}')" 2>/dev/null

\getenv root ROOT
\set truth :root /test/reference/measure_truth.psql
\set data_day '\'' :told '\'::date'
\set first_day '''2024-01-01''::date'
\set last_day '''2024-12-31''::date'
\i :truth

insert into result
select 'shipped measures: numerator, denominator, value',
	concat_ws(' ', measure, place_id, t.numerator, v.numerator, t.denominator, v.denominator, t.value, v.value, note),
	abs(v.numerator - t.numerator) <= 1e-9 * (1 + abs(t.numerator))
		and abs(v.denominator - t.denominator) <= 1e-9 * (1 + abs(t.denominator))
		and (v.value is null and t.value is null or abs(v.value - t.value) <= 1e-9 * (1 + abs(t.value))
			or v.value is null and v.note = 'interval_wider_than_20_years')
from truth t
left join (select * from care.measure_value where period_kind = 'year' and period = '2024-01-01') v
	using (measure, place_id)
where v.note ~ '^no_data' is not true or t.numerator > 0;
-- no data, never 0
insert into result
select 'no record of a source is no data', concat_ws(' ', measure, period, place_id),
	value is null and numerator is null and note ~ '^no_data'
from care.measure_value
where period_kind = 'financial_year';
insert into result
select 'life expectancy of the generated system', value::text, value between 70 and 95
from truth
where measure = 'life_expectancy' and place_id = 'E54000029';

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, '; ') filter (where ok is not true)
from result
group by name
order by name;
drop schema care cascade;
