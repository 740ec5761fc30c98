/* variance_explained.c: how much of the spread of a value between people their segments account for. */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/estimate.h"
#include "core/record.h"
#include "core/tally.h"
#include "miscadmin.h"

/* Whether the tally holds people by segment, whose spread can be had; if not, *why says so. */
static bool
segments_answerable(const Tally *tally, Estimate *why)
{
	if (tally && (tally->flags & TALLY_COUNTS))
		argument_error("tally", "holds counts, whose spread between people is not known",
					   "Fold one row a person with ph.person_tally(segment, value).");
	if (!estimate_answerable(tally, why))
		return false;
	for (int i = 0; i < tally->sorted; i++)
		if (sum_value(tally->cells[i].exposure) != rint(sum_value(tally->cells[i].exposure)))
			argument_error("tally", "holds years at risk, and a spread is between people",
						   "Fold one row a person with ph.person_tally(segment, value).");
	return true;
}

/* The sample variance of the people of a cell; 0 of one person, who has no spread. */
static double
variance_of(const TallyCell *cell)
{
	double		people = sum_value(cell->exposure);

	return people > 1 ? tally_squares_about_mean(cell) / (people - 1) : 0;
}

/* n V / N: what a segment adds to the variance within segments. */
static double
variance_within(const TallyCell *cell, double people)
{
	return sum_value(cell->exposure) / people * variance_of(cell);
}

/* 1 - (sum n_g V_g / N) / V over people of known segment; NAN and a note where it does not exist. */
static Estimate
explained(const Tally *tally, int *segments, double *people)
{
	TallyCell	total;
	Estimate	result;
	double		variance,
				within = 0;

	*segments = 0;
	*people = NAN;
	if (!segments_answerable(tally, &result))
		return result;
	total = tally_known(tally);
	*people = sum_value(total.exposure);
	for (int i = 0; i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		*segments += sum_value(tally->cells[i].exposure) > 0;
		within += variance_within(&tally->cells[i], *people);
	}
	if (*people < 2)
		return estimate_none("fewer_than_2_people");
	variance = variance_of(&total);
	if (variance == 0)
		return estimate_none("no_variance");
	if (!isfinite(variance) || !isfinite(within))
		return estimate_none("out_of_range");
	result = (Estimate) {1 - within / variance, NAN, NAN, NULL};
	estimate_note_unknown(&result, tally->unknown_rows);
	return result;
}

/*
 * ph.variance_explained(ph.tally, per float8) -> (value, people, segments, note)
 *
 * The share of the variance of a value (cost) between people that their segments account for, times per:
 * 1 - (sum n_g V_g / N) / V with sample variances, a segment of one person adding nothing (Wood et al. 2019,
 * reduction of variance).  Below 0 where segments say less than chance would.  The tally is of people keyed by
 * segment; people of unknown segment are left out.
 */
PG_FUNCTION_INFO_V1(variance_explained);
Datum
variance_explained(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	double		per = argument_positive(fcinfo, 1, "per");
	int			segments;
	double		people;
	Estimate	estimate = explained(tally, &segments, &people);
	Datum		values[4];
	bool		nulls[4];

	estimate_scale(&estimate, per);
	record_number(values, nulls, 0, estimate.value);
	record_number(values, nulls, 1, people);
	values[2] = Int32GetDatum(segments);
	nulls[2] = isnan(people);
	record_text(values, nulls, 3, estimate.note);
	return record_datum(fcinfo, values, nulls);
}

/*
 * ph.variance_explained_table(ph.tally) -> rows (segment, people, mean, standard_deviation, share_of_people,
 *   share_of_total, unexplained)
 *
 * A row a segment in order of its number, people of unknown segment left out: the sample standard deviation is
 * NULL of one person; unexplained is the part of the variance that stays within this segment, and all of them
 * add up to 1 less the share explained.
 */
PG_FUNCTION_INFO_V1(variance_explained_table);
Datum
variance_explained_table(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Tally	   *tally = argument_tally(fcinfo, 0);
	Estimate	why;
	TallyCell	total;
	double		people;

	InitMaterializedSRF(fcinfo, 0);
	if (!segments_answerable(tally, &why))
		return (Datum) 0;
	total = tally_known(tally);
	people = sum_value(total.exposure);
	for (int i = 0; i < tally->sorted; i++)
	{
		const TallyCell *cell = &tally->cells[i];
		double		in_segment = sum_value(cell->exposure);
		double		numbers[] = {cell->key, in_segment, sum_value(cell->events) / in_segment,
			in_segment > 1 ? sqrt(variance_of(cell)) : NAN, in_segment / people,
		sum_value(cell->events) / sum_value(total.events), variance_within(cell, people) / variance_of(&total)};
		Datum		values[lengthof(numbers)];
		bool		nulls[lengthof(numbers)];

		CHECK_FOR_INTERRUPTS();
		for (int field = 0; field < lengthof(numbers); field++)
			record_number(values, nulls, field, numbers[field]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
