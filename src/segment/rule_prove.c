/*
 * rule_prove.c: what can be shown of rules, see rule_prove.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/compat.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/prep.h"
#include "parser/parse_func.h"
#include "segment/rule_prove.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define MOST_COUNT_VALUES 1000	/* values of ph.count_true that a proof goes through */

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
		List	   *counted_one = list_make1(one);
		List	   *where = is_constant(rule, true) ? NIL : list_make1(rule);

		if (is_constant(one, true) || (where != NIL && predicate_implied_by(counted_one, where, false)))
			++*least;
		else if (is_constant(one, false) || (where != NIL && predicate_refuted_by(counted_one, where, true)))
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

bool
rule_makes_true(Expr *rule, Expr *other)
{
	return implies(rule, other, count_true_function(), MOST_COUNT_VALUES);
}

bool
rule_is_never_true(Expr *rule)
{
	return rule_makes_true(rule, (Expr *) makeBoolConst(false, false));
}

bool
rule_is_true_of_known(Expr *rule)
{
	return is_known_with_inputs(eval_const_expressions(NULL, (Node *) rule), count_true_function()) &&
		rule_is_never_true(make_notclause(rule));
}
