/*
 * rule_read.c: the text of a rule becomes a tree, see rule_read.h.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "core/argument.h"
#include "core/compat.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "segment/rule_moving_day.h"
#include "segment/rule_offered.h"
#include "segment/rule_read.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/queryenvironment.h"

#define MOST_INPUTS 1000
#define MOST_RULE_LENGTH 100000
#define MOST_LISTED 40	/* inputs in a hint */

/* What errors tell of the rule that is being read. */
typedef struct RuleContext
{
	const char *rule;
	TupleDesc	columns;		/* the inputs */
} RuleContext;

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The names of the inputs in order, the first of them where there are many. */
static char *
listed_inputs(TupleDesc columns)
{
	const char **names = palloc_array(const char *, columns->natts);
	StringInfoData list;

	for (int i = 0; i < columns->natts; i++)
		names[i] = NameStr(TupleDescAttr(columns, i)->attname);
	qsort(names, columns->natts, sizeof(char *), compare_names);
	initStringInfo(&list);
	for (int i = 0; i < Min(columns->natts, MOST_LISTED); i++)
		appendStringInfo(&list, i > 0 ? ", %s" : "%s", quote_identifier(names[i]));
	appendStringInfoString(&list, columns->natts > MOST_LISTED ? ", ..." : ".");
	return list.data;
}

/* An error points into the rule, not into the statement that saved it, and tells what there is where a name is none. */
static void
tell_of_rule(void *context)
{
	const RuleContext *told = context;
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(told->rule);
	}
	if (geterrcode() == ERRCODE_UNDEFINED_COLUMN)
		errhint(told->columns->natts > 0 ? "The inputs are: %s" : "There are no inputs.",
				listed_inputs(told->columns));
	errcontext("rule of a segmentation scheme");
}

void
argument_inputs(FunctionCallInfo fcinfo, int names_argument, int types_argument, Inputs *inputs)
{
	Datum	   *names;
	Datum	   *types;
	bool	   *no_name;
	bool	   *no_type;
	int			count = array_elements(PG_GETARG_ARRAYTYPE_P(names_argument), TEXTOID, &names, &no_name);

	if (array_elements(PG_GETARG_ARRAYTYPE_P(types_argument), REGTYPEOID, &types, &no_type) != count)
		argument_error("types", "must have one type for each input", NULL);
	if (count > MOST_INPUTS)
		argument_error("inputs", "has too many inputs", "A scheme has at most 1000.");
	inputs->extension = get_extension_oid("population_health", true);
	inputs->columns = CreateTemplateTupleDesc(count);
	for (int i = 0; i < count; i++)
	{
		char	   *name;
		Oid			type;

		if (no_name[i] || no_type[i])
			argument_error("inputs", "must not contain NULL", NULL);
		name = TextDatumGetCString(names[i]);
		type = DatumGetObjectId(types[i]);
		if (name[0] == '\0' || strlen(name) >= NAMEDATALEN)
			argument_error("inputs", "must be column names", NULL);
		for (int j = 0; j < i; j++)
			if (strcmp(name, NameStr(TupleDescAttr(inputs->columns, j)->attname)) == 0)
				argument_error("inputs", "must not repeat a name", NULL);
		if (get_typtype(type) == TYPTYPE_PSEUDO || get_typtype(type) == '\0' ||
			!type_is_offered(type, inputs->extension))
			argument_error("types", "must be types of pg_catalog or of population_health, and no domains", NULL);
		TupleDescInitEntry(inputs->columns, i + 1, name, type, -1, 0);
		TupleDescInitEntryCollation(inputs->columns, i + 1, get_typcollation(type));
	}
}

/* The one expression of the text. */
static Node *
only_expression(const char *rule, ParseState *state)
{
	List	   *statements = raw_parser(rule, RAW_PARSE_PLPGSQL_EXPR);
	SelectStmt *select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;
	ResTarget  *target = NULL;

	if (IsA(select, SelectStmt) && list_length(select->targetList) == 1)
		target = linitial_node(ResTarget, select->targetList);
	if (target == NULL || target->name != NULL ||
		select->distinctClause != NIL || select->intoClause != NULL || select->fromClause != NIL ||
		select->whereClause != NULL || select->groupClause != NIL || select->havingClause != NULL ||
		select->windowClause != NIL || select->valuesLists != NIL || select->sortClause != NIL ||
		select->limitOffset != NULL || select->limitCount != NULL || select->lockingClause != NIL ||
		select->withClause != NULL || select->op != SETOP_NONE ||
		(IsA(target->val, ColumnRef) && IsA(linitial(((ColumnRef *) target->val)->fields), A_Star)))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a rule must be one boolean expression"),
						parser_errposition(state, 1)));
	return target->val;
}

Expr *
read_rule(const char *rule, Inputs *inputs)
{
	RuleContext context = {.rule = rule, .columns = inputs->columns};
	ErrorContextCallback callback = {.callback = tell_of_rule, .arg = &context, .previous = error_context_stack};
	ParseState *state = make_parsestate(NULL);
	EphemeralNamedRelation relation = palloc0(sizeof(EphemeralNamedRelationData));
	ParseNamespaceItem *item;
	Node	   *expression;
	List	   *literals;
	int			location;

	if (strlen(rule) > MOST_RULE_LENGTH)
		argument_error("expression", "is too long", "A rule has at most 100,000 bytes.");
	error_context_stack = &callback;
	state->p_sourcetext = rule;
	relation->md.name = "input";
	relation->md.tupdesc = inputs->columns;
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	state->p_queryEnv = create_queryEnv();
	register_ENR(state->p_queryEnv, relation);
	expression = only_expression(rule, state);
	refuse_names_of_other_schemas(expression, state);
	item = addRangeTableEntryForENR(state, makeRangeVar(NULL, "input", -1), true);
	addNSItemToQuery(state, item, true, true, true);
	literals = moving_literals(expression);
	expression = transformExpr(state, expression, EXPR_KIND_CHECK_CONSTRAINT);
	location = moving_day(expression, literals);
	if (location >= 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("a rule must not hang on the day on which it is read"),
						errhint("Make the day an input, such as as_of."),
						parser_errposition(state, location)));
	expression = coerce_to_boolean(state, expression, "a rule");
	assign_expr_collations(state, expression);
	refuse_what_is_not_offered(expression, state, inputs->extension);
	inputs->range_table = state->p_rtable;
	error_context_stack = callback.previous;
	return (Expr *) expression;
}

int
fix_rule_settings(void)
{
	int			level = NewGUCNestLevel();
	static const char *const settings[][2] = {
		{"search_path", "pg_catalog, ph, pg_temp"},
		{"DateStyle", "ISO, YMD"},
		{"IntervalStyle", "postgres"},
		{"extra_float_digits", "1"},
		{"bytea_output", "hex"},
		{"standard_conforming_strings", "on"},
		{"transform_null_equals", "off"},
		{"TimeZone", "UTC"},
		{"quote_all_identifiers", "off"},
		{"array_nulls", "on"},
	};

	for (int i = 0; i < lengthof(settings); i++)
		set_config_option(settings[i][0], settings[i][1], PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return level;
}
