/* groups.c: groups in order of disadvantage, from arrays of numbers or of tallies. */
#include "compare/groups.h"

#include <math.h>

#include "core/argument.h"
#include "core/tally_list.h"

#define FIFTHS 5
#define TENTHS 10

Groups
groups_place(int count, const double *population, double *value, double *error)
{
	Groups		groups = {.count = count, .value = value, .error = error};
	double		total = 0,
				below = 0;

	groups.share = palloc_array(double, Max(count, 1));
	groups.position = palloc_array(double, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		if (!(population[i] > 0) || !isfinite(population[i]))
			argument_error("population", "must be greater than 0 in every group", NULL);
		if (!isfinite(value[i]))
			argument_error("value", "must be a finite number in every group", NULL);
		if (!(error[i] >= 0) || !isfinite(error[i]))
			argument_error("standard_error", "must be finite and not negative in every group", NULL);
		total += population[i];
	}
	for (int i = 0; i < count; i++)
	{
		groups.share[i] = population[i] / total;
		groups.position[i] = below + groups.share[i] / 2;
		below += groups.share[i];
	}
	return groups;
}

double
groups_mean_about(const Groups *groups, const double *value, double about)
{
	double		mean = 0;

	for (int i = 0; i < groups->count; i++)
		mean += groups->share[i] * (value[i] - about);
	return mean;
}

double
groups_mean(const Groups *groups)
{
	return groups->value[0] + groups_mean_about(groups, groups->value, groups->value[0]);
}

int
argument_group_count(FunctionCallInfo fcinfo, int index)
{
	return PG_ARGISNULL(index) ? 0 : argument_whole(fcinfo, index, "groups", 2, MAX_GROUPS);
}

bool
groups_complete(int count, int said, char **note)
{
	*note = NULL;
	if (said > 0 && count != said)
		*note = psprintf("number_of_groups: %d, not %d", count, said);
	else if (said == 0 && count >= 2 && count != FIFTHS && count != TENTHS)
		*note = psprintf("number_of_groups: %d, not said", count);
	return said == 0 || count == said;
}

/* What is to be said of the groups' values: the first note, and in how many groups there is one. */
static char *
groups_notes(const Quantity *quantity, int count)
{
	char	   *first = NULL;
	int			notes = 0;

	for (int i = 0; i < count; i++)
		if (quantity[i].estimate.note && notes++ == 0)
			first = psprintf("group %d: %s", i + 1, quantity[i].estimate.note);
	return notes > 1 ? psprintf("%s; groups_with_notes: %d", first, notes) : first;
}

bool
groups_ask(Tally **tallies, int count, int said, const Asked *asked, Groups *groups, Estimate *why)
{
	char	   *note;

	double	   *population = palloc_array(double, Max(count, 1));
	double	   *value = palloc_array(double, Max(count, 1));
	double	   *error = palloc_array(double, Max(count, 1));
	Quantity   *quantity = palloc_array(Quantity, Max(count, 1));
	bool		certain = true;

	if (count > MAX_GROUPS)
		argument_error("tallies", "must not have more than 100 elements", NULL);
	if (!groups_complete(count, said, &note))
	{
		*why = estimate_none("%s", note);
		return false;
	}
	for (int i = 0; i < count; i++)
	{
		quantity[i] = ask(tallies[i], asked);
		if (isnan(quantity[i].estimate.value) || isnan(quantity[i].variance))
		{
			*why = estimate_none("group %d: %s", i + 1,
								 quantity[i].estimate.note ? quantity[i].estimate.note : "no_variance");
			return false;
		}
		population[i] = sum_value(tally_total(tallies[i]).exposure);
		value[i] = quantity[i].estimate.value;
		error[i] = sqrt(quantity[i].variance);
		certain = certain && error[i] == 0;
	}
	*groups = groups_place(count, population, value, error);
	groups->note = note;
	groups->left_out = groups_notes(quantity, count);
	/* values such as 5 of 5 and 0 of 5 tell nothing of how sure they are */
	for (int i = 0; certain && i < groups->count; i++)
		groups->error[i] = NAN;
	return true;
}

bool
argument_groups(FunctionCallInfo fcinfo, int said, Asked *asked, Groups *groups, Estimate *why)
{
	Tally	  **tallies;
	int			count = argument_tallies(fcinfo, 0, "tallies", &tallies);

	*asked = argument_asked(fcinfo, 1, 2);
	return groups_ask(tallies, count, argument_group_count(fcinfo, said), asked, groups, why);
}

void
groups_note(Estimate *estimate, const Groups *groups)
{
	if (groups->note)
		estimate_note(estimate, "%s", groups->note);
	if (groups->left_out)
		estimate_note(estimate, "%s", groups->left_out);
}

Datum
groups_datum(FunctionCallInfo fcinfo, const Groups *groups, Estimate estimate)
{
	groups_note(&estimate, groups);
	return estimate_datum(fcinfo, estimate);
}
