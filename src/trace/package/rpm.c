/* rpm's database: the headers of its packages, in the two of its forms that are read. */
#include <stdio.h>
#include <string.h>

#include "package_db.h"
#include "rpm_header.h"
#include "rpm_ndb.h"
#include "rpm_sqlite.h"
#include "rpm_store.h"

struct reader {
	struct slim_packages *db;
	struct slim_provides provides;
};

struct slim_rpm_store slim_rpm_store_find(const struct slim_tree *tree)
{
	/* syft and trivy look at these too (docs/rules.md E1) */
	static const char *const folders[] = { "/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm" };
	static const struct {
		struct slim_blob name;
		enum slim_rpm_form form;
	} files[] = { { SLIM_BLOB("rpmdb.sqlite"), SLIM_RPM_SQLITE }, { SLIM_BLOB("Packages.db"), SLIM_RPM_NDB },
		      { SLIM_BLOB("Packages"), SLIM_RPM_BERKELEY } };
	for (size_t i = 0; i < SLIM_COUNT(folders); i++) {
		const struct slim_node *dir = slim_tree_find(tree, folders[i]);
		for (size_t j = 0; dir && slim_node_is_dir(dir) && j < SLIM_COUNT(files); j++) {
			const struct slim_node *node = slim_node_child(tree, dir, files[j].name);
			if (!node || !slim_node_is_file(node))
				continue;
			const struct slim_node *log = slim_node_child(tree, dir, SLIM_BLOB("rpmdb.sqlite-wal"));
			return (struct slim_rpm_store){ node, folders[i], files[j].form,
							log && slim_node_is_file(log) && log->inode->size };
		}
	}
	return (struct slim_rpm_store){ 0 };
}

/* "name-version-release.src.rpm" */
static struct slim_blob source_name(struct slim_blob file)
{
	for (int dashes = 0; file.len && dashes < 2; file.len--)
		dashes += file.ptr[file.len - 1] == '-';
	return file;
}

static const char *version_of(struct slim_packages *db, const struct slim_rpm_header *header)
{
	const struct slim_rpm_entry *epoch = slim_rpm_find(header, SLIM_RPM_EPOCH);
	struct slim_blob version = slim_rpm_text(header, SLIM_RPM_VERSION);
	struct slim_blob release = slim_rpm_text(header, SLIM_RPM_RELEASE);
	if (epoch && epoch->type == SLIM_RPM_INT32)
		return slim_arena_format(db->arena, "%u:%s-%s", slim_rpm_number(epoch, 0), version.ptr, release.ptr);
	return slim_arena_format(db->arena, "%s-%s", version.ptr, release.ptr);
}

static void read_depends(struct slim_packages *db, const struct slim_rpm_header *header, struct slim_package *package)
{
	uint32_t count;
	slim_autofree struct slim_blob *names = slim_rpm_strings(header, SLIM_RPM_REQUIRES, &count);
	package->depends = slim_arena_alloc(db->arena, ((size_t)count + 1) * sizeof(char *));
	for (uint32_t i = 0; i < count; i++)
		package->depends[i] = slim_packages_string(db, names[i]);
}

static void read_provides(struct slim_packages *db, const struct slim_rpm_header *header,
			  const struct slim_package *package, struct slim_provides *provides)
{
	uint32_t count;
	slim_autofree struct slim_blob *names = slim_rpm_strings(header, SLIM_RPM_PROVIDES, &count);
	for (uint32_t i = 0; i < count; i++)
		slim_provides_add(provides, slim_packages_string(db, names[i]), package->name);
}

/* Programs are required by their paths: "/bin/sh", or "/usr/bin/perl". */
static void read_files(struct slim_packages *db, const struct slim_rpm_header *header,
		       const struct slim_package *package, struct slim_provides *provides)
{
	slim_cleanup(slim_rpm_files_clear) struct slim_rpm_files files;
	if (!slim_rpm_files_read(header, &files))
		return;
	for (uint32_t i = 0; i < files.count; i++) {
		slim_autofree char *path = slim_rpm_file_path(&files, i);
		uint32_t flags = slim_rpm_number(files.flags, i);
		if (!path)
			continue;
		struct slim_blob text = slim_blob_of(path);
		slim_packages_own(db, text, false);
		if (flags & SLIM_RPM_CONFIG)
			slim_packages_own_conffile(db, text);
		if (flags & SLIM_RPM_LICENSE)
			slim_packages_own_licence(db, text);
		if (strstr(path, "bin/"))
			slim_provides_add(provides, slim_packages_string(db, text), package->name);
	}
}

void slim_rpm_parse_header(struct slim_packages *db, struct slim_provides *provides, int64_t record,
			   struct slim_blob bytes)
{
	slim_cleanup(slim_rpm_header_clear) struct slim_rpm_header header;
	bool good = slim_rpm_header_parse(bytes, &header);
	struct slim_blob name = good ? slim_rpm_text(&header, SLIM_RPM_NAME) : SLIM_BLOB("");
	if (!name.len) {
		slim_packages_warn(db, "rpm database: package %lld is damaged: passed over", (long long)record);
		return;
	}
	struct slim_package *package = slim_packages_add(db, name);
	package->record = record;
	package->kind = "rpm";
	package->version = version_of(db, &header);
	package->licence = slim_packages_string(db, slim_rpm_text(&header, SLIM_RPM_LICENSE_TEXT));
	package->architecture = slim_packages_string(db, slim_rpm_text(&header, SLIM_RPM_ARCH));
	struct slim_blob source = source_name(slim_rpm_text(&header, SLIM_RPM_SOURCE));
	if (source.len)
		package->source = slim_packages_string(db, source);
	read_depends(db, &header, package);
	read_provides(db, &header, package, provides);
	read_files(db, &header, package, provides);
	slim_packages_close(db, package);
}

static int visit(void *arg, int64_t number, struct slim_blob header, struct slim_error **err)
{
	struct reader *reader = arg;
	slim_rpm_parse_header(reader->db, &reader->provides, number, header);
	return 0;
}

static int read_store(struct reader *reader, const struct slim_rpm_store *store, struct slim_blob bytes,
		      struct slim_error **err)
{
	slim_cleanup(slim_rpm_sqlite_close_p) struct slim_rpm_sqlite *sqlite = NULL;
	switch (store->form) {
	case SLIM_RPM_SQLITE:
		if (slim_rpm_sqlite_open(bytes, &sqlite, err) < 0)
			return -1;
		return slim_rpm_sqlite_each(sqlite, visit, reader, err);
	case SLIM_RPM_NDB:
		return slim_rpm_ndb_each(bytes, visit, reader, err);
	case SLIM_RPM_BERKELEY:
		return slim_fail(err, SLIM_BAD_INPUT, "Berkeley DB is not read: no file is known by its package");
	}
	return 0;
}

void slim_rpm_read(struct slim_packages *db)
{
	struct slim_rpm_store store = slim_rpm_store_find(db->tree);
	struct reader reader = { .db = db };
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	size_t first = db->count, length = 0;
	slim_autofree char *bytes = store.node ? slim_packages_slurp(db, store.node, &length) : NULL;
	if (!bytes)
		return;
	const char *path = slim_node_path(db->arena, store.node);
	if (read_store(&reader, &store, slim_blob(bytes, length), &err) < 0)
		slim_packages_warn(db, "%s: rpm database: %s", path, slim_error_text(err));
	slim_provides_resolve(&reader.provides, db, first);
}
