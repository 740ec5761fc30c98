/*
 * rule_write.h: a rule as PostgreSQL writes it after analysis, and what it reads.
 */
#ifndef PH_RULE_WRITE_H
#define PH_RULE_WRITE_H

#include "postgres.h"
#include "segment/rule_read.h"
#include "utils/array.h"

/* The text of the tree, never the author's; only what every search path finds stays unqualified in it. */
extern text *written_rule(Expr *rule, Inputs *inputs);

/* The names of the inputs in it, in the order in which they are declared. */
extern ArrayType *inputs_of_rule(Expr *rule, Inputs *inputs);

#endif
