-- Two years of contacts of ?people people, eight each: ph.wobble against a plain count(*) over the same partitions.
set max_parallel_workers_per_gather = 0;
set work_mem = '1GB';
create temp table contact as
select id::text as person_id, date '2021-01-01' + floor(730 * random())::int as event_date, 1::float8 as weight,
	(array['gp', 'nurse', 'pharmacy', 'outpatients'])[1 + floor(4 * random())::int] as kind, random() < 0.5 as planned
from generate_series(1, :people) id
cross join generate_series(1, 8) each;
analyze contact;
create temp table fitted as
select ph.wobble_baseline(
	'select *, date ''2021-01-01'' as observed_from from contact where person_id::int <= 20000', '2022-01-01') as usual;
\timing on
select count(n) from (select count(*) over (partition by person_id order by event_date) as n from contact offset 0) one;
select count(n)
from (
	select ph.wobble(event_date, weight, kind, planned, '2021-01-01', (select usual from fitted), 50)
		over (partition by person_id order by event_date) as n
	from contact
	offset 0) one;
\timing off
