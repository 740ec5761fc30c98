/* slope_index.h: slope and relative index of inequality, from the line through the groups. */
#ifndef PH_SLOPE_INDEX_H
#define PH_SLOPE_INDEX_H

#include "compare/line.h"

typedef struct Indices
{
	Estimate	slope;			/* the line at the least disadvantaged end less that at the most */
	Estimate	relative;		/* the one over the other */
	Estimate	intercept;		/* the line at the most disadvantaged end */
} Indices;

typedef enum OfLine
{
	INDEX_SLOPE,
	INDEX_RELATIVE,
	INDEX_INTERCEPT
} OfLine;

extern Indices indices_of_line(const Line *line, double confidence);

/* The number by which indices are multiplied; a negative one turns the direction round. */
extern double argument_direction(FunctionCallInfo fcinfo, int index);

/* The index that is asked for, in its direction and times per. */
extern Datum index_datum(FunctionCallInfo fcinfo, const Groups *groups, Indices *indices, double per, OfLine asked);

#endif
