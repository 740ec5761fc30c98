-- In work on a day and in a period: by hand, against a calendar in SQL, bounds, bad input.
\pset null -
-- employed to 10 March, off sick while employed for ten days, a gap, unemployed
select day, w.*
from (values (date '2025-01-01'), ('2025-02-05'), ('2025-03-09'), ('2025-03-10'), ('2025-04-01'), ('2025-05-01'),
	('2025-07-01'), (null)) d (day),
	lateral ph.work_on_day(day, '{2025-01-01,2025-02-01,2025-04-01}', '{2025-03-10,2025-02-11,NULL}',
		'{employed,off_sick,unemployed}', data_end => '2025-06-30') w;
select ph.work_on_day('2025-05-01', '{2025-01-01}', '{NULL}', '{student}', died => '2025-05-01') as died,
	ph.work_on_day('2025-05-01', '{2025-01-01}', '{NULL}', '{student}', moved => '2025-04-01') as moved,
	ph.work_on_day('2025-05-01', '{2025-01-01}', '{NULL}', '{student}', died => '2025-05-02') as alive,
	ph.work_on_day('2025-05-01', null, null, null) as no_spell,
	ph.work_on_day('2025-05-01', '{2025-05-01}', '{2025-05-01}', '{employed}') as empty_spell;

-- a calendar of days says the same of 300 made-up people
create temp table spell as
select person, start_date, case when n % 5 > 0 then start_date + (n * 37 % 190) end as end_date,
	(array['employed', 'self_employed', 'off_sick', 'unemployed', 'inactive_ill', 'inactive_other', 'student',
		'retired'])[1 + n % 8] as status
from (
	select person, person * 31 + k * 17 as n, date '2025-01-01' + (person * 13 + k * 101) % 330 as start_date
	from generate_series(1, 300) person, generate_series(1, 1 + person % 4) k
) s;
create temp table spells as
select person, array_agg(start_date) as starts, array_agg(end_date) as ends, array_agg(status) as statuses,
	case when person % 9 = 0 then date '2025-10-01' end as died
from spell
group by person;
create temp table day as
select person, day, count(s.person) as spells,
	coalesce(bool_or(status in ('employed', 'self_employed')) and not bool_or(status = 'off_sick'), false) as in_work
from spells
cross join generate_series(date '2025-01-01', '2025-12-30', '1 day') t (day)
left join spell s using (person)
where s.person is null or (s.start_date <= day and coalesce(s.end_date > day, true))
group by person, day;
select count(*) as people, bool_and(w.days = 364) as days, bool_and(w.in_work = coalesce(c.in_work, 0)) as in_work,
	bool_and(w.not_in_work = coalesce(c.not_in_work, 0)) as not_in_work,
	bool_and(w.gone_or_not_yet = case when died is null then 0 else 91 end) as gone,
	bool_and(w.in_work + w.not_in_work + w.no_spell + w.gone_or_not_yet = w.days) as closes,
	bool_and(w.at_least is not distinct from case
			when w.in_work >= 91 then true
			when w.in_work + w.no_spell + w.gone_or_not_yet < 91 then false end) as thirteen_weeks,
	bool_and((w.at_least is null) = (w.note is not null)) as noted,
	count(*) filter (where w.at_least) as yes, count(*) filter (where not w.at_least) as no,
	count(*) filter (where w.note = 'no_spell') as gaps, count(*) filter (where w.note = 'died') as died
from spells
cross join lateral ph.work_in_period('2025-01-01', '2025-12-31', starts, ends, statuses, died => died) w
left join (
	select person, count(*) filter (where in_work) as in_work, count(*) filter (where not in_work) as not_in_work
	from day
	join spells using (person)
	where spells > 0 and coalesce(day < died, true)
	group by person
) c using (person);
select bool_and(case when coalesce(died <= day, false) then w.note = 'died' and w.in_work is null
		when spells = 0 then w.note = 'no_spell' and w.in_work is null
		else w.in_work = d.in_work and (w.note = 'overlap') is not distinct from case when spells > 1 then true end end)
	as each_day
from day d
join spells using (person)
cross join lateral ph.work_on_day(day::date, starts, ends, statuses, died => died) w
where extract(day from day) in (1, 15, 28);
select ph.work_in_period(null, '2025-12-31', null, null, null) as no_day,
	ph.work_in_period('2025-01-01', '2025-12-31', '{2025-01-01}', '{NULL}', '{employed}', data_end => '2025-02-01')
		as not_yet,
	ph.work_in_period('2025-01-01', '2025-12-31', '{2025-01-01}', '{2025-04-01}', '{employed}') as thirteen,
	ph.work_in_period('2025-01-01', '2025-12-31', '{2025-01-01,2025-04-01}', '{2025-04-01,NULL}', '{employed,retired}',
		least_days => 92) as too_few;

-- how many, in parts and at once; the share lies between what the gaps could hide
create temp table answered as
select person, w.*
from spells
cross join lateral ph.work_on_day('2025-11-15', starts, ends, statuses, died => died, moved =>
	case when person % 50 = 1 then date '2025-11-15' end) w;
select counts, counts = (
		select ph.work_count_rollup(part)
		from (select ph.work_count(in_work, note) as part from answered group by person % 7) p) as merged
from (select ph.work_count(in_work, note) as counts from answered) c;
select s.people, s.in_work, s.not_in_work, s.no_spell, s.died, s.moved, round(s.share::numeric, 4) as share,
	(s.lower, s.upper) = (p.lower, p.upper) as limits, round(s.share_if_gaps_out::numeric, 4) as gaps_out,
	round(s.share_if_gaps_in::numeric, 4) as gaps_in,
	s.share between s.share_if_gaps_out and s.share_if_gaps_in as between_bounds,
	s.people = s.in_work + s.not_in_work + s.no_spell + s.died + s.moved + s.not_yet + s.missing_input as closes
from (select ph.work_count(in_work, note) as counts from answered) c
cross join lateral ph.work_share(counts) s
cross join lateral ph.proportion(ph_support.tally_of_count(s.in_work, s.in_work + s.not_in_work), 1) p;
select s.* from (select ph.work_count(true, null) filter (where false) as c) n, ph.work_share(c) s;
select ph.work_share(null) is null as unknown,
	(select ph.work_count_rollup(c) from (values ('{0,0,0,0,0,0,1}'::bigint[]), (null)) v (c)) is null as of_parts;

-- refused
select ph.work_on_day('2025-05-01', '{2025-05-01}', '{2025-04-01}', '{employed}');
select ph.work_on_day('2025-05-01', '{2025-05-01}', '{NULL}', '{on_holiday}');
select ph.work_on_day('2025-05-01', '{2025-05-01}', '{NULL}', '{NULL}');
select ph.work_on_day('2025-05-01', '{2025-05-01}', null, '{employed}');
select ph.work_on_day('2025-05-01', '{NULL}', '{NULL}', '{employed}');
select ph.work_in_period('2025-05-01', '2025-05-01', null, null, null);
select ph.work_in_period('2025-05-01', 'infinity', null, null, null);
select ph.work_in_period('2025-05-01', '2026-05-01', null, null, null, least_days => 0);
select ph.work_count(null, null);
select ph.work_count(null, 'overlap');
select ph.work_share('{1,2}');
select ph.work_share('{0,0,0,0,0,0,-1}');
select ph.work_count_rollup(c)
from (values ('{9223372036854775807,0,0,0,0,0,0}'::bigint[]), ('{1,0,0,0,0,0,0}')) v (c);
