-- Every shipped measure against queries that use nothing of ph and none of the generated views: plain SQL over the
-- shared tables of a made-up population that moves, is born, dies, leaves and is partly unknown.
set client_min_messages = warning;
set jit = off;
create schema care;
call ph.create_shared_tables('care');

create function pg_temp.chance(purpose text, n bigint) returns double precision
language sql immutable
return (('x' || left(md5(purpose || n), 6))::bit(24)::int + 0.5) / 16777216;
create function pg_temp.one_of(choices text[], purpose text, n bigint) returns text
language sql immutable
return choices[1 + floor(cardinality(choices) * pg_temp.chance(purpose, n))::int];

insert into care.data_day values ('2024-03-31');
insert into care.place values
	('S1', 'ICB24', 'System'), ('L1', 'LAD24', 'North'), ('L2', 'LAD24', 'South'), ('N1', 'PCN', null),
	('N2', 'PCN', null), ('P1', 'PRACTICE', null), ('P2', 'PRACTICE', null), ('A1', 'LSOA21', null),
	('A2', 'LSOA21', null),
	('A3', 'LSOA21', null), ('A4', 'LSOA21', null);
insert into care.place_parent (place_id, parent_id) values
	('L1', 'S1'), ('L2', 'S1'), ('N1', 'L1'), ('N2', 'L2'), ('P1', 'N1'), ('P2', 'N2'), ('A1', 'L1'), ('A2', 'L1'),
	('A3', 'L2'), ('A4', 'L2');
-- the factors of A4 are not known, and of two editions the later one counts
insert into care.place_factor (place_id, factor, period, value)
select 'A' || n, factor, edition,
	case factor when 'imd2019_decile' then 3 * n - 2 else n * length(factor) + edition::int end
from generate_series(1, 3) n,
	unnest('{imd2019_decile,income_deprivation_pct,imd2025_score,unemployed_pct,social_rented_pct,overcrowding_rooms,
		fuel_poverty_pct,pm25,no2,green_access_pct,no_car_pct,crime_score}'::text[]) factor,
	unnest('{2019,2023}'::text[]) edition
where factor <> 'imd2019_decile' or edition = '2019';
insert into care.place_factor (place_id, factor, period, value)
select 'A' || n, factor, period, n * length(factor) + right(period, 1)::int
from generate_series(1, 4) n,
	unnest('{claimants,residents_16_to_64,children_in_low_income,children_under_16,recorded_crimes,residents}'::text[])
		factor,
	unnest('{2023,2023/24,later}'::text[]) period
where period ~ '[0-9]';

create temp table life as
select n, 'p' || n as person_id,
	case
		when n % 20 = 0 then date '2023-04-01' + floor(330 * pg_temp.chance('born', n))::int
		else date '2023-02-01' - floor(93 * 365.25 * pg_temp.chance('birth', n))::int end as birth_date,
	date '2023-03-01' + floor(395 * pg_temp.chance('death', n))::int as death_date
from generate_series(1, 1500) n;
update life set birth_date = birth_date - 1 where to_char(birth_date, 'MM-DD') = '02-29';
update life set death_date = null where n % 8 <> 0 or death_date < birth_date or death_date > '2024-03-31';
insert into care.person
select person_id, birth_date,
	case when n % 50 <> 0 then pg_temp.one_of('{F,M,F,M,F,M,I}', 'sex', n) end,
	pg_temp.one_of(array['A', 'B', 'D', 'H', 'N', 'R', 'Z', null], 'ethnicity', n), death_date,
	case when death_date is not null then
		pg_temp.one_of(array['I259', 'I639', 'C349', 'C509', 'C189', 'J449', 'J189', 'K703', 'X620', 'Y12X', 'E119',
			'A403', 'A419', 'N40X', 'F03X', null], 'cause', n) end
from life;
insert into care.residence
select person_id, pg_temp.one_of('{A1,A2,A3,A4}', 'area', n), null, birth_date,
	case when n % 7 = 0 then greatest(birth_date + 5, date '2023-03-01' + n % 390) end
from life
where n % 31 <> 0
union all
select person_id, pg_temp.one_of('{A1,A2,A3,A4}', 'next area', n), null,
	greatest(birth_date + 5, date '2023-03-01' + n % 390), null
from life
where n % 31 <> 0 and n % 7 = 0;
insert into care.registration
select person_id, case when n % 2 = 0 then 'P1' else 'P2' end, case when n % 2 = 0 then 'N1' else 'N2' end,
	greatest(birth_date, date '2019-01-01' + n % 1000),
	case when n % 16 = 0 then death_date when n % 11 = 0 then date '2023-06-01' + n % 200 end
from life
where n % 40 <> 3 and not (n % 11 = 0 and n % 16 <> 0 and birth_date >= '2023-06-01');

create temp table contact as
select n, k, 10000 + 20 * n + k as encounter_id, person_id,
	pg_temp.one_of('{GP,GP,GP,GP,AE,AE,NEL,NEL,EL,OP}', 'pod ' || k, n) as pod,
	date '2022-01-01' + floor(730 * pg_temp.chance('base', n) + 90 * pg_temp.chance('day ' || k, n))::int as start_date,
	birth_date, death_date
from life, generate_series(1, 14) k
where pg_temp.chance('contacts', n) * 14 > k;
insert into care.encounter
select encounter_id, person_id, pod, start_date, case when end_date <= '2024-03-31' then end_date end, null,
	case pod when 'NEL' then pg_temp.one_of('{21,22,28,2A,31,29}', 'method', encounter_id) when 'EL' then '11' end,
	case when pod in ('NEL', 'EL') then
		pg_temp.one_of('{J459,I500,E119,R296,S720,O800,O821,F200,K703,N390,F329}', 'reason', encounter_id) end, null,
	case when n % 60 <> 1 then round(1000 * pg_temp.chance('cost', encounter_id)::numeric, 2) end
from (
	select *,
		case when pod in ('NEL', 'EL')
			then start_date + floor(45 * pg_temp.chance('nights', encounter_id) ^ 3)::int end as end_date
	from contact
) c
where start_date >= birth_date and start_date <= coalesce(death_date, '2024-03-31') and start_date <= '2024-03-31';

call ph.load_shipped_code_lists('care', '{asthma,diabetes,hypertension,coronary_heart_disease,stroke_or_tia,
	heart_failure,peripheral_arterial_disease,severe_mental_illness,learning_disability,depression,homeless}');
insert into care.code_list (list, version, code_system, code, match)
select list, '1', 'SNOMED', 'own' || left(list, 5), 'exact'
from unnest('{carer,influenza_vaccination,mmr_vaccination,cervical_screening,breast_screening,bowel_screening}'::text[])
	list;
-- which codes mean what, said once more
create temp table meaning (condition, code_system, code, chance) as
values
	('asthma', 'SNOMED', '195967001', 0.1), ('diabetes', 'SNOMED', '44054006', 0.15),
	('hypertension', 'SNOMED', '38341003', 0.3), ('coronary_heart_disease', 'SNOMED', '53741008', 0.1),
	('severe_mental_illness', 'SNOMED', '58214004', 0.1), ('learning_disability', 'SNOMED', '110359009', 0.05),
	('depression', 'SNOMED', '35489007', 0.1), ('homeless', 'SNOMED', '32911000', 0.05),
	('carer', 'SNOMED', 'owncarer', 0.1), ('influenza_vaccination', 'SNOMED', 'owninflu', 0.5),
	('mmr_vaccination', 'SNOMED', 'ownmmr_v', 0.5),
	('cervical_screening', 'SNOMED', 'owncervi', 0.5),
	('breast_screening', 'SNOMED', 'ownbreas', 0.5),
	('bowel_screening', 'SNOMED', 'ownbowel', 0.5),
	('asthma', 'ICD10', 'J459', 0), ('diabetes', 'ICD10', 'E119', 0), ('heart_failure', 'ICD10', 'I500', 0),
	('severe_mental_illness', 'ICD10', 'F200', 0), ('depression', 'ICD10', 'F329', 0);
insert into care.clinical_event
select person_id, greatest(birth_date, date '2018-01-01' + floor(2340 * pg_temp.chance('since ' || condition, n))::int),
	code_system, code, null, 'GP', null, null
from life, meaning
where pg_temp.chance('has ' || condition, n) < chance
union all
select person_id, start_date, 'ICD10', primary_icd10, null, 'APC', encounter_id, 1
from care.encounter
where primary_icd10 is not null
union all
select person_id, start_date, 'ICD10', code, null, 'APC', encounter_id, 2
from care.encounter, unnest('{F059,R410,W190,X700,E86X}'::text[]) code
where pod = 'NEL' and pg_temp.chance('coded ' || code, encounter_id::bigint) < 0.3;
insert into care.measurement
select person_id, date '2021-06-01' + floor(1030 * pg_temp.chance('measured ' || g || sample, n))::int, 'SNOMED', code,
	null,
	case when code = '77176002' then (pg_temp.chance('smokes ' || sample, n) < 0.3)::int
		else round((middle * (0.75 + 0.5 * pg_temp.chance(code || sample, n)))::numeric, 1) end, null
from life, generate_series(1, 2) sample, (
	values
		('pressure', '271649006', 135.0), ('pressure', '271650006', 82), ('sugar', '999791000000106', 52),
		('fat', '1005671000000105', 4.2), ('fat', '1005681000000107', 1.4), ('kidney', '1020291000000106', 80),
		('weight', '60621009', 27), ('smoke', '77176002', null)
) m (g, code, middle)
where pg_temp.chance('sample ' || g || sample, n) < 0.5;
insert into care.wait
select person_id, 'w' || k, case k when 1 then null when 2 then 'referral_to_treatment' else 'diagnostic' end,
	clock_start,
	case when clock_start + days <= '2024-03-31' and k + n % 9 <> 3 then clock_start + days end, null
from (
	select n, k, person_id,
		date '2022-07-01' + floor(638 * pg_temp.chance('clock ' || k, n))::int as clock_start,
		floor(300 * pg_temp.chance('days ' || k, n))::int as days
	from life, generate_series(1, 3) k
	where pg_temp.chance('waits ' || k, n) < 0.4
) w;
create table care.survey as
select person_id, date '2023-01-01' + n % 450 as asked_on, pg_temp.chance('well', n) < 0.7 as in_good_health
from life;

analyze;
call ph.create_population_views('care');
call ph.create_measure_tables('care');
\set VERBOSITY terse
set client_min_messages = error;
-- conditions that nobody has are folded by one of them; what partners know has a test of its own, people_measures
select array_agg(measure) as measures
from ph.measure
where (measure !~ '_prevalence$'
		or measure ~ '^(asthma|diabetes|hypertension|coronary|heart|severe|learning|depression|anxiety)')
	and concat(events, persons) !~ '{(every_contact|every_offer|work_status)}|''PH''|person_reported' \gset
call ph.fold_measures('care', :'measures', '{2023/24}', '{system,place}');

-- ---- the same, said otherwise ----
create temp table area_place (area, place) as values ('A1', 'L1'), ('A2', 'L1'), ('A3', 'L2'), ('A4', 'L2');
create temp table scope (place_id, place) as values ('S1', null), ('L1', 'L1'), ('L2', 'L2');
\set first_day '''2023-04-01''::date'
\set last_day '''2024-03-31''::date'
\set data_day '''2024-03-31''::date'
\getenv source PG_ABS_SRCDIR
\set truth :source /reference/measure_truth.psql
\set ECHO none
\i :truth
\set ECHO all

create temp table answer as
select v.*
from care.measure_value v
where place_id in ('S1', 'L1', 'L2');
-- what is not the same: nothing
select measure, place_id, t.numerator, a.numerator as folded, t.denominator, a.denominator as folded, t.value,
	a.value as folded, a.note
from truth t
full join answer a using (measure, place_id)
where not coalesce(
	abs(a.numerator - t.numerator) <= 1e-9 * (1 + abs(t.numerator))
		and abs(a.denominator - t.denominator) <= 1e-9 * (1 + abs(t.denominator))
		and (a.value is null and t.value is null or abs(a.value - t.value) <= 1e-9 * (1 + abs(t.value))), false)
	and not (t.measure is null and a.note ~ '^no_data')
order by measure, place_id;
-- how much was compared, and what the population has no record of
select count(*) as answers, count(distinct measure) as measures, count(value) as with_value,
	count(*) filter (where numerator > 0) as with_events
from truth;
select string_agg(distinct measure, ' ' order by measure) as without_record
from answer
where note ~ '^no_data';

-- five of each pillar and each aim, ten that count no encounters
select pillar, count(*), count(*) filter (where measure !~ '_prevalence$') as but_prevalence
from ph.measure
group by pillar
order by pillar;
select aim, count(*), count(*) filter (where measure !~ '_prevalence$') as but_prevalence
from ph.measure
group by aim
order by aim;
select count(*) as measures,
	count(*) filter (where concat(events, persons, areas) !~ '[{]encounter[}]') as no_encounters,
	bool_and(source <> '' and leaves_out <> '' and team <> '' and action_area <> '') as all_said
from ph.measure;

-- people in all groups are the people; of rows the rows, since a person may be in two groups
select count(*) as places_and_breakdowns,
	count(*) filter (where whole.people <> parts.people and m.exposure <> 'rows') as other_people,
	count(*) filter (where abs(whole.numerator - parts.numerator) > 1e-6 or
		abs(whole.denominator - parts.denominator) > 1e-6) as other_sums
from (
	select measure, level, place_id, breakdown, sum(people) as people, sum(numerator) as numerator,
		sum(denominator) as denominator
	from care.measure_breakdown
	group by measure, level, place_id, breakdown
) parts
join care.measure_value whole using (measure, level, place_id)
join ph.measure m using (measure);
select breakdown, count(distinct group_name) as groups, bool_or(group_name = 'unknown') as has_unknown
from care.measure_breakdown
group by breakdown
order by breakdown;

-- avoidable causes: no code twice, none that is the beginning of another, shares of at most a whole
select count(*) as codes, count(distinct code) as different, min(preventable + treatable), max(preventable + treatable)
from ph.avoidable_cause();
select count(*) as beginnings_of_others
from ph.avoidable_cause() a
join ph.avoidable_cause() b on b.code ^@ a.code and b.code <> a.code;
select distinct cause, preventable, treatable, sex
from ph.avoidable_cause()
where code in ('I21', 'C50', 'C34', 'A403', 'A40', 'X65', 'U071')
order by cause;
drop schema care cascade;
