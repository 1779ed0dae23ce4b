#include "slim/oci.h"

#include <string.h>

#include "slim/path.h"

/* jansson quotes the input in its texts, so they are shown as names from an archive are. */
static int fail_at(const char *what, const json_error_t *e, struct slim_error **err)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	const char *text = slim_path_show(arena, slim_blob_of(e->text));
	return slim_fail(err, SLIM_BAD_INPUT, "%s: %d:%d: %s", what, e->line, e->column, text);
}

int slim_json_parse(struct slim_blob bytes, const char *what, json_t **out, struct slim_error **err)
{
	if (bytes.len > SLIM_JSON_MAX)
		return slim_fail(err, SLIM_BAD_INPUT, "%s: more than %d bytes of JSON", what, SLIM_JSON_MAX);
	if (slim_blob_starts(bytes, "\xef\xbb\xbf"))
		return slim_fail(err, SLIM_BAD_INPUT, "%s: 1:1: starts with a byte order mark", what);
	json_error_t e;
	json_t *json = json_loadb(bytes.ptr ? bytes.ptr : "", bytes.len, JSON_REJECT_DUPLICATES, &e);
	if (!json)
		return fail_at(what, &e, err);
	*out = json;
	return 0;
}

static char *dump(const json_t *json, size_t precision)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(precision));
	if (!text)
		slim_out_of_memory();
	return text;
}

static bool reads_back(const char *text, const json_t *json)
{
	json_t *back = json_loads(text, JSON_DECODE_ANY, NULL);
	bool equal = json_equal(back, json);
	json_decref(back);
	return equal;
}

char *slim_json_text(const json_t *json)
{
	/* 0.1 shall not become 0.10000000000000001: 15 digits when they are enough, 17 always are */
	char *text = dump(json, 15);
	if (reads_back(text, json))
		return text;
	free(text);
	return dump(json, 17);
}
