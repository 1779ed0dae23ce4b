/* Programs that a shell in the image would no longer find. */
#include <string.h>

#include "slim/path.h"

#include "report.h"

enum { NAMES_MAX = 200 }; /* bytes of them in a line */

static bool is_program(const struct slim_tree *tree, const struct slim_node *node)
{
	const struct slim_node *found = slim_node_is_link(node) ?
		slim_tree_walk(tree, node->parent, slim_blob(node->name, node->name_length), true, NULL, NULL) : node;
	return found && slim_node_is_executable(found);
}

void slim_report_programs(struct slim_report_image *image, const struct slim_report_source *source,
			  const bool *selected, struct slim_arena *arena)
{
	size_t nodes = slim_tree_count(source->tree), count = 0, cursor = 0;
	slim_autofree bool *leaves = slim_calloc(nodes, sizeof(*leaves));
	const struct slim_node *dir;
	while ((dir = slim_trace_next_folder(source->trace, &cursor)))
		for (const struct slim_node *n = dir->first; n; n = n->next) {
			if (selected[n->id] || leaves[n->id] || !is_program(source->tree, n))
				continue;
			leaves[n->id] = true;
			count++;
		}
	image->dropped_programs = slim_arena_alloc(arena, (count + 1) * sizeof(*image->dropped_programs));
	for (uint32_t id = 0; id < nodes; id++)
		if (leaves[id])
			image->dropped_programs[image->dropped_program_count++] =
				slim_node_path(arena, slim_tree_node(source->tree, id));
}

char *slim_report_programs_text(const struct slim_report_image *image)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	size_t count = image->dropped_program_count, length = 0;
	char names[NAMES_MAX + 1] = "";
	for (size_t i = 0; i < count; i++) {
		struct slim_blob base = slim_path_base(slim_blob_of(image->dropped_programs[i]));
		const char *name = slim_path_show(scratch, base);
		size_t more = strlen(name) + 2;
		if (length + more + strlen(", ...") > NAMES_MAX) {
			strcpy(names + length, length ? ", ..." : ": ...");
			break;
		}
		memcpy(names + length, i ? ", " : ": ", 2);
		memcpy(names + length + 2, name, more - 1);
		length += more;
	}
	return slim_format("%zu program%s of PATH leave%s%s", count, count == 1 ? "" : "s", count == 1 ? "s" : "", names);
}
