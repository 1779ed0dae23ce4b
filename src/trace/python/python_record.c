#include "python_record.h"

#include "python_dist.h"
#include "slim/path.h"

enum { RECORD_MAX = 32 << 20 };

/* path,hash,size: RFC 4180, of which only quotes around a path with commas are used. */
static struct slim_blob first_field(struct slim_blob line)
{
	line = slim_blob_trim(line);
	char end = line.len && *line.ptr == '"' ? '"' : ',';
	struct slim_blob rest = end == '"' ? slim_blob(line.ptr + 1, line.len - 1) : line, field = line;
	slim_blob_split(&rest, end, &field);
	return field;
}

void python_record_read(struct slim_trace *t, const struct slim_node *list, const struct slim_node *base,
			python_record_sink *sink, void *context)
{
	size_t length = 0;
	slim_autofree char *text = slim_trace_read(t, list, RECORD_MAX, &length);
	struct slim_blob rest = slim_blob(text, length), line;
	while (text && slim_blob_line(&rest, &line)) {
		struct slim_blob path = first_field(line);
		if (!path.len || path.len >= SLIM_PATH_MAX || memchr(path.ptr, '\0', path.len))
			continue;
		struct slim_node *node = slim_tree_walk(slim_trace_tree(t), base, path, false, NULL, NULL);
		if (node && node->parent)
			sink(context, node);
	}
}

bool python_is_program_folder(const struct slim_node *dir)
{
	return !strcmp(dir->name, "bin") || !strcmp(dir->name, "sbin") || !strcmp(dir->name, "games");
}

struct slim_node *python_next_site(struct slim_trace *t, uint32_t *id)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	while (*id < slim_tree_count(tree)) {
		struct slim_node *node = slim_tree_node(tree, (*id)++);
		if (slim_node_is_dir(node) && !slim_is_junk(t, node) &&
		    (!strcmp(node->name, "site-packages") || !strcmp(node->name, "dist-packages")))
			return node;
	}
	return NULL;
}

static void mark_script(void *context, struct slim_node *node)
{
	bool *made = context;
	if (python_is_program_folder(node->parent))
		made[node->id] = true;
}

bool *python_made_scripts(struct slim_trace *t)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	bool *made = slim_calloc(slim_tree_count(tree), sizeof(*made));
	struct slim_node *site;
	for (uint32_t id = 0; (site = python_next_site(t, &id));)
		for (struct slim_node *c = site->first; c; c = c->next) {
			struct slim_node *record =
				slim_node_is_dir(c) ? slim_node_child(tree, c, SLIM_BLOB("RECORD")) : NULL;
			struct slim_node *list =
				slim_node_is_dir(c) ? slim_node_child(tree, c, SLIM_BLOB("installed-files.txt")) : NULL;
			if (record && slim_node_is_file(record))
				python_record_read(t, record, site, mark_script, made);
			if (list && slim_node_is_file(list))
				python_record_read(t, list, c, mark_script, made);
		}
	return made;
}
