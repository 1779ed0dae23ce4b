/* What a name means: programs by execvp(3), and the PATH that runtimes set when the image has none; variables. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "hash.h"
#include "slim/path.h"

/* More often scripts are not shown anew because one has added to PATH. */
enum { REVISITS_MAX = 100 };

/* A name, and what it means: the program of the first folder that has it, or a variable's value. */
struct slim_word {
	const char *text; /* the folder's path, or the value */
	struct slim_node *node;
	UT_hash_handle hh;
};

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* The first of each name counts. */
static void add_word(struct slim_trace *t, struct slim_word **words, struct slim_blob name, struct slim_word word)
{
	struct slim_word *w;
	HASH_FIND(hh, *words, name.ptr, name.len, w);
	if (w)
		return;
	w = slim_arena_alloc(t->arena, sizeof(*w));
	*w = word;
	HASH_ADD_KEYPTR(hh, *words, name.ptr, name.len, w);
}

static void read_env(struct slim_trace *t)
{
	for (const char **e = t->in.config->env; *e; e++) {
		const char *equals = strchr(*e, '=');
		if (equals)
			add_word(t, &t->env, slim_blob(*e, (size_t)(equals - *e)),
				 (struct slim_word){ .text = equals + 1 });
	}
}

const char *slim_trace_env(const struct slim_trace *t, const char *name)
{
	struct slim_word *w;
	HASH_FIND(hh, t->env, name, strlen(name), w);
	return w ? w->text : NULL;
}

static void add_programs(struct slim_trace *t, const char *path, const struct slim_node *dir)
{
	for (struct slim_node *c = dir->first; c; c = c->next) {
		struct slim_blob name = slim_blob(c->name, c->name_length);
		struct slim_node *node = slim_tree_walk(t->in.tree, dir, name, true, NULL, NULL);
		if (node && slim_node_is_executable(node))
			add_word(t, &t->programs, name, (struct slim_word){ .text = path, .node = node });
	}
}

/* False: it is not there, or known already. */
static bool add_folder(struct slim_trace *t, struct slim_blob folder)
{
	const char *path = folder.len ? slim_arena_strndup(t->arena, folder.ptr, folder.len) : ".";
	struct slim_node *dir = slim_tree_walk(t->in.tree, t->working_dir, slim_blob_of(path), true, NULL, NULL);
	if (!dir || !slim_node_is_dir(dir) || slim_marked(t, dir, SLIM_MARK_FOLDER))
		return false;
	t->marks[dir->id] |= SLIM_MARK_FOLDER;
	*slim_push(&t->folders, &t->folder_count, &t->folder_capacity) = dir;
	add_programs(t, path, dir);
	return true;
}

void slim_lookup_init(struct slim_trace *t)
{
	read_env(t);
	const char *working_dir = t->in.config->working_dir, *path = slim_trace_env(t, "PATH");
	t->working_dir = *working_dir ? slim_tree_find(t->in.tree, working_dir) : NULL;
	struct slim_blob rest = slim_blob_of(path && *path ? path : default_path), part;
	while (slim_blob_split(&rest, ':', &part))
		add_folder(t, part);
}

void slim_lookup_free(struct slim_trace *t)
{
	HASH_CLEAR(hh, t->env);
	HASH_CLEAR(hh, t->programs);
	free(t->folders);
}

void slim_trace_add_path(struct slim_trace *t, struct slim_blob folder)
{
	t->path_grew |= add_folder(t, folder);
}

bool slim_lookup_settle(struct slim_trace *t)
{
	if (!t->path_grew || t->revisits > REVISITS_MAX)
		return false;
	t->path_grew = false;
	if (++t->revisits > REVISITS_MAX)
		slim_doubt(t, NULL, "scripts add to PATH more than %d times in turn: not all were asked again", REVISITS_MAX);
	else
		slim_trace_revisit_scripts(t);
	return t->revisits <= REVISITS_MAX;
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
	struct slim_word *w;
	HASH_FIND(hh, t->programs, word.ptr, word.len, w);
	*folder = w ? w->text : NULL;
	return w ? w->node : NULL;
}

struct slim_node *slim_trace_next_folder(const struct slim_trace *t, size_t *cursor)
{
	return *cursor < t->folder_count ? t->folders[(*cursor)++] : NULL;
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
