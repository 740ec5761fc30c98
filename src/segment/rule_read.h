/*
 * rule_read.h: a rule of a segmentation scheme, from its text to a tree over declared inputs.
 *
 * PostgreSQL itself parses and analyses a rule.  What is used afterwards is that tree, in which every name is resolved.
 */
#ifndef PH_RULE_READ_H
#define PH_RULE_READ_H

#include "postgres.h"
#include "access/tupdesc.h"
#include "fmgr.h"
#include "nodes/pg_list.h"
#include "nodes/primnodes.h"

/* The inputs that a rule may name, as the columns of one relation. */
typedef struct Inputs
{
	TupleDesc	columns;
	List	   *range_table;	/* of the rule read last: that relation */
	Oid			extension;
} Inputs;

/* The inputs of two arguments: names text[] and types regtype[], one each. */
extern void argument_inputs(FunctionCallInfo fcinfo, int names, int types, Inputs *inputs);

/* Settings that the meaning or the writing of a rule could hang on, until AtEOXact_GUC(true, level). */
extern int	fix_rule_settings(void);

/* The rule as a tree, analysed and checked, under fixed settings. */
extern Expr *read_rule(const char *rule, Inputs *inputs);

#endif
