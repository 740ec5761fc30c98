/* compat.h: the one place that knows about server versions 15 to 18. */
#ifndef PH_COMPAT_H
#define PH_COMPAT_H

#include "fmgr.h"
#include "funcapi.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#endif

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "population_health supports PostgreSQL 15 to 18"
#endif

#if PG_VERSION_NUM >= 180000
#define PH_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "population_health", .version = PH_VERSION)
#else
#define PH_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#ifndef pg_noreturn
#define pg_noreturn __attribute__((noreturn))
#endif

/* 18 has a wider name for it */
#if PG_VERSION_NUM < 180000
#define get_op_index_interpretation get_op_btree_interpretation
#endif

/* 18 knows by itself that a query is run once */
#if PG_VERSION_NUM >= 180000
#define run_to_the_end(running) ExecutorRun(running, ForwardScanDirection, 0)
#else
#define run_to_the_end(running) ExecutorRun(running, ForwardScanDirection, 0, true)
#endif

/* since 16, which columns are read is said apart from the range table */
#if PG_VERSION_NUM >= 160000
#define columns_read(query, entry) (getRTEPermissionInfo((query)->rteperminfos, entry)->selectedCols)
#else
#define columns_read(query, entry) ((entry)->selectedCols)
#endif

/* since 16, with a place for soft errors */
#if PG_VERSION_NUM >= 160000
#define range_of(type, lower, upper) make_range(type, lower, upper, false, NULL)
#else
#define range_of(type, lower, upper) make_range(type, lower, upper, false)
#endif

/* since 16, one function asks for the rights on any object; who includes this includes utils/acl.h */
#if PG_VERSION_NUM >= 160000
#define function_aclcheck(function) object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE)
#else
#define function_aclcheck(function) pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE)
#endif

/* before 16, input functions had no soft errors */
#if PG_VERSION_NUM < 160000
#define ereturn(context, dummy, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy; \
	} while (0)
#endif

#endif
