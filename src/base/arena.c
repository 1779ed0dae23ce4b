#include "slim/alloc.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK_MIN = 4 << 10, CHUNK_MAX = 1 << 20 };

struct chunk {
	struct chunk *next;
	alignas(max_align_t) char bytes[];
};

/* Chunks double until CHUNK_MAX, so that a small arena stays small; what is large gets a chunk of its own. */
struct slim_arena {
	struct chunk *chunks;
	char *free;
	size_t left, next_size;
};

struct slim_arena *slim_arena_new(void)
{
	struct slim_arena *arena = slim_calloc(1, sizeof(*arena));
	arena->next_size = CHUNK_MIN;
	return arena;
}

void slim_arena_free(struct slim_arena *arena)
{
	if (!arena)
		return;
	while (arena->chunks) {
		struct chunk *chunk = arena->chunks;
		arena->chunks = chunk->next;
		free(chunk);
	}
	free(arena);
}

static struct chunk *chunk_add(struct slim_arena *arena, size_t size)
{
	size_t whole;
	if (__builtin_add_overflow(size, sizeof(struct chunk), &whole))
		slim_out_of_memory();
	struct chunk *chunk = slim_calloc(1, whole);
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	return chunk;
}

static void *bump(struct slim_arena *arena, size_t size, size_t align)
{
	size_t pad = -(uintptr_t)arena->free & (align - 1);
	if (pad <= arena->left && size <= arena->left - pad) {
		char *p = arena->free + pad;
		arena->free = p + size;
		arena->left -= pad + size;
		return p;
	}
	if (size > arena->next_size / 4)
		return chunk_add(arena, size)->bytes;
	arena->free = chunk_add(arena, arena->next_size)->bytes;
	arena->left = arena->next_size;
	if (arena->next_size < CHUNK_MAX)
		arena->next_size *= 2;
	char *p = arena->free;
	arena->free += size;
	arena->left -= size;
	return p;
}

void *slim_arena_alloc(struct slim_arena *arena, size_t size)
{
	return bump(arena, size ? size : 1, alignof(max_align_t));
}

char *slim_arena_strndup(struct slim_arena *arena, const char *s, size_t n)
{
	size_t room;
	if (__builtin_add_overflow(n, (size_t)1, &room))
		slim_out_of_memory();
	char *copy = bump(arena, room, 1);
	if (n)
		memcpy(copy, s, n);
	return copy; /* the arena is zeroed: a NUL follows */
}

char *slim_arena_format(struct slim_arena *arena, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	slim_autofree char *text = slim_vformat(fmt, args);
	va_end(args);
	return slim_arena_strndup(arena, text, strlen(text));
}
