/* Reads Perl sources, and keeps the modules that they load. docs/rules.md D5. */
#include <string.h>

#include "perl_inside.h"
#include "../engine/owners.h"
#include "slim/path.h"

enum { LIBRARY_MAX = 64 << 20, ROOTS_MAX = 64 };

/* --- keeping ------------------------------------------------------------------------------------------------------ */

static bool is_module_junk(const struct slim_node *node)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	return slim_blob_ends(name, ".pod") || slim_blob_ends(name, ".bs") || slim_blob_is(name, ".packlist");
}

struct slim_node *perl_in_root(struct slim_trace *t, const struct perl_root *root, const char *path)
{
	return slim_tree_walk(slim_trace_tree(t), root->dir, slim_blob_of(path), true, NULL, NULL);
}

/* In the standard library, under a name that perl-base has too: that comes first in @INC, whoever looks. */
static bool is_shadowed(struct slim_trace *t, const struct perl *s, const struct slim_node *node)
{
	const struct perl_root *root = perl_inc_of(&s->inc, node);
	if (!root || root->place != PERL_CORE || !slim_node_is_file(node))
		return false;
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	const char *path = slim_node_path(arena, node) + strlen(slim_node_path(arena, root->dir)) + 1;
	for (size_t i = 0; i < s->inc.count; i++) {
		const struct slim_node *first =
			s->inc.items[i].place == PERL_BASE ? perl_in_root(t, &s->inc.items[i], path) : NULL;
		if (first && slim_node_is_file(first))
			return true;
	}
	return false;
}

void perl_keep_below(struct slim_trace *t, struct perl *s, struct slim_node *dir, enum slim_rule_id rule,
		     const struct slim_node *from, const char *evidence)
{
	if (!dir || !slim_node_is_dir(dir) || s->below[dir->id])
		return;
	uint32_t end = slim_node_end(slim_trace_tree(t), dir);
	for (uint32_t id = dir->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
		s->below[id] = true;
		if (!slim_is_junk(t, node) && !is_module_junk(node) && !is_shadowed(t, s, node))
			slim_keep(t, node, rule, from, "%s", evidence);
	}
}

/* Files of auto/Foo/Bar itself: what XSLoader, DynaLoader and AutoLoader open for Foo::Bar. */
static void keep_auto(struct slim_trace *t, struct perl *s, struct slim_blob stem, const struct slim_node *module)
{
	slim_autofree char *path = slim_format("auto/%.*s", (int)stem.len, stem.ptr);
	for (size_t i = 0; i < s->inc.count; i++) {
		struct slim_node *dir = perl_in_root(t, &s->inc.items[i], path);
		for (struct slim_node *c = dir ? dir->first : NULL; c; c = c->next)
			if (!slim_node_is_dir(c) && !is_module_junk(c) && !slim_is_junk(t, c) && !is_shadowed(t, s, c))
				slim_keep(t, c, SLIM_RULE_PERL_MODULE, module, "its %s", path);
	}
}

void perl_read_later(struct perl *s, struct slim_node *node)
{
	if (s->done[node->id])
		return;
	s->done[node->id] = true;
	*slim_push(&s->modules, &s->module_count, &s->module_capacity) = node;
}

/* All that PATH finds in @INC: a folder that the application added may come first. True: it is there. */
bool perl_keep_file(struct perl_reading *r, const char *path, enum slim_rule_id rule)
{
	bool found = false, in_base = false;
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < r->s->inc.count; i++) {
			const struct perl_root *root = &r->s->inc.items[i];
			if ((root->place == PERL_CORE) != (pass == 1) || (pass == 1 && in_base))
				continue;
			struct slim_node *node = perl_in_root(r->t, root, path);
			if (!node || !slim_node_is_file(node))
				continue;
			slim_keep_path(r->t, root->dir, slim_blob_of(path), rule, r->node, "'%s'", path);
			perl_read_later(r->s, node);
			found = true;
			in_base |= root->place == PERL_BASE;
		}
	}
	return found;
}

bool perl_keep_named(struct perl_reading *r, struct slim_blob name, enum slim_rule_id rule)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	const char *path = perl_path_of(arena, name, ".pm");
	return path && perl_keep_file(r, path, rule);
}

/* Foo/Bar and what is below it, in all of @INC but perl-base. True: there is more than stayed already. */
static bool keep_namespace(struct perl_reading *r, const char *path, bool core_too, enum slim_rule_id rule)
{
	bool found = false;
	for (size_t i = 0; i < r->s->inc.count; i++) {
		const struct perl_root *root = &r->s->inc.items[i];
		if (root->place == PERL_BASE || (root->place == PERL_CORE && !core_too))
			continue;
		struct slim_node *dir = perl_in_root(r->t, root, path);
		if (!dir || !slim_node_is_dir(dir) || dir == root->dir)
			continue;
		found |= !r->s->below[dir->id];
		perl_keep_below(r->t, r->s, dir, rule, r->node, "modules that are loaded by computed names");
	}
	return found;
}

/* Foo/Bar*: what is in the folder Foo and begins so. */
static bool keep_prefixed(struct perl_reading *r, struct slim_blob path)
{
	struct slim_blob dir = slim_path_dir(path), base = slim_path_base(path);
	slim_autofree char *folder = slim_strndup(dir.ptr, dir.len);
	bool found = false;
	for (size_t i = 0; i < r->s->inc.count; i++) {
		struct slim_node *node = dir.len ? perl_in_root(r->t, &r->s->inc.items[i], folder) : NULL;
		for (struct slim_node *c = node ? node->first : NULL; c; c = c->next) {
			if (c->name_length < base.len || memcmp(c->name, base.ptr, base.len) || is_module_junk(c))
				continue;
			slim_keep_below(r->t, c, SLIM_RULE_PERL_NAME, r->node,
					"modules that are loaded by computed names");
			found = true;
		}
	}
	return found;
}

static bool keep_beginning(struct perl_reading *r, struct slim_blob text)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	bool whole = text.len && strchr(":/", text.ptr[text.len - 1]);
	while (text.len && strchr(":/", text.ptr[text.len - 1]))
		text.len--;
	const char *path = perl_path_of(arena, text, "");
	/* auto/ and unicore/ are perl's own, and read by rules of their own */
	if (!path || !strcmp(path, "auto") || !strcmp(path, "unicore"))
		return false;
	if (!whole)
		return keep_prefixed(r, slim_blob_of(path));
	keep_namespace(r, path, true, SLIM_RULE_PERL_NAME);
	for (size_t i = 0; i < r->s->inc.count; i++)
		if (perl_in_root(r->t, &r->s->inc.items[i], path))
			return true;
	return false;
}

void perl_keep_whole(struct slim_trace *t, struct perl *s, const struct slim_node *from, const char *why)
{
	if (!s->whole)
		slim_doubt(t, from, "all Perl modules stay: %s", why);
	s->whole = true;
	for (size_t i = 0; i < s->inc.count; i++)
		perl_keep_below(t, s, s->inc.items[i].dir, SLIM_RULE_RUNTIME, from, "Perl");
}

/* --- distributions ------------------------------------------------------------------------------------------------ */

static void keep_package(struct perl_reading *r, const struct slim_package *package)
{
	for (size_t i = 0; i < package->file_count; i++) {
		struct slim_node *file = package->files[i];
		const struct perl_root *root = perl_inc_of(&r->s->inc, file);
		if (root && root->place != PERL_CORE && !is_module_junk(file) && !slim_is_junk(r->t, file))
			slim_keep(r->t, file, SLIM_RULE_PERL_PACKAGE, r->node, "of the package %s", package->name);
	}
}

/* Each line of a .packlist is a path, with more behind a blank. True: it names PATH. */
static bool keep_listed(struct perl_reading *r, struct slim_node *list, const char *path)
{
	size_t length;
	slim_autofree char *text = slim_trace_read(r->t, list, PERL_SOURCE_MAX, &length);
	struct slim_blob rest = slim_blob(text, text ? length : 0), line;
	if (!text || !memmem(text, length, path, strlen(path)))
		return false;
	while (slim_blob_line(&rest, &line)) {
		const char *blank = memchr(line.ptr, ' ', line.len);
		slim_autofree char *name = slim_strndup(line.ptr, blank ? (size_t)(blank - line.ptr) : line.len);
		struct slim_node *file = slim_tree_find(slim_trace_tree(r->t), name);
		if (file && perl_inc_of(&r->s->inc, file) && !is_module_junk(file))
			slim_keep(r->t, file, SLIM_RULE_PERL_PACKAGE, r->node, "of the same .packlist");
	}
	return true;
}

/* What CPAN's tools installed says so in auto/NAME/.packlist; of modules without one all that is beside them stays. */
static void keep_cpan(struct perl_reading *r)
{
	const struct slim_tree *tree = slim_trace_tree(r->t);
	const char *path = slim_node_path(slim_trace_arena(r->t), r->node);
	if (r->s->below[r->node->id])
		return;
	for (size_t i = 0; i < r->s->inc.count; i++) {
		const struct slim_node *dir = perl_in_root(r->t, &r->s->inc.items[i], "auto");
		uint32_t end = dir && r->s->inc.items[i].place == PERL_SITE ? slim_node_end(tree, dir) : 0;
		for (uint32_t id = dir ? dir->id : 0; id < end; id++)
			if (!strcmp(slim_tree_node(tree, id)->name, ".packlist") &&
			    keep_listed(r, slim_tree_node(tree, id), path))
				return;
	}
	slim_doubt(r->t, r->node, "no package and no .packlist tells what belongs to it: all modules beside it stay");
	perl_keep_below(r->t, r->s, r->root->dir, SLIM_RULE_PERL_PACKAGE, r->node, "beside it");
}

static void keep_distribution(struct perl_reading *r)
{
	const struct slim_package *package = slim_packages_owner(slim_trace_packages(r->t), r->node);
	if (package)
		keep_package(r, package);
	else if (r->root && r->root->place == PERL_SITE)
		keep_cpan(r);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* lib, ../lib, behind what is not known: from the script's folder, and from that above it. */
void perl_add_folder(struct perl_reading *r, struct slim_blob text)
{
	const char *unknown = memrchr(text.ptr, '\0', text.len);
	if (unknown)
		text = slim_blob(unknown + 1, (size_t)(text.ptr + text.len - unknown) - 1);
	bool relative = unknown || !slim_blob_starts(text, "/");
	while (relative && slim_blob_starts(text, "/"))
		text = slim_blob(text.ptr + 1, text.len - 1);
	if (!text.len || memchr(text.ptr, '\0', text.len))
		return;
	const struct slim_node *work = slim_tree_find(slim_trace_tree(r->t), slim_trace_config(r->t)->working_dir);
	const struct slim_node *starts[] = { relative && r->node ? r->node->parent : NULL,
					     relative && r->node && r->node->parent ? r->node->parent->parent : NULL,
					     work };
	for (size_t i = 0; i < (relative ? SLIM_COUNT(starts) : 1); i++) {
		struct slim_node *dir = slim_tree_walk(slim_trace_tree(r->t), starts[i], text, true, NULL, NULL);
		if (dir && dir->parent && slim_node_is_dir(dir) && !slim_is_shared_folder(r->t, dir) &&
		    r->s->inc.count < ROOTS_MAX)
			perl_inc_add(&r->s->inc, dir, PERL_OWN);
	}
}

void perl_said(void *context, enum perl_said what, struct slim_blob text)
{
	struct perl_reading *r = context;
	switch (what) {
	case PERL_MODULE:
		perl_keep_named(r, text, SLIM_RULE_PERL_MODULE);
		break;
	case PERL_FILE: {
		slim_autofree char *path = slim_strndup(text.ptr, text.len);
		if (path[0] && path[0] != '/')
			perl_keep_file(r, path, SLIM_RULE_PERL_MODULE);
		break;
	}
	case PERL_NAME:
	case PERL_WORD:
		if (!r->catalogue)
			r->hints += perl_keep_named(r, text, SLIM_RULE_PERL_NAME);
		break;
	case PERL_PLAIN:
		if (r->again)
			r->hints += perl_keep_named(r, text, SLIM_RULE_PERL_NAME);
		break;
	case PERL_BELOW:
		r->hints += keep_beginning(r, text);
		break;
	case PERL_FOLDER:
		perl_add_folder(r, text);
		break;
	case PERL_COMPUTED:
		r->computed++;
		break;
	}
}

/* The standard library: what is below the module's own name. Others: all of their author's names. */
static void keep_computed(struct perl_reading *r, struct slim_blob stem)
{
	bool site = r->root->place == PERL_SITE;
	struct slim_blob space = site ? perl_namespace(stem) : stem;
	slim_autofree char *path = slim_strndup(space.ptr, space.len);
	if (keep_namespace(r, path, !site, SLIM_RULE_PERL_PACKAGE))
		slim_doubt(r->t, r->node, "loads modules by computed names: all of %s in @INC stay", path);
}

static bool starts_something(struct slim_trace *t, const struct slim_node *node)
{
	return slim_started(t)[node->id];
}

/* A source that is no module of @INC: a script, or an application's own file. */
static void judge_computed(struct perl_reading *r)
{
	const struct slim_package *package = slim_packages_owner(slim_trace_packages(r->t), r->node);
	if (package)
		keep_package(r, package);
	else if (!r->hints && (!slim_is_system_path(r->node) || starts_something(r->t, r->node)))
		perl_keep_whole(r->t, r->s, r->node, "it loads modules by names that it computes");
}

/* "Foo/Bar" of Foo/Bar.pm in its root; empty: no module. */
static struct slim_blob stem_of(struct slim_trace *t, const struct perl_root *root, const struct slim_node *node)
{
	const char *path = slim_node_path(slim_trace_arena(t), node);
	const char *base = slim_node_path(slim_trace_arena(t), root->dir);
	struct slim_blob stem = slim_blob_of(path + strlen(base) + 1);
	return slim_blob_ends(stem, ".pm") ? slim_blob(stem.ptr, stem.len - 3) : slim_blob(stem.ptr, 0);
}

static void read_module(struct perl_reading *r)
{
	struct slim_blob stem = stem_of(r->t, r->root, r->node);
	if (stem.len) {
		keep_auto(r->t, r->s, stem, r->node);
		bool layers = slim_blob_is(stem, "PerlIO"); /* which of them, sources say: perl_source.c */
		if (r->root->place != PERL_OWN && r->computed && !layers)
			keep_computed(r, stem);
		if (slim_blob_is(stem, "diagnostics"))
			perl_keep_file(r, "pod/perldiag.pod", SLIM_RULE_PERL_MODULE);
	}
	if (r->root->place == PERL_SITE)
		keep_distribution(r);
	if (r->root->place == PERL_OWN && r->computed)
		judge_computed(r);
}

static void read_source(struct slim_trace *t, struct perl *s, struct slim_node *node)
{
	size_t length;
	slim_autofree char *text = slim_trace_read(t, node, PERL_SOURCE_MAX, &length);
	if (!text)
		return;
	struct perl_inc known = s->inc;
	struct perl_root root = { 0 };
	const struct perl_root *in = perl_inc_of(&known, node);
	if (in)
		root = *in; /* the list may move while it grows */
	struct perl_reading r = { .t = t, .s = s, .node = node, .root = in ? &root : NULL };
	r.catalogue = !strcmp(node->name, "CoreList.pm");
	perl_source_scan(slim_blob(text, length), perl_said, &r);
	r.again = r.computed;
	if (r.again)
		perl_source_scan(slim_blob(text, length), perl_said, &r);
	if (r.root)
		read_module(&r);
	else if (r.computed)
		judge_computed(&r);
}

/* A compiled module that calls the interpreter to load others: perlapi (load_module, require_pv, eval_pv). */
static void read_library(struct slim_trace *t, struct perl *s, struct slim_node *node)
{
	static const char *const calls[] = { "Perl_eval_pv", "Perl_load_module", "Perl_load_module_nocontext",
					     "Perl_require_pv", "Perl_vload_module" };
	const struct slim_elf *elf = slim_trace_elf(t, node);
	size_t length, i = 0;
	while (elf && i < SLIM_COUNT(calls) && !slim_elf_imports(elf, calls[i]))
		i++;
	if (!elf || i == SLIM_COUNT(calls))
		return;
	slim_autofree char *bytes = slim_trace_read(t, node, LIBRARY_MAX, &length);
	struct perl_reading r = { .t = t, .s = s, .node = node };
	if (bytes)
		perl_library_scan(slim_blob(bytes, length), perl_said, &r);
}

static void read_any(struct slim_trace *t, struct perl *s, struct slim_node *node)
{
	if (slim_kind_of(t, node) == SLIM_KIND_LIBRARY)
		read_library(t, s, node);
	else
		read_source(t, s, node);
}

/* A new folder of modules may hold what was not found before: then all is read again. */
void perl_read_modules(struct slim_trace *t, struct perl *s)
{
	while (s->next < s->module_count) {
		size_t roots = s->inc.count;
		read_any(t, s, s->modules[s->next++]);
		if (s->inc.count != roots)
			s->next = 0;
	}
}
