-- Expected benefit, and places of interventions to people against all allocations that there are.
set client_min_messages = warning;
create schema allocation_test;
set search_path = allocation_test;

-- ---- expected benefit ----
select * from ph.expected_benefit(0.4, 0.8, 0.7, 0.9, 3000, 100);
-- in health: events avoided
select * from ph.expected_benefit(0.4, 0.75, 0.5, 1);
-- what is gained is what it costs, which floating point does not see
select * from ph.expected_benefit(0.1, 0.9, 0.8, 1, 100, 1);
-- the highest risk is not the greatest benefit
select risk, rate_ratio, b.benefit, rank() over (order by risk desc) as by_risk,
	rank() over (order by b.benefit desc) as by_benefit
from (values (0.9, 0.98), (0.4, 0.7), (0.2, 0.5)) v(risk, rate_ratio),
	ph.expected_benefit(risk, rate_ratio, null, null) b
order by risk desc;
-- unknown is not false
select * from ph.expected_benefit(0.4, null, null, null);
select * from ph.expected_benefit(null, 0.8, 0.7, 0.9);
select * from ph.expected_benefit(0.4, 0.8, null, null);
select * from ph.expected_benefit(0.4, 0.8, 0.7, 0.9, null);
select * from ph.expected_benefit(1e300, 0, 0, 1, 1e300);
select * from ph.expected_benefit(-0.1, 0.8, 0.7, 0.9);
select * from ph.expected_benefit(0.1, 'NaN', 0.7, 0.9);
select * from ph.expected_benefit(0.1, 0.8, 0.7, null);
select * from ph.expected_benefit(0.1, 0.8, 0.9, 0.95);
select * from ph.expected_benefit(0.1, 0.8, 0.7, 0.75);
select * from ph.expected_benefit(0.1, 0.8, 0.7, 0.9, -1);
select * from ph.expected_benefit(0.1, 0.8, 0.7, 0.9, 1, 'infinity');

-- ---- a hand case: greedy gives 10, the best is 18 ----
create table benefit (person text, intervention text, benefit float8);
insert into benefit values ('p1', 'i1', 10), ('p1', 'i2', 9), ('p2', 'i1', 9), ('p3', 'i1', null), ('p3', 'i2', 0);
create table room (intervention text, capacity integer);
insert into room values ('i1', 1), ('i2', 1);
select * from ph.allocate('select * from benefit', 'select * from room');
select * from ph.allocation_summary('select * from benefit', 'select * from room') \gx
select * from ph.allocation_prices('select * from benefit', 'select * from room');

-- ---- 1,000 random cases against every allocation ----
create function random_of(text, integer) returns integer immutable
begin atomic select abs(hashtextextended($1, 17) % $2)::integer; end;
create table example as
select c as case_id, 1 + random_of('most' || c, 3) as most_per_person,
	case when c % 2 = 0 then random_of('floor' || c, 5) else 0 end as deprived_floor
from generate_series(1, 1000) c;
create table example_intervention as
select case_id, 'i' || i as intervention, random_of(format('room %s %s', case_id, i), 4) as capacity
from example, generate_series(1, 3) i;
create table example_exclusion as
select case_id, 'i' || i as intervention, 'i' || j as excludes
from example, generate_series(1, 3) i, generate_series(1, 3) j
where i < j and random_of(format('exclude %s %s %s', case_id, i, j), 3) = 0;
create table example_benefit as
select case_id, 'p' || p as person, 'i' || i as intervention,
	case when case_id % 3 = 0 then random_of(format('benefit %s %s %s', case_id, p, i), 4) - 0.5
		else random_of(format('benefit %s %s %s', case_id, p, i), 12) - 2 end::float8 as benefit,
	random_of(format('deprived %s %s', case_id, p), 3) = 0 as deprived
from example, generate_series(1, 4) p, generate_series(1, 3) i
where random_of(format('eligible %s %s %s', case_id, p, i), 10) < 8;
-- an allocation is a number in binary, the first pair its first digit: ties go to the greatest
create table digit as
select b.*, 1 << (row_number() over last - 1)::integer as digit
from example_benefit b
where benefit > 0
window last as (partition by case_id order by person desc, intervention desc);
create table mask as
select case_id, bit_or(digit) as digits, capacity as most
from digit join example_intervention using (case_id, intervention)
group by case_id, intervention, capacity
union all
select case_id, bit_or(digit), most_per_person
from digit join example using (case_id)
group by case_id, person, most_per_person
union all
select case_id, a.digit | b.digit, 1
from digit a join digit b using (case_id, person) join example_exclusion x using (case_id)
where x.intervention = a.intervention and x.excludes = b.intervention;
create table best as
select e.case_id, coalesce((
		select array[least(places, deprived_floor), benefit, allocation]
		from (
			select s as allocation, coalesce(sum(benefit), 0) as benefit,
				count(*) filter (where deprived)::float8 as places
			from (select s from generate_series(0, d.all_digits) s
				where not exists (
					select from mask m
					where m.case_id = e.case_id and bit_count((m.digits & s)::bit(12)) > m.most)) s
			left join digit on digit.case_id = e.case_id and digit & s > 0
			group by s
		) every
		order by 1 desc
		limit 1), '{0,0,0}') as answer
from example e
left join lateral (
	select sum(digit)::integer as all_digits from digit where digit.case_id = e.case_id) d on true;
create table asked as
select *, format('select person, intervention, benefit, deprived from example_benefit where case_id = %s '
		'order by hashtext(person || intervention)', case_id) as benefits,
	format('select intervention, capacity from example_intervention where case_id = %s', case_id) as interventions,
	format('select intervention, excludes from example_exclusion where case_id = %s', case_id) as exclusions
from example;
select count(*) as cases, count(*) filter (where s.benefit = b.answer[2]) as best,
	count(*) filter (where coalesce(s.floor_reached, 0) = b.answer[1]) as floor,
	count(*) filter (where s.without_floor = s.benefit + s.price_of_floor and s.bound = s.benefit) as closes,
	count(*) filter (where given = b.answer[3]) as same,
	count(*) filter (where status <> 'ok') > 20 as some_not_reachable,
	count(*) filter (where s.price_of_floor > 0) > 20 as some_floors_cost
from asked a join best b using (case_id),
	ph.allocation_summary(benefits, interventions, exclusions, most_per_person, deprived_floor) s,
	lateral (
		select coalesce(sum(digit), 0) as given
		from ph.allocate(benefits, interventions, exclusions, most_per_person, deprived_floor) g
		join digit d on d.case_id = a.case_id and (d.person, d.intervention) = (g.person, g.intervention)
	) g;

-- ---- by prices: below the best, and the best below the bound ----
create table grouped as
select *
from asked a
where most_per_person = 1
	or (select count(*) <> 2 from example_exclusion x where x.case_id = a.case_id);  -- two of three are a path
select count(*) > 600 as many, bool_and(s.benefit <= b.answer[2]) as below, bool_and(b.answer[2] <= s.bound) as bound,
	avg(s.benefit / nullif(b.answer[2], 0)) > 0.95 as near, bool_and(gap between 0 and 1) as gap
from grouped join best b using (case_id),
	ph.allocation_summary(benefits, interventions, exclusions, most_per_person, deprived_floor, null, 'by_prices') s
where status = 'ok';
-- the price of a place is what one more place adds
select count(*) as prices, count(*) filter (where price > 0) > 100 as some_above_0,
	bool_and(p.price = more.benefit - s.benefit) as one_more
from grouped,
	ph.allocation_summary(benefits, interventions, exclusions, most_per_person, deprived_floor) s,
	ph.allocation_prices(benefits, interventions, exclusions, most_per_person, deprived_floor) p,
	ph.allocation_summary(
		benefits, format('select intervention, capacity + (intervention = %L)::integer as capacity from (%s) r',
			p.intervention, interventions), exclusions, most_per_person, deprived_floor) more
where case_id <= 200 and s.status = 'ok';
-- with a key: as good, whatever the order of the rows, and another month others
select count(*) filter (where a.value = b.value and a.value = c.value) as as_good,
	count(*) filter (where a.given = b.given) as same_key_same_people,
	count(*) filter (where a.given <> c.given) > 20 as another_month_others
from asked,
	lateral (
		select array_agg((g.person, g.intervention)::text order by 1) as given, sum(g.benefit) as value
		from ph.allocate(benefits, interventions, exclusions, most_per_person, 0, 'key 2026-01') g) a,
	lateral (
		select array_agg((g.person, g.intervention)::text order by 1), sum(g.benefit)
		from ph.allocate(
			format('select * from (%s) r order by 1 desc, 2', benefits), interventions, exclusions, most_per_person, 0,
			'key 2026-01') g) b (given, value),
	lateral (
		select array_agg((g.person, g.intervention)::text order by 1), sum(g.benefit)
		from ph.allocate(benefits, interventions, exclusions, most_per_person, 0, 'key 2026-02') g) c (given, value)
where case_id % 3 = 0 and a.value is not null;
-- everybody is as likely: of 40 people and 10 places over 60 months the first has neither all nor none
select count(*) between 3 and 30 as fair
from generate_series(1, 60) month, ph.allocate(
	'select ''p'' || p as person, ''i'' as intervention, 1 as benefit from generate_series(1, 40) p',
	'select ''i'' as intervention, 10 as capacity', null, 1, 0, 'secret ' || month)
where person = 'p1';

-- decimals tie as decimals
select person, intervention
from ph.allocate(
	$$
	select *
	from (values
			('a', 'i', 0.1), ('a', 'j', 0.3), ('b', 'i', 0.1::float8), ('b', 'j', 0.3), ('c', 'i', 0.3::float8 - 0.2))
		v(person, intervention, benefit) $$,
	$$ select * from (values ('i', 1), ('j', 1)) v(intervention, capacity) $$);

-- ---- larger: the best is proved by the prices, and an order by prices comes near it ----
create table many as
select 'p' || p as person, 'i' || i as intervention,
	1 + random_of(format('many %s %s', p, i), 5) * (1 + p % 3) as benefit, p % 5 = 0 as deprived
from generate_series(1, 1500) p, generate_series(1, 12) i;
create table many_rooms as
select 'i' || i as intervention, 20 + i * 9 as capacity from generate_series(1, 12) i;
with price as materialized (
	select * from ph.allocation_prices('select * from many', 'select * from many_rooms')
),
exact as materialized (
	select * from ph.allocation_summary('select * from many', 'select * from many_rooms')
)
select exact.benefit = (select sum(capacity * price) from price) + (
		select sum(gain)
		from (
			select max(greatest(m.benefit - price, 0)) as gain
			from many m join price using (intervention)
			group by person) g) as proved,
	b.benefit between 0.98 * exact.benefit and exact.benefit as near, b.bound >= exact.benefit as bound,
	b.gap < 0.02 as gap, exact.places = (select sum(capacity) from many_rooms) as all_given
from exact, ph.allocation_summary('select * from many', 'select * from many_rooms', null, 1, 0, null, 'by_prices') b;
with exact as materialized (
	select * from ph.allocation_summary('select * from many', 'select * from many_rooms', null, 2, 400)
)
select exact.floor_reached, exact.price_of_floor > 0 as costs, b.floor_reached,
	b.benefit between 0.98 * exact.benefit and exact.benefit as near, b.bound >= exact.benefit as bound
from exact, ph.allocation_summary('select * from many', 'select * from many_rooms', null, 2, 400, null, 'by_prices') b;
-- interventions that are as good as each other, people that are, and a floor that cannot be reached
create table alike as
select p as person, i as intervention, share, share < 0.2 as deprived
from generate_series(1, 3000) p, generate_series(1, 20) i,
	lateral (select (hashtext('s' || p) & 1023) / 1024.0) s(share);
select of, s.status, s.gap < case of when 'floor beyond reach' then 0.05 else 0.01 end as gap
from (
	values ('people', 'share + (hashtext(person || ''i'' || intervention) & 255) / 5000.0', 0), ('nothing', '1', 300),
		('floor beyond reach', 'share + 0.1', 5000), ('floor', 'share + 0.1', 500)) v(of, benefit, floor),
	ph.allocation_summary(format('select person, intervention, %s as benefit, deprived from alike', benefit),
		'select i as intervention, 45 as capacity from generate_series(1, 20) i', null, 1, floor, null, 'by_prices') s
order by of;
-- the price of the last place of a floor is what a floor one lower gives back
select f as floor, s.price_of_last_floor_place = lower.benefit - s.benefit as one_lower,
	s.price_of_last_floor_place > 0 as costs
from (values (250), (290)) v(f),
	ph.allocation_summary('select * from many', 'select * from many_rooms', null, 1, f) s,
	ph.allocation_summary('select * from many', 'select * from many_rooms', null, 1, f - 1) lower;
-- nobody waits at a price below what they would gain
select count(*) as envious
from many m
join ph.allocation_prices('select * from many', 'select * from many_rooms') p using (intervention)
left join ph.allocate('select * from many', 'select * from many_rooms') g using (person)
left join ph.allocation_prices('select * from many', 'select * from many_rooms') own
	on own.intervention = g.intervention
where m.benefit - p.price > coalesce(g.benefit - own.price, 0);

-- ---- small benefits are told apart, and from whole ones ----
select person, benefit
from ph.allocate('select ''p'' || i as person, ''i'' as intervention, i * 1e-7 as benefit from generate_series(1, 9) i',
	'select ''i'' as intervention, 2 as capacity');
select benefit, bound
from ph.allocation_summary(
	'select ''p'' || i as person, ''i'' as intervention, case i when 1 then 1 else i * 1e-7 end as benefit
	from generate_series(1, 9) i', 'select ''i'' as intervention, 2 as capacity');

-- ---- nothing to give, nobody to give to ----
select status, benefit, bound, gap, places, pairs
from ph.allocation_summary('select * from benefit where false', 'select * from room where false');
select status, benefit, bound, gap, places, pairs
from ph.allocation_summary(
	'select * from benefit where intervention = ''i1''', 'select ''i1'' as intervention, 0 as capacity');
select status, benefit, bound, gap, places, pairs
from ph.allocation_summary('select * from benefit where false', 'select * from room', null, 1, 0, null, 'by_prices');
select status, floor_reached, benefit
from ph.allocation_summary('select *, null::boolean as deprived from benefit', 'select * from room', null, 1, 1);

-- ---- bad input ----
\set VERBOSITY default
select * from ph.allocate('select * from benefit', 'select ''i1'' as intervention, 1 as capacity');
select * from ph.allocate('select * from benefit union all select ''p2'', ''i1'', 3', 'select * from room');
select * from ph.allocate('select person, intervention, ''NaN''::float8 as benefit from benefit', 'select * from room');
select * from ph.allocate('select null as person, intervention, 1 as benefit from benefit', 'select * from room');
select * from ph.allocate('select person, null as intervention, 1 as benefit from benefit', 'select * from room');
select * from ph.allocate('select * from benefit', 'select intervention, -1 as capacity from room');
select * from ph.allocate('select * from benefit', 'select intervention, null::integer as capacity from room');
select * from ph.allocate('select * from benefit', 'select intervention, 1.5 as capacity from room');
select * from ph.allocate('select * from benefit', 'select ''i1'' as intervention, 1 as capacity from room');
select * from ph.allocate(
	'select * from benefit', 'select * from room', 'select ''i1'' as intervention, ''i1'' as excludes');
select * from ph.allocate(
	'select * from benefit', 'select * from room', 'select ''i1'' as intervention, null as excludes');
select * from ph.allocate(
	'select * from benefit', 'select * from room', 'select ''i1'' as intervention, ''another'' as excludes');
select * from ph.allocate('select * from benefit', 'select * from room', null, 0);
select * from ph.allocate('select * from benefit', 'select * from room', null, 1, -1);
select * from ph.allocate('select * from benefit', 'select * from room', null, 1, 1);
select * from ph.allocate('select *, 1 as deprived from benefit', 'select * from room', null, 1, 1);
select * from ph.allocate('select *, intervention = ''i1'' as deprived from benefit', 'select * from room', null, 1, 1);
select * from ph.allocate('select person from benefit', 'select * from room');
select * from ph.allocate('select * from benefit', 'room');
select * from ph.allocate(null, 'select * from room');
select * from ph.allocate('select * from benefit', 'select * from room', null, 1, 0, null, 'fast');
create table path as
select 'i1' as intervention, 'i2' as excludes union all select 'i2', 'i3';
select * from ph.allocate(
	'select * from benefit', 'select * from room union all select ''i3'', 1', 'select * from path', 3, 0, null,
	'by_prices');
-- 60 people who would all have two that exclude each other
select * from ph.allocate(
	'select ''p'' || p as person, i as intervention, 1000 + hashtext(p || i) % 7 as benefit
	from generate_series(1, 60) p, unnest(''{i1,i2,i3}''::text[]) i',
	'select ''i'' || i as intervention, 40 as capacity from generate_series(1, 3) i', 'select * from path', 3);
drop schema allocation_test cascade;
