/* What slim_path_clean lets through is clean, and cleaning it again changes nothing; what is shown is printable. */
#include <stdint.h>
#include <stdlib.h>

#include "slim/path.h"

static void expect(bool good)
{
	if (!good)
		abort();
}

static void check_clean(struct slim_arena *arena, struct slim_blob clean)
{
	struct slim_blob rest = clean, part, again;
	struct slim_error *err = NULL;
	expect(clean.len < SLIM_PATH_MAX && clean.ptr[clean.len] == '\0' && strlen(clean.ptr) == clean.len);
	while (clean.len && slim_blob_split(&rest, '/', &part))
		expect(part.len && part.len <= SLIM_NAME_MAX && !slim_blob_is(part, ".") && !slim_blob_is(part, ".."));
	expect(slim_path_clean(arena, clean, &again, &err) == 0 && slim_blob_equal(clean, again));
	struct slim_blob dir = slim_path_dir(clean), base = slim_path_base(clean);
	expect(dir.len + base.len + (dir.len > 0) == clean.len);
}

static void check_shown(const char *shown)
{
	expect(strlen(shown) <= 203);
	for (const char *c = shown; *c; c++)
		expect((unsigned char)*c >= 0x20 && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_blob name = slim_blob((const char *)bytes, length), clean;
	if (slim_path_clean(arena, name, &clean, &err) == 0)
		check_clean(arena, clean);
	else
		expect(err != NULL);
	check_shown(slim_path_show(arena, name));
	return 0;
}
