/* protect.c: tables of counts that leave with what must be hidden hidden. */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "core/window.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "sharing/protection.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

static const char *const strengths[] = {"range", "exact", NULL};

typedef struct Protected
{
	bool		reckoned;
	struct
	{
		bool		shown;
		int64		n;			/* as it is published */
	}			answer[FLEXIBLE_ARRAY_MEMBER];	/* of each row of the partition */
} Protected;

/* Where the arguments of a function stand; -1: it has none. */
typedef struct ProtectArguments
{
	TableArguments table;
	int			rule;
	int			strength;
	int			hidden;
	int			shown;
} ProtectArguments;

static Oid
support_function(const char *name, int arguments, const Oid *types)
{
	return LookupFuncName(list_make2(makeString("ph_support"), makeString(pstrdup(name))), arguments, types, false);
}

/* ---- the rule ---- */

static HeapTupleHeader
find_rule(WindowObject window, int argument)
{
	char	   *name = table_constant_text(window, argument, "rule");
	Oid			types[] = {TEXTOID};

	if (name == NULL)
		argument_error("rule", "must not be null",
					   "SELECT rule, name FROM ph.disclosure_rule lists those that are shipped.");
	return DatumGetHeapTupleHeader(OidFunctionCall1Coll(support_function("disclosure_rule", 1, types),
														DEFAULT_COLLATION_OID, CStringGetTextDatum(name)));
}

static TableRule
read_rule(HeapTupleHeader tuple, const char *strength, bool zeros_too)
{
	bool		isnull;
	TableRule	rule = {
		.threshold = field_count(tuple, "threshold", false),
		.zero_shown = DatumGetBool(GetAttributeByName(tuple, "zero_shown", &isnull)),
		.zeros_too = zeros_too,
		.exact = text_choice(strength ? cstring_to_text(strength) : NULL, "strength", strengths) == 1,
	};

	rule.lower = field_count(tuple, "protect_lower", false);
	if (rule.lower < 0)
		rule.lower = rule.zero_shown ? 1 : 0;
	rule.upper = Max(field_count(tuple, "protect_upper", false), rule.threshold);
	return rule;
}

/* ---- the table ---- */

static bool
is_true_at(WindowObject window, int argument, int row)
{
	bool		isnull = true,
				isout;
	Datum		given = (Datum) 0;

	if (argument >= 0)
		given = WinGetFuncArgInPartition(window, argument, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);
	return !isnull && DatumGetBool(given);
}

/* Small counts are hidden; what is said to be hidden or shown is. */
static Standing *
read_standing(WindowObject window, const ProtectArguments *arguments, const PublishedTable *table,
			  const TableRule *rule)
{
	Standing   *standing = palloc0_array(Standing, table->cells);

	for (int i = 0; i < table->given; i++)
	{
		int			cell = table->cell_of_given[i];
		bool		hidden = is_true_at(window, arguments->hidden, i);

		CHECK_FOR_INTERRUPTS();
		if (hidden)
			standing[cell] = CELL_HIDDEN;
		if (!is_true_at(window, arguments->shown, i))
			continue;
		if (hidden || rule_hides(rule, table->n[cell]))
			argument_error("shown", "must not be true of a count that is hidden", NULL);
		standing[cell] = CELL_SHOWN;
	}
	return standing;
}

/* Where zeros are hidden, a group that is not in the table would tell that nobody is in it. */
static void
require_all_cells(const PublishedTable *table, const TableRule *rule)
{
	if (rule->zero_shown)
		return;
	for (int cell = 0; cell < table->cells; cell++)
		if (!table_is_given(table, cell) && !table_is_total(table, cell))
			argument_error("n", "must be given for every pair of keys under a rule that hides zeros",
						   "GROUPING SETS leave out groups in which nobody is: join them, with a count of 0.");
}

static void
publish(Protected *protected, const PublishedTable *table, const Standing *standing, HeapTupleHeader rule)
{
	Oid			types[] = {HeapTupleHeaderGetTypeId(rule), INT8OID};
	FmgrInfo	published_count;

	fmgr_info(support_function("published_count", 2, types), &published_count);
	for (int i = 0; i < table->given; i++)
	{
		int			cell = table->cell_of_given[i];

		CHECK_FOR_INTERRUPTS();
		protected->answer[i].shown = standing[cell] != CELL_HIDDEN;
		if (protected->answer[i].shown)
			protected->answer[i].n = DatumGetInt64(FunctionCall2Coll(&published_count, DEFAULT_COLLATION_OID,
																	 HeapTupleHeaderGetDatum(rule),
																	 Int64GetDatum(table->n[cell])));
	}
}

static void
protect_partition(WindowObject window, const ProtectArguments *arguments, Protected *protected)
{
	HeapTupleHeader rule_row = find_rule(window, arguments->rule);
	TableRule	rule = read_rule(rule_row, table_constant_text(window, arguments->strength, "strength"),
							   arguments->hidden >= 0);
	PublishedTable *table = table_read(window, arguments->table);
	Standing   *standing;

	table_add_up(table);
	require_all_cells(table, &rule);
	standing = read_standing(window, arguments, table, &rule);
	if (!protect_table(table, &rule, standing))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the table cannot be protected"),
				 errdetail("Whatever else is hidden, a small count could be told from what must be shown."),
				 errhint("Group more coarsely, let more be hidden, or publish by a rule that rounds, such as "
						 "opensafely_midpoint6.")));
	publish(protected, table, standing, rule_row);
}

/* The answer of the current row, its whole partition being protected first. */
static Protected *
protected_partition(WindowObject window, const ProtectArguments *arguments)
{
	Protected  *protected = WinGetPartitionLocalMemory(
		window, offsetof(Protected, answer) + window_rows(window) * sizeof(protected->answer[0]));

	if (!protected->reckoned)
	{
		MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "protected table", ALLOCSET_DEFAULT_SIZES);
		MemoryContext caller = MemoryContextSwitchTo(scratch);

		protect_partition(window, arguments, protected);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(scratch);
		protected->reckoned = true;
	}
	return protected;
}

/*
 * ph.protect(n bigint, row_key text, col_key text, row_parent text, rule text, strength text) OVER (...) -> bigint
 *
 * A table with its totals (published_table.h) as it may leave by a rule: NULL where a count is hidden, because it is
 * small or because a small one could be told from it, else the count as the rule publishes it.  strength range: of
 * every small count, whoever knows all that is shown must hold possible all from the least that it can be to the rule's
 * upper end; exact: it must not be known exactly.  In both, nor be known to the one person of a count of 1.  Errors:
 * 22023 where the table is none or does not add up, 42704 where the rule is none, 55000 where it cannot be protected,
 * 22003 and 54000 where it is too large.
 */
PG_FUNCTION_INFO_V1(protect);
Datum
protect(PG_FUNCTION_ARGS)
{
	static const ProtectArguments arguments = {{0, 1, 2, 3}, .rule = 4, .strength = 5, .hidden = -1, .shown = -1};
	WindowObject window = PG_WINDOW_OBJECT();
	Protected  *protected = protected_partition(window, &arguments);
	int64		row = WinGetCurrentPosition(window);

	if (!protected->answer[row].shown)
		PG_RETURN_NULL();
	PG_RETURN_INT64(protected->answer[row].n);
}

/*
 * ph_support.protect_fixed(n bigint, row_key text, col_key text, row_parent text, hidden boolean, shown boolean,
 * rule text, strength text) OVER (...) -> boolean
 *
 * Whether a count is shown, where some are hidden from the start, zeros among them, and some must be shown (NULL:
 * neither).
 */
PG_FUNCTION_INFO_V1(protect_fixed);
Datum
protect_fixed(PG_FUNCTION_ARGS)
{
	static const ProtectArguments arguments = {{0, 1, 2, 3}, .rule = 6, .strength = 7, .hidden = 4, .shown = 5};
	WindowObject window = PG_WINDOW_OBJECT();

	PG_RETURN_BOOL(protected_partition(window, &arguments)->answer[WinGetCurrentPosition(window)].shown);
}
