-- How far experience can be trusted: against the formulas in SQL, its laws, edges, what cannot be.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create schema credibility_test;
set search_path = credibility_test, public, ph;
create function near(a float8, b float8) returns boolean immutable
begin atomic
	select coalesce(abs(a - b) <= 1e-9 * greatest(abs(b), 1e-3), a is null and b is null);
end;

-- five systems of twelve places in up to six years, one never seen, some years not
create table year as
select s as system, 'p' || p as place, y as year,
	1000 + p * 13 * s + (p * 7919 + y * 104729 + s * 31) % 199 - 99 as value,
	case when p = 4 or (p + y) % 7 = 0 then 0 else (p * 37 + y * 11) % 90 * p + 10 end::float8 as exposure
from generate_series(1, 5) s, generate_series(1, 12) p, generate_series(1, 1 + p % 6) y;
create table by_hand as
with place as (
	select system, place, sum(exposure) as m, sum(exposure * value) / sum(exposure) as x, count(*) as years
	from year
	where exposure > 0
	group by system, place
), total as (
	select system, sum(m) as m, sum(m * x) / sum(m) as x, sum(m * m) as mm, count(*) as places,
		sum(years - 1) as freedom
	from place
	group by system
), within as (
	select system, sum(exposure * (value - p.x) ^ 2) as squares
	from year
	join place p using (system, place)
	group by system
), variance as (
	select t.*, squares / freedom as v,
		greatest(0, ((select sum(p.m * (p.x - t.x) ^ 2) from place p where p.system = t.system)
			- (places - 1) * squares / freedom) / (t.m - mm / t.m)) as a
	from total t
	join within using (system)
), trusted as (
	select system, place, p.m, p.x, v, a, p.m * a / (p.m * a + v) as z
	from place p
	join variance using (system)
)
select *, z * x + (1 - z) * mu as estimate
from (select *, sum(z * x) over w / sum(z) over w as mu from trusted window w as (partition by system)) t;
create table asked as
select *, ph.credibility(place, value, exposure) over (partition by system) as c
from year;
select count(*) as rows, bool_and(near((c).exposure, m)) as exposure, bool_and(near((c).mean, x)) as mean,
	bool_and(near((c).within, v)) as within, bool_and(near((c)."between", a)) as "between",
	bool_and(near((c).credibility, z)) as credibility, bool_and(near((c).estimate, h.estimate)) as estimate,
	bool_and(near((c).collective, mu)) as collective, bool_and((c).note is null) as no_note
from asked
join by_hand h using (system, place);
select count(*) as never_seen, bool_and((c).estimate = (c).collective and (c).credibility = 0 and (c).mean is null
	and (c).exposure = 0) as has_the_estimate_of_all
from asked
where (system, place) not in (select system, place from by_hand);
-- Z lies within 0 and 1 and rises with exposure; the estimate lies between the mean and that of all
select bool_and((c).credibility between 0 and 1) as within_0_and_1,
	bool_and((c).estimate between least((c).mean, (c).collective) - 1e-9 and greatest((c).mean, (c).collective) + 1e-9)
		as between_own_and_all
from asked;
select bool_and((a.c).credibility < (b.c).credibility) as rises_with_exposure
from asked a
join asked b using (system)
where (a.c).exposure < (b.c).exposure;
-- money x 1000; rows in another order; stored yearly tallies, of counts and of people
select bool_and(near((k.c).estimate, 1000 * (a.c).estimate) and near((k.c).credibility, (a.c).credibility))
		as money_scales,
	bool_and((t.c).note is null and near((t.c).estimate, (a.c).estimate)) as tallies
from asked a
join (
	select system, place, year, ph.credibility(place, 1000 * value, exposure) over (partition by system) as c
	from (select * from year order by hashtext(place || year)) y
) k using (system, place, year)
join (
	select system, place, year, ph.credibility(place, tally) over (partition by system) as c
	from (
		select system, place, year, ph.count_tally(0, value * exposure, exposure) as tally
		from year
		group by system, place, year
	) y
) t using (system, place, year);
select place, round((c).mean::numeric, 3) as mean, round((c).credibility::numeric, 3) as credibility
from (
	select place, year, ph.credibility(place, ph.person_tally(50, cost)) over () as c
	from (select 'p' || i % 3 as place, i / 3 % 2 as year, (i % 3 * 40 + i % 7)::float8 as cost
		from generate_series(1, 60) i) person
	group by place, year
) t
where year = 0
order by place;

-- edges
create view edge as
select asked, place, value, exposure, ph.credibility(place, value, exposure) over (partition by asked) as c
from (
	values
		('all the same', 'a', 0.1, 3.3), ('all the same', 'a', 0.1, 0.7), ('all the same', 'b', 0.1, 1.1),
		('always the same', 'a', 0.1, 3.3), ('always the same', 'a', 0.1, 0.7), ('always the same', 'b', 0.3, 1.1),
		('chance explains it', 'a', 1, 1), ('chance explains it', 'a', 3, 1), ('chance explains it', 'b', 1, 1),
		('chance explains it', 'b', 3, 1),
		('one place', 'a', 1, 1), ('one place', 'a', 2, 1), ('one place', 'b', 2, 0),
		('one year', 'a', 1, 1), ('one year', 'b', 2, 1),
		('a year lacks something', 'a', 1, 1), ('a year lacks something', 'a', 2, 1),
		('a year lacks something', 'a', null, 1), ('a year lacks something', 'b', 5, null),
		('a year lacks something', 'b', 9, 2), ('a year lacks something', null, 5, 5)
) v(asked, place, value, exposure);
select asked, place, value, (c).exposure, round((c).mean::numeric, 3) as mean,
	round((c).credibility::numeric, 3) as credibility, round((c).estimate::numeric, 3) as estimate,
	round((c).within::numeric, 3) as within, round((c)."between"::numeric, 3) as "between", (c).note, (c).missing
from edge
order by asked, place, value;

-- limited fluctuation: 1,082 claims at 90 % and 5 %, the square root of the share of them
select round(full_at::numeric, 2) as full_at, round(credibility::numeric, 6) as credibility, note
from (values (1083, 1), (270.5, 1), (0, 1), (0, 0), (5, 0), (null, 1), (5, null)) v(people, cv),
	lateral ph.limited_fluctuation(people, cv) l;
select bool_and(near(l.credibility, sqrt(people / ((1.959963984540054 / 0.02) ^ 2 * 4)))) as formula
from generate_series(0, 38000, 1000) people, lateral ph.limited_fluctuation(people, 2, 0.95, 0.02) l;

create function refused(query text) returns text language plpgsql
as $$
begin
	execute 'select * from (' || query || ' offset 0) q';
	return 'accepted';
exception when others then
	return sqlstate || ': ' || sqlerrm;
end
$$;
select asked, refused('select ' || asked)
from unnest(array[
	'ph.credibility(''a'', 1, -1) over ()', 'ph.credibility(''a'', ''Infinity'', 1) over ()',
	'ph.credibility(''a'', ''NaN'', 1) over ()', 'ph.credibility(''a'', 1e31, 1) over ()',
	'ph.credibility(''a'', 1, 1e-16) over ()',
	'ph.credibility(''a'', ''counts; 0: 1e40 1 1''::ph.tally) over ()',
	'ph.limited_fluctuation(-1, 1)', 'ph.limited_fluctuation(1, -1)', 'ph.limited_fluctuation(1, 1, 1)',
	'ph.limited_fluctuation(1, 1, 0.9, 0)', 'ph.limited_fluctuation(1, 1, 90)', 'ph.limited_fluctuation(1, 1, 0.9, 5)',
	'ph.limited_fluctuation(''NaN'', 1)']) asked;
