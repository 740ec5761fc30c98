-- Trees: the best split by brute force in SQL, laws, rules that are SQL, a tree as a scheme, what is refused.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create table person as
select i as person_id, (i * 7919 % 1000) / 10.0 as age, i % 3 = 0 as flag,
	case when i % 11 > 0 then chr(65 + i * 31 % 5) end as "Cat",
	case when i % 7 > 0 then i * 13 % 50 end as n,
	(
		case when i * 7919 % 1000 > 600 then 10 else 0 end
			+ case when i % 3 = 0 then 5 else 0 end
			+ case when i % 7 > 0 and i * 13 % 50 > 40 then 4 else 0 end
			+ i % 5)::float8 as cost,
	(i * 17 % 10 < 2 + (i * 7919 % 1000) / 200)::int as events,
	0.5 + i % 4 / 4.0 as years,
	i * 17 % 10 < 2 + (i * 7919 % 1000) / 150 as died
from generate_series(1, 1200) i;
create temp table tree as
select *
from ph.grow_tree('select cost, age, flag, "Cat", n from person', depth => 3, folds => 0, prune => 'none');
select node, parent, is_leaf, split, path, people, round(value::numeric, 4) as value,
	round(loss::numeric, 4) as loss, round(saved::numeric, 4) as saved
from tree;
-- every leaf's condition holds for its people and for nobody else
create function pg_temp.leaf_check(query text)
returns table (leaves bigint, people bigint, wrong bigint, twice bigint) language plpgsql
as $$
declare
	r record;
	list text := '';
	n bigint;
begin
	leaves := 0;
	wrong := 0;
	people := 0;
	execute 'create temp table leaf_now as ' || query;
	for r in select * from leaf_now where is_leaf loop
		execute format('select count(*) from person where %s', r.path) into n;
		leaves := leaves + 1;
		people := people + n;
		wrong := wrong + (n <> r.people)::int;
		list := list || format(' + coalesce((%s)::int, 0)', r.path);
	end loop;
	execute format('select count(*) from person where 0 %s <> 1', list) into twice;
	drop table leaf_now;
	return next;
end
$$;
select * from pg_temp.leaf_check('select * from tree');
select *
from pg_temp.leaf_check(
	$$select * from ph.grow_tree('select events, years, age, flag, "Cat", n from person', method => 'poisson',
		exposure => 'years', smallest_leaf => 20)$$);
select *
from pg_temp.leaf_check(
	$$select * from ph.grow_tree('select died, age, flag, "Cat", n from person', method => 'gini',
		smallest_leaf => 20, folds => 0)$$);
-- three classes: every way to part five words, by brute force
create temp table kinds as
select (array['a', 'b', 'c', 'd', 'e'])[1 + i % 5] as word,
	(array['x', 'y', 'z'])[
		case
			when i % 5 in (0, 3) then 1 + (i / 5) % 2
			when i % 5 in (1, 4) then 2 + (i / 5) % 2
			else 1 + 2 * ((i / 5) % 2) end] as kind
from generate_series(1, 300) i;
-- (what a split saves of Gini's impurity, n - sum n_kind^2 / n, is what sum n_kind^2 / n gains)
select round(saved::numeric, 6) as saved, split,
	(
		select round(max(gain)::numeric, 6)
		from generate_series(1, 15) mask,
			lateral (
				select sum(p)
						- (select sum(n * n) / 300.0 from (select count(*) as n from kinds group by kind) t) as gain
				from (
					select side, sum(n * n) / sum(n) as p
					from (
						select (mask >> (ascii(word) - 97)) & 1 as side, kind, count(*)::float8 as n
						from kinds
						group by 1, 2
					) c
					group by side
				) s
			) g
	) as best
from ph.grow_tree(
	'select kind, word from kinds', method => 'gini', smallest_leaf => 20, depth => 1, folds => 0, prune => 'none')
where node = 1;
-- whatever the session says about digits
alter table person add third float8;
update person set third = 1e4 + age / 3e6;
set extra_float_digits = -9;
select *
from pg_temp.leaf_check(
	$$select * from ph.grow_tree('select cost, third from person', folds => 0, smallest_leaf => 20)$$);
reset extra_float_digits;
alter table person drop third;
-- the loss of a node is that of its people, and a split saves what its children do not have
select count(*) as splits, count(*) filter (where abs(t.saved - (t.loss - l.loss - r.loss)) <= 1e-6) as right
from tree t join tree l on l.node = 2 * t.node join tree r on r.node = 2 * t.node + 1;
select abs(root.loss - (select var_pop(cost) * count(*) from person)) < 1e-6 as root_loss,
	abs((select sum(saved) from tree) - (root.loss - (select sum(loss) from tree where is_leaf))) < 1e-6 as adds_up
from tree root
where node = 1;
-- the first split, by trying every cut of every number in SQL: unknown goes to the greater side
create function pg_temp.best_number(response text, weight text, method text, leaf int)
returns table (gain float8) language plpgsql
as $$
declare
	best float8 := 0;
	c text;
	v record;
	g float8;
begin
	foreach c in array array['age', 'n', 'flag::int'] loop
		for v in execute format(
			'select distinct (%s)::float8 as x from person where %1$s is not null order by 1', c) loop
			execute format(
				$q$
				with known as (
					select (%1$s)::float8 as x, (%2$s)::float8 as y, (%3$s)::float8 as w
					from person
				), side as (
					select count(*) filter (where x < %4$s) >= count(*) filter (where x >= %4$s) as unknown_left
					from known
				), sided as (
					select coalesce(x < %4$s, unknown_left) as l, y, w
					from known, side
				), sums as (
					select l, count(*)::float8 as n, sum(y) as y, sum(w) as w
					from sided
					group by l
				), total as (
					select count(*)::float8 as n, sum(y) as y, sum(w) as w
					from sided
				)
				select case
						when count(*) < 2 or min(s.n) < %5$s then 0
						when %6$L = 'variance' then sum(s.y ^ 2 / s.n) - min(t.y ^ 2 / t.n)
						when %6$L = 'poisson' then sum(case when s.y > 0 then 2 * s.y * ln(s.y / s.w) else 0 end)
							- min(2 * t.y * ln(t.y / t.w))
						else sum((s.y ^ 2 + (s.n - s.y) ^ 2) / s.n) - min((t.y ^ 2 + (t.n - t.y) ^ 2) / t.n) end
				from sums s, total t$q$,
				c, response, weight, v.x, leaf, method) into g;
			best := greatest(best, g);
		end loop;
	end loop;
	gain := best;
	return next;
end
$$;
select 'variance' as method, abs(gain - saved) < 1e-6 * gain as best_found
from pg_temp.best_number('cost', '1', 'variance', 50),
	ph.grow_tree('select cost, age, n, flag from person', depth => 1, folds => 0)
where node = 1
union all
select 'poisson', abs(gain - saved) < 1e-6 * gain
from pg_temp.best_number('events', 'years', 'poisson', 50),
	ph.grow_tree(
		'select events, years, age, n, flag from person', method => 'poisson', exposure => 'years', depth => 1,
		folds => 0)
where node = 1
union all
select 'gini', abs(gain - saved) < 1e-6 * gain
from pg_temp.best_number('died::int', '1', 'gini', 50),
	ph.grow_tree('select died, age, n, flag from person', method => 'gini', depth => 1, folds => 0)
where node = 1;
-- words: the best of all partitions
with word as (
	select coalesce("Cat", '?') as w, count(*)::float8 as n, sum(cost) as y
	from person
	where "Cat" is not null
	group by 1
), u as (
	select count(*)::float8 as n, sum(cost) as y
	from person
	where "Cat" is null
), part as (
	select m,
		sum(n) filter (where m >> (ascii(w) - 65) & 1 = 1) as ln,
		sum(y) filter (where m >> (ascii(w) - 65) & 1 = 1) as ly,
		sum(n) filter (where m >> (ascii(w) - 65) & 1 = 0) as rn,
		sum(y) filter (where m >> (ascii(w) - 65) & 1 = 0) as ry
	from word, generate_series(1, 30) m
	group by m
), gain as (
	select case
			when ln >= rn then (ly + u.y) ^ 2 / (ln + u.n) + ry ^ 2 / rn
			else ly ^ 2 / ln + (ry + u.y) ^ 2 / (rn + u.n) end - (select sum(cost) ^ 2 / count(*) from person) as g
	from part, u
)
select abs(best - saved) < 1e-6 as best_of_all
from (select max(g) as best from gain) g,
	ph.grow_tree('select cost, "Cat" from person', depth => 1, folds => 0, complexity => 0)
where node = 1;
-- laws: deeper explains no less; the same rows in another order, the same tree; the same seed, the same choice
select count(*) as deeper, bool_and(later >= sooner is true) as no_less
from (
	select d, sum(saved) as later, lag(sum(saved)) over (order by d) as sooner
	from generate_series(1, 6) d,
		lateral ph.grow_tree(
			'select cost, age, flag, "Cat", n from person', depth => d, folds => 0, complexity => 0,
			smallest_leaf => 10)
	group by d
) x
where d > 1;
select count(*) as nodes, count(*) filter (where (a.path, a.people) is distinct from (b.path, b.people)) as differ
from ph.grow_tree('select cost, age, flag, "Cat", n from person order by person_id', folds => 0) a
	full join ph.grow_tree('select cost, age, flag, "Cat", n from person order by md5(person_id::text)', folds => 0) b
		using (node);
select leaves, round(loss::numeric, 4) as loss, round(held_out_loss::numeric, 3) as held_out, chosen
from ph.tree_pruning('select cost, age, flag, "Cat", n from person order by person_id', smallest_leaf => 20);
select count(*) as sizes, bool_and(a = b is true) as same_seed
from ph.tree_pruning('select cost, age, n from person order by person_id', seed => 7) with ordinality a
	full join ph.tree_pruning('select cost, age, n from person order by person_id', seed => 7) with ordinality b
		using (ordinality);
-- chance alone is no tree: nothing of noise survives the pruning
select count(*) as nodes
from ph.grow_tree('select hashint4(person_id) % 100, age, flag, n from person order by person_id');
-- a tree is a scheme
create schema care;
call ph.create_segment_tables('care');
call ph.learn_scheme('care', 'cost', '1', 'select cost, age, flag, "Cat", n from person', depth => 2);
-- nobody else's function or operator on the search path runs
create schema trap;
create function trap.format(text, bigint, numeric) returns text language plpgsql
as $$ begin raise exception 'trapped'; end $$;
create function trap.joined(text, integer) returns text language plpgsql
as $$ begin raise exception 'trapped'; end $$;
create operator trap.|| (leftarg = text, rightarg = integer, function = trap.joined);
set search_path = public, trap;
call ph.learn_scheme('care', 'trapped', '1', E'select cost, age from person -- a comment\n;', depth => 1, folds => 0);
call ph.learn_cluster_scheme(
	'care', 'trapped too', '1', 'select age, n from person -- a comment', ph.k_means('select age, n from person', 2));
show search_path;
reset search_path;
drop schema trap cascade;
select scheme, count(*) from care.scheme_rule where scheme like 'trapped%' group by 1 order by 1;
select rule, checked from care.scheme_rule order by rule_order;
call ph.create_segment_view('cost', '1', 'public.person', 'care.by_cost', 'care');
select s.segment, count(*),
	round(avg(cost)::numeric, 3) as mean,
	(select label from care.scheme_segment g where g.segment = s.segment)
from care.by_cost s join person using (person_id)
group by 1
order by 1;
select finding, segment, people from ph.check_scheme('cost', '1', 'public.person', 'care');
select round(value::numeric, 4) as explained
from (select ph.person_tally(rank, cost) as t from care.by_cost join person using (person_id)) x,
	lateral ph.variance_explained(t);
drop schema care cascade;
-- no rows, one row, one value, all unknown
select * from ph.grow_tree('select cost, age from person where false');
select node, is_leaf, path, people, value
from ph.grow_tree('select cost, age from person order by person_id limit 1', folds => 0);
select count(*) from ph.grow_tree('select 5.0::float8 as y, age from person');
select count(*) from ph.grow_tree('select cost, null::float8 as x from person');
select count(*) from ph.grow_tree('select 0 as y, age from person', method => 'poisson');
select count(*) from ph.grow_tree('select true as y, age from person', method => 'gini');
-- refused
select * from ph.grow_tree('select cost, age from person', response => 'nothing');
select * from ph.grow_tree('select cost, age from person', terms => '{nothing}');
select * from ph.grow_tree('select cost from person');
select * from ph.grow_tree('select nullif(cost, 3), age from person');
select * from ph.grow_tree('select ''NaN''::float8 as y, age from person');
select * from ph.grow_tree('select cost, ''Infinity''::float8 as x from person');
select * from ph.grow_tree('select -1 as y, age from person', method => 'poisson');
select *
from ph.grow_tree('select 1 as y, 0 as years, age from person', method => 'poisson', exposure => 'years');
select * from ph.grow_tree('select cost, age from person', exposure => 'age');
select * from ph.grow_tree('select cost, age from person', method => 'gini');
select * from ph.grow_tree('select cost, age from person', method => 'maths');
select * from ph.grow_tree('select cost, age from person', depth => 13);
select * from ph.grow_tree('select cost, age from person', smallest_leaf => 0);
select * from ph.grow_tree('select cost, age from person', complexity => 2);
select * from ph.grow_tree('select cost, age from person', folds => 1);
select * from ph.grow_tree('select cost, person_id::text as word from person');
select * from ph.grow_tree('delete from person');
select * from ph.grow_tree(null);
drop table person;
