/* rpm's database is not read: it is only said that files then look as if nobody owned them. */
#include "package_db.h"

/* syft and trivy look at these (docs/rules.md E1) */
static const char *const folders[] = { "/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm" };
static const char *const names[] = { "rpmdb.sqlite", "Packages.db", "Packages" };

void slim_rpm_read(struct slim_packages *db)
{
	for (size_t i = 0; i < SLIM_COUNT(folders); i++) {
		const struct slim_node *dir = slim_tree_find(db->tree, folders[i]);
		for (size_t j = 0; dir && slim_node_is_dir(dir) && j < SLIM_COUNT(names); j++) {
			const struct slim_node *node = slim_node_child(db->tree, dir, slim_blob_of(names[j]));
			if (!node || !slim_node_is_file(node))
				continue;
			slim_packages_warn(db, "%s/%s: rpm databases are not read yet: no file is known by its package",
					   folders[i], names[j]);
			return;
		}
	}
}
