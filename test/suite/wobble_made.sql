-- People in whom some tempo is made to rise: ?people, ?tempo times the rates and ?rise times the rise of the set in
-- ../shared, and another spread of rates, another week (Fridays half), other kinds.  For test/wobble and the bench.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set max_parallel_workers_per_gather = 0;
drop schema if exists made cascade;
create schema made;
select setseed(0.17) as seeded \gset

create table made.person as
select id::text as person_id, date '2020-01-01' as observed_from, date '2021-12-31' as observed_until,
	1 + id % 5 as deprivation_fifth, case when id / 5 % 2 = 0 then 'F' else 'M' end as sex,
	ethnicity,
	tempo * :tempo * 2.2 * exp(1.2 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) / 365.25 as rate,
	(10 * random())::int as favourite
from generate_series(1, :people) id
-- two groups make less contact, ill or well: a rise is as large as that of others
cross join lateral (
	values (0, 'Asian', 0.7), (1, 'Black', 0.7), (2, 'White', 1)) kind(number, ethnicity, tempo)
where number = least(id / 10 % 10, 2);

create table made.life_event as
select person_id, observed_from + (730 * random())::int as event_date
from made.person
where random() < 0.24;

create table made.rise as
select person_id, onset, onset + (14 + 130 * random() * random())::int as until, random() < 0.6 as ends_in_crisis,
	:rise * 2.2 * greatest(rate, 8 / 365.25) as more, (3 * random())::int as cause
from (
	select person.*, event_date + 2 + (45 * random())::int as onset
	from made.person
	join made.life_event using (person_id)
	where random() < 0.14
	union all
	select person.*, observed_from + 100 + (500 * random())::int
	from made.person
	where random() < 0.08) begun
where onset between observed_from + 100 and observed_until - 30;
delete from made.rise later using made.rise other
where later.person_id = other.person_id and later.ctid > other.ctid;

create table made.crisis as
select person_id, until as crisis_date
from made.rise
where ends_in_crisis and until <= date '2021-12-31'
union all
select person_id, observed_from + (729 * random())::int
from made.person
where random() < 0.05;

create table made.unplanned as
select person_id, day::date as event_date, favourite, cause
from made.person
cross join lateral generate_series(observed_from, observed_until, interval '1 day') day
cross join lateral (
	select (array[0.6, 1.3, 1.2, 1.1, 1.1, 0.5, 0.4])[1 + extract(dow from day)::int]
		* (1 + 0.25 * cos(2 * pi() * extract(doy from day)::int / 365)) as usual) calendar
left join lateral (
	select more, cause
	from made.rise
	where rise.person_id = person.person_id and day >= onset and day < until) rise on true
where random() < 1 - exp(-(rate + coalesce(more, 0)) * usual);

create table made.event as
select person_id, event_date,
	case when cause is not null and random() < 0.6 then 'service ' || chr(65 + 3 * cause + (2 * random())::int)
		when random() < 0.5 then 'service ' || chr(65 + favourite)
		else 'service ' || chr(65 + (12 * random() * random())::int) end as kind,
	1::float8 as weight, false as planned, false as crisis, false as life_event
from made.unplanned;
insert into made.event
select person_id, event_date + 3 + (18 * random())::int, kind, 1, random() < 0.75, false, false
from made.event
where random() < 0.2;
insert into made.event
select person_id, observed_from + each, 'clinic', 1, true, false, false
from made.person
cross join generate_series(0, 700, 14) each
where person_id::int % 20 = 0;
insert into made.event
select person_id, event_date, 'life event', 1, null, false, true
from made.life_event
union all
select person_id, crisis_date, 'crisis', 1, false, true, false
from made.crisis;
delete from made.event
where event_date > date '2021-12-31';
analyze made.event;
