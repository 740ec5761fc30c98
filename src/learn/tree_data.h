/* tree_data.h: the rows that a tree is grown over. */
#ifndef PH_TREE_DATA_H
#define PH_TREE_DATA_H

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
#define TREE_MOST_SUMS (1 + TREE_MOST_CLASSES)

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

/* The query, response, exposure and terms of the arguments, and the query's rows. */
extern void tree_read(FunctionCallInfo fcinfo, TreeData *data);

#endif
