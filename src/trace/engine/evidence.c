/* The words of reasons. A folder of many files is kept for one reason: its words are stored once. */
#include <stdio.h>
#include <string.h>

#include <xxhash.h>

#include "engine.h"

enum { PLACES = 1 << 12, TEXT_MAX = 512 };

/* Each place holds the text that came last of those whose hash is its number: what is repeated is mostly found. */
static const char *share(struct slim_trace *t, const char *text, size_t length)
{
	if (!t->texts)
		t->texts = slim_calloc(PLACES, sizeof(*t->texts));
	const char **place = &t->texts[XXH3_64bits(text, length) % PLACES];
	if (!*place || strcmp(*place, text))
		*place = slim_arena_strndup(t->arena, text, length);
	return *place;
}

const char *slim_evidence_text(struct slim_trace *t, const char *fmt, va_list args)
{
	char buffer[TEXT_MAX];
	int n = vsnprintf(buffer, sizeof(buffer), fmt, args);
	size_t length = n < 0 ? 0 : (size_t)n < sizeof(buffer) ? (size_t)n : sizeof(buffer) - 1;
	buffer[length] = 0;
	return share(t, buffer, length);
}
