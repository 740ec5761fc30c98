/* latent_class_em.c: the EM algorithm (Dempster, Laird and Rubin 1977) over patterns of answers. */
#include "learn/latent_class_em.h"

#include <math.h>

#include "common/pg_prng.h"
#include "core/sum.h"
#include "miscadmin.h"

#define SAME_LIKELIHOOD 1e-6	/* relative: starts that end so near are as good */
#define SETTLED_START 1e-9		/* relative change of the log-likelihood after which a start is compared */
#define SETTLED 1e-12			/* and after which the best one is final */
#define LEAST_KNOWN 1e-3		/* people of a class with an item known: of fewer its probability says nothing */

static Classes
classes_new(int count, int items)
{
	Classes		classes = {.count = count, .items = items};

	classes.prevalence = palloc0_array(double, count);
	classes.probability = palloc0_array(double, Max(count * items, 1));
	return classes;
}

static void
copy_classes(Classes *to, const Classes *from)
{
	memcpy(to->prevalence, from->prevalence, sizeof(double) * from->count);
	memcpy(to->probability, from->probability, sizeof(double) * from->count * from->items);
	to->log_likelihood = from->log_likelihood;
}

void
latent_logarithms(const Classes *classes, Logarithms *logs)
{
	for (int c = 0; c < classes->count; c++)
	{
		logs->prevalence[c] = log(classes->prevalence[c]);
		for (int j = 0; j < classes->items; j++)
		{
			logs->yes[c * classes->items + j] = log(classes->probability[c * classes->items + j]);
			logs->no[c * classes->items + j] = log1p(-classes->probability[c * classes->items + j]);
		}
	}
}

/* The chance of each class for somebody with this pattern; the log-likelihood of the pattern. */
double
latent_posterior(const Classes *classes, const Logarithms *logs, uint64 yes, uint64 known, double *posterior)
{
	double		greatest = -INFINITY,
				sum = 0;

	for (int c = 0; c < classes->count; c++)
	{
		const double *log_yes = logs->yes + c * classes->items;
		const double *log_no = logs->no + c * classes->items;
		double		joint = logs->prevalence[c];

		for (int j = 0; j < classes->items; j++)
			if (known >> j & 1)
				joint += yes >> j & 1 ? log_yes[j] : log_no[j];
		posterior[c] = joint;
		greatest = fmax(greatest, joint);
	}
	if (greatest == -INFINITY)
		return greatest;
	for (int c = 0; c < classes->count; c++)
		sum += posterior[c] = exp(posterior[c] - greatest);
	for (int c = 0; c < classes->count; c++)
		posterior[c] /= sum;
	return greatest + log(sum);
}

double
latent_log_likelihood(const Classes *classes, const Patterns *patterns)
{
	Logarithms *logs = palloc_object(Logarithms);
	double		posterior[MOST_CLASSES];
	Sum			sum = {0, 0};

	latent_logarithms(classes, logs);
	for (int i = 0; i < patterns->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sum_add(&sum, patterns->patterns[i].people * latent_posterior(classes, logs, patterns->patterns[i].yes,
																	  patterns->patterns[i].known, posterior));
	}
	pfree(logs);
	return sum_value(sum);
}

/* ---- EM ---- */

/* People of each class, those of them with item j known, and with item j. */
typedef struct Expected
{
	double		people[MOST_CLASSES];
	double		known[MOST_CLASSES * MOST_ITEMS];
	double		yes[MOST_CLASSES * MOST_ITEMS];
	Logarithms	logs;
} Expected;

/* One step; classes->log_likelihood becomes that of the parameters before it. */
static void
em_step(Classes *classes, const Patterns *patterns, Expected *expected)
{
	double		posterior[MOST_CLASSES];
	Sum			sum = {0, 0};
	int			items = classes->items;

	latent_logarithms(classes, &expected->logs);
	memset(expected, 0, offsetof(Expected, logs));
	for (int i = 0; i < patterns->count; i++)
	{
		const Pattern *pattern = &patterns->patterns[i];

		CHECK_FOR_INTERRUPTS();
		sum_add(&sum,
				pattern->people * latent_posterior(classes, &expected->logs, pattern->yes, pattern->known, posterior));
		for (int c = 0; c < classes->count; c++)
		{
			double		people = pattern->people * posterior[c];

			expected->people[c] += people;
			for (int j = 0; j < items; j++)
			{
				expected->known[c * items + j] += pattern->known >> j & 1 ? people : 0;
				expected->yes[c * items + j] += pattern->yes >> j & 1 ? people : 0;
			}
		}
	}
	classes->log_likelihood = sum_value(sum);
	for (int c = 0; c < classes->count; c++)
	{
		classes->prevalence[c] = fmin(expected->people[c] / patterns->people, 1);
		for (int j = 0; j < items; j++)
			if (expected->known[c * items + j] > 0)
				classes->probability[c * items + j] =
					fmin(expected->yes[c * items + j] / expected->known[c * items + j], 1);
	}
}

/* Steps until the log-likelihood changes by less than a share of itself; how many, -1 where most were not enough. */
static int
run_em(Classes *classes, const Patterns *patterns, Expected *expected, double settled, int most)
{
	double		before = -INFINITY;

	for (int i = 1; i <= most; i++)
	{
		em_step(classes, patterns, expected);
		if (classes->log_likelihood - before <= settled * fabs(classes->log_likelihood))
			return i;
		before = classes->log_likelihood;
	}
	return -1;
}

int
latent_em(Classes *classes, const Patterns *patterns, int most)
{
	return run_em(classes, patterns, palloc_object(Expected), SETTLED, most);
}

static void
draw_start(Classes *classes, uint64 varying, pg_prng_state *random)
{
	for (int c = 0; c < classes->count; c++)
	{
		classes->prevalence[c] = 1.0 / classes->count;
		for (int j = 0; j < classes->items; j++)
			classes->probability[c * classes->items + j] = varying >> j & 1 ? 0.1 + 0.8 * pg_prng_double(random) : 0.5;
	}
}

/* The best of several starts; how many of them ended there. */
Classes
latent_best_start(const Patterns *patterns, int count, int starts, int64 seed, int most, int *agreeing)
{
	Classes		best = classes_new(count, patterns->items);
	Classes		classes = classes_new(count, patterns->items);
	double	   *reached = palloc_array(double, starts);
	Expected   *expected = palloc_object(Expected);
	pg_prng_state random;

	pg_prng_seed(&random, (uint64) seed);
	for (int i = 0; i < starts; i++)
	{
		draw_start(&classes, patterns->varying, &random);
		run_em(&classes, patterns, expected, SETTLED_START, most);
		reached[i] = classes.log_likelihood;
		if (i == 0 || classes.log_likelihood > best.log_likelihood)
			copy_classes(&best, &classes);
		ereport(DEBUG1, (errmsg("ph.latent_class: start %d of %d, log-likelihood %.6f", i + 1, starts, reached[i])));
	}
	*agreeing = 0;
	for (int i = 0; i < starts; i++)
		*agreeing += best.log_likelihood - reached[i] <= SAME_LIKELIHOOD * fabs(best.log_likelihood);
	return best;
}

/* The commonest class first: their numbers are arbitrary otherwise. */
void
latent_order(Classes *classes)
{
	Classes		ordered = classes_new(classes->count, classes->items);

	for (int c = 0; c < classes->count; c++)
	{
		int			place = 0;

		for (int b = 0; b < classes->count; b++)
			place += classes->prevalence[b] > classes->prevalence[c] ||
				(b < c && classes->prevalence[b] == classes->prevalence[c]);
		ordered.prevalence[place] = classes->prevalence[c];
		memcpy(ordered.probability + place * classes->items, classes->probability + c * classes->items,
			   sizeof(double) * classes->items);
	}
	ordered.log_likelihood = classes->log_likelihood;
	copy_classes(classes, &ordered);
}

Classes
latent_with_data(const Classes *classes, const Patterns *patterns)
{
	Classes		with_data = classes_new(classes->count, classes->items);
	Logarithms *logs = palloc_object(Logarithms);
	double	   *known = palloc0_array(double, classes->count * classes->items);
	double		posterior[MOST_CLASSES];

	copy_classes(&with_data, classes);
	latent_logarithms(classes, logs);
	for (int i = 0; i < patterns->count; i++)
	{
		const Pattern *pattern = &patterns->patterns[i];

		CHECK_FOR_INTERRUPTS();
		if (latent_posterior(classes, logs, pattern->yes, pattern->known, posterior) == -INFINITY)
			continue;
		for (int c = 0; c < classes->count; c++)
			for (int j = 0; j < classes->items; j++)
				known[c * classes->items + j] += pattern->known >> j & 1 ? pattern->people * posterior[c] : 0;
	}
	for (int i = 0; i < classes->count * classes->items; i++)
		if (known[i] < LEAST_KNOWN)
			with_data.probability[i] = NAN;
	return with_data;
}

/* The chance of an item among everybody whose class has data on it. */
static double
overall_probability(const Classes *classes, int item)
{
	double		people = 0,
				with_item = 0;

	for (int c = 0; c < classes->count; c++)
		if (!isnan(classes->probability[c * classes->items + item]))
		{
			people += classes->prevalence[c];
			with_item += classes->prevalence[c] * classes->probability[c * classes->items + item];
		}
	return people > 0 ? with_item / people : NAN;
}

void
latent_fill(Classes *classes)
{
	for (int j = 0; j < classes->items; j++)
	{
		double		overall = overall_probability(classes, j);

		for (int c = 0; c < classes->count; c++)
			if (isnan(classes->probability[c * classes->items + j]))
				classes->probability[c * classes->items + j] = overall;
	}
}
