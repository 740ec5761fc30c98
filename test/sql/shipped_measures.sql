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
	('S1', 'ICB24', 'System'), ('L1', 'LAD24', 'North'), ('L2', 'LAD24', 'South'), ('N1', 'PCN', null), ('N2', 'PCN', null),
	('P1', 'PRACTICE', null), ('P2', 'PRACTICE', null), ('A1', 'LSOA21', null), ('A2', 'LSOA21', null),
	('A3', 'LSOA21', null), ('A4', 'LSOA21', null);
insert into care.place_parent (place_id, parent_id) values
	('L1', 'S1'), ('L2', 'S1'), ('N1', 'L1'), ('N2', 'L2'), ('P1', 'N1'), ('P2', 'N2'), ('A1', 'L1'), ('A2', 'L1'),
	('A3', 'L2'), ('A4', 'L2');
-- the factors of A4 are not known, and of two editions the later one counts
insert into care.place_factor (place_id, factor, period, value)
select 'A' || n, factor, edition, case factor when 'imd2019_decile' then 3 * n - 2 else n * length(factor) + edition::int end
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
		pg_temp.one_of(array['I259', 'I639', 'C349', 'C509', 'C189', 'J449', 'J189', 'K703', 'X620', 'Y12X', 'E119', 'A403',
			'A419', 'N40X', 'F03X', null], 'cause', n) end
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

call ph.load_shipped_code_lists('care', '{asthma,diabetes,hypertension,coronary_heart_disease,stroke_or_tia,heart_failure,
	peripheral_arterial_disease,severe_mental_illness,learning_disability,depression,homeless}');
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
select person_id, date '2021-06-01' + floor(1030 * pg_temp.chance('measured ' || g || sample, n))::int, 'SNOMED', code, null,
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
select person_id, 'w' || k, case k when 1 then null when 2 then 'referral_to_treatment' else 'diagnostic' end, clock_start,
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

call ph.create_population_views('care');
call ph.create_measure_tables('care');
\set VERBOSITY terse
set client_min_messages = error;
call ph.fold_measures('care', null, '{2023/24,2023}', '{system,place}');

-- ---- the same, said otherwise ----
\set first_day '''2023-04-01''::date'
\set last_day '''2024-03-31''::date'
create temp table resident as  -- days of one registration and address, the day of death included
select p.person_id, p.birth_date, p.sex, lies.parent_id as place, a.lsoa21_code as area,
	greatest(p.birth_date, r.start_date, a.start_date) as from_day,
	least(:last_day, p.death_date, case when r.end_date = p.death_date then r.end_date else r.end_date - 1 end,
		a.end_date - 1) as to_day
from care.person p
join care.registration r using (person_id)
left join care.residence a using (person_id)
left join care.place_parent lies on lies.place_id = a.lsoa21_code;
delete from resident where from_day > to_day;
create temp table scope (place_id, place) as values ('S1', null), ('L1', 'L1'), ('L2', 'L2');
-- the system is known of whose address is known
create temp table inside as
select place_id, resident.* from resident join scope on scope.place = resident.place or scope.place is null
where resident.place is not null;

create function pg_temp.age(day date, birth_date date) returns int language sql immutable
return extract(year from age(day, birth_date))::int;
create temp table standard as
select 5 * (n - 1) as key, weight
from unnest('{5000,5500,5500,5500,6000,6000,6500,7000,7000,7000,7000,6500,6000,5500,5000,4000,2500,1500,1000}'::int[])
	with ordinality esp (weight, n);

-- events, over years at risk
create temp table happened as
select measure, person_id, start_date as day, amount::float8
from care.encounter e, lateral (
	values
		('emergency_admissions', pod = 'NEL', 1),
		('ambulatory_care_sensitive_admissions', pod = 'NEL' and primary_icd10 in ('J459', 'I500', 'E119')
			and admission_method in ('21', '22', '28', '2A'), 1),
		('falls_admissions', pod = 'NEL' and (primary_icd10 = 'R296' or exists (
			select from care.clinical_event c where c.encounter_id = e.encounter_id and c.code = 'W190')), 1),
		('emergency_admissions_under_19', pod = 'NEL', 1),
		('emergency_bed_days', pod = 'NEL', coalesce(end_date, :last_day) - start_date),
		('ae_attendances', pod = 'AE', 1), ('ae_attendances_under_5', pod = 'AE', 1), ('gp_contacts', pod = 'GP', 1),
		('outpatient_attendances', pod = 'OP', 1), ('elective_admissions', pod = 'EL', 1),
		('alcohol_specific_admissions', primary_icd10 = 'K703', 1),
		('self_harm_admissions', pod = 'NEL' and exists (
			select from care.clinical_event c where c.encounter_id = e.encounter_id and c.code = 'X700'), 1),
		('mental_health_contacts', primary_icd10 in ('F200', 'F329'), 1),
		('births', primary_icd10 in ('O800', 'O821'), 1)
) m (measure, counts, amount)
where counts
union all
select measure, person_id, death_date, amount
from care.person, lateral (
	values
		('deaths_under_75', 1), ('life_expectancy', 1), ('healthy_life_expectancy', 1), ('years_of_life_lost', 1),
		('infant_deaths', 1),
		('preventable_deaths_under_75', case when death_cause_icd10 in ('I259', 'I639', 'E119') then 0.5
			when death_cause_icd10 in ('C349', 'J449', 'K703', 'X620', 'Y12X', 'A403') then 1 end),
		('treatable_deaths_under_75', case when death_cause_icd10 in ('I259', 'I639', 'E119') then 0.5
			when death_cause_icd10 in ('C189', 'J189', 'A419', 'N40X') or death_cause_icd10 = 'C509' and sex = 'F' then 1 end),
		('cardiovascular_deaths_under_75', case when death_cause_icd10 in ('I259', 'I639') then 1 end),
		('cancer_deaths_under_75', case when death_cause_icd10 in ('C349', 'C509', 'C189') then 1 end),
		('respiratory_deaths_under_75', case when death_cause_icd10 in ('J449', 'J189') then 1 end),
		('suicides', case when death_cause_icd10 in ('X620', 'Y12X') then 1 end),
		('alcohol_specific_deaths', case when death_cause_icd10 = 'K703' then 1 end)
) m (measure, amount)
where death_date is not null and amount is not null;
create temp table rule as  -- how each of them is counted
select measure,
	case
		when measure in ('ae_attendances_under_5', 'gp_contacts', 'mental_health_contacts', 'births', 'infant_deaths')
			then 'rate'
		when measure like '%life_%' then measure
		else 'dsr' end as how,
	case
		when measure in ('ae_attendances_under_5', 'mental_health_contacts', 'births', 'infant_deaths',
			'outpatient_attendances') then 1000
		when measure = 'gp_contacts' then 1 else 100000 end as per,
	case when measure = 'falls_admissions' then 65 when measure = 'self_harm_admissions' then 10
		when measure = 'births' then 15 else 0 end as age_from,
	case when measure like '%\_under\_75' or measure = 'years_of_life_lost' then 75
		when measure = 'emergency_admissions_under_19' then 19 when measure = 'ae_attendances_under_5' then 5
		when measure = 'self_harm_admissions' then 25 when measure = 'births' then 45 else 200 end as age_until
from (select distinct measure from happened) m;
create temp table at_risk as  -- a row a measure, place and person
select measure, how, per, age_from, age_until, place_id, person_id, min(pg_temp.age(first_day, birth_date))
		filter (where first_day = earliest) as age,
	sum(last_day - first_day + 1) / 365.25 as years, sum(events) as events
from (
	select *, min(first_day) over (partition by measure, place_id, person_id) as earliest,
		(select coalesce(sum(amount), 0) from happened h
			where h.measure = cut.measure and h.person_id = cut.person_id and day between first_day and last_day) as events
	from (
		select r.*, i.place_id, i.person_id, i.birth_date,
			greatest(from_day, :first_day) as first_day,
			least(to_day, :last_day, case when measure = 'infant_deaths'
				then (birth_date + interval '1 year')::date - 1 end) as last_day
		from inside i, rule r
		where measure <> 'births' or sex = 'F'
	) cut
	where first_day <= last_day
) r
group by measure, how, per, age_from, age_until, place_id, person_id;
delete from at_risk where age < age_from or age >= age_until;
create temp table truth (measure text, place_id text, numerator float8, denominator float8, value float8);
insert into truth
select measure, place_id, sum(events), sum(years),
	case how
		when 'rate' then per * sum(events) / sum(years)
		when 'years_of_life_lost' then
			per * sum(events * (75 - (least(age / 5, 18) * 5 + 2.5))) / sum(years) end
from at_risk
group by measure, how, per, place_id;
update truth t
set value = d.value
from (
	select measure, place_id, per * sum(weight * events / years) / sum(weight) as value, sum(events) as events,
		count(years) = count(*) as whole
	from (select distinct measure, per, age_from, age_until, place_id from at_risk where how = 'dsr') m
	join standard s on key < age_until and key + 5 > age_from
	left join (
		select measure, place_id, least(age / 5, 18) * 5 as key, sum(events) as events, sum(years) as years
		from at_risk
		group by 1, 2, 3
	) band using (measure, place_id, key)
	group by measure, place_id, per
) d
where (d.measure, d.place_id) = (t.measure, t.place_id) and d.whole and d.events >= 10;

-- cost of everybody with a day at risk
insert into truth
select measure, place_id, sum(cost), count(*), avg(cost)
from (
	select measure, place_id, person_id, coalesce(sum(cost) filter (where counts), 0) as cost
	from (
		select m.measure, i.place_id, i.person_id, e.cost, e.encounter_id is not null and case m.measure
				when 'cost_a_head' then true
				when 'emergency_cost_a_head' then pod in ('NEL', 'AE')
				when 'planned_cost_a_head' then pod in ('EL', 'OP')
				when 'primary_care_cost_a_head' then pod = 'GP'
				else pod = 'NEL' and primary_icd10 in ('J459', 'I500', 'E119')
					and admission_method in ('21', '22', '28', '2A') end as counts
		from inside i
		cross join unnest('{cost_a_head,emergency_cost_a_head,planned_cost_a_head,primary_care_cost_a_head,
			ambulatory_care_sensitive_cost_a_head}'::text[]) m (measure)
		left join care.encounter e on e.person_id = i.person_id and e.start_date between i.from_day and i.to_day
			and e.start_date >= :first_day
		where i.to_day >= :first_day
	) c
	group by measure, place_id, person_id
) p
group by measure, place_id;

-- what is counted row by row, in the place of its day
create temp table discharge as
select e.*, p.birth_date, exists (
		select
		from care.encounter again
		where again.person_id = e.person_id and again.pod = 'NEL' and again.encounter_id <> e.encounter_id
			and again.start_date - e.end_date between 0 and 29)::int as amount,
	least(4, (
		select count(distinct condition)
		from care.clinical_event c
		join meaning using (code_system, code)
		where c.person_id = e.person_id and c.event_date < e.start_date
			and condition !~ 'vaccination|screening|carer|homeless')) as conditions
from care.encounter e
join care.person p using (person_id)
where e.pod = 'NEL' and e.end_date <= :last_day - 29 and (p.death_date is null or p.death_date > e.end_date);
create temp table single_row as
select 'readmissions_30_days' as measure, person_id, end_date as day, amount::float8, 1::float8 as exposure from discharge
union all
select 'readmissions_30_days_adjusted', d.person_id, d.end_date, d.amount, expected
from discharge d
cross join lateral (
	select avg(amount) as expected
	from discharge o
	where o.conditions = d.conditions
		and (select count(*) from unnest('{18,40,65,80}'::int[]) c where pg_temp.age(o.end_date, o.birth_date) >= c)
			= (select count(*) from unnest('{18,40,65,80}'::int[]) c where pg_temp.age(d.end_date, d.birth_date) >= c)
) rate
union all
select 'long_emergency_stays', person_id, end_date, (end_date >= start_date + 21)::int, 1
from care.encounter
where pod = 'NEL' and end_date is not null
union all
select 'same_service_again', person_id, start_date, exists (
		select
		from care.encounter again
		where again.person_id = e.person_id and again.pod = e.pod and again.start_date <= e.start_date + 7
			and (again.start_date, again.encounter_id) > (e.start_date, e.encounter_id))::int, 1
from care.encounter e
where start_date <= :last_day - 7
union all
select 'caesarean_sections', person_id, start_date, (primary_icd10 = 'O821')::int, 1
from care.encounter
where primary_icd10 in ('O800', 'O821')
union all
select 'not_in_good_health', person_id, asked_on, (not in_good_health)::int, 1 from care.survey
union all
select measure, p.person_id, p.death_date, amount, 1
from care.person p, lateral (
	values
		('cost_last_year_of_life', (
			select coalesce(sum(cost), 0)
			from care.encounter e
			where e.person_id = p.person_id and p.death_date - e.start_date between 0 and 364)),
		('three_emergencies_before_death', (
			select (count(*) >= 3)::int
			from care.encounter e
			where e.person_id = p.person_id and pod = 'NEL' and p.death_date - e.start_date between 0 and 89)),
		('deaths_in_hospital', exists (
			select
			from care.encounter e
			where e.person_id = p.person_id and pod in ('NEL', 'EL') and e.start_date <= p.death_date
				and coalesce(e.end_date, 'infinity') >= p.death_date)::int)
) m (measure, amount)
where death_date is not null;
insert into truth
select measure, place_id, sum(amount), sum(exposure) filter (where amount is not null),
	case when measure in ('readmissions_30_days_adjusted', 'cost_last_year_of_life') then 1 else 100 end
		* sum(amount) / sum(exposure) filter (where amount is not null)
from single_row r
join inside i on i.person_id = r.person_id and r.day between i.from_day and i.to_day
where r.day between :first_day and :last_day
group by measure, place_id;

-- waits, by the product of the shares that go on
create temp table waited as
select measure, upto, place_id, least(clock_stop, :last_day) - clock_start as days,
	clock_stop is not null as stopped
from care.wait w
join inside i on i.person_id = w.person_id and w.clock_start between i.from_day and i.to_day
cross join (
	values
		('waits_over_18_weeks', 126, '{referral_to_treatment}'), ('mean_wait', 182, '{referral_to_treatment}'),
		('diagnostic_waits_over_6_weeks', 42, '{diagnostic}')
) m (measure, upto, kinds)
where w.clock_start between :first_day and :last_day
	and coalesce(w.kind, 'referral_to_treatment') = any (m.kinds::text[]);
create temp table still_there as
select measure, upto, place_id, days, exp(sum(ln(case when stops < waiting then 1 - stops / waiting else 1e-300 end))
	over (partition by measure, place_id order by days)) as share
from (
	select measure, upto, place_id, days, count(*) filter (where stopped)::float8 as stops,
		sum(count(*)) over (partition by measure, place_id order by days desc)::float8 as waiting
	from waited
	group by measure, upto, place_id, days
) d;
insert into truth
select w.measure, w.place_id, count(*) filter (where stopped), count(*), case
		when w.measure = 'mean_wait' then (
			select sum((least(next, upto) - days) * share)
			from (
				select 0 as days, 1 as share, min(days) as next, 182 as upto
				from still_there s
				where (s.measure, s.place_id) = (w.measure, w.place_id)
				union all
				select days, share, coalesce(lead(days) over (order by days), upto), upto
				from still_there s
				where (s.measure, s.place_id) = (w.measure, w.place_id)
			) step
			where days < upto)
		else 100 * (
			select share
			from still_there s
			where (s.measure, s.place_id) = (w.measure, w.place_id) and days <= upto
			order by days desc
			limit 1) end
from waited w
group by w.measure, w.place_id;

-- people on the last day
create temp table has as
select distinct c.person_id, condition
from care.clinical_event c
join meaning using (code_system, code)
where c.event_date < :last_day;
create temp table measured as  -- the mean of a day
select person_id, code, measure_date, avg(value) as value
from care.measurement
where measure_date < :last_day
group by person_id, code, measure_date;
create temp table latest as
select distinct on (person_id, code) *
from measured
where measure_date >= '2023-03-31'
order by person_id, code, measure_date desc;
create temp table of_person as
select p.person_id, pg_temp.age(:last_day, p.birth_date) as age, m.*
from care.person p
cross join lateral (
	select coalesce(array_agg(condition), '{}') as has, count(*) filter (
		where condition !~ 'vaccination|screening|carer|homeless') as conditions
	from has
	where has.person_id = p.person_id
) h
left join lateral (
	select avg(one.value) as systolic, avg(two.value) as diastolic
	from measured one
	join measured two using (person_id, measure_date)
	where person_id = p.person_id and one.code = '271649006' and two.code = '271650006' and measure_date >= '2023-03-31'
	group by measure_date
	order by measure_date desc
	limit 1
) pressure on true
left join lateral (
	select one.value - two.value as fat
	from measured one
	join measured two using (person_id, measure_date)
	where person_id = p.person_id and one.code = '1005671000000105' and two.code = '1005681000000107'
		and measure_date >= '2023-03-31'
	order by measure_date desc
	limit 1
) fat on true
left join latest sugar on sugar.person_id = p.person_id and sugar.code = '999791000000106'
left join latest weight on weight.person_id = p.person_id and weight.code = '60621009'
left join lateral (
	select value as smokes, measure_date as asked
	from care.measurement s
	where s.person_id = p.person_id and code = '77176002' and measure_date < :last_day
	order by measure_date desc, value desc
	limit 1
) smoking on true
cross join lateral (
	select count(*) filter (where code not in ('1005681000000107', '271650006')) as six,
		count(*) filter (where code not in ('1005681000000107', '271650006', '1020291000000106')) as five
	from latest l
	where l.person_id = p.person_id
) done
cross join lateral (
	values
		('multimorbidity', true, (conditions >= 2)::int::float8, 100.0),
		('hospital_frailty', pg_temp.age(:last_day, p.birth_date) >= 75, (5 <= (
			select sum(points)
			from (
				select distinct code, points
				from care.clinical_event e
				join (
					values ('F059', 3.2), ('R410', 2.7), ('R296', 3.6), ('W190', 3.2), ('N390', 3.2), ('E86X', 2.3),
						('S720', 1.4), ('F329', 0.5)
				) w (code, points) using (code)
				where e.person_id = p.person_id and e.event_date between '2022-03-31' and :last_day - 1
			) s))::int, 100),
		('carers', true, ('carer' = any (has))::int, 100),
		('homelessness', true, ('homeless' = any (has))::int, 1000),
		('ethnicity_known', true, (coalesce(p.ethnicity_code, 'Z') <> 'Z')::int, 100),
		('blood_pressure_to_target', 'hypertension' = any (has), coalesce(diastolic <= 90 and systolic <= case
			when pg_temp.age(:last_day, p.birth_date) < 80 then 140 else 150 end, false)::int, 100),
		('hba1c_to_target', 'diabetes' = any (has) and pg_temp.age(:last_day, p.birth_date) >= 17,
			coalesce(sugar.value <= 58, false)::int, 100),
		('cholesterol_to_target', 'coronary_heart_disease' = any (has), coalesce(fat <= 2.6, false)::int, 100),
		('blood_pressure_measured', pg_temp.age(:last_day, p.birth_date) >= 45, exists (
			select from measured m where m.person_id = p.person_id and code = '271649006')::int, 100),
		('diabetes_care_processes', 'diabetes' = any (has) and pg_temp.age(:last_day, p.birth_date) >= 17, six, 1),
		('severe_mental_illness_checks',
			'severe_mental_illness' = any (has) and pg_temp.age(:last_day, p.birth_date) >= 18, five, 1),
		('smoking', smokes is not null and pg_temp.age(:last_day, p.birth_date) >= 15, smokes, 100),
		('smoking_known', pg_temp.age(:last_day, p.birth_date) >= 15, coalesce(asked >= '2022-03-31', false)::int, 100),
		('obesity', weight.value is not null and pg_temp.age(:last_day, p.birth_date) >= 18,
			(weight.value >= 30)::int, 100),
		('body_mass_index', weight.value is not null and pg_temp.age(:last_day, p.birth_date) >= 18, weight.value, 1)
) m (measure, counts, amount, per)
where counts
union all
select p.person_id, 0, condition || '_prevalence', true, (has.person_id is not null)::int, 100
from care.person p
cross join (
	values ('asthma', 6), ('diabetes', 17), ('hypertension', 0), ('coronary_heart_disease', 0), ('heart_failure', 0),
		('severe_mental_illness', 0), ('learning_disability', 0), ('depression', 18)
) c (condition, age_from)
left join has using (person_id, condition)
where pg_temp.age(:last_day, p.birth_date) >= age_from
union all
select p.person_id, 0, measure, true, exists (
		select
		from care.clinical_event e
		where e.person_id = p.person_id and e.code = 'own' || left(list, 5) and e.event_date >= since and e.event_date < :last_day)
			::int, 100
from care.person p, (
	values
		('flu_vaccination', 'influenza_vaccination', 65, 119, '{F,M,I}', date '2023-03-31'),
		('measles_vaccination', 'mmr_vaccination', 5, 5, '{F,M,I}', '2018-03-31'),
		('cervical_screening', 'cervical_screening', 25, 64, '{F}', '2018-09-30'),
		('breast_screening', 'breast_screening', 53, 70, '{F}', '2021-03-31'),
		('bowel_screening', 'bowel_screening', 60, 74, '{F,M,I}', '2021-09-30')
) m (measure, list, age_from, age_to, sexes, since)
where pg_temp.age(:last_day, p.birth_date) between age_from and age_to
	and (p.sex = any (sexes::text[]) or cardinality(sexes::text[]) = 3)
union all
select person_id, 0, 'still_waiting', true, (
		select count(*)
		from care.wait w
		where w.person_id = p.person_id and clock_start <= :last_day and clock_stop is null
			and coalesce(kind, '') <> 'diagnostic'), 1000
from care.person p;
insert into truth
select measure, place_id, sum(amount), count(*), per * avg(amount)
from of_person o
join inside i on i.person_id = o.person_id and :last_day between i.from_day and i.to_day
group by measure, place_id, per
union all
select 'still_waiting_over_52_weeks', place_id, sum((clock_start < :last_day - 364)::int), count(*),
	100 * avg((clock_start < :last_day - 364)::int)
from care.wait w
join inside i on i.person_id = w.person_id and :last_day between i.from_day and i.to_day
where clock_start <= :last_day and clock_stop is null and coalesce(kind, '') <> 'diagnostic'
group by place_id
union all
select measure, place_id, sum(amount), count(*), case measure when 'most_deprived_fifth' then 100 else 1 end * avg(amount)
from inside i
cross join lateral (
	select right(i.area, 1)::int as n
) a
cross join lateral (
	select measure, (n * length(factor) + 2023)::float8 as amount
	from (
		values ('income_deprivation', 'income_deprivation_pct'), ('deprivation_score', 'imd2025_score'),
			('unemployment', 'unemployed_pct'), ('social_rented_housing', 'social_rented_pct'),
			('overcrowding', 'overcrowding_rooms'), ('fuel_poverty', 'fuel_poverty_pct'), ('fine_particles', 'pm25'),
			('nitrogen_dioxide', 'no2'), ('green_space', 'green_access_pct'), ('no_car', 'no_car_pct'),
			('crime', 'crime_score')
	) f (measure, factor)
	union all
	select 'most_deprived_fifth', (n = 1)::int
) m
where n < 4 and :last_day between i.from_day and i.to_day
group by measure, place_id
union all
select measure, place_id, sum(n * length(events) + 4), sum(n * length(population) + 4),
	per * sum(n * length(events) + 4.0::float8) / sum(n * length(population) + 4)
from (
	values ('claimants', 'claimants', 'residents_16_to_64', 100), ('children_in_poverty', 'children_in_low_income',
		'children_under_16', 100), ('recorded_crime', 'recorded_crimes', 'residents', 1000)
) m (measure, events, population, per),
	(values (1, 'L1'), (2, 'L1'), (3, 'L2'), (4, 'L2')) a (n, place), scope
where scope.place = a.place or scope.place is null
group by measure, place_id, per;

create temp table answer as
select v.*
from care.measure_value v
where period_kind = 'financial_year' and period = '2023-04-01' and place_id in ('S1', 'L1', 'L2');
-- what is not the same: nothing
select measure, place_id, t.numerator, a.numerator as folded, t.denominator, a.denominator as folded, t.value,
	a.value as folded, a.note
from truth t
full join answer a using (measure, place_id)
where not coalesce(
	abs(a.numerator - t.numerator) <= 1e-9 * (1 + abs(t.numerator))
		and abs(a.denominator - t.denominator) <= 1e-9 * (1 + abs(t.denominator))
		and (a.value is null and t.value is null or abs(a.value - t.value) <= 1e-9 * (1 + abs(t.value))), false)
	and not (t.measure is null and a.note ~ 'no_record_of_the_source')
order by measure, place_id;
-- how much was compared, and what the population has no record of
select count(*) as answers, count(distinct measure) as measures, count(value) as with_value,
	count(*) filter (where numerator > 0) as with_events
from truth;
select string_agg(distinct measure, ' ' order by measure) as without_record
from answer
where note ~ 'no_record_of_the_source';

-- five of each pillar and each aim, ten that count no encounters
select pillar, count(*), count(*) filter (where measure !~ '_prevalence$') as but_prevalence
from ph.measure
group by pillar
order by pillar;
select aim, count(*), count(*) filter (where measure !~ '_prevalence$') as but_prevalence
from ph.measure
group by aim
order by aim;
select count(*) as measures, count(*) filter (where concat(events, persons, areas) !~ '[{]encounter[}]') as no_encounters,
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
	where period_kind = 'financial_year'
	group by measure, level, place_id, breakdown
) parts
join care.measure_value whole using (measure, level, place_id)
join ph.measure m using (measure)
where whole.period_kind = 'financial_year';
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
