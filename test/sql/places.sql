-- Places from one table of small areas, and from a postcode directory; deciles where there are none.
\set SHOW_CONTEXT never
create schema mini;
create table mini.area as
select 'Z' || lpad(i::text, 3, '0') as zone, 'P' || i / 5 as parish, 'Parish ' || i / 5 as parish_name,
	'C' || i / 50 as county, (i * 37 % 101)::numeric as score, 100 + i * i as people
from generate_series(1, 100) i;
call ph.create_places('lands', 'select * from mini.area', 'ZONE',
	'{"ZONE": "zone", "PARISH": "parish", "COUNTY": "county"}', '{"PARISH": "parish_name"}',
	'{"score": "score", "people": "people"}', '2024', 'made up');
select place_kind, count(*) as places, count(name) as names from lands.place group by place_kind order by place_kind;
select (select count(*) from lands.place_parent) = 2 * 100 as each_lies_in_both,
	bool_and(exists (
		select
		from lands.place_parent p
		where p.place_id = a.zone and p.parent_id = a.parish)) as in_its_parish,
	bool_and((
		select value
		from lands.place_factor f
		where f.place_id = a.zone and f.factor = 'score') = a.score) as scored
from mini.area a;

-- called again, what has changed is replaced, and nothing is doubled
update mini.area set parish = 'P1', parish_name = 'Parish one' where parish in ('P1', 'P2');
call ph.create_places('lands', 'table mini.area', 'ZONE', '{"ZONE": "zone", "PARISH": "parish"}',
	'{"PARISH": "parish_name"}');
call ph.create_places('lands', 'select * from mini.area', 'ZONE', '{"ZONE": "zone", "PARISH": "parish"}',
	'{"PARISH": "parish_name"}');
select (select name from lands.place where place_id = 'P1') as renamed,
	count(*) filter (where parent_id = 'P1') as in_p1, count(*) filter (where parent_id = 'P2') as in_p2,
	count(*) filter (where parent_id like 'C%') as in_counties
from lands.place_parent;

-- deciles: a tenth each, 1 the most deprived; those of ph.quantile_group; by people; ties share the lower one
call ph.create_area_deciles('lands', 'score', '2024');
select count(*) as areas, bool_and(f.value = g.decile) as as_quantile_group, min(f.value) as first, max(f.value) as last
from lands.place_factor f
join (
	select zone, ph.quantile_group(score, 10, 'lower') over () as decile from mini.area) g on g.zone = f.place_id
where f.factor = 'score_decile';
call ph.create_area_deciles('lands', 'score', '2024', most_deprived => 'lowest');
select bool_and(f.value = g.decile) as from_the_lowest
from lands.place_factor f
join (
	select zone, ph.quantile_group(score, 10, 'higher') over () as decile from mini.area) g on g.zone = f.place_id
where f.factor = 'score_decile';
call ph.create_area_deciles('lands', 'score', '2024', population => 'people');
select bool_and(f.value = g.decile) as by_people, count(distinct f.value) as deciles
from lands.place_factor f
join (
	select a.zone, 1 + floor(10 * (
		select coalesce(sum(people), 0) from mini.area b where b.score > a.score)
		/ (select sum(people) from mini.area)) as decile
	from mini.area a) g on g.zone = f.place_id
where f.factor = 'score_decile';
create table mini.tied as
select 'T' || i as zone, case when i <= 15 then 9 else 0 end as score
from generate_series(1, 20) i;
call ph.create_places('tied', 'select * from mini.tied', 'ZONE', '{"ZONE": "zone"}', factors => '{"score": "score"}');
call ph.create_area_deciles('tied', 'score', '');
select value as decile, count(*) as areas
from tied.place_factor
where factor = 'score_decile'
group by value
order by value;

-- a postcode directory: many postcodes an area; what most of them say is taken, and it is told
create table mini.onspd (pcds text, doterm text, lsoa21 text, msoa21 text, oslaua text, imd text);
insert into mini.onspd values
	('AA1 1AA', null, 'E01000001', 'E02000001', 'E09000001', '5'),
	('AA1 1AB', null, 'E01000001', 'E02000001', 'E09000001', '5'),
	('AA1 1AC', null, 'E01000001', 'E02000001', 'E09000002', '5'),
	('AA1 1AD', '202001', 'E01000001', 'E02000001', 'E09000002', '5'),
	('AA1 1AE', null, 'E01000002', 'E02000001', 'E09000002', '7'), ('AA1 1AF', null, 'E01000002', '', 'E09000001', '7'),
	('AA1 1AG', null, null, null, 'M99999999', null), ('AA1 1AH', null, ' ', 'E02000001', 'E09000001', null);
call ph.create_places('postcodes',
	'select * from mini.onspd where doterm is null and lsoa21 not like ''_99999999''', 'LSOA21',
	'{"LSOA21": "lsoa21", "MSOA21": "msoa21", "LAD24": "oslaua"}', factors => '{"imd_rank": "imd"}', period => '2019');
select * from postcodes.place order by place_id;
select * from postcodes.place_parent order by place_id, parent_id;
select * from postcodes.place_factor order by place_id;
-- a code that is in two editions has the kind of the later call
call ph.create_places('postcodes', 'select * from mini.onspd', 'LSOA11', '{"LSOA11": "lsoa21"}');
select place_kind, count(*) as places from postcodes.place group by place_kind order by place_kind;

-- shared tables that are there are filled, and views over them see it
call ph.create_shared_tables('pop');
insert into pop.person (person_id, birth_date) values ('a', '1980-01-01');
call ph.create_places('pop', 'select * from mini.area', 'ZONE', '{"ZONE": "zone", "COUNTY": "county"}');
insert into pop.residence (person_id, lsoa21_code, start_date) values ('a', 'Z001', '2000-01-01');
call ph.create_population_views('pop', place => 'COUNTY', population => 'resident');
select person_id, place from pop.person_at('2020-01-01');
update mini.area set county = 'C9' where zone = 'Z001';
call ph.create_places('pop', 'select * from mini.area', 'ZONE', '{"ZONE": "zone", "COUNTY": "county"}');
select person_id, place from pop.person_at('2020-01-01');

-- bad input
call ph.create_places('lands', null, 'ZONE', '{}');
call ph.create_places('ph', 'select * from mini.area', 'ZONE', '{"ZONE": "zone"}');
call ph.create_places('lands', 'select * from mini.area', 'LSOA21', '{"ZONE": "zone"}');
call ph.create_places('lands', 'select * from mini.area', 'ZONE', '{"ZONE": "zones"}');
call ph.create_places('lands', 'select * from mini.area', 'ZONE', '["zone"]');
call ph.create_places('lands', 'select * from mini.area', 'ZONE', '{"ZONE": "zone"}', '{"PARISH": "parish_name"}');
call ph.create_places('lands', 'select * from mini.area', 'ZONE', '{"ZONE": "zone"}', factors => '{"f": "parish"}');
call ph.create_places('lands', 'select * from mini.area where false', 'ZONE', '{"ZONE": "zone"}');
call ph.create_places('lands', 'delete from mini.area', 'ZONE', '{"ZONE": "zone"}');
call ph.create_area_deciles('lands', 'nothing', '2024');
call ph.create_area_deciles('lands', 'score', '2024', most_deprived => 'north');
call ph.create_area_deciles('lands', 'score', '2024', population => 'nothing');
select count(*) as places from lands.place;
set client_min_messages = warning;
drop schema mini, lands, tied, postcodes, pop cascade;
