/*
 * rule.c: rules of a segmentation scheme as SQL expressions over declared inputs.
 *
 * PostgreSQL itself parses, analyses and writes a rule.  What is let through is a closed list: boolean, no subquery,
 * no aggregate, only functions and operators of pg_catalog and of this extension that are immutable, only their types.
 * A function of a user may call itself immutable and do anything, so none is.  What is used afterwards is the text
 * written from the analysed tree, in which every name is resolved, and never the author's.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/dependency.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "core/argument.h"
#include "core/record.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/prep.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_func.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/formatting.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/queryenvironment.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#define MOST_INPUTS 1000
#define MOST_RULE_LENGTH 100000
#define MOST_COUNT_VALUES 1000	/* values of ph.count_true that a proof goes through */

/* The inputs that a rule may name, as the columns of one relation. */
typedef struct Inputs
{
	TupleDesc	columns;
	ParseState *state;			/* of the rule being read */
	List	   *range_table;
	Oid			extension;
} Inputs;

/* ---- reading ---- */

/* An error in a rule points into the rule, not into the statement that saved it. */
static void
point_into_rule(void *rule)
{
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery((const char *) rule);
	}
	errcontext("rule of a segmentation scheme");
}

static bool
is_offered(Oid classid, Oid object, Oid namespace, Oid extension)
{
	return namespace == PG_CATALOG_NAMESPACE ||
		(OidIsValid(extension) && getExtensionOfObject(classid, object) == extension);
}

static Oid
namespace_of(int cache, Oid object, AttrNumber attribute)
{
	HeapTuple	tuple = SearchSysCache1(cache, ObjectIdGetDatum(object));
	Oid			namespace;
	bool		isnull;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	namespace = DatumGetObjectId(SysCacheGetAttr(cache, tuple, attribute, &isnull));
	ReleaseSysCache(tuple);
	return namespace;
}

/* A type of pg_catalog or of this extension, or an array of one; no domain, whose checks may call anything. */
static bool
type_is_offered(Oid type, Oid extension)
{
	Oid			element = get_element_type(type);

	if (OidIsValid(element))
		type = element;
	return get_typtype(type) != TYPTYPE_DOMAIN &&
		is_offered(TypeRelationId, type, namespace_of(TYPEOID, type, Anum_pg_type_typnamespace), extension);
}

/* The inputs as they are declared: names and types, one each. */
static void
declare_inputs(FunctionCallInfo fcinfo, int names_argument, int types_argument, Inputs *inputs)
{
	Datum	   *names;
	Datum	   *types;
	bool	   *no_name;
	bool	   *no_type;
	int			count;
	int			type_count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(names_argument), TEXTOID, -1, false, TYPALIGN_INT, &names, &no_name, &count);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(types_argument), REGTYPEOID, sizeof(Oid), true, TYPALIGN_INT, &types,
					  &no_type, &type_count);
	if (count != type_count)
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
		if (get_typtype(type) == TYPTYPE_PSEUDO || get_typtype(type) == '\0' || !type_is_offered(type, inputs->extension))
			argument_error("types", "must be types of pg_catalog or of population_health, and no domains", NULL);
		TupleDescInitEntry(inputs->columns, i + 1, name, type, -1, 0);
		TupleDescInitEntryCollation(inputs->columns, i + 1, get_typcollation(type));
	}
}

/* A cast to an instant, or what asks for the day of one, which knows no time zone where a date went in. */
static bool
function_may_ask_for_day(Oid function, Oid extension)
{
	return function == F_TIMESTAMPTZ_DATE || function == F_TIMESTAMPTZ_TIMESTAMP ||
		(OidIsValid(extension) && getExtensionOfObject(ProcedureRelationId, function) == extension);
}

static bool
function_is_refused(Oid function, void *context)
{
	Inputs	   *inputs = context;
	char		volatility = func_volatile(function);

	if (get_func_retset(function) ||
		!is_offered(ProcedureRelationId, function, get_func_namespace(function), inputs->extension))
		return true;
	return volatility == PROVOLATILE_VOLATILE ||
		(volatility == PROVOLATILE_STABLE && !function_may_ask_for_day(function, inputs->extension));
}

/* Stable functions were let through for dates: then nothing of them is left. */
static void
refuse_time_zone(Node *expression)
{
	if (contain_mutable_functions(eval_const_expressions(NULL, copyObject(expression))))
		ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
						errmsg("a rule must not hang on the time zone of a session"),
						errhint("Ask for days of inputs and literals that are dates or timestamps: date '2024-04-01'.")));
}

/* An operator of somebody's own over a function of pg_catalog: its name could come to mean another. */
static bool
operator_is_refused(Node *node, Inputs *inputs)
{
	Oid			operator;

	switch (nodeTag(node))
	{
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			operator = ((OpExpr *) node)->opno;
			break;
		case T_ScalarArrayOpExpr:
			operator = ((ScalarArrayOpExpr *) node)->opno;
			break;
		default:
			return false;
	}
	return !is_offered(OperatorRelationId, operator, namespace_of(OPEROID, operator, Anum_pg_operator_oprnamespace),
					   inputs->extension);
}

/* A type whose values name objects of the database. */
static bool
type_names_objects(Oid type)
{
	Oid			element = get_element_type(type);

	switch (OidIsValid(element) ? element : type)
	{
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGCLASSOID:
		case REGTYPEOID:
		case REGROLEOID:
		case REGNAMESPACEOID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
		case REGCOLLATIONOID:
			return true;
		default:
			return false;
	}
}

/* What is named stays as it is: PostgreSQL's own text search configuration, dictionary or collation. */
static bool
names_what_stays(const Const *constant)
{
	Oid			object = constant->constisnull ? InvalidOid : DatumGetObjectId(constant->constvalue);

	switch (constant->consttype)
	{
		case REGCONFIGOID:
			return namespace_of(TSCONFIGOID, object, Anum_pg_ts_config_cfgnamespace) == PG_CATALOG_NAMESPACE;
		case REGDICTIONARYOID:
			return namespace_of(TSDICTOID, object, Anum_pg_ts_dict_dictnamespace) == PG_CATALOG_NAMESPACE;
		case REGCOLLATIONOID:
			return namespace_of(COLLOID, object, Anum_pg_collation_collnamespace) == PG_CATALOG_NAMESPACE;
		default:
			return false;
	}
}

/* A text search configuration, dictionary or collation that its owner can change, and the rule with it. */
static bool
names_what_changes(Node *node)
{
	Oid			collation = IsA(node, CollateExpr) ? ((CollateExpr *) node)->collOid : InvalidOid;

	if (OidIsValid(collation))
		return namespace_of(COLLOID, collation, Anum_pg_collation_collnamespace) != PG_CATALOG_NAMESPACE;
	if (IsA(node, CaseWhen) || IsA(node, List) || !type_names_objects(exprType(node)))
		return false;
	return !IsA(node, Const) || !names_what_stays((Const *) node);
}

/* What is not on the list is refused where it stands. */
static bool
refuse_node(Node *node, void *context)
{
	Inputs	   *inputs = context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_List:
			return expression_tree_walker(node, refuse_node, context);
		case T_Var:
			if (((Var *) node)->varattno <= 0)
				ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a rule must name single inputs, not the whole row"),
								parser_errposition(inputs->state, exprLocation(node))));
			break;
		case T_Const:
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_BoolExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ArrayExpr:
		case T_SubscriptingRef:
		case T_CollateExpr:
			break;
		default:
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("this construct cannot be used in a rule"),
							errhint("A rule compares its inputs with operators, functions, CASE, AND, OR and NOT."),
							parser_errposition(inputs->state, exprLocation(node))));
	}
	if (operator_is_refused(node, inputs) || check_functions_in_node(node, function_is_refused, context))
		ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
						errmsg("this function or operator cannot be used in a rule"),
						errhint("A rule may use immutable functions, operators and casts of pg_catalog and population_health only."),
						parser_errposition(inputs->state, exprLocation(node))));
	if (names_what_changes(node))
		ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
						errmsg("a rule must not hang on what can be changed under its name"),
						errhint("A rule may name text search configurations, dictionaries and collations of pg_catalog only."),
						parser_errposition(inputs->state, exprLocation(node))));
	if (!IsA(node, CaseWhen) && !type_is_offered(exprType(node), inputs->extension))
		ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION), errmsg("this type cannot be used in a rule"),
						errhint("A rule may use types of pg_catalog and population_health, and no domains."),
						parser_errposition(inputs->state, exprLocation(node))));
	return expression_tree_walker(node, refuse_node, context);
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
	if (target == NULL || target->name != NULL || select->distinctClause != NIL || select->intoClause != NULL ||
		select->fromClause != NIL ||
		select->whereClause != NULL || select->groupClause != NIL || select->havingClause != NULL ||
			select->windowClause != NIL ||
		select->valuesLists != NIL || select->sortClause != NIL || select->limitOffset != NULL ||
			select->limitCount != NULL ||
		select->lockingClause != NIL || select->withClause != NULL || select->op != SETOP_NONE ||
		(IsA(target->val, ColumnRef) && IsA(linitial(((ColumnRef *) target->val)->fields), A_Star)))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a rule must be one boolean expression"),
						parser_errposition(state, 1)));
	return target->val;
}

/* ---- days that move ---- */

static const char *const moving_words[] = {"now", "today", "tomorrow", "yesterday"};

/* A literal of the rule and where it stands. */
typedef struct Literal
{
	int			location;
	char	   *text;
} Literal;

typedef struct MovingSearch
{
	List	   *literals;		/* that hold a moving word */
	int			location;		/* of one that was read as a day; -1: none */
} MovingSearch;

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || IS_HIGHBIT_SET(c);
}

static int
count_word(const char *text, const char *word)
{
	int			count = 0;

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		if ((at == text || !is_letter(at[-1])) && !is_letter(at[strlen(word)]))
			count++;
	return count;
}

/* In small letters, without the quotes and backslashes of lists and ranges. */
static char *
plain_literal(const char *literal)
{
	char	   *text = asc_tolower(literal, strlen(literal));
	char	   *to = text;

	for (const char *from = text; *from; from++)
		if (*from != '"' && *from != '\\')
			*to++ = *from;
	*to = '\0';
	return text;
}

/* Literals such as 'today', whose meaning, read as a day, is fixed when they are read. */
static bool
collect_moving_literals(Node *node, void *context)
{
	MovingSearch *search = context;

	if (node == NULL)
		return false;
	if (IsA(node, A_Const) && !((A_Const *) node)->isnull && IsA(&((A_Const *) node)->val, String))
	{
		Literal    *literal = palloc_object(Literal);
		bool		moves = false;

		*literal = (Literal) {((A_Const *) node)->location, plain_literal(strVal(&((A_Const *) node)->val))};
		for (int i = 0; i < lengthof(moving_words); i++)
			moves |= count_word(literal->text, moving_words[i]) > 0;
		if (moves)
			search->literals = lappend(search->literals, literal);
		return false;
	}
	return raw_expression_tree_walker(node, collect_moving_literals, context);
}

/* Whether values of a type have a day or time in them: also a list, a range or a row of some. */
static bool
type_holds_time(Oid type)
{
	TupleDesc	columns;
	bool		holds = false;

	check_stack_depth();
	type = getBaseType(type);
	switch (type)
	{
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case TIMEOID:
		case TIMETZOID:
			return true;
	}
	if (OidIsValid(get_element_type(type)))
		return type_holds_time(get_element_type(type));
	if (OidIsValid(get_range_subtype(type)))
		return type_holds_time(get_range_subtype(type));
	if (OidIsValid(get_multirange_range(type)))
		return type_holds_time(get_multirange_range(type));
	if (get_typtype(type) != TYPTYPE_COMPOSITE)
		return false;
	columns = lookup_rowtype_tupdesc(type, -1);
	for (int i = 0; i < columns->natts && !holds; i++)
		holds = !TupleDescAttr(columns, i)->attisdropped && type_holds_time(TupleDescAttr(columns, i)->atttypid);
	ReleaseTupleDesc(columns);
	return holds;
}

/* What was read as a day is not in the value any more; a word of a text still is. */
static bool
has_lost_word(const char *literal, const Const *constant)
{
	Oid			output;
	bool		varlena;
	char	   *value;

	getTypeOutputInfo(constant->consttype, &output, &varlena);
	value = plain_literal(OidOutputFunctionCall(output, constant->constvalue));
	for (int i = 0; i < lengthof(moving_words); i++)
		if (count_word(literal, moving_words[i]) > count_word(value, moving_words[i]))
			return true;
	return false;
}

static bool
find_moving_day(Node *node, void *context)
{
	MovingSearch *search = context;
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Const))
		return expression_tree_walker(node, find_moving_day, context);
	if (((Const *) node)->constisnull || !type_holds_time(((Const *) node)->consttype))
		return false;
	foreach(cell, search->literals)
	{
		const Literal *literal = lfirst(cell);

		if (literal->location == ((Const *) node)->location && has_lost_word(literal->text, (Const *) node))
		{
			search->location = literal->location;
			return true;
		}
	}
	return false;
}

/* The rule as a tree, analysed and checked.  The search path is fixed by the caller. */
static Expr *
read_rule(const char *rule, Inputs *inputs)
{
	ErrorContextCallback callback = {.callback = point_into_rule, .arg = (void *) rule, .previous = error_context_stack};
	ParseState *state = make_parsestate(NULL);
	EphemeralNamedRelation relation = palloc0(sizeof(EphemeralNamedRelationData));
	ParseNamespaceItem *item;
	Node	   *expression;
	MovingSearch search = {.location = -1};

	if (strlen(rule) > MOST_RULE_LENGTH)
		argument_error("expression", "is too long", "A rule has at most 100,000 bytes.");
	error_context_stack = &callback;
	state->p_sourcetext = rule;
	relation->md.name = "input";
	relation->md.tupdesc = inputs->columns;
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	state->p_queryEnv = create_queryEnv();
	register_ENR(state->p_queryEnv, relation);
	inputs->state = state;
	expression = only_expression(rule, state);
	item = addRangeTableEntryForENR(state, makeRangeVar(NULL, "input", -1), true);
	addNSItemToQuery(state, item, true, true, true);
	collect_moving_literals(expression, &search);
	expression = transformExpr(state, expression, EXPR_KIND_CHECK_CONSTRAINT);
	if (search.literals != NIL && find_moving_day(expression, &search))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a rule must not hang on the day on which it is read"),
						errhint("Make the day an input, such as as_of."), parser_errposition(state, search.location)));
	expression = coerce_to_boolean(state, expression, "a rule");
	assign_expr_collations(state, expression);
	refuse_node(expression, inputs);
	refuse_time_zone(expression);
	inputs->range_table = state->p_rtable;
	error_context_stack = callback.previous;
	return (Expr *) expression;
}

/* Settings that the meaning or the writing of a rule could hang on. */
static int
fix_settings(void)
{
	int			level = NewGUCNestLevel();
	static const char *const settings[][2] = {
		{"search_path", "pg_catalog, ph, pg_temp"}, {"DateStyle", "ISO, YMD"}, {"IntervalStyle", "postgres"},
			{"extra_float_digits", "1"},
		{"bytea_output", "hex"}, {"standard_conforming_strings", "on"}, {"transform_null_equals", "off"},
			{"TimeZone", "UTC"}, {"quote_all_identifiers", "off"},
		{"array_nulls", "on"},
	};

	for (int i = 0; i < lengthof(settings); i++)
		set_config_option(settings[i][0], settings[i][1], PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* ---- writing ---- */

static text *
written_rule(Expr *expression, Inputs *inputs)
{
	PlannedStmt *statement = makeNode(PlannedStmt);
	int			level;
	text	   *written;

	statement->rtable = inputs->range_table;
	/* only what every search path finds stays unqualified */
	level = NewGUCNestLevel();
	set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	written = cstring_to_text(deparse_expression((Node *) expression,
												 deparse_context_for_plan_tree(statement, list_make1("input")), false, false));
	AtEOXact_GUC(true, level);
	return written;
}

static bool
note_input(Node *node, void *context)
{
	Bitmapset **used = context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
		*used = bms_add_member(*used, ((Var *) node)->varattno);
	return expression_tree_walker(node, note_input, context);
}

static ArrayType *
inputs_of(Expr *expression, Inputs *inputs)
{
	Bitmapset  *used = NULL;
	Datum	   *names = palloc(sizeof(Datum) * (inputs->columns->natts + 1));
	int			count = 0;
	int			column = -1;

	note_input((Node *) expression, &used);
	while ((column = bms_next_member(used, column)) >= 0)
		names[count++] = CStringGetTextDatum(NameStr(TupleDescAttr(inputs->columns, column - 1)->attname));
	return construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT);
}

/* ---- what can be shown of a rule ---- */

static Expr *
simplified(Expr *expression)
{
	return canonicalize_qual((Expr *) eval_const_expressions(NULL, (Node *) expression), false);
}

static bool
is_constant(Expr *expression, bool value)
{
	Const	   *constant = (Const *) expression;

	if (!IsA(expression, Const))
		return false;
	return constant->constisnull ? !value : DatumGetBool(constant->constvalue) == value;
}

static bool
is_refuted_by_itself(Expr *expression)
{
	return predicate_refuted_by(list_make1(expression), list_make1(expression), false);
}

static bool
is_comparison(Oid operator)
{
	return get_op_index_interpretation(operator) != NIL;
}

/* Whether it can be seen that an expression is not NULL where no input is. */
static bool
is_known_with_inputs(Node *node, Oid count_function)
{
	List	   *parts = NIL;
	ListCell   *cell;

	check_stack_depth();
	switch (nodeTag(node))
	{
		case T_Var:
			return true;
		case T_Const:
			{
				Const	   *constant = (Const *) node;

				return !constant->constisnull &&
					(!OidIsValid(get_element_type(constant->consttype)) ||
					 !array_contains_nulls(DatumGetArrayTypeP(constant->constvalue)));
			}
		case T_NullTest:
		case T_BooleanTest:
			return true;
		case T_RelabelType:
			return is_known_with_inputs((Node *) ((RelabelType *) node)->arg, count_function);
		case T_BoolExpr:
			parts = ((BoolExpr *) node)->args;
			break;
		case T_ArrayExpr:
			parts = ((ArrayExpr *) node)->elements;
			break;
		case T_OpExpr:
			if (!is_comparison(((OpExpr *) node)->opno))
				return false;
			parts = ((OpExpr *) node)->args;
			break;
		case T_ScalarArrayOpExpr:
			if (!is_comparison(((ScalarArrayOpExpr *) node)->opno))
				return false;
			parts = ((ScalarArrayOpExpr *) node)->args;
			break;
		case T_FuncExpr:
			return ((FuncExpr *) node)->funcid == count_function;
		default:
			return false;
	}
	foreach(cell, parts)
		if (!is_known_with_inputs(lfirst(cell), count_function))
			return false;
	return true;
}

typedef struct CountTrue
{
	Oid			function;		/* ph.count_true */
	FuncExpr   *call;			/* the one replaced */
	Const	   *value;
} CountTrue;

static bool
find_count(Node *node, void *context)
{
	CountTrue  *count = context;

	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == count->function &&
		IsA(linitial(((FuncExpr *) node)->args), ArrayExpr))
	{
		count->call = (FuncExpr *) node;
		return true;
	}
	return expression_tree_walker(node, find_count, context);
}

static Node *
replace_count(Node *node, void *context)
{
	CountTrue  *count = context;

	if (node == NULL)
		return NULL;
	if (equal(node, count->call))
		return (Node *) copyObject(count->value);
	return expression_tree_mutator(node, replace_count, context);
}

/* The least and the most of the counted that are true wherever the rule is. */
static void
bounds_of_count(List *counted, Expr *rule, int *least, int *most)
{
	ListCell   *cell;

	*least = 0;
	*most = list_length(counted);
	foreach(cell, counted)
	{
		Expr	   *one = simplified(copyObject(lfirst(cell)));
		bool		constant = is_constant(rule, true);

		if (is_constant(one, true) || (!constant && predicate_implied_by(list_make1(one), list_make1(rule), false)))
			++*least;
		else if (is_constant(one, false) || (!constant && predicate_refuted_by(list_make1(one), list_make1(rule), true)))
			--*most;
	}
}

/*
 * Whether the rule, where it is true, makes the other true.  A count of true inputs takes each value that it can take,
 * so that "3 of 15" is within "1 of 15 or more", and "3 of 2" within nothing.
 */
static bool
implies(Expr *rule, Expr *other, Oid count_function, int values_left)
{
	CountTrue	count = {.function = count_function};
	List	   *counted;
	int			least,
				most,
				values;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	rule = simplified(rule);
	other = simplified(other);
	if (is_constant(rule, false) || is_constant(other, true))
		return true;
	if (is_constant(other, false) ? is_refuted_by_itself(rule) :
		!is_constant(rule, true) && predicate_implied_by(list_make1(other), list_make1(rule), false))
		return true;
	if (!find_count((Node *) other, &count) && !find_count((Node *) rule, &count))
		return false;
	counted = ((ArrayExpr *) linitial(count.call->args))->elements;
	bounds_of_count(counted, rule, &least, &most);
	values = most - least + 1;
	if (values > values_left)
		return false;
	for (int value = least; value <= most; value++)
	{
		count.value = makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(value), false, true);
		if (!implies((Expr *) replace_count((Node *) rule, &count), (Expr *) replace_count((Node *) other, &count),
					 count_function, values_left / values))
			return false;
	}
	return true;
}

static Oid
count_true_function(void)
{
	List	   *name = list_make2(makeString("ph"), makeString("count_true"));
	Oid			argument = BOOLARRAYOID;

	return LookupFuncName(name, 1, &argument, true);
}

/* No value of the inputs makes it true. */
static bool
is_never_true(Expr *rule)
{
	return implies(rule, (Expr *) makeBoolConst(false, false), count_true_function(), MOST_COUNT_VALUES);
}

/* ---- SQL ---- */

PG_FUNCTION_INFO_V1(check_rule);

/*
 * ph.check_rule(expression text, inputs text[], types regtype[]) -> record (expression, inputs, always)
 *
 * The rule as PostgreSQL writes it, the inputs that it reads, and what can be shown of it: 'true' where all inputs are
 * known, 'never'; NULL where neither can.  Errors with the position in the rule: does not parse, names no input, is not
 * boolean, has a subquery, an aggregate, a function, operator, cast or type that is not offered.
 */
Datum
check_rule(PG_FUNCTION_ARGS)
{
	Inputs		inputs = {0};
	int			level;
	Expr	   *rule;
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	declare_inputs(fcinfo, 1, 2, &inputs);
	level = fix_settings();
	rule = read_rule(text_to_cstring(PG_GETARG_TEXT_PP(0)), &inputs);
	values[0] = PointerGetDatum(written_rule(rule, &inputs));
	values[1] = PointerGetDatum(inputs_of(rule, &inputs));
	if (is_never_true(rule))
		values[2] = CStringGetTextDatum("never");
	else if (is_known_with_inputs(eval_const_expressions(NULL, (Node *) rule), count_true_function()) &&
			 is_never_true(make_notclause(rule)))
		values[2] = CStringGetTextDatum("true");
	else
		nulls[2] = true;
	AtEOXact_GUC(true, level);
	PG_RETURN_DATUM(record_datum(fcinfo, values, nulls));
}

PG_FUNCTION_INFO_V1(rule_implied);

/*
 * ph.rule_implied(expression text, by text[], inputs text[], types regtype[]) -> boolean
 *
 * Whether it can be shown that at least one of the other rules is true wherever the rule is, so that it can never win
 * over them; false where it cannot be shown.
 */
Datum
rule_implied(PG_FUNCTION_ARGS)
{
	Inputs		inputs = {0};
	int			level;
	Expr	   *rule;
	List	   *others = NIL;
	Datum	   *texts;
	bool	   *none;
	int			count;
	bool		implied = false;

	declare_inputs(fcinfo, 2, 3, &inputs);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &texts, &none, &count);
	level = fix_settings();
	rule = read_rule(text_to_cstring(PG_GETARG_TEXT_PP(0)), &inputs);
	for (int i = 0; i < count; i++)
		if (!none[i])
			others = lappend(others, read_rule(TextDatumGetCString(texts[i]), &inputs));
	if (others != NIL)
		implied = implies(rule, list_length(others) == 1 ? linitial(others) : make_orclause(others), count_true_function(),
						  MOST_COUNT_VALUES);
	AtEOXact_GUC(true, level);
	PG_RETURN_BOOL(implied);
}

PG_FUNCTION_INFO_V1(count_true);

/*
 * ph.count_true(VARIADIC conditions boolean[]) -> integer
 *
 * How many are true; what is not known is not counted.  "k of n" in a rule.
 */
Datum
count_true(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	ArrayIterator iterator = array_create_iterator(array, 0, NULL);
	Datum		value;
	bool		unknown;
	int32		count = 0;

	while (array_iterate(iterator, &value, &unknown))
		if (!unknown && DatumGetBool(value))
			count++;
	array_free_iterator(iterator);
	PG_RETURN_INT32(count);
}
