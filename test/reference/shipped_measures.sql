-- reads data/icb_generated_nel
-- The shipped measures on 30,000 people against plain SQL over the same tables: what is measured and used in 2023/24,
-- deaths in 2024/25, since nobody dies before 2024-04 and nothing is measured after it.
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
call ph.create_population_views('care');
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
call ph.fold_measures('care', :'measures', '{2023/24,2024/25}', '{system,place}', '{}');

\getenv root ROOT
\set truth :root /test/reference/measure_truth.psql
\set data_day '\'' :told '\'::date'
\set first_day '''2023-04-01''::date'
\set last_day '''2024-03-31''::date'
\i :truth
create temp table both_years as select :first_day as period, * from truth;
\set first_day '''2024-04-01''::date'
\set last_day '''2025-03-31''::date'
\i :truth
insert into both_years select :first_day, * from truth;

create temp table compared as
select t.*, v.numerator as n, v.denominator as d, v.value as v, v.note ~ 'no_record_of_the_source' as no_record
from both_years t
left join care.measure_value v using (period, measure, place_id)
where v.period_kind = 'financial_year' or v.measure is null and t.numerator > 0;
insert into result
select 'shipped measures: numerator, denominator, value',
	concat_ws(' ', measure, period, place_id, numerator, n, denominator, d, value, v),
	abs(n - numerator) <= 1e-9 * (1 + abs(numerator)) and abs(d - denominator) <= 1e-9 * (1 + abs(denominator))
		and (v is null and value is null or abs(v - value) <= 1e-9 * (1 + abs(value)))
from compared
where no_record is not true;
-- no data, never 0
insert into result
select 'no record of a source is no data', concat_ws(' ', measure, period), no_record and v is null
from compared
where period = '2023-04-01' and measure in ('deaths_under_75', 'life_expectancy', 'cost_last_year_of_life')
	or period = '2024-04-01' and measure in ('blood_pressure_to_target', 'smoking', 'hba1c_to_target');
insert into result
select 'life expectancy of the generated system', value::text, value between 70 and 90
from both_years
where measure = 'life_expectancy' and place_id = 'E54000029' and period = '2024-04-01';

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, '; ') filter (where ok is not true)
from result
group by name
order by name;
drop schema care cascade;
