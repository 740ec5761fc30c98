/*
 * member_months.c: how many months somebody belonged.
 */
#include "postgres.h"

#include "core/argument.h"
#include "core/record.h"
#include "datatype/timestamp.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

/* Days from the first until before the last. */
typedef struct Days
{
	DateADT		from;
	DateADT		until;
} Days;

static int
month_of(DateADT day)
{
	int			year,
				month,
				of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &of_month);
	return year * MONTHS_PER_YEAR + month - 1;
}

static DateADT
first_day_of(int month)
{
	return date2j(month / MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1) - POSTGRES_EPOCH_JDATE;
}

static double
part_of_month(int month, DateADT from, DateADT until)
{
	return (double) (until - from) / (first_day_of(month + 1) - first_day_of(month));
}

/* Months that a stretch covers, each by its own length. */
static double
exact_months(Days days, int first, int last)
{
	if (first == last)
		return part_of_month(first, days.from, days.until);
	return part_of_month(first, days.from, first_day_of(first + 1)) + (last - first - 1) +
		part_of_month(last, first_day_of(last), days.until);
}

/* The period: [from, until) of days that are known. */
static Days
read_period(TypeCacheEntry *type, RangeType *period)
{
	RangeBound	lower,
				upper;
	bool		empty;

	range_deserialize(type, period, &lower, &upper, &empty);
	if (empty)
		return (Days) {0, 0};
	if (lower.infinite || upper.infinite || DATE_NOT_FINITE(DatumGetDateADT(lower.val)) ||
		DATE_NOT_FINITE(DatumGetDateADT(upper.val)))
		argument_error("period", "must have a first and a last day", NULL);
	if (DatumGetDateADT(lower.val) < date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE ||
		DatumGetDateADT(upper.val) > date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)
		argument_error("period", "must lie within the years 1 to 9999", NULL);
	return (Days) {DatumGetDateADT(lower.val), DatumGetDateADT(upper.val)};
}

/* The days of a span that lie in the period; none where from is not before until. */
static Days
clipped(const RangeBound *lower, const RangeBound *upper, Days period)
{
	return (Days) {
		lower->infinite ? period.from : Max(DatumGetDateADT(lower->val), period.from),
		upper->infinite ? period.until : Min(DatumGetDateADT(upper->val), period.until)
	};
}

/*
 * ph.member_months(spans datemultirange, period daterange) -> (days integer, any_day integer, exact float8)
 *
 * Days of the period that the spans cover; calendar months with at least one of them; and months by days, each month
 * by its own length, summed.  Errors: a period without a first or last day, or outside the years 1 to 9999.
 */
PG_FUNCTION_INFO_V1(member_months);
Datum
member_months(PG_FUNCTION_ARGS)
{
	MultirangeType *spans = PG_GETARG_MULTIRANGE_P(0);
	TypeCacheEntry *type = lookup_type_cache(MultirangeTypeGetOid(spans), TYPECACHE_MULTIRANGE_INFO)->rngtype;
	Days		period = read_period(type, PG_GETARG_RANGE_P(1));
	int			days = 0,
				months = 0,
				counted = 0;	/* the last month that was */
	double		exact = 0;
	Datum		values[3];
	bool		nulls[3];

	for (uint32 i = 0; i < spans->rangeCount; i++)
	{
		RangeBound	lower,
					upper;
		Days		covered;
		int			first,
					last;

		multirange_get_bounds(type, spans, i, &lower, &upper);
		covered = clipped(&lower, &upper, period);
		if (covered.from >= covered.until)
			continue;
		first = month_of(covered.from);
		last = month_of(covered.until - 1);
		days += covered.until - covered.from;
		months += last - Max(first, counted + 1) + 1;
		counted = last;
		exact += exact_months(covered, first, last);
	}
	record_count(values, nulls, 0, days, false);
	record_count(values, nulls, 1, months, false);
	record_number(values, nulls, 2, exact);
	return record_datum(fcinfo, values, nulls);
}
