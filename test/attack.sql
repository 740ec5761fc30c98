-- 4,000 people in 24 areas of three places, in six practices of two networks; each with a secret, the flip of a coin,
-- that
-- is the event of a measure. Some joined in between quarters. The account attacker may tabulate and read what it was
-- told. It knows of everybody the place, practice, sex, ethnicity and when they joined, and nobody's secret.
\set QUIET 1
set client_min_messages = warning;
set datestyle = 'ISO, YMD';
create extension population_health;
call ph.create_shared_tables('r');
insert into r.place
select 'S', 'ICB24', 'System' union all
select 'L' || i, 'LAD24', 'Place ' || i from generate_series(1, 3) i union all
select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 24) i union all
select 'N' || i, 'PCN', 'Network ' || i from generate_series(1, 2) i union all
select 'G' || i, 'PRACTICE', 'Practice ' || i from generate_series(1, 6) i;
insert into r.place_parent
select 'L' || i, 'S' from generate_series(1, 3) i union all
select 'A' || i, 'L' || 1 + (i - 1) / 8 from generate_series(1, 24) i union all
select 'N' || i, 'S' from generate_series(1, 2) i union all
select 'G' || i, 'N' || 1 + i % 2 from generate_series(1, 6) i;
create function pg_temp.chance(variadic parts text[]) returns float8 language sql
return abs(hashtext(array_to_string(parts, ' '))::bigint) / 2147483648.0;
create table known_person as
select 'P' || i as person_id, case when pg_temp.chance(i::text, 'sex') < 0.5 then 'F' else 'M' end as sex,
	(array['A', 'A', 'A', 'A', 'A', 'A', 'A', 'H', 'H', 'M', 'D', 'S', null])[1 + floor(13 * pg_temp.chance(i::text,
		'ethnicity'))::integer]
		as ethnicity_code,
	area, 1 + (area - 1) / 8 as place,
	-- the practice near by, mostly
	case when pg_temp.chance(i::text, 'practice') < 0.97 then 1 + (area - 1) / 4
		else 1 + floor(6 * pg_temp.chance(i::text, 'other practice'))::integer end as practice,
	case when pg_temp.chance(i::text, 'joined') < 0.04 then date '2024-08-01' else date '2015-01-01' end as joined
from (
	select i, 1 + floor(24 * pg_temp.chance(i::text, 'area') ^ 1.5)::integer as area from generate_series(1, 4000) i
) lives;
insert into r.person (person_id, birth_date, sex, ethnicity_code)
select person_id, '1980-01-01', sex, ethnicity_code from known_person;
insert into r.registration (person_id, practice_code, pcn_code, start_date)
select person_id, 'G' || practice, 'N' || 1 + practice % 2, joined from known_person;
insert into r.residence (person_id, lsoa21_code, start_date)
select person_id, 'A' || area, joined from known_person;
insert into r.encounter (encounter_id, person_id, pod, start_date, end_date, cost)
select row_number() over (), person_id, 'NEL', day, day, 100
from known_person, lateral (select date '2024-09-01' + floor(200 * pg_temp.chance(person_id, 'day'))::integer as day) d
where pg_temp.chance(person_id, 'coin') < 0.5;
insert into r.data_day values ('2025-03-31');
call ph.create_population_views('r');
call ph.create_calendar('r', '2024-01-01', '2025-12-31');
call ph.create_measure_tables('r');
call ph_support.create_release_tables('r');
call ph_support.create_released_views('r');
insert into r.measure (
	measure, version, name, meaning, indicator, unit, per, better, kind, aim, pillar, source, persons, breakdowns,
	period_kinds)
values
	('secret', '1', 'Secret', 'People with the secret.', 'proportion', 'percent', 100, 'lower', 'outcome', 'outcomes',
		'care',
	 'this attack',
	 'select person_id, (abs(hashtext(person_id || '' coin'')::bigint) / 2147483648.0 < 0.5)::integer as amount
	 from {person}',
	 '{sex,ethnicity,sex by ethnicity}', '{quarter}');
insert into r.measure (
	measure, version, name, meaning, indicator, unit, per, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
values
	('secret_event', '1', 'Secret event', 'The day of the secret.', 'rate', 'per 1,000', 1000, 'lower', 'outcome',
		'outcomes',
	 'care', 'this attack',
	 'select person_id, start_date as event_date, 1 as amount from {encounter}', '{sex,ethnicity}',
	 '{financial_year,quarter}');
call ph.fold_measures('r', '{secret,secret_event}', '{2024/25,2024 Q2,2024 Q3,2024 Q4,2025 Q1}');
call ph.create_tabulate('r', :'rule');
create role attacker login;
grant usage on schema r to attacker;
grant execute on function r.tabulate(text, text, text, text) to attacker;
grant select on r.release, r.released_row, r.released_current, r.released_value, r.released_breakdown, r.measure,
	r.measure_place, r.calendar, r.breakdown to attacker;
create table asked (n integer, answer bigint, refused text);
grant insert on asked to attacker;

-- ---- 1,000 questions, in any order ----

set session authorization attacker;
do $$
declare
	q record;
	number bigint;
begin
	for q in
		select row_number() over () as n, p.measure, p.period, l.level, b.breakdown
		from generate_series(1, 20) again,
			(values ('secret', '2024 Q2'), ('secret', '2024 Q3'), ('secret_event', '2024 Q3'), ('secret_event',
				'2024 Q4'),
				('secret_event', '2025 Q1'), ('secret_event', '2024/25')) p (measure, period),
			unnest('{system,place,small_area,practice,neighbourhood}'::text[]) l (level),
			unnest('{all,sex,ethnicity,sex by ethnicity}'::text[]) b (breakdown)
		order by again, hashtext(again || p.measure || p.period || l.level || b.breakdown)
		limit 1000
	loop
		begin
			number := r.tabulate(q.measure, q.period, q.level, q.breakdown);
			insert into asked values (q.n, number, null);
		exception when others then
			insert into asked values (q.n, null, sqlerrm);
		end;
		commit;
	end loop;
end $$;
create temp table answer as
select measure, period_kind, period, level, place_id, 'all' as breakdown, 'all' as group_name, people, numerator
from r.released_value
where note is distinct from 'suppressed' and numerator is not null and people > 0
union all
select measure, period_kind, period, level, place_id, breakdown, group_name, people, numerator
from r.released_breakdown
where note is distinct from 'suppressed' and numerator is not null and people > 0;
reset session authorization;

-- ---- what the attacker knows ----

create temp table member as
select k.person_id, l.level, l.place_id, b.breakdown, b.group_name, k.joined
from known_person k
cross join lateral (
	select case
		when ethnicity_code = 'A' then 'white' when ethnicity_code = 'D' then 'mixed' when ethnicity_code = 'H'
			then 'asian'
		when ethnicity_code = 'M' then 'black' when ethnicity_code = 'S' then 'other' else 'unknown' end as ethnicity
) e
cross join lateral (
	values ('system', 'S'), ('place', 'L' || place), ('small_area', 'A' || area), ('practice', 'G' || practice),
		('neighbourhood', 'N' || 1 + practice % 2)) l (level, place_id)
cross join lateral (
	values ('all', 'all'), ('sex', sex), ('ethnicity', ethnicity), ('sex by ethnicity', sex || ', ' || ethnicity)
) b (breakdown, group_name);
analyze member;
create temp table coin as
select person_id, pg_temp.chance(person_id, 'coin') < 0.5 as secret from known_person;
create temp table cell as
select row_number() over () as cell, a.measure, a.period_kind, a.period, a.numerator, a.level, a.place_id, a.breakdown,
	a.group_name, count(*) as n, array_agg(m.person_id order by m.person_id) as people,
	count(*) filter (where secret) as truth
from answer a
join member m using (level, place_id, breakdown, group_name)
join coin using (person_id)
where m.joined < a.period + 80 or a.period_kind = 'financial_year'
group by a.measure, a.period_kind, a.period, a.numerator, a.level, a.place_id, a.breakdown, a.group_name;
create temp table cell_person as select cell, unnest(people) as person_id from cell;
analyze cell;
analyze cell_person;
create temp table result (n serial, attack text, people bigint, right_guesses float8, allowed float8);

-- A difference of two answers, or of one and several: people who are left, and how many of them have the secret.
create temp table difference as
with pair as (
	select a.cell as larger, b.cell as smaller
	from cell_person a
	join cell_person b using (person_id)
	join cell x on x.cell = a.cell
	join cell y on y.cell = b.cell
	where x.measure = y.measure and x.period_kind = y.period_kind
		and x.n - y.n between 1 and 10
	group by a.cell, b.cell, y.n
	having count(*) = y.n
)
select case when x.period = y.period then 'one answer without another' else 'a quarter without the one before' end
	as how,
	x.numerator - y.numerator as numerator,
	array(select unnest(x.people) except select unnest(y.people)) as people
from pair
join cell x on x.cell = larger
join cell y on y.cell = smaller
where x.measure = 'secret' or x.period = y.period;
insert into difference
-- a place without all its parts but one, of which nothing was answered; a place without all groups but one
select 'a total without its parts', t.numerator - sum(p.numerator), array(
	select unnest(t.people) except select m.person_id from cell_person m where m.cell = any (array_agg(p.cell)))
from cell t
join cell p on (p.measure, p.period_kind, p.period) = (t.measure, t.period_kind, t.period) and p.people <@ t.people
	and (p.breakdown = t.breakdown and p.group_name = t.group_name and (t.level, p.level) in (
			('system', 'place'), ('place', 'small_area'), ('system', 'practice'), ('neighbourhood', 'practice'))
		or t.breakdown = 'all' and p.breakdown <> 'all' and (p.level, p.place_id) = (t.level, t.place_id))
group by t.cell, t.n, t.numerator, t.people, p.level, p.breakdown
having sum(p.n) < t.n and t.n - sum(p.n) <= 40;
insert into difference
-- a year without its quarters
select 'a year without its quarters', y.numerator - sum(q.numerator), y.people
from cell y
join cell q on (q.measure, q.level, q.place_id, q.breakdown, q.group_name)
	= (y.measure, y.level, y.place_id, y.breakdown, y.group_name) and q.period_kind = 'quarter'
where y.period_kind = 'financial_year'
group by y.cell, y.numerator, y.people
having count(*) = 2 and y.numerator - sum(q.numerator) between 1 and 10;

-- ---- guesses: yes where more than half have it ----

insert into result (attack, people, right_guesses, allowed)
select 'the share of the smallest cell that holds the person', count(*), avg((case when numerator * 2 = n
		then 0.5 else ((numerator * 2 > n) = secret)::integer end)), avg(greatest(truth, n - truth) / n::float8)
from (
	select distinct on (m.person_id) m.person_id, c.n, c.numerator, c.truth
	from cell_person m
	join cell c using (cell)
	where c.measure = 'secret'
	order by m.person_id, c.n, c.cell
) smallest
join coin using (person_id);
insert into result (attack, people, right_guesses, allowed)
select 'the same, of cells of 50 people and fewer', count(*), avg((case when numerator * 2 = n
		then 0.5 else ((numerator * 2 > n) = secret)::integer end)), avg(greatest(truth, n - truth) / n::float8)
from (
	select distinct on (m.person_id) m.person_id, c.n, c.numerator, c.truth
	from cell_person m
	join cell c using (cell)
	where c.measure = 'secret' and c.n <= 50
	order by m.person_id, c.n, c.cell
) smallest
join coin using (person_id);
insert into result (attack, people, right_guesses, allowed)
select 'difference: ' || how || case when cardinality(people) = 1 then ', of one person' else '' end, count(*),
	avg(case when numerator * 2 = cardinality(people) then 0.5
		else ((numerator * 2 > cardinality(people)) = secret)::integer end),
	avg(greatest(truth, cardinality(people) - truth) / cardinality(people)::float8)
from (
	select d.*, (select count(*) from unnest(d.people) p (person_id) join coin using (person_id) where secret) as truth
	from difference d
) d, unnest(people) p (person_id)
join coin using (person_id)
group by how, cardinality(people) = 1
order by 1;
insert into result (attack, people, right_guesses, allowed)
with best as (
	-- of each person the difference of fewest people; who is in none is guessed by a coin
	select distinct on (person_id) person_id, numerator, cardinality(people) as n
	from difference, unnest(people) p (person_id)
	where how <> 'a year without its quarters'
	order by person_id, cardinality(people), how
)
select 'all differences, everybody (a coin where there is none)', count(*), avg(case
		when b.n is null or b.numerator * 2 = b.n then 0.5 else ((b.numerator * 2 > b.n) = secret)::integer end), 0.5
from coin
left join best b using (person_id);

-- random sets of questions, and a linear rule that is the best of 1,000 on half of the people, tried on the others
create temp table feature as
select m.person_id, dense_rank() over (order by c.measure, c.period_kind, c.period, c.level, c.breakdown) as question,
	c.numerator / c.n - 0.5 as share
from cell_person m
join cell c using (cell)
where c.measure = 'secret';
insert into result (attack, people, right_guesses, allowed)
with weight as (
	select rule, question, 2 * random() - 1 as weight
	from generate_series(1, 1000) rule, (select distinct question from feature) q
	where random() < 0.3
), score as (
	select w.rule, f.person_id, sum(w.weight * f.share) as score
	from weight w
	join feature f using (question)
	group by w.rule, f.person_id
), tried as (
	select rule, hashtext(person_id) % 2 = 0 as learnt, avg(((score > 0) = secret)::integer) as right_guesses, count(*)
		as people
	from score
	join coin using (person_id)
	group by rule, learnt
)
select 'the best of 1,000 random linear rules, on other people', t.people, t.right_guesses, 0.5
from tried l
join tried t using (rule)
where l.learnt and not t.learnt
order by l.right_guesses desc
limit 1;
insert into result (attack, people, right_guesses, allowed)
select 'repeated: cells with another answer when asked again', count(*), null, null
from (
	select from r.release l join r.released_row s using (release)
	where l.record ->> 'same_as' is null
	group by l.measure, l.period_kind, l.first_day, l.breakdown, s.level, s.place_id, s.group_name
	having count(distinct coalesce(s.numerator, -1)) > 1
) other;
-- who knows the secrets of all others in a cell
insert into result (attack, people, right_guesses, allowed)
with told as (
	select m.person_id,
		bool_or(coalesce(ph.publish(c.truth - secret::integer, :'rule'), 0)
			is distinct from ph.publish(c.truth - secret::integer + 1, :'rule')) as is_told
	from cell_person m
	join cell c using (cell)
	join coin using (person_id)
	where c.measure = 'secret'
	group by m.person_id
)
select 'who knows all secrets but one', (select count(*) from coin), avg(case when is_told then 1 else 0.5 end), null
from coin
left join told using (person_id);
\pset footer off
select count(*) as questions, count(answer) as answered, count(refused) as refused,
	(select count(distinct release) from r.release where record ->> 'same_as' is null) as tables
from asked;
select regexp_replace(refused, 'release \d+', 'release ...') as why, count(*) as questions
from asked
where refused is not null
group by 1
order by 2 desc
limit 8;
select attack, people, round(100 * right_guesses::numeric, 1) as right_percent,
	round(100 * allowed::numeric, 1) as base_rate_percent
from result
order by n;
