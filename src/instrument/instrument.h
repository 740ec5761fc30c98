/* instrument.h: the points of a set of conditions. */
#ifndef PH_INSTRUMENT_H
#define PH_INSTRUMENT_H

#include "instrument/conditions.h"
#include "instrument/registry.h"

extern int	instrument_switched_off_by(const Instrument *instrument, int item,
									   const Conditions *conditions);
extern int	instrument_score(const Instrument *instrument, const Conditions *conditions,
							 int weight_set, bool hierarchy);

#endif
