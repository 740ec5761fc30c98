/*
 * registry.h: every instrument, a list of conditions with their ICD-10 codes and points as its paper prints it, and the
 * bits of their conditions.
 */
#ifndef PH_REGISTRY_H
#define PH_REGISTRY_H

#include "postgres.h"
#include "fmgr.h"

#define MAX_WEIGHT_SETS 8

typedef struct ListItem
{
	const char *name;			/* one word, unique in its instrument */
	const char *label;
	int			weights[MAX_WEIGHT_SETS];
	const char *switched_off_by;	/* the graver condition of the hierarchy, or NULL */
	const char *prefixes;		/* ICD-10, separated by blanks; none where conditions come by name */
} ListItem;

typedef struct Instrument
{
	const char *name;
	const char *prefix;			/* before its items' names in stored text forms, or NULL */
	const char *code_list;
	const struct Instrument *base;	/* whose labels, weights and hierarchy it shares, item by item, or NULL */
	const char *weight_sets[MAX_WEIGHT_SETS + 1];
	int			scale;			/* points are weights / scale */
	const ListItem *items;
	int			count;
} Instrument;

/* How many characters of a printed prefix a code must have: X in the fourth place stands for no subdivision. */
static inline int
prefix_compared(const char *prefix, int length)
{
	return length > 3 && prefix[3] == 'X' ? 3 : length;
}

/* The registry.  New instruments go to its end: stored bitmaps keep their meaning. */
extern const Instrument charlson_instrument;
extern const Instrument hospital_frailty_instrument;
extern const Instrument charlson_sundararajan_instrument;
extern const Instrument charlson_sweden_instrument;
extern const Instrument charlson_shmi_instrument;
extern const Instrument elixhauser_instrument;
extern const Instrument cambridge_instrument;
extern const Instrument frailty_index_instrument;
extern const Instrument *const instruments[];

extern int	registry_size(void);
extern const ListItem *registry_item(int bit);
extern char *registry_name(int bit);
extern int	registry_find(const char *name, int length);
extern const Instrument *argument_instrument(FunctionCallInfo fcinfo, int index);
extern int	instrument_first_bit(const Instrument *instrument);
extern int	instrument_find(const Instrument *instrument, const char *name, int length);
extern int	instrument_bit(const Instrument *instrument, const char *name);
extern const Instrument *instrument_base(const Instrument *instrument);

#endif
