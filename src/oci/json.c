#include "slim/oci.h"

#include <string.h>

#include "json_numbers.h"
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
	size_t length;
	slim_autofree char *text = slim_json_protect(bytes, &length);
	json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &e);
	if (!json)
		return fail_at(what, &e, err);
	*out = json;
	return 0;
}

char *slim_json_text(const json_t *json)
{
	slim_autofree char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	if (!text)
		slim_out_of_memory();
	return slim_json_release(slim_blob_of(text));
}
