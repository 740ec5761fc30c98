/*
 * settlement.c: what a contract pays of a saving, or asks of a loss, in lines that close.
 *
 * A saving of exactly the minimum savings rate pays, a loss of exactly the minimum loss rate owes; both are compared as
 * products of decimals.  What cover gives back of dear persons is taken out before anything is shared.
 */
#include "budget/settlement.h"

#include <math.h>

#include "core/argument.h"
#include "core/record.h"
#include "core/tally.h"

#define PENCE 2

static Amount
amount_clamped(Amount a, Amount low, Amount high)
{
	if (low)
		a = amount_greater(a, low);
	return high ? amount_lesser(a, high) : a;
}

/* Whether the contract asks for something of which nothing is known. */
static bool
lacks_input(const Contract *contract, const Year *year)
{
	bool		asks_quality = contract->quality_rule != QUALITY_PASSES || amount_sign(contract->quality_gate) > 0 ||
		(contract->two_sided && contract->loss_rule == LOSS_ONE_MINUS_SHARE);

	return year->benchmark == NULL || year->actual == NULL || (asks_quality && year->quality == NULL) ||
		(contract->two_sided && contract->revenue_cap && year->revenue == NULL) ||
		(contract->stop_loss.attachment && year->recovered == NULL) ||
		(amount_sign(contract->equity_share) > 0 && year->equity_shown < 0);
}

/* The share of a saving that the quality leaves. */
static Amount
share_by_quality(const Contract *contract, Amount quality)
{
	bool		met = quality == NULL || amount_compare(quality, contract->quality_gate) >= 0;

	if (contract->quality_rule == QUALITY_PASSES)
		return met ? contract->max_share : amount_of_count(0);
	if (met)
		return contract->quality_rule == QUALITY_SCALES ? amount_product(contract->max_share, quality)
			: contract->max_share;
	if (contract->quality_rule == QUALITY_PASSES_OR_SCALES &&
		amount_compare(quality, contract->alternative_gate) >= 0)
		return amount_product(contract->max_share, quality);
	return amount_of_count(0);
}

/* What of a saving or loss passes the corridor to be shared. */
static Amount
shared_part(Amount part, const Bands *bands, Amount benchmark)
{
	return bands->count > 0 ? bands_keep(bands, part, benchmark) : part;
}

/* A saving or loss that meets its threshold: all of it, or what lies above. */
static Amount
part_that_counts(const Contract *contract, Amount size, Amount threshold)
{
	return contract->first_unit ? size : amount_difference(size, threshold);
}

/* The lesser of an amount and a cap that is a share of a base; whether it was cut is noted. */
static Amount
capped(Amount a, Amount cap, Amount base, const char **note)
{
	Amount		most = cap ? amount_product(cap, base) : a;

	if (amount_compare(a, most) <= 0)
		return a;
	*note = "capped";
	return most;
}

/* The part of a payment that hangs on progress in equity is paid where that is shown. */
static Amount
paid_for_equity(const Contract *contract, const Year *year, Amount paid, const char **note)
{
	if (amount_sign(contract->equity_share) == 0 || year->equity_shown == 1 || amount_sign(paid) == 0)
		return paid;
	*note = "equity_not_shown";
	return amount_product(paid, amount_difference(amount_of_count(1), contract->equity_share));
}

static void
settle_saving(const Contract *contract, const Year *year, Settlement *lines)
{
	Amount		threshold = amount_product(contract->msr, year->benchmark);
	bool		reached = amount_compare(lines->margin, threshold) >= 0;
	Amount		part = lines->margin;
	Amount		share = lines->share;

	if (!reached && !contract->half_below_msr)
		lines->note = "below_msr";
	else if (amount_sign(share) == 0 && amount_sign(lines->margin) > 0)
		lines->note = "quality_gate";
	else if (!reached)
		lines->note = "half_rate_below_msr";
	if (!reached && !contract->half_below_msr)
		return;
	if (reached)
		part = part_that_counts(contract, lines->margin, threshold);
	else
		share = amount_product(share, amount_of_number(0.5));
	part = shared_part(part, &contract->gain_bands, year->benchmark);
	lines->paid = capped(amount_product(share, part), contract->saving_cap, year->benchmark, &lines->note);
	lines->paid = paid_for_equity(contract, year, lines->paid, &lines->note);
}

/* The rate of a loss; the greatest where both gates of quality are failed.  It falls with quality above a gate too. */
static Amount
loss_rate_by_quality(const Contract *contract, Amount share, Amount quality)
{
	Amount		one = amount_of_count(1);

	if (contract->loss_rule == LOSS_FIXED)
		return contract->loss_rate;
	if (amount_sign(share) == 0)
		return contract->loss_high ? contract->loss_high : one;
	return amount_clamped(amount_difference(one, amount_product(contract->max_share, quality)), contract->loss_low,
						  contract->loss_high);
}

static void
settle_loss(const Contract *contract, const Year *year, Settlement *lines)
{
	Amount		loss = amount_negative(lines->margin);
	Amount		threshold;
	Amount		part;

	if (!contract->two_sided)
	{
		lines->note = "one_sided";
		return;
	}
	threshold = amount_product(contract->mlr, year->benchmark);
	if (amount_compare(loss, threshold) < 0)
	{
		lines->note = "below_mlr";
		return;
	}
	part = shared_part(part_that_counts(contract, loss, threshold), contract->loss_bands.count > 0
					   ? &contract->loss_bands : &contract->gain_bands, year->benchmark);
	lines->loss_rate = loss_rate_by_quality(contract, lines->share, year->quality);
	lines->owed = capped(amount_product(lines->loss_rate, part), contract->loss_cap, year->benchmark, &lines->note);
	lines->owed = capped(lines->owed, contract->revenue_cap, year->revenue, &lines->note);
}

Settlement
settle(const Contract *contract, const Year *year)
{
	Settlement	lines = {0};
	Amount		zero = amount_of_count(0);

	if (lacks_input(contract, year))
	{
		lines.note = "missing_input";
		return lines;
	}
	if (amount_sign(year->benchmark) == 0)
	{
		lines.note = "no_benchmark";
		return lines;
	}
	lines.gross = amount_difference(year->benchmark, year->actual);
	lines.recovered = contract->stop_loss.attachment ? year->recovered : zero;
	lines.margin = amount_sum(lines.gross, lines.recovered);
	lines.share = share_by_quality(contract, year->quality);
	lines.paid = lines.loss_rate = lines.owed = zero;
	if (amount_sign(lines.margin) >= 0)
		settle_saving(contract, year, &lines);
	else
		settle_loss(contract, year, &lines);
	return lines;
}

/* ---- from SQL ---- */

Year
argument_year(FunctionCallInfo fcinfo, int index)
{
	Year		year = {0};

	if (!PG_ARGISNULL(index))
	{
		double		quality = argument_number(fcinfo, index, "quality");

		if (quality < 0 || quality > 1)
			argument_error("quality", "must lie between 0 and 1", "Write 0.9 for 90 %.");
		year.quality = amount_of_number(quality);
	}
	year.revenue = argument_amount_from_zero(fcinfo, index + 1, "revenue");
	year.equity_shown = PG_ARGISNULL(index + 2) ? -1 : PG_GETARG_BOOL(index + 2);
	return year;
}

static void
record_share(Datum *values, bool *nulls, int field, Amount share)
{
	record_number(values, nulls, field, share ? amount_number(share) : NAN);
}

static Datum
settlement_datum(FunctionCallInfo fcinfo, const Settlement *lines, Amount benchmark)
{
	Datum		values[12];
	bool		nulls[12];
	Amount		provider = NULL,
				rounded = NULL,
				payer = NULL,
				payer_rounded = NULL;

	if (lines->gross)
	{
		provider = amount_difference(lines->paid, lines->owed);
		payer = amount_difference(lines->gross, provider);
		rounded = amount_rounded(provider, PENCE);
		payer_rounded = amount_difference(amount_rounded(lines->gross, PENCE), rounded);
	}
	record_amount(values, nulls, 0, amount_trimmed(lines->gross));
	record_amount(values, nulls, 1, amount_trimmed(lines->recovered));
	record_share(values, nulls, 2, lines->margin ? amount_quotient(lines->margin, benchmark) : NULL);
	record_share(values, nulls, 3, lines->share);
	record_amount(values, nulls, 4, amount_trimmed(lines->paid));
	record_share(values, nulls, 5, lines->loss_rate);
	record_amount(values, nulls, 6, amount_trimmed(lines->owed));
	record_amount(values, nulls, 7, amount_trimmed(provider));
	record_amount(values, nulls, 8, amount_trimmed(payer));
	record_amount(values, nulls, 9, rounded);
	record_amount(values, nulls, 10, payer_rounded);
	record_text(values, nulls, 11, lines->note);
	return record_datum(fcinfo, values, nulls);
}

/* Without people nothing is settled, and without cover nothing can have been given back. */
static Settlement
settle_people(const Contract *contract, const Year *year, bool people)
{
	if (year->recovered && contract->stop_loss.attachment == NULL)
		argument_error("recovered", "must not be given where the contract has no stop-loss",
					   "Give the contract a stop_loss_attachment, or leave it out.");
	if (!people && !lacks_input(contract, year))
		return (Settlement) {.note = "no_population"};
	return settle(contract, year);
}

/*
 * ph.settlement(contract, benchmark_per_head, actual_per_head, person_years, quality, revenue, equity_shown, recovered)
 *   -> (gross, recovered, rate, share, paid, loss_rate, owed, provider, payer, provider_rounded, payer_rounded, note)
 *
 * Money in the unit it comes in, rates and shares as fractions.  gross + recovered, the money of all people that
 * stop-loss cover gives back, is what is held against thresholds and shared.  All lines NULL with a note where what the
 * contract asks for is not known (missing_input), where the benchmark is 0 (no_benchmark) or nobody is there
 * (no_population).  Errors: those of a contract, a negative benchmark, person-years, revenue or recovered, a quality
 * outside 0 to 1, something recovered under a contract without stop-loss.
 */
PG_FUNCTION_INFO_V1(settlement);
Datum
settlement(PG_FUNCTION_ARGS)
{
	Contract	contract;
	Year		year = argument_year(fcinfo, 4);
	Amount		benchmark = argument_amount_from_zero(fcinfo, 1, "benchmark_per_head");
	Amount		actual = argument_amount(fcinfo, 2, "actual_per_head");
	Amount		person_years = argument_amount_from_zero(fcinfo, 3, "person_years");
	Settlement	lines = {.note = "missing_input"};

	year.recovered = argument_amount_from_zero(fcinfo, 7, "recovered");
	if (benchmark && person_years)
		year.benchmark = amount_product(benchmark, person_years);
	if (actual && person_years)
		year.actual = amount_product(actual, person_years);
	if (argument_contract(fcinfo, 0, &contract))
		lines = settle_people(&contract, &year, person_years == NULL || amount_sign(person_years) > 0);
	return settlement_datum(fcinfo, &lines, year.benchmark);
}

/*
 * ph.settlement_of_tally(contract, benchmark_per_head, actual ph.tally, quality, revenue, equity_shown, recovered)
 *   -> as ph.settlement
 *
 * The actual cost is the events of a tally, its exposure the person-years; people of unknown key belong to both.  Rows
 * without a cost or an exposure are a missing input.  Errors as ph.settlement.
 */
PG_FUNCTION_INFO_V1(settlement_of_tally);
Datum
settlement_of_tally(PG_FUNCTION_ARGS)
{
	Contract	contract;
	Year		year = argument_year(fcinfo, 3);
	Amount		benchmark = argument_amount_from_zero(fcinfo, 1, "benchmark_per_head");
	Tally	   *tally = argument_tally(fcinfo, 2);
	Settlement	lines = {.note = "missing_input"};
	bool		people = true;

	year.recovered = argument_amount_from_zero(fcinfo, 6, "recovered");
	if (benchmark && tally && tally->missing == 0)
	{
		TallyCell	total = tally_total(tally);
		double		exposure = sum_value(total.exposure);
		double		cost = sum_value(total.events);

		if (!isfinite(exposure) || !isfinite(cost) || exposure < 0)
			argument_error("actual", "must have finite sums and an exposure that is not below 0", NULL);
		people = exposure > 0;
		year.benchmark = amount_product(benchmark, amount_of_number(exposure));
		year.actual = amount_of_number(cost);
	}
	if (argument_contract(fcinfo, 0, &contract))
		lines = settle_people(&contract, &year, people);
	return settlement_datum(fcinfo, &lines, year.benchmark);
}
