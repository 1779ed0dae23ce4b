/* apk's database: one-letter fields, records end with an empty line. Source: apk-installed(5), APKINDEX format. */
#include <string.h>

#include "slim/path.h"
#include "package_db.h"

struct apk {
	struct slim_packages *db;
	struct slim_provides provides; /* "so:libz.so.1", "cmd:foo" */
};

struct record {
	struct slim_package *package;
	struct slim_blob folder;
	struct slim_blob depends, provides;
};

/* "name", "so:libz.so.1=1.2", "name>=3", "name@repository", "!conflict" */
static struct slim_blob bare_name(struct slim_blob word)
{
	size_t n = 0;
	while (n < word.len && !strchr("<>=~@", word.ptr[n]))
		n++;
	return word.len && word.ptr[0] == '!' ? slim_blob(word.ptr, 0) : slim_blob(word.ptr, n);
}

static size_t add_names(struct slim_packages *db, struct slim_blob list, const char **out)
{
	size_t count = 0;
	struct slim_blob word;
	while (slim_blob_split(&list, ' ', &word)) {
		struct slim_blob name = bare_name(word);
		if (name.len && out)
			out[count] = slim_packages_string(db, name);
		count += name.len > 0;
	}
	return count;
}

static void end_record(struct apk *apk, struct record *record)
{
	struct slim_packages *db = apk->db;
	if (record->package) {
		size_t count = add_names(db, record->depends, NULL);
		record->package->depends = slim_arena_alloc(db->arena, (count + 1) * sizeof(char *));
		add_names(db, record->depends, record->package->depends);
		slim_packages_close(db, record->package);
		struct slim_blob word;
		while (slim_blob_split(&record->provides, ' ', &word))
			slim_provides_add(&apk->provides, slim_packages_string(db, bare_name(word)),
					  record->package->name);
	}
	*record = (struct record){ 0 };
}

static void own(struct slim_packages *db, const struct record *record, struct slim_blob name)
{
	if (record->folder.len > SLIM_PATH_MAX || name.len > SLIM_PATH_MAX)
		return;
	slim_autofree char *path = slim_format("/%.*s/%.*s", (int)record->folder.len, record->folder.ptr,
					       (int)name.len, name.ptr);
	slim_packages_own(db, slim_blob_of(path), false);
	/* apk.static's default protected path: etc (apk-protected_paths.d(5)) */
	if (slim_blob_is(record->folder, "etc") || slim_blob_starts(record->folder, "etc/"))
		slim_packages_own_conffile(db, slim_blob_of(path));
}

static void read_field(struct slim_packages *db, struct record *record, char letter, struct slim_blob value)
{
	if (letter == 'P' && !record->package) {
		record->package = slim_packages_add(db, value);
		record->package->kind = "apk";
	}
	if (!record->package)
		return;
	if (letter == 'V')
		record->package->version = slim_packages_string(db, value);
	else if (letter == 'A')
		record->package->architecture = slim_packages_string(db, value);
	else if (letter == 'L')
		record->package->licence = slim_packages_string(db, value);
	else if (letter == 'o')
		record->package->source = slim_packages_string(db, value);
	else if (letter == 'D')
		record->depends = value;
	else if (letter == 'p')
		record->provides = value;
	else if (letter == 'F')
		record->folder = value;
	else if (letter == 'R' && record->folder.ptr)
		own(db, record, value);
}

void slim_apk_parse(struct slim_packages *db, struct slim_blob text)
{
	struct apk apk = { .db = db };
	struct record record = { 0 };
	struct slim_blob line;
	size_t first = db->count;
	while (slim_blob_line(&text, &line)) {
		if (!slim_blob_trim(line).len)
			end_record(&apk, &record);
		else if (line.len >= 2 && line.ptr[1] == ':')
			read_field(db, &record, line.ptr[0], slim_blob_trim(slim_blob(line.ptr + 2, line.len - 2)));
	}
	end_record(&apk, &record);
	slim_provides_resolve(&apk.provides, db, first);
}

void slim_apk_read(struct slim_packages *db)
{
	static const char *const places[] = { "/lib/apk/db/installed", "/usr/lib/apk/db/installed" };
	const struct slim_node *seen = NULL;
	for (size_t i = 0; i < SLIM_COUNT(places); i++) {
		const struct slim_node *node = slim_tree_find(db->tree, places[i]);
		if (!node || !slim_node_is_file(node) || node == seen)
			continue;
		seen = node;
		size_t length = 0;
		slim_autofree char *bytes = slim_packages_slurp(db, node, &length);
		if (bytes)
			slim_apk_parse(db, slim_blob(bytes, length));
	}
}
