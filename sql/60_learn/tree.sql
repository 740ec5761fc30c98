
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

create function ph.grow_tree(query text, response text default null, terms text[] default null, method text default 'variance',
	exposure text default null, smallest_leaf integer default 50, depth integer default 5, complexity float8 default 0.001,
	folds integer default 10, prune text default 'one_standard_error', seed bigint default 1)
	returns setof ph.tree_node as 'MODULE_PATHNAME', 'grow_tree' language c stable parallel unsafe rows 20 cost 100000;
COMMENT ON FUNCTION ph.grow_tree(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) IS
  'a regression tree (Breiman et al. 1984) over the rows of a query, a row a node: response is its first column and terms all others unless named; method variance (cost), poisson (counts, by exposure) or gini (a boolean or text outcome); leaves of at least smallest_leaf people; pruned by cost-complexity with seeded cross-validation (folds 0: none); path is a condition in SQL that holds for the people of the node and nobody else, whatever is unknown';
CREATE FUNCTION ph.tree_pruning(query text, response text DEFAULT NULL, terms text[] DEFAULT NULL, method text DEFAULT 'variance', exposure text DEFAULT NULL,
    smallest_leaf integer DEFAULT 50, depth integer DEFAULT 5, complexity float8 DEFAULT 0.001, folds integer DEFAULT 10, prune text DEFAULT 'one_standard_error', seed bigint DEFAULT 1,
    OUT complexity_from float8, OUT leaves integer, OUT loss float8, OUT held_out_loss float8, OUT held_out_error float8, OUT chosen boolean)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'tree_pruning' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20 COST 100000;
COMMENT ON FUNCTION ph.tree_pruning(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) IS
  'the trees that ph.grow_tree chooses from, from the largest to the root: complexity from which each is best, leaves, loss on its rows and on rows held out as shares of the root''s, the standard error of the latter, and which one is chosen';

create function ph_support.learned_inputs(query text, response text, exposure text, terms text[], out column_name text, out type regtype)
	returns setof record language sql stable parallel restricted rows 10
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

create procedure ph_support.write_tree_scheme(schema text, scheme text, version text, source text, inputs text[], types regtype[],
	activity text[], leaves ph.tree_node[])
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if coalesce(cardinality(leaves), 0) = 0 then
		raise exception 'argument "query" has no rows to learn from' using errcode = '22023';
	end if;
	execute format('insert into %I.scheme (scheme, version, label, source, certainty, precedence)
		values ($1, $2, ''learned by a tree'', $3, ''derived'', ''ours'')', schema)
	using scheme, version, source;
	execute format('insert into %I.scheme_input (scheme, version, input, type, activity)
		select $1, $2, input, ph.rule_type(type), input = any ($5) from unnest($3, $4) as column_of (input, type)', schema)
	using scheme, version, inputs, types, activity;
	execute format('insert into %I.scheme_segment (scheme, version, rank, segment, label)
		select $1, $2, n, ''leaf '' || n, format(''%%s people, value %%s'', people, round(value::numeric, 4))
		from unnest($3) with ordinality as leaf (node, parent, node_depth, is_leaf, split, path, people, value, loss, saved, class, n)',
		schema)
	using scheme, version, leaves;
	-- the last leaf takes nobody else, since paths cover everybody
	execute format('insert into %I.scheme_rule
			(scheme, version, rule_order, rule, segment, expression, says, certainty)
		select $1, $2, n, ''leaf '' || n, ''leaf '' || n, path, ''your record says: '' || path, ''derived''
		from unnest($3) with ordinality as leaf (node, parent, node_depth, is_leaf, split, path, people, value, loss, saved, class, n)',
		schema)
	using scheme, version, leaves;
	execute format('insert into %I.scheme_segment (scheme, version, rank, segment, kind)
		values ($1, $2, $3, ''none'', ''default'')', schema)
	using scheme, version, cardinality(leaves) + 1;
end $$;
comment on procedure ph_support.write_tree_scheme(text, text, text, text, text[], regtype[], text[], ph.tree_node[]) is
	'support procedure of ph.learn_scheme: a segment a leaf, in the order of the list';

-- The query is read under the caller's search path, so that this procedure has none and says where each name lies.
create procedure ph.learn_scheme(schema text, scheme text, version text, query text, response text default null,
	terms text[] default null, method text default 'variance', exposure text default null, smallest_leaf integer default 50,
	depth integer default 5, complexity float8 default 0.001, folds integer default 10, prune text default 'one_standard_error',
	seed bigint default 1, activity text[] default '{}')
language plpgsql as $$
declare
	leaves ph.tree_node[];
	inputs pg_catalog.text[];
	types pg_catalog.regtype[];
begin
	leaves := (select pg_catalog.array_agg(n order by n.value desc, n.node)
		from ph.grow_tree(query, response, terms, method, exposure, smallest_leaf, depth, complexity, folds, prune, seed) n
		where n.is_leaf);
	select pg_catalog.array_agg(i.column_name), pg_catalog.array_agg(i.type) into inputs, types
	from ph_support.learned_inputs(query, response, exposure, terms) i;
	call ph_support.write_tree_scheme(schema, scheme, version,
		pg_catalog.format('ph.grow_tree, method %s, smallest leaf %s, depth %s, complexity %s, folds %s, prune %s, seed %s, over: %s',
			method, smallest_leaf, depth, complexity, folds, prune, seed, query),
		inputs, types, activity, leaves);
end $$;
COMMENT ON PROCEDURE ph.learn_scheme(text, text, text, text, text, text[], text, text, integer, integer, float8, integer, text, bigint, text[]) IS
  'grows a tree over a query (arguments of ph.grow_tree) and writes its leaves as a scheme into the tables of a schema of yours: a segment a leaf, the highest value first, its rule the leaf''s condition, checked like any other; the source of the scheme is how it was learned; activity names the inputs that are use of services or spend';
