/*
 * rule_moving_day.h: days that move in a rule: 'today' read as a date would stay the day on which the rule was read.
 */
#ifndef PH_RULE_MOVING_DAY_H
#define PH_RULE_MOVING_DAY_H

#include "postgres.h"
#include "nodes/pg_list.h"
#include "nodes/nodes.h"

/* The literals of a parsed rule that hold such a word. */
extern List *moving_literals(Node *parsed);

/* Where one of them was read as a day in the analysed rule; -1 for none. */
extern int	moving_day(Node *analysed, List *literals);

#endif
