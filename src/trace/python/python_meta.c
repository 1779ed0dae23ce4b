#include "python_meta.h"

#include <ctype.h>
#include <stdlib.h>

enum { NESTING_MAX = 16 };

const char *python_normal_name(struct slim_arena *arena, struct slim_blob name)
{
	char *out = slim_arena_alloc(arena, name.len + 1);
	size_t length = 0;
	for (size_t i = 0; i < name.len; i++) {
		bool joint = strchr("-_.", name.ptr[i]) != NULL;
		if (joint && length && out[length - 1] == '-')
			continue;
		out[length++] = joint ? '-' : (char)tolower((unsigned char)name.ptr[i]);
	}
	return out;
}

bool python_requirement_parse(struct slim_blob line, struct python_requirement *out)
{
	line = slim_blob_trim(line);
	size_t length = 0;
	while (length < line.len && (isalnum((unsigned char)line.ptr[length]) || strchr("-_.", line.ptr[length])))
		length++;
	if (!length || !isalnum((unsigned char)*line.ptr))
		return false;
	*out = (struct python_requirement){ slim_blob(line.ptr, length), SLIM_BLOB(""), SLIM_BLOB("") };
	struct slim_blob rest = slim_blob_trim(slim_blob(line.ptr + length, line.len - length));
	if (rest.len && *rest.ptr == '[') {
		const char *close = memchr(rest.ptr, ']', rest.len);
		if (close)
			out->extras = slim_blob(rest.ptr + 1, (size_t)(close - rest.ptr) - 1);
	}
	const char *semicolon = rest.len ? memchr(rest.ptr, ';', rest.len) : NULL;
	if (semicolon)
		out->marker = slim_blob_trim(slim_blob(semicolon + 1, (size_t)(rest.ptr + rest.len - semicolon) - 1));
	return true;
}

/* --- markers ----------------------------------------------------------------------------------------------------- */

struct word {
	struct slim_blob text;
	bool quoted;
};

/* "and", "(", ">=", a quoted string, a variable. False: no more. */
static bool next_word(struct slim_blob *rest, struct word *out)
{
	*rest = slim_blob_trim(*rest);
	if (!rest->len)
		return false;
	const char *p = rest->ptr;
	size_t length = 1;
	*out = (struct word){ .quoted = *p == '"' || *p == '\'' };
	if (out->quoted) {
		const char *end = memchr(p + 1, *p, rest->len - 1);
		length = end ? (size_t)(end - p) + 1 : rest->len;
		out->text = slim_blob(p + 1, length - (end ? 2 : 1));
	} else {
		bool name = isalnum((unsigned char)*p) || *p == '_', sign = strchr("<>=!~", *p) != NULL;
		while (length < rest->len &&
		       ((name && (isalnum((unsigned char)p[length]) || strchr("_.", p[length]))) ||
			(sign && strchr("<>=!~", p[length]))))
			length++;
		out->text = slim_blob(p, length);
	}
	*rest = slim_blob(p + length, rest->len - length);
	return true;
}

static long part_of(struct slim_blob *version)
{
	struct slim_blob part;
	if (!version->ptr || !slim_blob_split(version, '.', &part))
		return 0;
	long value = 0;
	for (size_t i = 0; i < part.len && i < 9 && isdigit((unsigned char)part.ptr[i]); i++)
		value = value * 10 + (part.ptr[i] - '0');
	return value;
}

static int compare_versions(struct slim_blob a, struct slim_blob b)
{
	for (int i = 0; i < 2; i++) { /* of what runs only major and minor are known */
		long x = part_of(&a), y = part_of(&b);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

static bool version_holds(struct slim_blob have, struct slim_blob op, struct slim_blob want)
{
	int order = compare_versions(have, want);
	size_t dots = 0;
	for (size_t i = 0; i < want.len; i++)
		dots += want.ptr[i] == '.';
	if (order == 0 && dots > 1) /* "3.11.4": the rest is not known */
		return true;
	if (slim_blob_is(op, "<"))
		return order < 0;
	if (slim_blob_is(op, ">"))
		return order > 0;
	if (slim_blob_is(op, "<="))
		return order <= 0;
	if (slim_blob_is(op, ">=") || slim_blob_is(op, "~="))
		return order >= 0;
	if (slim_blob_is(op, "==") || slim_blob_is(op, "==="))
		return order == 0 || memchr(want.ptr, '*', want.len);
	return !slim_blob_is(op, "!=") || order != 0;
}

static bool text_holds(struct slim_blob have, struct slim_blob op, struct slim_blob want)
{
	if (slim_blob_is(op, "==") || slim_blob_is(op, "==="))
		return slim_blob_equal(have, want);
	if (slim_blob_is(op, "!="))
		return !slim_blob_equal(have, want);
	if (slim_blob_is(op, "in"))
		return !have.len || memmem(want.ptr, want.len, have.ptr, have.len);
	return true;
}

static bool extra_holds(struct slim_blob op, struct slim_blob want, const char *const *extras)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	const char *name = python_normal_name(arena, want);
	bool asked = false;
	for (; *extras; extras++)
		asked |= !strcmp(*extras, name);
	return slim_blob_is(op, "!=") ? !asked : asked;
}

/* The value of a variable of PEP 508; NULL: not known. */
static const char *variable(struct slim_blob name, const struct python_target *target)
{
	if (slim_blob_is(name, "os_name") || slim_blob_is(name, "os.name"))
		return "posix";
	if (slim_blob_is(name, "sys_platform") || slim_blob_is(name, "sys.platform"))
		return "linux";
	if (slim_blob_is(name, "platform_system"))
		return "Linux";
	if (slim_blob_is(name, "platform_machine") || slim_blob_is(name, "platform.machine"))
		return target->machine;
	if (slim_blob_is(name, "platform_python_implementation") || slim_blob_is(name, "python_implementation"))
		return target->pypy ? "PyPy" : "CPython";
	return slim_blob_is(name, "implementation_name") ? target->pypy ? "pypy" : "cpython" : NULL;
}

static bool compare(struct word left, struct slim_blob op, struct word right, const struct python_target *target,
		    const char *const *extras)
{
	if (left.quoted && !right.quoted) { /* only what reads the same both ways */
		if (!slim_blob_is(op, "==") && !slim_blob_is(op, "!="))
			return true;
		struct word other = left;
		left = right;
		right = other;
	}
	if (slim_blob_is(left.text, "extra"))
		return extra_holds(op, right.text, extras);
	if (slim_blob_is(left.text, "python_version") || slim_blob_is(left.text, "python_full_version"))
		return !target->version || version_holds(slim_blob_of(target->version), op, right.text);
	const char *have = variable(left.text, target);
	return !have || text_holds(slim_blob_of(have), op, right.text);
}

/* A sum of products on each level of brackets. */
struct level {
	bool sum, product;
};

bool python_marker_holds(struct slim_blob marker, const struct python_target *target, const char *const *extras)
{
	struct level levels[NESTING_MAX] = { { false, true } };
	size_t depth = 0;
	struct word word, op, right;
	while (next_word(&marker, &word)) {
		struct level *level = &levels[depth];
		if (!word.quoted && slim_blob_is(word.text, "and"))
			continue;
		if (!word.quoted && slim_blob_is(word.text, "or")) {
			level->sum |= level->product;
			level->product = true;
		} else if (!word.quoted && slim_blob_is(word.text, "(")) {
			if (++depth == NESTING_MAX)
				return true;
			levels[depth] = (struct level){ false, true };
		} else if (!word.quoted && slim_blob_is(word.text, ")")) {
			if (!depth)
				return true;
			bool value = level->sum | level->product;
			levels[--depth].product &= value;
		} else {
			if (!next_word(&marker, &op))
				return true;
			bool inverse = slim_blob_is(op.text, "not");
			if ((inverse && !next_word(&marker, &op)) || !next_word(&marker, &right))
				return true;
			bool value = compare(word, op.text, right, target, extras);
			/* "not in" of what is not known holds as well */
			bool known = slim_blob_is(word.text, "extra") || word.quoted || variable(word.text, target);
			level->product &= inverse && known ? !value : value;
		}
	}
	return levels[0].sum | levels[0].product;
}
