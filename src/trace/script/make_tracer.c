/*
 * make: the Makefiles that a started make reads, and what their recipes run. docs/rules.md C14; GNU make's manual, "Names
 * for Makefiles", "Including Other Makefiles", "Catalogue of Built-In Rules". Targets are not told apart: any may be asked
 * for when the container starts.
 */
#include <string.h>

#include "../engine/hash.h"
#include "makefile.h"
#include "shebang.h"
#include "slim/path.h"
#include "slim/trace.h"

enum { FILES_MAX = 256, TEXT_MAX = 1 << 20, TOTAL_MAX = 4 << 20, ABOVE_MAX = 8, RUNS_MAX = 1000 };

struct run {
	const struct slim_node *cwd, *from;
	struct slim_node *file; /* NULL: by its usual names */
	const char *settings;   /* NAME=VALUE, each ended by a line feed */
};

struct state {
	struct run *runs;
	size_t count, capacity, done;
};

/* The files of one run. */
struct gather {
	struct slim_trace *t;
	const struct slim_node *cwd;
	struct slim_node *files[FILES_MAX];
	size_t count, total;
};

static void add_file(struct gather *g, struct slim_node *node, const struct slim_node *from)
{
	if (!node || !slim_node_is_file(node))
		return;
	slim_keep(g->t, node, SLIM_RULE_MAKEFILE, from, "make reads it");
	for (size_t i = 0; i < g->count; i++)
		if (g->files[i] == node)
			return;
	if (g->count < FILES_MAX)
		g->files[g->count++] = node;
}

static void add_matching(struct gather *g, const struct slim_node *dir, struct slim_blob pattern)
{
	for (struct slim_node *c = dir ? dir->first : NULL; c; c = c->next)
		if (slim_wildcard(pattern, slim_blob(c->name, c->name_length)))
			add_file(g, c, g->files[g->count - 1]);
}

/* "conf/<*>.mk", "$(TOP)/rules.mk": an unknown part is any name, an unknown folder this one or one above. */
static void add_pattern(struct gather *g, struct slim_blob word)
{
	struct slim_blob base = slim_path_base(word);
	char pattern[256];
	size_t n = 0;
	for (size_t i = 0; i < base.len && n + 1 < sizeof(pattern); i++)
		if (!strchr("$(){}", base.ptr[i]) || !base.ptr[i])
			pattern[n++] = base.ptr[i];
		else if (base.ptr[i] == '$')
			while ((pattern[n] = '*'), i + 1 < base.len && !strchr(")}", base.ptr[i]))
				i++;
	struct slim_blob folder = slim_blob(word.ptr, (size_t)(base.ptr - word.ptr));
	bool known = !memchr(folder.ptr, '$', folder.len) && !memchr(folder.ptr, '*', folder.len);
	const struct slim_node *dir = g->cwd;
	if (known && folder.len)
		dir = slim_tree_walk(slim_trace_tree(g->t), g->cwd, folder, true, NULL, NULL);
	for (size_t i = 0; dir && i < (known ? 1 : ABOVE_MAX); i++, dir = dir->parent)
		add_matching(g, dir, slim_blob(pattern, n));
}

static void add_included(void *context, struct slim_blob word)
{
	struct gather *g = context;
	if (!word.len || word.len > SLIM_PATH_MAX)
		return;
	if (memchr(word.ptr, '$', word.len) || memchr(word.ptr, '*', word.len))
		add_pattern(g, word);
	else
		add_file(g, slim_tree_walk(slim_trace_tree(g->t), g->cwd, word, true, NULL, NULL), g->files[0]);
}

/* Built-in rules: sources in the folder may be compiled without a recipe that says so. */
static void write_builtin_rules(struct makefile *m, const struct slim_node *cwd)
{
	static const struct {
		const char *suffix, *recipe;
	} rules[] = { { ".c", "\t$(CC) -c" },  { ".cc", "\t$(CXX) -c" }, { ".cpp", "\t$(CXX) -c" },
		      { ".C", "\t$(CXX) -c" }, { ".s", "\t$(AS)" },      { ".S", "\t$(CC) -c" },
		      { ".f", "\t$(FC) -c" } };
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		for (const struct slim_node *c = cwd->first; c; c = c->next)
			if (slim_blob_ends(slim_blob(c->name, c->name_length), rules[i].suffix)) {
				slim_autofree char *rule = slim_format("x:\n%s\n", rules[i].recipe);
				makefile_read(m, slim_blob_of(rule));
				break;
			}
}

static void read_settings(struct makefile *m, const char *settings)
{
	struct slim_blob rest = slim_blob_of(settings), line;
	while (slim_blob_line(&rest, &line))
		makefile_assign(m, line);
}

static void read_files(struct gather *g, struct makefile *m)
{
	for (size_t i = 0; i < g->count; i++) {
		size_t length = 0;
		slim_autofree char *text = slim_trace_read(g->t, g->files[i], TEXT_MAX, &length);
		g->total += length;
		if (!text || g->total > TOTAL_MAX || length == TEXT_MAX) {
			slim_doubt(g->t, g->files[i], "not read by make's rules: too large, or one of too many");
			continue;
		}
		makefile_read(m, slim_blob(text, length));
	}
}

static struct slim_node *usual_file(struct slim_trace *t, const struct slim_node *cwd)
{
	static const char *const names[] = { "GNUmakefile", "makefile", "Makefile" };
	for (size_t i = 0; i < SLIM_COUNT(names); i++) {
		const struct slim_tree *tree = slim_trace_tree(t);
		struct slim_node *node = slim_tree_walk(tree, cwd, slim_blob_of(names[i]), true, NULL, NULL);
		if (node && slim_node_is_file(node))
			return node;
	}
	return NULL;
}

static void do_run(struct slim_trace *t, const struct run *run)
{
	struct gather g = { .t = t, .cwd = run->cwd };
	char *text = NULL;
	size_t length = 0;
	struct makefile m = { .shell = open_memstream(&text, &length), .include = add_included, .context = &g };
	if (!m.shell)
		slim_out_of_memory();
	add_file(&g, run->file ? run->file : usual_file(t, run->cwd), run->from);
	fprintf(m.shell, "cd '%s'\n", slim_node_path(slim_trace_arena(t), run->cwd));
	read_settings(&m, run->settings);
	read_files(&g, &m);
	if (m.objects || !g.count)
		write_builtin_rules(&m, run->cwd);
	makefile_finish(&m);
	fclose(m.shell);
	const struct slim_node *from = g.count ? g.files[0] : run->from;
	slim_keep_path(t, NULL, SLIM_BLOB("/bin/sh"), SLIM_RULE_SYSTEM_SHELL, from, "recipes");
	slim_trace_shell_text(t, slim_blob(text, length), SLIM_RULE_COMMAND, from, NULL);
	free(text);
}

static void add_run(struct state *s, struct run run)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->runs[i].cwd == run.cwd && s->runs[i].file == run.file &&
		    !strcmp(s->runs[i].settings, run.settings))
			return;
	if (s->count < RUNS_MAX)
		*slim_push(&s->runs, &s->count, &s->capacity) = run;
}

/* The value of an option: behind it, behind "=", or the next word. False: WORD is not this option. */
static bool option_value(const struct slim_command_line *c, size_t *i, const char *name, struct slim_blob *value)
{
	struct slim_blob word = c->words[*i];
	size_t n = strlen(name);
	if (!slim_blob_starts(word, name))
		return false;
	if (word.len == n) {
		*value = *i + 1 < c->count ? c->words[++*i] : slim_blob(NULL, 0);
		return true;
	}
	bool is_long = name[1] == '-';
	if (is_long && word.ptr[n] != '=')
		return false;
	n += is_long;
	*value = slim_blob(word.ptr + n, word.len - n);
	return true;
}

static struct slim_node *walk(struct slim_trace *t, const struct slim_node *from, struct slim_blob path)
{
	return path.ptr && path.len && path.len < SLIM_PATH_MAX ?
		       slim_tree_walk(slim_trace_tree(t), from, path, true, NULL, NULL) : NULL;
}

static void run_in(struct slim_trace *t, struct state *s, const struct slim_command_line *c,
		   const struct slim_node *cwd)
{
	struct slim_blob folder = { 0 }, files[8], value;
	size_t file_count = 0;
	const char *settings = "";
	for (size_t i = 1; i < c->count; i++) {
		struct slim_blob word = c->words[i];
		if (!word.ptr)
			continue;
		if (option_value(c, &i, "-C", &value) || option_value(c, &i, "--directory", &value))
			folder = value;
		else if (option_value(c, &i, "-f", &value) || option_value(c, &i, "--file", &value) ||
			 option_value(c, &i, "--makefile", &value))
			files[file_count < SLIM_COUNT(files) ? file_count++ : 0] = value;
		else if (memchr(word.ptr, '=', word.len) && word.ptr[0] != '-' && !memchr(word.ptr, '\n', word.len))
			settings = slim_arena_format(slim_trace_arena(t), "%s%.*s\n", settings, (int)word.len, word.ptr);
	}
	const struct slim_node *dir = folder.ptr ? walk(t, cwd, folder) : cwd;
	if (!dir || !slim_node_is_dir(dir))
		return;
	if (!file_count)
		add_run(s, (struct run){ dir, c->from, NULL, settings });
	for (size_t i = 0; i < file_count; i++) {
		struct slim_node *file = walk(t, dir, files[i]);
		if (file && slim_node_is_file(file))
			add_run(s, (struct run){ dir, c->from, file, settings });
	}
}

static bool is_make(struct slim_blob name)
{
	return slim_blob_is(name, "make") || slim_blob_is(name, "gmake") || slim_blob_is(name, "gnumake");
}

static void command(struct slim_trace *t, void *state, const struct slim_command_line *c)
{
	if (!c->count || !c->words[0].ptr || !is_make(slim_path_base(c->words[0])))
		return;
	for (size_t i = 0; i < c->folder_count; i++)
		run_in(t, state, c, c->folders[i]);
}

/* #!/usr/bin/make -f */
static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	if (!slim_is_followed(t, node) || !is_make(shebang_interpreter(t, node)))
		return;
	const char *dir = slim_trace_config(t)->working_dir;
	const struct slim_tree *tree = slim_trace_tree(t);
	const struct slim_node *cwd = *dir ? slim_tree_find(tree, dir) : slim_tree_root(tree);
	if (cwd && slim_node_is_dir(cwd))
		add_run(state, (struct run){ cwd, node, node, "" });
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	while (s->done < s->count) {
		struct run run = s->runs[s->done++];
		do_run(t, &run);
	}
}

static void clear(void *state)
{
	struct state *s = state;
	free(s->runs);
}

const struct slim_tracer slim_make_tracer = {
	.name = "make", .kinds = SLIM_KIND_SCRIPT, .state_size = sizeof(struct state),
	.visit = visit, .settle = settle, .command = command, .clear = clear,
};
