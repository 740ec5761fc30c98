-- Weights of a linkage: patterns keep their pairs however they are folded, EM does what Fellegi, Sunter and Jaro wrote,
-- and what is fragile is named.
set search_path = public, ph;
\set SHOW_CONTEXT never

-- ---- patterns ----
create temp table pair as
select i,
	array[case when i % 7 <> 0 then i % 3 end, case when i % 5 = 0 then -1 else (i % 11 = 0)::int end, i % 2] as levels
from generate_series(1, 3000) i;
select agreement_patterns(levels) from pair;
-- against GROUP BY
select count(*) as patterns, count(*) filter (where c.pairs = g.pairs) as pairs
from (select agreement_patterns(levels) as p from pair) x, lateral agreement_counts(p) c
full join (
	select array(select nullif(l, -1) from unnest(levels) with ordinality u (l, n) order by n) as levels,
		count(*) as pairs
	from pair
	group by 1
) g using (levels);
-- any split, any order, counted before; text and bytes
select count(distinct p) as same
from (
	select agreement_patterns(levels) as p
	from pair
	union all
	select agreement_patterns(levels order by i desc)
	from pair
	union all
	select agreement_patterns(levels, pairs)
	from (select levels, count(*) as pairs from pair group by levels) g
	union all
	select agreement_patterns_rollup(part)
	from (select agreement_patterns(levels) as part from pair group by i % 7) p
	union all
	select agreement_patterns_rollup(part)::text::agreement_patterns
	from (select agreement_patterns(levels) as part from pair group by i % 2) p
) u;
create temp table stored (p agreement_patterns);
insert into stored select agreement_patterns(levels) from pair group by i % 4;
insert into stored values ('{}');
\copy stored to 'linkage_patterns.bin' (format binary)
create temp table came_back (like stored);
\copy came_back from 'linkage_patterns.bin' (format binary)
\! rm -f linkage_patterns.bin
select count(*) as rows, (select count(*) from (table stored except table came_back) d) as lost from came_back;
-- equality and order by content
select count(*) as all,
	count(*) filter (where (a.p = b.p) = (a.p::text = b.p::text)) as equal_where_the_text_is,
	count(*) filter (where (a.p <> b.p) = not (a.p = b.p)) as not_equal,
	count(*) filter (where (a.p < b.p) = (b.p > a.p)) as less,
	count(*) filter (where (a.p <= b.p) = (a.p < b.p or a.p = b.p)) as less_or_equal,
	count(*) filter (where (a.p >= b.p) = not (a.p < b.p)) as greater_or_equal
from stored a, stored b;
select agreement_patterns(levels) as of_none, agreement_patterns_rollup('{}') as of_nothing,
	agreement_shares('{}') as no_shares
from pair
where false;
select agreement_patterns_rollup(case when i = 1 then '{1: 1}'::agreement_patterns end) from generate_series(1, 2) i;
select agreement_shares('{? 0 1: 558, 1 1 ?: 3, 1 1 2: 2197}') as shares;
select agreement_patterns(array_fill(14, array[16])) as most, agreement_patterns('{null}', 0) as no_pair;
-- what must not be
\set VERBOSITY terse
select agreement_patterns(array[1, 15]);
select agreement_patterns(array[-2]);
select agreement_patterns('{}'::int[]);
select agreement_patterns(array_fill(0, array[17]));
select agreement_patterns(null::int[]);
select agreement_patterns(levels) from (values (array[1, 2]), (array[1])) v (levels);
select agreement_patterns(array[1], -1);
select agreement_patterns(array[1], null);
select agreement_patterns(array[1], 9223372036854775807) from generate_series(1, 2);
select agreement_patterns_rollup(p) from (values ('{1: 1}'::agreement_patterns), ('{1 1: 1}')) v (p);
select '{1 0: 1, 0 1: 1}'::agreement_patterns;
select '{1 0: 1, 1 0: 1}'::agreement_patterns;
select '{1 0: 1, 1: 1}'::agreement_patterns;
select '{1 0: 0}'::agreement_patterns;
select '{15: 1}'::agreement_patterns;
select '{1 : 1}'::agreement_patterns;
select '{0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0: 1}'::agreement_patterns;
select agreement_patterns(array[i % 15, i / 15 % 15, i / 225 % 15, i / 3375 % 15, i / 50625])
from generate_series(0, 65536) i;
\set VERBOSITY default

-- ---- weights ----
-- made up: of 100,000 pairs 4 % match; four fields, the second with three levels, the fourth unknown of a fifth
create temp table truth (field text, m float8[], u float8[]);
insert into truth
values ('surname', '{0.08,0.92}', '{0.99,0.01}'), ('birth', '{0.02,0.05,0.93}', '{0.9,0.08,0.02}'),
	('sex', '{0.01,0.99}', '{0.5,0.5}'), ('postcode', '{0.3,0.7}', '{0.97,0.03}');
create temp table known as
select agreement_patterns(levels, round(100000 * chance)::bigint) as patterns
from (
	select array[a, b, c, d] as levels,
		(0.04 * s.m[a + 1] * y.m[b + 1] * x.m[c + 1] * case d when -1 then 1 else p.m[d + 1] end
			+ 0.96 * s.u[a + 1] * y.u[b + 1] * x.u[c + 1] * case d when -1 then 1 else p.u[d + 1] end)
			* case d when -1 then 0.2 else 0.8 end as chance
	from generate_series(0, 1) a, generate_series(0, 2) b, generate_series(0, 1) c, generate_series(-1, 1) d,
		truth s, truth y, truth x, truth p
	where s.field = 'surname' and y.field = 'birth' and x.field = 'sex' and p.field = 'postcode'
) t;
create temp table model as
select linkage(patterns, array['surname', 'birth', 'sex', 'postcode']) as model from known;
select (model).status, (model).pairs, (model).patterns, round((model).lambda::numeric, 3) as lambda,
	(model).parameters, (model).starts_agreeing, (model).change < 1e-12 as settled, (model).note
from model;
-- what was planted comes back
select w.field, w.level, round(w.m::numeric, 2) as m, round(w.u::numeric, 2) as u,
	round(w.weight::numeric, 1) as weight,
	abs(w.m - t.m[w.level + 1]) < 0.01 and abs(w.u - t.u[w.level + 1]) < 0.005 as as_planted
from model, match_weights(model) w join truth t using (field);
-- EM by its definition in SQL: a step from the answer changes nothing, and one from elsewhere is the same step
create function pg_temp.em_step(
	patterns agreement_patterns, lambda float8, m float8[], u float8[], out new_lambda float8, out new_m float8[],
	out new_u float8[])
language sql as $$
	with pattern as (
		select levels, pairs, row_number() over () as n from agreement_counts(patterns)
	), posterior as (
		select n, levels, pairs,
			lambda * exp(coalesce(sum(ln(m[f][l + 1])), 0)) as match,
			(1 - lambda) * exp(coalesce(sum(ln(u[f][l + 1])), 0)) as other
		from pattern left join lateral unnest(levels) with ordinality v (l, f) on l is not null
		group by n, levels, pairs
	), weighted as (
		select f, l, sum(pairs * match / (match + other)) as match, sum(pairs * other / (match + other)) as other
		from posterior, unnest(levels) with ordinality v (l, f)
		where l is not null
		group by f, l
	), share as (
		select f, l, match / sum(match) over (partition by f) as m, other / sum(other) over (partition by f) as u
		from weighted
	), field as (
		select f, array_agg(s.m order by l) as m, array_agg(s.u order by l) as u
		from (
			select f, l, s.m, s.u
			from (select distinct f from share) a
			cross join generate_series(0, array_length($3, 2) - 1) l
			left join share s using (f, l)
		) s
		group by f
	)
	select (select sum(pairs * match / (match + other)) / sum(pairs) from posterior),
		(select array_agg(field.m order by f) from field),
		(select array_agg(field.u order by f) from field)
$$;
select abs(s.new_lambda - (model).lambda) < 1e-10 as lambda,
	(
		select max(abs(a - b))
		from unnest(s.new_m, (model).m) v (a, b)
	) < 1e-10 as same_m,
	(
		select max(abs(a - b))
		from unnest(s.new_u, (model).u) v (a, b)
	) < 1e-10 as same_u
from known, model, pg_temp.em_step(patterns, (model).lambda, (model).m, (model).u) s;
create temp table begun as
select 0.2::float8 as lambda,
	'{{0.2,0.8,NULL},{0.1,0.2,0.7},{0.4,0.6,NULL},{0.5,0.5,NULL}}'::float8[] as m,
	'{{0.7,0.3,NULL},{0.5,0.3,0.2},{0.6,0.4,NULL},{0.8,0.2,NULL}}'::float8[] as u;
select abs(s.new_lambda - (f).lambda) < 1e-13 as lambda,
	(
		select max(abs(a - b))
		from unnest(s.new_m, (f).m) v (a, b)
	) < 1e-13 as m,
	(
		select max(abs(a - b))
		from unnest(s.new_u, (f).u) v (a, b)
	) < 1e-13 as u,
	(f).status, (f).iterations
from known, begun b, pg_temp.em_step(patterns, lambda, m, u) s,
	lateral (select linkage(patterns, null, lambda, m, u, max_iterations => 1) as f) l;
-- the likelihood never falls; begun anywhere near, it ends in the same place; twice is the same
select count(*) as steps, bool_and(likelihood >= before - 1e-9 * abs(before)) as never_falls
from (
	select likelihood, lag(likelihood) over (order by steps) as before
	from known, begun, generate_series(0, 60) steps,
		lateral (select (linkage(patterns, null, lambda, m, u, max_iterations => steps)).log_likelihood as likelihood) l
) s;
select abs((f).lambda - (model).lambda) < 1e-9 as same_end, (f).starts_agreeing is null as one_start,
	linkage(patterns, array['surname', 'birth', 'sex', 'postcode']) = model as the_same_twice
from known, model, begun b, lateral (select linkage(patterns, null, lambda, m, u) as f) l;
-- what is fixed stays
select (f).lambda = 0.03 as lambda,
	(f).u = '{{0.99,0.01,NULL},{0.9,0.08,0.02},{0.5,0.5,NULL},{0.97,0.03,NULL}}'::float8[] as u,
	(f).parameters as parameters, (f).m[1][2] > 0.9 as m_is_found
from known,
	lateral (
		select linkage(
				patterns, null, 0.03, u => '{{0.99,0.01,NULL},{0.9,0.08,0.02},{0.5,0.5,NULL},{0.97,0.03,NULL}}',
				fix_lambda => true, fix_u => true) as f
	) l;
-- a pair: the prior and what each known field adds; probability is its odds
select levels, round(match_weight(model, levels)::numeric, 6) as weight,
	round(match_probability(model, levels)::numeric, 6) as probability,
	abs(match_weight(model, levels) - (
		select ln((model).lambda / (1 - (model).lambda)) / ln(2.0)
			+ coalesce(sum(w.weight) filter (where w.level = levels[array_position((model).fields, w.field)]), 0)
		from match_weights(model) w
	)) < 1e-9 as by_hand,
	abs(match_probability(model, levels) - 1 / (1 + 2 ^ -match_weight(model, levels))) < 1e-12 as odds
from model,
	(
		values (array[1, 2, 1, 1]), (array[1, 2, 1, null]), (array[0, 0, 0, 0]), (array[-1, -1, -1, -1]),
			(array[0, 2, 1, 1])
	) v (levels);
-- what to expect at a cut, against the planted truth of the same pairs
select cut, q.pairs, round(q.matches) as matches, q.linked,
	round(q.false_links) as false_links, round(q.missed_matches) as missed,
	round(q.precision_expected::numeric, 4) as precision, round(q.recall_expected::numeric, 4) as recall, q.note
from model, known, generate_series(-20, 20, 5) cut, linkage_quality(model, patterns, cut) q;
select bool_and(abs(q.matches - (q.linked - q.false_links) - q.missed_matches) < 1e-6) as closes,
	bool_and(abs(q.matches / q.pairs - (model).lambda) < 1e-8) as matches_are_lambda,
	bool_and(q.false_links between 0 and q.linked) as within
from model, known, generate_series(-20, 20) cut, linkage_quality(model, patterns, cut) q;
-- the same as the sum over the patterns
select bool_and(q.linked = s.linked and abs(q.false_links - s.false_links) < 1e-6) as as_summed
from model, known, generate_series(-20, 20, 4) cut, linkage_quality(model, patterns, cut) q,
	lateral (
		select coalesce(sum(pairs), 0) as linked,
			coalesce(sum(pairs * (1 - match_probability(model, levels))), 0) as false_links
		from agreement_counts(patterns)
		where match_weight(model, levels) >= cut
	) s;
-- patterns that the model does not allow are counted
select q.*
from linkage_quality(
	linkage('{0 0: 10, 1 1: 10}', lambda => 0.5, m => '{{0,1},{0.5,0.5}}', u => '{{1,0},{1,0}}', max_iterations => 0),
	'{0 1: 3, 1 0: 4, 1 1: 5}', 0) q;

-- ---- what is fragile, by name ----
select (linkage('{}')).status, (linkage(null)).status as of_null, match_weight(linkage('{}'), '{1}') as no_weight,
	linkage_quality(linkage('{}'), '{}', 0) as no_quality;
select what, (f).status, (f).note
from (
	values ('two fields', linkage('{0 0: 900, 0 1: 50, 1 0: 60, 1 1: 100}')),
		('alike in all', linkage('{0 0 1: 900, 0 1 1: 50, 1 0 1: 60, 1 1 1: 100}')),
		('never known', linkage('{0 0 ?: 900, 0 1 ?: 50, 1 0 ?: 60, 1 1 ?: 100}', array['a', 'b', 'c'])),
		('rare', linkage('{0 0 0: 900000, 0 0 1: 90000, 0 1 0: 50000, 1 0 0: 40000, 1 1 1: 300}')),
		('too few steps', linkage('{0 0 0: 90, 0 0 1: 9, 0 1 0: 5, 1 0 0: 4, 1 1 1: 30}', max_iterations => 2)),
		('against', linkage(
			'{0 0 0: 400, 0 0 1: 600, 0 1 0: 90, 1 0 0: 80, 1 1 0: 500, 1 1 1: 200}', array['a', 'b', 'c']))
) v (what, f);
-- a weight without limit, and a level that no pair had
select w.*
from match_weights(linkage('{0 0: 10, 1 1: 10}', lambda => 0.5, m => '{{0,1,0},{0.5,0.5,null}}',
	u => '{{1,0,0},{0.5,0.5,null}}', max_iterations => 0)) w;
select match_weight(f, '{1,null}') as sure, match_probability(f, '{1,null}') as certain,
	match_weight(f, '{0,null}') as never, match_weight(f, '{2,1}') as neither
from (
	select linkage('{0 0: 10, 1 1: 10}', lambda => 0.5, m => '{{0,1,0},{0.5,0.5,null}}',
		u => '{{1,0,0},{0.5,0.5,null}}', max_iterations => 0) as f
) l;
-- what must not be
\set VERBOSITY terse
select linkage('{0 0: 1, 1 1: 1}', array['a']);
select linkage('{0 0: 1, 1 1: 1}', array['a', null]);
select linkage('{0 0: 1, 1 1: 1}', array['a', 'a']);
select linkage('{0 0: 1, 1 1: 1}', lambda => 0);
select linkage('{0 0: 1, 1 1: 1}', fix_lambda => true);
select linkage('{0 0: 1, 1 1: 1}', fix_u => true);
select linkage('{0 0: 1, 1 1: 1}', u => '{{0.5,0.5}}');
select linkage('{0 0: 1, 1 1: 1}', u => '{{1},{1}}');
select linkage('{0 0: 1, 1 1: 1}', u => '{{0.5,0.6},{0.5,0.5}}');
select linkage('{0 0: 1, 1 1: 1}', u => '{{0.5,null},{0.5,0.5}}');
select linkage('{0 0: 1, 1 1: 1}', u => '{{null,1},{0.5,0.5}}');
select linkage('{0 0: 1, 1 1: 1}', m => '{{1,-0},{1,NaN}}');
select linkage('{0 0: 1, 1 1: 1}', m => '{{1,0},{1,0}}', u => '{{1,0},{1,0}}');
select linkage('{0 0: 1, 1 1: 1}', starts => 0);
select linkage('{0 0: 1, 1 1: 1}', max_iterations => -1);
select linkage('{0: 9223372036854775807, 1: 9223372036854775807}');
select match_weight(model, '{1,2,1}') from model;
select match_weight(model, '{2,2,1,1}') from model;
select match_weight(model, '{1,3,1,1}') from model;
select match_weight(row('ok', '{a}', 1, 1, 0.5, '{{0.5,2}}', '{{0.5,0.5}}', null, null, null, null, null,
	null)::linkage_model, '{1}');
select match_weight(row('ok', '{a}', 1, 1, 0.5, '{{0.5,0.5}}', '{0.5,0.5}', null, null, null, null, null,
	null)::linkage_model, '{1}');
