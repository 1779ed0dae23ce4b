#include "python_find.h"

#include "slim/path.h"

static struct slim_node *child(struct slim_trace *t, const struct slim_node *dir, struct slim_blob name)
{
	struct slim_node *node = slim_node_child(slim_trace_tree(t), dir, name);
	if (node && slim_node_is_link(node))
		node = slim_tree_walk(slim_trace_tree(t), dir, name, true, NULL, NULL);
	return node;
}

/* NAME with each suffix that this runtime's loaders know, in their order. */
static struct slim_node *file_of(struct slim_trace *t, const struct python_runtime *runtime,
				 const struct slim_node *dir, struct slim_blob name)
{
	const char *const suffixes[] = { runtime->suffix, ".abi3.so", ".so", ".py", ".pyc" };
	char buffer[2 * SLIM_NAME_MAX + 1];
	if (name.len > SLIM_NAME_MAX)
		return NULL;
	memcpy(buffer, name.ptr, name.len);
	for (size_t i = 0; i < SLIM_COUNT(suffixes); i++) {
		size_t length = suffixes[i] ? strlen(suffixes[i]) : SLIM_NAME_MAX;
		if (length >= SLIM_NAME_MAX)
			continue;
		memcpy(buffer + name.len, suffixes[i], length);
		struct slim_node *node = child(t, dir, slim_blob(buffer, name.len + length));
		if (node && slim_node_is_file(node))
			return node;
	}
	return NULL;
}

/* In one folder. True: the search is over. */
static bool find_here(struct slim_trace *t, const struct python_runtime *runtime, struct slim_node *dir,
		      struct slim_blob name, struct python_module *out)
{
	struct slim_node *package = child(t, dir, name);
	bool is_dir = package && slim_node_is_dir(package);
	struct slim_node *file = is_dir ? file_of(t, runtime, package, SLIM_BLOB("__init__")) : NULL;
	if (!file) {
		file = file_of(t, runtime, dir, name);
		if (!file && is_dir && out->dir_count < PYTHON_PORTIONS_MAX) {
			out->dirs[out->dir_count++] = package;
			out->entry = out->entry ? out->entry : package;
			out->place = out->place ? out->place : dir;
		}
		is_dir = false;
	}
	if (!file)
		return false;
	*out = (struct python_module){ .file = file, .place = dir, .entry = file };
	if (is_dir) {
		out->entry = slim_node_child(slim_trace_tree(t), dir, name);
		out->dirs[out->dir_count++] = package;
	}
	return true;
}

bool python_find_in(struct slim_trace *t, const struct python_runtime *runtime, struct slim_node *const *dirs,
		    size_t count, struct slim_blob name, struct python_module *out)
{
	*out = (struct python_module){ .file = NULL };
	if (!name.len || memchr(name.ptr, '/', name.len) || memchr(name.ptr, '\0', name.len))
		return false;
	for (size_t i = 0; i < count; i++)
		if (slim_node_is_dir(dirs[i]) && find_here(t, runtime, dirs[i], name, out))
			return true;
	return out->dir_count > 0;
}

bool python_is_module_file(const struct slim_node *node)
{
	struct slim_blob name = slim_blob_of(node->name);
	return slim_node_is_file(node) && (slim_blob_ends(name, ".py") || slim_blob_ends(name, ".so") ||
					   (slim_blob_ends(name, ".pyc") && strcmp(node->parent->name, "__pycache__") != 0));
}
