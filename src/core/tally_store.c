/*
 * tally_store.c: a tally as it lies in a table.
 *
 * Most numbers of a tally are small whole ones, and most second parts of its sums are 0.  Stored, each number takes
 * what it needs: a tag of two bits says that it is 0, a whole number (seven bits a byte), a double, or the two parts
 * of a sum.  A cell is a byte of four tags and its key, exposure, events and squares.  Nineteen bands of counts take
 * some 200 bytes in place of 1,176.  Whoever reads a tally gets it in its full form from tally_open().
 */
#include "core/tally.h"

#include <math.h>

#include "miscadmin.h"

typedef enum Tag
{
	TAG_ZERO,
	TAG_WHOLE,
	TAG_DOUBLE,
	TAG_PAIR
} Tag;

/* ---- writing ---- */

typedef struct Writer
{
	uint8	   *at;
} Writer;

#define MOST_BYTES_A_CELL (1 + 4 * 2 * sizeof(double))
#define MOST_BYTES_A_COUNT 10

static void
write_whole(Writer *writer, uint64 number)
{
	for (; number >= 0x80; number >>= 7)
		*writer->at++ = (number & 0x7F) | 0x80;
	*writer->at++ = number;
}

static void
write_bytes(Writer *writer, const void *bytes, Size size)
{
	memcpy(writer->at, bytes, size);
	writer->at += size;
}

static Tag
write_number(Writer *writer, double high, double low)
{
	if (low != 0)
	{
		write_bytes(writer, &high, sizeof(high));
		write_bytes(writer, &low, sizeof(low));
		return TAG_PAIR;
	}
	if (high == 0)
		return TAG_ZERO;
	if (high > 0 && high < 0x1p53 && high == rint(high))
	{
		write_whole(writer, (uint64) high);
		return TAG_WHOLE;
	}
	write_bytes(writer, &high, sizeof(high));
	return TAG_DOUBLE;
}

static void
write_cell(Writer *writer, const TallyCell *cell)
{
	uint8	   *tags = writer->at++;

	*tags = write_number(writer, cell->key, 0);
	*tags |= write_number(writer, cell->exposure.high, cell->exposure.low) << 2;
	*tags |= write_number(writer, cell->events.high, cell->events.low) << 4;
	*tags |= write_number(writer, cell->squares.high, cell->squares.low) << 6;
}

/* A tally as a value to store; the argument may be a state that rows are still folded into. */
Datum
tally_datum(Tally *tally)
{
	Tally	   *canonical = tally_canonical(tally);
	Size		most = sizeof(StoredTally) + 3 * MOST_BYTES_A_COUNT +
		(Size) (canonical->sorted + 1) * MOST_BYTES_A_CELL;
	StoredTally *stored = palloc_extended(most, MCXT_ALLOC_HUGE);
	Writer		writer = {stored->bytes};

	stored->version = TALLY_STORED_VERSION;
	stored->flags = canonical->flags;
	write_whole(&writer, canonical->missing);
	write_whole(&writer, canonical->unknown_rows);
	write_whole(&writer, canonical->sorted);
	if (canonical->unknown_rows > 0)
		write_cell(&writer, &canonical->unknown);
	for (int i = 0; i < canonical->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		write_cell(&writer, &canonical->cells[i]);
	}
	if (writer.at - (uint8 *) stored > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a tally is too large to be stored"),
				 errhint("Round the keys, for example to whole years of age.")));
	SET_VARSIZE(stored, writer.at - (uint8 *) stored);
	return PointerGetDatum(stored);
}

/* ---- reading ---- */

typedef struct Reader
{
	const uint8 *at;
	const uint8 *end;
	bool		broken;			/* it is not what tally_datum() wrote */
} Reader;

static uint64
read_whole(Reader *reader)
{
	uint64		number = 0;

	for (int shift = 0; shift < 64 && reader->at < reader->end; shift += 7)
	{
		uint8		byte = *reader->at++;

		number |= (uint64) (byte & 0x7F) << shift;
		if (byte < 0x80)
			return number;
	}
	reader->broken = true;
	return 0;
}

static double
read_double(Reader *reader)
{
	double		number;

	if (reader->end - reader->at < (ptrdiff_t) sizeof(number))
	{
		reader->broken = true;
		return 0;
	}
	memcpy(&number, reader->at, sizeof(number));
	reader->at += sizeof(number);
	return number;
}

static Sum
read_number(Reader *reader, Tag tag)
{
	Sum			sum = {0, 0};

	if (tag == TAG_WHOLE)
		sum.high = (double) read_whole(reader);
	else if (tag != TAG_ZERO)
		sum.high = read_double(reader);
	if (tag == TAG_PAIR)
		sum.low = read_double(reader);
	return sum;
}

static void
read_cell(Reader *reader, TallyCell *cell)
{
	uint8		tags;

	if (reader->at >= reader->end)
	{
		reader->broken = true;
		return;
	}
	tags = *reader->at++;
	cell->key = read_number(reader, tags & 3).high;
	cell->exposure = read_number(reader, tags >> 2 & 3);
	cell->events = read_number(reader, tags >> 4 & 3);
	cell->squares = read_number(reader, tags >> 6);
}

/* The full form of what tally_datum() wrote; NULL where it is something else. */
Tally *
tally_restore(uint8 flags, const uint8 *bytes, Size size)
{
	Reader		reader = {bytes, bytes + size, false};
	uint64		missing = read_whole(&reader),
				unknown_rows = read_whole(&reader),
				cells = read_whole(&reader);
	Tally	   *tally;

	/* a cell takes a byte at least: no room is made for more than there are */
	if (reader.broken || cells > size || missing > TALLY_MAX_ROWS || unknown_rows > TALLY_MAX_ROWS)
		return NULL;
	tally = tally_new((int) cells);
	tally->flags = flags;
	tally->missing = missing;
	tally->unknown_rows = unknown_rows;
	if (unknown_rows > 0)
		read_cell(&reader, &tally->unknown);
	for (; !reader.broken && tally->sorted < cells; tally->sorted++)
	{
		CHECK_FOR_INTERRUPTS();
		read_cell(&reader, &tally->cells[tally->sorted]);
	}
	if (reader.broken || reader.at != reader.end)
		return NULL;
	tally_set_key_range(tally);
	return tally;
}
