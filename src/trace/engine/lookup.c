/* Programs by name: execvp(3), and the PATH that container runtimes set when the image has none. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "slim/path.h"

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static struct slim_node *working_dir(const struct slim_trace *t)
{
	const char *dir = t->in.config->working_dir;
	return *dir ? slim_tree_find(t->in.tree, dir) : NULL;
}

static bool add_folder(struct slim_trace *t, struct slim_blob folder)
{
	const char *path = folder.len ? slim_arena_strndup(t->arena, folder.ptr, folder.len) : ".";
	for (size_t i = 0; i < t->folder_count; i++)
		if (!strcmp(t->folders[i], path))
			return false;
	*slim_push(&t->folders, &t->folder_count, &t->folder_capacity) = path;
	return true;
}

void slim_folders_init(struct slim_trace *t)
{
	const char *path = slim_trace_env(t, "PATH");
	struct slim_blob rest = slim_blob_of(path && *path ? path : default_path), part;
	while (slim_blob_split(&rest, ':', &part))
		add_folder(t, part);
}

void slim_trace_add_path(struct slim_trace *t, struct slim_blob folder)
{
	struct slim_node *dir = slim_tree_walk(t->in.tree, working_dir(t), folder, true, NULL, NULL);
	if (dir && slim_node_is_dir(dir) && add_folder(t, folder))
		slim_trace_revisit_scripts(t);
}

/* The path under which WORD is found, in a new buffer, or NULL. */
static char *program_path(struct slim_trace *t, struct slim_blob word, struct slim_node **found)
{
	if (!word.len || word.len > SLIM_PATH_MAX)
		return NULL;
	const struct slim_node *cwd = working_dir(t);
	bool plain = !memchr(word.ptr, '/', word.len);
	for (size_t i = 0; i < (plain ? t->folder_count : 1); i++) {
		slim_autofree char *path = plain ? slim_format("%s/%.*s", t->folders[i], (int)word.len, word.ptr) :
						   slim_strndup(word.ptr, word.len);
		*found = slim_tree_walk(t->in.tree, cwd, slim_blob_of(path), true, NULL, NULL);
		if (*found && slim_node_is_executable(*found))
			return slim_steal(&path);
	}
	*found = NULL;
	return NULL;
}

struct slim_node *slim_trace_next_folder(const struct slim_trace *t, size_t *cursor)
{
	while (*cursor < t->folder_count) {
		struct slim_blob path = slim_blob_of(t->folders[(*cursor)++]);
		struct slim_node *dir = slim_tree_walk(t->in.tree, working_dir(t), path, true, NULL, NULL);
		if (dir && slim_node_is_dir(dir))
			return dir;
	}
	return NULL;
}

struct slim_node *slim_find_program(struct slim_trace *t, struct slim_blob word)
{
	struct slim_node *found = NULL;
	free(program_path(t, word, &found));
	return found;
}

struct slim_node *slim_keep_program(struct slim_trace *t, struct slim_blob word, enum slim_rule_id rule,
				    const struct slim_node *from, const char *evidence, ...)
{
	struct slim_node *found = NULL;
	slim_autofree char *path = program_path(t, word, &found);
	if (!path)
		return NULL;
	va_list args;
	va_start(args, evidence);
	char text[512];
	vsnprintf(text, sizeof(text), evidence, args);
	va_end(args);
	return slim_keep_path(t, working_dir(t), slim_blob_of(path), rule, from, "%s", text);
}
