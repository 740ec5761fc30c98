/*
 * tree_grow.h: the nodes of a regression tree, and growing it.
 *
 * Breiman, Friedman, Olshen and Stone 1984, "Classification and Regression Trees".
 */
#ifndef PH_TREE_GROW_H
#define PH_TREE_GROW_H

#include "learn/tree_data.h"

#define TREE_MOST_DEPTH 12
#define TREE_MOST_FOLDS 100

typedef struct TreeNode
{
	int			number;			/* the root 1, its children 2 n and 2 n + 1 */
	int			depth;
	int			parent;			/* positions among the nodes, before those of its children; -1: none */
	int			left;
	int			right;
	double	   *sums;
	double		value;			/* mean, rate, or share */
	double		predicted;		/* the same; a rate drawn towards the root's, since no rate is 0 for everybody */
	double		risk;			/* the loss of its people if it were a leaf */
	int			column;			/* of its split; -1: none */
	double		cut;			/* numbers below it go left */
	bool	   *listed;			/* words that go left */
	bool		unknown_left;
	double		collapse;		/* the complexity from which on this node is a leaf */
} TreeNode;

typedef struct Tree
{
	TreeNode   *nodes;			/* the root first */
	int			count;
	int			capacity;
} Tree;

typedef struct TreeLimits
{
	int			smallest_leaf;
	int			depth;
	double		complexity;		/* share of the root's risk that a leaf more must save */
	int			folds;
	int64		seed;
} TreeLimits;

/* Over rows that are not in the fold left out (folds NULL: all); stop: no node of less risk is split */
extern Tree *tree_grow(const TreeData *data, const TreeLimits *limits, double stop, const int8 *folds, int left_out);
extern double tree_loss(const TreeData *data, const TreeNode *node, double value, int row);
extern bool tree_goes_left(const TreeData *data, const TreeNode *node, int row);

#endif
