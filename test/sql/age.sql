-- Ages that nobody has are ages that are not known: left out and said, wherever an age is a key.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

create temp table band as
select age, 1000 + 10 * age as people, round(2 + 1000 * exp(age * 0.07 - 6.3)) as deaths
from unnest('{0,1,5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85,90}'::float8[]) age;
create temp view good as select count_tally(age, deaths, people) t from band;
create temp view bad as
select key, count_tally(age, deaths, people) t
from unnest(array[999, 7001, -1, -9, 131, 1e6]) key, lateral (select * from band union all select key, 500, 40) b
group by key;
create temp view asked as
select key, f, b as e, g as good
from bad, good,
	lateral (
		values
		('dsr', dsr(bad.t), dsr(good.t)),
		('smr', smr(bad.t, good.t), smr(good.t, good.t)),
		('smr of lists', smr_of_strata(array[bad.t], array[good.t]), smr_of_strata(array[good.t], array[good.t])),
		('indirect_rate', indirect_rate(bad.t, good.t), indirect_rate(good.t, good.t)),
		('cmf', cmf(bad.t, good.t), cmf(good.t, good.t)),
		('life_expectancy', life_expectancy(bad.t), life_expectancy(good.t)),
		('healthy', healthy_life_expectancy(bad.t, good.t), healthy_life_expectancy(good.t, good.t)),
		('healthy of the surveyed', healthy_life_expectancy(good.t, bad.t), healthy_life_expectancy(good.t, good.t)),
		('years_of_life_lost', years_of_life_lost(bad.t, 75), years_of_life_lost(good.t, 75))
	) v(f, b, g);
select f,
	count(*) as keys,
	count(*) filter (where (e).value = (good).value and (e).upper = (good).upper) as as_without,
	count(*) filter (where (e).note like '%impossible_age: exposure of 500 left out%') as said
from asked
group by f
order by f;
select f,
	count(*) as all,
	count(*) filter (where (c).value = 0) as as_without,
	count(*) filter (where (c).note like '%impossible_age%') as said
from bad, good,
	lateral (
		values
		('dsr', compare(bad.t, good.t, 'dsr')),
		('life_expectancy', compare(bad.t, good.t, 'life_expectancy'))
	) v(f, c)
group by f
order by f;
select count(*) as all,
	count(*) filter (where expected(bad.t, good.t) is null) as no_expected,
	count(*) filter (where (benchmark(bad.t, 1000, 'dsr')).note like 'impossible_age%') as benchmark_says,
	count(*) filter (where (select count(*) from life_table(bad.t)) = 20) as bands_of_table,
	count(*) filter (where (select sum(population) from life_table(bad.t)) = (select sum(people) from band))
		as people_of_table
from bad, good;
-- they count in what knows no age, and the oldest that there are still do
select count(*) as all,
	count(*) filter (where (crude_rate(bad.t)).note is null and exposure(bad.t) = exposure(good.t) + 500) as crude
from bad, good;
select (dsr(t, s)).note as at_130, (dsr(u, s)).note as at_131
from (
	select 'counts; 0: 100 20 20; 130: 100 30 30'::tally t,
		'counts; 0: 100 20 20; 90: 10 2 2; 131: 100 30 30'::tally u,
		'counts; 0: 1 0 0; 90: 1 0 0'::tally s
) q;
-- keys that are no ages: numbers of bands below 131 are taken as they are, and so are others, since the standard has
-- them
select f, round((e).value::numeric, 6) as value, (e).note
from (
	values
	('bands', dsr('counts; 1: 100 10 10; 2: 100 30 30', 'counts; 1: 3 0 0; 2: 1 0 0', 1)),
	('years', dsr('counts; 2019: 100 10 10; 2020: 100 30 30', 'counts; 2019: 3 0 0; 2020: 1 0 0', 1)),
	('negative', dsr('counts; -2: 100 10 10; -1: 100 30 30', 'counts; -2: 3 0 0; -1: 1 0 0', 1)),
	('age and sex', dsr('counts; 45: 100 10 10; 245: 100 30 30', 'counts; 0: 3 0 0; 200: 1 0 0', 1)),
	('own reference', smr('counts; 40: 100 10 10; 999: 10 5 5', 'counts; 40: 100 5 5; 999: 10 5 5'::tally))
) v(f, e);
-- pictures leave them out too
select chart_pyramid(t, null) like '%impossible_age: exposure of 500 left out%' as said,
	chart_pyramid(t, null) like '%, age 90+%' as oldest
from bad
where key = 999;
select life_expectancy('empty', ages => '{0,50,131}');
-- completed years: unknown where nobody has the age; of instants, days of the session's time zone
set timezone = 'Europe/London';
select ph.completed_years('1800-01-01', '2024-01-01') as impossible,
	ph.completed_years('1894-01-02', '2025-01-01') as oldest,
	ph.completed_years('1894-01-01', '2025-01-01') as beyond,
	ph.completed_years('2024-01-02', '2024-01-01') as unborn,
	ph.completed_years(date '2000-07-01', timestamptz '2024-06-30 23:30 UTC') as birthday,
	ph.completed_years(date_trunc('month', date '2000-07-15'), now()) > 20 as instants,
	ph.completed_years('infinity', now()) as never_born,
	ph.completed_years(null, now()) as not_known;
reset timezone;
