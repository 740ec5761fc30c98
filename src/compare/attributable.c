/*
 * attributable.c: what share, and how many, would not be if nobody were exposed.
 *
 * Levin 1953 from the share of people exposed, which is biased with a risk that is adjusted for confounding; Miettinen
 * 1974 from the share of cases exposed, which is not.  ln RR is normal, with the standard error that its limits imply;
 * limits by the delta method are those of ln(1 - fraction).  Numbers by area: one risk drives all of them, so that
 * their limits are those of the risk put in, and move together.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define MOST_CATEGORIES 1000
#define MOST_PLACES 10000000
#define RISK_TAKEN_AS_KNOWN "risk_taken_as_known"

typedef enum Kind
{
	LEVIN,
	MIETTINEN
} Kind;

static const char *const kinds[] = {"levin", "miettinen", NULL};

/* A relative risk; its limits are NAN where it is taken as known. */
typedef struct Risk
{
	double		value;
	double		lower;
	double		upper;
} Risk;

static void
check_risk(const Risk *risk, const char *name, const char *lower, const char *upper)
{
	const double numbers[] = {risk->value, risk->lower, risk->upper};
	const char *const names[] = {name, lower, upper};

	for (int i = 0; i < lengthof(numbers); i++)
		if (numbers[i] <= 0 || isinf(numbers[i]))
			argument_error(names[i], "must be a finite number greater than 0", NULL);
	if (isnan(risk->lower) != isnan(risk->upper))
		argument_error(isnan(risk->lower) ? lower : upper, "must be given where the other limit is", NULL);
	if (risk->lower > risk->upper)
		argument_error(lower, "must not be above the upper limit", NULL);
	if (risk->value < risk->lower || risk->value > risk->upper)
		argument_error(name, "must lie within its limits", NULL);
}

static double
number_or_nan(FunctionCallInfo fcinfo, int index, const char *name)
{
	return PG_ARGISNULL(index) ? NAN : argument_number(fcinfo, index, name);
}

static Risk
argument_risk(FunctionCallInfo fcinfo, int value, int lower, int upper)
{
	Risk		risk = {
		number_or_nan(fcinfo, value, "relative_risk"),
		number_or_nan(fcinfo, lower, "lower"),
		number_or_nan(fcinfo, upper, "upper")
	};

	check_risk(&risk, "relative_risk", "lower", "upper");
	return risk;
}

/* The standard error of ln RR, 0 where the risk is taken as known. */
static double
risk_error(const Risk *risk, double confidence)
{
	return isnan(risk->lower) ? 0 : log(risk->upper / risk->lower) / (2 * two_sided_z(confidence));
}

static bool
is_taken_as_known(const Risk *risk)
{
	return isnan(risk->lower) && risk->value != 1;
}

/* Limits of a fraction whose ln(1 - fraction) is normal. */
static Limits
link_limits(double fraction, double error, double confidence)
{
	double		reach = two_sided_z(confidence) * error;

	return (Limits) {1 - (1 - fraction) * exp(reach), 1 - (1 - fraction) * exp(-reach)};
}

/* ---- exposed or not ---- */

static double
fraction_of(Kind kind, double exposed, double risk)
{
	return kind == LEVIN ? exposed * (risk - 1) / (1 + exposed * (risk - 1)) : exposed * (1 - 1 / risk);
}

/* The standard error of ln(1 - fraction): its slopes in ln RR and in the share exposed. */
static double
fraction_link_error(Kind kind, double exposed, double exposed_error, double risk, double error)
{
	double		rest = 1 - fraction_of(kind, exposed, risk);
	double		by_risk = kind == LEVIN ? exposed * risk * rest : exposed / risk / rest;
	double		by_exposed = kind == LEVIN ? (risk - 1) * rest : (1 - 1 / risk) / rest;

	return hypot(by_risk * error, by_exposed * exposed_error);
}

/*
 * ph.attributable_fraction(exposed float8, relative_risk float8, kind text, lower float8, upper float8,
 *   exposed_error float8, confidence float8) -> ph.attributable_fraction
 *
 * exposed is the share of people (levin) or of cases (miettinen).  Errors: a share outside 0 to 1, a risk that is not
 * above 0, limits the wrong way round or a risk outside them.
 */
PG_FUNCTION_INFO_V1(attributable_fraction);
Datum
attributable_fraction(PG_FUNCTION_ARGS)
{
	double		exposed = number_or_nan(fcinfo, 0, "exposed");
	Kind		kind = argument_choice(fcinfo, 2, "kind", kinds);
	Risk		risk = argument_risk(fcinfo, 1, 3, 4);
	double		exposed_error = PG_ARGISNULL(5) ? 0 : argument_number(fcinfo, 5, "exposed_error");
	double		confidence = argument_confidence(fcinfo, 6);
	double		fraction = fraction_of(kind, exposed, risk.value);
	double		error = fraction_link_error(kind, exposed, exposed_error, risk.value, risk_error(&risk, confidence));
	Limits		limits = link_limits(fraction, error, confidence);
	bool		known_risk = is_taken_as_known(&risk);
	Datum		values[7];
	bool		nulls[7];

	if (exposed < 0 || exposed > 1)
		argument_error("exposed", "must be a share, from 0 to 1", "Divide percentages by 100.");
	if (exposed_error < 0)
		argument_error("exposed_error", "must not be negative", NULL);
	if (exposed_error > 0)
		risk.lower = risk.upper = NAN;
	record_number(values, nulls, 0, fraction);
	record_number(values, nulls, 1, isnan(fraction) ? NAN : error);
	record_number(values, nulls, 2, limits.lower);
	record_number(values, nulls, 3, limits.upper);
	record_number(values, nulls, 4, fraction_of(kind, exposed, risk.lower));
	record_number(values, nulls, 5, fraction_of(kind, exposed, risk.upper));
	record_text(values, nulls, 6, isnan(fraction) ? "missing_input" : known_risk ? RISK_TAKEN_AS_KNOWN : NULL);
	return record_datum(fcinfo, values, nulls);
}

/* ---- lists ---- */

/* The numbers of a list, NAN for a null and for every one of a list that is not given. */
static double *
argument_list(FunctionCallInfo fcinfo, int index, const char *name, int count)
{
	double	   *numbers = palloc_extended(sizeof(double) * Max(count, 1), MCXT_ALLOC_HUGE);
	Datum	   *elements;
	bool	   *nulls;
	int			given = argument_elements(fcinfo, index, name, &elements, &nulls);

	if (!PG_ARGISNULL(index) && given != count)
		argument_error(name, "must have as many elements as the first list", NULL);
	for (int i = 0; i < count; i++)
	{
		numbers[i] = i < given && !nulls[i] ? DatumGetFloat8(elements[i]) : NAN;
		if (i < given && !nulls[i] && !isfinite(numbers[i]))
			argument_error(name, "must hold finite numbers", NULL);
	}
	return numbers;
}

static int
argument_length(FunctionCallInfo fcinfo, int index, const char *name, int most)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count = argument_elements(fcinfo, index, name, &elements, &nulls);

	if (count > most)
		argument_error(name, psprintf("must not have more than %d elements", most), NULL);
	return count;
}

/* Names of the elements; without a list their numbers, without a name unknown. */
static char **
argument_names(FunctionCallInfo fcinfo, int index, const char *name, int count)
{
	char	  **names = palloc_extended(sizeof(char *) * Max(count, 1), MCXT_ALLOC_HUGE);
	Datum	   *elements;
	bool	   *nulls;
	int			given = argument_elements(fcinfo, index, name, &elements, &nulls);

	if (!PG_ARGISNULL(index) && given != count)
		argument_error(name, "must have as many elements as the first list", NULL);
	for (int i = 0; i < count; i++)
		names[i] = given == 0 ? psprintf("%d", i + 1) : nulls[i] ? "unknown" : TextDatumGetCString(elements[i]);
	return names;
}

static void
check_within(const double *numbers, int count, double least, double most, const char *name, const char *rule)
{
	for (int i = 0; i < count; i++)
		if (numbers[i] < least || numbers[i] > most)
			argument_error(name, rule, NULL);
}

static bool
any_missing(const double *numbers, int count)
{
	for (int i = 0; i < count; i++)
		if (isnan(numbers[i]))
			return true;
	return false;
}

/* ---- several levels of one exposure ---- */

typedef struct Categories
{
	int			count;
	double	   *share;			/* they add up to 1 */
	Risk	   *risk;
} Categories;

static Categories
argument_categories(FunctionCallInfo fcinfo)
{
	Categories	categories = {.count = argument_length(fcinfo, 0, "shares", MOST_CATEGORIES)};
	int			count = categories.count;
	double	   *risk = argument_list(fcinfo, 1, "relative_risks", count);
	double	   *lower = argument_list(fcinfo, 3, "lowers", count);
	double	   *upper = argument_list(fcinfo, 4, "uppers", count);
	double		total = 0;

	categories.share = argument_list(fcinfo, 0, "shares", count);
	categories.risk = palloc_array(Risk, Max(count, 1));
	check_within(categories.share, count, 0, INFINITY, "shares", "must not hold negative numbers");
	for (int i = 0; i < count; i++)
	{
		categories.risk[i] = (Risk) {risk[i], lower[i], upper[i]};
		check_risk(&categories.risk[i], "relative_risks", "lowers", "uppers");
		total += categories.share[i];
	}
	for (int i = 0; i < count; i++)
		categories.share[i] /= total;
	return categories;
}

static void
put_category(ReturnSetInfo *result, const char *name, double fraction, double error, Limits limits, const char *note)
{
	Datum		values[6];
	bool		nulls[6];

	record_text(values, nulls, 0, name);
	record_number(values, nulls, 1, fraction);
	record_number(values, nulls, 2, error);
	record_number(values, nulls, 3, limits.lower);
	record_number(values, nulls, 4, limits.upper);
	record_text(values, nulls, 5, note);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * ph.attributable_fraction_of_categories(shares float8[], relative_risks float8[], kind text, lowers float8[],
 *   uppers float8[], categories text[], confidence float8) -> rows (category, fraction, link_error, lower, upper, note)
 *
 * The whole first, its category NULL, then each category's part, which add up to it (Hanley 2001).  Shares are of
 * people or of cases and are made to add up to 1; the category that others are compared with has a risk of 1.  Errors
 * of the risks are taken as independent.
 */
PG_FUNCTION_INFO_V1(attributable_fraction_of_categories);
Datum
attributable_fraction_of_categories(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Limits no_limits = {NAN, NAN};
	Kind		kind = argument_choice(fcinfo, 2, "kind", kinds);
	Categories	categories = argument_categories(fcinfo);
	char	  **names = argument_names(fcinfo, 5, "categories", categories.count);
	double		confidence = argument_confidence(fcinfo, 6);
	double	   *part = palloc_array(double, Max(categories.count, 1));
	double		unexposed = 0,	/* what of all would be without exposure, as a share */
				whole = 0,
				variance = 0;
	const char *note = categories.count == 0 ? "missing_input" : NULL;

	for (int i = 0; i < categories.count; i++)
		unexposed += categories.share[i] * (kind == LEVIN ? categories.risk[i].value : 1 / categories.risk[i].value);
	if (kind == LEVIN)
		unexposed = 1 / unexposed;
	for (int i = 0; i < categories.count; i++)
	{
		const Risk *risk = &categories.risk[i];
		double		share = categories.share[i];
		double		by_risk = kind == LEVIN ? share * risk->value * unexposed : share / risk->value / unexposed;

		part[i] = kind == LEVIN ? share * (risk->value - 1) * unexposed : share * (1 - 1 / risk->value);
		whole += part[i];
		variance += pow(by_risk * risk_error(risk, confidence), 2);
		if (isnan(part[i]))
			note = "missing_input";
		else if (note == NULL && is_taken_as_known(risk))
			note = RISK_TAKEN_AS_KNOWN;
	}
	if (categories.count == 0)
		whole = NAN;
	InitMaterializedSRF(fcinfo, 0);
	put_category(result, NULL, whole, isnan(whole) ? NAN : sqrt(variance),
				 link_limits(whole, sqrt(variance), confidence), note);
	for (int i = 0; i < categories.count; i++)
		put_category(result, names[i], part[i], NAN, no_limits, isnan(part[i]) ? "missing_input" : NULL);
	return (Datum) 0;
}

/* ---- several causes ---- */

static void
put_factor(ReturnSetInfo *result, const char *name, double fraction, double part, Limits limits, const char *note)
{
	Datum		values[6];
	bool		nulls[6];

	record_text(values, nulls, 0, name);
	record_number(values, nulls, 1, fraction);
	record_number(values, nulls, 2, part);
	record_number(values, nulls, 3, limits.lower);
	record_number(values, nulls, 4, limits.upper);
	record_text(values, nulls, 5, note);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * ph.combined_attributable_fraction(fractions float8[], communalities float8[], link_errors float8[], factors text[],
 *   confidence float8) -> rows (factor, fraction, part, lower, upper, note)
 *
 * 1 - product (1 - (1 - communality) fraction), the whole first, its factor NULL; the parts share it out by the
 * fractions.  Limits where every factor has an error, which are taken as independent.
 */
PG_FUNCTION_INFO_V1(combined_attributable_fraction);
Datum
combined_attributable_fraction(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Limits no_limits = {NAN, NAN};
	int			count = argument_length(fcinfo, 0, "fractions", MOST_CATEGORIES);
	double	   *fraction = argument_list(fcinfo, 0, "fractions", count);
	double	   *communality = argument_list(fcinfo, 1, "communalities", count);
	double	   *error = argument_list(fcinfo, 2, "link_errors", count);
	char	  **names = argument_names(fcinfo, 3, "factors", count);
	double		confidence = argument_confidence(fcinfo, 4);
	bool		missing = count == 0 || any_missing(fraction, count);
	double		rest = 0,		/* ln of what is left of 1 */
				sum = 0,
				variance = 0,
				combined;

	check_within(communality, count, 0, 1, "communalities", "must hold shares, from 0 to 1");
	check_within(error, count, 0, INFINITY, "link_errors", "must not hold negative numbers");
	for (int i = 0; i < count; i++)
	{
		double		own = 1 - (isnan(communality[i]) ? 0 : communality[i]);

		if (fraction[i] >= 1)
			argument_error("fractions", "must be below 1", "Divide percentages by 100.");
		sum += fraction[i];
		rest += log1p(-own * fraction[i]);
		variance += pow(own * (1 - fraction[i]) / (1 - own * fraction[i]) * error[i], 2);
	}
	combined = missing ? NAN : 0 - expm1(rest);
	InitMaterializedSRF(fcinfo, 0);
	put_factor(result, NULL, combined, combined, link_limits(combined, sqrt(variance), confidence),
			   missing ? "missing_input" : NULL);
	for (int i = 0; i < count; i++)
		put_factor(result, names[i], fraction[i], sum == 0 ? NAN : fraction[i] / sum * combined, no_limits,
				   isnan(fraction[i]) ? "missing_input" : NULL);
	return (Datum) 0;
}

/* ---- numbers by place ---- */

/* One place, or the sum of some: at the risk and at its limits. */
typedef struct Burden
{
	double		people;
	double		events;
	double		attributable[3];
	double		excess[3];		/* people times (risk - 1) */
	double		weight[3];		/* people times risk */
} Burden;

static Burden
place_burden(double people, double events, double increments, const Risk *risk)
{
	const double risks[] = {risk->value, risk->lower, risk->upper};
	Burden		burden = {.people = people, .events = events};

	for (int i = 0; i < lengthof(risks); i++)
	{
		double		log_risk = log(risks[i]) * increments;

		burden.attributable[i] = events * -expm1(-log_risk);
		burden.excess[i] = people == 0 ? people : people * expm1(log_risk);
		burden.weight[i] = people == 0 ? people : people * exp(log_risk);
	}
	return burden;
}

static void
add_burden(Burden *sum, const Burden *place)
{
	sum->people += place->people;
	sum->events += place->events;
	for (int i = 0; i < lengthof(sum->attributable); i++)
	{
		sum->attributable[i] += place->attributable[i];
		sum->excess[i] += place->excess[i];
		sum->weight[i] += place->weight[i];
	}
}

static const char *
burden_note(const Burden *burden, bool known_risk)
{
	if (isnan(burden->attributable[0]) || isnan(burden->people))
		return "missing_input";
	if (burden->people == 0)
		return "no_people";
	if (burden->events == 0)
		return "no_events";
	if (!isfinite(burden->weight[0]))
		return "out_of_range";
	return known_risk ? RISK_TAKEN_AS_KNOWN : NULL;
}

static void
put_burden(ReturnSetInfo *result, const char *name, const Burden *burden, bool known_risk)
{
	Datum		values[13];
	bool		nulls[13];

	record_text(values, nulls, 0, name);
	record_number(values, nulls, 1, burden->people);
	record_number(values, nulls, 2, burden->events);
	for (int i = 0; i < lengthof(burden->attributable); i++)
	{
		record_number(values, nulls, 3 + i, burden->attributable[i]);
		record_number(values, nulls, 6 + i, burden->attributable[i] / burden->events);
		record_number(values, nulls, 9 + i, burden->excess[i] / burden->weight[i]);
	}
	record_text(values, nulls, 12, burden_note(burden, known_risk));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

typedef struct NamedBurden
{
	const char *name;
	Burden		burden;
} NamedBurden;

static int
compare_names(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return strcmp(((const NamedBurden *) a)->name, ((const NamedBurden *) b)->name);
}

/*
 * ph.attributable(people float8[], events float8[], levels float8[], relative_risk float8, per float8,
 *   counterfactual float8, lower float8, upper float8, groups text[])
 *   -> rows (group_name, people, events, attributable, ..., fraction_of_events, ..., fraction_of_people, ..., note)
 *
 * Places (or people), their level of exposure, and a log-linear risk: RR = relative_risk ^ (max(level - counterfactual,
 * 0) / per).  attributable = sum events (1 - 1 / RR), each place's own events; fraction_of_people = 1 - sum people /
 * sum people RR, which takes the risk without exposure to be the same everywhere.  The whole first, its group NULL,
 * then each group in byte order.  Errors: people or events below 0, per not above 0, those of a risk.
 */
PG_FUNCTION_INFO_V1(attributable);
Datum
attributable(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count = argument_length(fcinfo, 0, "people", MOST_PLACES);
	double	   *people = argument_list(fcinfo, 0, "people", count);
	double	   *events = argument_list(fcinfo, 1, "events", count);
	double	   *level = argument_list(fcinfo, 2, "levels", count);
	Risk		risk = argument_risk(fcinfo, 3, 6, 7);
	double		per = argument_positive(fcinfo, 4, "per");
	double		counterfactual = argument_number(fcinfo, 5, "counterfactual");
	bool		by_group = !PG_ARGISNULL(8);
	char	  **names = by_group ? argument_names(fcinfo, 8, "groups", count) : NULL;
	NamedBurden *places = palloc_extended(sizeof(NamedBurden) * Max(count, 1), MCXT_ALLOC_HUGE);
	Burden		all = {0};
	Burden		group = {0};

	check_within(people, count, 0, INFINITY, "people", "must not hold negative numbers");
	check_within(events, count, 0, INFINITY, "events", "must not hold negative numbers");
	for (int i = 0; i < count; i++)
	{
		double		above = level[i] - counterfactual;

		CHECK_FOR_INTERRUPTS();
		places[i].name = by_group ? names[i] : "";
		/* below the counterfactual nothing is earned; what is not known stays so */
		places[i].burden = place_burden(people[i], events[i], (above < 0 ? 0 : above) / per, &risk);
		add_burden(&all, &places[i].burden);
	}
	InitMaterializedSRF(fcinfo, 0);
	put_burden(result, NULL, &all, is_taken_as_known(&risk));
	if (!by_group)
		return (Datum) 0;
	qsort(places, count, sizeof(NamedBurden), compare_names);
	for (int i = 0; i < count; i++)
	{
		add_burden(&group, &places[i].burden);
		if (i + 1 < count && strcmp(places[i].name, places[i + 1].name) == 0)
			continue;
		put_burden(result, places[i].name, &group, is_taken_as_known(&risk));
		group = (Burden) {0};
	}
	return (Datum) 0;
}
