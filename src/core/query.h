/*
 * query.h: a query that a user gives as text, asked again and again.
 *
 * The text is parsed by itself and must be one SELECT that only reads.  What is asked of its rows is a query of ours
 * over a relation called user_query; the user's query takes that relation's place in the analysed tree, so that no
 * text can end one statement and begin another.
 */
#ifndef PH_QUERY_H
#define PH_QUERY_H

#include "postgres.h"
#include "access/tupdesc.h"
#include "core/compat.h"
#include "core/query_columns.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"

typedef struct UserQuery
{
	const char *argument;
	char	   *text;
	RawStmt    *statement;		/* as parsed: every pass analyses a copy */
	TupleDesc	shape;			/* every pass must have the same columns */
	QueryColumns columns;
} UserQuery;

/* What is asked of the rows: SQL over user_query, its parameters $1, $2, ..., and the types that it must answer. */
typedef struct QueryQuestion
{
	const char *sql;
	int			parameters;
	const Oid  *parameter_types;
	const Datum *parameter_values;
	int			columns;
	const Oid  *types;
	char *const *element_names; /* of the columns in the list x, for an error about an element of it */
	int			element_count;
	double		element_largest;	/* in size */
} QueryQuestion;

/* A row of the answer; what the function allocates is gone after it. */
typedef void (*QueryRow) (void *state, const Datum *values, const bool *nulls);

extern UserQuery *argument_named_query(FunctionCallInfo fcinfo, int index, const char *argument);
extern UserQuery *argument_query(FunctionCallInfo fcinfo, int index);	/* named query */

/* The position of a column; -1, or an error, where there is none. */
extern int	column_of(const UserQuery *query, const char *name);
extern int	required_column(const UserQuery *query, const char *name);

/* The user's query as PostgreSQL understands it now: one SELECT that only reads. */
extern Query *query_analyse(const UserQuery *query);

/* Asks under the snapshot of the calling statement, in parallel where PostgreSQL finds it worth while. */
extern void query_ask(const UserQuery *query, const QueryQuestion *question, QueryRow row, void *state);

/* The one value of an answer of one row and column, copied into the current context; false for NULL. */
extern bool query_ask_value(const UserQuery *query, const QueryQuestion *question, Datum *value);

pg_noreturn extern void query_only_reads(void); /* it would lock or write */
pg_noreturn extern void query_changed(void);	/* a pass has met other rows than the first */

/* A context of a call's own, current from open to close. */
extern MemoryContext work_memory_open(void);
extern void work_memory_close(MemoryContext caller);

/* A type of ours. */
extern Oid	type_in_ph(const char *name);

#endif
