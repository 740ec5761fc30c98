-- Who was there on a day, who was at risk in a period: a population small enough to count by hand.
-- The period is 2023-04-01 to 2024-03-31, 366 days, since it holds 29 February 2024.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('pop');
insert into pop.place
values
	('S', 'ICB24'), ('L1', 'LAD24'), ('L2', 'LAD24'), ('M1', 'MSOA21'), ('M2', 'MSOA21'), ('W1', 'WARD24'),
	('W2', 'WARD24'), ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('A3', 'LSOA21'), ('A4', 'LSOA21'), ('N1', 'PCN'),
	('N2', 'PCN'), ('G1', 'PRACTICE'), ('G2', 'PRACTICE'), ('G3', 'PRACTICE');
insert into pop.place_parent
values
	('L1', 'S'), ('L2', 'S'), ('M1', 'L1'), ('M2', 'L2'), ('W1', 'L1'), ('W2', 'L2'),
	('A1', 'M1'), ('A1', 'W1'), ('A2', 'M2'), ('A2', 'W2'),
	('A3', 'M2'), ('A3', 'W1'),  -- A3 lies in two boroughs, A4 in none
	('N1', 'L1'), ('N2', 'L2'), ('G1', 'N1'), ('G2', 'N2');  -- G3 has a network only in registration
insert into pop.place_factor
values
	('A1', 'imd2019_decile', '2019', 1), ('A2', 'imd2019_decile', '2019', 10), ('A3', 'imd2019_decile', '2019', 5),
	('A1', 'imd2025_decile', '2025', 2), ('A2', 'imd2025_decile', '2025', 2), ('A1', 'pm25', '2024', 9.5);
insert into pop.person
values
	('01 all year', '1960-02-29', 'F', 'A', null), ('02 dies', '1940-01-01', 'M', 'C', '2023-10-01'),
	('03 moves', '1980-07-01', 'F', 'A', null), ('04 born', '2024-01-01', 'M', null, null),
	('05 two practices', '1970-01-01', 'F', 'H', null), ('06 leaves', '1990-01-01', 'M', 'A', null),
	('07 left before', '1990-01-01', 'F', 'A', null), ('08 address later', '1950-01-01', 'M', 'Z', null),
	('09 joins after', '1990-01-01', 'F', 'A', null), ('10 dies on day one', '1930-01-01', 'F', 'A', '2023-04-01'),
	('11 two boroughs', '1965-01-01', 'I', 'A', null), ('12 moves on last day', '1930-01-01', 'F', 'A', '2023-12-31');
insert into pop.registration
values
	('01 all year', 'G1', 'N1', '2000-01-01', null),
	('02 dies', 'G1', 'N1', '2000-01-01', '2023-10-01'),
	('03 moves', 'G1', 'N1', '2000-01-01', '2023-07-01'), ('03 moves', 'G2', 'N2', '2023-07-01', null),
	('04 born', 'G1', 'N1', '2023-12-01', null),  -- before birth: life begins with birth
	('05 two practices', 'G1', 'N1', '2010-01-01', null), ('05 two practices', 'G2', 'N2', '2023-06-01', '2023-09-01'),
	('06 leaves', 'G1', 'N1', '2000-01-01', '2023-05-01'),
	('07 left before', 'G1', 'N1', '2000-01-01', '2020-01-01'),
	('08 address later', 'G2', 'N2', '2000-01-01', null),
	('09 joins after', 'G1', 'N1', '2024-04-01', null),
	('10 dies on day one', 'G1', 'N1', '2000-01-01', '2023-04-01'),
	('11 two boroughs', 'G3', 'N1', '2000-01-01', null),
	('12 moves on last day', 'G1', null, '2000-01-01', '2023-12-31');
insert into pop.residence
values
	('01 all year', 'A1', null, '1960-02-29', null), ('02 dies', 'A1', null, '1940-01-01', null),
	('03 moves', 'A1', null, '1980-07-01', '2023-07-01'), ('03 moves', 'A2', null, '2023-07-01', null),
	('04 born', 'A1', null, '2024-01-01', null), ('05 two practices', 'A1', null, '1970-01-01', null),
	('06 leaves', 'A1', null, '1990-01-01', null), ('07 left before', 'A1', null, '1990-01-01', null),
	('08 address later', 'A2', null, '2023-10-01', null), ('09 joins after', 'A1', null, '1990-01-01', null),
	('10 dies on day one', 'A4', null, '1930-01-01', '2023-04-01'),
	('11 two boroughs', 'A3', null, '1965-01-01', null),
	('12 moves on last day', 'A1', null, '1930-01-01', '2023-12-31'),
	('12 moves on last day', 'A2', null, '2023-12-31', null);
insert into pop.encounter (encounter_id, person_id, pod, start_date, cost)
values
	(1, '01 all year', 'NEL', '2023-04-01', 100),  -- first day
	(2, '01 all year', 'NEL', '2024-03-31', 200),  -- last day
	(3, '01 all year', 'NEL', '2024-04-01', 400),  -- the day after
	(4, '01 all year', 'NEL', '2023-03-31', 400),  -- the day before
	(5, '02 dies', 'NEL', '2023-10-01', 1000),     -- on the day of death
	(6, '03 moves', 'NEL', '2023-06-30', 10),      -- the day before the move
	(7, '03 moves', 'NEL', '2023-07-01', 20),      -- the day of the move
	(8, '04 born', 'AE', '2024-01-01', 50),
	(9, '05 two practices', 'NEL', '2023-06-15', null),
	(10, '06 leaves', 'NEL', '2023-05-01', 70),    -- on the first day no longer there
	(11, '07 left before', 'NEL', '2023-05-01', 80), (12, '07 left before', 'GP', '2023-05-02', 30);

-- what there is to choose from is said
call ph.create_population_views('nowhere');
call ph.create_population_views('public');
call ph.create_population_views('pop', small_area => 'OA21');
call ph.create_population_views('pop', neighbourhood => 'LSOA21');
call ph.create_population_views('pop', place => 'PCN');
call ph.create_population_views('pop', system => 'PCN');
call ph.create_population_views('pop', deprivation => 'pm25');

-- what somebody else made is not replaced, what we made is
create view pop.stay as select 1 as one;
call ph.create_population_views('pop');
drop view pop.stay;
call ph.create_population_views('pop');
call ph.create_population_views('pop');

select * from pop.place_ladder order by small_area;
select * from pop.practice_ladder order by practice;
-- both are views of one small table, which is filled anew after places have changed, and says what is wrong with kinds
select * from pop.place_dimension where place_kind in ('LSOA21', 'MSOA21', 'PCN', 'ICB24') order by place_id;
begin;
insert into pop.place values ('R', 'REGION');
insert into pop.place_parent values ('S', 'R');
delete from pop.place_parent where 'W1' in (place_id, parent_id);
select count(ward24) as wards from pop.place_ladder;
call ph.refresh_place_dimension('pop');
select count(ward24) as wards from pop.place_ladder;
select count(region) as in_the_region,
	(
		select col_description(attrelid, attnum)
		from pg_attribute
		where attrelid = 'pop.place_dimension'::regclass and attname = 'region'
	) as says
from pop.place_dimension;
savepoint kinds;
update pop.place set place_kind = 'region' where place_id = 'S';
call ph.refresh_place_dimension('pop');
rollback to kinds;
update pop.place set place_kind = 'PLACE_ID' where place_id = 'S';
call ph.refresh_place_dimension('pop');
rollback;
call ph.refresh_place_dimension('nowhere');

-- one row a person, as known on the day
select * from pop.person_at('2023-04-01') order by person_id;
select person_id, age, practice, neighbourhood, place, small_area
from pop.person_at('2023-07-01')
order by person_id;
select count(*) from pop.person_at(null);
-- birthdays: of 29 February in a common and in a leap year, and of 1 July
select at, age
from unnest('{2023-02-28, 2023-03-01, 2024-02-28, 2024-02-29}'::date[]) at, lateral pop.person_at(at)
where person_id = '01 all year'
order by at;
select at, age
from unnest('{2023-06-30, 2023-07-01}'::date[]) at, lateral pop.person_at(at)
where person_id = '03 moves'
order by at;
-- on the day of death still there, on the next no more; not there before birth
select at, count(*) filter (where person_id like '02%') as dies, count(*) filter (where person_id like '04%') as born
from unnest('{2023-10-01, 2023-10-02, 2023-12-31, 2024-01-01}'::date[]) at left join lateral pop.person_at(at) on true
group by at
order by at;

-- nothing after the day is seen: forgetting it changes nothing
create table pop.before as select * from pop.person_at('2023-06-30');
begin;
update pop.person set death_date = null where death_date > '2023-06-30';
delete from pop.registration where start_date > '2023-06-30';
update pop.registration set end_date = null where end_date > '2023-06-30';
delete from pop.residence where start_date > '2023-06-30';
update pop.residence set end_date = null where end_date > '2023-06-30';
delete from pop.encounter;
select count(*) as same
from (table pop.before intersect select * from pop.person_at('2023-06-30')) same;
select count(*) as before, (select count(*) from pop.person_at('2023-06-30')) as forgetful
from pop.before;
rollback;

-- emergency admissions of the year
select person_id, stay, age, sex, practice as gp, neighbourhood as nb, place, small_area as area,
	deprivation_decile as dec, deprivation_quintile as quin, start_date, end_date, days,
	events as ev, cost, events_outside as out
from pop.person_period('[2023-04-01,2024-04-01)', 'NEL')
order by person_id, stay;
select sum(days) as days,
	round(sum(years)::numeric, 6) as years,
	sum(events) as events, sum(events_outside) as outside, sum(cost) as cost
from pop.person_period('[2023-04-01,2024-04-01)', 'NEL');
select person_id, stay, ethnicity, days, round(years::numeric, 4) as years, events, events_outside
from pop.person_period('[2024-02-29,2024-03-01)')
where person_id in ('01 all year', '04 born', '07 left before', '08 address later')
order by person_id;

-- law: every encounter in the period is counted once
select pod,
	(select sum(events) + sum(events_outside) from pop.person_period('[2023-04-01,2024-04-01)', pod)) as counted,
	(
		select count(*)
		from pop.encounter e
		where start_date >= '2023-04-01' and start_date < '2024-04-01' and (pods.pod is null or e.pod = pods.pod)
	) as there
from unnest('{GP, AE, OP, EL, NEL, null}'::text[]) pods (pod)
order by pod collate "C";
-- law: who is at risk on a day of the period is who was there on that day, at the same place
select count(*) as days, sum(there) as person_days, count(*) filter (where differ > 0) as days_that_differ
from generate_series(date '2023-04-01', '2024-03-31', '1 day') day,
	lateral (select count(*) as there from pop.person_at(day::date)) a,
	lateral (
		select count(*) as differ
		from (
			select person_id, practice, small_area
			from pop.person_at(day::date)
			except
			select person_id, practice, small_area
			from pop.person_period('[2023-04-01,2024-04-01)')
			where start_date <= day::date and day::date < end_date
		) d
	) b;
-- law: a year is its months
select sum(days) as days, sum(events) as events, sum(events_outside) as outside
from generate_series(timestamp '2023-04-01', '2024-03-01', '1 month') month,
	lateral pop.person_period(daterange(month::date, (month + interval '1 month')::date), 'NEL');

select * from pop.person_period(null);
select * from pop.person_period('empty');
select * from pop.person_period('[2023-04-01,)');
select * from pop.person_period('[2023-04-01,infinity)');
select * from pop.person_period('[2023-04-01,2024-04-01)', 'nel');

-- conditions: of each list the latest version, v10 after v9; codes of any spelling
insert into pop.code_list
values
	('copd', 'v9', 'SNOMED', '1', 'exact'), ('copd', 'v10', 'SNOMED', '13645005', 'exact'),
	('copd', 'v10', 'ICD10', 'j44.', 'prefix'), ('hypertension', '2024', 'ICD10', 'I10', 'exact'),
	('unused', '1', 'SNOMED', '2', 'exact'), ('code in two lists', '1', 'SNOMED', '13645', 'prefix');
insert into pop.clinical_event (person_id, event_date, code_system, code)
values
	('01 all year', '2020-01-01', 'SNOMED', '1'),           -- in the old version only
	('01 all year', '2021-01-02', 'ICD10', 'J44.1'), ('01 all year', '2021-01-01', 'ICD10', 'J440'),
	('01 all year', '2022-01-01', 'SNOMED', '13645005'), ('01 all year', '2019-01-01', 'SNOMED', '136450'),
	('02 dies', '2022-01-01', 'ICD10', 'I10X'), ('02 dies', '2021-01-01', 'ICD10', 'i10'),
	('02 dies', '2020-01-01', 'ICD10', 'I110'),
	('03 moves', '2022-01-01', 'OTHER', '13645005');
select * from pop.register order by person_id, condition;

-- other kinds and another edition of deprivation: neighbourhoods of the address
call ph.create_population_views(
	'pop', neighbourhood => 'WARD24', place => 'MSOA21', system => 'LAD24', deprivation => 'imd2025_decile');
select person_id, neighbourhood, place, system, deprivation_decile
from pop.person_at('2023-07-01')
order by person_id;
-- networks known only from registration
delete from pop.place_parent where place_id like 'G%';
call ph.create_population_views('pop');
select person_id, practice, neighbourhood from pop.person_at('2023-07-01') order by person_id;

-- what rules of segments ask for: made anew with the views, nobody else's function runs in it, names do not collide
call ph.create_segment_inputs('pop');
select person_id, age_years, sex, place, long_term_conditions, charlson,
	emergency_admissions_12_months, spend_12_months
from pop.segment_inputs('2023-07-01')
order by person_id;
call ph.create_population_views('pop');
create schema trap;
create function trap.cardinality(text[]) returns integer language plpgsql
as $$ begin raise exception 'trapped'; end $$;
set search_path = trap, pg_catalog;
select count(*) from pop.segment_inputs('2023-07-01');
reset search_path;
drop schema trap cascade;
begin;
update pop.code_list set list = 'smoker' where list = (select min(list) from pop.code_list);
call ph.create_segment_inputs('pop');
rollback;
begin;
comment on function pop.segment_inputs(timestamptz) is 'mine';
call ph.create_segment_inputs('pop');
rollback;

-- every object says what it is, and views built on them stay
select count(*) as objects,
	count(*) filter (where obj_description(oid, 'pg_class') like 'population\_health: %') as commented
from pg_class
where relnamespace = 'pop'::regnamespace and relkind = 'v';
create view pop.mine as select * from pop.register;
call ph.create_population_views('pop');
select count(*) as rows, count(*) = (select count(*) from pop.register) as still_answers from pop.mine;

-- one function a name, which takes a day, a timestamp and a text
select (select count(*) from pop.person_at(date '2023-07-01')) as day,
	(select count(*) from pop.person_at(timestamp '2023-07-01 23:59')) as moment,
	(select count(*) from pop.person_at('2023-07-01')) as text,
	(select count(*) from pop.segment_inputs(timestamp '2023-07-01 12:00')) as inputs_of_moment,
	(select count(*) from pop.segment_inputs('2023-07-01')) as inputs_of_text;
prepare at as select count(*) from pop.person_at($1);
execute at('2023-07-01');
deallocate at;
select ph.completed_years('2000-06-01 10:00'::timestamp, '2020-06-01 09:00'::timestamp) as on_the_birthday,
	ph.completed_years(date '2000-06-01', date '2020-05-31') as day_before;

-- the data day: no person-time after it, and today where there is none
select (select sum(days) from pop.person_period('[2090-01-01,2091-01-01)')) as after_today,
	(select count(*) from pop.person_at('2090-01-01')) as there_then;
insert into pop.data_day values ('2023-06-30');
select count(*) as people, sum(days) as days, max(end_date) as until
from pop.person_period('[2023-06-01,2023-08-01)');
select (select count(*) from pop.person_at('2023-06-30')) as on_the_day,
	(select count(*) from pop.person_at('2023-07-01')) as the_day_after,
	(select max(upper(spell)) from pop.stay) as stays_until;
select sum(events) as events, sum(events_outside) as outside
from pop.person_period('[2023-04-01,2024-04-01)', 'NEL');
select count(*) as people, count(*) = (select count(*) from pop.segment_inputs('2023-06-30')) as of_the_data_day
from pop.segment_input;
insert into pop.person values ('13 not yet born', '2099-01-01', 'F', 'A', null);
insert into pop.registration values ('13 not yet born', 'G1', 'N1', '2099-01-01', null);
select count(*) as never_there from pop.stay where person_id like '13%';
-- also where the tables of a partner have none
alter table pop.data_day rename to other_day;
drop schema if exists partner cascade;
create schema partner;
select format('create view partner.%1$I as table pop.%1$I', relation)
from ph.shared_table()
where relation not in ('data_day', 'place_factor') \gexec
call ph.create_population_views('partner');
select count(*) as people, count(deprivation_decile) as deciles
from partner.person_at('2023-07-01');
alter table pop.other_day rename to data_day;
drop schema partner cascade;

-- what the data offer is taken where there is one choice
begin;
update pop.place set place_kind = replace(place_kind, '24', '25') where place_kind in ('LAD24', 'ICB24');
update pop.place set place_kind = 'LSOA11' where place_kind = 'LSOA21';
update pop.place set place_kind = 'NETWORK' where place_kind = 'PCN';
delete from pop.place_factor where factor <> 'imd2025_decile';
select ph_support.chosen('place', null, 'LAD24', '^LAD', '{ICB25,LAD25,MSOA21}') as place,
	ph_support.chosen('place', null, 'LAD24', '^LAD', '{AREA}') as the_only_one,
	ph_support.chosen('place', 'X', 'LAD24', '^LAD', '{LAD24,X}') as asked_for;
drop view pop.mine;
call ph.drop_population_views('pop');
call ph.create_population_views('pop', neighbourhood => 'NETWORK');
select distinct place, system, deprivation_decile
from pop.person_at('2023-06-30')
where small_area = 'A1';
delete from pop.place_factor;
call ph.create_population_views('pop', neighbourhood => 'NETWORK');
select count(*) as people, count(deprivation_decile) as deciles from pop.person_at('2023-06-30');
rollback;
select ph_support.chosen('deprivation', null, 'imd2019_decile', '_decile$', '{imd2015_decile,imd2025_decile}');

select ph.completed_years('2020-06-01', '2020-01-01') as unborn,
	ph.completed_years('2020-06-01', 'infinity') as never,
	ph.completed_years('2020-06-01', '2020-06-01') as born;
drop schema pop cascade;
-- what an extract of nine months, the last of them half there, and without costs knows
call ph.create_shared_tables('young');
insert into young.place values ('A1', 'LSOA21'), ('N', 'PCN'), ('G1', 'PRACTICE');
insert into young.place_parent values ('G1', 'N');
insert into young.person (person_id, birth_date) values ('p1', '1990-01-01'), ('p2', '1990-01-01');
insert into young.residence values ('p1', 'A1', null, '2000-01-01', null);
insert into young.registration select person_id, 'G1', 'N', '2000-01-01', null from young.person;
insert into young.data_day values ('2024-03-31');
insert into young.encounter (encounter_id, person_id, pod, start_date)
select row_number() over (), 'p1', 'GP', day
from generate_series(timestamp '2023-07-01', '2024-03-10', '1 day') day;
call ph.create_population_views('young');
call ph.create_segment_inputs('young');
-- the usual month is one since the first record, so that the last is seen to be half there
select item, rows, round(share::numeric, 2) as share, note
from ph.source_report('young', 36)
where section = 'months' and item in ('2023-06', '2023-07', '2023-08', '2024-03');
select ph.chart_source_report('young', 36) like '%2024-03: 10, less than half of the usual%' as half_there,
	ph.chart_source_report('young', 36) like '%2023-06: %' as before_the_first;
-- a cost of which nothing is known is no cost of nothing
select person_id, events, cost from young.person_period('[2024-01-01,2024-04-01)') order by person_id;
select person_id, events, cost
from young.person_in_period
where kind = 'month' and start_date = '2024-01-01'
order by person_id;
select person_id, consultations_12_months, spend_12_months from young.segment_input order by person_id;
update young.encounter set cost = 10 where start_date = '2024-03-01';
call ph.create_population_views('young');
select person_id, events, cost from young.person_period('[2024-01-01,2024-04-01)') order by person_id;
select person_id, consultations_12_months, spend_12_months from young.segment_input order by person_id;
drop schema young cascade;
