/*
 * rule_offered.h: what a rule may be made of, which is a closed list.
 *
 * Boolean, no subquery, no aggregate, only functions and operators of pg_catalog and of this extension that are
 * immutable, only their types.  A function of a user may call itself immutable and do anything, so none is.
 */
#ifndef PH_RULE_OFFERED_H
#define PH_RULE_OFFERED_H

#include "postgres.h"
#include "nodes/primnodes.h"
#include "parser/parse_node.h"

/* A type of pg_catalog or of this extension, or an array of one; no domain, whose checks may call anything. */
extern bool type_is_offered(Oid type, Oid extension);

/*
 * An error where the parsed rule names a type, function or operator of another schema: before it is analysed, which
 * would read literals of that type, and so run the checks of domains in it.
 */
extern void refuse_names_of_other_schemas(Node *parsed, ParseState *state);

/* An error where something stands in the analysed rule that is not on the list; positions are those of the state. */
extern void refuse_what_is_not_offered(Node *rule, ParseState *state, Oid extension);

#endif
