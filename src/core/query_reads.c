/*
 * query_reads.c: what a query given as text reads and calls, views expanded, without running it.
 *
 * Beside the functions that a tree names there are those that a type brings with it: a comparison of arrays, a cast to
 * a domain, the text of a row call what belongs to their elements, checks and columns.
 */
#include "core/query.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/stratnum.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/primnodes.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rewriteManip.h"
#include "rewrite/rowsecurity.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

typedef enum ReadKind
{
	READ_RELATION,
	READ_FUNCTION,
	READ_VIEW,					/* its query, which is looked into once */
	READ_TYPE,
	READ_CHECKED_TYPE			/* values of it are made here: the checks of domains are run */
} ReadKind;

typedef struct ReadKey
{
	ReadKind	kind;
	Oid			object;
	Oid			through;
} ReadKey;

typedef struct Read
{
	ReadKey		key;
	Oid			reader;			/* whose rights count: the owner of a view; InvalidOid: whoever asks */
	Bitmapset  *columns;		/* of a relation, from FirstLowInvalidHeapAttributeNumber */
} Read;

typedef struct Reads
{
	HTAB	   *found;
	List	   *in_order;
	Oid			through;		/* the view that is being looked into */
	Oid			reader;
} Reads;

static bool gather(Node *node, Reads *reads);
static void gather_type(Oid type, bool checked, Reads *reads);

/* The entry of an object by the way it is reached; *is_new where it was not met before. */
static Read *
enter(Reads *reads, ReadKind kind, Oid object, bool *is_new)
{
	ReadKey		key = {kind, object, reads->through};
	bool		found;
	Read	   *read = hash_search(reads->found, &key, HASH_ENTER, &found);

	*is_new = !found;
	if (!found)
	{
		read->reader = reads->reader;
		read->columns = NULL;
		reads->in_order = lappend(reads->in_order, read);
	}
	return read;
}

static bool
gather_function(Oid function, void *reads)
{
	bool		is_new;

	if (OidIsValid(function))
		enter(reads, READ_FUNCTION, function, &is_new);
	return false;
}

/* ---- operators ---- */

/* A family's support functions, which sort and hash for its operators. */
static void
gather_family(Oid family, Reads *reads)
{
	CatCList   *members = SearchSysCacheList1(AMPROCNUM, ObjectIdGetDatum(family));

	for (int i = 0; i < members->n_members; i++)
		gather_function(((Form_pg_amproc) GETSTRUCT(&members->members[i]->tuple))->amproc, reads);
	ReleaseSysCacheList(members);
}

static void
gather_operator(Oid operator, Reads *reads)
{
	CatCList   *members;

	if (!OidIsValid(operator))
		return;
	gather_function(get_opcode(operator), reads);
	/* PostgreSQL's own come with its own; only a superuser puts them into families of others */
	if (operator < FirstNormalObjectId)
		return;
	members = SearchSysCacheList1(AMOPOPID, ObjectIdGetDatum(operator));
	for (int i = 0; i < members->n_members; i++)
	{
		Form_pg_amop member = (Form_pg_amop) GETSTRUCT(&members->members[i]->tuple);

		if (member->amopmethod == BTREE_AM_OID || member->amopmethod == HASH_AM_OID)
			gather_family(member->amopfamily, reads);
	}
	ReleaseSysCacheList(members);
}

static void
gather_sort(const SortGroupClause *clause, Reads *reads)
{
	gather_operator(clause->eqop, reads);
	gather_operator(clause->sortop, reads);
}

/* ---- types ---- */

static void
gather_foreign_function(Oid function, Reads *reads)
{
	if (function >= FirstNormalObjectId)
		gather_function(function, reads);
}

static void
gather_domain_checks(Oid domain, Reads *reads)
{
	Relation	constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(domain));
	scan = systable_beginscan(constraints, ConstraintTypidIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		check = heap_getattr(tuple, Anum_pg_constraint_conbin, RelationGetDescr(constraints), &isnull);

		if (!isnull)
			gather(stringToNode(TextDatumGetCString(check)), reads);
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
}

static void
gather_columns_of_type(Oid type, bool checked, Reads *reads)
{
	TupleDesc	columns = lookup_rowtype_tupdesc_copy(type, -1);

	for (int i = 0; i < columns->natts; i++)
		if (!TupleDescAttr(columns, i)->attisdropped)
			gather_type(TupleDescAttr(columns, i)->atttypid, checked, reads);
}

static void
gather_range(Oid type, bool checked, Reads *reads)
{
	TypeCacheEntry *range = lookup_type_cache(type, TYPECACHE_RANGE_INFO);

	gather_type(range->rngelemtype->type_id, checked, reads);
	gather_foreign_function(range->rng_cmp_proc_finfo.fn_oid, reads);
	gather_foreign_function(range->rng_canonical_finfo.fn_oid, reads);
}

/* Which functions values of the type are read, written, compared, hashed and turned into JSON with. */
static void
gather_functions_of_type(Oid type, Form_pg_type form, Reads *reads)
{
	static const Oid json_types[] = {JSONOID, JSONBOID};
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_CMP_PROC | TYPECACHE_HASH_PROC |
											  TYPECACHE_HASH_EXTENDED_PROC);
	const Oid	functions[] = {
		form->typinput, form->typoutput, form->typreceive, form->typsend, form->typmodin, form->typmodout,
		form->typsubscript, entry->cmp_proc, entry->hash_proc, entry->hash_extended_proc,
		OidIsValid(entry->eq_opr) ? get_opcode(entry->eq_opr) : InvalidOid
	};

	for (int i = 0; i < lengthof(functions); i++)
		gather_foreign_function(functions[i], reads);
	for (int i = 0; i < lengthof(json_types); i++)
	{
		HeapTuple	cast = SearchSysCache2(CASTSOURCETARGET, ObjectIdGetDatum(type), ObjectIdGetDatum(json_types[i]));

		if (!HeapTupleIsValid(cast))
			continue;
		gather_foreign_function(((Form_pg_cast) GETSTRUCT(cast))->castfunc, reads);
		ReleaseSysCache(cast);
	}
}

/* What the type of an expression brings with it; PostgreSQL's own types bring what is PostgreSQL's. */
static void
gather_type(Oid type, bool checked, Reads *reads)
{
	bool		is_new;
	HeapTuple	tuple;
	Form_pg_type form;

	if (type < FirstNormalObjectId)
		return;
	check_stack_depth();
	enter(reads, checked ? READ_CHECKED_TYPE : READ_TYPE, type, &is_new);
	if (!is_new)
		return;
	tuple = SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(type));
	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_type) GETSTRUCT(tuple);
	gather_functions_of_type(type, form, reads);
	if (OidIsValid(get_element_type(type)))
		gather_type(get_element_type(type), checked, reads);
	switch (form->typtype)
	{
		case TYPTYPE_DOMAIN:
			if (checked)
				gather_domain_checks(type, reads);
			gather_type(form->typbasetype, checked, reads);
			break;
		case TYPTYPE_COMPOSITE:
			gather_columns_of_type(type, checked, reads);
			break;
		case TYPTYPE_RANGE:
			gather_range(type, checked, reads);
			break;
		case TYPTYPE_MULTIRANGE:
			gather_type(get_multirange_range(type), checked, reads);
			break;
	}
}

static void
gather_types(const List *types, bool checked, Reads *reads)
{
	ListCell   *cell;

	foreach(cell, types)
		gather_type(lfirst_oid(cell), checked, reads);
}

/* A value by way of its text.  What stands for all arrays, rows, ranges and domains is led by the type. */
static bool
gather_text_function(Oid function, void *reads)
{
	static const Oid led_by_type[] = {F_ARRAY_IN, F_ARRAY_OUT, F_RECORD_IN, F_RECORD_OUT, F_RANGE_IN, F_RANGE_OUT,
	F_MULTIRANGE_IN, F_MULTIRANGE_OUT, F_DOMAIN_IN};

	for (int i = 0; i < lengthof(led_by_type); i++)
		if (function == led_by_type[i])
			return false;
	return gather_function(function, reads);
}

/* ---- relations ---- */

/* The policies of a table are asked of its rows by everybody but its owner, with the rights that the table is read. */
static void
gather_policies(Relation relation, Reads *reads)
{
	ListCell   *cell;

	if (relation->rd_rsdesc == NULL)
		return;
	foreach(cell, relation->rd_rsdesc->policies)
		gather((Node *) copyObject(((RowSecurityPolicy *) lfirst(cell))->qual), reads);
}

static void
gather_view(Relation view, Reads *reads)
{
	Reads		outside = *reads;
	bool		is_new;

	reads->through = RelationGetRelid(view);
	reads->reader = RelationHasSecurityInvoker(view) ? InvalidOid : view->rd_rel->relowner;
	enter(reads, READ_VIEW, RelationGetRelid(view), &is_new);
	if (is_new)
		gather((Node *) copyObject(get_view_query(view)), reads);
	reads->through = outside.through;
	reads->reader = outside.reader;
}

static void
gather_relation(const Query *query, RangeTblEntry *entry, Reads *reads)
{
	bool		is_new;
	Read	   *read = enter(reads, READ_RELATION, entry->relid, &is_new);
	Relation	relation;

	read->columns = bms_add_members(read->columns, columns_read(query, entry));
	if (!is_new)
		return;
	relation = relation_open(entry->relid, AccessShareLock);
	if (relation->rd_rel->relkind == RELKIND_VIEW)
		gather_view(relation, reads);
	else
		gather_policies(relation, reads);
	relation_close(relation, NoLock);
}

/* ---- the tree ---- */

static bool
gather_query(Query *query, Reads *reads)
{
	int			index = 0;
	ListCell   *cell;

	if (query->rowMarks != NIL)
		query_only_reads();
	foreach(cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst_node(RangeTblEntry, cell);
		ListCell   *alias;

		index++;
		/* before 16 the range table of a view begins with two entries that nothing reads */
		if (entry->rtekind == RTE_RELATION && rangeTableEntry_used((Node *) query, index, 0))
			gather_relation(query, entry, reads);
		/* columns that both sides of a join have may be expressions; the others are met where they are used */
		foreach(alias, entry->joinaliasvars)
			if (!IsA(lfirst(alias), Var))
				gather(lfirst(alias), reads);
	}
	return query_tree_walker(query, gather, reads, QTW_IGNORE_JOINALIASES | QTW_EXAMINE_SORTGROUP);
}

/* What a node says beside its children. */
static void
gather_node(Node *node, Reads *reads)
{
	ListCell   *cell;

	switch (nodeTag(node))
	{
		case T_SortGroupClause:
			gather_sort((SortGroupClause *) node, reads);
			break;
		case T_WindowClause:
			gather_function(((WindowClause *) node)->startInRangeFunc, reads);
			gather_function(((WindowClause *) node)->endInRangeFunc, reads);
			break;
		case T_SetOperationStmt:
			foreach(cell, ((SetOperationStmt *) node)->groupClauses)
				gather_sort(lfirst_node(SortGroupClause, cell), reads);
			gather_types(((SetOperationStmt *) node)->colTypes, false, reads);
			break;
		case T_CTECycleClause:
			gather_operator(((CTECycleClause *) node)->cycle_mark_neop, reads);
			break;
		case T_TableSampleClause:
			gather_function(((TableSampleClause *) node)->tsmhandler, reads);
			break;
		case T_RangeTblFunction:
			gather_types(((RangeTblFunction *) node)->funccoltypes, true, reads);
			break;
		case T_TableFunc:
			gather_types(((TableFunc *) node)->coltypes, true, reads);
			break;
		case T_NextValueExpr:
			gather_function(F_NEXTVAL, reads);
			break;
		case T_Var:
			gather_type(exprType(node), false, reads);
			break;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			gather_operator(((OpExpr *) node)->opno, reads);
			gather_type(exprType(node), true, reads);
			break;
		case T_ScalarArrayOpExpr:
			gather_operator(((ScalarArrayOpExpr *) node)->opno, reads);
			break;
		case T_RowCompareExpr:
			foreach(cell, ((RowCompareExpr *) node)->opnos)
				gather_operator(lfirst_oid(cell), reads);
			break;
		case T_CoerceViaIO:
			check_functions_in_node(node, gather_text_function, reads);
			gather_type(exprType(node), true, reads);
			break;
		case T_Aggref:
			/* its arguments are entries of a list of targets, too, and not only passed on */
			foreach(cell, ((Aggref *) node)->args)
				gather_type(exprType((Node *) lfirst_node(TargetEntry, cell)->expr), false, reads);
			/* FALLTHROUGH */
		case T_FuncExpr:
		case T_WindowFunc:
			check_functions_in_node(node, gather_function, reads);
			gather_type(exprType(node), true, reads);
			break;
		case T_Const:
		case T_Param:
		case T_SubscriptingRef:
		case T_FieldSelect:
		case T_RelabelType:
		case T_ArrayCoerceExpr:
		case T_ConvertRowtypeExpr:
		case T_ArrayExpr:
		case T_RowExpr:
		case T_XmlExpr:
		case T_CoerceToDomain:
#if PG_VERSION_NUM >= 160000
		case T_JsonConstructorExpr:
#endif
#if PG_VERSION_NUM >= 170000
		case T_JsonExpr:
#endif
			gather_type(exprType(node), true, reads);
			break;
		default:
			break;
	}
}

static bool
is_plain_column(const TargetEntry *entry)
{
	return IsA(entry->expr, Var) && entry->ressortgroupref == 0;
}

static bool
gather(Node *node, Reads *reads)
{
	if (node == NULL)
		return false;
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, Query))
		return gather_query((Query *) node, reads);
	/* a column that is only passed on has nothing done to it */
	if (IsA(node, TargetEntry) && is_plain_column((TargetEntry *) node))
		return false;
	gather_node(node, reads);
	return expression_tree_walker(node, gather, reads);
}

/* ---- the answer ---- */

/* The names of the columns that are read; a whole row reads all of them. */
static Datum
columns_datum(Oid relation, const Bitmapset *columns)
{
	Relation	opened = relation_open(relation, AccessShareLock);
	TupleDesc	shape = RelationGetDescr(opened);
	bool		whole = bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, columns);
	ArrayBuildState *names = initArrayResult(TEXTOID, CurrentMemoryContext, true);

	for (int number = FirstLowInvalidHeapAttributeNumber + 1; number <= shape->natts; number++)
	{
		bool		is_read = bms_is_member(number - FirstLowInvalidHeapAttributeNumber, columns);

		if (number > 0 && TupleDescAttr(shape, number - 1)->attisdropped)
			continue;
		if (number != 0 && (is_read || (whole && number > 0)))
			accumArrayResult(names, CStringGetTextDatum(get_attname(relation, number, false)), false, TEXTOID,
							 CurrentMemoryContext);
	}
	relation_close(opened, NoLock);
	return makeArrayResult(names, CurrentMemoryContext);
}

static void
put_read(ReturnSetInfo *result, const Read *read)
{
	bool		is_relation = read->key.kind == READ_RELATION;
	Oid			object = read->key.object;
	Datum		values[] = {
		CStringGetTextDatum(is_relation ? "relation" : "function"),
		ObjectIdGetDatum(object),
		CStringGetTextDatum(is_relation
							? quote_qualified_identifier(get_namespace_name(get_rel_namespace(object)),
														 get_rel_name(object))
							: format_procedure_qualified(object)),
		ObjectIdGetDatum(read->key.through),
		ObjectIdGetDatum(read->reader),
		is_relation ? columns_datum(object, read->columns) : (Datum) 0
	};
	bool		nulls[] = {
		false, false, false, !OidIsValid(read->key.through), !OidIsValid(read->reader), !is_relation
	};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static HTAB *
new_reads(void)
{
	HASHCTL		control = {
		.keysize = sizeof(ReadKey),
		.entrysize = sizeof(Read),
		.hcxt = CurrentMemoryContext
	};

	return hash_create("ph query reads", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * ph_support.query_reads(query text) -> rows (kind, object, name, through, reader, columns)
 *
 * Every relation that a SELECT reads, views and what they read among them, with the columns, and every function that
 * it calls: by name, by an operator, a cast, a type, the check of a domain or the policy of a table.  through is the
 * view in which it stands, NULL for the query itself, each once for each such view; reader the owner of that view,
 * whose rights count, NULL for whoever asks.  The query is analysed, not run.
 * Errors: those of ph.query_columns.
 */
PG_FUNCTION_INFO_V1(query_reads);
Datum
query_reads(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Reads		reads = {new_reads(), NIL, InvalidOid, InvalidOid};
	ListCell   *cell;

	gather((Node *) query_analyse(argument_query(fcinfo, 0)), &reads);
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, reads.in_order)
	{
		const Read *read = lfirst(cell);

		if (read->key.kind == READ_RELATION || read->key.kind == READ_FUNCTION)
			put_read(result, read);
	}
	return (Datum) 0;
}
