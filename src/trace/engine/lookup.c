/* Programs by name: execvp(3), and the PATH that container runtimes set when the image has none. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "slim/path.h"

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static struct slim_node *folder_at(const struct slim_trace *t, struct slim_blob path)
{
	struct slim_node *dir = slim_tree_walk(t->in.tree, t->working_dir, path, true, NULL, NULL);
	return dir && slim_node_is_dir(dir) ? dir : NULL;
}

static bool add_folder(struct slim_trace *t, struct slim_blob folder)
{
	const char *path = folder.len ? slim_arena_strndup(t->arena, folder.ptr, folder.len) : ".";
	for (size_t i = 0; i < t->folder_count; i++)
		if (!strcmp(t->folders[i].path, path))
			return false;
	*slim_push(&t->folders, &t->folder_count, &t->folder_capacity) =
		(struct slim_word_folder){ path, folder_at(t, slim_blob_of(path)) };
	return true;
}

void slim_folders_init(struct slim_trace *t)
{
	const char *working_dir = t->in.config->working_dir, *path = slim_trace_env(t, "PATH");
	t->working_dir = *working_dir ? slim_tree_find(t->in.tree, working_dir) : NULL;
	struct slim_blob rest = slim_blob_of(path && *path ? path : default_path), part;
	while (slim_blob_split(&rest, ':', &part))
		add_folder(t, part);
}

void slim_trace_add_path(struct slim_trace *t, struct slim_blob folder)
{
	if (folder_at(t, folder) && add_folder(t, folder))
		slim_trace_revisit_scripts(t);
}

/* The program that WORD names. *FOLDER: the path of the folder where it was looked up; NULL: WORD is a path itself. */
static struct slim_node *find(const struct slim_trace *t, struct slim_blob word, const char **folder)
{
	*folder = NULL;
	if (!word.len || word.len > SLIM_PATH_MAX)
		return NULL;
	bool plain = !memchr(word.ptr, '/', word.len);
	word.len = strnlen(word.ptr, word.len); /* what is behind a part that is not known does not count */
	if (!plain) {
		struct slim_node *node = slim_tree_walk(t->in.tree, t->working_dir, word, true, NULL, NULL);
		return node && slim_node_is_executable(node) ? node : NULL;
	}
	for (size_t i = 0; i < t->folder_count; i++) {
		const struct slim_word_folder *f = &t->folders[i];
		struct slim_node *node = f->dir ? slim_tree_walk(t->in.tree, f->dir, word, true, NULL, NULL) : NULL;
		if (node && slim_node_is_executable(node)) {
			*folder = f->path;
			return node;
		}
	}
	return NULL;
}

struct slim_node *slim_trace_next_folder(const struct slim_trace *t, size_t *cursor)
{
	while (*cursor < t->folder_count) {
		struct slim_node *dir = t->folders[(*cursor)++].dir;
		if (dir)
			return dir;
	}
	return NULL;
}

struct slim_node *slim_find_program(struct slim_trace *t, struct slim_blob word)
{
	const char *folder;
	return find(t, word, &folder);
}

struct slim_node *slim_keep_program(struct slim_trace *t, struct slim_blob word, enum slim_rule_id rule,
				    const struct slim_node *from, const char *evidence, ...)
{
	const char *folder;
	if (!find(t, word, &folder))
		return NULL;
	slim_autofree char *path = slim_format("%s%s%.*s", folder ? folder : "", folder ? "/" : "", (int)word.len, word.ptr);
	va_list args;
	va_start(args, evidence);
	char text[512];
	vsnprintf(text, sizeof(text), evidence, args);
	va_end(args);
	return slim_keep_path(t, t->working_dir, slim_blob_of(path), rule, from, "%s", text);
}
