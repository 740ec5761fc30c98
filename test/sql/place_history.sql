-- Places that merge and split keep their past; a series moves to other boundaries and its totals stay.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
call ph.create_shared_tables('pop');
insert into pop.place
values
	('S1', 'ICB24'), ('S2', 'ICB24'), ('L1', 'LAD24'), ('L2', 'LAD24'), ('L', 'LAD24'), ('A1', 'LSOA21'),
	('A2', 'LSOA21'), ('N1', 'PCN'), ('N2', 'PCN'), ('G1', 'PRACTICE'), ('G2', 'PRACTICE');
-- L1 and L2 merged into L on 2023-04-01; the network N1 of G1 and G2 split on 2024-01-01, G2 went to N2
insert into pop.place_parent
values
	('A1', 'L1', null, '2023-04-01'), ('A2', 'L2', null, '2023-04-01'), ('A1', 'L', '2023-04-01', null),
	('A2', 'L', '2023-04-01', null), ('L1', 'S1', null, '2023-04-01'), ('L2', 'S2', null, '2023-04-01'),
	('L', 'S1', '2023-04-01', null), ('N1', 'L', '2023-04-01', null), ('N2', 'L', '2024-01-01', null),
	('G1', 'N1', null, null), ('G2', 'N1', null, '2024-01-01'), ('G2', 'N2', '2024-01-01', null);
insert into pop.person (person_id, birth_date) select p, '1980-01-01' from unnest('{p1,p2}'::text[]) p;
insert into pop.residence values ('p1', 'A1', null, '1980-01-01', null), ('p2', 'A2', null, '1980-01-01', null);
insert into pop.registration values ('p1', 'G1', null, '2000-01-01', null), ('p2', 'G2', null, '2000-01-01', null);
insert into pop.data_day values ('2024-03-31');
-- two parents of a kind one after the other are no fault, at one time they are
select problem, relation, example from ph.check_shared_tables('pop') where problem <> 'empty relation';
begin;
update pop.place_parent set end_date = '2023-05-01' where place_id = 'A1' and parent_id = 'L1';
select problem, relation, column_name, example from ph.check_shared_tables('pop') where problem = 'ambiguous parent';
insert into pop.place_parent values ('S1', 'S2', '2024-01-01', '2023-01-01');
rollback;

call ph.create_population_views('pop');
select place_id, start_date, end_date, is_current, lad24, icb24, pcn
from pop.place_dimension
where place_kind in ('LSOA21', 'PRACTICE', 'LAD24')
order by place_id, start_date;
-- each day of a place once
select count(*) as wrong
from pop.place_dimension a
join pop.place_dimension b on b.place_id = a.place_id and b.start_date > a.start_date and b.start_date < a.end_date;
-- a fixed structure serves all periods, that of the data day; the past is asked for by its days
select person_id, neighbourhood, place, system from pop.person_at('2022-04-01') order by person_id;
select h.person_id, d.lad24 as place_then, d.icb24 as system_then
from pop.person_at('2022-04-01') h
join pop.place_dimension d on d.place_id = h.small_area and d.start_date <= '2022-04-01' and d.end_date > '2022-04-01'
order by h.person_id;
begin;
update pop.data_day set day = '2023-06-30';
call ph.refresh_place_dimension('pop');
select person_id, neighbourhood from pop.person_at('2023-06-01') order by person_id;
rollback;

-- rebase: two districts of before the merger, one of which gave a tenth to a neighbour X
create table pop.series (place text, period date, value numeric);
insert into pop.series
values
	('L1', '2022-04-01', 100), ('L2', '2022-04-01', 50), ('X', '2022-04-01', 7), ('gone', '2022-04-01', 3),
	('L1', '2023-04-01', 200), ('L2', '2023-04-01', null), ('X', '2023-04-01', 8);
create table pop.weights (from_place text, to_place text, weight numeric);
insert into pop.weights values ('L1', 'L', 1), ('L2', 'L', 0.9), ('L2', 'X', 0.1), ('X', 'X', 1);
select * from ph.rebase('pop.series', 'pop.weights');
-- an independent calculation, and totals that close
select period, (select sum(value) from pop.series s where s.period = r.period::date) as before, sum(value) as after
from ph.rebase('pop.series', 'pop.weights') r
where period < '2023'
group by period;
-- weights that are no shares, and what is missing
begin;
update pop.weights set weight = 0.8 where from_place = 'L2' and to_place = 'L';
select * from ph.rebase('pop.series', 'pop.weights');
rollback;
begin;
update pop.weights set weight = -1 where from_place = 'X';
select * from ph.rebase('pop.series', 'pop.weights');
rollback;
select * from ph.rebase(null, 'pop.weights');
select * from ph.rebase('pop.weights', 'pop.weights');
-- with the rights of who calls
create role ph_test_series;
grant usage on schema pop to ph_test_series;
set role ph_test_series;
select * from ph.rebase('pop.series', 'pop.weights');
reset role;
drop schema pop cascade;
drop role ph_test_series;
