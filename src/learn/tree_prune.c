/* tree_prune.c: cost-complexity pruning, and the choice of how much by cross-validation. */
#include "learn/tree_prune.h"

#include <math.h>

#include "common/hashfn.h"
#include "miscadmin.h"

/* Leaves under a node and their risk; children stand behind their parents. */
static void
weigh_branches(const Tree *tree, int *leaves, double *risk)
{
	for (int i = tree->count - 1; i >= 0; i--)
	{
		const TreeNode *node = &tree->nodes[i];
		bool		leaf = node->left < 0 || node->collapse >= 0;

		leaves[i] = leaf ? 1 : leaves[node->left] + leaves[node->right];
		risk[i] = leaf ? node->risk : risk[node->left] + risk[node->right];
	}
}

/*
 * The sequence of best trees (Breiman et al. 1984, section 3.3): the node whose branch saves least risk a leaf goes
 * first.  Sets each node's collapse, the complexity from which on it is a leaf; -1 while it is none.
 */
TreeStep *
tree_sequence(Tree *tree, double least_complexity, int *count)
{
	int		   *leaves = palloc(sizeof(int) * tree->count);
	double	   *risk = palloc(sizeof(double) * tree->count);
	TreeStep   *steps = palloc(sizeof(TreeStep) * (tree->count + 1));
	double		complexity = least_complexity;

	for (int i = 0; i < tree->count; i++)
		tree->nodes[i].collapse = tree->nodes[i].left < 0 ? 0 : -1;
	*count = 0;
	for (;;)
	{
		double		weakest = INFINITY;
		bool	   *under = palloc0(sizeof(bool) * tree->count);

		CHECK_FOR_INTERRUPTS();
		weigh_branches(tree, leaves, risk);
		/* nodes within what has collapsed are out of the tree */
		for (int i = 1; i < tree->count; i++)
			under[i] = under[tree->nodes[i].parent] || tree->nodes[tree->nodes[i].parent].collapse >= 0;
		for (int i = 0; i < tree->count; i++)
			if (tree->nodes[i].collapse < 0 && !under[i])
				weakest = Min(weakest, (tree->nodes[i].risk - risk[i]) / (leaves[i] - 1));
		if (weakest > complexity || isinf(weakest))
		{
			steps[(*count)++] = (TreeStep) {complexity, leaves[0], risk[0], NAN, NAN};
			if (isinf(weakest))
				break;
			complexity = weakest;
		}
		for (int i = 0; i < tree->count; i++)
			if (tree->nodes[i].collapse < 0 && !under[i] &&
				(tree->nodes[i].risk - risk[i]) / (leaves[i] - 1) <= complexity * (1 + 1e-12))
				tree->nodes[i].collapse = complexity;
		pfree(under);
	}
	/* within what has collapsed everything has */
	for (int i = 1; i < tree->count; i++)
	{
		TreeNode   *node = &tree->nodes[i];
		double		above = tree->nodes[node->parent].collapse;

		if (node->left >= 0 && (node->collapse < 0 || node->collapse > above))
			node->collapse = above;
	}
	pfree(leaves);
	pfree(risk);
	return steps;
}

/* The leaf of a row in the tree pruned at a complexity. */
static const TreeNode *
leaf_of(const TreeData *data, const Tree *tree, double complexity, int row)
{
	const TreeNode *node = &tree->nodes[0];

	while (node->left >= 0 && !(node->collapse <= complexity))
		node = &tree->nodes[tree_goes_left(data, node, row) ? node->left : node->right];
	return node;
}

/* Rows in folds by a hash of their number in the query and the seed. */
static int8 *
fold_rows(const TreeData *data, const TreeLimits *limits)
{
	int8	   *folds = palloc_extended(Max(data->rows, 1), MCXT_ALLOC_HUGE);

	for (int row = 0; row < data->rows; row++)
		folds[row] = hash_bytes_uint32_extended((uint32) row, (uint64) limits->seed) % limits->folds;
	return folds;
}

/*
 * What each tree of the sequence loses on rows that it was not grown on, as a sum over the rows, and its standard
 * error. A tree stands for the complexities from its own to the next; its counterpart in a fold is that of their
 * geometric mean.
 */
void
tree_cross_validate(const TreeData *data, const TreeLimits *limits, double root_risk, TreeStep *steps, int count)
{
	int8	   *folds = fold_rows(data, limits);
	double	   *squares = palloc0(sizeof(double) * count);

	for (int i = 0; i < count; i++)
		steps[i].error = 0;
	for (int fold = 0; fold < limits->folds; fold++)
	{
		Tree	   *tree = tree_grow(data, limits, limits->complexity * root_risk, folds, fold);
		int			fold_steps;
		double		share = 0;

		for (int row = 0; row < data->rows; row++)
			share += folds[row] != fold;
		share /= data->rows;
		if (share == 0)
			continue;
		ereport(DEBUG1, (errmsg_internal("tree of fold %d of %d: %d nodes", fold + 1, limits->folds, tree->count)));
		tree_sequence(tree, 0, &fold_steps);
		for (int row = 0; row < data->rows; row++)
		{
			if (row % 1000 == 0)
				CHECK_FOR_INTERRUPTS();
			if (folds[row] != fold)
				continue;
			for (int i = 0; i < count; i++)
			{
				double		complexity = i + 1 < count ? sqrt(steps[i].complexity * steps[i + 1].complexity) : INFINITY;
				const TreeNode *leaf = leaf_of(data, tree, complexity * share, row);
				double		loss = leaf->predicted > 0 || data->method != TREE_POISSON
					? tree_loss(data, leaf, leaf->predicted, row) : 0;

				steps[i].error += loss;
				squares[i] += loss * loss;
			}
		}
	}
	for (int i = 0; i < count; i++)
		steps[i].error_sd = sqrt(Max(0, squares[i] - steps[i].error * steps[i].error / data->rows));
	pfree(squares);
	pfree(folds);
}

int
tree_least_error(const TreeStep *steps, int count)
{
	int			least = count - 1;

	for (int i = count - 1; i >= 0; i--)
		if (steps[i].error < steps[least].error)
			least = i;
	return least;
}

/* The smallest tree within one standard error of the best. */
int
tree_one_standard_error(const TreeStep *steps, int count)
{
	int			least = tree_least_error(steps, count);
	int			chosen = least;

	for (int i = least; i < count; i++)
		if (steps[i].error <= steps[least].error + steps[least].error_sd)
			chosen = i;
	return chosen;
}
