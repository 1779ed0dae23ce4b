#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/trace/engine/junk.h"
#include "../lib/fixture.h"

/* What each path is: "junk", "managed", "both" or "kept" (neither). */
static const struct fixture files[] = {
	{ "/usr/share/doc/x/copyright", "junk" }, { "/usr/share/doc/", "junk" }, { "/usr/share/documents/x", "kept" },
	{ "/usr/share/locale/de/LC_MESSAGES/x.mo", "junk" }, { "/usr/share/locale/locale.alias", "kept" },
	{ "/usr/lib/locale/", "kept" }, { "/usr/lib/locale/C.utf8/LC_CTYPE", "junk" },
	{ "/usr/lib/x86_64-linux-gnu/libx.a", "junk" }, { "/usr/lib/x86_64-linux-gnu/libx.la", "junk" },
	{ "/usr/lib/x86_64-linux-gnu/crt1.o", "junk" }, { "/usr/lib/x86_64-linux-gnu/libx.so.1", "kept" },
	{ "/usr/lib/libx.la", "junk" }, { "/usr/lib/x86_64-linux-gnu/IM-6/modules/png.la", "kept" }, { "/opt/x/libx.a", "kept" },
	{ "/tmp/", "kept" }, { "/tmp/x", "junk" }, { "/var/log/nginx/", "kept" }, { "/var/log/nginx/old.log", "junk" },
	{ "/var/log/nginx/access.log", "kept", "/dev/stdout" }, { "/var/cache/apt/", "kept" },
	{ "/var/cache/apt/archives/", "junk" }, { "/var/cache/nginx/", "kept" }, { "/var/lib/dpkg/status", "junk" },
	{ "/root/.cache/pip/x", "junk" }, { "/home/u/.cache/x", "junk" }, { "/root/.bashrc", "kept" },
	{ "/app/.git/HEAD", "junk" }, { "/app/.gitignore", "kept" }, { "/etc/x.conf.dpkg-old", "junk" },
	{ "/app/node_modules/a/index.js", "managed" }, { "/app/node_modules/.git/x", "both" },
	{ "/usr/lib/python3/dist-packages/a.py", "managed" }, { "/usr/lib/python3.11/test/x.py", "both" },
	{ "/usr/lib/python3.11/os.py", "managed" }, { "/usr/local/bin/npm", "managed" }, { "/usr/local/bin/app", "kept" },
	{ "/usr/local/go/bin/go", "managed" }, { "/usr/include/stdio.h", "junk" }, { "/usr/src/wordpress/index.php", "kept" },
	{ "/usr/src/linux-headers-6/x", "junk" }, { "/app/node_modules.txt", "kept" }, { "/app/src/node_modules", "kept" },
};

static void test_table(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = fixture_tree(files, SLIM_COUNT(files));
	uint8_t *marks = slim_junk_marks(tree, NULL);
	for (size_t i = 0; i < SLIM_COUNT(files); i++) {
		struct slim_node *node = slim_tree_walk(tree, NULL, slim_blob_of(files[i].path), false, NULL, NULL);
		assert_non_null(node);
		bool junk = marks[node->id] & SLIM_JUNK, managed = marks[node->id] & SLIM_MANAGED;
		const char *is = junk && managed ? "both" : junk ? "junk" : managed ? "managed" : "kept";
		if (strcmp(is, files[i].content))
			print_message("# %s\n", files[i].path);
		assert_string_equal(is, files[i].content);
	}
	free(marks);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };
	return cmocka_run_group_tests_name("junk", tests, NULL, NULL);
}
