/*
 * guarded_palloc.h: included before everything else in a sanitized build, so that a read or a write just beyond a block
 * of palloc is reported where it happens.
 *
 * The address sanitizer watches malloc, and PostgreSQL cuts many blocks from one malloc.  So every block that our code
 * asks for gets a few bytes more, which are poisoned; they are set free with the block, or when its context is reset.
 * From PostgreSQL 16 on contexts have no methods of their own that could be wrapped, and there are no guards.
 */
#ifndef PH_GUARDED_PALLOC_H
#define PH_GUARDED_PALLOC_H

#include "postgres.h"

#if PG_VERSION_NUM < 160000

#include <sanitizer/asan_interface.h>

#include "nodes/memnodes.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#define GUARD_BYTES 64

typedef struct Guard
{
	MemoryContextCallback callback;
	char	   *from;
} Guard;

static void
guard_release(void *block)
{
	__asan_unpoison_memory_region(block, GetMemoryChunkSpace(block) - MAXALIGN(sizeof(void *)));
}

static void
guard_at_reset(void *from)
{
	__asan_unpoison_memory_region(from, GUARD_BYTES);
}

/* The server frees blocks of ours too: a context with guards in it releases them first. */
__attribute__((weak)) MemoryContextMethods guard_plain; /* weak: the same in every file */
__attribute__((weak)) MemoryContextMethods guard_methods;

static void
guard_free(MemoryContext context, void *block)
{
	guard_release(block);
	guard_plain.free_p(context, block);
}

static void *
guard_realloc(MemoryContext context, void *block, Size size)
{
	guard_release(block);
	return guard_plain.realloc(context, block, size);
}

static void
guard_context(MemoryContext context)
{
	if (guard_methods.free_p == NULL)
	{
		guard_methods = guard_plain = *context->methods;
		guard_methods.free_p = guard_free;
		guard_methods.realloc = guard_realloc;
	}
	context->methods = &guard_methods;
}

static inline void *
guard_block(MemoryContext context, void *block, Size size)
{
	Guard	   *guard;

	if (block == NULL || !IsA(context, AllocSetContext))
		return block;
	guard_context(context);
	guard = MemoryContextAllocZero(context, sizeof(Guard));
	guard->callback.func = guard_at_reset;
	guard->callback.arg = (char *) block + size;
	MemoryContextRegisterResetCallback(context, &guard->callback);
	__asan_unpoison_memory_region(block, size);
	__asan_poison_memory_region((char *) block + size, GUARD_BYTES);
	return block;
}

static inline void *
guarded_alloc(MemoryContext context, Size size, int flags)
{
	return guard_block(context, MemoryContextAllocExtended(context, size + GUARD_BYTES, flags), size);
}

static inline void *
guarded_repalloc(void *block, Size size, int flags)
{
	MemoryContext context = GetMemoryChunkContext(block);

	block = (flags & MCXT_ALLOC_HUGE) ? repalloc_huge(block, size + GUARD_BYTES) : repalloc(block, size + GUARD_BYTES);
	return guard_block(context, block, size);
}

#define palloc(size) guarded_alloc(CurrentMemoryContext, size, 0)
#define palloc0(size) guarded_alloc(CurrentMemoryContext, size, MCXT_ALLOC_ZERO)
#define palloc_extended(size, flags) guarded_alloc(CurrentMemoryContext, size, flags)
#define MemoryContextAlloc(context, size) guarded_alloc(context, size, 0)
#define MemoryContextAllocZero(context, size) guarded_alloc(context, size, MCXT_ALLOC_ZERO)
#define repalloc(block, size) guarded_repalloc(block, size, 0)
#define repalloc_huge(block, size) guarded_repalloc(block, size, MCXT_ALLOC_HUGE)
#define palloc_mul(a, b) palloc(mul_size(a, b))
#define palloc0_mul(a, b) palloc0(mul_size(a, b))
#define repalloc_mul(block, a, b) repalloc(block, mul_size(a, b))

#endif
#endif
