-- k-means, k-prototypes, silhouettes and stability, against the same by plain SQL
set extra_float_digits = 0;
set client_min_messages = warning;
create table person as
select i as person_id,
	(i * 7919 % 97)::float8 as age,
	case when i % 4 = 0 then 5 else 0 end + (i * 31 % 11) as visits,
	1e6 + 300 * (i % 3) + (i * 17 % 13) as cost,
	i % 5 < 2 as frail,
	(array['city', 'town', 'rural'])[1 + i % 3] as place
from generate_series(1, 600) i;

-- Lloyd's algorithm by hand, from the same centres
create function lloyd(start_x float8[], start_y float8[])
returns table (cluster int, people bigint, x float8, y float8, cost float8)
language plpgsql as $$
declare before float8[] := '{}';
begin
	create temp table centre as
	select u.i::int as c, u.a as cx, u.b as cy
	from unnest(start_x, start_y) with ordinality u(a, b, i);
	while before is distinct from (select array_agg(cx order by c) || array_agg(cy order by c) from centre) loop
		before := (select array_agg(cx order by c) || array_agg(cy order by c) from centre);
		drop table if exists member;
		create temp table member as
		select n.c, n.d, p.age, p.visits
		from person p, lateral (
			select c, (p.age - cx) ^ 2 + (p.visits - cy) ^ 2 as d
			from centre
			order by d, c
			limit 1
		) n;
		update centre
		set cx = m.a, cy = m.v
		from (select c, avg(age) as a, avg(visits) as v from member group by c) m
		where m.c = centre.c;
	end loop;
	return query
		select centre.c, count(*), cx, cy, sum(member.d)
		from centre
		join member using (c)
		group by 1, 3, 4
		order by 1;
end $$;
create table by_hand as select * from lloyd(array[10, 50, 90], array[3, 12, 3]);
select h.cluster,
	f.people[h.cluster] = h.people as people,
	abs(f.centres[h.cluster][1] - h.x) < 1e-9 and abs(f.centres[h.cluster][2] - h.y) < 1e-9 as centre,
	abs(f.within_ss[h.cluster] - h.cost) < 1e-7 as cost
from by_hand h,
	ph.k_means('select age, visits from person', 3, scale => 'none', centres => '{{10, 3}, {50, 12}, {90, 3}}') f
order by 1;
-- passes by hand, each the next of the one before
with recursive pass (n, s) as (
	select 1, ph.cluster_start('{{10, 3}, {50, 12}, {90, 3}}')
	union all
	select n + 1, (select ph.cluster_next(ph.cluster_step(s, array[age, visits])) from person)
	from pass
	where n < 30
)
select count(*) as all, count(*) filter (where abs(m.centre[1] - h.x) < 1e-9 and m.people = h.people) as same
from (select ph.cluster_step(s, array[age, visits]) as sums from person, (select s from pass where n = 30) z) q,
	ph.cluster_members(sums) m
join by_hand h using (cluster);
-- spread and shares
select count(*) as all,
	count(*) filter (where abs(m.standard_deviation[1] - s) < 1e-9 and abs(m.share - n / 600.0) < 1e-12) as same
from (
	select ph.cluster_step(ph.cluster_start((f).centres), array[age, visits]) as sums, f
	from person, (select ph.k_means('select age, visits from person', 3, scale => 'none') as f offset 0) z
	group by f
) q,
	ph.cluster_members(sums) m
join (
	select ph.nearest_cluster(f, array[age, visits]) as cluster, stddev(age) as s, count(*) as n
	from person, (select ph.k_means('select age, visits from person', 3, scale => 'none') as f offset 0) z
	group by 1
) d using (cluster);

-- what it is judged by
create table found as select f from ph.k_means('select age, visits, cost from person', 4) f;
create table at as
select p.*,
	ph.nearest_cluster(f, array[age, visits, cost]) as cluster,
	age / sa as z1,
	visits / sv as z2,
	cost / sc as z3
from person p, found, (select stddev(age) as sa, stddev(visits) as sv, stddev(cost) as sc from person) s;
create table middle as
select cluster, count(*) as n, avg(z1) as m1, avg(z2) as m2, avg(z3) as m3 from at group by 1;
select (f).status,
	(f).people = (select array_agg(n order by cluster) from middle) as people,
	(f).people = (select array_agg(n order by n desc) from middle) as largest_first,
	abs((f).total_within_ss - w) < 1e-7 as within,
	abs((f).total_ss - 3 * 599) < 1e-6 as total,
	abs((f).between_ss + (f).total_within_ss - (f).total_ss) < 1e-7 as closes,
	abs((f).calinski_harabasz - ((3 * 599 - w) / 3) / (w / 596)) < 1e-6 as calinski_harabasz,
	abs((f).simplified_silhouette - s) < 1e-9 as simplified_silhouette,
	(f).smallest_share = (select min(n) / 600.0 from middle) as smallest
from found,
	(select sum((z1 - m1) ^ 2 + (z2 - m2) ^ 2 + (z3 - m3) ^ 2) as w from at join middle using (cluster)) x,
	(
		select avg(1 - sqrt(own / next)) as s
		from (
			select person_id,
				min(d) filter (where a.cluster = m.cluster) as own,
				min(d) filter (where a.cluster <> m.cluster) as next
			from at a, middle m, lateral (select (z1 - m1) ^ 2 + (z2 - m2) ^ 2 + (z3 - m3) ^ 2 as d) d
			group by 1
		) q
	) y;
with width as (
	select cluster, avg(sqrt((z1 - m1) ^ 2 + (z2 - m2) ^ 2 + (z3 - m3) ^ 2)) as s
	from at
	join middle using (cluster)
	group by 1
)
select abs(avg(worst) - (select (f).davies_bouldin from found)) < 1e-9 as davies_bouldin
from (
	select a.cluster, max((wa.s + wb.s) / sqrt((a.m1 - b.m1) ^ 2 + (a.m2 - b.m2) ^ 2 + (a.m3 - b.m3) ^ 2)) as worst
	from middle a
	join width wa using (cluster), middle b
	join width wb using (cluster)
	where a.cluster <> b.cluster
	group by 1
) q;

-- the order of the rows does not matter, nor the units, nor who folds which rows
select ph.k_means('select age, visits, cost from person order by person_id desc', 4) = f as other_order,
	ph.k_means('select age, visits, cost from (select * from person order by md5(person_id::text)) p', 4)
		= f as shuffled
from found;
select (u).people = (f).people as people,
	abs((u).total_within_ss - (f).total_within_ss) < 1e-6 as within,
	abs((u).centres[1][1] / (f).centres[1][1] - 12) < 1e-9 as centre
from found, ph.k_means('select age * 12 as age, visits / 7.0 as visits, cost from person', 4) u;
select ph.cluster_next(ph_support.cluster_combine(a, b))::text = ph.cluster_next(s)::text as merged,
	ph.inertia(ph_support.cluster_combine(a, b)) = ph.inertia(s) as cost,
	ph_support.cluster_combine(a, b)::text = ph_support.cluster_combine(b, a)::text as either_way
from (
	select ph.cluster_step(c, array[age, visits]) filter (where person_id % 3 = 0) as a,
		ph.cluster_step(c, array[age, visits]) filter (where person_id % 3 <> 0) as b,
		ph.cluster_step(c, array[age, visits]) as s
	from person, (select ph.cluster_start('{{10, 3}, {50, 12}, {90, 3}}') as c offset 0) z
) q;
select ph.inertia(ph.cluster_rollup(s)) = (
		select ph.inertia(ph.cluster_step(ph.cluster_start('{{10, 3}, {50, 12}}'), array[age, visits])) from person
	) as rolled_up
from (
	select ph.cluster_step(ph.cluster_start('{{10, 3}, {50, 12}}'), array[age, visits]) as s
	from person
	group by place
) q;
select ph.inertia(s::text::ph.cluster_sums) = ph.inertia(s) as text_and_back
from (
	select ph.cluster_step(ph.cluster_start('{{0.1}, {50}}', modes => '{{1, 2}, {3, 1}}', words => '{3, 2}'),
			array[age], array[1 + person_id % 3, 2]) as s
	from person
) q;
-- more starts are never worse
select count(better) as comparisons, count(*) filter (where better) as never_worse
from (
	select (ph.k_means('select age, visits, cost from person', 6, starts => n)).total_within_ss
			<= lag((ph.k_means('select age, visits, cost from person', 6, starts => n)).total_within_ss)
				over (order by n) + 1e-9 as better
	from (values (1), (5), (25)) v(n)
) q;

-- above 10,000 rows starts are sought in a sample, and still found
create table crowd as
select 10 * (i % 5) + sin(i) as x, 3 * (i % 2) + cos(i * 3) as y from generate_series(1, 24000) i;
select f.status, f.people, f.iterations < 20 as soon from ph.k_means('select * from crowd', 10, scale => 'none') f;

-- k-prototypes: where it ends, nobody is nearer to another, and each is the mean and the mode of its own
create table mixed as
select f from ph.k_prototypes('select age, visits, frail, place from person', 4) f;
create table mixed_at as
select p.*, ph.nearest_cluster(f, array[age, visits], array[frail::text, place]) as cluster from person p, mixed;
select (f).status,
	(f).people,
	(f).categories,
	(f).modes,
	count(*) as all,
	count(*) filter (where c = (
		select d.c
		from (
			select c,
				(f).weights[1] * (age - (f).centres[c][1]) ^ 2
					+ (f).weights[2] * (visits - (f).centres[c][2]) ^ 2
					+ (f).gamma * ((frail::text <> (f).modes[c][1])::int + (place <> (f).modes[c][2])::int) as cost
			from generate_series(1, 4) c
		) d
		order by cost, c
		limit 1
	)) as nearest
from mixed, mixed_at m, lateral (select m.cluster as c) x
group by f;
select cluster,
	abs(avg(age) - (f).centres[cluster][1]) < 1e-9 as mean,
	mode() within group (order by frail::text) = (f).modes[cluster][1] as mode,
	count(*) = (f).people[cluster] as people
from mixed, mixed_at
group by cluster, f
order by 1;
select abs((f).gamma - 1 / ((2
		- (select sum(p * p) from (select count(*) / 600.0 as p from person group by frail) x)
		- (select sum(p * p) from (select count(*) / 600.0 as p from person group by place) x)) / 2)) < 1e-9 as gamma
from mixed;
-- without numbers, and without categories
select f.status, f.gamma, f.people, f.modes from ph.k_prototypes('select frail, place from person', 3) f;
select (ph.k_prototypes('select age, visits from person', 3)).centres
		= (ph.k_means('select age, visits from person', 3)).centres as same;

-- silhouettes, pair by pair
create table pairs as
select a.person_id, a.cluster,
	b.cluster as other,
	sum(sqrt((a.z1 - b.z1) ^ 2 + (a.z2 - b.z2) ^ 2 + (a.z3 - b.z3) ^ 2)) as d,
	count(*) as n
from at a, at b
group by 1, 2, 3;
select count(*) as all,
	count(*) filter (where abs(t.silhouette - w.s) < 1e-9) as same,
	count(*) filter (where t.in_cluster = w.cluster::text) as cluster,
	min(share) as least_share
from ph.silhouette('select person_id, age, visits, cost, cluster from at', 'cluster', 'person_id') t
join (
	select person_id, cluster, (b - a) / greatest(a, b) as s
	from (
		select person_id, cluster,
			min(d / (n - 1)) filter (where other = cluster) as a,
			min(d / n) filter (where other <> cluster) as b
		from pairs
		where n > 1
		group by 1, 2
	) q
) w on t.person_id = w.person_id::text;
select count(*) as all, count(*) filter (where silhouette between -1 and 1) as within_1, min(share) as least_share
from ph.silhouette('select * from at', 'cluster', 'person_id', array['age', 'frail', 'place'], gamma => 0.5,
	most_rows => 60);
select count(*) as all, count(*) filter (where abs(t.silhouette - w.s) < 1e-9) as with_categories
from ph.silhouette('select * from at where person_id <= 60', 'place', 'person_id', array['age', 'frail'], 'none',
	gamma => 2) t
join (
	select p, (b - a) / greatest(a, b) as s
	from (
		select a.person_id as p,
			sum(d) filter (where a.place = b.place) / (count(*) filter (where a.place = b.place) - 1) as a,
			least(
				avg(d) filter (where b.place = words[1 + array_position(words, a.place) % 3]),
				avg(d) filter (where b.place = words[1 + (array_position(words, a.place) + 1) % 3])
			) as b
		from at a, at b,
			(select array['city', 'town', 'rural'] as words) w,
			lateral (select sqrt((a.age - b.age) ^ 2 + 2 * (a.frail <> b.frail)::int) as d) d
		where a.person_id <= 60 and b.person_id <= 60
		group by 1
	) q
) w on t.person_id = w.p::text;
select *
from ph.silhouette('select * from (values (1, ''a''), (2, ''a''), (9, ''alone'')) v(x, c)', 'c', scale => 'none')
order by in_cluster, silhouette;
select * from ph.silhouette('select * from (values (1, ''a''), (2, ''a'')) v(x, c)', 'c');
select * from ph.silhouette('select 1 as x, 2 as c where false', 'c');

-- stability: what is there comes back, what is not does not
select cluster, s.people, round(jaccard::numeric, 2) as jaccard, recovered_share, dissolved_share, reading
from ph.k_means('select x, y from crowd', 5, array['x'], scale => 'none') f,
	ph.cluster_stability('select * from crowd', f, resamples => 20, most_rows => 1000) s;
select count(*) as clusters, bool_or(reading <> 'stable') as not_there
from ph.k_means('select sin(i * i)::float8 as x, cos(7 * i * i)::float8 as y from generate_series(1, 400) i', 6) f,
	ph.cluster_stability('select sin(i * i)::float8 as x, cos(7 * i * i)::float8 as y from generate_series(1, 400) i',
		f, resamples => 20);
select array_agg(s order by cluster) = (
		select array_agg(s order by cluster) from ph.cluster_stability('select * from person', f, resamples => 5) s
	) as same_seed
from mixed, ph.cluster_stability('select * from person order by random()', f, resamples => 5) s
group by f;

-- clusters as a scheme of the engine: the same people in the same clusters
create schema care;
call ph.create_segment_tables('care');
do $$
declare c ph.clusters := (select f from mixed);
begin
	call ph.learn_cluster_scheme('care', 'by_need', '1', 'select * from person', c);
end $$;
call ph.learn_cluster_scheme('care', 'by_use', '1', 'select * from person',
	ph.k_means('select age, frail from person', 3));
select scheme, input, type from care.scheme_input order by 1, 2;
select checked from care.scheme_rule where scheme = 'by_use' and rule_order = 1;
call ph.create_segment_view('by_need', '1', 'person', 'care.need', 'care');
call ph.create_segment_view('by_use', '1', 'person', 'care.use', 'care');
select segment, count(*), count(*) filter (where segment is distinct from 'cluster ' || cluster) as differ
from care.need
join mixed_at using (person_id)
group by 1
order by 1;
select count(*) as people,
	count(*) filter (where segment is distinct from 'cluster ' || ph.nearest_cluster(f, array[age, frail::int]))
		as differ
from care.use
join person using (person_id), (select ph.k_means('select age, frail from person', 3) as f offset 0) z;
create view beside as
select person_id,
	nullif(age, 5) as age,
	visits, frail,
	case when person_id = 1 then 'abroad' when person_id > 2 then place end as place
from person;
call ph.create_segment_view('by_need', '1', 'beside', 'care.beside', 'care');
select count(*) as people,
	count(*) filter (where s.segment is distinct from
		coalesce('cluster ' || ph.nearest_cluster(f, array[age, visits], array[frail::text, place]), 'unknown'))
		as differ,
	count(*) filter (where s.segment = 'unknown') as unknown
from care.beside s
join beside using (person_id), mixed;
call ph.learn_cluster_scheme('care', 'none', '1', 'select 1::float8 as x where false',
	ph.k_means('select 1::float8 as x where false', 2));
do $$
declare c ph.clusters := (select f from mixed);
begin
	call ph.learn_cluster_scheme('care', 'none', '1', 'select age from person', c);
end $$;
drop schema care cascade;
drop view beside;

-- no answer, and answers to be careful with
select f.status, f.centres, f.rows, f.note from ph.k_means('select 1::float8 as x where false', 2) f;
select f.status, f.rows, f.rows_left_out from ph.k_means('select null::float8 as x from person', 2) f;
select f.status, f.centres from ph.k_means('select person_id % 3 as x from person', 4) f;
select f.status, f.people, f.total_within_ss, f.note
from ph.k_means('select * from (values (0), (1), (2), (10), (11), (12)) v(x)', 3, scale => 'none',
	centres => '{1, 11, 100}') f;
select f.status, f.iterations
from ph.k_means('select age, visits, cost from person', 4, max_iterations => 1,
	centres => '{{1, 1, 1}, {2, 2, 2}, {3, 3, 3}, {4, 4, 4}}') f;
select f.status, f.rows, f.rows_left_out
from ph.k_means('select nullif(age, 0) as age, nullif(visits, 3) as visits from person', 2) f;
select f.weights[2], f.note from ph.k_means('select age, 7 as seven from person', 2) f;
select f.note from ph.k_means('select case when person_id = 1 then 1e6 else age end as x from person', 2) f;
select f.status, f.centres, f.calinski_harabasz, f.davies_bouldin, f.simplified_silhouette,
	f.total_within_ss = f.total_ss as all_within
from ph.k_means('select * from (values (1), (2), (6)) v(x)', 1, scale => 'none') f;
select f.status, f.calinski_harabasz, f.total_within_ss
from ph.k_means('select * from (values (1), (1), (6)) v(x)', 2, scale => 'none') f;
select ph.inertia(ph.cluster_start('{1, 2}')), ph.cluster_step(ph.cluster_start('{1, 2}'), array[1]) is null as no_rows
from person
where false;
select ph.nearest_centre('{{0, 0}, {2, 0}, {5, 5}}', array[1, 0]),
	ph.nearest_centre('{{0, 0}, {2, 0}}', array[1.5, 0]),
	ph.nearest_centre('{{0, 0}, {2, 1}}', array[1, 0.6], '{1, 0}'),
	ph.nearest_centre('{1, 2}', array[null::float8]),
	ph.nearest_centre('{1, 2}', '{NaN}');
select ph.nearest_cluster(f, array[null, 1, 1]), ph.nearest_cluster(f, null), ph.nearest_cluster(null, '{1}')
from found;
select ph.nearest_cluster(f, '{1, 1}', '{true, nowhere}') is not null as unknown_word,
	ph.nearest_cluster(f, '{1, 1}', array['true', null])
from mixed;
select ph.nearest_cluster(f, '{1}') from ph.k_means('select 1::float8 as x where false', 2) f;

-- up to 200 numbers
select format('select %s from person', string_agg(format('age + %s * visits as x%s', i, i), ', ')) as wide
from generate_series(1, 200) i \gset
select (c).status, cardinality((c).terms) from (select ph.k_means(:'wide', 2, starts => 1) as c) q;
select count(*)
from ph.silhouette('select age + '
		|| 0 || ' as y, w.*, person_id % 2 as c from person, lateral (select '
		|| (select string_agg(format('visits * %s as x%s', i, i), ', ') from generate_series(1, 120) i) || ') w',
	'c', most_rows => 20);
-- clusters made by hand are checked
create function by_hand(c ph.clusters, changes jsonb)
	returns ph.clusters language sql as $$ select jsonb_populate_record(c, changes) $$;
select ph.nearest_cluster(by_hand(f, '{"centres": [[null, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]]}'), '{1, 1, 1}')
from found;
select ph.nearest_cluster(by_hand(f, '{"weights": [1, 1, -1]}'), '{1, 1, 1}') from found;
select ph.nearest_cluster(by_hand(f, '{"centres": [[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]]}'), '{1, 1, 1}')
from found;
select s.*
from found,
	ph.cluster_stability('select * from person',
		by_hand(f, '{"centres": [[1e200, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]]}')) s;
select ph.nearest_cluster(by_hand(f, '{"gamma": null}'), '{1, 1}', '{true,city}') from mixed;
-- large numbers beside words
select (ph.k_prototypes('select age * 1e30 as age, place from person', 2, scale => 'none')).status;

-- far from the centre of a pass nothing is lost
select abs(standard_deviation[1] - stddev) < 1e-12 as deviation, abs(within_ss - 999 * stddev ^ 2) < 1e-9 as within
from (select stddev(i * 0.0009765625::float8) as stddev from generate_series(1, 1000) i) s,
	ph.cluster_members((
		select ph.cluster_step(ph.cluster_start('{{0}}'), array[2.0 ^ 30 + i * 0.0009765625])
		from generate_series(1, 1000) i
	)) m;

-- who is in no segment has no part in silhouettes
select count(*) as all,
	min(s.share) as least_share,
	count(*) filter (where abs(s.silhouette - t.silhouette) < 1e-12) as same
from ph.silhouette('select person_id, age, visits, case when person_id % 2 = 0 then place end as p from person', 'p',
	'person_id') s
join ph.silhouette('select person_id, age, visits, place as p from person where person_id % 2 = 0', 'p', 'person_id')
	t using (person_id);
-- sums that no value holds are refused
select ph.cluster_rollup(s::ph.cluster_sums)
from unnest(array['1 1 0 0 9223372036854775807 0 0 1 0 1 0 0 0 0 0 0 0 0 0 0',
	'1 1 0 0 1 0 0 1 0 1 0 0 0 0 0 0 0 0 0 0']) s;
select ph.cluster_rollup(s::ph.cluster_sums)
from unnest(array['1 1 0 0 0 0 0 1 0 1 1e308 0 0 0 0 0 0 0 1e308 0',
	'1 1 0 0 0 0 0 1 0 1 1e308 0 0 0 0 0 0 0 1e308 0']) s;
-- words are compared byte by byte
create collation ph_test_ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table cased as
select i as person_id,
	i % 7 as y,
	(case when i % 2 = 0 then 'A' else 'a' end) collate ph_test_ci as word,
	(case when i % 3 = 0 then 'it''s' else E'back\\slash' end) as "Odd column"
from generate_series(1, 200) i;
create schema care;
call ph.create_segment_tables('care');
call ph.learn_cluster_scheme('care', 'cased', '1', 'select * from cased;',
	ph.k_prototypes('select y, word, "Odd column" from cased', 4));
set standard_conforming_strings = off;
set escape_string_warning = off;
call ph.create_segment_view('cased', '1', 'cased', 'care.cased', 'care');
reset standard_conforming_strings;
select count(*) as people,
	count(*) filter (where segment is distinct from
		'cluster ' || ph.nearest_cluster(c, array[y], array[word, "Odd column"])) as differ
from care.cased
join cased using (person_id), (select ph.k_prototypes('select y, word, "Odd column" from cased', 4) as c offset 0) q;
drop schema care cascade;
drop table cased;
drop collation ph_test_ci;

-- bad input
select ph.k_means('select age from person', 0);
select ph.k_means('select age from person', 2, array['weight']);
select ph.k_means('select place from person', 2);
select ph.k_means('select age from person', 2, scale => 'log');
select ph.k_means('select age from person', 2, centres => '{1, 2, 3}');
select ph.k_means('select age from person', 2, centres => '{1, null}');
select ph.k_means('select age, visits, cost from person', 2, centres => '{{1, 2}, {3, 4}, {5, 6}}');
select ph.k_prototypes('select frail, place from person', 3, modes => '{{true, city, true}, {town, true, city}}');
select ph.k_means('select age from person', 2, smallest => 1);
select ph.k_means('select age from person', 2, seed => null);
select ph.k_means('select case when person_id = 3 then ''Infinity'' else age end as x from person', 2);
select ph.k_means('delete from person returning age', 2);
select ph.k_means('select random() as x, age from person where random() < 0.5', 2);
select ph.k_prototypes('select age, place from person', 2, centres => '{1, 2}');
select ph.k_prototypes('select age, place from person', 2, centres => '{1, 2}', modes => '{city, hamlet}');
select ph.k_prototypes('select age, person_id::text || ''a'' || g as id from person, generate_series(1, 4) g', 2);
select ph.k_prototypes('select age, place from person', 2, gamma => -1);
select ph.cluster_start(null);
select ph.cluster_start('{{{1}}}');
select ph.cluster_start('{{1, 2}, {3, 4}}', weights => '{1}');
select ph.cluster_start('{{1, 2}, {3, 4}}', weights => '{1, -1}');
select ph.cluster_start('{1, NaN}');
select ph.cluster_start('{1, 2}', modes => '{1, 2}', words => '{1}');
select ph.cluster_start('{1, 2}', modes => '{1, 2}');
select ph.cluster_step(null, array[1.0]);
select ph.cluster_step(ph.cluster_start('{1, 2}'), array[1, 2]);
select ph.cluster_step(ph.cluster_start('{1, 2}'), array['Infinity'::float8]);
select ph.cluster_step(ph.cluster_start('{1, 2}', modes => '{1, 2}', words => '{2}'), array[1], array[3]);
select ph.cluster_step(ph.cluster_start(array[1, age]), array[1]) from person;
select ph_support.cluster_combine(ph.cluster_start('{1, 2}'), ph.cluster_start('{1, 3}'));
select '1 1 0 0 0 1 1 5'::ph.cluster_sums;
select '1 1 1 1 0 1 1 1 5 9 0 0 0 0 0 0 0 0 0 0 0 0'::ph.cluster_sums;
select ph.nearest_centre('{{1, 2}}', array[1]);
select ph.nearest_cluster(f, array[1]) from found;
select ph.silhouette('select * from at', null);
select ph.silhouette('select * from at', 'cluster', most_rows => 0);
select * from found, ph.cluster_stability('select age, visits from person', f);
select * from found, ph.cluster_stability('select age, visits, place as cost from person', f);
drop table person, by_hand, found, at, middle, crowd, mixed, mixed_at, pairs;
drop function lloyd, by_hand;
