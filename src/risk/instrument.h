/* instrument.h: a list of conditions with their ICD-10 codes and points, as its paper prints it. */
#ifndef PH_INSTRUMENT_H
#define PH_INSTRUMENT_H

#include "postgres.h"
#include "risk/conditions.h"

#define MAX_WEIGHT_SETS 4

typedef struct ListItem
{
	const char *name;			/* one word, unique in the registry: stored text forms hold it */
	const char *label;
	int			weights[MAX_WEIGHT_SETS];
	const char *switched_off_by;	/* the graver condition of the hierarchy, or NULL */
	const char *prefixes;		/* ICD-10, separated by blanks */
} ListItem;

typedef struct Instrument
{
	const char *name;
	const char *code_list;
	const char *weight_sets[MAX_WEIGHT_SETS + 1];
	int			scale;			/* points are weights / scale */
	const ListItem *items;
	int			count;
} Instrument;

/* The registry.  New instruments go to its end: stored bitmaps keep their meaning. */
extern const Instrument charlson_instrument;
extern const Instrument hospital_frailty_instrument;
extern const Instrument *const instruments[];

extern int	registry_size(void);
extern const ListItem *registry_item(int bit);
extern int	registry_find(const char *name, int length);
extern int	instrument_first_bit(const Instrument *instrument);
extern int	instrument_switched_off_by(const Instrument *instrument, int item,
									   const Conditions *conditions);
extern int	instrument_score(const Instrument *instrument, const Conditions *conditions,
							 int weight_set, bool hierarchy);

#endif
