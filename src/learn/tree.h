/*
 * tree.h: a regression tree in memory: the data it reads, its nodes, its pruning.
 *
 * Breiman, Friedman, Olshen and Stone 1984, "Classification and Regression Trees".
 */
#ifndef PH_TREE_H
#define PH_TREE_H

#include "postgres.h"
#include "fmgr.h"

typedef enum TreeMethod
{
	TREE_VARIANCE,				/* squared error of a value */
	TREE_POISSON,				/* deviance of counts over exposure */
	TREE_GINI					/* impurity of classes */
} TreeMethod;

#define TREE_MOST_BYTES (200 * 1024 * 1024)
#define TREE_MOST_TERMS 1000
#define TREE_MOST_WORDS 500
#define TREE_MOST_CLASSES 50
#define TREE_MOST_DEPTH 12
#define TREE_MOST_SUMS (1 + TREE_MOST_CLASSES)
#define TREE_MOST_FOLDS 100

typedef enum TreeKind
{
	TREE_NUMBER,
	TREE_FLAG,					/* a category of two words, false and true */
	TREE_CATEGORY
} TreeKind;

typedef struct TreeColumn
{
	char	   *name;			/* as SQL */
	TreeKind	kind;
	double	   *numbers;		/* a row each, NAN unknown */
	int		   *order;			/* of numbers: the rows from the lowest, unknown ones last */
	int16	   *codes;			/* of flags and categories: a row each, -1 unknown */
	char	  **words;			/* by code, in order */
	int			word_count;
} TreeColumn;

typedef struct TreeData
{
	TreeMethod	method;
	int			rows;
	int			column_count;
	TreeColumn *columns;
	double	   *response;		/* a number, or the code of a class */
	double	   *exposure;		/* NULL: 1 each */
	bool		boolean;		/* the classes are false and true */
	char	  **classes;
	int			class_count;
	int			sum_count;		/* people; then sum, or events and exposure, or people of each class */
} TreeData;

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

/* One tree of the sequence from largest to root, best from this complexity to the next one's. */
typedef struct TreeStep
{
	double		complexity;		/* in units of risk */
	int			leaves;
	double		risk;
	double		error;			/* held out; NAN: not asked */
	double		error_sd;
} TreeStep;

typedef struct TreeLimits
{
	int			smallest_leaf;
	int			depth;
	double		complexity;		/* share of the root's risk that a leaf more must save */
	int			folds;
	int64		seed;
} TreeLimits;

/* tree_data.c: the rows of a query, between SPI_connect() and SPI_finish() */
extern void tree_read(FunctionCallInfo fcinfo, TreeData *data);

/* tree_grow.c: over rows that are not in the fold left out (folds NULL: all); stop: no node of less risk is split */
extern Tree *tree_grow(const TreeData *data, const TreeLimits *limits, double stop, const int8 *folds, int left_out);
extern double tree_loss(const TreeData *data, const TreeNode *node, double value, int row);
extern bool tree_goes_left(const TreeData *data, const TreeNode *node, int row);

/* tree_prune.c: the sequence of trees, and what each loses on rows it has not seen */
extern TreeStep *tree_sequence(Tree *tree, double least_complexity, int *count);
extern void tree_cross_validate(const TreeData *data, const TreeLimits *limits, double root_risk, TreeStep *steps,
								int count);
extern int	tree_least_error(const TreeStep *steps, int count);
extern int	tree_one_standard_error(const TreeStep *steps, int count);

#endif
