/*
 * rule_moving_day.c: days that move in a rule, see rule_moving_day.h.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "segment/rule_moving_day.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

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

List *
moving_literals(Node *parsed)
{
	MovingSearch search = {.location = -1};

	collect_moving_literals(parsed, &search);
	return search.literals;
}

int
moving_day(Node *analysed, List *literals)
{
	MovingSearch search = {.literals = literals, .location = -1};

	if (literals != NIL)
		find_moving_day(analysed, &search);
	return search.location;
}
