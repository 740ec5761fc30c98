-- Differences of overlapping areas that isolate people, and bounds of rounded counts.
set search_path = public, ph;
\set SHOW_CONTEXT never
create table atom (atom text, people integer, ward text, nhood text, place text, grid text);
insert into atom
select 'a' || i, i * 7919 % 37 % (3 + i % 9), 'w' || i % 6, 'n' || (i * 5 % 12) / 3, 'p' || i % 2,
	'g' || i * 31 % 12 / 4
from generate_series(1, 60) i;
create table area as
select area, atom, sum(people) over (partition by area) as people
from atom, lateral unnest(array[ward, nhood, place, grid, 'all']) area;
-- all of it by brute force: every one, two and three areas that lie in another and share no atom
create table held as select area, array_agg(atom) as atoms, min(people) as people from area group by area;
create table brute as
with one as (
	select l.area as larger, l.people as left_of, s.area, s.people, s.atoms
	from held l
	join held s on s.atoms <@ l.atoms and cardinality(s.atoms) < cardinality(l.atoms) and s.people > 0
),
two as (
	select a.larger, a.left_of, array[a.area, b.area] as areas, a.people + b.people as people,
		a.atoms || b.atoms as atoms
	from one a
	join one b on b.larger = a.larger and b.area collate "C" > a.area collate "C" and not a.atoms && b.atoms
),
three as (
	select a.larger, a.left_of, a.areas || b.area as areas, a.people + b.people as people
	from two a
	join one b on b.larger = a.larger and b.area collate "C" > a.areas[2] collate "C" and not a.atoms && b.atoms
)
select larger, areas as smaller, left_of - people as difference
from (
	select larger, left_of, array[area] as areas, people from one
	union all
	select larger, left_of, areas, people from two
	union all
	select larger, left_of, areas, people from three
) taken_off
where left_of - people > 0;
create function compared(threshold integer, out found bigint, out false_alarms bigint, out missed bigint) stable
begin atomic
	with found as (
		select larger, smaller, difference
		from isolating_differences('select area, atom, people from area', threshold)
	),
	wanted as (select larger, smaller, difference::bigint from brute where difference <= threshold)
	select (select count(*) from found), (select count(*) from (table found except table wanted) f),
		(select count(*) from (table wanted except table found) m);
end;
select threshold, c.* from unnest('{1,7,40,1000}'::integer[]) threshold, lateral compared(threshold) c;
-- a ward and a practice that are all but one person of it; empty areas say the same again
create table small (area text, atom integer, people bigint);
insert into small
values ('ward', 1, 30), ('ward', 2, 30), ('practice', 1, 29), ('empty', 2, 0), ('same', 1, 30), ('same', 2, 30);
select * from isolating_differences('table small');
select * from isolating_differences('table small', empty_areas => true);
select * from isolating_differences('select * from small where area <> ''practice''');
select * from isolating_differences('select * from small where false');
select * from isolating_differences(null);
select * from isolating_differences('table small', 0);
select * from isolating_differences('table small', null);
select * from isolating_differences('select area, atom from small');
select * from isolating_differences('select area, nullif(atom, 2), people from small');
select * from isolating_differences('select nullif(area, ''same''), atom, people from small');
select * from isolating_differences('select area, atom, nullif(people, 0) from small');
select * from isolating_differences('select area, atom, people + 0.5 from small');
select * from isolating_differences('select area, atom, -people from small');
select * from isolating_differences('select area, atom, people + atom from small');
select * from isolating_differences('select area, atom, area as people from small');
select * from isolating_differences('select area, atom, 1e13 from small');
select * from isolating_differences('delete from small returning area, atom, people');
select count(*) from small;
-- many differences are an error, not a part of them
select count(*) from isolating_differences(
	'select case when i = 0 then ''all'' else ''a'' || i end as area, j,
		case when i = 0 then 1000 else 400 end as people
	from generate_series(0, 700) i, generate_series(1, 701) j where i = 0 or i = j', 500);
-- thousands of areas, a second
create table wide as
select area, i as atom, sum(people) over (partition by area) as people
from (
	select i, area, 1 + i * 7919 % 13007 as people
	from generate_series(1, 7000) i,
		unnest(array['n' || i, 'p' || i % 100, 's' || i % 10, 'w' || i * 7919 % 3500, 'c' || i * 31 % 7000 / 70,
			'all']) area
) a;
select larger, smaller, difference from isolating_differences('select area, atom, people from wide') order by larger;
drop table atom, area, held, brute, small, wide cascade;

-- rounded counts: every true row that rounds so lies within the bounds, which are reached
create function rounded(n bigint) returns bigint immutable return (n + 2) / 5 * 5;
create temp table row_of_three as
select array[rounded(a), rounded(b), rounded(c)] as published, a + b + c as total, array[a, b, c] as counts
from generate_series(0::bigint, 13) a, generate_series(0::bigint, 13) b, generate_series(8::bigint, 12) c;
select mode, count(*) as cells, bool_and(b.lower = t.lower and b.upper = t.upper) as exact,
	count(*) filter (where b.lower = b.upper) as given_away
from (
	select mode, published, case mode when 'exact' then total when 'rounded' then rounded(total) end as shown_total,
		min(counts[1]) as lower, max(counts[1]) as upper
	from row_of_three, unnest('{exact,rounded,none}'::text[]) mode
	group by 1, 2, 3
) t,
	lateral rounding_bounds(published, 5, shown_total, mode = 'rounded') b
where b.cell = 1 and published[3] = 10 and published[1] <= 10 and published[2] <= 10
group by mode
order by mode;
select * from rounding_bounds('{10,NULL,5}', 5, 17);
select count(*) from rounding_bounds('{}') a, rounding_bounds(null) b;
