-- The calendar: each kind covers days without gap and without overlap, whole periods only.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create schema cal;
call ph.create_calendar('cal', '2023-02-01', '2025-06-30');
select kind, count(*), min(start_date) as first, max(end_date) as after,
	range_agg(period) as covered, sum(end_date - start_date) as days, min(name collate "C") as first_name
from cal.calendar
group by kind
order by kind collate "C";
-- law: what a kind covers has as many days as its periods together, but for rolling years, which overlap
select kind, sum(end_date - start_date) = (
		select sum(upper(r) - lower(r)) from unnest(range_agg(period)) r) as no_overlap,
	bool_and(period = daterange(start_date, end_date)) as bounds_are_its_own
from cal.calendar
group by kind
order by kind collate "C";
select name, period from cal.calendar where kind = 'rolling_year' order by start_date limit 2;
select name from cal.calendar where kind in ('quarter', 'financial_year') order by kind, start_date;
-- again with other days, as a timestamp too; and nothing that is not ours
call ph.create_calendar('cal', timestamp '2024-01-01 12:00', date '2024-01-31');
select kind, count(*) from cal.calendar group by kind order by kind;
select count(*) as columns, count(col_description(attrelid, attnum)) as commented
from pg_attribute
where attrelid = 'cal.calendar'::regclass and attnum > 0;
call ph.create_calendar('cal', '2024-01-02', '2024-01-01');
call ph.create_calendar('cal', '2024-01-02', 'infinity');
call ph.create_calendar('cal', '0001-01-02', '2024-01-01');
call ph.create_calendar('cal', null, '2024-01-01');
call ph.create_calendar('ph', '2024-01-01', '2024-01-01');
drop table cal.calendar;
create table cal.calendar (mine integer);
call ph.create_calendar('cal', '2024-01-01', '2024-01-01');
drop schema cal cascade;
