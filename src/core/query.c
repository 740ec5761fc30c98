/* query.c: a query that a user gives as text, asked again and again. */
#include "core/query.h"

#include "access/tupdesc.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/compat.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "nodes/params.h"
#include "parser/analyze.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

/* ---- the text ---- */

/* Positions are in a text of their own, not in the statement that called. */
static void
say_where(void *text)
{
	int			position = geterrposition();

	if (position <= 0)
		return;
	errposition(0);
	if (text)
	{
		internalerrposition(position);
		internalerrquery(text);
	}
}

static void
error_context_open(ErrorContextCallback *callback, const char *text)
{
	callback->callback = say_where;
	callback->arg = unconstify(char *, text);
	callback->previous = error_context_stack;
	error_context_stack = callback;
}

static RawStmt *
parse_query(const char *text, const char *argument)
{
	List	   *statements;

	/* the name of a table, which people try first */
	if (text[strcspn(text, " \t\r\n\f\v(;")] == '\0')
		argument_error(argument, "must be one SELECT", "For a table: select * from the_table.");
	statements = pg_parse_query(text);
	if (list_length(statements) != 1 || !IsA(linitial_node(RawStmt, statements)->stmt, SelectStmt))
		argument_error(argument, "must be one SELECT", NULL);
	return linitial_node(RawStmt, statements);
}

void
query_only_reads(void)
{
	argument_error("query", "must only read",
				   "Leave FOR UPDATE and the like out, and INSERT, UPDATE, DELETE and MERGE.");
}

Query *
query_analyse(const UserQuery *query)
{
	ErrorContextCallback callback;
	Query	   *analysed;

	error_context_open(&callback, query->text);
	analysed = parse_analyze_fixedparams(copyObject(query->statement), query->text, NULL, 0, NULL);
	error_context_stack = callback.previous;
	if (analysed->commandType != CMD_SELECT || analysed->utilityStmt != NULL)
		argument_error(query->argument, "must be a SELECT without INTO", NULL);
	if (analysed->hasModifyingCTE)
		query_only_reads();
	return analysed;
}

/* ---- its columns ---- */

static TupleDesc
shape_of(const Query *analysed)
{
	TupleDesc	shape = CreateTemplateTupleDesc(ExecCleanTargetListLength(analysed->targetList));
	AttrNumber	number = 0;
	ListCell   *cell;

	foreach(cell, analysed->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);
		Node	   *expression = (Node *) entry->expr;

		if (entry->resjunk)
			continue;
		TupleDescInitEntry(shape, ++number, entry->resname, exprType(expression), exprTypmod(expression), 0);
		TupleDescInitEntryCollation(shape, number, exprCollation(expression));
	}
	return shape;
}

static bool
same_shape(TupleDesc a, TupleDesc b)
{
	if (a->natts != b->natts)
		return false;
	for (int i = 0; i < a->natts; i++)
	{
		Form_pg_attribute x = TupleDescAttr(a, i),
					y = TupleDescAttr(b, i);

		if (strcmp(NameStr(x->attname), NameStr(y->attname)) != 0 || x->atttypid != y->atttypid ||
			x->atttypmod != y->atttypmod || x->attcollation != y->attcollation)
			return false;
	}
	return true;
}

static QueryColumns
columns_of(TupleDesc shape, const char *argument)
{
	QueryColumns columns = {.count = shape->natts};

	columns.names = palloc_array(char *, Max(columns.count, 1));
	columns.types = palloc_array(Oid, Max(columns.count, 1));
	columns.collations = palloc_array(Oid, Max(columns.count, 1));
	for (int i = 0; i < columns.count; i++)
	{
		columns.names[i] = pstrdup(NameStr(TupleDescAttr(shape, i)->attname));
		columns.types[i] = getBaseType(TupleDescAttr(shape, i)->atttypid);
		columns.collations[i] = TupleDescAttr(shape, i)->attcollation;
		for (int j = 0; j < i; j++)
			if (strcmp(columns.names[i], columns.names[j]) == 0)
				argument_error(argument, "must not have two columns of one name", NULL);
	}
	return columns;
}

/* The query of an argument, parsed and looked at but not run. */
UserQuery *
argument_named_query(FunctionCallInfo fcinfo, int index, const char *argument)
{
	UserQuery  *query = palloc0_object(UserQuery);
	ErrorContextCallback callback;

	if (PG_ARGISNULL(index))
		argument_error(argument, "must not be null", NULL);
	query->argument = argument;
	query->text = text_to_cstring(PG_GETARG_TEXT_PP(index));
	error_context_open(&callback, query->text);
	query->statement = parse_query(query->text, argument);
	error_context_stack = callback.previous;
	query->shape = shape_of(query_analyse(query));
	query->columns = columns_of(query->shape, argument);
	return query;
}

UserQuery *
argument_query(FunctionCallInfo fcinfo, int index)
{
	return argument_named_query(fcinfo, index, "query");
}

int
column_of(const UserQuery *query, const char *name)
{
	int			column = query->columns.count - 1;

	while (column >= 0 && strcmp(query->columns.names[column], name) != 0)
		column--;
	return column;
}

int
required_column(const UserQuery *query, const char *name)
{
	int			column = column_of(query, name);

	if (column < 0)
		argument_error(query->argument, psprintf("must have a column \"%s\"", name), NULL);
	return column;
}

/* ---- a question about its rows ---- */

void
query_changed(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"query\" must return the same rows in every pass"),
			 errhint("It calls something volatile, such as random(): store its rows in a table first.")));
}

/* user_query, with the columns of the user's query. */
static QueryEnvironment *
environment_of(const UserQuery *query)
{
	QueryEnvironment *environment = create_queryEnv();
	EphemeralNamedRelation relation = palloc0_object(EphemeralNamedRelationData);

	relation->md.name = "user_query";
	relation->md.tupdesc = query->shape;
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	register_ENR(environment, relation);
	return environment;
}

/* Puts the user's query where ours names user_query. */
static bool
put_query(Node *node, void *user)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, put_query, user, QTW_EXAMINE_RTES_BEFORE);
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *entry = (RangeTblEntry *) node;

		if (entry->rtekind == RTE_NAMEDTUPLESTORE)
		{
			entry->rtekind = RTE_SUBQUERY;
			entry->subquery = copyObject(user);
			entry->enrname = NULL;
			entry->coltypes = entry->coltypmods = entry->colcollations = NIL;
		}
		return false;
	}
	return expression_tree_walker(node, put_query, user);
}

static PlannedStmt *
plan_question(const UserQuery *query, const QueryQuestion *question, ParamListInfo parameters)
{
	Query	   *user = query_analyse(query);
	ErrorContextCallback callback;
	Query	   *asked;
	PlannedStmt *plan;

	if (!same_shape(shape_of(user), query->shape))
		query_changed();
	error_context_open(&callback, question->sql);
	asked = parse_analyze_fixedparams(parse_query(question->sql, query->argument), question->sql,
									  question->parameter_types, question->parameters, environment_of(query));
	error_context_stack = callback.previous;
	put_query((Node *) asked, user);
	plan = pg_plan_query(linitial_node(Query, pg_rewrite_query(asked)), question->sql, CURSOR_OPT_PARALLEL_OK,
						 parameters);
	if (!CommandIsReadOnly(plan))
		query_only_reads();
	return plan;
}

static ParamListInfo
parameters_of(const QueryQuestion *question)
{
	ParamListInfo parameters = makeParamList(question->parameters);

	for (int i = 0; i < question->parameters; i++)
		parameters->params[i] = (ParamExternData) {
			.value = question->parameter_values[i],
			.pflags = PARAM_FLAG_CONST,
			.ptype = question->parameter_types[i]
		};
	return parameters;
}

/* Rows go to a function as they come. */
typedef struct RowReceiver
{
	DestReceiver receiver;
	QueryRow	row;
	void	   *state;
	MemoryContext row_memory;
} RowReceiver;

static bool
receive_row(TupleTableSlot *slot, DestReceiver *receiver)
{
	RowReceiver *self = (RowReceiver *) receiver;
	MemoryContext old = MemoryContextSwitchTo(self->row_memory);

	slot_getallattrs(slot);
	self->row(self->state, slot->tts_values, slot->tts_isnull);
	MemoryContextSwitchTo(old);
	MemoryContextReset(self->row_memory);
	return true;
}

static void
ignore_start(DestReceiver *receiver, int operation, TupleDesc shape)
{
}

static void
ignore_end(DestReceiver *receiver)
{
}

static void
check_answer(TupleDesc answer, const QueryQuestion *question)
{
	bool		fits = answer->natts == question->columns;

	for (int i = 0; fits && i < answer->natts; i++)
		fits = TupleDescAttr(answer, i)->atttypid == question->types[i];
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a pass over the rows of argument \"query\" answered other types")));
}

static void
run_question(const UserQuery *query, const QueryQuestion *question, QueryRow row, void *state)
{
	RowReceiver receiver = {
		.receiver = {receive_row, ignore_start, ignore_end, ignore_end, DestNone},
		.row = row,
		.state = state
	};
	ParamListInfo parameters = parameters_of(question);
	PlannedStmt *plan = plan_question(query, question, parameters);
	ErrorContextCallback callback;
	QueryDesc  *running;

	receiver.row_memory = AllocSetContextCreate(CurrentMemoryContext, "ph query row", ALLOCSET_DEFAULT_SIZES);
	error_context_open(&callback, NULL);
	running = CreateQueryDesc(plan, question->sql, GetActiveSnapshot(), InvalidSnapshot, &receiver.receiver, parameters,
							  NULL, 0);
	ExecutorStart(running, 0);
	check_answer(running->tupDesc, question);
	run_to_the_end(running);
	ExecutorFinish(running);
	ExecutorEnd(running);
	FreeQueryDesc(running);
	error_context_stack = callback.previous;
}

/* An error about an element of the list x is thrown again with the column's name in place of its number. */
pg_noreturn static void
name_the_column(const QueryQuestion *question)
{
	ErrorData  *error = CopyErrorData();
	int			element = error->column_name ? atoi(error->column_name) : 0;

	if (error->sqlerrcode != ERRCODE_INVALID_PARAMETER_VALUE || element < 1 || element > question->element_count)
		PG_RE_THROW();
	FlushErrorState();
	argument_error("terms", psprintf("%s, which column \"%s\" does not", column_rule(question->element_largest),
									 question->element_names[element - 1]), error->hint);
}

void
query_ask(const UserQuery *query, const QueryQuestion *question, QueryRow row, void *state)
{
	MemoryContext caller = work_memory_open();
	MemoryContext own = CurrentMemoryContext;

	PG_TRY();
	{
		run_question(query, question, row, state);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(own);
		name_the_column(question);
	}
	PG_END_TRY();
	work_memory_close(caller);
}

/* ---- one value ---- */

typedef struct Answer
{
	MemoryContext memory;
	bool		by_value;
	int16		length;
	int			rows;
	bool		known;
	Datum		value;
} Answer;

static void
keep_value(void *state, const Datum *values, const bool *nulls)
{
	Answer	   *answer = state;
	MemoryContext old = MemoryContextSwitchTo(answer->memory);

	answer->rows++;
	answer->known = !nulls[0];
	if (answer->known)
		answer->value = answer->length == -1 ? PointerGetDatum(PG_DETOAST_DATUM_COPY(values[0]))
			: datumCopy(values[0], answer->by_value, answer->length);
	MemoryContextSwitchTo(old);
}

bool
query_ask_value(const UserQuery *query, const QueryQuestion *question, Datum *value)
{
	Answer		answer = {.memory = CurrentMemoryContext};

	Assert(question->columns == 1);
	get_typlenbyval(question->types[0], &answer.length, &answer.by_value);
	query_ask(query, question, keep_value, &answer);
	if (answer.rows != 1)
		query_changed();
	*value = answer.value;
	return answer.known;
}

/* ---- memory ---- */

MemoryContext
work_memory_open(void)
{
	return MemoryContextSwitchTo(AllocSetContextCreate(CurrentMemoryContext, "ph work", ALLOCSET_DEFAULT_SIZES));
}

void
work_memory_close(MemoryContext caller)
{
	MemoryContext own = MemoryContextSwitchTo(caller);

	MemoryContextDelete(own);
}

/* ---- a type of ours ---- */

Oid
type_in_ph(const char *name)
{
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
									   ObjectIdGetDatum(get_namespace_oid("ph", false)));

	if (!OidIsValid(type))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("type \"ph.%s\" does not exist", name)));
	return type;
}

/*
 * ph.query_columns(query text) -> rows (column_name, type)
 *
 * The columns of a SELECT in order, without running it.  Errors: a text that is not one SELECT.
 */
PG_FUNCTION_INFO_V1(query_columns);
Datum
query_columns(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	UserQuery  *query = argument_query(fcinfo, 0);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < query->columns.count; i++)
	{
		Datum		values[] = {CStringGetTextDatum(query->columns.names[i]),
			ObjectIdGetDatum(TupleDescAttr(query->shape, i)->atttypid)};
		bool		nulls[] = {false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
