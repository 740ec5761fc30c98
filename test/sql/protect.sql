-- Tables that leave with their totals.  test/suite/protect.sh attacks made-up ones with code of its own.
\pset format unaligned
create function pg_temp.state(query text) returns text language plpgsql as $$
begin
	execute query;
	return 'no error';
exception when others then
	return sqlstate;
end
$$;

-- by GROUPING SETS: one small count, and what else must be hidden for it
create temp table person as
select area, band
from (values
	('north', 'child', 10), ('north', 'adult', 1), ('east', 'child', 13), ('east', 'adult', 111), ('west', 'child', 15),
	('west', 'adult', 17)) t (area, band, n)
cross join generate_series(1, n);
create temp view published as
select area, band, count(*) as n
from person
group by grouping sets ((area, band), (area), (band), ());
select area, band, n, ph.protect(n, area, band, rule => 'ons_health_1_4') over () as shown,
	ph.protect(n, area, band) over () as rounded,
	ph.protect(n, area, band, null, 'ons_health_1_4', 'exact') over () as exact
from published
order by area, band;
select area, band, ph.attack(shown, shown is not null, area, band) over ()
from (select *, ph.protect(n, area, band, rule => 'ons_health_1_4') over () as shown from published) t
order by area, band;

-- rules that only round hide nothing; zeros that are hidden must all be there
select area, band, ph.protect(n, area, band, rule => 'opensafely_midpoint6') over () from published order by area, band;
create temp table square as
select r::text as r, c::text as c, sum((r * c * 7) % 23 * (r <> c)::integer) as n
from generate_series(1, 6) r, generate_series(1, 5) c
group by grouping sets ((r, c), (r), (c), ());
select bool_and(shown is null or n > 9) as small_are_hidden, bool_or(n > 9 and shown is null) as others_are_too,
	bool_and(shown = n) as shown_as_they_are, bool_and(least_possible) as zeros_are_possible
from (
	select n, shown, n > 9 or ph.attack(shown, shown is not null, r, c, null, false) over () @> int8range(0, 9, '[]')
		as least_possible
	from (select *, ph.protect(n::bigint, r, c, rule => 'tre_threshold_10') over () as shown from square) t) t;
select pg_temp.state($$
	select ph.protect(n::bigint, r, c, rule => 'tre_threshold_10') over () from square where n > 0$$);

-- the order of rows and the names of other columns have no say, in 50 tables of 8 by 6 and their trees
create temp table many as
select id, coalesce(leaf, place) as r, case when leaf is not null then place end as parent, c, sum(n)::bigint as n
from (
	select id, 'place ' || r % 3 as place, 'leaf ' || r as leaf, 'band ' || c as c,
		abs(hashint8(id * 1000 + r * 10 + c)::bigint) % (10 + 3 * (id % 9)) as n
	from generate_series(1, 50) id, generate_series(1, 8) r, generate_series(1, 6) c) cell
group by grouping sets ((id, place, leaf, c), (id, place, leaf), (id, place, c), (id, place), (id, c), (id));
create temp table whole as
select *, ph.protect(n, r, c, parent) over (partition by id) as shown,
	ph.protect(n, r, c, parent, 'ons_health_1_4', 'exact') over (partition by id) as exact
from many;
select bool_and(w.shown is not distinct from s.shown) as in_any_order
from whole w
join (
	select id, r, c, ph.protect(n, r, c, parent) over (partition by id order by md5(r || c || id)
		rows between unbounded preceding and unbounded following) as shown
	from many) s on s.id = w.id and s.r is not distinct from w.r and s.c is not distinct from w.c;
-- what leaves, attacked: of the rounded counts the true ones, which is more than a reader knows
create temp table attacked as
select *, ph.attack(n, shown is not null, r, c, parent) over (partition by id) as bounds,
	ph.attack(n, exact is not null, r, c, parent) over (partition by id) as exact_bounds
from whole;
select count(*) filter (where n between 1 and 7) > 500 as many_are_small,
	bool_and(shown is null) filter (where n between 1 and 7) as small_are_hidden,
	bool_and(n = 0 or shown = (n + 2) / 5 * 5) filter (where shown is not null) as others_rounded,
	bool_and(shown = 0) filter (where n = 0) as zeros_shown,
	bool_and(bounds @> int8range(1, 7, '[]')) filter (where n between 1 and 7 and r like 'leaf%' and c is not null)
		as possible_from_1_to_7,
	bool_and(upper_inf(bounds) or upper(bounds) > 7) filter (where n between 1 and 7) as and_totals_to_7,
	bool_and(exact_bounds <> int8range(n, n, '[]')) filter (where n between 1 and 4) as exact_is_not_known
from attacked;
-- exact hides no more than range where both hide the same small ones
select sum((ranged is null)::integer) >= sum((only_exact is null)::integer) as exact_hides_less
from (
	select ph.protect(n, r, c, parent, 'ons_health_1_4') over (partition by id) as ranged, exact as only_exact
	from whole) t;

-- a count of 1: its one person must not be able to tell another
create temp table single (r text, c text, n bigint);
insert into single
select r, c, sum(n)
from (values ('a', 'w', 26), ('a', 'x', 9), ('a', 'y', 9), ('a', 'z', 1), ('b', 'w', 25), ('b', 'x', 5), ('b', 'y', 1),
	('b', 'z', 3)) t (r, c, n)
group by grouping sets ((r, c), (r), (c), ());
select s.r, s.c, bool_and(int8range(t.n, t.n, '[]') <> t.bounds) as no_other_is_known
from single s
cross join lateral (
	select n, r, c, ph.attack(n, shown is not null or (r, c) is not distinct from (s.r, s.c), r, c) over () as bounds
	from (select *, ph.protect(n, r, c, rule => 'ons_health_1_4') over () as shown from single) t) t
where s.n = 1 and t.n <= 4 and (t.r, t.c) is distinct from (s.r, s.c)
group by s.r, s.c
order by s.r, s.c;

-- what is hidden already and what must be shown
select area, band, n,
	ph_support.protect_fixed(n, area, band, null, null, null, 'ons_health_1_4', 'range') over () as free,
	ph_support.protect_fixed(n, area, band, null, area = 'west' and band is null, null, 'ons_health_1_4', 'range')
		over () as a_total_hidden,
	ph_support.protect_fixed(n, area, band, null, null, area = 'west', 'ons_health_1_4', 'range') over ()
		as west_must_be_shown
from published
order by area, band;
select pg_temp.state($$
	select ph_support.protect_fixed(n, area, band, null, null, area is distinct from 'north', 'ons_health_1_4', 'range')
		over ()
	from published$$) as cannot_be_protected,
	pg_temp.state($$
	select ph_support.protect_fixed(n, area, band, null, null, n = 1, 'ons_health_1_4', 'range') over ()
	from published$$) as small_must_be_shown;
select ph_support.protect_fixed(n, area, band, null, null, area is distinct from 'north', 'ons_health_1_4', 'range')
	over ()
from published;

-- small tables: a number alone, a row alone, nobody at all, no row
select ph.protect(3, null, null) over (), ph.protect(8, null, null) over (), ph.protect(0, 'a', null) over ();
select c, ph.protect(n, null, c) over () from (values ('x', 3), ('y', 20), ('z', 30), (null, 53)) t (c, n);
select r, c, ph.protect(n, r, c) over ()
from (values ('a', 'x', 1), ('a', null, 1), (null, 'x', 1), (null, null, 1)) t (r, c, n);
select r, ph.protect(n, r, null) over () from (values ('a', 0), ('b', 0), (null, 0)) t (r, n);
select count(*) from (select ph.protect(n, area, band) over () as shown from published where false) t where shown > 0;

-- what is refused
select area, ph.protect(n, area, null) over () from published where band is null and area is not null;
select ph.protect(count(*), area, band) over ()
from (select nullif(area, 'west') as area, band from person) p
group by grouping sets ((area, band), (area), (band), ());
select ph.protect(n + (area is null)::integer, area, band) over () from published;
select ph.protect(null, area, band) over () from published;
select ph.protect(-n, area, band) over () from published;
select ph.protect(n, area, band, rule => 'no such rule') over () from published;
select ph.protect(n, area, band, rule => null) over () from published;
select ph.protect(n, area, band, rule => case when area is null then 'cms_11' else 'ons_health_1_4' end) over ()
from published;
select ph.protect(n, area, band, strength => 'weak') over () from published;
select ph.protect(n, area, band, strength => null) over () from published;
select ph.protect(9223372036854775807, area, band) over () from published;

-- a long search can be cancelled
set statement_timeout = '300ms';
select clock_timestamp() as begun \gset
\set SHOW_CONTEXT never
select pg_temp.state($$
	select ph.protect(n, r, c) over ()
	from (
		select r, c, sum(n)::bigint as n
		from (
			select r::text, c::text, abs(hashint8(r * 100 + c)::bigint) % (1 + abs(hashint8(r)::bigint) % 90) as n
			from generate_series(1, 7000) r, generate_series(1, 10) c) cell
		group by grouping sets ((r, c), (r), (c), ())) t$$);
\set SHOW_CONTEXT errors
reset statement_timeout;
select clock_timestamp() - :'begun' < interval '2 seconds' as soon;
