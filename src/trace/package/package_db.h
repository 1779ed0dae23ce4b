/* What packages.c gives to the readers of single databases: dpkg.c, apk.c, rpm.c. */
#ifndef SLIM_TRACE_PACKAGE_DB_H
#define SLIM_TRACE_PACKAGE_DB_H

#include "slim/alloc.h"
#include "slim/packages.h"
#include "slim/path.h"

struct slim_node_list {
	struct slim_node **items;
	size_t count, capacity;
};

struct slim_packages {
	const struct slim_tree *tree;
	struct slim_log *log;           /* may be NULL (unit tests): then nothing is said */
	struct slim_arena *arena;
	struct slim_package **items;
	size_t count, capacity;
	struct slim_package **by_name;  /* sorted by name, then by index; after slim_packages_finish */
	uint32_t *owners;               /* by node number: index of the package + 1 */
	struct slim_node_list files, conffiles, licences; /* of the package that is being read */
	char folder_path[SLIM_PATH_MAX]; /* of the last path that was listed: the next one is often beside it */
	size_t folder_length;
	struct slim_node *folder;        /* NULL: there is none */
};

struct slim_packages *slim_packages_new(const struct slim_tree *tree, struct slim_log *log);
void slim_packages_finish(struct slim_packages *db); /* sort, so that packages can be found */

/* A new package; its strings are "" and its lists empty. */
struct slim_package *slim_packages_add(struct slim_packages *db, struct slim_blob name);
/*
 * One more listed path of the package that is being read. A path that is not in the tree is passed over, as is a
 * folder. AS_FOLDER: the database means a folder, though the tree may have a link there (usr-merge).
 */
void slim_packages_own(struct slim_packages *db, struct slim_blob path, bool as_folder);
void slim_packages_own_conffile(struct slim_packages *db, struct slim_blob path);
void slim_packages_own_licence(struct slim_packages *db, struct slim_blob path);
/* All paths of PACKAGE have been listed. */
void slim_packages_close(struct slim_packages *db, struct slim_package *package);

const char *slim_packages_string(struct slim_packages *db, struct slim_blob text);
/* The bytes of a file, at most 256 MiB; NULL (with a warning) when it cannot be read. free() them. */
char *slim_packages_slurp(struct slim_packages *db, const struct slim_node *node, size_t *length);
void slim_packages_warn(struct slim_packages *db, const char *fmt, ...) SLIM_PRINTF(2, 3);

/*
 * provides.c: what packages provide beside their names ("so:libz.so.1", "libz.so.1()(64bit)", "/bin/sh"). Dependencies
 * of the packages from FIRST on that no package is called become the name of the first that provides them.
 */
struct slim_provided {
	const char *name, *package;
};
struct slim_provides {
	struct slim_provided *items;
	size_t count, capacity;
};
void slim_provides_add(struct slim_provides *provides, const char *name, const char *package);
void slim_provides_resolve(struct slim_provides *provides, struct slim_packages *db, size_t first); /* and frees it */

/* dpkg.c: /var/lib/dpkg/status with info/, and status.d/ */
void slim_dpkg_read(struct slim_packages *db);
void slim_dpkg_parse_status(struct slim_packages *db, struct slim_blob text);

/* apk.c: /lib/apk/db/installed, /usr/lib/apk/db/installed */
void slim_apk_read(struct slim_packages *db);
void slim_apk_parse(struct slim_packages *db, struct slim_blob text);

/* asked.c: sets `asked`; once packages can be found */
void slim_packages_mark_asked(struct slim_packages *db);

/* rpm.c: rpmdb.sqlite and Packages.db; another one is named in a warning */
void slim_rpm_read(struct slim_packages *db);
void slim_rpm_parse_header(struct slim_packages *db, struct slim_provides *provides, int64_t record,
			   struct slim_blob header);

#endif
