-- What segments explain against sample variances in SQL; agreement of schemes against all pairs of people.
set search_path = public, ph;
set extra_float_digits = 0;
\set SHOW_CONTEXT never
create temp table person as
select i, nullif(i * 7 % 6, 0) as segment, (i * 7919 % 1009) * (1 + i * 7 % 6) / 3.0::float8 as cost
from generate_series(1, 999) i;
insert into person values (1000, 99, 5000);  -- alone in its segment
-- 1 - sum n v / sum n / the variance of all, in numeric, also of values near 10^9 that differ little
create temp view wanted as
select offset_by,
	1 - sum(n * coalesce(v, 0)) / sum(n) / (
		select var_samp(cost::numeric) from person where segment is not null
	) as share
from (values (0), (1e9)) o(offset_by),
	lateral (
		select segment, count(*) as n, var_samp((cost + offset_by)::numeric) as v
		from person
		where segment is not null
		group by segment
	) g
group by offset_by;
select offset_by, abs(value - share) < 1e-9 as equal, people, segments, note
from wanted,
	lateral (select person_tally(segment, cost + offset_by) as t from person) x,
	lateral variance_explained(t) e;
select abs(a.value * 100 - b.value) < 1e-9 as per
from (select person_tally(segment, cost) as t from person) x,
	lateral variance_explained(t) a,
	lateral variance_explained(t, per => 100) b;
select count(*) as segments,
	bool_and(
		(
			t.people = n and abs(t.mean - m) < 1e-9
			and (t.standard_deviation is null and s is null or abs(t.standard_deviation - s) < 1e-9)) is true)
		as equal,
	round(sum(share_of_people)::numeric, 9) as people,
	round(sum(share_of_total)::numeric, 9) as total,
	abs(sum(unexplained) - 1 + min(e.value)) < 1e-12 as adds_up
from (select person_tally(segment, cost) as t from person) x,
	lateral variance_explained(t) e,
	lateral variance_explained_table(t) t
	join (
		select segment, count(*) as n, avg(cost) as m, stddev_samp(cost) as s
		from person
		group by 1
	) g using (segment);
-- segments that are the value explain all of it; one segment none; parts roll up to the whole
select (variance_explained(person_tally(cost, cost))).value as all_of_it,
	(variance_explained(person_tally(1, cost))).value as none
from (select i % 10 as cost from generate_series(1, 100) i) p;
select count(distinct (variance_explained(t)).value) as same
from (
	select person_tally(segment, cost) as t
	from person
	union all
	select rollup(t)
	from (select person_tally(segment, cost) as t from person group by i % 7) g
	union all
	select person_tally(segment, cost order by i desc)
	from person
) u;
-- no answer
select t, e.*
from unnest(
	array[
		null, 'empty', 'people; 1: 1 5 25', 'people; 1: 3 6 12; 2: 1 2 4', 'people; missing 2; 1: 2 3 5',
		'people; unknown 3: 3 1 1', 'people; 1: 2 1e200 1e308; 2: 4 1 1']::tally[]) t,
	lateral variance_explained(t) e;
select count(*) from variance_explained_table(null);
select variance_explained('counts; 1: 10 2 2');
select variance_explained('people; 1: 2.5 2 2');
select variance_explained('people; 1: 2 2 2', per => 0);

-- agreement over pairs, against all pairs of 200 people
create temp table two as
select i,
	case when i % 17 <> 0 then i * i % 5 end as a,
	case when i % 19 <> 0 then (i * i % 5 + (i % 7 = 0)::int) % 6 end as b
from generate_series(1, 200) i;
with pair as (
	select p.a = q.a as in_a, p.b = q.b as in_b
	from two p join two q on p.i < q.i
	where num_nulls(p.a, p.b, q.a, q.b) = 0
), counted as (
	select count(*)::numeric as pairs,
		count(*) filter (where in_a = in_b) as alike,
		count(*) filter (where in_a and in_b) as together,
		count(*) filter (where in_a) as a,
		count(*) filter (where in_b) as b
	from pair
)
select abs(r.value - (alike / pairs)::float8) < 1e-15 as rand,
	abs(j.value - together::float8 / (a + b - together)) < 1e-15 as jaccard,
	abs(x.value - ((together - a * b / pairs) / ((a + b) / 2.0 - a * b / pairs))::float8) < 1e-15 as adjusted,
	x.people, x.note
from counted,
	(select crosstab(a, b) as c from two) t,
	lateral adjusted_rand(c) x,
	lateral rand_index(c) r,
	lateral jaccard(c) j;
-- the order of the schemes does not matter, a scheme agrees with itself whatever its numbers
select (adjusted_rand(crosstab(a, b))).value = (adjusted_rand(crosstab(b, a))).value as symmetric,
	(adjusted_rand(crosstab(a, 100 - a))).value as itself,
	(jaccard(crosstab(a, a))).value as jaccard,
	(rand_index(crosstab(a, -a))).value as rand
from two
where a is not null;
-- millions of millions, in numeric
select abs(x.value - ((s - a * b / c) / ((a + b) / 2 - a * b / c))::float8) < 1e-15 as exact, x.people
from adjusted_rand('{1>1: 3000000000001, 1>2: 5, 2>1: 7, 2>2: 4000000000003}') x,
	(
		values
			(
				3000000000001::numeric * 3000000000000 / 2 + 10 + 21 + 4000000000003::numeric * 4000000000002 / 2,
				3000000000006::numeric * 3000000000005 / 2 + 4000000000010::numeric * 4000000000009 / 2,
				3000000000008::numeric * 3000000000007 / 2 + 4000000000008::numeric * 4000000000007 / 2,
				7000000000016::numeric * 7000000000015 / 2)
	) n(s, a, b, c);
-- no answer
select c, x.value as adjusted, x.note, r.value as rand, r.note, j.value as jaccard, j.note, x.people
from unnest(
	array[
		null, '{}', '{1>1: 1}', '{?>1: 5, 1>?: 2}', '{1>1: 5}', '{1>1: 1, 2>2: 1}', '{1>1: 1, 1>2: 1}',
		'{?>?: 3, 1>1: 2, 2>2: 2}', '{1>1: 9007199254740993}', '{1>1: 9223372036854775807, 2>2: 9223372036854775807}']
		::crosstab[]) c,
	lateral adjusted_rand(c) x,
	lateral rand_index(c) r,
	lateral jaccard(c) j;
