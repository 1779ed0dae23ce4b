/* Packages that somebody asked for by name, as their managers remember it. */
#include <string.h>

#include "package_db.h"

static char *slurp_path(struct slim_packages *db, const char *path, size_t *length)
{
	const struct slim_node *node = slim_tree_find(db->tree, path);
	return node && slim_node_is_file(node) ? slim_packages_slurp(db, node, length) : NULL;
}

static void mark(struct slim_packages *db, const char *name, bool asked)
{
	struct slim_package *package = (struct slim_package *)slim_packages_find(db, name);
	if (package)
		package->asked = asked;
}

static struct slim_blob value_of(struct slim_blob line, struct slim_blob field)
{
	return slim_blob_trim(slim_blob(line.ptr + field.len, line.len - field.len));
}

/* Stanzas of "Package:", "Architecture:" and "Auto-Installed: 1"; what is not listed was asked for. apt-mark(8) */
static void read_extended_states(struct slim_packages *db, struct slim_blob text)
{
	const struct slim_blob package = SLIM_BLOB("Package:"), automatic = SLIM_BLOB("Auto-Installed:");
	struct slim_blob line, name = SLIM_BLOB("");
	for (size_t i = 0; i < db->count; i++)
		db->items[i]->asked = !strcmp(db->items[i]->kind, "deb");
	while (slim_blob_line(&text, &line)) {
		if (!slim_blob_trim(line).len)
			name = SLIM_BLOB("");
		else if (slim_blob_starts(line, package.ptr))
			name = value_of(line, package);
		else if (slim_blob_starts(line, automatic.ptr) && slim_blob_is(value_of(line, automatic), "1"))
			mark(db, slim_packages_string(db, name), false);
	}
}

/* Words "NAME", "NAME=VERSION", "NAME@TAG"; "!NAME" keeps one away. apk-world(5) */
static void read_world(struct slim_packages *db, struct slim_blob text)
{
	struct slim_blob word, name;
	while (slim_blob_split_any(&text, " \t\r\n", &word))
		if (slim_blob_split_any(&word, "<>=~@", &name) && !slim_blob_starts(word, "!"))
			mark(db, slim_packages_string(db, name), true);
}

void slim_packages_mark_asked(struct slim_packages *db)
{
	size_t length = 0;
	slim_autofree char *states = slurp_path(db, "/var/lib/apt/extended_states", &length);
	if (states)
		read_extended_states(db, slim_blob(states, length));
	slim_autofree char *world = slurp_path(db, "/etc/apk/world", &length);
	if (world)
		read_world(db, slim_blob(world, length));
}
