-- reads reference/segmentation
-- A tree of three levels with leaves of 50: over the inputs of the best shipped scheme it explains at least as much of
-- spend, and over attributes alone (no use of services) at least as much as the best scheme without them.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir synthetic_people.psql
select string_agg(
		case when number then format('"%s"::float8 as "%1$s"', c) else format('"%s"', c) end, ', ') as attributes
from (
	select c, bool_and(v is null or v ~ '^-?[0-9.]+(e[-+]?[0-9]+)?$') as number
	from people p, lateral jsonb_each_text(to_jsonb(p)) e(c, v)
	where c like 'att.%'
	group by c
	order by c
) x \gset
create temp table tried (inputs text, at_least float8, query text);
insert into tried
values
	(
		'attributes', 0.073779695694,
		format('select "util.Spend.Total"::float8 as spend, %s from people', :'attributes')),
	(
		'the inputs of Bridges to Health', 0.148894622417,
		'select spend, dementia, frailty_class, heart_failure, coronary_heart_disease, chronic_kidney_disease, cancer, '
		'learning_disability, blindness, deafness, long_term_conditions, sex, maternity_activity, '
		'non_elective_admissions from person_table');
create temp table leaf as
select inputs, g.*
from tried, lateral ph.grow_tree(query, depth => 3, smallest_leaf => 50, complexity => 0.001, folds => 0) g
where is_leaf;
create temp table told (inputs text, spend float8, node int);
select format(
		'insert into told select %L, spend, case %s end from (%s) q', inputs,
		(select string_agg(format('when %s then %s', path, node), ' ') from leaf l where l.inputs = t.inputs), query)
from tried t \gexec
select format(
		'a tree over %s explains %s %% of spend, the best such scheme %s %%', inputs, round(100 * value::numeric, 1),
		round(100 * at_least::numeric, 1)),
	1,
	((value >= at_least) is not true)::int,
	null
from tried
	join (select inputs, ph.person_tally(node, spend) as t from told group by inputs) x using (inputs),
	lateral ph.variance_explained(t);
select 'leaves of the tree hold the people that it says',
	count(*),
	count(*) filter (where l.people is distinct from t.n),
	null
from leaf l left join (select inputs, node, count(*) as n from told group by 1, 2) t using (inputs, node);
select 'leaves have at least 50 people', count(*), count(*) filter (where people < 50), null
from leaf;
