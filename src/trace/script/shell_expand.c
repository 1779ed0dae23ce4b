#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell_script.h"
#include "slim/path.h"

enum { TEXTS_MAX = 32, DEPTH_MAX = 4 };

struct names {
	struct slim_blob items[DEPTH_MAX];
	size_t depth;
};

static bool is_special(char c) { return c && strchr("*?[\\{~", c); }

static void append(struct shell_text *t, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && t->length < SLIM_PATH_MAX; i++)
		*slim_push(&t->text, &t->length, &t->capacity) = bytes[i];
}

static struct shell_text *add(struct shell_texts *list)
{
	struct shell_text *t = slim_push(&list->items, &list->count, &list->capacity);
	*t = (struct shell_text){ 0 };
	return t;
}

void shell_texts_clear(struct shell_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i].text);
	free(texts->items);
	*texts = (struct shell_texts){ 0 };
}

static void append_all(struct shell_texts *list, const char *bytes, size_t length)
{
	for (size_t i = 0; i < list->count; i++)
		append(&list->items[i], bytes, length);
}

static void append_unknown(struct shell_texts *list, bool argument)
{
	append_all(list, "*", 1);
	for (size_t i = 0; i < list->count; i++) {
		list->items[i].unknown = true;
		list->items[i].argument |= argument;
	}
}

/* Every text of LIST with every one of TAIL behind it. */
static void cross(struct shell_texts *list, const struct shell_texts *tail)
{
	struct shell_texts out = { 0 };
	for (size_t i = 0; i < list->count; i++)
		for (size_t j = 0; j < tail->count && out.count < TEXTS_MAX; j++) {
			struct shell_text *t = add(&out);
			append(t, list->items[i].text, list->items[i].length);
			append(t, tail->items[j].text, tail->items[j].length);
			t->unknown = list->items[i].unknown || tail->items[j].unknown;
			t->argument = list->items[i].argument || tail->items[j].argument;
		}
	shell_texts_clear(list);
	*list = out;
}

static void take_over(struct shell_texts *list, struct shell_texts *more)
{
	for (size_t i = 0; i < more->count; i++)
		if (list->count < TEXTS_MAX) {
			*slim_push(&list->items, &list->count, &list->capacity) = more->items[i];
			more->items[i].text = NULL;
		}
	shell_texts_clear(more);
}

/* A value that is known word for word, such as one of the image's Env. */
static void add_plain(struct shell_texts *list, struct slim_blob value)
{
	struct shell_text *t = add(list);
	append(t, "", 0);
	for (size_t i = 0; i < value.len; i++) {
		if (is_special(value.ptr[i]))
			append(t, "\\", 1);
		append(t, value.ptr + i, 1);
	}
}

/* The end of the marker at p: behind its SHELL_END, nested ones passed over. *or: its SHELL_OR, or NULL. */
static const char *marker_end(const char *p, const char *end, const char **or)
{
	size_t depth = 0;
	*or = NULL;
	for (; p < end; p++) {
		if (*p == SHELL_VAR)
			depth++;
		else if (*p == SHELL_OR && depth == 1 && !*or)
			*or = p;
		else if (*p == SHELL_END && --depth == 0)
			return p + 1;
	}
	return end;
}

static struct shell_texts expand(struct shell_context *c, struct slim_blob word, struct names *names);

static bool open_name(const struct names *names, struct slim_blob name)
{
	for (size_t i = 0; i < names->depth; i++)
		if (slim_blob_equal(names->items[i], name))
			return true;
	return false;
}

static void expand_name(struct shell_context *c, struct slim_blob name, struct names *names, struct shell_texts *out)
{
	slim_autofree char *text = slim_strndup(name.ptr, name.len);
	const char *env = slim_trace_env(c->t, text);
	if (slim_blob_is(name, "/") && c->folder)
		add_plain(out, slim_blob_of(c->folder));
	else if ((slim_blob_is(name, "0") || slim_blob_is(name, "BASH_SOURCE")) && c->file)
		add_plain(out, slim_blob_of(c->file));
	else if (slim_blob_is(name, "HOME") && !env)
		add_plain(out, SLIM_BLOB("/root"));
	else if (env)
		add_plain(out, slim_blob_of(env));
	if (names->depth == DEPTH_MAX || open_name(names, name))
		return;
	names->items[names->depth++] = name;
	for (const struct shell_value *v = scope_values(c->scope, name); v && out->count < TEXTS_MAX; v = v->next) {
		struct shell_texts values = expand(c, v->text, names);
		take_over(out, &values);
	}
	names->depth--;
}

static void expand_marker(struct shell_context *c, struct slim_blob marker, const char *or, struct names *names,
			  struct shell_texts *list)
{
	const char *name_end = or ? or : marker.ptr + marker.len - (marker.ptr[marker.len - 1] == SHELL_END);
	struct slim_blob name = slim_blob(marker.ptr + 1, (size_t)(name_end - marker.ptr) - 1);
	struct shell_texts values = { 0 };
	expand_name(c, name, names, &values);
	if (or && names->depth < DEPTH_MAX) {
		const char *end = marker.ptr + marker.len - (marker.ptr[marker.len - 1] == SHELL_END);
		struct slim_blob text = slim_blob(or + 1, end > or ? (size_t)(end - or) - 1 : 0);
		names->items[names->depth++] = SLIM_BLOB("");
		struct shell_texts more = expand(c, text, names);
		names->depth--;
		take_over(&values, &more);
	}
	if (values.count) {
		cross(list, &values);
		shell_texts_clear(&values);
	} else {
		append_unknown(list, name.len == 1 && strchr("@*123456789", name.ptr[0]) != NULL);
	}
}

static struct shell_texts expand(struct shell_context *c, struct slim_blob word, struct names *names)
{
	struct shell_texts list = { 0 };
	add(&list);
	const char *p = word.ptr, *end = word.ptr + word.len;
	while (p < end) {
		if (!c->budget) {
			append_unknown(&list, false);
			return list;
		}
		c->budget--;
		const char *from = p, *or;
		if (*p == SHELL_VAR) {
			p = marker_end(p, end, &or);
			expand_marker(c, slim_blob(from, (size_t)(p - from)), or, names, &list);
		} else if (*p == SHELL_UNKNOWN) {
			append_unknown(&list, false);
			p++;
		} else if (*p == SHELL_ESC) {
			if (++p < end) {
				append_all(&list, "\\", is_special(*p));
				append_all(&list, p++, 1);
			}
		} else if (*p == SHELL_END || *p == SHELL_OR) {
			p++;
		} else {
			while (p < end && (unsigned char)*p > SHELL_OR)
				p++;
			append_all(&list, from, (size_t)(p - from));
		}
	}
	return list;
}

/* --- braces and tilde --- */

/* The first {a,b} of TEXT: where it opens, and behind where it closes. False: none. */
static bool find_braces(struct slim_blob text, size_t *open, size_t *close)
{
	for (size_t i = 0; i < text.len; i++) {
		size_t depth = 0;
		bool comma = false;
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '{')
			for (size_t j = i; j < text.len; j++) {
				if (text.ptr[j] == '\\')
					j++;
				else if (text.ptr[j] == '{')
					depth++;
				else if (text.ptr[j] == ',' && depth == 1)
					comma = true;
				else if (text.ptr[j] == '}' && --depth == 0 && comma) {
					*open = i;
					*close = j + 1;
					return true;
				} else if (text.ptr[j] == '}' && depth == 0)
					return false;
			}
	}
	return false;
}

static void split_braces(struct shell_texts *list, size_t index, size_t open, size_t close)
{
	struct shell_text whole = list->items[index];
	list->items[index] = list->items[--list->count];
	size_t depth = 0, from = open + 1;
	for (size_t i = open; i < close && list->count < TEXTS_MAX; i++) {
		char c = whole.text[i];
		bool ends = (c == ',' && depth == 1) || (c == '}' && depth == 1);
		depth += c == '{';
		depth -= c == '}';
		if (!ends)
			continue;
		struct shell_text *t = add(list);
		append(t, whole.text, open);
		append(t, whole.text + from, i - from);
		append(t, whole.text + close, whole.length - close);
		t->unknown = whole.unknown;
		t->argument = whole.argument;
		from = i + 1;
	}
	free(whole.text);
}

static void expand_braces(struct shell_texts *list)
{
	size_t open, close;
	for (size_t i = 0, rounds = 0; i < list->count && rounds < TEXTS_MAX; rounds++) {
		if (list->items[i].length &&
		    find_braces(slim_blob(list->items[i].text, list->items[i].length), &open, &close))
			split_braces(list, i, open, close);
		else
			i++;
	}
}

struct shell_texts shell_expand(struct shell_context *c, struct slim_blob word)
{
	struct names names = { .depth = 0 };
	struct shell_texts list = { 0 }, rest;
	if (word.len && word.ptr[0] == '~' && (word.len == 1 || word.ptr[1] == '/')) {
		expand_name(c, SLIM_BLOB("HOME"), &names, &list);
		rest = expand(c, slim_blob(word.ptr + 1, word.len - 1), &names);
		cross(&list, &rest);
		shell_texts_clear(&rest);
	} else {
		list = expand(c, word, &names);
	}
	expand_braces(&list);
	return list;
}

bool shell_pattern_active(struct slim_blob p)
{
	for (size_t i = 0; i < p.len; i++) {
		if (p.ptr[i] == '\\')
			i++;
		else if (p.ptr[i] == '*' || p.ptr[i] == '?' ||
			 (p.ptr[i] == '[' && memchr(p.ptr + i, ']', p.len - i)))
			return true;
	}
	return false;
}

bool shell_text_literal(struct shell_text *t)
{
	if (t->unknown || shell_pattern_active(slim_blob(t->text, t->length)))
		return false;
	size_t n = 0;
	for (size_t i = 0; i < t->length; i++) {
		if (t->text[i] == '\\' && i + 1 < t->length)
			i++;
		t->text[n++] = t->text[i];
	}
	t->length = n;
	return true;
}

struct slim_blob shell_literal(struct slim_arena *arena, struct slim_blob word)
{
	char *text = slim_arena_alloc(arena, word.len + 1);
	size_t n = 0;
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] == SHELL_VAR || word.ptr[i] == SHELL_UNKNOWN)
			return (struct slim_blob){ NULL, 0 };
		if ((unsigned char)word.ptr[i] > SHELL_OR)
			text[n++] = word.ptr[i];
	}
	return slim_blob(text, n);
}

struct slim_blob shell_as_source(struct slim_arena *arena, struct slim_blob word)
{
	char *text = slim_arena_alloc(arena, word.len * 2 + 1);
	size_t n = 0;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];
		if (c == SHELL_VAR || c == SHELL_UNKNOWN)
			text[n++] = '$';
		if (c == SHELL_VAR)
			text[n++] = '{';
		else if (c == SHELL_UNKNOWN)
			text[n++] = '_';
		else if (c == SHELL_END)
			text[n++] = '}';
		else if (c == SHELL_OR) {
			text[n++] = ':';
			text[n++] = '-';
		} else if (c != SHELL_ESC)
			text[n++] = c;
	}
	return slim_blob(text, n);
}
