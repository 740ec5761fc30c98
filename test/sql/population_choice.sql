-- Whom a population counts: registered, resident, either, seen; small enough to count by hand.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
call ph.create_shared_tables('pop');
insert into pop.place
values ('S', 'ICB24'), ('L', 'LAD24'), ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into pop.place_parent values ('L', 'S'), ('A1', 'L'), ('A2', 'L'), ('N', 'L'), ('G', 'N');
insert into pop.place_factor values ('A1', 'imd2019_decile', '2019', 1), ('A2', 'imd2019_decile', '2019', 10);
insert into pop.person (person_id, birth_date, ethnicity_code)
values ('both', '1980-01-01', 'A'), ('registered', '1980-01-01', 'C'), ('resident', '1950-01-01', 'A'),
	('neither', '1950-01-01', 'Z'), ('deregistered', '1980-01-01', 'A'), ('two addresses', '1980-01-01', 'A'),
	('unseen', '1980-01-01', 'A');
insert into pop.registration
values ('both', 'G', 'N', '2000-01-01', null), ('registered', 'G', 'N', '2000-01-01', null),
	('deregistered', 'G', 'N', '2000-01-01', '2023-07-01'), ('unseen', 'G', 'N', '2000-01-01', null);
insert into pop.residence
values ('both', 'A1', null, '2000-01-01', null), ('resident', 'A2', null, '2000-01-01', null),
	('deregistered', 'A1', null, '2000-01-01', null), ('two addresses', 'A1', null, '2000-01-01', null),
	('two addresses', 'A2', null, '2023-04-11', '2023-04-21');
insert into pop.encounter (encounter_id, person_id, pod, start_date)
values (1, 'both', 'NEL', '2023-05-01'), (2, 'registered', 'NEL', '2023-05-01'), (3, 'resident', 'NEL', '2023-05-01'),
	(4, 'neither', 'GP', '2023-05-01'), (5, 'deregistered', 'NEL', '2023-05-01'),
	(6, 'deregistered', 'NEL', '2023-08-01'), (7, 'two addresses', 'NEL', '2023-04-15');
insert into pop.data_day values ('2024-12-31');

-- the same tables in a schema for each population
create procedure pg_temp.make(population text)
language plpgsql
as $$
begin
	execute format('create schema %I', population);
	execute (
		select string_agg(format('create view %I.%I as table pop.%2$I', population, relation), ';')
		from ph.shared_table());
	call ph.create_population_views(population, population => population);
end
$$;
call pg_temp.make('registered');
call pg_temp.make('resident');
call pg_temp.make('registered_or_resident');
call pg_temp.make('seen');
call pg_temp.make('nobody');
call ph.create_population_views('pop');
select count(*) as the_same_without_a_choice
from (table pop.stay intersect all table registered.stay) same;

\set year '[2023-04-01,2024-04-01)'
select *
from (
	select 'registered' as population, person_id, stay, practice, small_area, days, events, events_outside as outside
	from registered.person_period(:'year')
	union all
	select 'resident', person_id, stay, practice, small_area, days, events, events_outside
	from resident.person_period(:'year')
	union all
	select 'registered_or_resident', person_id, stay, practice, small_area, days, events, events_outside
	from registered_or_resident.person_period(:'year')
	union all
	select 'seen', person_id, stay, practice, small_area, days, events, events_outside
	from seen.person_period(:'year')) rows
order by population collate "C", person_id collate "C", stay;
-- law: all encounters are counted once in each, and each day has the people of the period
select
	(select sum(events + events_outside) from registered.person_period(:'year')) as registered,
	(select sum(events + events_outside) from resident.person_period(:'year')) as resident,
	(select sum(events + events_outside) from registered_or_resident.person_period(:'year')) as either,
	(select sum(events + events_outside) from seen.person_period(:'year')) as seen;
select at,
	(select string_agg(person_id, ', ' order by person_id collate "C") from registered.person_at(at)) as registered,
	(select string_agg(person_id, ', ' order by person_id collate "C") from resident.person_at(at)) as resident,
	(select count(*) from registered_or_resident.person_at(at)) as either,
	(select string_agg(person_id, ', ' order by person_id collate "C") from seen.person_at(at)) as seen
from unnest('{2023-04-30, 2023-08-01, 2024-05-01, 2024-05-02}'::date[]) at;

-- what two populations differ in, and the same from the rows of each
select * from ph.population_difference('pop', 'registered', 'resident', :'year', 'NEL');
select count(*) filter (where in_one) as one, count(*) filter (where in_other) as other,
	count(*) filter (where in_one and not in_other) as only_one,
	count(*) filter (where in_other and not in_one) as only_other,
	sum(one_events) as events_one, sum(other_events) as events_other
from (
	select person_id, coalesce(one.days, 0) > 0 as in_one, coalesce(other.days, 0) > 0 as in_other,
		one.events as one_events, other.events as other_events
	from (
		select person_id, sum(days) as days, sum(events) as events
		from registered.person_period(:'year', 'NEL')
		group by person_id
	) one
	full join (
		select person_id, sum(days) as days, sum(events) as events
		from resident.person_period(:'year', 'NEL')
		group by person_id
	) other using (person_id)) both_of_them;
select characteristic, value, people_one, people_only_one, people_only_other, events_only_one, events_only_other
from ph.population_difference('pop', 'seen', 'registered_or_resident', :'year')
where characteristic = 'all';
select people_one, people_only_one, people_only_other, events_only_one, events_only_other
from ph.population_difference('pop', 'seen', 'seen', :'year')
where characteristic = 'all';
select * from ph.population_difference('pop', 'registered', 'nobody', :'year');
select * from ph.population_difference('pop', 'registered', 'resident', null);
select * from ph.population_difference('nowhere', 'registered', 'resident', :'year');
-- who was seen is no denominator: a rate over them is NULL with a note
select count(*) as rows, count(years) as known_years, sum(days) as days from seen.person_period(:'year');
select (ph.crude_rate(ph.person_tally(age, events, years))).* from seen.person_period(:'year') where stay > 0;

drop schema pop, registered, resident, registered_or_resident, seen cascade;
