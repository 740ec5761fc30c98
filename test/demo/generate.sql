-- Fills the shared tables with a population that nobody is: six places, 24 neighbourhoods, 150 small
-- areas, three years of care to 2025-03-31, index date 2024-04-01.
--
--     psql -v persons=30000 -v schema=health -f test/demo/generate.sql
--
-- comes after CALL ph.create_shared_tables('health'), best after code_list.sql. The same
-- number of persons gives the same rows on every server: chance is md5 of a purpose and a number.
-- Identifiers are visibly made up. Rates are like those of an English system: ages of mid-2022, QOF
-- prevalences, Gompertz deaths. The programme lowers emergency admissions by 20 % and A&E by 10 %. Asian people
-- (codes H, J, K, L) are under-served: 40 % of the planned contacts (GP, OP, EL) that others in their place have are
-- not there, while illness, emergencies and deaths are as of everybody.
-- What all partners know, and what is planted in it, comes last: generate_partners.sql.
-- CTEs are materialized so that no chance is drawn twice.
\set ON_ERROR_STOP on
\set QUIET on
begin;
set local search_path = pg_temp, :"schema";
set local client_min_messages = warning;
set local work_mem = '256MB';
set local jit = off;

create function pg_temp.uniform(purpose text, id bigint) returns double precision
language sql immutable parallel safe
return (('x' || left(md5(purpose || id), 8))::bit(32)::bigint + 0.5) / 4294967296.0::double precision;

create function pg_temp.normal(purpose text, id bigint) returns double precision
language sql immutable parallel safe
return sqrt(-2 * ln(pg_temp.uniform(purpose || ' radius ', id)))
	* cos(2 * pi() * pg_temp.uniform(purpose || ' angle ', id));

create function pg_temp.poisson(mean double precision, chance double precision) returns integer
language plpgsql immutable parallel safe as $$
declare
  k integer := 0;
  term double precision := exp(-mean);
  below double precision := term;
begin
  while chance > below and k < 400 loop
    k := k + 1;
    term := term * mean / k;
    below := below + term;
  end loop;
  return k;
end $$;

create function pg_temp.person_name(n bigint) returns text language sql immutable return 'P' || lpad(n::text, 8, '0');

------------------------------------------------------------------------------------------------
\echo 'places: 1 system, 6 places, 24 neighbourhoods, 72 practices, 30 middle areas, 42 wards, 150 small areas'

create temp table area as
with score as (
  select n, n / 25 as lad, n % 25 as within,
    (array[1.1, 0.5, 0.1, -0.2, -0.6, -0.9])[n / 25 + 1] + pg_temp.normal('deprivation', n) as deprived,
    pg_temp.normal('change of deprivation', n) as change
  from generate_series(0, 149) n
)
select n, lad, deprived,
  'X01' || lpad((n + 1)::text, 6, '0') as lsoa,
  'X02' || lpad((n / 5 + 1)::text, 6, '0') as msoa,
  'X05' || lpad((lad * 7 + (within + 1) / 4 + 1)::text, 6, '0') as ward,
  lad * 4 + within * 4 / 25 as pcn,
  ntile(10) over (order by deprived desc, n) as decile,
  ntile(10) over (order by deprived + 0.35 * change desc, n) as decile_later
from score;

insert into place
select 'X54000001', 'ICB24', 'Exshire Integrated Care Board'
union all
select 'X0900000' || n, 'LAD24',
	(array['Exmouth Docks', 'Wyeborough', 'Zedminster', 'Upper Exe', 'Great Wyre', 'Zeal Valley'])[n]
from generate_series(1, 6) n
union all
select 'XPCN' || lpad(n::text, 2, '0'), 'PCN', 'Made-up Network ' || n
from generate_series(1, 24) n
union all
select 'X83' || lpad(n::text, 3, '0'), 'PRACTICE', 'Made-up Surgery ' || n
from generate_series(1, 72) n
union all
select distinct msoa, 'MSOA21', 'Exshire ' || right(msoa, 3)
from area
union all
select distinct ward, 'WARD24', 'Ward ' || right(ward, 2)::integer
from area
union all
select lsoa, 'LSOA21', 'Exshire ' || right(msoa, 3) || chr(65 + n % 5)
from area;

insert into place_parent
select 'X0900000' || n, 'X54000001' from generate_series(1, 6) n
union all
select 'XPCN' || lpad(n::text, 2, '0'), 'X0900000' || ((n - 1) / 4 + 1) from generate_series(1, 24) n
union all
select 'X83' || lpad(n::text, 3, '0'), 'XPCN' || lpad(((n - 1) / 3 + 1)::text, 2, '0') from generate_series(1, 72) n
union all
select distinct msoa, 'X0900000' || (lad + 1) from area
union all
select distinct ward, 'X0900000' || (lad + 1) from area
union all
select lsoa, msoa from area
union all
select lsoa, ward from area;

insert into data_day values ('2025-04-01');  -- drawn on the day after the three years

insert into place_factor
select lsoa, 'imd2019_decile', '2019', decile, 'decile 1=most deprived', 'made up'
from area
union all
select lsoa, 'imd2025_decile', '2025', decile_later, 'decile 1=most deprived', 'made up'
from area
union all
select lsoa, 'pm25', '2024',
	round((8.6 + 0.7 * deprived + 0.4 * pg_temp.normal('air', n))::numeric, 2),
	'ug/m3', 'made up'
from area;

------------------------------------------------------------------------------------------------
\echo 'persons, addresses and registrations'

create temp table age_band (age_from, age_to, share) as
values
(0, 5, 5.3), (5, 10, 5.8), (10, 15, 6.1), (15, 20, 5.7), (20, 25, 6.0), (25, 30, 6.6), (30, 35, 6.9), (35, 40, 6.7),
(40, 45, 6.4), (45, 50, 6.1), (50, 55, 6.8), (55, 60, 6.7), (60, 65, 5.9), (65, 70, 4.9), (70, 75, 4.7), (75, 80, 3.9),
(80, 85, 2.5), (85, 90, 1.5), (90, 95, 0.7), (95, 102, 0.2);

create temp table ethnic_group (code, share) as
values
('A', 0.70), ('B', 0.01), ('C', 0.05), ('Z', 0.04), (null, 0.01), ('D', 0.01), ('E', 0.005), ('F', 0.01), ('G', 0.01),
('H', 0.03), ('J', 0.03), ('K', 0.01), ('L', 0.02), ('M', 0.01), ('N', 0.03), ('P', 0.005), ('R', 0.005), ('S', 0.015);

-- one row a person: who they are, before care. first_age counts at 2022-04-01 and is below zero for the unborn.
create temp table life as
with band as (
  select age_from, age_to,
    (sum(share) over (order by age_from) - share) / sum(share) over () as below,
    sum(share) over (order by age_from) / sum(share) over () as upto
  from age_band
), chance as materialized (
  select n, pg_temp.uniform('age', n) as age_chance from generate_series(1, :persons) n
), aged as materialized (
  select n,
    case when n % 32 = 0 then -3 * pg_temp.uniform('birth', n)  -- born in the three years
         else age_from + (age_to - age_from) * (age_chance - below) / (upto - below) end as first_age
  from chance join band on age_chance >= below and age_chance < upto
), offered as materialized (
  select *,
    date '2022-04-01' - ceil(first_age * 365.25)::integer as birth_date,
    case when pg_temp.uniform('sex', n) < case when first_age < 20 then 0.488 when first_age < 75 then 0.507
                                               when first_age < 85 then 0.54 else 0.64 end then 'F' else 'M' end as sex,
    pg_temp.normal('frailty', n) as frailty,
    floor(150 * pg_temp.uniform('area one', n))::integer as area_one,
    floor(150 * pg_temp.uniform('area two', n))::integer as area_two
  from aged
)
select offered.n, pg_temp.person_name(offered.n) as person_id, first_age, birth_date, sex, frailty,
  chosen.n as area, chosen.decile, chosen.lad, chosen.pcn
from offered
join area one on one.n = area_one
join area two on two.n = area_two
-- of the two areas that chance offers, older people live in the better one more often
join area chosen on chosen.n = case
  when (one.decile > two.decile)
    = (pg_temp.uniform('choice of area', offered.n) < 0.38 + 0.004 * greatest(first_age, 0)) then area_one
  else area_two end;
create unique index on life (n);
analyze life;

-- logit of the prevalence: level at age 50, slope and bend a decade, then by sex and decile of deprivation
create temp table condition (name, snomed, icd10, description, level, slope, bend, male, deprived, minimum_age,
	emergency, mortality) as
values
('atrial_fibrillation', '49436004', 'I489', 'Atrial fibrillation', -4.957, 1.243, -0.056, 0.372, 0.006, 18, 1.3, 1.2),
('asthma', '195967001', 'J459', 'Asthma', -2.870, 0.018, -0.002, -0.180, 0.022, 3, 1.2, 1.05),
('cancer', '363346000', 'C809', 'Cancer', -3.631, 0.761, -0.062, -0.057, -0.013, 0, 1.6, 2.2),
('coronary_heart_disease', '53741008', 'I259', 'Coronary heart disease', -3.976, 1.303, -0.195, 0.709, 0.072, 18, 1.4,
	1.25),
('chronic_kidney_disease', '709044004', 'N183', 'CKD stage 3-5', -4.265, 1.093, -0.031, -0.180, 0.041, 18, 1.3, 1.3),
('copd', '13645005', 'J449', 'COPD', -4.160, 1.116, -0.220, 0.154, 0.143, 35, 2.0, 1.7),
('dementia', '52448006', 'F03X', 'Dementia', -7.987, 1.821, 0.009, -0.318, 0.022, 40, 1.6, 2.6),
('depression', '35489007', 'F329', 'Depression', -2.120, -0.030, -0.062, -0.661, 0.058, 18, 1.25, 1.2),
('diabetes', '44054006', 'E119', 'Type 2 diabetes', -2.587, 0.604, -0.123, 0.290, 0.085, 17, 1.35, 1.4),
('epilepsy', '84757009', 'G409', 'Epilepsy', -5.105, 0.066, -0.004, 0.000, 0.058, 18, 1.5, 1.5),
('heart_failure', '84114007', 'I509', 'Heart failure', -5.822, 1.286, -0.089, 0.372, 0.072, 18, 2.2, 2.0),
('hypertension', '38341003', 'I10X', 'Hypertension', -1.646, 1.114, -0.160, 0.054, 0.027, 18, 1.05, 1.0),
('learning_disability', '110359009', 'F799', 'Learning disability', -5.649, -0.334, -0.067, 0.372, 0.072, 5, 1.4, 2.5),
('severe_mental_illness', '58214004', 'F209', 'Severe mental illness', -4.525, 0.117, -0.062, 0.105, 0.097, 18, 1.5,
	1.9),
('osteoporosis', '64859006', 'M819', 'Osteoporosis', -6.440, 1.649, -0.202, -1.779, -0.006, 50, 1.1, 1.1),
('peripheral_arterial_disease', '399957001', 'I739', 'Peripheral arterial disease', -5.806, 1.146, -0.131, 0.650, 0.097,
	18, 1.4, 1.5),
('rheumatoid_arthritis', '69896004', 'M069', 'Rheumatoid arthritis', -5.068, 0.658, -0.143, -0.883, 0.027, 16, 1.2,
	1.2),
('stroke_or_tia', '230690007', 'I639', 'Stroke or TIA', -4.692, 1.153, -0.107, 0.202, 0.058, 18, 1.3, 1.4);

create temp table illness as
select n, name, snomed, icd10, description, emergency, mortality,
  greatest(birth_date + (365.25 * minimum_age)::integer,
    date '2025-03-31' - floor(7300 * pg_temp.uniform('onset ' || name, n))::integer) as onset
from life, condition, lateral (select least((first_age + 3 - 50) / 10, 4) as decades) age
where first_age + 3 > minimum_age
  and pg_temp.uniform(name, n) < 1 / (1 + exp(-(level + slope * decades + bend * decades * decades
    + case when sex = 'M' then male else 0 end + deprived * (5.5 - decile))));
create index on illness (n);
analyze illness;

create temp table burden as
select n, count(*)::integer as conditions, exp(sum(ln(emergency)))::double precision as emergency,
  exp(sum(ln(mortality)))::double precision as mortality,
  bool_or(name = 'cancer') as cancer, bool_or(name = 'copd') as copd, bool_or(name = 'diabetes') as diabetes
from illness
where onset <= '2024-04-01'
group by n;

create temp table fate as  -- death, joining, leaving and the days under observation
with mortal as materialized (
  -- Gompertz: the mean of the factors of illness is about the square root of their product
  select life.*, coalesce(conditions, 0) as conditions, coalesce(emergency, 1) as emergency,
    coalesce(cancer, false) as cancer, coalesce(copd, false) as copd, coalesce(diabetes, false) as diabetes,
    exp(-10.75 + 0.0935 * greatest(first_age, 0) + 0.07 * (5.5 - decile) + 0.3 * frailty)
      * case when sex = 'F' then 0.72 else 1 end * sqrt(coalesce(mortality, 1)) as hazard
  from life left join burden using (n)
), dying as materialized (
  select *,
    greatest(birth_date, date '2022-04-01')
      + floor(365.25 * ln(1 - 0.0935 * ln(pg_temp.uniform('death', n)) / hazard) / 0.0935)::integer as death
  from mortal
), joining as materialized (
  select *, case when death <= '2025-03-31' then death end as death_date,
    case when birth_date >= '2022-04-01' then birth_date + floor(21 * pg_temp.uniform('register', n))::integer
         when pg_temp.uniform('joiner', n) < 0.09
           then date '2022-04-01' + floor(1096 * pg_temp.uniform('join', n))::integer
         else greatest(birth_date, date '2022-04-01' - floor(6000 * pg_temp.uniform('join', n))::integer) end as joined,
    case when pg_temp.uniform('leaver', n) < 0.08
      then date '2022-04-01' + floor(1096 * pg_temp.uniform('leave', n))::integer end as leaving
  from dying
), bounded as materialized (
  select *, least(joined, death_date) as joins,
    least(case when leaving > joined then leaving end, death_date) as leaves  -- NULL: still registered
  from joining
), observed as (
  select *, greatest(joins, '2022-04-01') as seen_from,
    least(case when leaves = death_date then leaves + 1 else leaves end, '2025-04-01') as seen_to
  from bounded
)
select *, case when pg_temp.uniform('mover', n) < 0.16 and seen_to - seen_from > 2
  then seen_from + 1 + floor((seen_to - seen_from - 2) * pg_temp.uniform('move', n))::integer end as moved
from observed;
create unique index on fate (n);
analyze fate;

insert into person
with ladder as (  -- the groups from the largest on, and the share of those before each
  select array_agg(code order by share desc, code) as codes, array_agg(below order by share desc, code) as below
  from (select *, sum(share) over (order by share desc, code) - share as below from ethnic_group) summed
)
select person_id, birth_date, sex,
  -- a greater share of minorities where deprivation is greater
  codes[width_bucket(pg_temp.uniform('ethnicity', n) ^ (0.7 + 0.05 * decile), below::double precision[])],
  death_date,
  case when death_date is not null then
    (array['I259', 'C349', 'F03X', 'J449', 'I639', 'J189', 'C189', 'C509', 'K703', 'N390'])[
      1 + floor(10 * pg_temp.uniform('cause', n))::integer] end
from fate cross join ladder
order by n;

create temp table address as
select n, person_id, area, pcn, lad, birth_date as start_date, moved as end_date from fate
union all
select fate.n, person_id, area.n, area.pcn, area.lad, moved, null
from fate join area on area.n = floor(150 * pg_temp.uniform('new area', fate.n))::integer
where moved is not null;

insert into residence
select person_id, lsoa, lsoa, start_date, end_date
from address
join area on area.n = address.area
order by address.n, start_date;

create temp table practice_of as
select fate.n, fate.person_id, case when address.start_date = moved then 'new' else 'old' end as which,
  greatest(joins, address.start_date) as start_date, least(leaves, address.end_date) as end_date,
  3 * case when pg_temp.uniform('elsewhere', fate.n) < 0.92 then address.pcn
           else address.lad * 4 + floor(4 * pg_temp.uniform('network', fate.n))::integer end
    + floor(3 * pg_temp.uniform('practice', fate.n) ^ 1.4)::integer + 1 as practice
from fate join address using (n);

insert into registration
select person_id,
	'X83' || lpad(practice::text, 3, '0'),
	'XPCN' || lpad(((practice - 1) / 3 + 1)::text, 2, '0'),
	start_date, end_date
from practice_of
where start_date <= '2025-04-01'
order by n, start_date;

------------------------------------------------------------------------------------------------
\echo 'programme'

insert into enrolment
with eligible as (
  select n, person_id, 0.5 * frailty + 0.4 * ln(emergency) as risk
  from fate
  where (first_age + 2 >= 65 or conditions >= 2) and joins <= '2024-04-01'
    and coalesce(leaves > '2024-04-01', true) and coalesce(death_date > '2024-04-01', true)
), invited as (
  select n, person_id, date '2024-04-01' + floor(180 * pg_temp.uniform('enrolment day', n))::integer as start_date,
    pg_temp.uniform('enrolment', n) < 1 / (1 + exp(1.3 - 0.9 * risk)) as enrolled
  from eligible
)
select i.person_id, 'PROACTIVE_CARE', case when enrolled then start_date end, null,
  case when enrolled then 'enrolled' else 'eligible_not_enrolled' end
from (
  select i.n, i.person_id, i.start_date, i.enrolled and i.start_date < f.seen_to as enrolled
  from invited i join fate f using (n)
) i
order by n;

------------------------------------------------------------------------------------------------
\echo 'encounters'

-- rate a year of a person without conditions, ratio of the most to the least deprived decile, how far
-- the effects of conditions and of frailty reach, and the range of cost
create temp table care (pod, age_from, age_to, rate, gradient, illness_power, spread, cost_from, cost_to) as
select pod, age_from,
	lead(age_from, 1, 200) over (partition by pod order by age_from),
	rate,
	gradient::double precision,
	illness_power, spread, cost_from, cost_to
from (
	values
	('GP', 1.1, 0.30, 0.45, 30, 60, array[5.5, 2.4, 3.6, 4.4, 5.4, 5.8, 6.4]),
	('AE', 1.9, 0.55, 0.80, 120, 420, array[0.68, 0.37, 0.37, 0.27, 0.27, 0.32, 0.46]),
	('OP', 1.1, 0.35, 0.50, 110, 240, array[0.85, 0.75, 1.2, 1.6, 2.0, 1.8, 1.4]),
	('EL', 1.05, 0.30, 0.50, 700, 4200, array[0.05, 0.05, 0.09, 0.20, 0.29, 0.29, 0.20]),
	('NEL', 1.7, 0.95, 1.15, 900, 2600, array[0.13, 0.037, 0.052, 0.060, 0.080, 0.115, 0.19])
) pods (pod, gradient, illness_power, spread, cost_from, cost_to, rates),
	unnest(array[0, 5, 18, 45, 65, 75, 85], rates) bands (age_from, rate);

create temp table contact as
with expected as materialized (
  select n, person_id, pod, cost_from, cost_to, seen_from, seen_to,
    least(300, (seen_to - seen_from) / 365.25 * rate * gradient ^ ((5.5 - decile) / 9) * emergency ^ illness_power
      * exp(spread * frailty - spread * spread / 2)) as mean
  from fate
  join care on greatest(first_age + 1.5, 0) >= age_from and greatest(first_age + 1.5, 0) < age_to
  where seen_to > seen_from
), drawn as materialized (
  select n, person_id, pod, '' as method, k, cost_from, cost_to, seen_from, seen_to,
    pod || ' ' || k || ' ' as purpose
  from expected, generate_series(1, pg_temp.poisson(mean, pg_temp.uniform(pod, n))) k
), dated as materialized (
  select *, seen_from + floor((seen_to - seen_from) * pg_temp.uniform(purpose || 'day ', n))::integer as day from drawn
), seasonal as materialized (
  -- three in ten emergencies of the summer come half a year later, where the person is still there
  select n, person_id, pod, method, k, cost_from, cost_to, purpose,
    case when pod in ('AE', 'NEL') and extract(month from day) between 5 and 9 and day + 182 < seen_to
           and pg_temp.uniform(purpose || 'season ', n) < 0.3 then day + 182 else day end as start_date
  from dated
), spared as (
  select seasonal.* from seasonal
  left join enrolment on enrolment.person_id = seasonal.person_id and enrolment.start_date <= seasonal.start_date
  where enrolment.person_id is null
    or pg_temp.uniform(purpose || 'spared ', n) >= case pod when 'NEL' then 0.2 when 'AE' then 0.1 else 0 end
)
select * from spared
union all  -- half of those who die are admitted in their last two weeks
select n, person_id, 'NEL', '21', 1000, 900, 2600, 'terminal ',
  greatest(seen_from, death_date - floor(14 * pg_temp.uniform('terminal day', n))::integer)
from fate
where leaves = death_date and seen_from <= death_date and pg_temp.uniform('terminal', n) < 0.5
union all  -- births
select n, person_id, 'NEL', '31', 2000, 1400, 3800, 'birth ',
  seen_from + floor((seen_to - seen_from) * pg_temp.uniform('birth day', n))::integer
from fate
where sex = 'F' and first_age + 1.5 between 17 and 44 and seen_to > seen_from
  and pg_temp.uniform('mother', n) < (seen_to - seen_from) / 365.25 * 0.055;

create temp table stay as
select row_number() over (order by c.n, c.start_date, c.pod, c.k) as encounter_id,
	c.n, c.person_id, pod, purpose, start_date,
	least(start_date + case
			when pod = 'NEL' and method = '31' then floor(4 * pg_temp.uniform('birth nights', c.n))::integer
			when pod = 'NEL'
				then floor(-ln(pg_temp.uniform(purpose || 'nights ', c.n))
					* (0.7 + 0.075 * greatest(first_age, 0)))::integer
			when pod = 'EL' and pg_temp.uniform(purpose || 'overnight ', c.n) < 0.25
				then 1 + floor(-2 * ln(pg_temp.uniform(purpose || 'nights ', c.n)))::integer
			else 0
		end,
		fate.death_date) as end_date,
	case
		when method <> '' then method
		when pod = 'EL'
			then (array['11', '11', '12', '13'])[1 + floor(4 * pg_temp.uniform(purpose || 'method ', c.n))::integer]
		when pod = 'NEL'
			then (array['21', '21', '21', '21', '21', '21', '21', '22', '28', '2A'])[
				1 + floor(10 * pg_temp.uniform(purpose || 'method ', c.n))::integer]
	end as admission_method,
	cost_from + (cost_to - cost_from) * pg_temp.uniform(purpose || 'cost ', c.n) as tariff,
	first_age, lad, moved, cancer, copd,
	coalesce(ethnicity_code in ('H', 'J', 'K', 'L'), false) and pod in ('GP', 'OP', 'EL')
		and pg_temp.uniform(purpose || 'withheld ', c.n) < 0.4 as withheld  -- the planted under-service
from contact c
join fate using (n)
join person on person.person_id = c.person_id;

-- primary diagnoses: of which pod, at which ages, how often
create temp table reason (pod, code, age_from, age_to, weight) as
values
('NEL', 'B349', 0, 12, 3), ('NEL', 'J219', 0, 2, 6), ('NEL', 'J069', 0, 12, 4), ('NEL', 'R509', 0, 18, 3),
('NEL', 'J459', 3, 60, 2), ('NEL', 'R104', 5, 80, 5), ('NEL', 'K358', 8, 50, 3), ('NEL', 'T391', 14, 45, 3),
('NEL', 'S525', 4, 75, 1), ('NEL', 'R074', 25, 90, 5), ('NEL', 'L031', 20, 110, 3), ('NEL', 'K802', 25, 85, 3),
('NEL', 'R51X', 16, 70, 2), ('NEL', 'K703', 35, 70, 1), ('NEL', 'I219', 45, 110, 2), ('NEL', 'I214', 45, 110, 2),
('NEL', 'I639', 55, 110, 2), ('NEL', 'J189', 40, 110, 5), ('NEL', 'J22X', 55, 110, 2), ('NEL', 'J440', 50, 95, 2),
('NEL', 'N390', 50, 110, 4), ('NEL', 'A419', 55, 110, 3), ('NEL', 'N179', 60, 110, 2), ('NEL', 'I500', 60, 110, 3),
('NEL', 'S720', 70, 110, 4), ('NEL', 'R55X', 60, 110, 2), ('NEL', 'R296', 70, 110, 4), ('NEL', 'R410', 75, 110, 3),
('NEL', 'K590', 2, 110, 1), ('EL', 'K409', 18, 110, 3), ('EL', 'H259', 60, 110, 6), ('EL', 'M170', 50, 90, 4),
('EL', 'M160', 50, 90, 3), ('EL', 'K635', 40, 90, 4), ('EL', 'G560', 30, 80, 2), ('EL', 'D509', 18, 110, 2),
('EL', 'K219', 18, 90, 3), ('EL', 'Z098', 18, 110, 2), ('EL', 'C509', 40, 90, 2), ('EL', 'J353', 0, 18, 4),
('EL', 'K029', 0, 18, 4);

create temp table cause as
select encounter_id,
	case
		when admission_method = '31'
			then (array['O80X', 'O80X', 'O821', 'O829', 'O700'])[1 + floor(5 * pg_temp.uniform('delivery', n))::integer]
		when pod = 'EL' and cancer and pg_temp.uniform(purpose || 'therapy ', n) < 0.5 then 'Z511'
		when pod = 'NEL' and copd and pg_temp.uniform(purpose || 'chest ', n) < 0.4 then 'J441'
		else (
			select code
			from (
				select code, sum(weight) over (order by code) as upto, sum(weight) over () as total
				from reason
				where reason.pod = stay.pod and greatest(first_age, 0) >= age_from and greatest(first_age, 0) < age_to
			) possible
			where upto >= total * pg_temp.uniform(purpose || 'reason ', n)
			order by upto
			limit 1
		)
	end as code
from stay
where pod in ('EL', 'NEL');
create unique index on cause (encounter_id);
analyze cause;
analyze stay;

insert into encounter
select encounter_id, stay.person_id, pod, stay.start_date,
	case when stay.end_date <= '2025-04-01' then stay.end_date end,
	case when pod in ('EL', 'NEL') and stay.end_date <= '2025-04-01' then stay.end_date - stay.start_date end,
	admission_method, cause.code,
	case when pod = 'GP' then 'X83' || lpad(practice::text, 3, '0') else 'XR' || (lad / 2 + 1) end,
	round((tariff * (1 + 0.15 * (stay.end_date - stay.start_date)))::numeric, 2)
from stay
left join cause using (encounter_id)
left join practice_of on practice_of.n = stay.n and which = case when stay.start_date >= moved then 'new' else 'old' end
where not withheld
order by encounter_id;

------------------------------------------------------------------------------------------------
\echo 'clinical events and measurements'

insert into clinical_event  -- the GP record
select person_id, onset, 'SNOMED', snomed, description, 'GP', null, null
from illness join fate using (n)
where onset <= coalesce(death_date, '2025-03-31')
order by n, onset, name;

-- what is noticed of frail people in hospital, and of a cancer that has spread
create temp table finding (code, age_from, cancer, chance) as
values
('F059', 75, false, 0.10), ('L899', 75, false, 0.05), ('R32X', 75, false, 0.10), ('R54X', 80, false, 0.12),
('Z740', 75, false, 0.10), ('R296', 75, false, 0.12), ('E86X', 65, false, 0.08), ('N179', 65, false, 0.08),
('I702', 60, false, 0.02), ('K703', 40, false, 0.01), ('C787', 0, true, 0.08), ('C795', 0, true, 0.06);

insert into clinical_event  -- the diagnoses of admissions
with diagnosis as materialized (
  select encounter_id, code, null as description, 0 as rank from cause
  union all
  select encounter_id, icd10, description, 1
  from stay join illness using (n)
  where pod in ('EL', 'NEL') and onset <= start_date and pg_temp.uniform(purpose || 'coded ' || name, n) < 0.8
  union all
  select encounter_id, finding.code, null, 2
  from stay join finding on greatest(first_age, 0) >= age_from and (stay.cancer or not finding.cancer)
  where pod = 'NEL' and pg_temp.uniform(purpose || 'finding ' || finding.code, n) < chance
), once as (
  select distinct on (encounter_id, code) * from diagnosis order by encounter_id, code, rank
)
select person_id, start_date, 'ICD10', code, description, 'APC', encounter_id,
  row_number() over (partition by encounter_id order by rank, code collate "C")
from once join stay using (encounter_id)
where not withheld
order by encounter_id, 8;

create temp table measure (code, name, unit, mean, age_slope, spread, lowest, highest, minimum_age, share, digits) as
values
('60621009', 'Body mass index', 'kg/m2', 26.0, 0.03, 5.0, 14, 60, 2, 0.35, 1),
('271649006', 'Systolic blood pressure', 'mmHg', 112.0, 0.35, 14.0, 80, 220, 16, 0.50, 0),
('271650006', 'Diastolic blood pressure', 'mmHg', 74.0, 0.06, 9.0, 40, 130, 16, 0.50, 0),
('999791000000106', 'HbA1c', 'mmol/mol', 33.0, 0.09, 4.5, 20, 140, 18, 0.25, 0),
('1005671000000105', 'Serum cholesterol', 'mmol/L', 4.9, 0.004, 1.0, 2, 10, 18, 0.25, 1),
('1005681000000107', 'HDL cholesterol', 'mmol/L', 1.35, 0.002, 0.35, 0.5, 3.5, 18, 0.25, 1),
('1020291000000106', 'eGFR', 'mL/min/1.73m2', 128.0, -0.75, 12.0, 8, 140, 18, 0.35, 0),
('77176002', 'Current smoker (0/1)', '1', 0, 0, 0, 0, 1, 16, 0.50, 0);

insert into measurement
select person_id,
  greatest(seen_from, birth_date + 366 * minimum_age)
    + floor((seen_to - greatest(seen_from, birth_date + 366 * minimum_age))
      * pg_temp.uniform('measured ' || unit, n))::integer,
  'SNOMED', code, name,
  case when name like 'Current smoker%' then (pg_temp.uniform('smoker', n) < 0.12 + 0.018 * (5.5 - decile))::integer
       else least(highest, greatest(lowest, round((mean + age_slope * first_age + spread * pg_temp.normal(name, n)
         + case when name = 'HbA1c' and diabetes then 20 else 0 end)::numeric, digits))) end,
  unit
from fate, measure
where first_age + 3 > minimum_age and seen_to > greatest(seen_from, birth_date + 366 * minimum_age)
  -- one sample gives both pressures or both cholesterols: chance and day belong to the unit
  and pg_temp.uniform('sample ' || unit, n) < share + 0.004 * first_age
order by n, code;

select to_regclass(format('%I.contact', :'schema')) is not null as partners  -- a version before 0.3 has no such tables
\gset
\if :partners
\ir generate_partners.sql
\endif
select exists (select from pg_proc where oid::regproc::text = 'ph.create_budget_tables') as money
\gset
\if :money
\ir generate_budget.sql
\endif

analyze data_day, person, place, place_parent, residence, registration, encounter, clinical_event, measurement,
	place_factor, enrolment;
commit;
\echo 'done'
