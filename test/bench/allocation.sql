-- Places of 20 interventions to 10,000 people, exactly and by prices, and to a million: against sorting the pairs by
-- benefit.  Then how near allocations by prices come to the best.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
\ir milliseconds.psql
create temp table pair as
select 'P' || lpad(p::text, 6, '0') as person, 'i' || lpad(i::text, 2, '0') as intervention,
	round((abs(hashint8extended(p * 100 + i, 42)) % 1000000) / 1000.0 * (1 + p % 7 * 0.2))::float8 as benefit,
	p % 5 = 0 as deprived
from generate_series(1, 10000) p, generate_series(1, 20) i;
create temp table tier as
select person, intervention, ceil(benefit / 400)::float8 as benefit, deprived from pair;
create temp table room as
select 'i' || lpad(i::text, 2, '0') as intervention, 20 + i * 17 as capacity from generate_series(1, 20) i;
create temp table full_room as
select intervention, 500 as capacity from room;
-- five groups of four that exclude each other
create temp table exclusion as
select a.intervention, b.intervention as excludes
from (select *, row_number() over (order by intervention) as n from room) a
join (select *, row_number() over (order by intervention) as n from room) b
	on a.n < b.n and (a.n - 1) / 4 = (b.n - 1) / 4;
create temp table million as
select 'P' || p as person, 'i' || i as intervention, abs(hashint8extended(p * 100 + i, 7)) % 1000 as benefit
from generate_series(1, :people) p, generate_series(1, 5) i;
create temp table million_room as
select 'i' || i as intervention, i * 1000 as capacity from generate_series(1, 5) i;
analyze;
create temp table asked (
	what text, against text, benefits text, rooms text, exclusions text, most integer, deprived_floor integer);
insert into asked
values
	('distinct benefits', 'pair', 'pair', 'room', null, 1, 0),
	('benefits in tiers', 'pair', 'tier', 'room', null, 1, 0),
	('distinct, a place for everybody', 'pair', 'pair', 'full_room', null, 1, 0),
	('tiers, a place for everybody', 'pair', 'tier', 'full_room', null, 1, 0),
	('three a person, groups, a floor of 1,500', 'pair', 'pair', 'room', 'exclusion', 3, 1500),
	(:people || ' people, 5 interventions, 15,000 places', 'million', 'million', 'million_room', null, 1, 0);
create function pg_temp.solve(
	benefits text, rooms text, exclusions text, most integer, deprived_floor integer, method text,
	out milliseconds float8,
	out benefit float8, out bound float8)
language plpgsql as $$
declare
	start constant timestamptz := clock_timestamp();
begin
	select s.benefit, s.bound
	into benefit, bound
	from ph.allocation_summary(
		'select * from ' || benefits, 'select * from ' || rooms, 'select * from ' || exclusions, most,
		deprived_floor, null, method) s;
	milliseconds := extract(epoch from clock_timestamp() - start) * 1000;
end
$$;
create temp table solved as
select a.what, m.method, a.against, s.*
from asked a
join (values ('exact'), ('by_prices')) m(method) on m.method = 'exact' or a.against = 'pair',
	pg_temp.solve(a.benefits, rooms, exclusions, most, deprived_floor, m.method) s;
create temp table sorted as
select against, pg_temp.milliseconds(format(
	'select *, row_number() over (partition by intervention order by benefit desc, person collate "C") from %I',
	against), 1) as milliseconds
from (select distinct against from asked) a;
select 'sorted by benefit: ' || case against when 'pair' then '10,000 by 20' else :people || ' by 5' end as what,
	round(milliseconds::numeric) as milliseconds, null as ratio, null as percent_of_best, null as percent_of_bound
from sorted
union all
select format('%s, %s', s.what, s.method), round(s.milliseconds::numeric),
	round((s.milliseconds / b.milliseconds)::numeric, 2), round((100 * s.benefit / e.benefit)::numeric, 3),
	round((100 * s.benefit / s.bound)::numeric, 3)
from solved s
join solved e on e.what = s.what and e.method = 'exact'
join sorted b on b.against = s.against;
drop table pair, tier, room, full_room, exclusion, million, million_room, asked, solved, sorted;
