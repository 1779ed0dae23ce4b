/* rpm's databases, and a header alone: read, and reduced by every second file. */
#include <stdint.h>

#include "../../src/trace/package/package_db.h"
#include "../../src/trace/package/rpm_ndb.h"
#include "../../src/write/rpm_header.h"

static int visit(void *arg, int64_t number, struct slim_blob bytes, struct slim_error **err)
{
	slim_cleanup(slim_rpm_header_clear) struct slim_rpm_header header;
	slim_cleanup(slim_rpm_files_clear) struct slim_rpm_files files = { 0 };
	slim_autobuffer struct slim_buffer reduced = { 0 };
	slim_cleanup(slim_error_free_p) struct slim_error *failed = NULL;
	struct slim_provides provides = { 0 };
	slim_rpm_parse_header(arg, &provides, number, bytes);
	slim_provides_resolve(&provides, arg, 0);
	if (!slim_rpm_header_parse(bytes, &header) || !slim_rpm_files_read(&header, &files))
		return 0;
	slim_autofree bool *stays = slim_calloc(files.count, sizeof(*stays));
	for (uint32_t i = 0; i < files.count; i += 2)
		stays[i] = true;
	if (slim_rpm_header_reduce(&header, stays, files.count, &reduced, &failed) < 0)
		abort();
	slim_cleanup(slim_rpm_header_clear) struct slim_rpm_header again;
	if (!slim_rpm_header_parse(slim_blob(reduced.bytes, reduced.length), &again))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL, *no_ndb = NULL;
	slim_cleanup(slim_rpm_sqlite_close_p) struct slim_rpm_sqlite *sqlite = NULL;
	struct slim_blob input = slim_blob((const char *)bytes, length);
	struct slim_tree *tree = slim_tree_new();
	slim_tree_finish(tree);
	struct slim_packages *db = slim_packages_new(tree, NULL);
	if (slim_rpm_sqlite_open(input, &sqlite, &err) < 0 || slim_rpm_sqlite_each(sqlite, visit, db, &err) < 0)
		if (slim_rpm_ndb_each(input, visit, db, &no_ndb) < 0)
			visit(db, 1, input, NULL);
	slim_packages_free(db);
	slim_tree_free(tree);
	return 0;
}
