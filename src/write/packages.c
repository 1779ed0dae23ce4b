/* Package databases that tell the truth about what is selected: one rewriter for each kind of file. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "slim/alloc.h"
#include "slim/path.h"
#include "slim/write.h"

#include "../trace/package/rpm_store.h"
#include "checksum.h"
#include "rpm_packages.h"

enum { DATABASE_MAX = 256 << 20 };

struct diversion {
	struct slim_blob from, to;
};

/* Folders that databases lie in; NULL: the image has none such. */
struct places {
	const struct slim_node *doc, *licenses, *dpkg, *info, *status_d, *apk, *usr_apk, *rpm_manifest;
};

struct teller {
	struct slim_selection *selection;
	const struct slim_packages *packages;
	struct places places;
	bool *selected; /* by node number */
	bool *survives; /* by the package's place */
	bool all;       /* every file is selected: only checksums can have changed */
	struct slim_error **failed; /* what reading a file's bytes said */
	struct diversion *diversions; /* sorted */
	size_t diversion_count, diversion_capacity;
	char *diversion_text;
};

static bool is_text(const struct teller *t, const struct slim_node *node)
{
	return (t->places.doc && slim_node_within(node, t->places.doc)) ||
	       (t->places.licenses && slim_node_within(node, t->places.licenses));
}

/* E2: base-files and base-passwd say which system it is, even without files of their own. */
static bool package_survives(const struct teller *t, const struct slim_package *p)
{
	if (t->all || !strcmp(p->name, "base-files") || !strcmp(p->name, "base-passwd"))
		return true;
	for (size_t i = 0; i < p->file_count; i++)
		if (t->selected[p->files[i]->id] && slim_node_is_file(p->files[i]) && !is_text(t, p->files[i]))
			return true;
	return false;
}

static bool survives_by_name(const struct teller *t, struct slim_blob name, struct slim_blob arch)
{
	slim_autofree char *full = arch.len ? slim_format("%.*s:%.*s", (int)name.len, name.ptr, (int)arch.len, arch.ptr) :
					      slim_strndup(name.ptr, name.len);
	const struct slim_package *p = slim_packages_find(t->packages, full);
	return p && t->survives[p->index];
}

static const struct slim_node *node_at(const struct teller *t, struct slim_blob path)
{
	if (!path.len || path.len > SLIM_PATH_MAX)
		return NULL;
	return slim_tree_walk(t->selection->tree, NULL, path, false, NULL, NULL);
}

static bool is_selected_path(const struct teller *t, struct slim_blob path)
{
	const struct slim_node *node = t->all ? NULL : node_at(t, path);
	return t->all || (node && (t->selected[node->id] || !node->parent));
}

typedef int checksum(const struct slim_inode *inode, char text[SLIM_CHECKSUM_TEXT], struct slim_error **err);

/*
 * SUM as it is for the bytes that are written at PATH. A file that had another checksum than its package says was
 * changed by someone else, and that stays to be seen. BUFFER holds the new one.
 */
static struct slim_blob told_sum(const struct teller *t, struct slim_blob path, struct slim_blob sum, checksum *of,
				 char buffer[SLIM_CHECKSUM_TEXT])
{
	const struct slim_node *node = t->selection->rewrites ? node_at(t, path) : NULL;
	const struct slim_inode *now =
		node && slim_node_is_file(node) ? slim_selection_inode(t->selection, node) : NULL;
	if (!now || now == node->inode || *t->failed || of(node->inode, buffer, t->failed) < 0)
		return sum;
	if (!slim_blob_is(sum, buffer) || of(now, buffer, t->failed) < 0)
		return sum;
	return slim_blob_of(buffer);
}

static int by_origin(const void *a, const void *b)
{
	return slim_blob_compare(((const struct diversion *)a)->from, ((const struct diversion *)b)->from);
}

/* Where dpkg put PATH when another package diverted it. */
static bool is_diverted_and_selected(const struct teller *t, struct slim_blob path)
{
	const struct diversion key = { .from = path };
	const struct diversion *d = t->diversion_count ? bsearch(&key, t->diversions, t->diversion_count, sizeof(key),
								  by_origin) : NULL;
	return d && is_selected_path(t, d->to);
}

/* The value of FIELD in STANZA, or an empty one. */
static struct slim_blob field_of(struct slim_blob stanza, const char *field)
{
	size_t n = strlen(field);
	struct slim_blob line;
	while (slim_blob_line(&stanza, &line))
		if (line.len > n && !strncasecmp(line.ptr, field, n) && line.ptr[n] == ':')
			return slim_blob_trim(slim_blob(line.ptr + n + 1, line.len - n - 1));
	return SLIM_BLOB("");
}

/* The next paragraph with the empty lines behind it. */
static bool next_paragraph(struct slim_blob *rest, struct slim_blob *paragraph)
{
	if (!rest->len)
		return false;
	const char *start = rest->ptr, *end = start + rest->len;
	struct slim_blob line;
	bool empty_seen = false;
	while (rest->len) {
		struct slim_blob before = *rest;
		if (!slim_blob_line(rest, &line))
			break;
		bool empty = !slim_blob_trim(line).len;
		if (!empty && empty_seen) {
			*rest = before;
			break;
		}
		empty_seen |= empty;
	}
	*paragraph = slim_blob(start, (size_t)((rest->len ? rest->ptr : end) - start));
	return true;
}

static void put(FILE *out, struct slim_blob bytes)
{
	fwrite(bytes.ptr, 1, bytes.len, out);
}

static void tell_status(const struct teller *t, struct slim_blob text, FILE *out)
{
	struct slim_blob stanza, rest = text;
	while (next_paragraph(&rest, &stanza))
		if (survives_by_name(t, field_of(stanza, "Package"), field_of(stanza, "Architecture")))
			put(out, stanza);
}

/* info/NAME.list, info/NAME.conffiles: a path a line. */
static void tell_paths(const struct teller *t, struct slim_blob text, FILE *out)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		const char *slash = line.len ? memchr(line.ptr, '/', line.len) : NULL;
		struct slim_blob path = slash ? slim_blob(slash, (size_t)(line.ptr + line.len - slash)) : line;
		if (is_selected_path(t, path) || is_diverted_and_selected(t, path))
			fprintf(out, "%.*s\n", (int)line.len, line.ptr);
	}
}

/* info/NAME.md5sums: "MD5  usr/bin/x" a line. */
static void tell_sums(const struct teller *t, struct slim_blob text, FILE *out)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		const char *blank = line.len ? memchr(line.ptr, ' ', line.len) : NULL;
		if (!blank)
			continue;
		struct slim_blob path = slim_blob_trim(slim_blob(blank, (size_t)(line.ptr + line.len - blank)));
		if (!is_selected_path(t, path))
			continue;
		char buffer[SLIM_CHECKSUM_TEXT];
		size_t length = (size_t)(blank - line.ptr);
		struct slim_blob sum = told_sum(t, path, slim_blob(line.ptr, length), slim_checksum_dpkg, buffer);
		fprintf(out, "%.*s%.*s\n", (int)sum.len, sum.ptr, (int)(line.len - length), blank);
	}
}

/* The lines of one apk package: F: a folder, with M: its attributes; R: a file in it, with a: and Z: its checksum. */
static void tell_apk_package(const struct teller *t, struct slim_blob stanza, FILE *out)
{
	struct slim_blob line, folder = SLIM_BLOB("");
	slim_autofree char *path = slim_strdup("");
	bool stays = true;
	while (slim_blob_line(&stanza, &line)) {
		struct slim_blob value = line.len > 2 ? slim_blob(line.ptr + 2, line.len - 2) : SLIM_BLOB("");
		char field = line.len > 1 && line.ptr[1] == ':' ? line.ptr[0] : 0, buffer[SLIM_CHECKSUM_TEXT];
		if (field == 'F') {
			folder = value;
			stays = !value.len || is_selected_path(t, value);
		} else if (field == 'R') {
			free(path);
			path = slim_format("/%.*s/%.*s", (int)folder.len, folder.ptr, (int)value.len, value.ptr);
			stays = is_selected_path(t, slim_blob_of(path));
		} else if (field == 'Z') {
			value = told_sum(t, slim_blob_of(path), value, slim_checksum_apk, buffer);
		}
		if (field == 'Z' && stays)
			fprintf(out, "Z:%.*s\n", (int)value.len, value.ptr);
		else if (stays || !memchr("FMRaZ", field, 5) || !field)
			fprintf(out, "%.*s\n", (int)line.len, line.ptr);
	}
}

static void tell_apk(const struct teller *t, struct slim_blob text, FILE *out)
{
	struct slim_blob stanza, rest = text;
	while (next_paragraph(&rest, &stanza)) {
		struct slim_blob name = SLIM_BLOB(""), line, lines = stanza;
		while (slim_blob_line(&lines, &line))
			if (slim_blob_starts(line, "P:"))
				name = slim_blob(line.ptr + 2, line.len - 2);
		if (survives_by_name(t, name, SLIM_BLOB("")))
			tell_apk_package(t, stanza, out);
	}
}

/* container-manifest-2 of images without rpm: "NAME\tVERSION\t…" a line. A package of no database stays. */
static void tell_manifest(const struct teller *t, struct slim_blob text, FILE *out)
{
	struct slim_blob line, name;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob rest = line;
		slim_autofree char *known =
			slim_blob_split(&rest, '\t', &name) ? slim_strndup(name.ptr, name.len) : slim_strdup("");
		const struct slim_package *p = slim_packages_find(t->packages, known);
		if (!p || t->survives[p->index])
			fprintf(out, "%.*s\n", (int)line.len, line.ptr);
	}
}

typedef void tell(const struct teller *t, struct slim_blob text, FILE *out);

static int rewrite(struct teller *t, const struct slim_node *node, tell *how, struct slim_error **err)
{
	size_t length = (size_t)node->inode->size, written = 0;
	if (node->inode->size > DATABASE_MAX)
		return 0;
	slim_autofree char *text = slim_alloc(length + 1), *told = NULL;
	if (slim_inode_read(node->inode, 0, text, length, err) < 0)
		return -1;
	FILE *out = open_memstream(&told, &written);
	if (!out)
		slim_out_of_memory();
	t->failed = err;
	how(t, slim_blob(text, length), out);
	if (fclose(out) == EOF)
		slim_out_of_memory();
	if (*t->failed)
		return -1;
	if (written == length && !memcmp(told, text, length))
		return 0;
	return slim_selection_rewrite(t->selection, node, slim_blob(told, written), err);
}

/* Which kind of database file NODE is; NULL: none. */
static tell *teller_of(const struct places *p, const struct slim_node *node)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	const struct slim_node *in = node->parent;
	if (!slim_node_is_file(node) || !in)
		return NULL;
	if (slim_blob_is(name, "status") && in == p->dpkg)
		return tell_status;
	if (slim_blob_is(name, "installed") && (in == p->apk || in == p->usr_apk))
		return tell_apk;
	if (slim_blob_ends(name, ".md5sums") && (in == p->info || in == p->status_d))
		return tell_sums;
	if (node == p->rpm_manifest)
		return tell_manifest;
	return in == p->info && (slim_blob_ends(name, ".list") || slim_blob_ends(name, ".conffiles")) ? tell_paths : NULL;
}

/* dpkg-divert(1): a line each of path, new path and package. */
static int read_diversions(struct teller *t, struct slim_error **err)
{
	const struct slim_node *node = slim_tree_find(t->selection->tree, "/var/lib/dpkg/diversions");
	if (!node || !slim_node_is_file(node) || node->inode->size > DATABASE_MAX)
		return 0;
	size_t length = (size_t)node->inode->size;
	t->diversion_text = slim_alloc(length + 1);
	if (slim_inode_read(node->inode, 0, t->diversion_text, length, err) < 0)
		return -1;
	struct slim_blob rest = slim_blob(t->diversion_text, length), from, to, package;
	while (slim_blob_line(&rest, &from) && slim_blob_line(&rest, &to) && slim_blob_line(&rest, &package))
		*slim_push(&t->diversions, &t->diversion_count, &t->diversion_capacity) =
			(struct diversion){ from, to };
	if (t->diversion_count)
		qsort(t->diversions, t->diversion_count, sizeof(*t->diversions), by_origin);
	return 0;
}

static struct places find_places(const struct slim_tree *tree)
{
	return (struct places){
		.doc = slim_tree_find(tree, "/usr/share/doc"),
		.licenses = slim_tree_find(tree, "/usr/share/licenses"),
		.dpkg = slim_tree_find(tree, "/var/lib/dpkg"),
		.info = slim_tree_find(tree, "/var/lib/dpkg/info"),
		.status_d = slim_tree_find(tree, "/var/lib/dpkg/status.d"),
		.apk = slim_tree_find(tree, "/lib/apk/db"),
		.usr_apk = slim_tree_find(tree, "/usr/lib/apk/db"),
		.rpm_manifest = slim_tree_find(tree, "/var/lib/rpmmanifest/container-manifest-2"),
	};
}

static bool has_path(const void *teller, struct slim_blob path)
{
	return is_selected_path(teller, path);
}

static int tell_rpm(struct teller *t, struct slim_error **err)
{
	const struct slim_rpm_store store = slim_rpm_store_find(t->selection->tree);
	if (t->all || !slim_rpm_store_can_change(&store) || !t->selected[store.node->id] ||
	    store.node->inode->size > DATABASE_MAX)
		return 0;
	size_t length = (size_t)store.node->inode->size;
	slim_autofree char *bytes = slim_alloc(length + 1);
	slim_autobuffer struct slim_buffer out = { 0 };
	const struct slim_rpm_survivors survivors = { t->packages, t->survives, has_path, t };
	if (slim_inode_read(store.node->inode, 0, bytes, length, err) < 0)
		return -1;
	if (slim_rpm_packages_tell(&survivors, slim_blob(bytes, length), &out, err) < 0)
		return slim_wrap(err, "rpm database");
	if (out.length == length && !memcmp(out.bytes, bytes, length))
		return 0;
	return slim_selection_rewrite(t->selection, store.node, slim_blob(out.bytes, out.length), err);
}

static int tell_all(struct teller *t, struct slim_error **err)
{
	if (read_diversions(t, err) < 0)
		return -1;
	for (size_t i = 0; i < slim_packages_count(t->packages); i++)
		t->survives[i] = package_survives(t, slim_packages_at(t->packages, i));
	for (size_t i = 0; i < t->selection->count; i++) {
		tell *how = teller_of(&t->places, t->selection->nodes[i]);
		if (how && rewrite(t, t->selection->nodes[i], how, err) < 0)
			return -1;
	}
	return tell_rpm(t, err);
}

int slim_selection_tell_packages(struct slim_selection *selection, const struct slim_packages *packages,
				 struct slim_error **err)
{
	size_t nodes = slim_tree_count(selection->tree), count = slim_packages_count(packages);
	bool all = selection->count + 1 >= nodes;
	if (!count || (all && !selection->rewrites))
		return 0;
	slim_autofree bool *selected = slim_calloc(nodes, sizeof(*selected));
	free(selection->packages);
	bool *survives = selection->packages = slim_calloc(count, sizeof(*survives));
	struct teller t = { .selection = selection, .packages = packages, .places = find_places(selection->tree),
			    .selected = selected, .survives = survives, .all = all };
	for (size_t i = 0; i < selection->count; i++)
		selected[selection->nodes[i]->id] = true;
	int result = tell_all(&t, err);
	free(t.diversions);
	free(t.diversion_text);
	return result;
}
