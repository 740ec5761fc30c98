/* transaction.c: what procedures that commit step by step must know. */
#include "postgres.h"
#include "access/xact.h"
#include "fmgr.h"

/*
 * ph_support.in_transaction_block() -> boolean
 *
 * Whether the caller is inside BEGIN, where a procedure must not commit.
 */
PG_FUNCTION_INFO_V1(in_transaction_block);
Datum
in_transaction_block(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(IsTransactionBlock());
}
