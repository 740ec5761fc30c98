
-- ---- trees: segments learned from data ----

create type ph.tree_node as (
	node integer,
	parent integer,
	node_depth integer,
	is_leaf boolean,
	split text,
	path text,
	people bigint,
	value float8,
	loss float8,
	saved float8,
	class text
);
comment on type ph.tree_node is 'a node of a regression tree, as ph.grow_tree returns it';
comment on column ph.tree_node.node is 'its number: the root is 1, the children of n are 2 n and 2 n + 1';
comment on column ph.tree_node.parent is 'the number of the node above it; NULL for the root';
comment on column ph.tree_node.node_depth is 'how many splits lie above it';
comment on column ph.tree_node.is_leaf is 'whether it is not split, in the tree that was chosen';
comment on column ph.tree_node.split is 'the condition of its left child; NULL for a leaf';
comment on column ph.tree_node.path is 'a condition in SQL that holds for the people of the node and for nobody else';
comment on column ph.tree_node.people is 'how many rows are in it';
comment on column ph.tree_node.value is 'mean of the response, rate of events by exposure, or share of the class';
comment on column ph.tree_node.loss is 'squared deviations, deviance, or rows that are not of the class';
comment on column ph.tree_node.saved is 'what its split takes off the loss; NULL for a leaf';
comment on column ph.tree_node.class is 'the commonest class, for the method gini';

create function ph.grow_tree(
	query text, response text default null, terms text[] default null, method text default 'variance',
	exposure text default null, smallest_leaf integer default 50, depth integer default 5,
	complexity float8 default 0.001, folds integer default 10, prune text default 'one_standard_error',
	seed bigint default 1)
returns setof ph.tree_node
language c stable parallel unsafe rows 20 cost 100000
as 'MODULE_PATHNAME', 'grow_tree';
comment on function ph.grow_tree(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) is
	'a regression tree (Breiman et al. 1984) over the rows of a query, a row a node: '
	'response is its first column and terms all others unless named; '
	'method variance (cost), poisson (counts, by exposure) or gini (a boolean or text outcome); '
	'leaves of at least smallest_leaf people; pruned by cost-complexity with seeded cross-validation (folds 0: none); '
	'path is a condition in SQL that holds for the people of the node and nobody else, whatever is unknown';
create function ph.tree_pruning(
	query text, response text default null, terms text[] default null, method text default 'variance',
	exposure text default null, smallest_leaf integer default 50, depth integer default 5,
	complexity float8 default 0.001, folds integer default 10, prune text default 'one_standard_error',
	seed bigint default 1,
	out complexity_from float8, out leaves integer, out loss float8, out held_out_loss float8,
	out held_out_error float8, out chosen boolean)
returns setof record
language c stable parallel unsafe rows 20 cost 100000
as 'MODULE_PATHNAME', 'tree_pruning';
comment on function ph.tree_pruning(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) is
	'the trees that ph.grow_tree chooses from, from the largest to the root: '
	'complexity from which each is best, leaves, loss on its rows and on rows held out as shares of the root''s, '
	'the standard error of the latter, and which one is chosen';

create function ph_support.learned_inputs(
	query text, response text, exposure text, terms text[],
	out column_name text, out type regtype)
returns setof record
language sql stable parallel restricted rows 10
begin atomic
	select c.column_name, c.type
	from ph.query_columns(query) with ordinality as c (column_name, type, n)
	where (case when response is null then c.n <> 1 else c.column_name <> response end)
		and (exposure is null or c.column_name <> exposure)
		and (terms is null or c.column_name = any (terms))
	order by c.n;
end;
comment on function ph_support.learned_inputs(text, text, text, text[]) is
	'support function of ph.learn_scheme: the columns of a query that a tree takes as terms';

create type ph_support.learned_segment as (
	segment text,
	label text,
	rule text,
	expression text,
	says text
);
comment on type ph_support.learned_segment is 'a segment that was learned, and its one rule';
comment on column ph_support.learned_segment.segment is 'the segment';
comment on column ph_support.learned_segment.label is 'what it is called';
comment on column ph_support.learned_segment.rule is 'its one rule';
comment on column ph_support.learned_segment.expression is 'the rule as it is written';
comment on column ph_support.learned_segment.says is 'the rule in plain words';

create procedure ph_support.write_learned_scheme(
	schema text, scheme text, version text, label text, source text, inputs text[], types text[], activity text[],
	segments ph_support.learned_segment[], nobody text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'scheme');
	execute ph_support.in_schema($query$
		insert into {scheme} (scheme, version, label, source, certainty, precedence)
		values ($1, $2, $3, $4, 'derived', 'ours')$query$, schema)
	using scheme, version, label, source;
	execute ph_support.in_schema($query$
		insert into {scheme_input} (scheme, version, input, type, activity)
		select $1, $2, input, type, input = any ($5)
		from unnest($3, $4) i (input, type)$query$, schema)
	using scheme, version, inputs, types, activity;
	execute ph_support.in_schema($query$
		insert into {scheme_segment} (scheme, version, rank, segment, label)
		select $1, $2, ordinality, segment, label
		from unnest($3) with ordinality$query$, schema)
	using scheme, version, segments;
	execute ph_support.in_schema($query$
		insert into {scheme_rule} (scheme, version, rule_order, rule, segment, expression, says, certainty)
		select $1, $2, ordinality, rule, segment, expression, says, 'derived'
		from unnest($3) with ordinality$query$, schema)
	using scheme, version, segments;
	execute ph_support.in_schema($query$
		insert into {scheme_segment} (scheme, version, rank, segment, kind)
		values ($1, $2, $3, $4, 'default')$query$, schema)
	using scheme, version, cardinality(segments) + 1, nobody;
end
$$;
comment on procedure ph_support.write_learned_scheme(
	text, text, text, text, text, text[], text[], text[], ph_support.learned_segment[], text) is
	'writes segments that were learned as a scheme, in the order of the list, '
	'and a default segment for whom no rule matches';

create procedure ph_support.write_tree_scheme(
	schema text, scheme text, version text, source text, inputs text[], types regtype[], activity text[],
	leaves ph.tree_node[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	input_types text[] := array(select ph.rule_type(t) from unnest(types) with ordinality u (t, n) order by n);
	segments ph_support.learned_segment[] := array(
		select (
			format('leaf %s', l.ordinality), format('%s people, value %s', l.people, round(l.value::numeric, 4)),
			format('leaf %s', l.ordinality), l.path, 'your record says: ' || l.path
		)::ph_support.learned_segment
		from unnest(leaves) with ordinality l
		order by l.ordinality);
begin
	if segments = '{}' then
		raise exception 'argument "query" has no rows to learn from'
			using errcode = '22023';
	end if;
	-- the default takes nobody, since the paths of leaves cover everybody
	call ph_support.write_learned_scheme(
		schema, scheme, version, 'learned by a tree', source, inputs, input_types, activity, segments, 'none');
end
$$;
comment on procedure ph_support.write_tree_scheme(text, text, text, text, text[], regtype[], text[], ph.tree_node[]) is
	'support procedure of ph.learn_scheme: a segment a leaf, in the order of the list';

-- The query is read under the caller's search path, so that this procedure has none and says where each name lies.
create procedure ph.learn_scheme(
	schema text, scheme text, version text, query text, response text default null, terms text[] default null,
	method text default 'variance', exposure text default null, smallest_leaf integer default 50,
	depth integer default 5, complexity float8 default 0.001, folds integer default 10,
	prune text default 'one_standard_error', seed bigint default 1, activity text[] default '{}')
language plpgsql
as $$
declare
	leaves ph.tree_node[];
	inputs pg_catalog.text[];
	types pg_catalog.regtype[];
begin
	leaves := (
		select pg_catalog.array_agg(n order by n.value desc, n.node)
		from ph.grow_tree(
			query, response, terms, method, exposure, smallest_leaf, depth, complexity, folds, prune, seed) n
		where n.is_leaf);
	select pg_catalog.array_agg(i.column_name), pg_catalog.array_agg(i.type) into inputs, types
	from ph_support.learned_inputs(query, response, exposure, terms) i;
	call ph_support.write_tree_scheme(
		schema, scheme, version,
		pg_catalog.format(
			'ph.grow_tree, method %s, smallest leaf %s, depth %s, complexity %s, folds %s, prune %s, seed %s, '
			'over: %s',
			method, smallest_leaf, depth, complexity, folds, prune, seed, query),
		inputs, types, activity, leaves);
end
$$;
comment on procedure ph.learn_scheme(
	text, text, text, text, text, text[], text, text, integer, integer, float8, integer, text, bigint, text[]) is
	'grows a tree over a query (arguments of ph.grow_tree) '
	'and writes its leaves as a scheme into the tables of a schema of yours: '
	'a segment a leaf, the highest value first, its rule the leaf''s condition, checked like any other; '
	'the source of the scheme is how it was learned; activity names the inputs that are use of services or spend';
