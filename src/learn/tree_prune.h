/* tree_prune.h: pruning a tree, and what each of its prunings loses on rows that it has not seen. */
#ifndef PH_TREE_PRUNE_H
#define PH_TREE_PRUNE_H

#include "learn/tree_grow.h"

/* One tree of the sequence from largest to root, best from this complexity to the next one's. */
typedef struct TreeStep
{
	double		complexity;		/* in units of risk */
	int			leaves;
	double		risk;
	double		error;			/* held out; NAN: not asked */
	double		error_sd;
} TreeStep;

extern TreeStep *tree_sequence(Tree *tree, double least_complexity, int *count);
extern void tree_cross_validate(const TreeData *data, const TreeLimits *limits, double root_risk, TreeStep *steps,
								int count);
extern int	tree_least_error(const TreeStep *steps, int count);
extern int	tree_one_standard_error(const TreeStep *steps, int count);

#endif
