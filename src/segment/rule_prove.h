/*
 * rule_prove.h: what can be shown of rules by logic, with PostgreSQL's own prover.
 */
#ifndef PH_RULE_PROVE_H
#define PH_RULE_PROVE_H

#include "postgres.h"
#include "nodes/primnodes.h"

/* Where it is true, so is the other; false where that cannot be shown. */
extern bool rule_makes_true(Expr *rule, Expr *other);

/* No values of the inputs make it true; it is true wherever its inputs are known. */
extern bool rule_is_never_true(Expr *rule);
extern bool rule_is_true_of_known(Expr *rule);

#endif
