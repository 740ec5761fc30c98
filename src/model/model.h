/* model.h: a regression model as a value, ph.model: fitted here or given as data. */
#ifndef PH_MODEL_H
#define PH_MODEL_H

#include "postgres.h"
#include "fmgr.h"
#include "model/regression.h"

/* the term whose value is always 1 */
#define INTERCEPT "(intercept)"

/* NAN, -1 and NULL stand for what does not exist and become NULL. */
typedef struct Model
{
	RegressionFamily family;
	int			count;			/* of terms */
	char	  **terms;
	double	   *coefficients;	/* NAN for a term that earlier ones make up; NULL where there is no model */
	double	   *covariance;		/* count x count; NULL for a given model */
	double	   *centre;			/* taken off each term's value; NULL: 0 */
	double		baseline_survival;	/* Cox: of the centre, at the model's horizon */
	const char *status;
	const char *variance;
	int64		rows;
	int64		rows_left_out;
	int64		clusters;
	int			rank;
	double		degrees_of_freedom;
	int			iterations;
	double		log_likelihood;
	double		null_log_likelihood;
	double		deviance;
	double		null_deviance;
	double		pearson;
	double		residual_standard_error;
	double		r_squared;
	double		aic;
	double		bic;
	const char *note;
} Model;

extern Model model_empty(RegressionFamily family, char **terms, int count, const char *status);
extern Datum model_datum(FunctionCallInfo fcinfo, const Model *model);

/* Reads and checks a value of the type; the copy lives in the current context. */
extern Model model_read(Datum datum);

#endif
