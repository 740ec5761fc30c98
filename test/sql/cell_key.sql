-- The cell key method: an aggregate whose state is its answer, and perturbation tables of one's own.
set search_path = public, ph;
\set SHOW_CONTEXT never
\pset null '(null)'
-- count and sum, in any order and in any parts
create temp table person as select i, i * 7919 % 4096 as key, i % 7 as area from generate_series(1, 20000) i;
select bool_and(ph_support.cell_count_people(c) = people and ph_support.cell_count_key(c) = key_sum % 4096
	and c::text = people || ':' || key_sum % 4096 and c::text::cell_count::text = c::text) as right
from (select cell_key_count(key) as c, count(*) as people, sum(key) as key_sum from person group by area) folded;
select (select cell_key_rollup(c) from (select cell_key_count(key) as c from person group by area) a)::text
	= (select cell_key_count(key) from person)::text as rolled_up,
	(select cell_key_count(key order by i desc) from person)::text = (select cell_key_count(key) from person)::text
		as any_order,
	cell_key_count(key) filter (where i < 0) as nobody, cell_key_rollup(null) as unknown
from person;
select cell_key_rollup(c) from (values ('3:5'::cell_count), (null), ('4:6')) v (c);
select cell_key_count(case when i <> 17 then key end) from person;
select cell_key_count(4096);
select cell_key_count(-1);
-- what is read comes back, what is not is refused and not repeated
select c, c::cell_count from unnest('{0:0,1:0,1:4095,2251799813685247:4095,007:0012}'::text[]) c;
select '0:1'::cell_count;
select '1:4096'::cell_count;
select '2251799813685248:0'::cell_count;
select '99999999999999999999999:0'::cell_count;
select '-1:0'::cell_count;
select ' 1:0'::cell_count;
select '1:0 '::cell_count;
select '1'::cell_count;
select '1:'::cell_count;
select ''::cell_count;
select cell_key_rollup(c) from (values ('2251799813685247:1'::cell_count), ('1:1')) v (c);
select ph_support.cell_count_add('1:4095', '2:3'), ph_support.cell_count_fold('2251799813685247:1', 1);
select ph_support.cell_count_add('1:4095', '2:3'), ph_support.cell_count_fold('1:4095', 3),
	ph_support.cell_count_fold(null, 3), ph_support.cell_count_send('3:5');
-- the shipped table: fewer than ten are missing, the others to five, whatever the key
select bool_and(perturbed_count((n || ':' || n * 31 % 4096)::cell_count)
	is not distinct from (case when n >= 10 then (n + 2) / 5 * 5 end)) as ten_five
from generate_series(1, 2000) n;
select perturbed_count('0:0'), perturbed_count(null), perturbed_count('17:3', threshold => 16),
	perturbed_count('17:3', threshold => 15), perturbed_count('17:3', threshold => null);
select perturbed_count('17:3', 'no such table');
select perturbed_count('17:3', null);
select perturbed_count('17:3', '.x');
select perturbed_count('17:3', 'own.noise');
-- a table of one's own
create schema own;
create table own.long_table as
select pcv, ckey, case when pcv < 3 then 0 else ckey * 31 % 7 - 3 end as pvalue
from generate_series(0, 750) pcv, generate_series(0, 4095) ckey;
create table own.short_table as select * from own.long_table where ckey < 256;
call load_perturbation('own', 'long', 'own.long_table');
call load_perturbation('own', 'short', 'own.short_table');
select count(*) as rows, count(distinct perturbation) as tables from own.perturbation;
select bool_and(perturbed_count(c, 'own.long')
		is not distinct from (case when n + long.pvalue >= 10 then n + long.pvalue end)) as long,
	bool_and(perturbed_count(c, 'own.short', 0) = n + short.pvalue) as short
from (
	select n, key, (n || ':' || key)::cell_count as c, case when n <= 750 then n else (n - 1) % 250 + 501 end as row
	from (values (1, 5), (9, 300), (12, 4095), (750, 700), (751, 700), (1000, 257), (1250, 256), (123456, 3001))
		v (n, key)
) r
join own.long_table long on long.pcv = r.row and long.ckey = key
join own.short_table short on short.pcv = r.row and short.ckey = key % 256;
-- the same people have the same noise in every table they stand in
select count(distinct perturbed_count(c, 'own.long')) as answers
from generate_series(1, 5) again, lateral (select cell_key_count(key) as c from person where area = 3 and again > 0) f;
call load_perturbation('own', 'long', 'own.long_table');
call load_perturbation('own', 'a.b', 'own.long_table');
call load_perturbation('own', null, 'own.long_table');
call load_perturbation('own', 'none', null);
call load_perturbation('ph', 'mine', 'own.long_table');
-- wrong tables are taken not at all
create table own.wrong (like own.short_table);
create procedure own.try(change text) language plpgsql as $$
begin
	truncate own.wrong;
	insert into own.wrong select * from own.short_table;
	execute change;
	call ph.load_perturbation('own', 'wrong', 'own.wrong');
	raise warning 'taken: %', change;
exception when invalid_parameter_value then
	raise notice '%', sqlerrm;
end
$$;
call own.try('truncate own.wrong');
call own.try('delete from own.wrong where pcv = 700 and ckey = 77');
call own.try('update own.wrong set ckey = 78 where pcv = 700 and ckey = 77');
call own.try('update own.wrong set pvalue = null where pcv = 700 and ckey = 77');
call own.try('update own.wrong set pvalue = -1 where pcv = 0 and ckey = 77');
call own.try('update own.wrong set pvalue = -701 where pcv = 700 and ckey = 77');
call own.try('delete from own.wrong where pcv = 750');
call own.try('delete from own.wrong where ckey = 255');
call own.try('update own.wrong set ckey = ckey + 1');
call own.try('insert into own.wrong values (751, 0, 0)');
call own.try('insert into own.wrong select * from own.wrong limit 1');
select count(*) as taken from own.perturbation where perturbation = 'wrong';
-- nor is one that was broken since asked for less
delete from own.perturbation where perturbation = 'short' and pcv = 17 and cell_key in (3, 255);
select perturbed_count('17:3', 'own.short');
select perturbed_count('17:4', 'own.short');
select perturbed_count('18:3', 'own.short', 0) is not null as another_row;
set client_min_messages = warning;
drop schema own cascade;
