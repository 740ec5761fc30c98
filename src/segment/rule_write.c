/*
 * rule_write.c: the text of a rule, see rule_write.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "segment/rule_write.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/ruleutils.h"

text *
written_rule(Expr *rule, Inputs *inputs)
{
	PlannedStmt *statement = makeNode(PlannedStmt);
	List	   *context;
	int			level;
	char	   *written;

	statement->rtable = inputs->range_table;
	context = deparse_context_for_plan_tree(statement, list_make1("input"));
	level = NewGUCNestLevel();
	set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
					  true, 0, false);
	written = deparse_expression((Node *) rule, context, false, false);
	AtEOXact_GUC(true, level);
	return cstring_to_text(written);
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

ArrayType *
inputs_of_rule(Expr *rule, Inputs *inputs)
{
	Bitmapset  *used = NULL;
	Datum	   *names = palloc(sizeof(Datum) * (inputs->columns->natts + 1));
	int			count = 0;
	int			column = -1;

	note_input((Node *) rule, &used);
	while ((column = bms_next_member(used, column)) >= 0)
		names[count++] = CStringGetTextDatum(NameStr(TupleDescAttr(inputs->columns, column - 1)->attname));
	return construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT);
}
