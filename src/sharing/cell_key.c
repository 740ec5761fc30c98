/*
 * cell_key.c: the type ph.cell_count, how many people a cell has and the key that they make together.
 *
 * The cell key method (ONS cell key perturbation guide 3.1.0): everybody has a random record key, the key of a cell is
 * the sum of its people's modulo 256 or 4096, and count and key say which noise the cell gets: the same people, the
 * same noise.  As 256 divides 4096, sums modulo 4096 serve both.  A count and a key fit into 8 bytes, by value.
 */
#include "postgres.h"

#include <ctype.h>

#include "core/argument.h"
#include "core/type_error.h"
#include "fmgr.h"
#include "libpq/pqformat.h"

#define KEYS 4096
#define MOST_PEOPLE (PG_INT64_MAX / KEYS)

#define PG_GETARG_PEOPLE(n) (PG_GETARG_INT64(n) / KEYS)
#define PG_GETARG_KEY(n) ((int) (PG_GETARG_INT64(n) % KEYS))

/* Nobody has no key. */
static bool
cell_valid(int64 people, int64 key)
{
	return people >= 0 && people <= MOST_PEOPLE && key >= 0 && key < KEYS && (people > 0 || key == 0);
}

static Datum
cell_datum(int64 people, int key)
{
	if (people > MOST_PEOPLE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many people in a ph.cell_count")));
	return Int64GetDatum(people * KEYS + key % KEYS);
}

/*
 * ph.cell_key_count(record_key int): transition.  One more person, of a record key from 0 to 4095.  Errors:
 * invalid_parameter_value for a key that is unknown or beyond, since noise of a part of the people is none.
 */
PG_FUNCTION_INFO_V1(cell_count_fold);
Datum
cell_count_fold(PG_FUNCTION_ARGS)
{
	int			key = argument_whole(fcinfo, 1, "record_key", 0, KEYS - 1);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return cell_datum(PG_GETARG_PEOPLE(0) + 1, PG_GETARG_KEY(0) + key);
}

/*
 * ph.cell_key_rollup(ph.cell_count): transition and combine function.  The people of both; of a part that is unknown
 * nothing is known, nor of the sum.
 */
PG_FUNCTION_INFO_V1(cell_count_add);
Datum
cell_count_add(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return cell_datum(PG_GETARG_PEOPLE(0) + PG_GETARG_PEOPLE(1), PG_GETARG_KEY(0) + PG_GETARG_KEY(1));
}

/*
 * ph_support.cell_count_people(ph.cell_count) -> bigint: the true count.
 */
PG_FUNCTION_INFO_V1(cell_count_people);
Datum
cell_count_people(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_PEOPLE(0));
}

/*
 * ph_support.cell_count_key(ph.cell_count) -> int: the sum of the record keys modulo 4096.
 */
PG_FUNCTION_INFO_V1(cell_count_key);
Datum
cell_count_key(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(PG_GETARG_KEY(0));
}

/*
 * ph.cell_count output: people:key.
 */
PG_FUNCTION_INFO_V1(cell_count_out);
Datum
cell_count_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(psprintf(INT64_FORMAT ":%d", PG_GETARG_PEOPLE(0), PG_GETARG_KEY(0)));
}

/* Digits at *at, which moves behind them, to a number of at most so much. */
static bool
read_digits(const char **at, int64 most, int64 *number)
{
	*number = 0;
	if (!isdigit((unsigned char) **at))
		return false;
	for (; isdigit((unsigned char) **at); (*at)++)
	{
		int			digit = **at - '0';

		if (*number > (most - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

/*
 * ph.cell_count input: people:key.  Errors: invalid_text_representation.
 */
PG_FUNCTION_INFO_V1(cell_count_in);
Datum
cell_count_in(PG_FUNCTION_ARGS)
{
	const char *at = PG_GETARG_CSTRING(0);
	int64		people,
				key;

	if (!read_digits(&at, MOST_PEOPLE, &people) || *at++ != ':' || !read_digits(&at, KEYS - 1, &key) || *at != '\0' ||
		!cell_valid(people, key))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type ph.cell_count"),
				 errhint("People and key, such as 12:3051: the key is from 0 to 4095, and 0 of nobody.")));
	return cell_datum(people, key);
}

/*
 * ph.cell_count binary output: people (8 bytes), key (4).
 */
PG_FUNCTION_INFO_V1(cell_count_send);
Datum
cell_count_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint64(&out, PG_GETARG_PEOPLE(0));
	pq_sendint32(&out, PG_GETARG_KEY(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.cell_count binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(cell_count_recv);
Datum
cell_count_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		complete = in->len - in->cursor == 12;
	int64		people = complete ? pq_getmsgint64(in) : -1;
	int32		key = complete ? (int32) pq_getmsgint(in, 4) : -1;

	if (!cell_valid(people, key))
		binary_value_error("ph.cell_count", NULL);
	return cell_datum(people, key);
}
