#include <string.h>

#include "../engine/junk.h"
#include "dotnet.h"

/* host/fxr/VERSION/libhostfxr.so and shared/NAME/VERSION: what the muxer and an application's own host look for. */
bool dotnet_is_root(const struct slim_tree *tree, const struct slim_node *dir)
{
	return slim_node_is_dir(dir) && dir->parent &&
	       slim_tree_walk(tree, dir, SLIM_BLOB("host/fxr"), true, NULL, NULL) &&
	       slim_tree_walk(tree, dir, SLIM_BLOB("shared"), true, NULL, NULL);
}

static void mark_docs(const struct slim_tree *tree, const struct slim_node *root, uint8_t *marks)
{
	const struct slim_node *shared = slim_node_child(tree, root, SLIM_BLOB("shared"));
	uint32_t end = shared ? slim_node_end(tree, shared) : 0;
	for (uint32_t id = shared ? shared->id : 0; id < end; id++) {
		const struct slim_node *node = slim_tree_node(tree, id);
		struct slim_blob name = slim_blob(node->name, node->name_length);
		if (slim_node_is_file(node) && (slim_blob_ends(name, ".pdb") || slim_blob_ends(name, ".xml")))
			marks[id] |= SLIM_JUNK;
	}
}

void dotnet_mark_roots(const struct slim_tree *tree, uint8_t *marks)
{
	uint32_t count = (uint32_t)slim_tree_count(tree);
	for (uint32_t id = 1; id < count; id++) {
		const struct slim_node *host = slim_tree_node(tree, id);
		if (strcmp(host->name, "host") || !slim_node_is_dir(host) || !dotnet_is_root(tree, host->parent))
			continue;
		marks[host->parent->id] |= SLIM_MANAGED;
		mark_docs(tree, host->parent, marks);
	}
}
