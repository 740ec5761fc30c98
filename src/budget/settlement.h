/* settlement.h: what a contract pays of a saving, or asks of a loss. */
#ifndef PH_SETTLEMENT_H
#define PH_SETTLEMENT_H

#include "postgres.h"
#include "budget/amount.h"
#include "budget/contract.h"

/* What is settled: NULL for amounts that are not known. */
typedef struct Year
{
	Amount		benchmark;		/* of all people, not per head */
	Amount		actual;
	Amount		quality;		/* 0 to 1 */
	Amount		revenue;		/* of the provider, for caps on it */
	int			equity_shown;	/* 1 or 0; -1: not known */
	Amount		recovered;		/* what stop-loss cover gives back of the cost of all people */
} Year;

typedef struct Settlement
{
	Amount		gross;			/* NULL where nothing can be settled */
	Amount		recovered;
	Amount		margin;			/* gross + recovered: what is shared */
	Amount		share;
	Amount		paid;
	Amount		loss_rate;
	Amount		owed;
	const char *note;
} Settlement;

extern Settlement settle(const Contract *contract, const Year *year);

/* Quality, revenue and equity_shown in the arguments from an index on. */
extern Year argument_year(FunctionCallInfo fcinfo, int index);

#endif
