#include "slim/path.h"

#include <stdio.h>

#include "slim/utf8.h"

enum { SHOW_MAX = 200 };

static int check_part(struct slim_arena *arena, struct slim_blob name, struct slim_blob part, struct slim_error **err)
{
	if (part.len > SLIM_NAME_MAX)
		return slim_fail(err, SLIM_BAD_INPUT, "'%s': a part of the name is longer than %d bytes",
				 slim_path_show(arena, name), SLIM_NAME_MAX);
	if (memchr(part.ptr, '\0', part.len))
		return slim_fail(err, SLIM_BAD_INPUT, "'%s': a NUL in a name", slim_path_show(arena, name));
	return 0;
}

/* Drop the last part of the LENGTH bytes in CLEAN; returns what is left. */
static size_t go_up(const char *clean, size_t length)
{
	while (length && clean[length - 1] != '/')
		length--;
	return length ? length - 1 : 0;
}

int slim_path_clean(struct slim_arena *arena, struct slim_blob name, struct slim_blob *out, struct slim_error **err)
{
	char clean[SLIM_PATH_MAX];
	size_t length = 0;
	struct slim_blob rest = name, part;
	while (slim_blob_split(&rest, '/', &part)) {
		if (part.len == 0 || slim_blob_is(part, "."))
			continue;
		if (check_part(arena, name, part, err) < 0)
			return -1;
		if (slim_blob_is(part, "..")) {
			if (length == 0)
				return slim_fail(err, SLIM_BAD_INPUT, "'%s': the name leads out of the image",
						 slim_path_show(arena, name));
			length = go_up(clean, length);
			continue;
		}
		if (part.len + 1 >= sizeof(clean) - length)
			return slim_fail(err, SLIM_BAD_INPUT, "'%s': the name is longer than %d bytes",
					 slim_path_show(arena, name), SLIM_PATH_MAX - 1);
		if (length)
			clean[length++] = '/';
		memcpy(clean + length, part.ptr, part.len);
		length += part.len;
	}
	*out = slim_blob(slim_arena_strndup(arena, clean, length), length);
	return 0;
}

const char *slim_path_show(struct slim_arena *arena, struct slim_blob name)
{
	char shown[SHOW_MAX + sizeof("...")];
	size_t length = 0;
	for (size_t i = 0; i < name.len;) {
		size_t n = slim_utf8_printable(slim_blob(name.ptr + i, name.len - i));
		if (length + (n ? n : 4) > SHOW_MAX) {
			memcpy(shown + length, "...", 3);
			length += 3;
			break;
		}
		if (n)
			memcpy(shown + length, name.ptr + i, n);
		else
			snprintf(shown + length, 5, "\\x%02x", (unsigned char)name.ptr[i]);
		length += n ? n : 4;
		i += n ? n : 1;
	}
	return slim_arena_strndup(arena, shown, length);
}

static size_t base_at(struct slim_blob path)
{
	size_t at = path.len;
	while (at && path.ptr[at - 1] != '/')
		at--;
	return at;
}

struct slim_blob slim_path_base(struct slim_blob path)
{
	size_t at = base_at(path);
	return slim_blob(path.ptr ? path.ptr + at : NULL, path.len - at);
}

struct slim_blob slim_path_dir(struct slim_blob path)
{
	size_t at = base_at(path);
	return slim_blob(path.ptr, at ? at - 1 : 0);
}
