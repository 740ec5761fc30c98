-- Discrimination against pairs counted in SQL, and laws. Numbers of others are compared elsewhere.
set search_path = public, ph;
\set SHOW_CONTEXT never
create temp table person as
select i,
	(i * 37 % 23) / 10.0 as score,
	(i * 7919 % 100) < 10 + (i * 37 % 23) as outcome,
	i % 3 as grp,
	(i * 31 % 40 + 1)::float8 as time
from generate_series(1, 400) i;
create temp view whole as select person_tally(score, outcome) as t from person;
create temp view pairs as
select a.score as with_score, b.score as without_score
from person a, person b
where a.outcome and not b.outcome;
select abs(a.value - (
		select avg(case
			when with_score > without_score then 1
			when with_score = without_score then 0.5
			else 0
		end)::float8
		from pairs
	)) < 1e-12 as area,
	a.lower < a.value and a.value < a.upper as limits,
	note
from whole, auroc(t) a;
-- DeLong's variance by placements in SQL
with placement as (
	select outcome,
		(
			select avg(case when p.score > q.score then 1 when p.score = q.score then 0.5 else 0 end)::float8
			from person q
			where q.outcome <> p.outcome
		) as v
	from person p
), by_class as (select outcome, var_samp(v) / count(*) as part from placement group by outcome)
select abs((a.upper - a.lower) / 2 / 1.9599639845400545 - sqrt(sum(part))) < 1e-12 as standard_error
from whole, auroc(t) a, by_class
group by a.lower, a.upper;
-- laws: any rising change of the score, the opposite score, the same people twice
select abs(a.value - b.value) < 1e-15 as monotone,
	abs(a.value + c.value - 1) < 1e-12 as opposite,
	abs(a.value - d.value) < 1e-12 as twice,
	d.upper - d.lower < a.upper - a.lower as narrower
from auroc((select t from whole)) a,
	auroc((select person_tally(exp(score) * 3, outcome) from person)) b,
	auroc((select person_tally(-score, outcome) from person)) c,
	auroc((select person_tally(score, outcome) from person, generate_series(1, 2))) d;
select round(a.value::numeric, 12) as prevalence, round(share, 12) as share
from (select person_tally(1, outcome) as t, avg(outcome::int) as share from person) x, average_precision(t) a;
-- top shares: everybody is the last one; against a sort where nothing is tied
select round(positive_predictive_value::numeric, 12) as ppv, sensitivity, lift, people from whole, top_shares(t, '{1}');
select s.share, s.people,
	s.events = (
		select count(*) filter (where outcome)
		from (select outcome from person order by score + i / 1e6 desc limit s.people::int) top
	) as events
from top_shares((select person_tally(score + i / 1e6, outcome) from person), '{0.01,0.07,0.5}') s;
select count(*) as thresholds,
	count(*) filter (where true_positives + false_negatives = (select count(*) filter (where outcome) from person))
		as closed,
	max(sensitivity) as all_found
from whole, roc(t);
-- groups of different people
select d.value = a.value - b.value as difference,
	abs((d.upper - d.lower) ^ 2 - ((a.upper - a.lower) ^ 2 + (b.upper - b.lower) ^ 2)) < 1e-12 as variances_add,
	verdict
from (
	select person_tally(score, outcome) filter (where grp = 0) as x,
		person_tally(score, outcome) filter (where grp = 1) as y
	from person
) g,
	auroc(x) a,
	auroc(y) b,
	compare(x, y, 'auroc') d;
-- concordance against pairs in SQL: comparable are an event and somebody followed longer, or lost at that time
with pair as (
	select case when a.score > b.score then 1 when a.score = b.score then 0.5 else 0 end as c
	from person a, person b
	where a.outcome and (b.time > a.time or b.time = a.time and not b.outcome)
)
select abs(c.value - (select avg(c)::float8 from pair)) < 1e-12 as concordance
from (
	select array_agg(t order by score) as tallies
	from (select score, person_tally(time, outcome) as t from person group by score) g
) x,
	concordance(tallies) c;
-- no answer
select what, a.value, a.note
from (
	values
	('nobody', 'empty'::tally),
	('one class', 'people; 0.1: 5 0 0'),
	('perfect', 'people; 0.1: 5 0 0; 0.9: 3 3 3'),
	('some without score', 'people; missing 3; unknown 2: 2 1 1; 0.1: 5 1 1; 0.9: 3 2 2')
) v(what, t),
	auroc(t) a;
select known, a.value is not null as value, a.note
from unnest(array[true, false]) known,
	auroc((
		select person_tally(case when i % 10 > 0 then score end, case when known or i % 7 > 0 then outcome end)
		from person
	)) a;
select auroc('people; 1: 5 3 5');
select auroc(null), compare(null, 'people; 0.1: 5 1 1; 0.9: 3 2 2', 'auroc'), concordance('{}');
select * from top_shares('people; 0.1: 5 1 1', '{0}');

-- nothing is known of the spread of one person
select * from ph.auroc((select ph.person_tally(i::float8, i = 7) from generate_series(1, 10) i));
select * from ph.auroc((select ph.person_tally(i::float8, i = 7) from generate_series(1, 10) i), limits => 'logit');

-- scores that differ by rounding alone are one, as in ph.concordance
create temp table rounded as
select ph.person_tally(v, e) t, ph.person_tally(round(v::numeric, 6)::float8, e) r
from (
	values
	(0.1::float8 + 0.2::float8, true), (0.3, false), (0.7, true), (0.8, false), (0.7::float8 + 0.1::float8, true),
	(0.1, false)
) q(v, e);
select (ph.auroc(t)).value = (ph.auroc(r)).value as auroc,
	(ph.average_precision(t)).value = (ph.average_precision(r)).value as precision,
	(select count(*) from ph.roc(t)) = (select count(*) from ph.roc(r)) as roc,
	(select array_agg(g.people_at_threshold) from ph.top_shares(t, '{0.1, 0.6}') g)
		= (select array_agg(g.people_at_threshold) from ph.top_shares(r, '{0.1, 0.6}') g) as shares,
	(select array_agg(g.people) from ph.calibration_groups(t, 3) g)
		= (select array_agg(g.people) from ph.calibration_groups(r, 3) g) as calibration
from rounded;
select (ph.auroc(t)).value as auroc, (ph.concordance(array[t])).value as concordance
from (select ph.person_tally(v, e) t from (values (0.1::float8 + 0.2::float8, true), (0.3, false)) q(v, e)) s;
select (
		select array[true_positives, false_positives]
		from ph.net_benefit(t, array[0.7::float8 + 0.1::float8])
	) as above,
	(select array[true_positives, false_positives] from ph.net_benefit(t, array[0.8])) as exact
from rounded;
