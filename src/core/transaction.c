/* transaction.c: what procedures that commit step by step must know. */
#include "postgres.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"

/*
 * ph_support.may_commit() -> boolean
 *
 * Whether the procedure that asks may commit: it stands alone, neither inside BEGIN nor inside a function.
 */
PG_FUNCTION_INFO_V1(may_commit);
Datum
may_commit(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!IsTransactionBlock() && SPI_inside_nonatomic_context());
}
