/* tally_list.h: reading an array of tallies. */
#ifndef PH_TALLY_LIST_H
#define PH_TALLY_LIST_H

#include "core/tally.h"

/* The tallies of an array, canonical, NULL for its nulls, and how many there are; NULL has none, and no list. */
extern int	argument_tallies(FunctionCallInfo fcinfo, int index, const char *argument, Tally ***tallies);

#endif
