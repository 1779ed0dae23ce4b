#include "slim/packages.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "slim/path.h"
#include "package_db.h"

enum { DATABASE_MAX = 256 << 20 };

void slim_packages_warn(struct slim_packages *db, const char *fmt, ...)
{
	if (!db->log)
		return;
	va_list args;
	va_start(args, fmt);
	slim_autofree char *text = slim_vformat(fmt, args);
	va_end(args);
	slim_warn(db->log, "%s", text);
}

const char *slim_packages_string(struct slim_packages *db, struct slim_blob text)
{
	return slim_arena_strndup(db->arena, text.len ? text.ptr : "", text.len);
}

char *slim_packages_slurp(struct slim_packages *db, const struct slim_node *node, size_t *length)
{
	slim_autofree char *path = slim_strdup(slim_node_path(db->arena, node));
	if (node->inode->size > DATABASE_MAX) {
		slim_packages_warn(db, "%s: too large for a package database: passed over", path);
		return NULL;
	}
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_autofree char *bytes = slim_alloc((size_t)node->inode->size + 1);
	if (slim_inode_read(node->inode, 0, bytes, (size_t)node->inode->size, &err) < 0) {
		slim_packages_warn(db, "%s: %s", path, slim_error_text(err));
		return NULL;
	}
	bytes[node->inode->size] = '\0';
	*length = (size_t)node->inode->size;
	return slim_steal(&bytes);
}

struct slim_package *slim_packages_add(struct slim_packages *db, struct slim_blob name)
{
	static const char *const none[] = { NULL };
	struct slim_package *package = slim_arena_alloc(db->arena, sizeof(*package));
	package->name = slim_packages_string(db, name);
	package->version = package->architecture = package->licence = package->kind = "";
	package->source = package->name;
	package->depends = package->suggests = (const char **)none;
	package->index = (uint32_t)db->count;
	*slim_push(&db->items, &db->count, &db->capacity) = package;
	return package;
}

static struct slim_node *folder_of(struct slim_packages *db, struct slim_blob path)
{
	struct slim_blob dir = slim_path_dir(path);
	if (!db->folder || !slim_blob_equal(dir, slim_blob(db->folder_path, db->folder_length))) {
		if (dir.len)
			memcpy(db->folder_path, dir.ptr, dir.len);
		db->folder_length = dir.len;
		db->folder = slim_tree_walk(db->tree, NULL, dir, true, NULL, NULL);
	}
	return db->folder;
}

static void list_path(struct slim_packages *db, struct slim_node_list *list, struct slim_blob path)
{
	if (!path.len || path.len > SLIM_PATH_MAX)
		return;
	const struct slim_node *dir = folder_of(db, path);
	struct slim_node *node =
		dir ? slim_tree_walk(db->tree, dir, slim_path_base(path), false, NULL, NULL) : NULL;
	if (node && !slim_node_is_dir(node))
		*slim_push(&list->items, &list->count, &list->capacity) = node;
}

void slim_packages_own(struct slim_packages *db, struct slim_blob path, bool as_folder)
{
	if (!as_folder)
		list_path(db, &db->files, path);
}

void slim_packages_own_conffile(struct slim_packages *db, struct slim_blob path)
{
	list_path(db, &db->conffiles, path);
}

void slim_packages_own_licence(struct slim_packages *db, struct slim_blob path)
{
	list_path(db, &db->licences, path);
}

static int by_id(const void *a, const void *b)
{
	const struct slim_node *x = *(struct slim_node *const *)a, *y = *(struct slim_node *const *)b;
	return (x->id > y->id) - (x->id < y->id);
}

/* LIST sorted and without repeats, in the arena; LIST is emptied. */
static struct slim_node **settle_list(struct slim_arena *arena, struct slim_node_list *list, size_t *count)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), by_id);
	struct slim_node **out = slim_arena_alloc(arena, (list->count + 1) * sizeof(*out));
	*count = 0;
	for (size_t i = 0; i < list->count; i++)
		if (!*count || out[*count - 1] != list->items[i])
			out[(*count)++] = list->items[i];
	list->count = 0;
	return out;
}

void slim_packages_close(struct slim_packages *db, struct slim_package *package)
{
	package->files = settle_list(db->arena, &db->files, &package->file_count);
	package->conffiles = settle_list(db->arena, &db->conffiles, &package->conffile_count);
	package->licences = settle_list(db->arena, &db->licences, &package->licence_count);
	for (size_t i = 0; i < package->file_count; i++)
		if (!db->owners[package->files[i]->id])
			db->owners[package->files[i]->id] = package->index + 1;
}

static int by_name(const void *a, const void *b)
{
	const struct slim_package *x = *(struct slim_package *const *)a, *y = *(struct slim_package *const *)b;
	int order = strcmp(x->name, y->name);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

void slim_packages_finish(struct slim_packages *db)
{
	free(db->by_name);
	db->by_name = slim_calloc(db->count + 1, sizeof(struct slim_package *));
	if (!db->count)
		return;
	memcpy(db->by_name, db->items, db->count * sizeof(struct slim_package *));
	qsort(db->by_name, db->count, sizeof(struct slim_package *), by_name);
}

struct slim_packages *slim_packages_new(const struct slim_tree *tree, struct slim_log *log)
{
	struct slim_packages *db = slim_calloc(1, sizeof(*db));
	db->tree = tree;
	db->log = log;
	db->arena = slim_arena_new();
	db->owners = slim_calloc(slim_tree_count(tree) + 1, sizeof(*db->owners));
	return db;
}

struct slim_packages *slim_packages_read(const struct slim_tree *tree, struct slim_log *log)
{
	struct slim_packages *db = slim_packages_new(tree, log);
	slim_dpkg_read(db);
	slim_apk_read(db);
	slim_rpm_read(db);
	slim_packages_finish(db);
	slim_packages_mark_asked(db);
	return db;
}

void slim_packages_free(struct slim_packages *packages)
{
	if (!packages)
		return;
	slim_arena_free(packages->arena);
	free(packages->items);
	free(packages->by_name);
	free(packages->owners);
	free(packages->files.items);
	free(packages->conffiles.items);
	free(packages->licences.items);
	free(packages);
}

size_t slim_packages_count(const struct slim_packages *packages)
{
	return packages->count;
}

const struct slim_package *slim_packages_at(const struct slim_packages *packages, size_t index)
{
	return index < packages->count ? packages->items[index] : NULL;
}

/* The place of the first package in by_name that is not before NAME. */
static size_t lower_bound(const struct slim_packages *packages, struct slim_blob name)
{
	size_t low = 0, high = packages->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (slim_blob_compare(slim_blob_of(packages->by_name[middle]->name), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct slim_package *slim_packages_find(const struct slim_packages *packages, const char *name)
{
	struct slim_blob rest = slim_blob_of(name), base;
	if (!packages->by_name || !slim_blob_split(&rest, ':', &base))
		return NULL;
	for (size_t i = lower_bound(packages, base); i < packages->count; i++) {
		const struct slim_package *package = packages->by_name[i];
		if (!slim_blob_is(base, package->name))
			return NULL;
		if (!rest.ptr || slim_blob_is(rest, package->architecture))
			return package;
	}
	return NULL;
}

const struct slim_package *slim_packages_owner(const struct slim_packages *packages, const struct slim_node *node)
{
	uint32_t owner = packages->owners[node->id];
	return owner ? packages->items[owner - 1] : NULL;
}
