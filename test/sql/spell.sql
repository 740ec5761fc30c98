-- Spells of episodes, and what is asked of them: readmission, first and last value; against plain SQL and self-joins.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

-- by hand: an episode inside another, one that touches, one a day later, one that is open
create temp table episode (person int, start_date date, end_date date);
insert into episode
values
	(1, '2024-01-01', '2024-01-10'), (1, '2024-01-02', '2024-01-03'), (1, '2024-01-10', '2024-01-12'),
	(1, '2024-01-13', '2024-01-14'), (1, '2024-02-01', null), (1, '2024-05-01', '2024-05-02'),
	(1, null, '2024-05-02'), (2, '2024-03-01', '2024-03-01'), (2, '2024-03-01', '2024-03-01'),
	(2, '2024-03-02', 'infinity'), (2, '2025-03-02', '2025-03-03');
select *,
	ph.spell_number(start_date, end_date) over w as spell,
	ph.spell_number(start_date, end_date, gap => 1) over w as with_gap
from episode
window w as (partition by person order by start_date, end_date)
order by person, start_date, end_date;
-- hours count where there are hours
select ph.spell_number(s, e) over (order by s, e) as spell, ph.spell_number(s, e, 1) over (order by s, e) as with_gap
from (
	values
		(timestamp '2024-01-01 10:00', timestamp '2024-01-01 12:00'), ('2024-01-01 12:00', '2024-01-01 13:00'),
		('2024-01-01 13:01', '2024-01-02 13:00'), ('2024-01-03 13:00', '2024-01-03 14:00'),
		('2024-01-04 14:01', '2024-01-04 14:02')
) v(s, e);

-- 400 people with 20 episodes each: gaps and islands in plain SQL, with another rule for the same
create temp table admission as
select i / 20 as person,
	date '2020-01-01' + i * 7919 % 503 / (1 + i % 2) as start_date,
	date '2020-01-01' + i * 7919 % 503 / (1 + i % 2) + i * 31 % 17 as end_date,
	i % 3 > 0 as emergency, i % 41 = 0 as died
from generate_series(1, 8000) i;
create temp view numbered as
select *,
	ph.spell_number(start_date, end_date) over (partition by person order by start_date, end_date) as spell,
	ph.spell_number(start_date, end_date, gap => 3) over (partition by person order by start_date, end_date) as spell_3
from admission;
with island as (
	select *,
		sum((start_date > before)::int) over w + 1 as spell,
		sum((start_date > before + 3)::int) over w + 1 as spell_3
	from (
		select *,
			max(end_date) over (
				partition by person order by start_date, end_date rows between unbounded preceding and 1 preceding)
				as before
		from admission
	) b
	window w as (partition by person order by start_date, end_date rows unbounded preceding)
), counted as (
	select person, start_date, end_date, coalesce(spell, 1) as spell, coalesce(spell_3, 1) as spell_3
	from island
)
select count(*) as differ, (select count(*) from counted) as rows
from (select person, start_date, end_date, spell, spell_3 from numbered except all table counted) d;
-- spells do not touch each other
create temp view spell as
select person, spell, min(start_date) as start_date, max(end_date) as end_date
from numbered
group by person, spell;
select count(*) as pairs, bool_and(next > end_date is true) as apart
from (select *, lead(start_date) over (partition by person order by start_date) as next from spell) s
where next is not null;
-- of the same days, ranges closed at both ends and joined where they touch make the same spells
select count(*) as spells, count(*) filter (where r is distinct from daterange(start_date, end_date, '[]')) as differ
from (
	select person, start_date, end_date, row_number() over (partition by person order by start_date) as n
	from spell
) s
	full join (
		select person,
			row_number() over (partition by person order by r) as n,
			daterange(lower(r)::date, upper(r)::date, '[]') as r
		from (
			select person, unnest(range_agg(tsrange(start_date, end_date, '[]'))) as r
			from admission
			group by person
		) u
	) m using (person, n);

-- readmission within 30 days as docs/spell.md has it, against a self-join
create temp table hospital_spell as
select person, spell, start_date, end_date,
	(
		select a.emergency
		from numbered a
		where a.person = s.person and a.spell = s.spell
		order by a.start_date, a.end_date, emergency
		limit 1
	) as emergency,
	(select bool_or(a.died) from numbered a where a.person = s.person and a.spell = s.spell) as died
from spell s;
create temp view readmission as
with followed as (
	select *,
		min(start_date) filter (where emergency) over (
			partition by person order by start_date rows between 1 following and unbounded following)
			as next_emergency
	from hospital_spell
)
select person, spell, end_date as discharge, coalesce(next_emergency <= end_date + 30, false) as readmitted
from followed
where not died and end_date <= date '2021-04-01' - 30;
select count(*) > 1000 as index_discharges,
	count(*) filter (where readmitted) > 100 as readmitted,
	count(*) filter (
		where readmitted is distinct from exists (
			select
			from hospital_spell n
			where n.person = r.person
				and n.emergency
				and n.start_date > r.discharge
				and n.start_date - r.discharge <= 30
		)) as differ
from readmission r;

-- the last value before a day and the first from it on, as docs/spell.md has them, against distinct on
create temp table measurement as
select i % 97 as person, date '2023-01-01' + i * 7919 % 700 as measure_date, i * 31 % 50 as value
from generate_series(1, 250) i;
create temp view values_around as
select person,
	(array_agg(value order by measure_date desc, value) filter (where measure_date < '2024-04-01'))[1] as last_before,
	(array_agg(value order by measure_date, value) filter (where measure_date >= '2024-04-01'))[1] as first_after
from measurement
group by person;
select count(*) as people,
	count(first_after) > 10 and count(*) > count(first_after) as some,
	count(*) filter (
		where a.last_before is distinct from b.value or a.first_after is distinct from c.value) as differ
from values_around a
	left join (
		select distinct on (person) person, value
		from measurement
		where measure_date < date '2024-04-01'
		order by person, measure_date desc, value
	) b using (person)
	left join (
		select distinct on (person) person, value
		from measurement
		where measure_date >= date '2024-04-01'
		order by person, measure_date, value
	) c using (person);

-- errors
select ph.spell_number(start_date, end_date) over (partition by person order by start_date desc nulls last)
from episode;
select ph.spell_number('2024-01-02'::date, '2024-01-01'::date) over ();
\set VERBOSITY terse
select ph.spell_number('infinity'::date, null) over ();
select ph.spell_number('2024-01-02'::date, null, -1) over ();
select ph.spell_number('2024-01-02'::date, null, null) over ();
select ph.spell_number('2024-01-02'::date, null, 2147483647) over () as far;
select ph.spell_number(null, null) over () as none;
-- instants are compared as such, gaps are days of the calendar: also where one has 23 or 25 hours
set timezone = 'Europe/London';
select s, ph.spell_number(s, s) over w as spell, ph.spell_number(s, s, 1) over w as with_gap
from unnest('{2024-03-30,2024-03-31,2024-04-01,2024-04-03,2024-10-26,2024-10-27,2024-10-28}'::date[]) s
window w as (order by s);
select ph.spell_number(s, s + interval '10 minutes') over (order by s) as spell
from (values (timestamptz '2024-10-27 00:55 UTC'), ('2024-10-27 01:05 UTC'), ('2024-10-27 01:16 UTC')) v(s);
reset timezone;
