/* dpkg's database: /var/lib/dpkg/status with info/NAME.list, and the status.d/ of images built without dpkg. */
#include <string.h>
#include <strings.h>

#include "package_db.h"

struct stanza {
	struct slim_blob package, version, architecture, source, status, depends, pre_depends, recommends, suggests,
		essential, priority, conffiles;
};

struct field {
	const char *name;
	size_t offset;
};

/* deb-control(5), and "Package status" of dpkg(1) */
static const struct field fields[] = {
	{ "Package", offsetof(struct stanza, package) },
	{ "Version", offsetof(struct stanza, version) },
	{ "Architecture", offsetof(struct stanza, architecture) },
	{ "Source", offsetof(struct stanza, source) },
	{ "Status", offsetof(struct stanza, status) },
	{ "Depends", offsetof(struct stanza, depends) },
	{ "Pre-Depends", offsetof(struct stanza, pre_depends) },
	{ "Recommends", offsetof(struct stanza, recommends) },
	{ "Suggests", offsetof(struct stanza, suggests) },
	{ "Essential", offsetof(struct stanza, essential) },
	{ "Priority", offsetof(struct stanza, priority) },
	{ "Conffiles", offsetof(struct stanza, conffiles) },
};

/* "PATH\nDIVERTED\nPACKAGE\n" of the file `diversions`; sorted by path. */
struct diversion {
	struct slim_blob from, to, package; /* package ":" is a local diversion */
};

struct dpkg {
	struct slim_packages *db;
	struct slim_node *info;          /* the folder; NULL: none */
	struct diversion *diversions;
	size_t diversion_count, diversion_capacity;
	char *diversion_text;
	bool *read; /* by node: a list that is known, however often `status` names its package */
};

static bool same_word(struct slim_blob a, const char *b)
{
	return a.len == strlen(b) && !strncasecmp(a.ptr, b, a.len);
}

static void set_field(struct stanza *stanza, struct slim_blob line, struct slim_blob rest_of_value)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	if (!colon)
		return;
	struct slim_blob name = slim_blob(line.ptr, (size_t)(colon - line.ptr));
	const char *end = rest_of_value.len ? rest_of_value.ptr + rest_of_value.len : line.ptr + line.len;
	for (size_t i = 0; i < SLIM_COUNT(fields); i++)
		if (same_word(name, fields[i].name))
			*(struct slim_blob *)(void *)((char *)stanza + fields[i].offset) =
				slim_blob_trim(slim_blob(colon + 1, (size_t)(end - colon - 1)));
}

/* The next run of fields up to an empty line. False at the end of the text. */
static bool next_stanza(struct slim_blob *rest, struct stanza *stanza)
{
	struct slim_blob line, field = { NULL, 0 }, more = { NULL, 0 };
	bool any = false;
	*stanza = (struct stanza){ 0 };
	while (slim_blob_line(rest, &line)) {
		bool empty = !slim_blob_trim(line).len;
		if (!empty && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
			more = line;
			continue;
		}
		if (field.ptr)
			set_field(stanza, field, more);
		field = more = (struct slim_blob){ NULL, 0 };
		if (empty && any)
			return true;
		if (!empty) {
			any = true;
			field = line;
		}
	}
	if (field.ptr)
		set_field(stanza, field, more);
	return any;
}

/* "want flag state": only a state that has files counts. An image without dpkg (status.d) has no Status. */
static bool is_installed(struct slim_blob status)
{
	static const char *const states[] = { "installed", "unpacked", "half-configured", "half-installed",
					      "triggers-awaited", "triggers-pending" };
	struct slim_blob word, last = { NULL, 0 };
	if (!status.len)
		return true;
	while (slim_blob_split_any(&status, " \t", &word))
		last = word;
	for (size_t i = 0; i < SLIM_COUNT(states); i++)
		if (slim_blob_is(last, states[i]))
			return true;
	return false;
}

static struct slim_blob first_word(struct slim_blob text, const char *stops)
{
	text = slim_blob_trim(text);
	size_t n = 0;
	while (n < text.len && !strchr(stops, text.ptr[n]))
		n++;
	return slim_blob(text.ptr, n);
}

static size_t add_names(struct slim_packages *db, struct slim_blob list, const char **out)
{
	size_t count = 0;
	struct slim_blob part;
	while (slim_blob_split_any(&list, ",|", &part)) {
		struct slim_blob name = first_word(part, " \t\r\n:(");
		if (name.len && out)
			out[count] = slim_packages_string(db, name);
		count += name.len > 0;
	}
	return count;
}

static const char **names_of(struct slim_packages *db, struct slim_blob first, struct slim_blob second)
{
	size_t count = add_names(db, first, NULL) + add_names(db, second, NULL);
	const char **names = slim_arena_alloc(db->arena, (count + 1) * sizeof(*names));
	size_t done = add_names(db, first, names);
	add_names(db, second, names + done);
	return names;
}

static int by_path(const void *a, const void *b)
{
	return slim_blob_compare(((const struct diversion *)a)->from, ((const struct diversion *)b)->from);
}

/* Where dpkg put PATH of PACKAGE: dpkg-divert(1). */
static struct slim_blob divert(const struct dpkg *dpkg, struct slim_blob path, const char *package)
{
	const struct diversion key = { .from = path };
	const struct diversion *d = dpkg->diversion_count ? bsearch(&key, dpkg->diversions, dpkg->diversion_count,
								     sizeof(key), by_path) : NULL;
	return d && !slim_blob_is(d->package, package) ? d->to : path;
}

/* A folder stands before what is in it: dpkg writes lists in the order of unpacking. */
static bool is_folder_of(struct slim_blob path, struct slim_blob next)
{
	return next.len > path.len && next.ptr[path.len] == '/' && !memcmp(path.ptr, next.ptr, path.len);
}

static void read_list(const struct dpkg *dpkg, const struct slim_package *package, struct slim_blob text)
{
	struct slim_blob line, next;
	bool more = slim_blob_line(&text, &line);
	while (more) {
		more = slim_blob_line(&text, &next);
		slim_packages_own(dpkg->db, divert(dpkg, line, package->name), more && is_folder_of(line, next));
		line = next;
	}
}

/* "MD5  usr/bin/x" */
static void read_md5sums(const struct dpkg *dpkg, struct slim_blob text)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		const char *blank = line.len ? memchr(line.ptr, ' ', line.len) : NULL;
		if (blank)
			slim_packages_own(dpkg->db,
					  slim_blob_trim(slim_blob(blank, (size_t)(line.ptr + line.len - blank))),
					  false);
	}
}

/* " /etc/x MD5 [obsolete]" of the field, "[remove-on-upgrade ]/etc/x" of the file. */
static void read_conffiles(const struct dpkg *dpkg, struct slim_blob text)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		const char *slash = line.len ? memchr(line.ptr, '/', line.len) : NULL;
		if (!slash)
			continue;
		struct slim_blob path = slim_blob(slash, (size_t)(line.ptr + line.len - slash));
		slim_packages_own_conffile(dpkg->db, first_word(path, " \t\r"));
	}
}

static struct slim_node *file_in(const struct dpkg *dpkg, const struct slim_node *dir, const char *name)
{
	struct slim_node *node = dir ? slim_node_child(dpkg->db->tree, dir, slim_blob_of(name)) : NULL;
	return node && slim_node_is_file(node) ? node : NULL;
}

static char *slurp_child(const struct dpkg *dpkg, const struct slim_node *dir, const char *name, size_t *length)
{
	const struct slim_node *node = file_in(dpkg, dir, name);
	return node ? slim_packages_slurp(dpkg->db, node, length) : NULL;
}

/* info/NAME.list, or info/NAME:ARCH.list for packages that several architectures may have at once; each but once. */
static char *slurp_list(const struct dpkg *dpkg, const struct slim_package *package, size_t *length)
{
	slim_autofree char *plain = slim_format("%s.list", package->name);
	slim_autofree char *with_arch = slim_format("%s:%s.list", package->name, package->architecture);
	const struct slim_node *node = file_in(dpkg, dpkg->info, with_arch);
	if (!node)
		node = file_in(dpkg, dpkg->info, plain);
	if (!node || dpkg->read[node->id])
		return NULL;
	dpkg->read[node->id] = true;
	return slim_packages_slurp(dpkg->db, node, length);
}

static struct slim_package *add_package(struct slim_packages *db, const struct stanza *stanza)
{
	struct slim_package *package = slim_packages_add(db, stanza->package);
	package->kind = "deb";
	package->version = slim_packages_string(db, stanza->version);
	package->architecture = slim_packages_string(db, stanza->architecture);
	struct slim_blob source = first_word(stanza->source, " \t(");
	if (source.len)
		package->source = slim_packages_string(db, source);
	package->depends = names_of(db, stanza->depends, stanza->pre_depends);
	package->suggests = names_of(db, stanza->recommends, stanza->suggests);
	package->essential = slim_blob_is(stanza->essential, "yes");
	package->required = slim_blob_is(stanza->priority, "required");
	return package;
}

static void read_status(const struct dpkg *dpkg, struct slim_blob text)
{
	struct stanza stanza;
	while (next_stanza(&text, &stanza)) {
		if (!stanza.package.len || !is_installed(stanza.status))
			continue;
		struct slim_package *package = add_package(dpkg->db, &stanza);
		size_t length = 0;
		slim_autofree char *list = slurp_list(dpkg, package, &length);
		if (list)
			read_list(dpkg, package, slim_blob(list, length));
		read_conffiles(dpkg, stanza.conffiles);
		slim_packages_close(dpkg->db, package);
	}
}

void slim_dpkg_parse_status(struct slim_packages *db, struct slim_blob text)
{
	const struct dpkg dpkg = { .db = db };
	read_status(&dpkg, text);
}

/* status.d/NAME is one stanza, status.d/NAME.md5sums its files (distroless). */
static void read_status_d(const struct dpkg *dpkg, const struct slim_node *dir)
{
	for (const struct slim_node *node = dir->first; node; node = node->next) {
		if (!slim_node_is_file(node) || slim_blob_ends(slim_blob_of(node->name), ".md5sums"))
			continue;
		size_t length = 0, sums_length = 0;
		slim_autofree char *bytes = slim_packages_slurp(dpkg->db, node, &length);
		struct stanza stanza;
		struct slim_blob text = slim_blob(bytes, length);
		if (!bytes || !next_stanza(&text, &stanza) || !stanza.package.len)
			continue;
		struct slim_package *package = add_package(dpkg->db, &stanza);
		slim_autofree char *name = slim_format("%s.md5sums", node->name);
		slim_autofree char *sums = slurp_child(dpkg, dir, name, &sums_length);
		if (sums)
			read_md5sums(dpkg, slim_blob(sums, sums_length));
		read_conffiles(dpkg, stanza.conffiles);
		slim_packages_close(dpkg->db, package);
	}
}

static void read_diversions(struct dpkg *dpkg, const struct slim_node *admin)
{
	size_t length = 0;
	dpkg->diversion_text = slurp_child(dpkg, admin, "diversions", &length);
	struct slim_blob text = slim_blob(dpkg->diversion_text, length);
	struct diversion d;
	while (text.ptr && slim_blob_line(&text, &d.from) && slim_blob_line(&text, &d.to) &&
	       slim_blob_line(&text, &d.package))
		*slim_push(&dpkg->diversions, &dpkg->diversion_count, &dpkg->diversion_capacity) = d;
	if (dpkg->diversion_count)
		qsort(dpkg->diversions, dpkg->diversion_count, sizeof(d), by_path);
}

void slim_dpkg_read(struct slim_packages *db)
{
	const struct slim_node *admin = slim_tree_find(db->tree, "/var/lib/dpkg");
	if (!admin || !slim_node_is_dir(admin))
		return;
	struct dpkg dpkg = { .db = db, .info = slim_node_child(db->tree, admin, SLIM_BLOB("info")),
			     .read = slim_calloc(slim_tree_count(db->tree), sizeof(bool)) };
	read_diversions(&dpkg, admin);
	size_t length = 0;
	slim_autofree char *status = slurp_child(&dpkg, admin, "status", &length);
	if (status)
		read_status(&dpkg, slim_blob(status, length));
	const struct slim_node *status_d = slim_node_child(db->tree, admin, SLIM_BLOB("status.d"));
	if (status_d && slim_node_is_dir(status_d))
		read_status_d(&dpkg, status_d);
	free(dpkg.read);
	free(dpkg.diversions);
	free(dpkg.diversion_text);
}
