/* The layout of a Java runtime, JDK 8 and later. Sources: JEP 220; Debian's openjdk-N-jdk and -jre; chisel's slices. */
#include <string.h>

#include "../engine/junk.h"
#include "../system/system_data.h"
#include "java.h"

const char *java_use_name(unsigned use)
{
	static const struct {
		unsigned use;
		const char *name;
	} names[] = {
		{ JAVA_DESKTOP, "graphics, fonts and sound" }, { JAVA_WIDE_POINTERS, "heaps of 32 GB and more" },
		{ JAVA_COMPACT, "compact object headers" }, { JAVA_COMPILER, "compilers" }, { JAVA_LINKER, "jlink" },
		{ JAVA_DEBUGGER, "jhsdb" }, { JAVA_PROXIES, "the proxy settings of a desktop" },
	};
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (names[i].use == use)
			return names[i].name;
	return "";
}

static bool has(const struct slim_tree *tree, const struct slim_node *dir, const char *path)
{
	return slim_tree_walk(tree, dir, slim_blob_of(path), true, NULL, NULL);
}

bool java_is_home(const struct slim_tree *tree, const struct slim_node *dir)
{
	if (!slim_node_is_dir(dir) || !dir->parent)
		return false;
	return has(tree, dir, "lib/modules") ? has(tree, dir, "bin/java") || has(tree, dir, "lib/server") :
					       has(tree, dir, "lib/rt.jar") || has(tree, dir, "jre/lib/rt.jar");
}

struct slim_node *java_home_of(const struct slim_tree *tree, const struct slim_node *node)
{
	for (struct slim_node *dir = node->parent; dir && dir->parent; dir = dir->parent)
		if (java_is_home(tree, dir))
			return dir;
	return NULL;
}

struct part {
	const char *pattern;
	unsigned uses;
};

/* By a file's name. The archives of class data are mapped at the start; a runtime without one starts slower. */
static const struct part parts[] = {
	{ "libawt*.so", JAVA_DESKTOP }, { "libfontmanager.so", JAVA_DESKTOP }, { "libfreetype.so*", JAVA_DESKTOP },
	{ "libjavajpeg.so", JAVA_DESKTOP }, { "libjpeg.so*", JAVA_DESKTOP }, { "libjawt.so", JAVA_DESKTOP },
	{ "libjsound*.so", JAVA_DESKTOP }, { "libkcms.so", JAVA_DESKTOP }, { "liblcms.so", JAVA_DESKTOP },
	{ "libmlib_image.so", JAVA_DESKTOP }, { "libsplashscreen.so", JAVA_DESKTOP }, { "libt2k.so", JAVA_DESKTOP },
	{ "classes_nocoops*.jsa", JAVA_WIDE_POINTERS }, { "classes*_coh.jsa", JAVA_COMPACT },
	{ "ct.sym", JAVA_COMPILER }, { "tools.jar", JAVA_COMPILER }, { "dt.jar", JAVA_COMPILER },
	{ "jrt-fs.jar", JAVA_COMPILER }, { "*.jmod", JAVA_LINKER },
	{ "libsaproc.so", JAVA_DEBUGGER }, { "sa-jdi.jar", JAVA_DEBUGGER },
	{ "jconsole.jar", JAVA_BY_NAME }, { "javafx-mx.jar", JAVA_BY_NAME }, { "ant-javafx.jar", JAVA_BY_NAME },
};

static const struct part programs[] = {
	{ "javac", JAVA_COMPILER }, { "javadoc", JAVA_COMPILER }, { "jshell", JAVA_COMPILER }, { "javap", JAVA_COMPILER },
	{ "jdeprscan", JAVA_COMPILER }, { "jdeps", JAVA_COMPILER }, { "javah", JAVA_COMPILER }, { "xjc", JAVA_COMPILER },
	{ "jlink", JAVA_COMPILER | JAVA_LINKER }, { "jpackage", JAVA_COMPILER | JAVA_LINKER }, { "jmod", JAVA_LINKER },
	{ "jconsole", JAVA_DESKTOP }, { "appletviewer", JAVA_DESKTOP }, { "policytool", JAVA_DESKTOP },
	{ "jvisualvm", JAVA_DESKTOP }, { "javaws", JAVA_DESKTOP }, { "jhsdb", JAVA_DEBUGGER },
};

/* Programs beside the launcher that people and scripts turn on a running one: small, and no development. */
static const char *const serving[] = { "java", "jcmd", "jfr", "jinfo", "jmap", "jps", "jstack", "jstat", "keytool",
					"rmiregistry", NULL };

static unsigned uses_by_name(const struct part *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (slim_name_in((const char *const[]){ list[i].pattern, NULL }, name))
			return list[i].uses;
	return 0;
}

unsigned java_uses_of_file(const struct slim_node *node)
{
	if (!strcmp(node->parent->name, "bin"))
		return slim_name_in(serving, node->name) ? 0 : JAVA_BY_NAME;
	return uses_by_name(parts, SLIM_COUNT(parts), node->name);
}

unsigned java_uses_of_program(const struct slim_node *node)
{
	return uses_by_name(programs, SLIM_COUNT(programs), node->name);
}

/* What these load lies in the home; but for GNOME's settings, which libnet.so asks only if the program wants that. */
bool java_knows_loads_of(const struct slim_tree *tree, const struct slim_node *node)
{
	static const char *const libraries[] = { "libnet.so", "libjli.so", "libjdwp.so", NULL };
	return slim_name_in(libraries, node->name) && java_home_of(tree, node);
}

bool java_has_loaded(const struct slim_tree *tree, const struct slim_node *asker, const char *name)
{
	return asker && !strcmp(name, "libjvm.so") && java_home_of(tree, asker);
}

/* --- junk --- */

/* Below a home. Licences of a package manager's runtimes lie in /usr/share/doc. */
static const char *const junk[] = { "jmods", "demo", "sample", "man", "include", "legal", "docs", "src.zip", "lib/src.zip",
				     "javafx-src.zip", "lib/ct.sym", "lib/missioncontrol", "lib/visualvm", NULL };

/* Where runtimes are put for all; elsewhere one is part of an application. */
static bool is_for_all(const struct slim_node *home)
{
	static const char *const parents[] = { "jvm", "java", "opt", "local", "lib", "lib64", "share" };
	const struct slim_node *parent = home->parent, *top = parent;
	while (top->parent && top->parent->parent)
		top = top->parent;
	bool system = !strcmp(top->name, "usr") || !strcmp(top->name, "opt");
	for (size_t i = 0; system && i < SLIM_COUNT(parents); i++)
		if (!strcmp(parents[i], parent->name))
			return true;
	return false;
}

static void mark_home(const struct slim_tree *tree, const struct slim_node *home, uint8_t *marks)
{
	for (const char *const *path = junk; *path; path++) {
		const struct slim_node *node = slim_tree_walk(tree, home, slim_blob_of(*path), false, NULL, NULL);
		if (node)
			marks[node->id] |= SLIM_JUNK;
	}
	if (is_for_all(home))
		marks[home->id] |= SLIM_MANAGED;
	uint32_t end = slim_node_end(tree, home);
	for (uint32_t id = home->id; id < end; id++)
		if (slim_name_in((const char *const[]){ "*.diz", "*.debuginfo", NULL }, slim_tree_node(tree, id)->name))
			marks[id] |= SLIM_JUNK;
}

void java_mark_homes(const struct slim_tree *tree, uint8_t *marks)
{
	uint32_t count = (uint32_t)slim_tree_count(tree);
	for (uint32_t id = 1; id < count; id++) {
		const struct slim_node *lib = slim_tree_node(tree, id);
		if (strcmp(lib->name, "lib") || !slim_node_is_dir(lib) || !java_is_home(tree, lib->parent))
			continue;
		mark_home(tree, lib->parent, marks);
	}
}
