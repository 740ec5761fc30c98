/* linkage_em.c: the EM algorithm over agreement patterns, whose order is fixed: the same ones give the same answer. */
#include "people/linkage_em.h"

#include <math.h>

#include "core/sum.h"
#include "miscadmin.h"

void
linkage_logarithms(const Linkage *linkage, LinkageLogarithms *logs)
{
	logs->match = log(linkage->lambda);
	logs->other = log1p(-linkage->lambda);
	for (int i = 0; i < linkage->fields * linkage->columns; i++)
	{
		logs->m[i] = log(linkage->m[i]);
		logs->u[i] = log(linkage->u[i]);
	}
}

void
linkage_pattern(const Linkage *linkage, const LinkageLogarithms *logs, uint64 key, double *match, double *other)
{
	*match = logs->match;
	*other = logs->other;
	for (int field = 0; field < linkage->fields; field++)
	{
		int			level = pattern_level(key, field);

		if (level == LEVEL_UNKNOWN)
			continue;
		*match += logs->m[field * linkage->columns + level];
		*other += logs->u[field * linkage->columns + level];
	}
}

/* log(exp(a) + exp(b)). */
static double
log_of_sum(double a, double b)
{
	double		greater = fmax(a, b);

	return greater == -INFINITY ? greater : greater + log1p(exp(fmin(a, b) - greater));
}

double
linkage_log_likelihood(const Linkage *linkage, const AgreementPatterns *patterns)
{
	LinkageLogarithms logs;
	Sum			sum = {0, 0};

	linkage_logarithms(linkage, &logs);
	for (int i = 0; i < patterns->patterns; i++)
	{
		double		match,
					other;

		linkage_pattern(linkage, &logs, patterns->pattern[i].key, &match, &other);
		if (fmax(match, other) == -INFINITY)
			return -INFINITY;
		sum_add(&sum, patterns->pattern[i].pairs * log_of_sum(match, other));
	}
	return sum_value(sum);
}

/* Pairs that are expected to be matches, or not to be: all, and by level of each field. */
typedef struct Expected
{
	double		all;
	double		at[MOST_FIELDS * MOST_LEVELS];
} Expected;

static void
expect(Expected *expected, const Linkage *linkage, uint64 key, double pairs)
{
	expected->all += pairs;
	for (int field = 0; field < linkage->fields; field++)
	{
		int			level = pattern_level(key, field);

		if (level != LEVEL_UNKNOWN)
			expected->at[field * linkage->columns + level] += pairs;
	}
}

/* Chances become shares of what is expected, where anything is; the greatest change. */
static double
maximise(const Linkage *linkage, const Expected *expected, double *chances)
{
	double		change = 0;

	for (int field = 0; field < linkage->fields; field++)
	{
		int			first = field * linkage->columns;
		double		known = 0;

		for (int level = 0; level < linkage->levels[field]; level++)
			known += expected->at[first + level];
		for (int level = 0; known > 0 && level < linkage->levels[field]; level++)
		{
			double		share = expected->at[first + level] / known;

			change = fmax(change, fabs(share - chances[first + level]));
			chances[first + level] = share;
		}
	}
	return change;
}

/* One step, and the greatest change of a parameter. */
static double
em_step(Linkage *linkage, const AgreementPatterns *patterns, LinkageFree freedom)
{
	LinkageLogarithms logs;
	Expected	matches = {0},
				others = {0};
	Sum			sum = {0, 0};
	double		change;

	linkage_logarithms(linkage, &logs);
	for (int i = 0; i < patterns->patterns; i++)
	{
		AgreementPattern pattern = patterns->pattern[i];
		double		match,
					other;

		linkage_pattern(linkage, &logs, pattern.key, &match, &other);
		sum_add(&sum, pattern.pairs * log_of_sum(match, other));
		expect(&matches, linkage, pattern.key, pattern.pairs / (1 + exp(other - match)));
		expect(&others, linkage, pattern.key, pattern.pairs / (1 + exp(match - other)));
	}
	linkage->log_likelihood = sum_value(sum);
	change = maximise(linkage, &matches, linkage->m);
	if (freedom.u)
		change = fmax(change, maximise(linkage, &others, linkage->u));
	if (freedom.lambda)
	{
		double		lambda = matches.all / (matches.all + others.all);

		change = fmax(change, fabs(lambda - linkage->lambda));
		linkage->lambda = lambda;
	}
	return change;
}

int
linkage_em(Linkage *linkage, const AgreementPatterns *patterns, LinkageFree freedom, double settled, int most,
		   double *change)
{
	int			steps = 0;

	*change = INFINITY;
	while (steps < most && *change >= settled)
	{
		CHECK_FOR_INTERRUPTS();
		*change = em_step(linkage, patterns, freedom);
		steps++;
	}
	return steps;
}
