#include "php_library.h"

#include "../engine/owners.h"
#include "../lang/lang.h"
#include "slim/match.h"
#include "slim/path.h"

enum { ROOTS_MAX = 16, CLASS_MAX = 512 };

enum { DONE_PART = 1, DONE_FOLDER = 2 };

void php_library_clear(struct php_library *library)
{
	free(library->roots);
	free(library->kept);
	free(library->done);
}

static void add_root(struct slim_trace *t, struct php_library *library, struct slim_node *dir)
{
	if (!dir || !slim_node_is_dir(dir) || slim_is_shared_folder(t, dir) || library->root_count == ROOTS_MAX)
		return;
	for (size_t i = 0; i < library->root_count; i++)
		if (library->roots[i] == dir)
			return;
	*slim_push(&library->roots, &library->root_count, &library->root_capacity) = dir;
}

void php_library_find(struct slim_trace *t, struct php_library *library, const struct slim_node *interpreter)
{
	static const char *const names[] = { "php", "php[0-9]*", "pear*" };
	struct slim_node *prefix = lang_prefix(interpreter);
	const struct slim_node *shares[] = { slim_tree_walk(slim_trace_tree(t), prefix, SLIM_BLOB("share"), true, NULL,
							    NULL),
					     slim_tree_find(slim_trace_tree(t), "/usr/share") };
	if (!library->kept)
		library->kept = slim_calloc(slim_packages_count(slim_trace_packages(t)) + 1, sizeof(bool));
	if (!library->done)
		library->done = slim_calloc(slim_tree_count(slim_trace_tree(t)), 1);
	for (size_t i = 0; i < SLIM_COUNT(shares); i++)
		for (struct slim_node *c = shares[i] ? shares[i]->first : NULL; c; c = c->next)
			for (size_t j = 0; j < SLIM_COUNT(names); j++)
				if (slim_wildcard(slim_blob_of(names[j]), slim_blob(c->name, c->name_length)))
					add_root(t, library, c);
	/* PHP as it builds itself has its libraries beside its extensions */
	add_root(t, library, slim_tree_walk(slim_trace_tree(t), prefix, SLIM_BLOB("lib/php"), true, NULL, NULL));
}

void php_library_add_root(struct slim_trace *t, struct php_library *library, const struct php_word *root)
{
	struct slim_node *dir =
		slim_keep_path(t, NULL, slim_blob_of(root->text), SLIM_RULE_PHP_SETTING, root->from, "include_path");
	if (dir && slim_is_system_path(dir))
		add_root(t, library, dir);
	else if (dir && !slim_is_shared_folder(t, dir))
		slim_keep_below(t, dir, SLIM_RULE_RUNTIME, root->from, "include_path");
}

static const struct slim_node *root_of(const struct php_library *library, const struct slim_node *node)
{
	for (const struct slim_node *n = node; n->parent; n = n->parent)
		for (size_t i = 0; i < library->root_count; i++)
			if (library->roots[i] == n)
				return n;
	return NULL;
}

bool php_library_holds(const struct php_library *library, const struct slim_node *node)
{
	return root_of(library, node);
}

static void keep_sources(struct slim_trace *t, struct slim_node *top, const struct slim_node *from,
			 const char *evidence)
{
	uint32_t end = slim_node_end(slim_trace_tree(t), top);
	for (uint32_t id = top->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
		if (!php_conf_is_extension(node) && !slim_is_junk(t, node))
			slim_keep(t, node, SLIM_RULE_PHP_LIBRARY, from, "%s", evidence);
	}
}

static void keep_package(struct slim_trace *t, struct php_library *library, const struct slim_package *package,
			 const struct slim_node *from)
{
	if (library->kept[package->index])
		return;
	library->kept[package->index] = true;
	for (size_t i = 0; i < package->file_count; i++) {
		struct slim_node *node = package->files[i];
		bool program = slim_node_is_executable(node) &&
			       slim_wildcard(SLIM_BLOB("*bin"), slim_blob_of(node->parent->name));
		if (!program && !php_conf_is_extension(node) && !slim_is_junk(t, node) && !slim_is_integration(t, node))
			slim_keep(t, node, SLIM_RULE_PHP_LIBRARY, from, "package %s", package->name);
	}
}

/* Of files that no package owns the part of the root that NODE lies in: "Mail" and "Mail.php". */
static void keep_part(struct slim_trace *t, struct php_library *library, const struct slim_node *root,
		      struct slim_node *node, const struct slim_node *from)
{
	struct slim_node *top = node;
	while (top->parent != root)
		top = top->parent;
	if (library->done[top->id] & DONE_PART)
		return;
	library->done[top->id] |= DONE_PART;
	keep_sources(t, top, from, top->name);
	struct slim_blob name = slim_blob(top->name, top->name_length);
	if (!slim_blob_ends(name, ".php"))
		return;
	struct slim_node *beside = slim_node_child(slim_trace_tree(t), root, slim_blob(name.ptr, name.len - 4));
	if (beside && slim_node_is_dir(beside))
		keep_sources(t, beside, from, top->name);
}

static void keep_library(struct slim_trace *t, struct php_library *library, struct slim_node *node,
			 const struct slim_node *from)
{
	const struct slim_node *root = root_of(library, node);
	if (!root || root == node)
		return;
	const struct slim_package *owner = slim_packages_owner(slim_trace_packages(t), node);
	if (owner)
		keep_package(t, library, owner, from);
	else
		keep_part(t, library, root, node, from);
}

void php_library_keep_file(struct slim_trace *t, struct php_library *library, struct slim_blob name,
			   const struct slim_node *source)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	if (name.len && name.ptr[0] == '/') {
		struct slim_node *node = slim_tree_walk(tree, NULL, name, true, NULL, NULL);
		if (node)
			keep_library(t, library, node, source);
		name = slim_blob(name.ptr + 1, name.len - 1); /* __DIR__ . '/x.php' */
	}
	for (size_t i = 0; i <= library->root_count; i++) {
		const struct slim_node *base = i ? library->roots[i - 1] : source ? source->parent : NULL;
		struct slim_node *node = base && name.len ? slim_tree_walk(tree, base, name, true, NULL, NULL) : NULL;
		if (node && slim_node_is_file(node))
			keep_library(t, library, node, source);
	}
}

/* All that lies in a folder of a namespace. */
static void keep_folder(struct slim_trace *t, struct php_library *library, const struct slim_node *dir,
			const struct slim_node *from)
{
	if (library->done[dir->id] & DONE_FOLDER)
		return;
	library->done[dir->id] |= DONE_FOLDER;
	for (struct slim_node *c = dir->first; c; c = c->next)
		if (slim_node_is_file(c))
			keep_library(t, library, c, from);
}

/* As far as the parts of NAME are folders; the last may be a file. */
static void keep_class_in(struct slim_trace *t, struct php_library *library, const struct slim_node *root,
			  struct slim_blob name, const struct slim_node *from)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	const struct slim_node *dir = root;
	struct slim_blob part;
	while (slim_blob_split(&name, '/', &part)) {
		slim_autofree char *file = slim_format("%.*s.php", (int)part.len, part.ptr);
		struct slim_node *source = slim_node_child(tree, dir, slim_blob_of(file));
		const struct slim_node *next = slim_node_child(tree, dir, part);
		if (source && !name.ptr)
			keep_library(t, library, source, from);
		if (!next || !slim_node_is_dir(next))
			break;
		dir = next;
	}
	if (dir != root)
		keep_folder(t, library, dir, from);
}

void php_library_keep_class(struct slim_trace *t, struct php_library *library, struct slim_blob name,
			    const struct slim_node *source)
{
	char path[CLASS_MAX];
	size_t length = 0;
	for (size_t i = 0; i < name.len && length < sizeof(path); i++) {
		bool joint = name.ptr[i] == '\\' || (name.ptr[i] == '_' && !memchr(name.ptr, '\\', name.len));
		if (joint && (!length || path[length - 1] == '/'))
			continue;
		path[length++] = joint ? '/' : name.ptr[i];
	}
	for (size_t i = 0; i < library->root_count; i++)
		keep_class_in(t, library, library->roots[i], slim_blob(path, length), source);
}

void php_library_keep_all(struct slim_trace *t, struct php_library *library, const struct slim_node *from,
			  const char *why)
{
	if (library->all || !library->root_count)
		return;
	library->all = true;
	slim_doubt(t, from, "all PHP libraries of the system stay: %s", why);
	for (size_t i = 0; i < library->root_count; i++) {
		uint32_t end = slim_node_end(slim_trace_tree(t), library->roots[i]);
		for (uint32_t id = library->roots[i]->id; id < end; id++) {
			struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
			if (!php_conf_is_extension(node) && !slim_is_junk(t, node))
				slim_keep(t, node, SLIM_RULE_PHP_FALLBACK, from, "a PHP library");
		}
	}
}
