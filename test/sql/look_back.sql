-- What was known when: nothing of the as-of date or after it is seen, no day is in both windows, an index serves.
set search_path = public, ph;
create temp table event as
select i as person_id,
	date '2020-01-01' + i * 7 % 2000 as event_date,
	(array['I21', 'C80', 'E119', 'F03', 'N18'])[i % 5 + 1] as code
from generate_series(1, 5000) i;
select count(*) filter (where in_look_back(event_date, '2024-04-01', '2 years')) as looked_at,
	count(*) filter (where in_look_back(event_date, '2024-04-01', '2 years'))
		= count(*) filter (where event_date >= '2022-04-01' and event_date <= '2024-03-31') as look_back,
	count(*) filter (where in_follow_up(event_date, '2024-04-01', '1 year')) as followed,
	count(*) filter (where in_follow_up(event_date, '2024-04-01', '1 year'))
		= count(*) filter (where event_date >= '2024-04-01' and event_date <= '2025-03-31') as follow_up,
	count(*) filter (
		where in_look_back(event_date, '2024-04-01', '2 years') and in_follow_up(event_date, '2024-04-01', '1 year'))
		as both
from event;
select in_look_back('2024-04-01', '2024-04-01', '2 years') as as_of_day,
	in_follow_up('2024-04-01', '2024-04-01', '1 year') as its_own,
	in_look_back('2022-04-01', '2024-04-01', '2 years') as first,
	in_look_back('2022-03-31', '2024-04-01', '2 years') as before;
-- no leak: scores as of a day do not change when all later events are taken away, or new ones come
create temp view scored as
select person_id % 50 as person, charlson(conditions_of(code)) as score
from event
where in_look_back(event_date, '2024-04-01', '2 years')
group by 1;
create temp table before as table scored;
delete from event where event_date >= '2024-04-01';
insert into event select i, '2024-04-01', 'B20' from generate_series(1, 50) i;
insert into event select i, '2024-06-01', 'B20' from generate_series(1, 50) i;
select count(*) as people, count(*) filter (where s.score is distinct from b.score) as changed
from before b full join scored s using (person);
-- an index serves
create index on event (event_date);
set enable_seqscan = off;
create temp table plan (line text);
do $$
declare
	l text;
begin
	for l in explain (costs off) select * from event where in_look_back(event_date, '2024-04-01', '2 years') loop
		insert into plan values (l);
	end loop;
end
$$;
select bool_or(line like '%Index Cond%event_date >= %event_date < %') as indexed from plan;
-- dates, timestamps, instants and text alike; of an instant its day in the session's time zone
set timezone = 'Europe/London';
select in_follow_up(timestamp '2024-04-01 09:30', '2024-04-01', '1 year') as "timestamp",
	in_follow_up(timestamptz '2024-03-31 23:30 UTC', date '2024-04-01', '1 year') as instant,
	in_look_back(timestamptz '2024-03-31 23:30 UTC', '2024-04-01', '1 year') as not_before,
	in_look_back(now() - interval '1 day', now(), '1 year') as yesterday,
	in_follow_up(date_trunc('month', date '2024-04-15'), '2024-04-01', '1 month') as month;
reset timezone;
-- what is asked of a date is that date in any time zone, which has no place for the day that one skipped
set timezone = 'Pacific/Apia';
select in_look_back(event_date, '2012-01-01', '2 days') as date_that_was_skipped
from (values (date '2011-12-30')) v(event_date);
reset timezone;
