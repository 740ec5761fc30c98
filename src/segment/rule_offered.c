/*
 * rule_offered.c: the closed list of what a rule may be made of, see rule_offered.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "core/compat.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "segment/rule_offered.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Where a rule stands, for positions in errors, and the extension whose functions are offered. */
typedef struct Refusal
{
	ParseState *state;
	Oid			extension;
} Refusal;

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

bool
type_is_offered(Oid type, Oid extension)
{
	Oid			element = get_element_type(type);

	if (OidIsValid(element))
		type = element;
	return get_typtype(type) != TYPTYPE_DOMAIN &&
		is_offered(TypeRelationId, type, namespace_of(TYPEOID, type, Anum_pg_type_typnamespace), extension);
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
	Refusal    *refusal = context;
	char		volatility = func_volatile(function);

	if (get_func_retset(function) ||
		!is_offered(ProcedureRelationId, function, get_func_namespace(function), refusal->extension))
		return true;
	return volatility == PROVOLATILE_VOLATILE ||
		(volatility == PROVOLATILE_STABLE && !function_may_ask_for_day(function, refusal->extension));
}

pg_noreturn static void
refuse_function(ParseState *state, int location)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
					errmsg("this function or operator cannot be used in a rule"),
					errhint("A rule may use immutable functions, operators and casts "
							"of pg_catalog and population_health only."),
					parser_errposition(state, location)));
}

pg_noreturn static void
refuse_type(ParseState *state, int location)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION), errmsg("this type cannot be used in a rule"),
					errhint("A rule may use types of pg_catalog and population_health, and no domains."),
					parser_errposition(state, location)));
}

/* Whether a name that is written with its schema says another one than those on the search path of rules. */
static bool
is_of_other_schema(const List *name)
{
	const char *schema = list_length(name) > 1 ? strVal(list_nth(name, list_length(name) - 2)) : "ph";

	return strcmp(schema, "pg_catalog") != 0 && strcmp(schema, "ph") != 0;
}

/* Analysis itself reads literals: one of an array of a user's domain, or what a user's function takes. */
static bool
refuse_name(Node *node, void *state)
{
	if (node == NULL)
		return false;
	if (IsA(node, TypeName) && is_of_other_schema(((TypeName *) node)->names))
		refuse_type(state, ((TypeName *) node)->location);
	if (IsA(node, FuncCall) && is_of_other_schema(((FuncCall *) node)->funcname))
		refuse_function(state, ((FuncCall *) node)->location);
	if (IsA(node, A_Expr) && is_of_other_schema(((A_Expr *) node)->name))
		refuse_function(state, ((A_Expr *) node)->location);
	return raw_expression_tree_walker(node, refuse_name, state);
}

void
refuse_names_of_other_schemas(Node *parsed, ParseState *state)
{
	refuse_name(parsed, state);
}

/* Stable functions were let through for dates: then nothing of them is left. */
static void
refuse_time_zone(Node *expression)
{
	if (contain_mutable_functions(eval_const_expressions(NULL, copyObject(expression))))
		ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
						errmsg("a rule must not hang on the time zone of a session"),
						errhint("Ask for days of inputs and literals that are dates or timestamps: "
								"date '2024-04-01'.")));
}

/* An operator of somebody's own over a function of pg_catalog: its name could come to mean another. */
static bool
operator_is_refused(Node *node, Oid extension)
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
					   extension);
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
	Refusal    *refusal = context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_List:
			return expression_tree_walker(node, refuse_node, context);
		case T_Var:
			if (((Var *) node)->varattno <= 0)
				ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
								errmsg("a rule must name single inputs, not the whole row"),
								parser_errposition(refusal->state, exprLocation(node))));
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
							parser_errposition(refusal->state, exprLocation(node))));
	}
	if (operator_is_refused(node, refusal->extension) || check_functions_in_node(node, function_is_refused, context))
		refuse_function(refusal->state, exprLocation(node));
	if (names_what_changes(node))
		ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
						errmsg("a rule must not hang on what can be changed under its name"),
						errhint("A rule may name text search configurations, dictionaries and collations "
								"of pg_catalog only."),
						parser_errposition(refusal->state, exprLocation(node))));
	if (!IsA(node, CaseWhen) && !type_is_offered(exprType(node), refusal->extension))
		refuse_type(refusal->state, exprLocation(node));
	return expression_tree_walker(node, refuse_node, context);
}

void
refuse_what_is_not_offered(Node *rule, ParseState *state, Oid extension)
{
	Refusal		refusal = {.state = state, .extension = extension};

	refuse_node(rule, &refusal);
	refuse_time_zone(rule);
}
