-- wobble: tempo that leaves what is usual for a person, and the baseline it is told by
\set VERBOSITY terse
set datestyle = 'ISO';
set max_parallel_workers_per_gather = 0;

-- 600 people over two years, hashed so that every run has the same ones; every tenth has a cluster from day 500 on
create function chance(text) returns float8
language sql immutable
as $$ select (hashtextextended($1, 7) & 1048575) / 1048576.0 $$;
create table person as
select id::text as person_id, date '2021-01-01' as observed_from, date '2022-12-31' as observed_until,
	exp(1.1 * sqrt(-2 * ln(1 - chance('a' || id))) * cos(2 * pi() * chance('b' || id))) * 3 as rate
from generate_series(1, 600) id;
create table event as
select person_id, observed_from + day as event_date, 1::float8 as weight,
	(array['gp', 'nurse', 'pharmacy', 'debt_advice'])[
		1 + floor(4 * power(chance('k' || person_id || '.' || day), 2))::int] as kind,
	false as planned, false as crisis, false as life_event
from person
cross join generate_series(0, 729) day
where chance('d' || person_id || '.' || day) < rate / 365.25
union all
select person_id, observed_from + 500 + 4 * each, 1, 'debt_advice', false, false, false
from person
cross join generate_series(1, 6) each
where person_id::int % 10 = 0
union all
select person_id, observed_from + 7 * each, 1, 'clinic', true, false, false
from person
cross join generate_series(0, 100) each
where person_id::int % 20 = 1;
create table baseline as
select ph.wobble_baseline('select * from person left join event using (person_id)', '2022-04-01') as usual;

-- what a baseline is: shares, averages and thresholds
select (usual).people, round((usual).person_years) as person_years, (usual).kinds, (usual).before, (usual).note,
	(select round(sum(share)::numeric, 9) from unnest((usual).share) share) as shares,
	(select bool_and(share >= 0) from unnest((usual).share) share) as no_share_below_0,
	(select round(sum(share)::numeric, 9) from unnest((usual).usual_kind) share) as usual_kinds,
	(select round(sum(share)::numeric, 9) from unnest((usual).rise_kind) share) as rise_kinds,
	(select bool_and(later <= earlier)
		from unnest((usual).false_alarms[:19], (usual).false_alarms[2:]) as two (earlier, later))
		as a_higher_threshold_raises_no_more
from baseline;
-- the mean own rate is that of the contacts which were counted
select round((sum(share * rate) / (
		select count(distinct (person_id, event_date)) filter (where not planned and event_date < '2022-04-01')
			/ (600 * 455 / 365.25)
		from event))::numeric, 1) as mean_rate_over_observed
from baseline, unnest((usual).share, (usual).rate) as one (share, rate);

create function told(asked float8 default 50)
returns table (person_id text, event_date date, kind text, planned boolean, point ph.wobble_point)
language sql
as $$
	select person_id, event_date, kind, planned, ph.wobble(
		event_date, weight, kind, planned, observed_from, (select usual from baseline), asked, crisis, life_event)
		over (partition by person_id order by event_date)
	from person
	left join event using (person_id)
$$;
create table answer as select * from told();

-- the planted clusters are found, few others are; steady planned care alone raises no alarm
select count(distinct person_id) filter (where person_id::int % 10 = 0
		and event_date between '2022-05-16' and '2022-07-15') >= 50 as most_of_60_clusters,
	count(*) filter (where person_id::int % 10 <> 0 or event_date not between '2022-05-16' and '2022-07-15') < 100
		as few_others,
	bool_and((point).strength > (point).threshold) as above_the_threshold,
	bool_and((point).since <= event_date) as since_before,
	bool_and((point).tempo_now > (point).tempo_before) as tempo_rose,
	bool_and((select sum(times) from unnest((point).driver_counts) times) >= 1) as driven
from answer
where (point).alarm;
select count(*) filter (where (point).alarm) as alarms_on_days_of_planned_care_alone
from answer
where planned and not exists (
	select from answer other
	where other.person_id = answer.person_id and other.event_date = answer.event_date and not other.planned);

-- one of them, in words
select person_id, event_date, (point).status, round((point).tempo_before::numeric) as before,
	round((point).tempo_now::numeric) as now, (point).since, (point).drivers, (point).driver_counts, (point).why
from answer
where (point).alarm and person_id::int % 10 = 0 and event_date between '2022-05-16' and '2022-07-15'
order by person_id::int
limit 2;

-- laws.  Cut at any day: what was told before stays
select cut, count(*) as rows, bool_and(answer.point = earlier.point) as same
from (values (date '2021-03-01'), ('2022-01-15'), ('2022-06-01'), ('2022-11-30')) days (cut)
cross join lateral (
	select person_id, event_date, kind, planned, ph.wobble(
		event_date, weight, kind, planned, observed_from, (select usual from baseline), 50, crisis, life_event)
		over (partition by person_id order by event_date) as point
	from person
	join event using (person_id)
	where event_date < cut) earlier
join answer using (person_id, event_date, kind, planned)
group by cut
order by cut;
-- the order within a day does not matter
select bool_and(answer.point = turned.point) as same
from (
	select person_id, event_date, kind, planned, ph.wobble(
		event_date, weight, kind, planned, observed_from, (select usual from baseline), 50, crisis, life_event)
		over (partition by person_id order by event_date, kind desc, planned desc) as point
	from person
	join event using (person_id)) turned
join answer using (person_id, event_date, kind, planned);
-- all dates shifted by 28 years, which have the same weekdays and weeks: the same baseline, the same alarms
create table shifted as
select ph.wobble_baseline(
	'select person_id, event_date + 10227 as event_date, weight, kind, planned, observed_from + 10227 as observed_from,
		observed_until + 10227 as observed_until, crisis, life_event
	from person
	left join event using (person_id)
	order by chance(person_id || event_date)', date '2022-04-01' + 10227) as usual;
select count(*) as rows, bool_and((answer.point).alarm is not distinct from (later.point).alarm
	and (answer.point).strength is not distinct from (later.point).strength
	and (answer.point).since + 10227 is not distinct from (later.point).since) as same
from (
	select person_id, event_date, kind, planned, ph.wobble(event_date + 10227, weight, kind, planned,
		observed_from + 10227, (select usual from shifted), 50, crisis, life_event)
		over (partition by person_id order by event_date) as point
	from person
	join event using (person_id)) later
join answer using (person_id, event_date, kind, planned);
select (b.usual).share = (s.usual).share and (b.usual).week = (s.usual).week
	and (b.usual).false_alarms = (s.usual).false_alarms as same_baseline_in_any_order_of_rows
from baseline b, shifted s;
-- more false alarms asked for, more alarms
select asked, count(*) filter (where (point).alarm) as alarms
from (values (20), (100)) of (asked)
cross join lateral told(asked)
group by asked
order by asked;

-- hand cases: days of contact, and what is told
create function case_of(days int[], kind text default 'gp', planned boolean default false, crisis_on int default null,
	event_on int default null, event_weight float8 default 1)
returns table (day int, status text, alarm boolean, strength float8, why text, note text)
language sql
as $$
	select event_date - date '2021-01-01', (point).status, (point).alarm, (point).strength, (point).why, (point).note
	from (
		select event_date, ph.wobble(event_date, weight, kind, planned, '2021-01-01', usual, 50, crisis, life_event)
			over (order by event_date) as point
		from baseline, (
			select date '2021-01-01' + day as event_date, 1::float8 as weight, $2 as kind, $3 as planned,
				day = $4 as crisis, false as life_event
			from unnest(days) day
			union all
			select date '2021-01-01' + event_on, event_weight, 'bereavement', null, false, true
			where event_on is not null) event) told
	order by 1
$$;
-- a steady heavy user raises none, however long; nor do planned contacts at any tempo
select count(*) as contacts, count(*) filter (where alarm) as alarms
from case_of(array(select 6 * i from generate_series(1, 115) i));
select count(*) as contacts, count(*) filter (where alarm) as alarms
from case_of(array(select 400 + 2 * i from generate_series(1, 40) i), planned => true);
-- who had none for a year, and then five in three weeks; after the alarm it starts again
select day, status, alarm, why, note from case_of(array[400, 405, 410, 414, 419, 700]);
-- a crisis begins anew: the contact after it is no alarm, which it was without
select day, alarm from case_of(array[400, 403, 405], crisis_on => 403);
-- a life event makes a rise likelier; weight 0 says nothing
select weight, strength > lag(strength) over (order by weight) as likelier,
	abs(strength - (select strength from case_of(array[400]))) < 0.05 as as_if_nothing_had_been
from (values (0::float8), (1), (5)) of (weight)
cross join lateral (
	select strength
	from case_of(array[400], event_on => 390, event_weight => weight)
	where day = 400) told
order by weight;
-- people without contact, without a known beginning, with contacts of which nobody knows whether they were planned
select (point).status, (point).alarm, (point).strength, (point).note
from (select ph.wobble(null, null, null, null, '2021-01-01', usual) over () as point from baseline) told;
select distinct (ph.wobble(day, 1, 'gp', planned, observed_from, usual) over (partition by n order by day)).note
from baseline, (values (1, date '2021-06-01', false, null::date), (2, '2021-06-01', null, '2021-01-01'),
	(3, '2021-02-01', false, '2021-01-01'), (4, '2021-06-01', false, '2021-01-01'), (4, null, false, '2021-01-01'))
	event (n, day, planned, observed_from)
order by 1;
-- nobody has a baseline of nobody, or of people who were observed later
select ph.wobble_baseline('select * from person where false', '2022-01-01') is null as of_nobody,
	ph.wobble_baseline('select * from person', '2021-01-01') is null as observed_later;
-- columns in any order and of other types; what is absent is NULL, 1, false; to the last digit
create table few as
select person_id, event_date, kind, observed_from, observed_until, false as planned
from person
left join (select * from event where not planned) event using (person_id)
where person_id::int <= 100;
with fitted as (
	select ph.wobble_baseline('select * from few order by chance(person_id || event_date)', '2022-04-01') as plain,
		ph.wobble_baseline(
			'select null as life_event, 0 as crisis, observed_until::timestamptz, kind::varchar, planned::text,
				person_id::bigint, 1::smallint as weight, event_date::timestamp, observed_from::text, now() as other
			from few', '2022-04-01') as cast_to,
		ph.wobble_baseline('select person_id, observed_from, event_date, kind from few', '2022-04-01') as all_planned,
		ph.wobble_baseline('select person_id, observed_from from few', '2022-04-01') as without_events
)
select plain::text = cast_to::text as same_of_other_types, (plain).people, (plain).note,
	(all_planned).kinds as kinds_where_all_is_planned, (without_events).kinds as kinds_without_events,
	(without_events).people as people_without_events
from fitted;

-- errors
select ph.wobble('2021-01-01', 1, 'gp', false, '2021-01-01', null) over ();
select ph.wobble('2021-01-01', -1, 'gp', false, '2021-01-01', usual) over () from baseline;
select ph.wobble('2021-01-01', 'NaN', 'gp', false, '2021-01-01', usual) over () from baseline;
select ph.wobble('infinity', 1, 'gp', false, '2021-01-01', usual) over () from baseline;
select ph.wobble('1850-01-01', 1, 'gp', false, '1850-01-01', usual) over () from baseline;
select ph.wobble('2021-01-01', 1, 'gp', false, '2021-01-01', usual, 0) over () from baseline;
select ph.wobble('2021-01-01', 1, 'gp', false, '2021-01-01', usual, null) over () from baseline;
select ph.wobble('2021-01-01', 1, 'gp', false, '2021-01-01', usual, 100000) over () from baseline;
select ph.wobble(day, 1, 'gp', false, '2021-01-01', usual) over (order by day desc)
from baseline, (values (date '2021-01-01'), ('2021-01-02')) event (day);
select ph.wobble(day, 1, 'gp', false, '2021-01-01', usual) over (order by day nulls first)
from baseline, (values (date '2021-01-01'), (null)) event (day);
select ph.wobble('2021-01-01', 1, 'gp', false, '2021-01-01', null::ph.wobble_baseline) over ();
select ph.wobble_baseline(null, '2022-01-01');
select ph.wobble_baseline('delete from person', '2022-01-01');
select ph.wobble_baseline('select * from person', null);
select ph.wobble_baseline('select * from person', 'infinity');
select ph.wobble_baseline('select person_id from person', '2022-01-01');
select ph.wobble_baseline('select observed_from from person', '2022-01-01');
create function refused(columns text) returns text
language plpgsql
as $$
begin
	perform ph.wobble_baseline('select ' || columns, '2022-01-01');
	return 'fitted';
exception when invalid_parameter_value then
	return sqlerrm;
end
$$;
select refused(columns)
from (values ('null as person_id, ''2021-01-01'' as observed_from'), ('1 as person_id, null as observed_from'),
	('1 as person_id, 20210101 as observed_from'), ('1 as person_id, date ''1850-01-01'' as observed_from'),
	('1 as person_id, ''2021-01-01'' as observed_from, ''infinity'' as event_date'),
	('1 as person_id, ''2021-01-01'' as observed_from, ''2200-01-01'' as observed_until'),
	('1 as person_id, ''2021-01-01'' as observed_from, -1 as weight'),
	('1 as person_id, ''2021-01-01'' as observed_from, true as weight'),
	('1 as person_id, ''2021-01-01'' as observed_from, 1.5 as planned'),
	('1 as person_id, ''2021-01-01''::date + day as observed_from from generate_series(0, 1) day'),
	('1 as person_id, ''2021-01-01'' as observed_from, ''2021-01-08''::date + day as observed_until
		from generate_series(0, 1) day'),
	('day as person_id, ''2021-01-01'' as observed_from, ''2021-02-01'' as event_date, day as kind, false as planned
		from generate_series(1, 2001) day')) of (columns);
-- more rows than are kept: of one person an error
select ph.wobble_baseline('select 1 as person_id, date ''2021-01-01'' as observed_from
	from generate_series(1, 500001)', '2022-01-01');
-- a day of very many rows: its reasons are sought once
set statement_timeout = '20s';
select count(*) as rows, count(distinct (point).why) as reasons, bool_and((point).alarm) as all_alarms
from (
	select event_date,
		ph.wobble(event_date, 1, 'new', false, '2021-01-01', usual, 50) over (order by event_date) as point
	from (select (select usual from baseline) as usual offset 0) b
	cross join lateral (
		select date '2022-01-01' + each as event_date
		from generate_series(0, 12) each
		union all
		select date '2022-01-01' + each
		from generate_series(0, 12) each, generate_series(1, 6000)) event) told
where (point).alarm;
reset statement_timeout;
