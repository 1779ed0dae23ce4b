#include "slim/alloc.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void slim_out_of_memory(void)
{
	static const char plain[] = "slim: out of memory\n", bounded[] = "slim: out of memory (--max-memory)\n";
	struct rlimit limit;
	bool is_bounded = !getrlimit(RLIMIT_DATA, &limit) && limit.rlim_cur != RLIM_INFINITY;
	const char *line = is_bounded ? bounded : plain;
	ssize_t written = write(STDERR_FILENO, line, strlen(line));
	(void)written; /* nothing is left to be done about it */
	_exit(1);
}

static size_t product(size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
		slim_out_of_memory();
	return bytes ? bytes : 1;
}

void *slim_alloc(size_t size)
{
	void *p = malloc(product(1, size));
	if (!p)
		slim_out_of_memory();
	return p;
}

void *slim_calloc(size_t count, size_t size)
{
	void *p = calloc(1, product(count, size));
	if (!p)
		slim_out_of_memory();
	return p;
}

void *slim_realloc(void *p, size_t count, size_t size)
{
	void *q = realloc(p, product(count, size));
	if (!q)
		slim_out_of_memory();
	return q;
}

char *slim_strdup(const char *s)
{
	return slim_strndup(s, strlen(s));
}

char *slim_strndup(const char *s, size_t n)
{
	size_t length = strnlen(s, n);
	char *copy = slim_alloc(length + 1);
	memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

char *slim_vformat(const char *fmt, va_list args)
{
	char *text = NULL;
	if (vasprintf(&text, fmt, args) < 0)
		slim_out_of_memory();
	return text;
}

char *slim_format(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	char *text = slim_vformat(fmt, args);
	va_end(args);
	return text;
}

void slim_grow(void **items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return;
	size_t wanted;
	if (__builtin_add_overflow(*capacity, *capacity / 2 + 8, &wanted))
		slim_out_of_memory();
	void *old;
	memcpy(&old, items, sizeof(old)); /* *items is some other pointer type: no access as void * */
	void *grown = slim_realloc(old, wanted, size);
	memcpy(items, &grown, sizeof(grown));
	*capacity = wanted;
}
