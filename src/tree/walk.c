#include "internal.h"

#include "slim/path.h"

void slim_steps_begin(struct slim_steps *steps, struct slim_blob path)
{
	steps->rest[0] = path;
	steps->depth = 1;
	steps->links = 0;
}

static struct slim_blob skip_slashes(struct slim_blob path)
{
	while (path.len && *path.ptr == '/')
		path = slim_blob(path.ptr + 1, path.len - 1);
	return path;
}

/* Whether not even a slash is left: "a/" asks for a folder, "a" does not. */
static bool used_up(const struct slim_steps *steps)
{
	for (unsigned i = 0; i < steps->depth; i++)
		if (steps->rest[i].len)
			return false;
	return true;
}

bool slim_steps_next(struct slim_steps *steps, struct slim_blob *name, bool *last)
{
	while (steps->depth) {
		struct slim_blob *rest = &steps->rest[steps->depth - 1];
		*rest = skip_slashes(*rest);
		if (rest->len) {
			const char *slash = memchr(rest->ptr, '/', rest->len);
			*name = slim_blob(rest->ptr, slash ? (size_t)(slash - rest->ptr) : rest->len);
			*rest = slim_blob(rest->ptr + name->len, rest->len - name->len);
			*last = used_up(steps);
			return true;
		}
		steps->depth--;
	}
	return false;
}

bool slim_steps_follow(struct slim_steps *steps, const struct slim_tree *tree, const struct slim_node *link,
		       struct slim_node **at)
{
	struct slim_blob target = link->inode->target;
	/* symlink(2): an empty target is ENOENT, one of PATH_MAX bytes is ENAMETOOLONG. */
	if (!target.len || target.len >= SLIM_PATH_MAX || steps->links == SLIM_LINK_LIMIT)
		return false;
	steps->links++;
	while (steps->depth && !steps->rest[steps->depth - 1].len)
		steps->depth--;
	steps->rest[steps->depth++] = target;
	*at = *target.ptr == '/' ? tree->root : link->parent;
	return true;
}

static struct slim_node *enter(const struct slim_tree *tree, struct slim_node *at, struct slim_blob name)
{
	if (slim_blob_is(name, "."))
		return at;
	if (slim_blob_is(name, ".."))
		return at->parent ? at->parent : at;
	return slim_node_child(tree, at, name);
}

struct slim_node *slim_tree_walk(const struct slim_tree *tree, const struct slim_node *from, struct slim_blob path,
				 bool follow, slim_on_link *on_link, void *context)
{
	bool absolute = path.len && *path.ptr == '/';
	struct slim_node *at = absolute || !from ? tree->root : (struct slim_node *)(uintptr_t)from;
	if (!slim_node_is_dir(at))
		return NULL;
	struct slim_steps steps;
	struct slim_blob name;
	bool last;
	slim_steps_begin(&steps, path);
	while (slim_steps_next(&steps, &name, &last)) {
		struct slim_node *node = enter(tree, at, name);
		if (!node)
			return NULL;
		if (slim_node_is_link(node) && (follow || !last)) {
			if (!slim_steps_follow(&steps, tree, node, &at))
				return NULL;
			if (on_link)
				on_link(context, node);
			continue;
		}
		if (!last && !slim_node_is_dir(node))
			return NULL;
		at = node;
	}
	return at;
}
