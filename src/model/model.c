/*
 * model.c: the type ph.model as data, what it says of its coefficients, and applying it to people.
 *
 * A model given as data, from a paper or from elsewhere, and one that ph.fit made are the same to
 * everything here.
 */
#include "model/model.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/record.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "core/score.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/fmgrprotos.h"

#define MODEL_FIELDS 24

/* ---- the value ---- */

Model
model_empty(RegressionFamily family, char **terms, int count, const char *status)
{
	return (Model) {.family = family, .count = count, .terms = terms, .baseline_survival = NAN, .status = status,
		.rows = -1, .rows_left_out = -1, .clusters = -1, .rank = -1, .degrees_of_freedom = NAN, .iterations = -1,
		.log_likelihood = NAN, .null_log_likelihood = NAN, .deviance = NAN, .null_deviance = NAN, .pearson = NAN,
		.residual_standard_error = NAN, .r_squared = NAN, .aic = NAN, .bic = NAN};
}

Datum
model_datum(FunctionCallInfo fcinfo, const Model *model)
{
	Datum		values[MODEL_FIELDS];
	bool		nulls[MODEL_FIELDS];
	double		numbers[] = {model->log_likelihood, model->null_log_likelihood, model->deviance, model->null_deviance,
		model->pearson, model->residual_standard_error, model->r_squared, model->aic, model->bic};

	record_text(values, nulls, 0, regression_families[model->family]);
	record_texts(values, nulls, 1, model->terms, model->count);
	record_numbers(values, nulls, 2, model->coefficients, model->count);
	record_table(values, nulls, 3, model->covariance, model->count, model->count);
	record_numbers(values, nulls, 4, model->centre, model->count);
	record_number(values, nulls, 5, model->baseline_survival);
	record_text(values, nulls, 6, model->status);
	record_text(values, nulls, 7, model->variance);
	record_count(values, nulls, 8, model->rows, true);
	record_count(values, nulls, 9, model->rows_left_out, true);
	record_count(values, nulls, 10, model->clusters, true);
	record_count(values, nulls, 11, model->rank, false);
	record_number(values, nulls, 12, model->degrees_of_freedom);
	record_count(values, nulls, 13, model->iterations, false);
	for (int i = 0; i < lengthof(numbers); i++)
		record_number(values, nulls, 14 + i, numbers[i]);
	record_text(values, nulls, 23, model->note);
	return record_datum(fcinfo, values, nulls);
}

static char **
read_terms(HeapTupleHeader tuple, int *count)
{
	char	  **terms = field_texts(tuple, "model", "terms", count);

	if (terms == NULL)
		argument_error("model", "must have terms", NULL);
	if (*count > REGRESSION_MOST_TERMS)
		argument_error("model", psprintf("must not have more than %d terms", REGRESSION_MOST_TERMS), NULL);
	for (int i = 0; i < *count; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(terms[i], terms[j]) == 0)
				argument_error("model", "must not have two terms of one name", NULL);
	return terms;
}

Model
model_read(Datum datum)
{
	HeapTupleHeader tuple = DatumGetHeapTupleHeader(datum);
	bool		isnull;
	Datum		family = GetAttributeByName(tuple, "family", &isnull);
	Model		model = model_empty(text_choice(isnull ? NULL : DatumGetTextPP(family), "family", regression_families),
									NULL, 0, NULL);

	model.terms = read_terms(tuple, &model.count);
	model.coefficients = field_numbers(tuple, "model", "coefficients", model.count);
	model.covariance = field_table(tuple, "model", "covariance", model.count, model.count);
	model.centre = field_numbers(tuple, "model", "centre", model.count);
	for (int i = 0; model.centre && i < model.count; i++)
		if (isnan(model.centre[i]))
			argument_error("model", "must have no nulls in its centre", NULL);
		else if (model.centre[i] != 0 && strcmp(model.terms[i], INTERCEPT) == 0)
			argument_error("model", "must have 0 as the centre of " INTERCEPT, NULL);
	model.baseline_survival = field_number(tuple, "baseline_survival");
	model.status = field_text(tuple, "status");
	model.variance = field_text(tuple, "variance");
	model.rows = field_count(tuple, "rows", true);
	model.rows_left_out = field_count(tuple, "rows_left_out", true);
	model.clusters = field_count(tuple, "clusters", true);
	model.rank = field_count(tuple, "rank", false);
	model.degrees_of_freedom = field_number(tuple, "degrees_of_freedom");
	model.iterations = field_count(tuple, "iterations", false);
	model.log_likelihood = field_number(tuple, "log_likelihood");
	model.null_log_likelihood = field_number(tuple, "null_log_likelihood");
	model.deviance = field_number(tuple, "deviance");
	model.null_deviance = field_number(tuple, "null_deviance");
	model.pearson = field_number(tuple, "pearson");
	model.residual_standard_error = field_number(tuple, "residual_standard_error");
	model.r_squared = field_number(tuple, "r_squared");
	model.aic = field_number(tuple, "aic");
	model.bic = field_number(tuple, "bic");
	model.note = field_text(tuple, "note");
	if (model.family == FAMILY_COX && model.coefficients &&
		!(model.baseline_survival > 0 && model.baseline_survival < 1))
		argument_error("baseline_survival", "must lie between 0 and 1, both excluded",
					   "It is the survival at the model's horizon where every term is at its centre.");
	return model;
}

/* ---- a model given as data ---- */

/*
 * ph.given_model(family text, terms text[], coefficients float8[], centre float8[], baseline_survival float8)
 *   -> ph.model
 *
 * A published or local model.  The term (intercept) has the value 1; centre is taken off each term;
 * baseline_survival is a Cox model's.  Errors: lists of other lengths, numbers that are not finite.
 */
PG_FUNCTION_INFO_V1(given_model);
Datum
given_model(PG_FUNCTION_ARGS)
{
	Model		model = model_empty(argument_choice(fcinfo, 0, "family", regression_families), NULL, 0, "given");
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (PG_ARGISNULL(1))
		argument_error("terms", "must not be null", NULL);
	model.count = array_elements(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, &elements, &nulls);
	model.terms = palloc(sizeof(char *) * Max(model.count, 1));
	for (int i = 0; i < model.count; i++)
	{
		if (nulls[i])
			argument_error("terms", "must not contain nulls", NULL);
		model.terms[i] = TextDatumGetCString(elements[i]);
	}
	count = argument_numbers(fcinfo, 2, "coefficients", REGRESSION_MOST_TERMS, &model.coefficients);
	if (count != model.count)
		argument_error("coefficients", "must have one element for each term", NULL);
	for (int i = 0; i < count; i++)
		if (!isfinite(model.coefficients[i]))
			argument_error("coefficients", "must be finite numbers", NULL);
	if (!PG_ARGISNULL(3) && argument_numbers(fcinfo, 3, "centre", REGRESSION_MOST_TERMS, &model.centre) != model.count)
		argument_error("centre", "must have one element for each term", NULL);
	if (!PG_ARGISNULL(4))
		model.baseline_survival = argument_number(fcinfo, 4, "baseline_survival");
	else if (model.family == FAMILY_COX)
		argument_error("baseline_survival", "must be given for a Cox model", NULL);
	model_read(model_datum(fcinfo, &model));	/* checks the rest */
	return model_datum(fcinfo, &model);
}

/* ---- coefficients ---- */

/* Of Student's t: those of the residual, of clusters one less than there are (Cameron and Miller 2015); z without. */
static double
degrees_of_freedom(const Model *model)
{
	if (model->family != FAMILY_LINEAR)
		return INFINITY;
	if (model->variance && strncmp(model->variance, "cluster", strlen("cluster")) == 0)
		return model->clusters - 1.0;
	return model->degrees_of_freedom;
}

/*
 * ph.coefficients(ph.model, confidence float8) -> rows (term, coefficient, standard_error, statistic,
 *   p_value, lower, upper, ratio, ratio_lower, ratio_upper, note)
 *
 * Student's t for linear models, with G - 1 degrees of freedom where errors are clustered, normal for the others; ratio
 * is exp of the coefficient: an odds ratio, a rate ratio or a hazard ratio.
 */
PG_FUNCTION_INFO_V1(coefficients);
Datum
coefficients(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double		confidence = argument_confidence(fcinfo, 1);
	Model		model;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	model = model_read(PG_GETARG_DATUM(0));
	for (int i = 0; i < model.count; i++)
	{
		double		b = model.coefficients ? model.coefficients[i] : NAN;
		double		df = degrees_of_freedom(&model);
		double		variance = model.covariance ? model.covariance[i * model.count + i] : NAN;
		double		error = df > 0 && variance >= 0 ? sqrt(variance) : NAN;
		double		t = error > 0 ? b / error : NAN;
		double		reach = df > 0 ? student_t_upper_quantile((1 - confidence) / 2, df) * error : NAN;
		bool		ratio = model.family != FAMILY_LINEAR;
		double		numbers[] = {b, error, t,
								 2 * (isinf(df) ? normal_upper_tail(fabs(t)) : student_t_upper_tail(fabs(t), df)),
								 b - reach, b + reach,
			ratio ? exp(b) : NAN, ratio ? exp(b - reach) : NAN, ratio ? exp(b + reach) : NAN};
		Datum		values[11];
		bool		nulls[11];

		record_text(values, nulls, 0, model.terms[i]);
		for (int field = 0; field < lengthof(numbers); field++)
			record_number(values, nulls, 1 + field, numbers[field]);
		record_text(values, nulls, 10, model.coefficients == NULL ? model.status : isnan(b) ? "collinear" : NULL);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---- applying ---- */

typedef struct ModelCache
{
	RecordCache record;
	Model		model;
	TupleDesc	desc;
} ModelCache;

static ModelCache *
cached_model(FunctionCallInfo fcinfo)
{
	ModelCache *cache = (ModelCache *) record_cache(fcinfo, 0, sizeof(ModelCache));

	if (cache->record.read)
		return cache;
	cache->model = model_read(record_cache_open(&cache->record));
	if (get_call_result_type(fcinfo, NULL, &cache->desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "a composite is asked for where no row can be returned");
	cache->desc = BlessTupleDesc(CreateTupleDescCopy(cache->desc));
	record_cache_close(&cache->record);
	return cache;
}

/* A value by name; the name must be there, its value may be null. */
static double
named_value(Jsonb *row, const char *term, Score *score)
{
	JsonbValue	key = {.type = jbvString, .val.string = {strlen(term), (char *) term}};
	JsonbValue *value = findJsonbValueFromContainer(&row->root, JB_FOBJECT, &key);
	double		x = NAN;

	if (value == NULL)
		argument_error("x", "must have a value, or null, under the name of every term of the model",
					   "(ph.coefficients(model)).term lists them; to_jsonb(row) has a row's columns.");
	if (value->type == jbvNumeric)
		x = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	else if (value->type == jbvBool)
		x = value->val.boolean;
	else if (value->type == jbvNull)
		score_note(score, "missing_input", term);
	else
		score_note(score, "out_of_range", term);	/* a word or a list */
	if (isinf(x))
		score_note(score, "out_of_range", term);
	return x;
}

/* The values of the terms, as they were given: by position without the intercept, or by name. */
static void
given_values(FunctionCallInfo fcinfo, const Model *model, bool by_name, double *x, Score *score)
{
	Datum	   *elements = NULL;
	bool	   *nulls = NULL;
	int			given = 0,
				used = 0;
	Jsonb	   *row = NULL;

	if (by_name)
	{
		row = PG_GETARG_JSONB_P(1);
		if (!JB_ROOT_IS_OBJECT(row))
			argument_error("x", "must be an object", "Write to_jsonb(row) or jsonb_build_object('age', age, ...).");
	}
	else
		given = array_elements(PG_GETARG_ARRAYTYPE_P(1), FLOAT8OID, &elements, &nulls);
	for (int i = 0; i < model->count; i++)
	{
		x[i] = 1;
		if (strcmp(model->terms[i], INTERCEPT) == 0)
			continue;
		if (by_name)
			x[i] = named_value(row, model->terms[i], score);
		else if (used < given)
		{
			x[i] = nulls[used] ? NAN : DatumGetFloat8(elements[used]);
			if (nulls[used])
				score_note(score, "missing_input", model->terms[i]);
			else if (!isfinite(x[i]))
				score_note(score, "out_of_range", model->terms[i]);
		}
		used++;
	}
	if (!by_name && used != given)
		argument_error("x", "must have one element for each term of the model but the intercept", NULL);
}

/* A term that the others make up adds nothing. */
static double
contribution(const Model *model, int i, double x)
{
	double		centre = model->centre ? model->centre[i] : 0;

	return isnan(model->coefficients[i]) ? 0 : model->coefficients[i] * (x - centre);
}

static double
predicted(const Model *model, double predictor, double exposure)
{
	if (model->family == FAMILY_COX)
		return 1 - pow(model->baseline_survival, exp(predictor));
	if (model->family == FAMILY_POISSON)
		return exposure == 0 ? 0 : exposure * exp(predictor);
	return regression_mean(model->family, predictor);
}

/* exposure: person-time of a Poisson model's expected events; 1 for the others. */
static double
score_exposure(FunctionCallInfo fcinfo, const Model *model, Score *score)
{
	double		exposure;

	if (PG_ARGISNULL(2))
	{
		score_note(score, "missing_input", "exposure");
		return NAN;
	}
	exposure = PG_GETARG_FLOAT8(2);
	if (!(exposure >= 0) || isinf(exposure))
		score_note(score, "out_of_range", "exposure");
	if (exposure != 1 && model->family != FAMILY_POISSON)
		argument_error("exposure", "is for Poisson models", NULL);
	return exposure;
}

static Score
apply_model(FunctionCallInfo fcinfo, const Model *model, bool by_name, bool with_terms)
{
	Score		score = score_start();
	double		x[REGRESSION_MOST_TERMS];
	double		predictor = 0;
	double		exposure = score_exposure(fcinfo, model, &score);

	if (PG_ARGISNULL(1))
	{
		score_note(&score, "missing_input", "x");
		return score;
	}
	given_values(fcinfo, model, by_name, x, &score);
	if (model->coefficients == NULL)
		score_note(&score, "no_model", model->status ? model->status : "unknown");
	if (!score.possible)
		return score;
	for (int i = 0; i < model->count; i++)
	{
		predictor += contribution(model, i, x[i]);
		if (with_terms && i < SCORE_MOST_TERMS)
			score_term(&score, model->terms[i], x[i], contribution(model, i, x[i]));
	}
	score.value = predicted(model, predictor, exposure);
	if (!isfinite(score.value))
		score_note(&score, "out_of_range", "predictor");
	return score;
}

static Datum
score_of_model(FunctionCallInfo fcinfo, bool by_name)
{
	ModelCache *cache;
	Score		score;
	Datum		values[3];
	bool		nulls[3];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	cache = cached_model(fcinfo);
	score = apply_model(fcinfo, &cache->model, by_name, false);
	record_number(values, nulls, 0, score.possible ? score.value : NAN);
	record_text(values, nulls, 1, NULL);
	record_text(values, nulls, 2, score.status.len > 0 ? score.status.data : "ok");
	return HeapTupleGetDatum(heap_form_tuple(cache->desc, values, nulls));
}

/*
 * ph.score(ph.model, x float8[], exposure float8) -> ph.risk_score
 *
 * The model's answer for one person, x in the order of its terms without the intercept: a mean, a
 * probability, events expected in the exposure, or 1 - S0 ^ exp(predictor).  What is missing is said in
 * the status.  Errors: another number of values.
 */
PG_FUNCTION_INFO_V1(score_list);
Datum
score_list(PG_FUNCTION_ARGS)
{
	return score_of_model(fcinfo, false);
}

/*
 * ph.score_by_name(ph.model, x jsonb, exposure float8) -> ph.risk_score
 *
 * The same by name; names that the model does not have are passed over.  Errors: a term without a name there.
 */
PG_FUNCTION_INFO_V1(score_named);
Datum
score_named(PG_FUNCTION_ARGS)
{
	return score_of_model(fcinfo, true);
}

static Datum
explain_model(FunctionCallInfo fcinfo, bool by_name)
{
	Model		model;
	Score		score;

	if (PG_ARGISNULL(0))
	{
		InitMaterializedSRF(fcinfo, 0);
		return (Datum) 0;
	}
	model = model_read(PG_GETARG_DATUM(0));
	if (model.count > SCORE_MOST_TERMS)
		argument_error("model", psprintf("must not have more than %d terms to be explained", SCORE_MOST_TERMS), NULL);
	score = apply_model(fcinfo, &model, by_name, true);
	return score_rows(fcinfo, &score);
}

/*
 * ph.explain_score(ph.model, x float8[], exposure float8) -> rows (term, value, contribution, status)
 *
 * What each term adds to the linear predictor.
 */
PG_FUNCTION_INFO_V1(explain_list);
Datum
explain_list(PG_FUNCTION_ARGS)
{
	return explain_model(fcinfo, false);
}

/*
 * ph.explain_score_by_name(ph.model, x jsonb, exposure float8) -> rows (term, value, contribution, status)
 *
 * The same by name.
 */
PG_FUNCTION_INFO_V1(explain_named);
Datum
explain_named(PG_FUNCTION_ARGS)
{
	return explain_model(fcinfo, true);
}
