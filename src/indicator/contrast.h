/* contrast.h: the difference and the ratio of two quantities, taken as independent. */
#ifndef PH_CONTRAST_H
#define PH_CONTRAST_H

#include "core/comparison.h"
#include "indicator/quantity.h"

/* First minus second, first over second, in units of per. */
extern Comparison quantity_difference(const Quantity *first, const Quantity *second, double per,
									  double confidence, Better better);
extern Comparison quantity_ratio(const Quantity *first, const Quantity *second, double per,
								 double confidence, Better better);

extern Comparison no_comparison(Estimate why);
/* p of Student's t, of the normal where degrees of freedom are infinite */
extern double two_sided(double statistic, double degrees_of_freedom);

#endif
