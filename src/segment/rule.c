/*
 * rule.c: rules of a segmentation scheme as SQL expressions over declared inputs, as SQL asks for them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "nodes/makefuncs.h"
#include "segment/rule_prove.h"
#include "segment/rule_read.h"
#include "segment/rule_write.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_FUNCTION_INFO_V1(check_rule);

/*
 * ph.check_rule(expression text, inputs text[], types regtype[]) -> record (expression_checked, inputs_used, always)
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

	argument_inputs(fcinfo, 1, 2, &inputs);
	level = fix_rule_settings();
	rule = read_rule(text_to_cstring(PG_GETARG_TEXT_PP(0)), &inputs);
	values[0] = PointerGetDatum(written_rule(rule, &inputs));
	values[1] = PointerGetDatum(inputs_of_rule(rule, &inputs));
	if (rule_is_never_true(rule))
		values[2] = CStringGetTextDatum("never");
	else if (rule_is_true_of_known(rule))
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
	int			count = array_elements(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, &texts, &none);
	bool		implied = false;

	argument_inputs(fcinfo, 2, 3, &inputs);
	level = fix_rule_settings();
	rule = read_rule(text_to_cstring(PG_GETARG_TEXT_PP(0)), &inputs);
	for (int i = 0; i < count; i++)
		if (!none[i])
			others = lappend(others, read_rule(TextDatumGetCString(texts[i]), &inputs));
	if (others != NIL)
		implied = rule_makes_true(rule, list_length(others) == 1 ? linitial(others) : make_orclause(others));
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
