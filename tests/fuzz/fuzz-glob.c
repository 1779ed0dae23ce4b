/* The first line is a pattern, the rest a name. */
#include <stdint.h>
#include <stdlib.h>

#include "slim/alloc.h"
#include "slim/match.h"

static void expect(bool good)
{
	if (!good)
		abort();
}

static void run_glob(struct slim_blob pattern, struct slim_blob name)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_autofree char *text = slim_strndup(pattern.ptr ? pattern.ptr : "", pattern.len);
	struct slim_glob *glob = NULL;
	if (slim_glob_new(text, &glob, &err) < 0) {
		expect(!glob && slim_error_status(err) == SLIM_BAD_USAGE);
		return;
	}
	bool found = slim_glob_matches(glob, name);
	slim_autofree char *rooted = slim_format("/%.*s", (int)name.len, name.ptr ? name.ptr : "");
	if (!name.len || !memchr(name.ptr, '\0', name.len)) /* a slash in front changes nothing */
		expect(slim_glob_matches(glob, slim_blob_of(rooted)) == found);
	slim_glob_free(glob);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob name = slim_blob((const char *)bytes, length), pattern;
	if (length > 8192 || !slim_blob_split(&name, '\n', &pattern))
		return 0;
	run_glob(pattern, name);
	bool found = slim_wildcard(pattern, name);
	/* without wildcards and escapes it is equality */
	if (!slim_is_wildcard(pattern) && (!pattern.len || !memchr(pattern.ptr, '\\', pattern.len)))
		expect(found == slim_blob_equal(pattern, name));
	return 0;
}
