#include "ruby_gems.h"

#include <ctype.h>
#include <string.h>

#include "slim/match.h"
#include "slim/path.h"

enum { SPEC_MAX = 1 << 20 };

/* NAME-VERSION: the version begins with the last hyphen before a digit. */
static size_t name_length(const struct slim_node *dir)
{
	for (size_t i = dir->name_length; i-- > 1;)
		if (dir->name[i - 1] == '-' && isdigit((unsigned char)dir->name[i]))
			return i - 1;
	return dir->name_length;
}

static void add_gems(const struct slim_tree *tree, struct ruby_gems *gems, struct slim_node *folder,
		     const struct slim_node *specs)
{
	for (struct slim_node *dir = folder->first; dir; dir = dir->next) {
		if (!slim_node_is_dir(dir))
			continue;
		slim_autofree char *file = slim_format("%s.gemspec", dir->name);
		*slim_push(&gems->items, &gems->count, &gems->capacity) =
			(struct ruby_gem){ .dir = dir,
					   .spec = slim_node_child(tree, specs, slim_blob_of(file)),
					   .name_length = name_length(dir) };
		uint32_t end = slim_node_end(tree, dir);
		for (uint32_t id = dir->id; id < end; id++)
			gems->inside[id] = true;
	}
}

void ruby_gems_find(const struct slim_tree *tree, struct ruby_gems *gems)
{
	uint32_t count = (uint32_t)slim_tree_count(tree);
	gems->inside = slim_calloc(count, sizeof(bool));
	for (uint32_t id = 1; id < count; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (strcmp(node->name, "gems") || !slim_node_is_dir(node) || gems->inside[id])
			continue;
		const struct slim_node *specs = slim_node_child(tree, node->parent, SLIM_BLOB("specifications"));
		if (specs && slim_node_is_dir(specs))
			add_gems(tree, gems, node, specs);
	}
}

void ruby_gems_clear(struct ruby_gems *gems)
{
	free(gems->items);
	free(gems->inside);
}

const struct ruby_gem *ruby_gems_of(const struct ruby_gems *gems, const struct slim_node *node)
{
	for (size_t i = 0; i < gems->count && gems->inside[node->id]; i++)
		if (slim_node_within(node, gems->items[i].dir))
			return &gems->items[i];
	return NULL;
}

/* Tests, documents and sources of compilers, at the top of a gem; logs of its building. */
static bool is_gem_junk(const struct ruby_gem *gem, const struct slim_node *node)
{
	static const char *const folders[] = { "benchmark*", "doc",  "docs", "example*",
					       "features",   "spec", "test", "tests" };
	static const char *const sources[] = { "*.c",    "*.cc", "*.cpp", "*.h",      "*.hpp",
					       "*.java", "*.o",  "*.rl",  "mkmf.log", "Makefile" };
	const struct slim_node *top = node;
	while (top != gem->dir && top->parent != gem->dir)
		top = top->parent;
	for (size_t i = 0; i < SLIM_COUNT(folders) && slim_node_is_dir(top) && top != gem->dir; i++)
		if (slim_wildcard(slim_blob_of(folders[i]), slim_blob(top->name, top->name_length)))
			return true;
	for (size_t i = 0; i < SLIM_COUNT(sources) && !strcmp(top->name, "ext"); i++)
		if (slim_wildcard(slim_blob_of(sources[i]), slim_blob(node->name, node->name_length)))
			return true;
	return false;
}

/* extensions/PLATFORM/ABI/NAME-VERSION, build_info/NAME-VERSION.info */
static void keep_extensions(struct slim_trace *t, const struct ruby_gem *gem)
{
	const struct slim_node *home = gem->dir->parent->parent;
	const struct slim_node *platforms = slim_node_child(slim_trace_tree(t), home, SLIM_BLOB("extensions"));
	for (struct slim_node *p = platforms ? platforms->first : NULL; p; p = p->next)
		for (struct slim_node *abi = p->first; abi; abi = abi->next) {
			struct slim_node *dir = slim_node_child(slim_trace_tree(t), abi, slim_blob_of(gem->dir->name));
			uint32_t end = dir ? slim_node_end(slim_trace_tree(t), dir) : 0;
			for (uint32_t id = dir ? dir->id : 0; id < end; id++) {
				struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
				if (!slim_wildcard(SLIM_BLOB("*.log"), slim_blob_of(node->name)) &&
				    strcmp(node->name, "gem_make.out"))
					slim_keep(t, node, SLIM_RULE_RUBY_GEM, gem->dir, "its extensions");
			}
		}
	slim_autofree char *info = slim_format("build_info/%s.info", gem->dir->name);
	slim_keep_path(t, home, slim_blob_of(info), SLIM_RULE_RUBY_GEM, gem->dir, "its extensions");
}

static bool is_named(const struct ruby_gem *gem, struct slim_blob name)
{
	return name.len == gem->name_length && !memcmp(name.ptr, gem->dir->name, name.len);
}

static bool want(struct ruby_gem *gem, const struct slim_node *from)
{
	if (gem->state == RUBY_GEM_IDLE) {
		gem->state = RUBY_GEM_WANTED;
		gem->from = from;
	}
	return true;
}

static bool mark_named(struct ruby_gems *gems, struct slim_blob name, const struct slim_node *from)
{
	bool found = false;
	for (size_t i = 0; i < gems->count; i++)
		if (is_named(&gems->items[i], name))
			found = want(&gems->items[i], from);
	return found;
}

/*
 * Told each name behind CALL: add_dependency("x"), add_runtime_dependency(%q<x>.freeze, …). It is the first text that
 * follows.
 */
static void read_calls(struct slim_blob spec, const char *call, void (*told)(void *context, struct slim_blob name),
		       void *context)
{
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(spec);
	bool due = false;
	for (struct lang_token token = ruby_next(lexer); token.kind != LANG_END; token = ruby_next(lexer)) {
		if (token.kind == LANG_NAME)
			due = slim_blob_is(token.text, call);
		else if (token.kind == LANG_STRING && due) {
			due = false;
			told(context, token.text);
		}
	}
}

struct dependencies {
	struct ruby_gems *gems;
	const struct ruby_gem *gem;
	struct slim_arena *arena;
	const char **development; /* what is named as such, sorted before it is asked for */
	size_t count, capacity;
};

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_development(void *context, struct slim_blob name)
{
	struct dependencies *d = context;
	*slim_push(&d->development, &d->count, &d->capacity) = slim_arena_strndup(d->arena, name.ptr, name.len);
}

static void depends(void *context, struct slim_blob name)
{
	struct dependencies *d = context;
	mark_named(d->gems, name, d->gem->spec);
}

static void may_depend(void *context, struct slim_blob name)
{
	struct dependencies *d = context;
	const char *key = slim_arena_strndup(d->arena, name.ptr, name.len);
	if (!d->count || !bsearch(&key, d->development, d->count, sizeof(*d->development), name_order))
		depends(d, name);
}

/*
 * Specifications are written with all dependencies twice, the second time for a RubyGems that knows no kinds of them:
 * what is also named for development is not needed to run.
 */
static void read_dependencies(struct slim_trace *t, struct ruby_gems *gems, const struct ruby_gem *gem)
{
	size_t length;
	slim_autofree char *text = gem->spec ? slim_trace_read(t, gem->spec, SPEC_MAX, &length) : NULL;
	if (!text)
		return;
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct dependencies d = { .gems = gems, .gem = gem, .arena = arena };
	read_calls(slim_blob(text, length), "add_development_dependency", add_development, &d);
	if (d.count)
		qsort(d.development, d.count, sizeof(*d.development), name_order);
	read_calls(slim_blob(text, length), "add_runtime_dependency", depends, &d);
	read_calls(slim_blob(text, length), "add_dependency", may_depend, &d);
	free(d.development);
}

static void keep_gem(struct slim_trace *t, const struct ruby_gem *gem)
{
	uint32_t end = slim_node_end(slim_trace_tree(t), gem->dir);
	for (uint32_t id = gem->dir->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
		if (!is_gem_junk(gem, node) && !slim_is_junk(t, node))
			slim_keep(t, node, SLIM_RULE_RUBY_GEM, gem->from, "the gem %s", gem->dir->name);
	}
	slim_keep(t, gem->spec, SLIM_RULE_RUBY_GEM, gem->from, "the gem %s", gem->dir->name);
	keep_extensions(t, gem);
}

/* Until no wanted gem is left: each is kept once. */
static void keep_wanted(struct slim_trace *t, struct ruby_gems *gems)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < gems->count; i++) {
			if (gems->items[i].state != RUBY_GEM_WANTED)
				continue;
			gems->items[i].state = RUBY_GEM_KEPT;
			keep_gem(t, &gems->items[i]);
			read_dependencies(t, gems, &gems->items[i]);
			more = true;
		}
	}
}

bool ruby_gems_keep_named(struct slim_trace *t, struct ruby_gems *gems, struct slim_blob name,
			  const struct slim_node *from)
{
	bool found = mark_named(gems, name, from);
	keep_wanted(t, gems);
	return found;
}

/* FEATURE, FEATURE.rb or FEATURE.so below lib, or among the gem's extensions. */
static bool has_feature(const struct slim_tree *tree, const struct ruby_gem *gem, struct slim_blob feature, bool below)
{
	static const char *const endings[] = { ".rb", ".so", "" };
	const struct slim_node *lib = slim_node_child(tree, gem->dir, SLIM_BLOB("lib"));
	if (!lib)
		return false;
	for (size_t i = 0; i < SLIM_COUNT(endings); i++) {
		slim_autofree char *path =
			slim_format("%.*s%s", (int)feature.len, feature.ptr, below ? "" : endings[i]);
		const struct slim_node *node = slim_tree_walk(tree, lib, slim_blob_of(path), true, NULL, NULL);
		if (node && (below ? slim_node_is_dir(node) && node != lib : slim_node_is_file(node)))
			return true;
	}
	return false;
}

bool ruby_gems_keep_feature(struct slim_trace *t, struct ruby_gems *gems, struct slim_blob feature, bool below,
			    const struct slim_node *from)
{
	bool found = false;
	if (!feature.len || feature.len > SLIM_NAME_MAX || memchr(feature.ptr, '\0', feature.len) ||
	    feature.ptr[0] == '/')
		return false;
	for (size_t i = 0; i < gems->count; i++)
		if (has_feature(slim_trace_tree(t), &gems->items[i], feature, below))
			found = want(&gems->items[i], from);
	keep_wanted(t, gems);
	return found;
}

void ruby_gems_keep_all(struct slim_trace *t, struct ruby_gems *gems, const struct slim_node *from)
{
	for (size_t i = 0; i < gems->count; i++)
		want(&gems->items[i], from);
	keep_wanted(t, gems);
}

void ruby_gems_keep_program(struct slim_trace *t, struct ruby_gems *gems, struct slim_blob program,
			    const struct slim_node *from)
{
	static const char *const folders[] = { "bin", "exe" };
	for (size_t i = 0; i < gems->count; i++)
		for (size_t f = 0; f < SLIM_COUNT(folders); f++) {
			const struct slim_node *dir =
				slim_node_child(slim_trace_tree(t), gems->items[i].dir, slim_blob_of(folders[f]));
			if (dir && slim_node_child(slim_trace_tree(t), dir, program))
				want(&gems->items[i], from);
		}
	keep_wanted(t, gems);
}
