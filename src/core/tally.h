/*
 * tally.h: the summary of a population: sorted cells key -> (exposure, events, events squared).
 *
 * The same bytes are the state of the aggregates and what indicators read; a table holds them in a smaller form.
 * While an aggregate runs, a tally may have a tail of cells that are not yet in order and spare room
 * behind it; such a tally lacks TALLY_CANONICAL and is put in order by whoever reads it.
 */
#ifndef PH_TALLY_H
#define PH_TALLY_H

#include "postgres.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "core/compat.h"
#include "core/sum.h"
#include "utils/memutils.h"

typedef struct TallyCell
{
	double		key;
	Sum			exposure;		/* people, person-years or population */
	Sum			events;
	Sum			squares;		/* of each row's events; the events themselves for rows of counts */
} TallyCell;

#define TALLY_VERSION 1

/* what the rows were, and what else is known of them */
#define TALLY_PEOPLE 0x01
#define TALLY_COUNTS 0x02
#define TALLY_NEGATIVE 0x04		/* some row had negative events: values, not counts */
#define TALLY_CANONICAL 0x80	/* in key order, sums normalised, nothing spare */
#define TALLY_KNOWN_FLAGS (TALLY_PEOPLE | TALLY_COUNTS | TALLY_NEGATIVE | TALLY_CANONICAL)

typedef struct Tally
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		flags;
	uint16		reserved;		/* always zero */
	int32		sorted;			/* cells in order of their keys */
	int32		tail;			/* cells behind them in order of arrival */
	int64		missing;		/* rows left out because events or exposure were NULL */
	int64		unknown_rows;	/* rows whose key was NULL */
	double		first_key;		/* of the sorted cells, here since a look at a cell far off costs more than a row */
	double		last_key;
	double		inverse_step;	/* (sorted - 1) / (last key - first key): where to look first */
	TallyCell	unknown;		/* what the rows of unknown key held; its own key is 0 */
	TallyCell	cells[FLEXIBLE_ARRAY_MEMBER];
} Tally;

/* As it lies in a table: tally_store.c. */
typedef struct StoredTally
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		flags;
	uint8		bytes[FLEXIBLE_ARRAY_MEMBER];	/* counts, then cells */
} StoredTally;

#define TALLY_STORED_VERSION 2

#define TALLY_SIZE(cells_) (offsetof(Tally, cells) + (Size) (cells_) * sizeof(TallyCell))
#define TALLY_FIRST_SIZE 2048		/* bytes of a growing tally; the SSPACE of its aggregates */
#define TALLY_MAX_ROWS (INT64CONST(1) << 53)	/* what a JSON reader's double holds exactly */
#define TALLY_MAX_CELLS ((int) ((MaxAllocSize - offsetof(Tally, cells)) / sizeof(TallyCell)))

/* Always through detoasting: states of parallel workers and stored values have short headers. */
#define PG_GETARG_TALLY(n) tally_canonical(tally_open(PG_GETARG_DATUM(n)))

/* The same; NULL for NULL. */
extern Tally *argument_tally(FunctionCallInfo fcinfo, int index);

extern Tally *tally_new(int capacity);
extern Datum tally_datum(Tally *tally); /* what a function returns */
extern Tally *tally_restore(uint8 flags, const uint8 *bytes, Size size);
extern void tally_set_key_range(Tally *tally);
extern Tally *tally_open(Datum datum);
extern Tally *tally_add(Tally *tally, const TallyCell *cell);
extern void tally_add_unknown(Tally *tally, const TallyCell *cell, int64 rows);
extern void tally_add_missing(Tally *tally, int64 rows);
extern Tally *tally_canonical(Tally *tally);
extern const char *tally_problem(const Tally *tally);
extern TallyCell tally_known(const Tally *tally);
extern TallyCell tally_total(const Tally *tally);
extern double tally_squares_about_mean(const TallyCell *people);

/* The transition of people who had an event or not, for aggregates that fold people by a rule of their own. */
extern Datum tally_fold_person_boolean(PG_FUNCTION_ARGS);

/* what its outer forms share: the word for what rows were, by the two flags */
#define TALLY_ROW_WORDS 4
extern const char *const tally_row_words[];

#endif
