/* One source: what it loads and names, and what of it cannot be told. */
#include <string.h>

#include "../app/app_commands.h"
#include "node_inside.h"

enum { SOURCE_MAX = 16 << 20, STRINGS_MAX = 4096, STRING_LENGTH_MAX = 1024 };

struct reading {
	struct node_state *s;
	struct slim_node *file; /* or the folder that text is looked up from */
	struct slim_node *package; /* NULL: the application's own */
	struct slim_arena *arena;
	struct slim_blob *strings;
	size_t count, capacity;
	bool computed; /* a name of which nothing is known is loaded */
	bool open; /* so is a file of its own */
	bool settings;
};

static const struct slim_node *folder_of(const struct reading *r)
{
	return slim_node_is_dir(r->file) ? r->file : r->file->parent;
}

static const char *show(const struct reading *r, struct slim_blob text)
{
	return slim_arena_format(slim_trace_arena(r->s->t), "loads '%.*s'", (int)(text.len < 200 ? text.len : 200),
				 text.ptr);
}

/* A path from the file's folder or, in a package, from that of the package, which it does not leave then. */
static void see_path(struct reading *r, struct slim_blob path)
{
	const struct slim_node *package = slim_blob_starts(path, "../") ? NULL : r->package;
	if (path.len <= 2 && memchr(path.ptr, '\0', path.len))
		r->open = true;
	node_load_path(r->s, r->file, folder_of(r), path);
	if (package && package != folder_of(r))
		node_load_path(r->s, r->file, package, path);
}

static void see_load(struct reading *r, const struct js_use *use)
{
	bool relative = slim_blob_starts(use->text, "./") || slim_blob_starts(use->text, "../");
	if (use->partial && relative)
		see_path(r, use->text);
	else if (use->partial)
		node_load_names(r->s, r->file, use->text);
	else
		node_load(r->s, r->file, use->text, SLIM_RULE_NODE_IMPORT, show(r, use->text));
}

static void see_string(struct reading *r, struct slim_blob text)
{
	if (text.len > STRING_LENGTH_MAX || text.len < 2 || memchr(text.ptr, '\n', text.len))
		return;
	bool relative = slim_blob_starts(text, "./") || slim_blob_starts(text, "../");
	if (relative && !r->settings) {
		see_path(r, text);
		return;
	}
	if (r->count < STRINGS_MAX)
		*slim_push(&r->strings, &r->count, &r->capacity) =
			slim_blob(slim_arena_strndup(r->arena, text.ptr, text.len), text.len);
}

static void sink(void *context, const struct js_use *use)
{
	struct reading *r = context;
	if (r->settings && use->kind != JS_STRING)
		return;
	switch (use->kind) {
	case JS_REQUIRE:
	case JS_IMPORT:
		see_load(r, use);
		break;
	case JS_FILE:
		see_path(r, use->text);
		break;
	case JS_COMPUTED:
		r->computed = true;
		break;
	case JS_STRING:
		see_string(r, use->text);
		break;
	}
}

static void name_all(struct reading *r)
{
	for (size_t i = 0; i < r->count; i++) {
		/* a package's texts name what it could use: what an installation for production lacks is not meant */
		if (r->package && node_is_for_development(r->s, node_package_name(r->strings[i])))
			continue;
		const char *evidence = slim_arena_format(slim_trace_arena(r->s->t), "the text '%.*s'",
							 (int)r->strings[i].len, r->strings[i].ptr);
		node_name(r->s, r->file, r->strings[i], evidence);
	}
}

/* Every source of a package that loads some by computed names; its programs are started, not loaded. */
static void open_package(struct node_state *s, struct slim_node *dir, struct slim_node *from)
{
	if (node_marked(s, dir, NODE_OPEN))
		return;
	s->marks[dir->id] |= NODE_OPEN;
	uint32_t end = slim_node_end(s->world.tree, dir);
	for (uint32_t id = dir->id + 1; id < end; id++) {
		struct slim_node *node = slim_tree_node(s->world.tree, id);
		bool skip = slim_node_is_dir(node) && (node_is_modules(node) || node_is_junk(s, dir, node));
		if (skip)
			id = slim_node_end(s->world.tree, node) - 1;
		else if (node_is_source(node) && !node_is_development(node) && !node_is_junk(s, dir, node) &&
			 slim_kind_of(s->t, node) != SLIM_KIND_SCRIPT)
			node_reach(s, &(struct node_found){ .file = node }, SLIM_RULE_NODE_IMPORT, from,
				   "loads files by names that are not known");
	}
}

/* What the application loads by a name that only its run knows: what is declared stays, and what its texts name. */
static void doubt_computed(struct reading *r)
{
	struct node_state *s = r->s;
	struct node_root *root;
	bool declared = node_has_root(s, r->file, &root) && root->package;
	if (declared) {
		slim_doubt(s->t, r->file,
			   "loads a module by a name that is only known as it runs: packages stay that "
			   "package.json or a text names");
		return;
	}
	slim_doubt(s->t, r->file,
		   "loads a module by a name that is only known as it runs, and no package.json tells "
		   "which: all packages stay");
	node_keep_all_modules(s, folder_of(r), r->file);
}

static void read_text(struct reading *r, struct slim_blob text)
{
	js_scan(text, sink, r);
	if (!r->package || r->computed)
		name_all(r);
	if (r->package && (r->computed || r->open))
		open_package(r->s, r->package, r->file);
	else if (!r->package && r->computed)
		doubt_computed(r);
	free(r->strings);
}

static void read_file(struct node_state *s, struct slim_node *file, bool settings)
{
	size_t length;
	slim_autofree char *text = slim_trace_read(s->t, file, SOURCE_MAX, &length);
	if (!text)
		return;
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct reading r = {
		.s = s, .file = file, .package = node_installed(file), .arena = arena, .settings = settings
	};
	if (file->inode->size > SOURCE_MAX) {
		slim_doubt(s->t, file, "too large to be read whole: what its end loads is not known");
		r.computed = true;
	}
	read_text(&r, slim_blob(text, length));
	if (r.package) /* the application's own sources are read wherever they are kept */
		app_read_module(s->t, file, slim_blob(text, length), APP_JAVASCRIPT, node_is_declared(s, r.package));
}

void node_scan_file(struct node_state *s, struct slim_node *file)
{
	read_file(s, file, false);
}

void node_scan_settings(struct node_state *s, struct slim_node *file)
{
	read_file(s, file, true);
}

void node_scan_text(struct node_state *s, struct slim_blob text, struct slim_node *from)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct reading r = { .s = s, .file = from, .package = node_installed(from), .arena = arena };
	read_text(&r, text);
}
