-- Time at risk cut by age and calendar period, against a count of single days.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

-- by hand: born on 29 February, from 1 February 2023 to 10 March 2024
select age, period_start, days, round(years::numeric, 6) as years
from ph.person_time('2020-02-29', '2023-02-01', '2024-03-10', age_width => 1);
select age, period_start, days, round(years::numeric, 6) as years
from ph.person_time('2020-02-29', '2023-02-01', '2024-03-10', 'financial_year', 5);
select age, period_start, days, round(years::numeric, 6) as years
from ph.person_time('2020-02-29', '2020-01-01', '2020-03-02', 'month');
select age, period_start, days, round(years::numeric, 6) as years
from ph.person_time(null, '2023-11-15', '2024-05-15', 'quarter');
select age, period_start, days
from ph.person_time('1960-05-01', '2023-11-15', '2024-05-15', 'none');
select age, period_start, days from ph.person_time(null, '2023-11-15', '2024-05-15', 'none');

-- 3,000 people, one in ten born on 29 February, followed for up to ten years
create temp table person as
select i as id,
	case
		when i % 10 = 0 then make_date(1904 + 4 * (i / 10 % 29), 2, 29)
		when i % 31 > 0 then date '1910-01-01' + i * 7919 % 42000 end as birth,
	date '1990-01-01' + i * 104729 % 9000 as start,
	date '1990-01-01' + i * 104729 % 9000 + i * 31 % 3700 as stop
from generate_series(1, 3000) i;
create temp view asked as
select calendar, width
from unnest(array['none', 'month', 'quarter', 'financial_year', 'year']) calendar, unnest(array[1, 5, 100]) width;
-- every day by its own: age from completed years, period from date_trunc
create temp view period_of_day as
select calendar, unit, shift
from (
	values
		('none', null, interval '0'), ('month', 'month', interval '0'), ('quarter', 'quarter', interval '0'),
		('financial_year', 'year', interval '3 months'), ('year', 'year', interval '0')
) v(calendar, unit, shift);
create temp table one_day as
select id, day::date as day, ph.completed_years(birth, day::date) as age
from person, generate_series(greatest(start, birth), stop - 1, interval '1 day') day
where id % 6 < 2;
create temp view by_day as
select calendar, width, id, age / width * width as age,
	(date_trunc(unit, day - shift) + shift)::date as period_start,
	count(*) as days
from one_day, asked join period_of_day using (calendar)
group by calendar, width, id, age / width * width, (date_trunc(unit, day - shift) + shift)::date;
create temp view cut as
select calendar, width, id, t.age, t.period_start, t.days
from person, asked, lateral ph.person_time(birth, start, stop, calendar, width) t
where id % 6 < 2;
select calendar, width, count(*) > 500 as many, count(*) filter (where c.days is distinct from d.days) as differ
from (select *, coalesce(age, -1) as a, coalesce(period_start, 'infinity') as p from cut) c
	full join (select *, coalesce(age, -1) as a, coalesce(period_start, 'infinity') as p from by_day) d
		using (calendar, width, id, a, p)
group by calendar, width
order by calendar, width;

-- laws
-- the days add up to the time since birth, whatever the cuts; years are days over 365.25
select calendar, width, count(*) as people,
	bool_and(days = stop - greatest(start, coalesce(birth, start)) is true) as days,
	bool_and(abs(years - days / 365.25) < 1e-9 is true) as years
from asked,
	person,
	lateral (
		select sum(t.days) as days, sum(t.years) as years
		from ph.person_time(birth, start, stop, calendar, width) t
	) t
where stop > greatest(start, coalesce(birth, start))
group by calendar, width
order by calendar, width;
-- of each piece the first and the last day have its age and its period, and the next piece goes on where it ends
select count(*) > 20000 as pieces,
	bool_and((ph.completed_years(birth, first) = age and ph.completed_years(birth, last) = age) is true) as ages,
	bool_and((date_trunc('year', first) = period_start and date_trunc('year', last) = period_start) is true) as periods,
	min(days) as shortest, max(days) as longest
from (
	select birth, t.*, greatest(start, birth) + (sum(t.days) over (partition by id order by n))::integer - 1 as last
	from person, lateral ph.person_time(birth, start, stop) with ordinality t(age, period_start, days, years, n)
	where birth is not null
) t,
	lateral (select last - days + 1 as first) f;
-- cutting the time in two at any day changes no sum
select count(*) as pieces, count(*) filter (where whole.days is distinct from parts.days) as differ
from (select id, age, period_start, days from person, lateral ph.person_time(birth, start, stop) where id < 500) whole
	full join (
		select id, age, period_start, sum(days) as days
		from (
			select id, t.*
			from person, lateral ph.person_time(birth, start, start + (stop - start) / 3) t
			where id < 500
			union all
			select id, t.*
			from person, lateral ph.person_time(birth, start + (stop - start) / 3, stop) t
			where id < 500
		) p
		group by id, age, period_start
	) parts on parts.id = whole.id
		and parts.age is not distinct from whole.age
		and parts.period_start = whole.period_start;

-- nothing where there is no time; nothing before birth
select count(*) as rows
from (
	values
		(date '2000-01-01', date '2024-01-01', date '2024-01-01'),
		('2000-01-01', '2024-01-01', '2023-01-01'),
		('2024-06-01', '2024-01-01', '2024-06-01')
) v(birth, start, stop),
	lateral ph.person_time(birth, start, stop);
-- the ends of the calendar
select count(*) as pieces, sum(days) as days, max(age) as oldest
from ph.person_time('4713-01-01 BC', '4713-01-01 BC', '294276-12-31', 'none', 2147483647);
select age, period_start, days from ph.person_time('294259-01-01', '294273-12-30', '294276-12-31');
select age, period_start, days from ph.person_time('0005-02-29 BC', '0001-12-31 BC', '0001-03-02');

-- errors
select ph.person_time('2000-01-01', null, '2024-01-01');
select ph.person_time('2000-01-01', '2023-01-01', null);
\set VERBOSITY terse
select ph.person_time('2000-01-01', '2023-01-01', 'infinity');
select ph.person_time('2000-01-01', '-infinity', '2024-01-01');
select ph.person_time('infinity', '2023-01-01', '2024-01-01');
select ph.person_time('2000-01-01', '2023-01-01', '2024-01-01', 'week');
select ph.person_time('2000-01-01', '2023-01-01', '2024-01-01', null);
select ph.person_time('2000-01-01', '2023-01-01', '2024-01-01', 'year', 0);
select ph.person_time('2000-01-01', '2023-01-01', '2024-01-01', 'year', null);
select ph.person_time(null, '4714-11-24 BC', '2024-01-01');

-- dates, times and text alike; of a time its day counts
select count(*) as pieces, count(distinct (age, period_start, days)) as alike
from (
	select *
	from ph.person_time(date '2000-02-29', date '2023-02-01', date '2023-03-10')
	union all
	select *
	from ph.person_time(timestamp '2000-02-29 23:59', timestamp '2023-02-01 10:00', timestamp '2023-03-10 00:01')
	union all
	select *
	from ph.person_time('2000-02-29', '2023-02-01', '2023-03-10')
) t;
prepare untyped as select count(*) from ph.person_time($1, $2, $3);
execute untyped('2000-02-29', '2023-02-01', '2023-03-10');
select pg_typeof(period_start) as type_of_period_start
from ph.person_time('2000-02-29', '2023-02-01', '2023-03-10')
limit 1;
-- instants count on their day in the session's time zone; an age that nobody has is not known, and is not cut by
set timezone = 'Europe/London';
select sum(days) = now()::date - date '2023-07-01' as until_now
from ph.person_time(timestamptz '2000-02-28 23:30 UTC', timestamptz '2023-06-30 23:30 UTC', now(), 'none');
select age, period_start, days
from ph.person_time('2000-01-01', timestamptz '2023-06-30 23:30 UTC', '2023-07-02');
select age, days from ph.person_time('1800-01-01', '1929-07-01', '2024-01-01', 'none');
select age, days from ph.person_time('1800-01-01', '1929-07-01', '2024-01-01', 'none', 100);
select age, period_start, days from ph.person_time('1800-01-01', '2023-07-01', '2024-07-01');
reset timezone;
