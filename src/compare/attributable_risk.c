/* attributable_risk.c: what everybody's value would fall by if all had the value of one group. */
#include "postgres.h"

#include <math.h>

#include "compare/groups.h"
#include "core/argument.h"

/* What everybody's value would fall by if all had the reference group's: mean - y_ref. */
static Estimate
attributable_risk(const Groups *groups, int reference, double confidence)
{
	double		variance = 0;

	for (int i = 0; i < groups->count; i++)
		variance += pow((groups->share[i] - (i == reference)) * groups->error[i], 2);
	return estimate_normal(groups_mean_about(groups, groups->value, groups->value[reference]), sqrt(variance),
						   confidence);
}

/*
 * ph.population_attributable_risk(tallies ph.tally[], indicator text, reference ph.tally, per float8,
 *   confidence float8, reference_group int, groups int) -> ph.estimate
 *
 * The mean less the value of the reference group, the last and least disadvantaged if NULL: negative
 * where that group has the higher value.
 */
PG_FUNCTION_INFO_V1(population_attributable_risk);
Datum
population_attributable_risk(PG_FUNCTION_ARGS)
{
	Asked		asked;
	Groups		groups;
	Estimate	estimate;
	int			reference;

	if (!argument_groups(fcinfo, 6, &asked, &groups, &estimate))
		return estimate_datum(fcinfo, estimate);
	if (asked.per < 0)
		argument_error("per", "must be greater than 0", NULL);
	if (groups.count < 2)
		return estimate_datum(fcinfo, estimate_none("fewer_than_2_groups"));
	reference = PG_ARGISNULL(5) ? groups.count : PG_GETARG_INT32(5);
	if (reference < 1 || reference > groups.count)
		argument_error("reference_group", "must be the number of a group, from 1", NULL);
	estimate = attributable_risk(&groups, reference - 1, asked.question.confidence);
	estimate_scale(&estimate, asked.per);
	return groups_datum(fcinfo, &groups, estimate);
}

/*
 * ph.population_attributable_fraction, which version 0.2.0 had.  The entry point stays, since that version's script is
 * checked against the library.
 */
PG_FUNCTION_INFO_V1(population_attributable_fraction);
Datum
population_attributable_fraction(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("ph.population_attributable_fraction is no longer there"),
			 errhint("Call alter extension population_health update, then ph.attributable_fraction.")));
}
