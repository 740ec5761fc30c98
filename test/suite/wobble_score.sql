-- Alarms at 20, 50 and 100 false ones asked for, over the tables of wobble_made.sql, scored by the rules of
-- score_wobble.py: alarms from day 90 on, one within 28 days of the last is the same; a hit lies in a rise that ends in
-- a crisis, before it; in other rises and to 30 days after them or after a crisis an alarm is neither hit nor false.
\set ON_ERROR_STOP on
set client_min_messages = warning;
drop table if exists made.baseline, made.answer, made.alarm, made.score;
create table made.baseline as
select ph.wobble_baseline('select * from made.person left join made.event using (person_id)', :'before') as usual;

create table made.answer as
select asked, person_id, event_date, observed_from, (point).*
from generate_series(1, 3) level
cross join lateral (select (array[20, 50, 100])[level] as asked) of_level
cross join lateral (
	select person_id, event_date, observed_from, ph.wobble(
		event_date, weight, kind, planned, observed_from, usual, asked, crisis, life_event)
		over (partition by person_id order by event_date) as point
	from made.person
	join made.event using (person_id)
	cross join made.baseline) told;

create table made.alarm as
with recursive alarm as (
	select asked, person_id, event_date, row_number() over (partition by asked, person_id order by event_date) as number
	from (
		select distinct asked, person_id, event_date
		from made.answer
		where alarm and event_date >= observed_from + 90) watched),
kept as (
	select *, true as kept, event_date as last
	from alarm
	where number = 1
	union all
	select alarm.*, alarm.event_date - last > 28,
		case when alarm.event_date - last > 28 then alarm.event_date else last end
	from kept
	join alarm on alarm.asked = kept.asked and alarm.person_id = kept.person_id and alarm.number = kept.number + 1)
select asked, person_id, event_date, coalesce(what, 'false') as what, onset, crisis_date
from kept
left join lateral (
	select 'hit' as what, onset, until as crisis_date, 1 as rank
	from made.rise
	where rise.person_id = kept.person_id and ends_in_crisis and event_date >= onset and event_date < until
	union all
	select 'real rise', null, null, 2
	from made.rise
	where rise.person_id = kept.person_id and not ends_in_crisis and event_date between onset and until + 30
	union all
	select 'after crisis', null, null, 3
	from made.crisis
	where crisis.person_id = kept.person_id and event_date between crisis.crisis_date and crisis.crisis_date + 30
	order by rank
	limit 1) found on true
where kept;

create table made.score as
with grouped as (
	select person.person_id, observed_from, observed_until, of_people
	from made.person
	left join (
		select person_id,
			count(distinct event_date) filter (where not planned and not crisis and not life_event) as days
		from made.event
		group by person_id) counted using (person_id)
	cross join lateral (values
		('all'), ('deprivation fifth ' || deprivation_fifth), ('ethnicity ' || ethnicity), ('sex ' || sex),
		('contacts a year: ' || case
			when coalesce(days, 0) * 365.25 < 2 * (observed_until - observed_from + 1) then 'under 2'
			when days * 365.25 < 10 * (observed_until - observed_from + 1) then '2 to 9'
			else '10 or more' end)) of (of_people)
	where of_people is not null),
watched as (
	select of_people, sum(greatest(observed_until - observed_from - 89, 0)) / 365.25 as years
	from grouped
	group by of_people),
planted as (
	select of_people, count(*) as rises
	from made.rise
	join grouped using (person_id)
	where ends_in_crisis and onset >= observed_from + 90
	group by of_people),
first_hit as (
	select asked, person_id, onset, crisis_date - min(event_date) as days
	from made.alarm
	where what = 'hit'
	group by asked, person_id, onset, crisis_date),
hits as (
	select asked, of_people, count(*) as hits, percentile_disc(0.5) within group (order by days) as days
	from first_hit
	join grouped using (person_id)
	group by asked, of_people),
falses as (
	select asked, of_people, count(*) filter (where what = 'false') as falses
	from made.alarm
	join grouped using (person_id)
	group by asked, of_people)
select asked, of_people, round(years) as person_years, rises,
	round((1000 * falses / years)::numeric, 1) as false_per_1000,
	round(coalesce(hits, 0)::numeric / nullif(rises, 0), 3) as sensitivity, days as median_days
from watched
join planted using (of_people)
join falses using (of_people)
left join hits using (asked, of_people);

\pset footer off
select asked, person_years, rises, false_per_1000, sensitivity, median_days
from made.score
where of_people = 'all'
order by asked;
select of_people, person_years, rises, false_per_1000, sensitivity, median_days
from made.score
where asked = 50 and of_people <> 'all'
order by of_people;
select coalesce(day, 'month ' || month) as "when",
	round(100.0 * alarms / sum(alarms) over (partition by day is null), 1) as percent_of_alarms,
	round(100.0 * contacts / sum(contacts) over (partition by day is null), 1) as percent_of_contacts
from (
	select to_char(event_date, 'ID Dy') as day, to_char(event_date, 'MM') as month,
		sum(alarm::int) as alarms, count(*) as contacts
	from made.answer
	where asked = 100 and strength is not null and event_date >= observed_from + 90
	group by grouping sets ((to_char(event_date, 'ID Dy')), (to_char(event_date, 'MM')))) counted
order by day, month;
