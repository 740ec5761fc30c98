/*
 * pace_of_change.c: from what areas have to what they need, within floors and caps.
 *
 * Growth g = min(max(m - k d, floor), cap) of an area d from its target: what all grow to is piecewise linear and
 * non-decreasing in the one level m.  So m is found between two of its break points, in one pass over them in order,
 * and interpolated once: no loop to a tolerance.
 */
#include "postgres.h"

#include <math.h>

#include "budget/weights.h"
#include "core/argument.h"
#include "core/record.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define MONEY_PLACES 20			/* money that agrees to so many places is the same */
#define GROWTH_PLACES 30		/* so is growth */

enum
{
	OPENING_TARGET, OPENING_DISTANCE, GROWTH, ALLOCATION, ALLOCATION_ROUNDED, CLOSING_TARGET, CLOSING_DISTANCE, BOUND,
	NOTE, MISSING, PACE_FIELDS
};

typedef struct Area
{
	Amount		baseline;
	Amount		push;			/* pace x opening distance: how far below the level it grows */
	Amount		least;			/* money at its floor */
	Amount		most;			/* money at its cap, NULL for none */
	Amount		floor;			/* growth at its floor */
	Amount		cap;			/* growth at its cap, NULL for none */
	Amount		growth;			/* NULL without a baseline */
	Amount		allocation;
	const char *bound;
} Area;

typedef struct Pace
{
	WindowPartition *partition;
	Amount		total;
	Amount		unit;
	Amount		pace;
	Amount		baseline;		/* of all */
	double		max_below;
	double	   *floors;			/* NAN for none */
	double	   *caps;
	double	   *weights;
	Shares		shares;
	Area	   *areas;
} Pace;

/* ---- reading ---- */

static Amount
plus_one(Amount a)
{
	return amount_sum(a, amount_of_count(1));
}

static Amount
less_one(Amount a)
{
	return amount_difference(a, amount_of_count(1));
}

/* Growth that bounds that of each row, NAN for none. */
static double *
read_bounds(WindowPartition *partition, int argument, const char *name)
{
	double	   *bounds = palloc_array(double, partition->rows);

	for (int row = 0; row < partition->rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		bounds[row] = window_number(partition->window, argument, row, name);
		if (bounds[row] < -1 || bounds[row] > 1e30)
			argument_error(name, "must lie between -1 and 10^30", "Write 0.02 for a growth of 2 %.");
	}
	return bounds;
}

static void
read_baselines(Pace *pace, Missing *missing)
{
	WindowPartition *partition = pace->partition;

	pace->areas = palloc0_array(Area, partition->rows);
	pace->baseline = amount_of_count(0);
	for (int row = 0; row < partition->rows; row++)
	{
		Amount		baseline = window_amount_from_zero(partition->window, 0, row, "baseline");

		CHECK_FOR_INTERRUPTS();
		pace->areas[row].baseline = baseline;
		if (baseline == NULL)
			missing_in_row(missing, row, "baseline");
		else
			pace->baseline = amount_sum(pace->baseline, baseline);
	}
}

static void
read_pace(Pace *pace, Missing *missing)
{
	WindowPartition *partition = pace->partition;
	WindowObject window = partition->window;
	int			rows = partition->rows;
	double		k;

	read_baselines(pace, missing);
	pace->weights = window_weights_known(partition, 1, "target_weight", missing);
	pace->total = window_total(partition, 2, 7, &pace->unit);
	if (pace->total == NULL)
		missing_in_all(missing, rows, "total");
	k = window_number_of_all(window, 3, rows, "pace");
	if (k < 0 || k > 1e30)
		argument_error("pace", "must not be negative or above 10^30", "1 closes the whole distance, 0 none of it.");
	if (isnan(k))
		missing_in_all(missing, rows, "pace");
	else
		pace->pace = amount_of_number(k);
	pace->floors = read_bounds(partition, 4, "floor");
	pace->caps = read_bounds(partition, 5, "cap");
	pace->max_below = window_number_of_all(window, 6, rows, "max_below");
	if (pace->max_below < 0 || pace->max_below > 1)
		argument_error("max_below", "must lie between 0 and 1", "Write 0.05 for at most 5 % below target.");
}

/* ---- targets and bounds ---- */

/* money / (all x weight / all weight) - 1; NULL for a target of 0 */
static Amount
distance_from_target(const Pace *pace, Amount money, Amount all, int row)
{
	Amount		target = amount_product(all, pace->shares.weights[row]);

	if (amount_sign(target) == 0)
		return NULL;
	return less_one(amount_quotient(amount_product(money, pace->shares.sum), target));
}

/* What an area has at least: by its floor, or within max_below of its closing target. */
static Amount
least_of(const Pace *pace, int row)
{
	Area	   *area = &pace->areas[row];
	double		floor = isnan(pace->floors[row]) ? -1 : pace->floors[row];
	Amount		least = amount_product(area->baseline, plus_one(amount_of_number(floor))),
				near_target;

	if (isnan(pace->max_below))
		return least;
	near_target = amount_product(share_of(pace->total, &pace->shares, row),
								 plus_one(amount_of_number(-pace->max_below)));
	return amount_greater(least, near_target);
}

static bool
has_baseline(const Area *area)
{
	return amount_sign(area->baseline) > 0;
}

static Amount
growth_to(const Area *area, Amount money)
{
	return less_one(amount_quotient(money, area->baseline));
}

/* A floor above the cap lifts the cap. */
static void
bound_area(const Pace *pace, int row)
{
	Area	   *area = &pace->areas[row];
	Amount		distance = distance_from_target(pace, area->baseline, pace->baseline, row);

	area->push = distance ? amount_product(pace->pace, distance) : amount_of_count(0);
	area->least = least_of(pace, row);
	area->floor = growth_to(area, area->least);
	if (isnan(pace->caps[row]))
		return;
	area->most = amount_greater(area->least,
								amount_product(area->baseline, plus_one(amount_of_number(pace->caps[row]))));
	area->cap = growth_to(area, area->most);
}

/* What is worked out of an area is kept, what it took is not. */
static void
bound_areas(Pace *pace)
{
	MemoryContext kept = CurrentMemoryContext,
				scratch = AllocSetContextCreate(kept, "bounds of areas", ALLOCSET_SMALL_SIZES);

	for (int row = 0; row < pace->partition->rows; row++)
	{
		Area	   *area = &pace->areas[row];

		CHECK_FOR_INTERRUPTS();
		if (!has_baseline(area))
			continue;
		MemoryContextSwitchTo(scratch);
		bound_area(pace, row);
		area->push = amount_kept(area->push, kept);
		area->least = amount_kept(area->least, kept);
		area->most = amount_kept(area->most, kept);
		area->floor = amount_kept(area->floor, kept);
		area->cap = amount_kept(area->cap, kept);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(kept);
	MemoryContextDelete(scratch);
}

/* ---- the level ---- */

/* Where an area leaves its floor or reaches its cap. */
typedef struct BreakPoint
{
	Amount		level;
	Amount		slope;			/* what it adds to that of all */
} BreakPoint;

static int
level_order(const void *left, const void *right, void *arg)
{
	return amount_compare(((const BreakPoint *) left)->level, ((const BreakPoint *) right)->level);
}

static BreakPoint *
break_points(const Pace *pace, int *count)
{
	BreakPoint *points = palloc_array(BreakPoint, 2 * (Size) pace->partition->rows);

	*count = 0;
	for (int row = 0; row < pace->partition->rows; row++)
	{
		Area	   *area = &pace->areas[row];

		CHECK_FOR_INTERRUPTS();
		if (!has_baseline(area))
			continue;
		points[(*count)++] = (BreakPoint) {amount_sum(area->floor, area->push), area->baseline};
		if (area->cap)
			points[(*count)++] = (BreakPoint) {amount_sum(area->cap, area->push), amount_negative(area->baseline)};
	}
	qsort_interruptible(points, *count, sizeof(BreakPoint), level_order, NULL);
	return points;
}

static int
money_order(Amount a, Amount b)
{
	return amount_sign(amount_rounded(amount_difference(a, b), MONEY_PLACES));
}

static Amount
least_of_all(const Pace *pace)
{
	Amount		sum = amount_of_count(0);

	for (int row = 0; row < pace->partition->rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (has_baseline(&pace->areas[row]))
			sum = amount_sum(sum, pace->areas[row].least);
	}
	return sum;
}

/* How far the money of all has come, going up from level to level. */
typedef struct Climb
{
	Amount		level;
	Amount		money;
	Amount		slope;			/* money for a growth of 1 */
} Climb;

/* Up to a break point, where the total is not reached before it. */
static bool
climb_to(Climb *climb, const BreakPoint *point, Amount total)
{
	Amount		money = amount_sum(climb->money,
								   amount_product(climb->slope, amount_difference(point->level, climb->level)));

	if (money_order(money, total) >= 0)
		return false;
	*climb = (Climb) {point->level, money, amount_sum(climb->slope, point->slope)};
	return true;
}

/* From the lowest point up to the last one below the total; what the steps take is not kept. */
static void
climb_below(Climb *climb, const BreakPoint *points, int count, Amount total)
{
	MemoryContext kept = CurrentMemoryContext,
				scratch = AllocSetContextCreate(kept, "steps up the levels", ALLOCSET_SMALL_SIZES);
	bool		below = true;

	MemoryContextSwitchTo(scratch);
	for (int i = 0; below && i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		below = climb_to(climb, &points[i], total);
		if (below)
		{
			climb->money = amount_kept(climb->money, kept);
			climb->slope = amount_kept(climb->slope, kept);
		}
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(kept);
	MemoryContextDelete(scratch);
}

/* The level at which all have the total; NULL, and why, where there is none. */
static Amount
find_level(const Pace *pace, const char **note)
{
	int			count;
	BreakPoint *points = break_points(pace, &count);
	Climb		climb = {points[0].level, least_of_all(pace), amount_of_count(0)};

	if (money_order(climb.money, pace->total) > 0)
	{
		*note = "below_floors";
		return NULL;
	}
	climb_below(&climb, points, count, pace->total);
	if (amount_sign(climb.slope) > 0)
		return amount_sum(climb.level, amount_quotient(amount_difference(pace->total, climb.money), climb.slope));
	if (money_order(climb.money, pace->total) == 0)
		return climb.level;
	*note = "above_caps";
	return NULL;
}

static void
grow(Area *area, Amount level)
{
	area->allocation = amount_of_count(0);
	if (!has_baseline(area))
		return;
	area->growth = amount_difference(level, area->push);
	if (amount_sign(amount_rounded(amount_difference(area->growth, area->floor), GROWTH_PLACES)) <= 0)
	{
		area->growth = area->floor;
		area->allocation = area->least;
		area->bound = "floor";
	}
	else if (area->cap && amount_sign(amount_rounded(amount_difference(area->growth, area->cap), GROWTH_PLACES)) >= 0)
	{
		area->growth = area->cap;
		area->allocation = area->most;
		area->bound = "cap";
	}
	else
		area->allocation = amount_product(area->baseline, plus_one(area->growth));
}

/* ---- the answers ---- */

static void
record_growth(Datum *values, bool *nulls, int field, Amount growth)
{
	record_number(values, nulls, field, growth ? amount_number(growth) : NAN);
}

static const char *
note_of(const Pace *pace, int row)
{
	if (!has_baseline(&pace->areas[row]))
		return "no_baseline";
	return pace->weights[row] > 0 ? NULL : "no_target";
}

static void
put_allocation(const Pace *pace, int row, Amount rounded)
{
	const Area *area = &pace->areas[row];
	Datum		values[PACE_FIELDS];
	bool		nulls[PACE_FIELDS];

	record_amount(values, nulls, OPENING_TARGET, share_of(pace->baseline, &pace->shares, row));
	record_growth(values, nulls, OPENING_DISTANCE, distance_from_target(pace, area->baseline, pace->baseline, row));
	record_growth(values, nulls, GROWTH, area->growth);
	record_amount(values, nulls, ALLOCATION, area->allocation);
	record_amount(values, nulls, ALLOCATION_ROUNDED, rounded);
	record_amount(values, nulls, CLOSING_TARGET, share_of(pace->total, &pace->shares, row));
	record_growth(values, nulls, CLOSING_DISTANCE, distance_from_target(pace, area->allocation, pace->total, row));
	record_text(values, nulls, BOUND, area->bound);
	record_text(values, nulls, NOTE, note_of(pace, row));
	record_text(values, nulls, MISSING, NULL);
	window_put(pace->partition, row, record_datum(pace->partition->fcinfo, values, nulls));
}

static void
put_allocations(const Pace *pace)
{
	int			rows = pace->partition->rows;
	Amount	   *allocations = palloc_array(Amount, rows),
			   *rounded;
	MemoryContext kept = CurrentMemoryContext,
				scratch = AllocSetContextCreate(kept, "allocation of a row", ALLOCSET_SMALL_SIZES);

	for (int row = 0; row < rows; row++)
		allocations[row] = pace->areas[row].allocation;
	rounded = amounts_in_units(allocations, rows, pace->total, pace->unit);
	MemoryContextSwitchTo(scratch);
	for (int row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		put_allocation(pace, row, rounded[row]);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(kept);
}

/* Why nobody has an answer; NULL where all have. */
static const char *
allocate(Pace *pace)
{
	int			rows = pace->partition->rows;
	const char *note = NULL;
	Amount		level;

	if (weights_sum(pace->weights, rows) == 0)
		return "no_weight";
	if (amount_sign(pace->baseline) == 0)
		return "no_baseline";
	pace->shares = shares_by(pace->weights, rows);
	bound_areas(pace);
	level = find_level(pace, &note);
	for (int row = 0; note == NULL && row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		grow(&pace->areas[row], level);
	}
	return note;
}

static void
find_pace_of_change(WindowPartition *partition)
{
	Pace		pace = {.partition = partition};
	Missing		missing;
	const char *note;

	missing_begin(&missing, partition->rows);
	read_pace(&pace, &missing);
	if (missing.any)
		put_missing(partition, PACE_FIELDS, &missing);
	else if ((note = allocate(&pace)) != NULL)
		put_notes(partition, PACE_FIELDS, note);
	else
		put_allocations(&pace);
}

/*
 * ph.pace_of_change(baseline numeric, target_weight float8, total numeric, pace float8, floor float8, cap float8,
 *   max_below float8, unit numeric) OVER (...) -> ph.pace_of_change
 *
 * Opening target = all baselines x share of target weight, closing target = total x share; growth
 * min(max(m - pace x opening distance, floor), cap) with the one m that spends the total.  max_below raises the floor
 * to that far below the closing target.  Errors: a negative baseline, weight or pace, a floor or cap below -1,
 * max_below outside 0 to 1, a total, pace, max_below or unit that differs between rows, a total of no whole number of
 * units.
 */
PG_FUNCTION_INFO_V1(pace_of_change);
Datum
pace_of_change(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_pace_of_change);
}
