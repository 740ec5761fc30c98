/*
 * tree.c: regression trees over the rows of a query, as rows whose rules are SQL.
 *
 * Breiman, Friedman, Olshen and Stone 1984; the deviance of counts as LeBlanc and Crowley 1992.  The rows are held in
 * memory, columns in order, and each node takes the split that saves most loss.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/digits.h"
#include "core/query.h"
#include "core/record.h"
#include "funcapi.h"
#include "learn/tree_prune.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

static const char *const methods[] = {"variance", "poisson", "gini", NULL};
static const char *const prunings[] = {"none", "least_error", "one_standard_error", NULL};

typedef struct Learned
{
	TreeData	data;
	TreeLimits	limits;
	Tree	   *tree;
	TreeStep   *steps;
	int			step_count;
	int			chosen;
} Learned;

/* ---- reading and growing ---- */

static int
argument_between(FunctionCallInfo fcinfo, int index, const char *argument, int least, int most)
{
	if (PG_ARGISNULL(index) || PG_GETARG_INT32(index) < least || PG_GETARG_INT32(index) > most)
		argument_error(argument, psprintf("must be from %d to %d", least, most), NULL);
	return PG_GETARG_INT32(index);
}

/* Arguments: query, response, terms, method, exposure, smallest_leaf, depth, complexity, folds, prune, seed. */
static void
learn(FunctionCallInfo fcinfo, Learned *learned)
{
	TreeLimits *limits = &learned->limits;
	int			pruning;

	learned->data.method = argument_choice(fcinfo, 3, "method", methods);
	limits->smallest_leaf = argument_between(fcinfo, 5, "smallest_leaf", 1, INT_MAX);
	limits->depth = argument_between(fcinfo, 6, "depth", 0, TREE_MOST_DEPTH);
	limits->complexity = argument_number(fcinfo, 7, "complexity");
	if (limits->complexity < 0 || limits->complexity > 1)
		argument_error("complexity", "must lie between 0 and 1",
					   "It is the share of the whole risk that one leaf more must save.");
	limits->folds = argument_between(fcinfo, 8, "folds", 0, TREE_MOST_FOLDS);
	if (limits->folds == 1)
		argument_error("folds", "must not be 1", "0 is no cross-validation.");
	pruning = argument_choice(fcinfo, 9, "prune", prunings);
	limits->seed = PG_ARGISNULL(10) ? 1 : PG_GETARG_INT64(10);

	tree_read(fcinfo, &learned->data);
	learned->step_count = 0;
	if (learned->data.rows == 0)
		return;
	learned->tree = tree_grow(&learned->data, limits, 0, NULL, 0);
	ereport(DEBUG1, (errmsg_internal("tree over %d rows: %d nodes", learned->data.rows, learned->tree->count)));
	learned->steps = tree_sequence(learned->tree, limits->complexity * learned->tree->nodes[0].risk,
								   &learned->step_count);
	learned->chosen = 0;
	if (limits->folds > 0)
	{
		tree_cross_validate(&learned->data, limits, learned->tree->nodes[0].risk, learned->steps, learned->step_count);
		if (pruning == 1)
			learned->chosen = tree_least_error(learned->steps, learned->step_count);
		else if (pruning == 2)
			learned->chosen = tree_one_standard_error(learned->steps, learned->step_count);
	}
}

static bool
is_leaf(const Learned *learned, const TreeNode *node)
{
	return node->left < 0 || node->collapse <= learned->steps[learned->chosen].complexity;
}

/* ---- rules ---- */

static void
append_words(StringInfo rule, const TreeColumn *column, const TreeNode *node)
{
	bool		first = true;

	for (int code = 0; code < column->word_count; code++)
		if (node->listed[code])
		{
			appendStringInfo(rule, "%s%s", first ? "" : ", ", quote_literal_cstr(column->words[code]));
			first = false;
		}
}

/* What is true of the people on one side of a split, and of no others, whatever is unknown. */
static char *
side_rule(const TreeData *data, const TreeNode *node, bool left)
{
	const TreeColumn *column = &data->columns[node->column];
	bool		with_unknown = left == node->unknown_left;
	StringInfoData rule;

	initStringInfo(&rule);
	if (column->kind == TREE_NUMBER)
	{
		appendStringInfo(&rule, "%s %s ", column->name, left ? "<" : ">=");
		append_digits(&rule, node->cut);
	}
	else if (column->kind == TREE_FLAG)
		appendStringInfo(&rule, "%s%s", node->listed[1] == left ? "" : "NOT ", column->name);
	else
	{
		appendStringInfo(&rule, "%s %s (", column->name, left ? "IN" : "NOT IN");
		append_words(&rule, column, node);
		appendStringInfoChar(&rule, ')');
	}
	if (with_unknown)
		return psprintf("(%s OR %s IS NULL)", rule.data, column->name);
	return rule.data;
}

/* All of the splits from the root to a node. */
static char *
path_rule(const TreeData *data, const Tree *tree, int at)
{
	char	   *rule = NULL;

	for (int child = at; tree->nodes[child].parent >= 0; child = tree->nodes[child].parent)
	{
		int			parent = tree->nodes[child].parent;
		char	   *side = side_rule(data, &tree->nodes[parent], tree->nodes[parent].left == child);

		rule = rule == NULL ? side : psprintf("%s AND %s", side, rule);
	}
	return rule == NULL ? pstrdup("true") : rule;
}

/* ---- SQL ---- */

static const char *
leaf_class(const TreeData *data, const TreeNode *node)
{
	int			most = 0;

	for (int i = 1; i < data->class_count; i++)
		if (node->sums[1 + i] > node->sums[1 + most])
			most = i;
	return data->classes[most];
}

static void
put_node(ReturnSetInfo *result, const Learned *learned, int at)
{
	const TreeData *data = &learned->data;
	const TreeNode *node = &learned->tree->nodes[at];
	bool		leaf = is_leaf(learned, node);
	Datum		values[11];
	bool		nulls[11] = {false};

	values[0] = Int32GetDatum(node->number);
	values[1] = Int32GetDatum(node->number / 2);
	nulls[1] = node->parent < 0;
	values[2] = Int32GetDatum(node->depth);
	values[3] = BoolGetDatum(leaf);
	record_text(values, nulls, 4, leaf ? NULL : side_rule(data, node, true));
	record_text(values, nulls, 5, path_rule(data, learned->tree, at));
	values[6] = Int64GetDatum((int64) node->sums[0]);
	record_number(values, nulls, 7, node->value);
	record_number(values, nulls, 8, node->risk);
	record_number(values, nulls, 9, leaf ? NAN
				  : node->risk - learned->tree->nodes[node->left].risk - learned->tree->nodes[node->right].risk);
	record_text(values, nulls, 10, data->method == TREE_GINI ? leaf_class(data, node) : NULL);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	if (leaf)
		return;
	put_node(result, learned, node->left);
	put_node(result, learned, node->right);
}

PG_FUNCTION_INFO_V1(grow_tree);

/*
 * ph.grow_tree(query, response, terms, method, exposure, smallest_leaf, depth, complexity, folds, prune, seed) -> rows
 *
 * A tree over the rows of a query, a row a node: its number (children of n are 2 n and 2 n + 1), whether it is a leaf,
 * the condition of its left child, the condition of its own people, which holds for them and nobody else whatever is
 * unknown, people, value (mean, rate of events by exposure, or share of the class), loss and what its split saves.  No
 * rows: none. Errors (22023): unknown columns, methods; responses that are NULL or not finite; limits out of range;
 * 54000: too many rows for memory.
 */
Datum
grow_tree(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Learned		learned = {0};
	MemoryContext caller;

	InitMaterializedSRF(fcinfo, 0);
	caller = work_memory_open();
	learn(fcinfo, &learned);
	if (learned.step_count > 0)
		put_node(result, &learned, 0);
	work_memory_close(caller);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(tree_pruning);

/*
 * ph.tree_pruning(the arguments of ph.grow_tree) -> rows (complexity_from, leaves, loss, held_out_loss,
 *   held_out_error, chosen)
 *
 * The sequence of trees from the largest to the root, each best for complexities from its own to the next, as shares of
 * the loss of the root; the loss on rows held out, with its standard error; which one prune takes.
 */
Datum
tree_pruning(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Learned		learned = {0};
	MemoryContext caller;

	InitMaterializedSRF(fcinfo, 0);
	caller = work_memory_open();
	learn(fcinfo, &learned);
	for (int i = 0; i < learned.step_count; i++)
	{
		double		root = learned.tree->nodes[0].risk;
		Datum		values[6];
		bool		nulls[6] = {false};

		record_number(values, nulls, 0, learned.steps[i].complexity / root);
		values[1] = Int32GetDatum(learned.steps[i].leaves);
		record_number(values, nulls, 2, learned.steps[i].risk / root);
		record_number(values, nulls, 3, learned.steps[i].error / root);
		record_number(values, nulls, 4, learned.steps[i].error_sd / root);
		values[5] = BoolGetDatum(i == learned.chosen);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	work_memory_close(caller);
	return (Datum) 0;
}
