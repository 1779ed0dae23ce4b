#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/trace/package/package_db.h"
#include "../lib/fixture.h"

#define TREE(...) fixture_tree((const struct fixture[]){ __VA_ARGS__ }, \
			       sizeof((const struct fixture[]){ __VA_ARGS__ }) / sizeof(struct fixture))

static const char *owner_of(const struct slim_packages *db, const struct slim_tree *tree, const char *path)
{
	struct slim_node *node = slim_tree_walk(tree, NULL, slim_blob_of(path), false, NULL, NULL);
	assert_non_null(node);
	const struct slim_package *owner = slim_packages_owner(db, node);
	return owner ? owner->name : "nobody";
}

static void test_dpkg_through_a_merged_usr(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = TREE(
		{ "/bin", .target = "usr/bin" }, { "/usr/bin/tool", .mode = 0755 }, { "/usr/lib/tool/x" }, { "/opt/y" },
		{ "/etc/tool.conf" },
		{ "/var/lib/dpkg/status", "Package: tool\nStatus: install ok installed\nArchitecture: amd64\nEssential: yes\n"
					  "Source: tools (1.2)\nVersion: 1.2-3\nDepends: liba (>= 1),\n libb:any | libc\n"
					  "Conffiles:\n /etc/tool.conf 0123\n /etc/gone 4567 obsolete\nDescription: x\n more\n" },
		{ "/var/lib/dpkg/info/tool.list", "/.\n/bin\n/bin/tool\n/usr\n/usr/lib\n/usr/lib/tool\n/usr/lib/tool/x\n" });
	struct slim_packages *db = slim_packages_read(tree, NULL);
	assert_int_equal(slim_packages_count(db), 1);
	const struct slim_package *p = slim_packages_find(db, "tool");
	assert_non_null(p);
	assert_ptr_equal(p, slim_packages_find(db, "tool:amd64"));
	assert_null(slim_packages_find(db, "tool:i386"));
	assert_null(slim_packages_find(db, "too"));
	assert_string_equal(p->source, "tools");
	assert_string_equal(p->version, "1.2-3");
	assert_true(p->essential);
	assert_string_equal(p->depends[0], "liba");
	assert_string_equal(p->depends[1], "libb");
	assert_string_equal(p->depends[2], "libc");
	assert_null(p->depends[3]);
	assert_int_equal(p->conffile_count, 1);
	assert_int_equal(p->file_count, 2);
	assert_string_equal(owner_of(db, tree, "/usr/bin/tool"), "tool");
	assert_string_equal(owner_of(db, tree, "/usr/lib/tool/x"), "tool");
	assert_string_equal(owner_of(db, tree, "/bin"), "nobody");
	assert_string_equal(owner_of(db, tree, "/opt/y"), "nobody");
	slim_packages_free(db);
}

static void test_dpkg_two_architectures_and_states(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = TREE(
		{ "/lib/a" }, { "/lib/b" }, { "/lib/c" },
		{ "/var/lib/dpkg/status", "Package: l\nStatus: install ok installed\nArchitecture: amd64\n\n"
					  "Package: l\nStatus: install ok installed\nArchitecture: i386\n\n\n"
					  "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\n" },
		{ "/var/lib/dpkg/info/l:amd64.list", "/lib/a\n" }, { "/var/lib/dpkg/info/l:i386.list", "/lib/b\n" },
		{ "/var/lib/dpkg/info/gone.list", "/lib/c\n" });
	struct slim_packages *db = slim_packages_read(tree, NULL);
	assert_int_equal(slim_packages_count(db), 2);
	assert_int_equal(slim_packages_find(db, "l:i386")->file_count, 1);
	assert_string_equal(slim_packages_find(db, "l:i386")->files[0]->name, "b");
	assert_string_equal(owner_of(db, tree, "/lib/c"), "nobody");
	slim_packages_free(db);
}

static void test_dpkg_diversions(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = TREE(
		{ "/bin/sh" }, { "/bin/sh.distrib" },
		{ "/var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\nbash\n" },
		{ "/var/lib/dpkg/status", "Package: dash\nArchitecture: a\n\nPackage: bash\nArchitecture: a\n" },
		{ "/var/lib/dpkg/info/dash.list", "/bin/sh\n" }, { "/var/lib/dpkg/info/bash.list", "/bin/sh\n" });
	struct slim_packages *db = slim_packages_read(tree, NULL);
	assert_string_equal(owner_of(db, tree, "/bin/sh"), "bash");
	assert_string_equal(owner_of(db, tree, "/bin/sh.distrib"), "dash");
	slim_packages_free(db);
}

static void test_dpkg_status_d(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = TREE(
		{ "/usr/lib/libz.so.1" }, { "/var/lib/dpkg/status.d/emxpYg", "Package: zlib1g\nVersion: 1\nArchitecture: amd64\n" },
		{ "/var/lib/dpkg/status.d/emxpYg.md5sums", "0123  usr/lib/libz.so.1\n" });
	struct slim_packages *db = slim_packages_read(tree, NULL);
	assert_int_equal(slim_packages_count(db), 1);
	assert_string_equal(owner_of(db, tree, "/usr/lib/libz.so.1"), "zlib1g");
	slim_packages_free(db);
}

static void test_dpkg_nonsense(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = TREE(
		{ "/var/lib/dpkg/status", "\n\n:\nPackage\nPackage:\n\n continuation\n\nDepends: ,,|\nPackage: p" },
		{ "/var/lib/dpkg/info/p.list", "\n\n../../../..\n/var/lib/dpkg/status/x\n" });
	struct slim_packages *db = slim_packages_read(tree, NULL);
	assert_int_equal(slim_packages_count(db), 1);
	assert_int_equal(slim_packages_at(db, 0)->file_count, 0);
	assert_null(slim_packages_at(db, 1));
	slim_packages_free(db);
}

static void test_apk(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = TREE(
		{ "/bin/busybox", .mode = 0755 }, { "/etc/securetty" }, { "/lib/libz.so.1" },
		{ "/lib/apk/db/installed", "C:Q1x=\nP:busybox\nV:1.36\nA:x86_64\no:busybox\nD:so:libz.so.1 !old missing>=2 scanelf@edge\n"
					   "F:bin\nR:busybox\na:0:0:755\nZ:Q1y=\nF:etc\nR:securetty\nR:gone\n\n"
					   "P:zlib\nV:1.3\nA:x86_64\np:so:libz.so.1=1.3 cmd:zflate=1\nF:lib\nR:libz.so.1\n" });
	struct slim_packages *db = slim_packages_read(tree, NULL);
	assert_int_equal(slim_packages_count(db), 2);
	const struct slim_package *p = slim_packages_find(db, "busybox");
	assert_string_equal(p->depends[0], "zlib");
	assert_string_equal(p->depends[1], "missing");
	assert_string_equal(p->depends[2], "scanelf");
	assert_null(p->depends[3]);
	assert_int_equal(p->file_count, 2);
	assert_int_equal(p->conffile_count, 1);
	assert_string_equal(owner_of(db, tree, "/lib/libz.so.1"), "zlib");
	slim_packages_free(db);
}

static bool asked(struct slim_packages *db, const char *name)
{
	return slim_packages_find(db, name)->asked;
}

static void test_what_was_asked_for(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = TREE(
		{ "/var/lib/dpkg/status", "Package: wanted\nStatus: install ok installed\n\n"
					  "Package: came\nStatus: install ok installed\nRecommends: a | b\nSuggests: c (>= 1)\n" },
		{ "/var/lib/apt/extended_states", "Package: came\nArchitecture: amd64\nAuto-Installed: 1\n\n"
						  "Package: wanted\nAuto-Installed: 0\n\nAuto-Installed: 1\n\nPackage: none\nAuto-Installed: 1" },
		{ "/etc/apk/world", "busybox>=1.3\n!zlib other@edge musl" },
		{ "/lib/apk/db/installed", "P:busybox\nV:1\n\nP:zlib\nV:1\n\nP:musl\nV:1\n\nP:libc\nV:1\n" });
	struct slim_packages *db = slim_packages_read(tree, NULL);
	assert_true(asked(db, "wanted") && !asked(db, "came"));
	assert_true(asked(db, "busybox") && asked(db, "musl") && !asked(db, "zlib") && !asked(db, "libc"));
	const char **suggests = slim_packages_find(db, "came")->suggests;
	assert_string_equal(suggests[0], "a");
	assert_string_equal(suggests[2], "c");
	assert_null(suggests[3]);
	slim_packages_free(db);
}

static void test_nothing_tells_what_was_asked_for(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree =
		TREE({ "/var/lib/dpkg/status", "Package: some\nStatus: install ok installed\n" });
	struct slim_packages *db = slim_packages_read(tree, NULL);
	assert_false(asked(db, "some"));
	slim_packages_free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dpkg_through_a_merged_usr),
		cmocka_unit_test(test_dpkg_two_architectures_and_states),
		cmocka_unit_test(test_dpkg_diversions),
		cmocka_unit_test(test_dpkg_status_d),
		cmocka_unit_test(test_dpkg_nonsense),
		cmocka_unit_test(test_apk),
		cmocka_unit_test(test_what_was_asked_for),
		cmocka_unit_test(test_nothing_tells_what_was_asked_for),
	};
	return cmocka_run_group_tests_name("packages", tests, NULL, NULL);
}
