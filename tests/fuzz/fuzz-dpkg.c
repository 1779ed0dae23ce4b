/* The status file of dpkg. */
#include <stdint.h>

#include "../../src/trace/package/package_db.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_tree *tree = slim_tree_new();
	slim_tree_finish(tree);
	struct slim_packages *db = slim_packages_new(tree, NULL);
	slim_dpkg_parse_status(db, slim_blob((const char *)bytes, length));
	slim_packages_finish(db);
	slim_packages_find(db, "x:y");
	slim_packages_free(db);
	slim_tree_free(tree);
	return 0;
}
