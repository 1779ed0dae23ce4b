/* Memory. Running out of it ends the process with one line and status 1: the only exit below main. */
#ifndef SLIM_ALLOC_H
#define SLIM_ALLOC_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include "slim/attr.h"

void *slim_alloc(size_t size);                                 /* never NULL; free() it */
void *slim_calloc(size_t count, size_t size);                  /* zeroed; the product is checked */
void *slim_realloc(void *p, size_t count, size_t size);        /* the product is checked */
char *slim_strdup(const char *s);
char *slim_strndup(const char *s, size_t n);
char *slim_format(const char *fmt, ...) SLIM_PRINTF(1, 2);     /* asprintf that cannot fail */
char *slim_vformat(const char *fmt, va_list args) SLIM_PRINTF(1, 0);
SLIM_NORETURN void slim_out_of_memory(void);

static inline void slim_free_p(void *p) { free(*(void **)p); }
#define slim_autofree slim_cleanup(slim_free_p)

/*
 * Grow-by-half for `type *items; size_t count, capacity;`: room for one more, then the new slot.
 *     *slim_push(&l->items, &l->count, &l->capacity) = x;
 */
#define slim_push(items, count, capacity) \
	(slim_grow((void **)(items), *(count), (capacity), sizeof(**(items))), &(*(items))[(*(count))++])
void slim_grow(void **items, size_t count, size_t *capacity, size_t size);

/* Bump allocation for what lives as long as the run: freed at once, never one by one. */
struct slim_arena;
struct slim_arena *slim_arena_new(void);
void slim_arena_free(struct slim_arena *arena); /* NULL is fine */
void *slim_arena_alloc(struct slim_arena *arena, size_t size); /* zeroed, aligned for any type */
char *slim_arena_strndup(struct slim_arena *arena, const char *s, size_t n); /* NUL is added */
char *slim_arena_format(struct slim_arena *arena, const char *fmt, ...) SLIM_PRINTF(2, 3);

SLIM_DEFINE_CLEANUP(struct slim_arena, slim_arena_free)

#endif
