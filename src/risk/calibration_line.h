/* calibration_line.h: the calibration model, a line from the logit of a predicted risk to that of the outcome. */
#ifndef PH_CALIBRATION_LINE_H
#define PH_CALIBRATION_LINE_H

#include "risk/judged.h"

/* logit of the outcome = intercept + slope logit of the risk (Cox 1958). */
typedef struct CalibrationLine
{
	double		intercept;
	double		slope;
	double		intercept_error;
	double		slope_error;	/* NAN where the slope is fixed at 1 */
} CalibrationLine;

extern const CalibrationLine no_calibration_line;	/* all NAN */

extern double logit(double p);

/* With the slope free or fixed at 1; none where there is no best one. */
extern CalibrationLine calibration_line(const Judged *judged, bool slope_free);

#endif
