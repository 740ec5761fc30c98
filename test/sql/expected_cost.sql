-- What people are expected to cost: a population whose costs are a known sum of what people have.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('cost');
insert into cost.place
values ('S', 'ICB24', 'System'), ('L1', 'LAD24', 'Hill'), ('L2', 'LAD24', 'Dale'), ('P1', 'PCN', 'One'),
	('P2', 'PCN', 'Two'), ('A1', 'LSOA21', 'Area'), ('A2', 'LSOA21', 'Area'), ('A3', 'LSOA21', 'Area');
insert into cost.place select 'G' || i, 'PRACTICE', 'Practice' from generate_series(1, 4) i;
insert into cost.place_parent
values ('L1', 'S'), ('L2', 'S'), ('A1', 'L1'), ('A2', 'L2'), ('A3', 'L2'), ('G1', 'P1'), ('G2', 'P1'), ('G3', 'P2'),
	('G4', 'P2');
insert into cost.place_factor (place_id, factor, period, value)
values ('A1', 'imd2019_decile', '2019', 2), ('A2', 'imd2019_decile', '2019', 9);  -- of A3 none is known
create temp table truth as
select format('p%s', i) as person_id, i, make_date(2023 - i * 7919 % 1009 % 88, 1, 1) as birth_date,
	case when i * 31 % 97 < 48 then 'F' else 'M' end as sex, i * 13 % 5 = 0 as diabetes,
	case when i % 50 = 0 then 'A3' when i * 17 % 3 = 0 then 'A1' else 'A2' end as area,
	case when i % 7 = 0 then date '2024-07-01' end as leaves, (i * 4547 % 1013 - 506)::numeric as noise
from generate_series(1, 800) i;
insert into cost.person (person_id, birth_date, sex, ethnicity_code)
select person_id, birth_date, sex, case when i % 4 = 0 then 'H' else 'A' end from truth;
insert into cost.registration (person_id, practice_code, start_date, end_date)
select person_id, 'G' || 1 + i % 4, birth_date, leaves from truth;
insert into cost.residence (person_id, lsoa21_code, start_date) select person_id, area, birth_date from truth;
insert into cost.code_list (list, version, code_system, code, match) values ('diabetes', '1', 'SNOMED', '1', 'exact');
insert into cost.clinical_event (person_id, event_date, code_system, code)
select person_id, '2023-06-01', 'SNOMED', '1' from truth where diabetes;
-- 700 pounds a year, 300 more with diabetes, 50 more of women, 120 more in the most deprived fifth
insert into cost.encounter (encounter_id, person_id, pod, start_date, cost)
select person_id, person_id, 'GP', '2024-03-01',
	(700 + 300 * diabetes::integer + 50 * (sex = 'F')::integer + 120 * (area = 'A1')::integer)
		* (coalesce(leaves, '2025-01-01') - date '2024-01-01') / 365.25
from truth;
insert into cost.data_day values ('2024-12-31');
analyze;
call ph.create_population_views('cost');

-- first what it stands on
call ph.create_expected_cost('cost');
call ph.create_segment_inputs('cost');
call ph.create_expected_cost('cost');
select name, as_of, inputs, prior_use, (model).status, (model).rows > 350 and (model).rows < 450 as half
from cost.expected_cost_model;
-- the sum is found again; nobody of another fifth than the first and last is there
select c.term, round(c.coefficient::numeric, 4) + 0 as coefficient
from cost.expected_cost_model m, ph.coefficients(m.model) c
where c.coefficient is not null and c.term !~ '^M_'
order by c.term;
select bool_and(abs(c.coefficient) < 1e-6) as men_of_any_age_cost_the_same
from cost.expected_cost_model m, ph.coefficients(m.model) c
where c.term ~ '^M_';
-- of whom deprivation is not known nothing is expected; others are as they were made
select t.area = 'A3' as unknown, count(*), count(c.expected) as expected,
	max(abs(c.expected - c.cost / c.years)) < 1e-6 as as_made, count(distinct c.split) as halves
from cost.person_expected_cost('2024-01-01') c
join truth t using (person_id)
group by 1
order by 1;
select distinct r_squared > 1 - 1e-12 as all_is_explained from ph.cost_explained('cost') where note is null;
-- the year that starts with the last day of the data has a day of cost, and the same halves
select count(*) as people, count(n.expected) as expected, max(n.years) < 0.003 as a_day,
	bool_and(n.split = c.split) as same_half
from cost.person_expected_cost('2024-12-31') n
join cost.person_expected_cost('2024-01-01') c using (person_id);

-- with chance in it, by independent sums
update cost.encounter e set cost = greatest(0, e.cost + t.noise) from truth t where t.person_id = e.person_id;
call ph.create_expected_cost('cost', '2024-01-01');
create temp table judged as
select *, expected * years as foreseen from cost.person_expected_cost('2024-01-01') where expected is not null;
select abs(sum(foreseen) / sum(cost) - 1) < 1e-12 as closes_on_the_half_that_it_was_fitted_on
from judged
where split = 'train';
with grouped as (
	select split, 'person' as level, person_id as place, years, cost, foreseen from judged
	union all
	select split, 'practice', practice, sum(years), sum(cost), sum(foreseen) from judged group by 1, 2, 3
	union all
	select split, 'neighbourhood', neighbourhood, sum(years), sum(cost), sum(foreseen) from judged group by 1, 2, 3
	union all
	select split, 'place', place, sum(years), sum(cost), sum(foreseen) from judged group by 1, 2, 3
), overall as (
	select split, sum(cost) / sum(years) as mean from judged group by split
), again as (
	select split, level, count(*) as groups,
		1 - sum(power(cost - foreseen, 2) / years) / sum(power(cost / years - mean, 2) * years) as r_squared
	from grouped
	join overall using (split)
	group by 1, 2
)
select e.split, e.level, e.groups = a.groups and abs(e.r_squared - a.r_squared) < 1e-9 as holds,
	round(e.r_squared::numeric, 3) as r_squared
from ph.cost_explained('cost') e
join again a using (split, level)
order by e.split, e.level;
with tenth as (
	select *, ntile(10) over (order by expected, person_id) as decile from judged where split = 'test'
), again as (
	select 'decile' as dimension, lpad(decile::text, 2, '0') as group_name, foreseen, cost from tenth
	union all
	select 'ethnicity', case ethnicity when 'H' then 'asian' else 'white' end, foreseen, cost from tenth
	union all
	select 'sex', sex, foreseen, cost from tenth
	union all
	select 'practice', practice, foreseen, cost from tenth
), summed as (
	select dimension, group_name, count(*) as people, sum(foreseen) as expected, sum(cost) as actual
	from again
	group by 1, 2
)
select p.dimension, count(*) as groups, bool_and(p.people = s.people and abs(p.expected - s.expected) < 1e-6
	and abs(p.actual - s.actual) < 1e-6 and abs(p.ratio - s.expected / s.actual) < 1e-9) as holds,
	bool_and(p.lower < p.ratio and p.ratio < p.upper) as within, sum(p.people) as people
from ph.predictive_ratio('cost', '{decile,ethnicity,sex,practice}') p
join summed s using (dimension, group_name)
group by p.dimension
order by p.dimension;
-- money times a thousand: costs too, and no ratio
create temp table before as
select dimension, group_name, ratio, lower, expected from ph.predictive_ratio('cost');
update cost.encounter set cost = 1000 * cost;
call ph.create_expected_cost('cost', '2024-01-01');
select bool_and(abs(a.ratio - b.ratio) < 1e-9 and abs(a.lower - b.lower) < 1e-9
	and abs(a.expected / b.expected - 1000) < 1e-6) as scales
from before b
join ph.predictive_ratio('cost') a using (dimension, group_name);

-- what services did is asked for by name and by will
call ph.create_expected_cost('cost', terms => '{age_sex,spend_12_months}');
call ph.create_expected_cost('cost', terms => '{age_sex,hospital_frailty}', prior_use => true);
update cost.encounter set start_date = '2024-02-01' where person_id = 'p1';
insert into cost.encounter (encounter_id, person_id, pod, start_date, cost)
select 'before ' || person_id, person_id, 'NEL', '2023-05-01', 10 * i from truth where i % 3 = 0;
call ph.create_expected_cost('cost', prior_use => true, name => 'cost_by_use');
select name, inputs, prior_use from cost.expected_cost_model order by name;
-- two at once stand beside each other
select count(*) as people, count(distinct u.expected - c.expected) > 100 as differ
from cost.cost_by_use('2024-01-01') u
join cost.person_expected_cost('2024-01-01') c using (person_id);

-- what cannot be asked
call ph.create_expected_cost('cost', '2024-06-01');
call ph.create_expected_cost('cost', 'infinity');
call ph.create_expected_cost('cost', terms => '{shoe_size}');
call ph.create_expected_cost('cost', terms => '{bmi}');
call ph.create_expected_cost('cost', terms => '{}');
call ph.create_expected_cost('cost', name => 'person_at');
call ph.create_expected_cost('pg_temp');
select ph.cost_explained('cost', 'nothing');
select ph.predictive_ratio('cost', '{hair}');
select ph.predictive_ratio('cost', '{sex}', 'other');
select ph.predictive_ratio('cost', '{sex}', confidence => 1);
select ph.predictive_ratio('cost', '{}');
select ph.predictive_ratio('cost', null);
call ph.create_expected_cost('cost', terms => '{null}');
call ph.create_expected_cost('cost', name => null);
update cost.encounter set cost = null;
call ph.create_expected_cost('cost', terms => '{age_sex}');
-- row security: part of the people is not taken for all, and a row a person is what its reader may see
create role cost_reader;
grant usage on schema cost to cost_reader;
grant select on all tables in schema cost to cost_reader;
alter table cost.person enable row level security;
create policy own on cost.person to cost_reader using (person_id = 'p2');
set role cost_reader;
select person_id, expected is not null as expected from cost.person_expected_cost('2024-01-01');
select ph.cost_explained('cost');
reset role;
drop owned by cost_reader;
drop role cost_reader;
drop schema cost cascade;
