/*
 * contract.c: contracts that share savings and losses, and the bands of a corridor.
 *
 * Parameters of the Medicare Shared Savings Program: 42 CFR 425.605(d) and 425.610(d) to (g), through public summaries.
 */
#include "budget/contract.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#define MOST_BANDS 100

static const char *const quality_rules[] = {"scale", "pass", "pass_or_scale", NULL};
static const char *const loss_rules[] = {"fixed", "one_minus_share", NULL};

/* ---- bands ---- */

static Amount
band_number(Datum value, const char *argument)
{
	double		x = DatumGetFloat8(value);

	if (!(x >= 0 && x < 1e30))
		argument_error(argument, "must have bands of finite numbers that are not below 0", NULL);
	return amount_of_number(x);
}

static Band
read_band(Datum given, const char *argument)
{
	Datum		values[3];
	bool		nulls[3];
	Band		band;

	record_fields(DatumGetHeapTupleHeader(given), values, nulls, 3);
	if (nulls[0] || nulls[2])
		argument_error(argument, "must have a lower edge and a share in every band", NULL);
	band.lower = band_number(values[0], argument);
	band.upper = nulls[1] ? NULL : band_number(values[1], argument);
	band.share = band_number(values[2], argument);
	return band;
}

static void
check_band(const Band *before, const Band *band, const char *argument)
{
	bool		begins_at_end = before != NULL ? before->upper && amount_compare(before->upper, band->lower) == 0
		: amount_sign(band->lower) == 0;

	if (!begins_at_end)
		argument_error(argument, "must have bands without gap or overlap, each from where the one before ends",
					   "The first begins at 0; only the last may be without end.");
	if (band->upper && amount_compare(band->upper, band->lower) <= 0)
		argument_error(argument, "must have bands that end above where they begin", NULL);
	if (amount_compare(band->share, amount_of_count(1)) > 0)
		argument_error(argument, "must have shares between 0 and 1", "Write 0.5 for a half.");
}

Bands
bands_checked(Datum array, bool isnull, const char *argument)
{
	Bands		bands = {0};
	Datum	   *elements;
	bool	   *nulls;
	ArrayType  *given;

	if (isnull)
		return bands;
	given = DatumGetArrayTypeP(array);
	bands.count = array_elements(given, ARR_ELEMTYPE(given), &elements, &nulls);
	if (bands.count > MOST_BANDS)
		argument_error(argument, psprintf("must not have more than %d bands", MOST_BANDS), NULL);
	bands.band = palloc_array(Band, Max(bands.count, 1));
	for (int i = 0; i < bands.count; i++)
	{
		if (nulls[i])
			argument_error(argument, "must not contain nulls", NULL);
		bands.band[i] = read_band(elements[i], argument);
		check_band(i > 0 ? &bands.band[i - 1] : NULL, &bands.band[i], argument);
	}
	return bands;
}

Amount
bands_keep(const Bands *bands, Amount size, Amount scale)
{
	Amount		kept = amount_of_count(0);

	for (int i = 0; i < bands->count; i++)
	{
		const Band *band = &bands->band[i];
		Amount		lower = amount_product(band->lower, scale);
		Amount		upper = band->upper ? amount_lesser(size, amount_product(band->upper, scale)) : size;

		if (amount_compare(upper, lower) > 0)
			kept = amount_sum(kept, amount_product(band->share, amount_difference(upper, lower)));
	}
	return kept;
}

/*
 * ph.corridor(margin numeric, gain_bands ph.corridor_band[], loss_bands ph.corridor_band[]) -> (kept, passed)
 *
 * sign(margin) x sum of share x what of |margin| lies in the band; margin in the unit of the bands' edges.  Loss bands
 * that are not given are those of a gain.  Both NULL where the margin or the bands are.  Errors: gaps, overlaps, shares
 * outside 0 to 1.
 */
PG_FUNCTION_INFO_V1(corridor);
Datum
corridor(PG_FUNCTION_ARGS)
{
	Amount		margin = argument_amount(fcinfo, 0, "margin");
	Bands		gain = bands_checked(PG_GETARG_DATUM(1), PG_ARGISNULL(1), "gain_bands");
	Bands		loss = bands_checked(PG_GETARG_DATUM(2), PG_ARGISNULL(2), "loss_bands");
	Amount		kept = NULL;
	Datum		values[2];
	bool		nulls[2];

	if (margin && !PG_ARGISNULL(1))
	{
		bool		is_loss = amount_sign(margin) < 0;

		kept = bands_keep(is_loss && !PG_ARGISNULL(2) ? &loss : &gain, is_loss ? amount_negative(margin) : margin,
						  amount_of_count(1));
		if (is_loss)
			kept = amount_negative(kept);
	}
	record_amount(values, nulls, 0, amount_trimmed(kept));
	record_amount(values, nulls, 1, kept ? amount_trimmed(amount_difference(margin, kept)) : NULL);
	return record_datum(fcinfo, values, nulls);
}

/*
 * ph.corridor_bands(text) -> ph.corridor_band[]
 *
 * Bands written as lower:upper:share with semicolons between them, the upper edge of the last one left out where it is
 * without end.  Errors: what cannot be read, and those of ph.corridor.
 */
PG_FUNCTION_INFO_V1(corridor_bands);
Datum
corridor_bands(PG_FUNCTION_ARGS)
{
	Oid			type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	TupleDesc	desc;
	char	   *at = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Datum		bands[MOST_BANDS];
	Datum		array;
	int			count = 0;

	if (!OidIsValid(type))
		elog(ERROR, "bands are asked for where their type is not known");
	desc = lookup_rowtype_tupdesc(type, -1);
	do
	{
		Datum		values[3] = {0};
		bool		nulls[3] = {false, false, false};

		if (count == MOST_BANDS)
			argument_error("bands", psprintf("must not have more than %d bands", MOST_BANDS), NULL);
		for (int i = 0; i < 3; i++)
		{
			char	   *end;
			double		x = strtod(at, &end);

			nulls[i] = end == at;
			values[i] = Float8GetDatum(x);
			if ((end == at && i != 1) || (i < 2 ? *end != ':' : *end != ';' && *end != '\0'))
				argument_error("bands", "cannot be read", "Write 0:3:1;3:10:0.5;10::0 for all of what lies below 3, "
							   "half of what lies between 3 and 10, and nothing above.");
			at = end + (*end != '\0');
		}
		bands[count++] = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	} while (*at != '\0');
	ReleaseTupleDesc(desc);
	array = PointerGetDatum(construct_array(bands, count, type, -1, false, TYPALIGN_DOUBLE));
	bands_checked(array, false, "bands");
	return array;
}

/* ---- contracts ---- */

/* The fields of a contract one after the other. */
typedef struct FieldReader
{
	Datum		values[CONTRACT_FIELDS];
	bool		nulls[CONTRACT_FIELDS];
	int			next;
} FieldReader;

/* A share, rate or cap; NULL for none where it need not be there. */
static Amount
read_share(FieldReader *fields, const char *name, bool required)
{
	int			i = fields->next++;
	double		x;

	if (fields->nulls[i])
	{
		if (required)
			argument_error(name, "must not be null", NULL);
		return NULL;
	}
	x = DatumGetFloat8(fields->values[i]);
	if (!(x >= 0 && x <= 1))
		argument_error(name, "must lie between 0 and 1", "Write 0.02 for 2 %.");
	return amount_of_number(x);
}

/* An amount of money; NULL for none. */
static Amount
read_money(FieldReader *fields, const char *name)
{
	int			i = fields->next++;

	return fields->nulls[i] ? NULL : amount_from_zero(amount_checked(fields->values[i], name), name);
}

static bool
read_boolean(FieldReader *fields, const char *name)
{
	int			i = fields->next++;

	if (fields->nulls[i])
		argument_error(name, "must not be null", NULL);
	return DatumGetBool(fields->values[i]);
}

static int
read_choice(FieldReader *fields, const char *name, const char *const *choices)
{
	int			i = fields->next++;

	return text_choice(fields->nulls[i] ? NULL : DatumGetTextPP(fields->values[i]), name, choices);
}

static Bands
read_bands(FieldReader *fields, const char *name)
{
	int			i = fields->next++;

	return bands_checked(fields->values[i], fields->nulls[i], name);
}

static void
check_stop_loss(const StopLoss *cover)
{
	if (cover->attachment == NULL && (cover->share || cover->maximum))
		argument_error("stop_loss_attachment", "must be given where a share or a maximum of the stop-loss is",
					   "Cover is of what a person's cost is above the attachment.");
	if (cover->attachment && cover->share == NULL)
		argument_error("stop_loss_share", "must be given where stop_loss_attachment is",
					   "Write 1 for all of what is above.");
}

static void
check_contract(const Contract *contract)
{
	if (contract->quality_rule == QUALITY_PASSES_OR_SCALES && contract->alternative_gate == NULL)
		argument_error("alternative_gate", "must be given where quality_rule is pass_or_scale", NULL);
	if (contract->loss_low && contract->loss_high && amount_compare(contract->loss_low, contract->loss_high) > 0)
		argument_error("loss_low", "must not be above loss_high", NULL);
	if (contract->two_sided && contract->mlr == NULL)
		argument_error("mlr", "must be given in a contract that shares losses", NULL);
	if (contract->two_sided && contract->loss_rule == LOSS_FIXED && contract->loss_rate == NULL)
		argument_error("loss_rate", "must be given in a contract that shares losses at a fixed rate", NULL);
	check_stop_loss(&contract->stop_loss);
}

bool
argument_contract(FunctionCallInfo fcinfo, int index, Contract *contract)
{
	FieldReader fields = {.next = 0};

	if (PG_ARGISNULL(index))
		return false;
	record_fields(PG_GETARG_HEAPTUPLEHEADER(index), fields.values, fields.nulls, CONTRACT_FIELDS);
	contract->max_share = read_share(&fields, "max_share", true);
	contract->quality_rule = read_choice(&fields, "quality_rule", quality_rules);
	contract->quality_gate = read_share(&fields, "quality_gate", true);
	contract->alternative_gate = read_share(&fields, "alternative_gate", false);
	contract->msr = read_share(&fields, "msr", true);
	contract->first_unit = read_boolean(&fields, "first_unit");
	contract->saving_cap = read_share(&fields, "saving_cap", false);
	contract->half_below_msr = read_boolean(&fields, "half_below_msr");
	contract->two_sided = read_boolean(&fields, "two_sided");
	contract->mlr = read_share(&fields, "mlr", false);
	contract->loss_rule = read_choice(&fields, "loss_rule", loss_rules);
	contract->loss_rate = read_share(&fields, "loss_rate", false);
	contract->loss_low = read_share(&fields, "loss_low", false);
	contract->loss_high = read_share(&fields, "loss_high", false);
	contract->loss_cap = read_share(&fields, "loss_cap", false);
	contract->revenue_cap = read_share(&fields, "revenue_cap", false);
	contract->gain_bands = read_bands(&fields, "gain_bands");
	contract->loss_bands = read_bands(&fields, "loss_bands");
	contract->equity_share = read_share(&fields, "equity_share", true);
	contract->stop_loss.attachment = read_money(&fields, "stop_loss_attachment");
	contract->stop_loss.share = read_share(&fields, "stop_loss_share", false);
	contract->stop_loss.maximum = read_money(&fields, "stop_loss_maximum");
	check_contract(contract);
	return true;
}

/*
 * ph_support.checked_contract(ph.contract) -> ph.contract
 *
 * The contract itself.  Errors name the field: a share, rate or cap outside 0 to 1, an unknown rule, bands with gaps or
 * overlaps, a loss floor above its ceiling, what sharing losses or a stop-loss needs and is not there, a negative
 * amount.
 */
PG_FUNCTION_INFO_V1(checked_contract);
Datum
checked_contract(PG_FUNCTION_ARGS)
{
	Contract	contract;

	if (!argument_contract(fcinfo, 0, &contract))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* ---- the Medicare Shared Savings Program ---- */

static const char *const mssp_tracks[] = {"basic_a", "basic_b", "basic_c", "basic_d", "basic_e", "enhanced", NULL};

typedef struct Track
{
	double		max_share;
	double		saving_cap;
	double		loss_cap;		/* of the benchmark; 0: losses are not shared */
	double		revenue_cap;	/* 0: none */
} Track;

static const Track tracks[] = {
	{0.4, 0.1, 0, 0},
	{0.4, 0.1, 0, 0},
	{0.5, 0.1, 0.01, 0.02},
	{0.5, 0.1, 0.02, 0.04},
	{0.5, 0.1, 0.04, 0.08},
	{0.75, 0.2, 0.15, 0},
};

#define BASIC_LOSS_RATE 0.3		/* whatever the quality */
#define ENHANCED_LOSS_LOW 0.4
#define ENHANCED_LOSS_HIGH 0.75

/*
 * ph_support.mssp_terms(track text) -> (max_share, saving_cap, two_sided, loss_rule, loss_rate, loss_low, loss_high,
 *   loss_cap, revenue_cap)
 *
 * What a track fixes.  Error for an unknown track.
 */
PG_FUNCTION_INFO_V1(mssp_terms);
Datum
mssp_terms(PG_FUNCTION_ARGS)
{
	const Track *track = &tracks[argument_choice(fcinfo, 0, "track", mssp_tracks)];
	bool		two_sided = track->loss_cap > 0;
	bool		enhanced = two_sided && track->revenue_cap == 0;
	Datum		values[9];
	bool		nulls[9];

	record_number(values, nulls, 0, track->max_share);
	record_number(values, nulls, 1, track->saving_cap);
	values[2] = BoolGetDatum(two_sided);
	nulls[2] = false;
	record_text(values, nulls, 3, loss_rules[enhanced ? LOSS_ONE_MINUS_SHARE : LOSS_FIXED]);
	record_number(values, nulls, 4, two_sided && !enhanced ? BASIC_LOSS_RATE : NAN);
	record_number(values, nulls, 5, enhanced ? ENHANCED_LOSS_LOW : NAN);
	record_number(values, nulls, 6, enhanced ? ENHANCED_LOSS_HIGH : NAN);
	record_number(values, nulls, 7, two_sided ? track->loss_cap : NAN);
	record_number(values, nulls, 8, track->revenue_cap > 0 ? track->revenue_cap : NAN);
	return record_datum(fcinfo, values, nulls);
}
