-- What will be needed: populations whose future is known.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('future');
insert into future.place values ('S', 'ICB24', 'System'), ('L1', 'LAD24', 'Hill'), ('A1', 'LSOA21', 'Area');
insert into future.place_parent values ('L1', 'S'), ('A1', 'L1');
-- 100 people of each age below 90: nobody dies, 100 are born each year, everybody leaves at 90
insert into future.person (person_id, birth_date, sex)
select format('%s-%s', y, i), make_date(y, 1, 1) + i, case i % 2 when 0 then 'M' else 'F' end
from generate_series(1933, 2024) y, generate_series(1, 100) i;
insert into future.registration (person_id, start_date, end_date)
select person_id, birth_date, (birth_date + interval '90 years')::date from future.person;
insert into future.residence (person_id, lsoa21_code, start_date) select person_id, 'A1', birth_date from future.person;
insert into future.encounter (encounter_id, person_id, pod, start_date)
select person_id, person_id, 'NEL', '2024-05-01'
from future.person
where birth_date between '1945-01-01' and '1954-12-31';
-- half of those who turn 60 get diabetes
insert into future.code_list (list, version, code_system, code, match)
values ('diabetes', '1', 'SNOMED', '1', 'exact');
insert into future.clinical_event (person_id, event_date, code_system, code)
select person_id, (birth_date + interval '60 years 1 month')::date, 'SNOMED', '1'
from future.person
where birth_date < '1964-11-01' and split_part(person_id, '-', 2)::integer % 2 = 0;
insert into future.data_day values ('2024-12-31');
analyze;
call ph.create_population_views('future', neighbourhood => 'none');
call ph.create_calendar('future', '2020-01-01', '2030-12-31');
call ph.create_measure_tables('future');
insert into future.breakdown (breakdown, name, groups, query, otherwise)
values
	('has_diabetes', 'diabetes', '{yes,no,unknown}',
	 'select person_id, ''yes'' as group_name, daterange(first_date + 1, null) as days
	 from {register}
	 where condition = ''diabetes''', 'no');
call ph.fold_measures('future', '{emergency_admissions}', '{2024}', '{system,place}');

-- a population that replaces itself stays as it is, and needs what it needed
select years_ahead, round(people) as people, round(activity::numeric, 1) as admissions,
	note
from ph.project_need('future', 'S', '2024', 3, '{emergency_admissions}')
where age_band = '70-79'
order by years_ahead;
select age_band, group_name, round(people) as people
from ph.project_need('future', 'S', '2024', 2)
where years_ahead = 2
order by age_band;
-- the moves into a group go on: all with diabetes are above 60, half of everybody there
select years_ahead, group_name, sum(round(people)) filter (where age_band < '60') as below_60,
	round(sum(people) filter (where age_band in ('70-79', '80-89'))) as from_70
from ph.project_need('future', 'L1', '2024', 2, '{}', 'has_diabetes')
where age_band <> 'all'
group by years_ahead, group_name
order by years_ahead, group_name;
-- what somebody else projects takes the place of what was seen: no births, ten of 30 die, twenty of 40 come
insert into future.population_component (scenario, place_id, year, component, age, people)
values
	('emptier', 'S', 2025, 'births', null, 0), ('emptier', 'S', 2025, 'deaths', 30, 10),
	('emptier', 'S', 2025, 'migration', 40, 20);
select round(sum(people) filter (where age = 0)) as newborn, round(sum(people) filter (where age = 31)) as aged_31,
	round(sum(people) filter (where age = 40)) as aged_40, round(sum(people) filter (where age = 50)) as aged_50
from ph_support.project_people('future', 'S', '2024-12-31', 1, null, 'emptier')
where years_ahead = 1;
select round(people) as people
from ph.project_need('future', 'S', '2024', 1, '{}', null, 'emptier')
where years_ahead = 1 and age_band = 'all';
-- held against a year that was not seen: that all go at 90 and nobody before is smoothed over
select age_band, round(projected) as projected, observed, inside from ph.backtest_need('future', 'S', '2024');
-- what is not known is refused
select * from ph.project_need('future', 'S', '2024', 0);
select * from ph.project_need('future', 'S', '2025');
select * from ph.project_need('future', 'S', '2024', 1, '{none}');
select * from ph.project_need('future', 'S', '2024', 1, '{}', null, 'fuller');
select * from ph.project_need('future', 'X', '2024');

-- what is asked is told apart from what there is not
select count(*) from ph.project_need('future', 'S', '2024', 1, measures => null);
select * from ph.project_need('future', 'S', '2024', 1, breakdown => 'colour');
select * from ph.backtest_need('future', 'S', '2024', 'sex by age_band');
select * from ph.backtest_need('future', 'S', '2029');
insert into future.population_component (scenario, place_id, year, component, age, people)
values ('wrong', 'S', 2025, 'deaths', 50, 'NaN');
insert into future.population_component (scenario, place_id, year, component, age, people)
values ('wrong', 'S', 2025, 'births', null, -1);
insert into future.population_component (scenario, place_id, year, component, age, people)
values ('wrong', 'S', 2025, 'deaths', null, 10);
insert into future.population_component (scenario, place_id, year, component, age, people)
values ('wrong', 'S', 2025, 'deaths', 101, 10);
