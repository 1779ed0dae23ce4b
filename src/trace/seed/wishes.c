/* The list of what a user wants, from flags and allowlist files alike. */
#include <string.h>

#include "slim/options.h"

int slim_wishes_add(struct slim_wishes *w, enum slim_wish_kind kind, const char *text, const char *origin,
		    struct slim_error **err)
{
	if (!slim_blob_trim(slim_blob_of(text)).len)
		return slim_fail(err, SLIM_BAD_USAGE, "%s: nothing is named", origin);
	if (!w->arena)
		w->arena = slim_arena_new();
	struct slim_wish wish = { .kind = kind };
	if ((kind == SLIM_WISH_KEEP || kind == SLIM_WISH_DROP) && slim_glob_new(text, &wish.glob, err) < 0)
		return slim_wrap(err, "%s", origin);
	wish.text = slim_arena_strndup(w->arena, text, strlen(text));
	wish.origin = slim_arena_strndup(w->arena, origin, strlen(origin));
	*slim_push(&w->items, &w->count, &w->capacity) = wish;
	return 0;
}

/* LINE's argument when it starts with KEYWORD and a blank. */
static bool takes(struct slim_blob line, const char *keyword, struct slim_blob *argument)
{
	size_t n = strlen(keyword);
	if (line.len <= n || !slim_blob_starts(line, keyword) || !strchr(" \t", line.ptr[n]))
		return false;
	*argument = slim_blob_trim(slim_blob(line.ptr + n, line.len - n));
	return true;
}

static int parse_line(struct slim_wishes *w, struct slim_blob line, const char *origin, struct slim_error **err)
{
	struct slim_blob argument = line;
	enum slim_wish_kind kind = SLIM_WISH_KEEP;
	if (takes(line, "entry", &argument))
		kind = SLIM_WISH_ENTRY;
	else if (takes(line, "package", &argument))
		kind = SLIM_WISH_PACKAGE;
	else if (line.ptr[0] == '!') {
		kind = SLIM_WISH_DROP;
		argument = slim_blob_trim(slim_blob(line.ptr + 1, line.len - 1));
	}
	if (memchr(argument.ptr, 0, argument.len))
		return slim_fail(err, SLIM_BAD_USAGE, "%s: a NUL byte", origin);
	slim_autofree char *text = slim_strndup(argument.ptr, argument.len);
	return slim_wishes_add(w, kind, text, origin, err);
}

int slim_wishes_parse(struct slim_wishes *w, struct slim_blob text, const char *name, struct slim_error **err)
{
	struct slim_blob rest = text, line;
	for (unsigned long number = 1; slim_blob_line(&rest, &line); number++) {
		line = slim_blob_trim(line);
		if (!line.len || line.ptr[0] == '#')
			continue;
		slim_autofree char *origin = slim_format("%s:%lu", name, number);
		if (parse_line(w, line, origin, err) < 0)
			return -1;
	}
	return 0;
}

void slim_wishes_clear(struct slim_wishes *w)
{
	for (size_t i = 0; i < w->count; i++)
		slim_glob_free(w->items[i].glob);
	free(w->items);
	slim_arena_free(w->arena);
	*w = (struct slim_wishes){ 0 };
}
