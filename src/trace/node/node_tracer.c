/* The tracer: when Node.js is in use, and the order in which its parts work until nothing new is found. */
#include <string.h>

#include "../engine/owners.h"
#include "../lang/lang.h"
#include "../script/shebang.h"
#include "../system/system_data.h"
#include "node.h"
#include "node_inside.h"

enum { GLOBALS_MAX = 64 }; /* a package's name is looked up in each */

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const char language[] = "Node.js";

bool node_is_program(const struct slim_node *node)
{
	return slim_name_in(LIST("node", "nodejs", "bun", "deno"), node->name);
}

static bool is_runtime(struct slim_trace *t, struct slim_node *node)
{
	switch (slim_kind_of(t, node)) {
	case SLIM_KIND_LIBRARY:
		return slim_name_in(LIST("libnode.so*"), node->name);
	case SLIM_KIND_PROGRAM:
	case SLIM_KIND_SCRIPT:
		return node_is_program(node);
	case SLIM_KIND_DIR:
	case SLIM_KIND_LINK:
	case SLIM_KIND_TEXT:
	case SLIM_KIND_DATA:
	case SLIM_KIND_SPECIAL:
		break;
	}
	return false;
}

static char *read_for_world(void *context, const struct slim_node *file, size_t max, size_t *length)
{
	return slim_trace_read(context, file, max, length);
}

static void start(struct slim_trace *t, void *state)
{
	struct node_state *s = state;
	s->t = t;
	s->world = (struct node_world){
		.tree = slim_trace_tree(t), .arena = slim_trace_arena(t), .read = read_for_world, .context = t
	};
	node_world_init(&s->world);
	s->marks = slim_calloc(slim_tree_count(s->world.tree), sizeof(*s->marks));
}

static bool is_script(struct slim_trace *t, struct slim_node *node)
{
	if (node_is_source(node) || slim_kind_of(t, node) != SLIM_KIND_SCRIPT)
		return node_is_source(node);
	struct slim_blob interpreter = shebang_interpreter(t, node);
	return slim_blob_starts(interpreter, "node") || slim_blob_is(interpreter, "bun") ||
	       slim_blob_is(interpreter, "tsx") || slim_blob_is(interpreter, "ts-node");
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct node_state *s = state;
	if (is_runtime(t, node))
		slim_waiting_add(&s->runtimes, node);
	else if (slim_is_followed(t, node) && is_script(t, node))
		slim_waiting_add(&s->entries, node);
}

static void command(struct slim_trace *t, void *state, const struct slim_command_line *line)
{
	node_remember_command(state, t, line);
}

/* --- what the runtime itself reads --- */

static void add_global(struct node_state *s, const char *path, bool inside)
{
	const struct slim_node *dir = slim_tree_find(s->world.tree, path);
	if (!dir || !slim_node_is_dir(dir))
		return;
	for (size_t i = 0; i < s->world.global_count; i++)
		if (s->world.globals[i].dir == dir)
			return;
	if (s->world.global_count == GLOBALS_MAX)
		slim_doubt(s->t, s->program, "of the folders in NODE_PATH only the first %d count", GLOBALS_MAX);
	else
		*slim_push(&s->world.globals, &s->world.global_count, &s->world.global_capacity) =
			(struct node_global){ dir, inside };
}

static bool is_debians(const struct node_state *s)
{
	return !strcmp(lang_prefix(s->program)->name, "usr");
}

static void add_globals(struct node_state *s)
{
	const char *list = slim_trace_env(s->t, "NODE_PATH"), *home = slim_trace_env(s->t, "HOME");
	struct slim_blob rest = slim_blob_of(list ? list : ""), part;
	while (slim_blob_split(&rest, ':', &part)) {
		slim_autofree char *path = slim_strndup(part.ptr, part.len);
		add_global(s, path, false);
	}
	slim_autofree char *modules = slim_format("%s/.node_modules", home ? home : "/root");
	slim_autofree char *libraries = slim_format("%s/.node_libraries", home ? home : "/root");
	add_global(s, modules, false);
	add_global(s, libraries, false);
	slim_autofree char *prefix =
		slim_format("%s/lib/node", slim_node_path(s->world.arena, lang_prefix(s->program)));
	add_global(s, prefix, false);
	/* Debian's own Node.js searches these; its modules find each other by them */
	bool others = !is_debians(s);
	add_global(s, "/usr/share/nodejs", others);
	add_global(s, "/usr/lib/nodejs", others);
	const struct slim_node *lib = slim_tree_find(s->world.tree, "/usr/lib");
	for (const struct slim_node *c = lib ? lib->first : NULL; c; c = c->next) {
		slim_autofree char *path = slim_format("/usr/lib/%s/nodejs", c->name);
		if (strstr(c->name, "-linux-"))
			add_global(s, path, others);
	}
}

/* Debian's Node.js reads these from its packages; others have them inside: `node -p process.config` tells. */
static void keep_outside_builtins(struct node_state *s)
{
	static const char *const names[] = {
		"acorn", "acorn-walk", "cjs-module-lexer", "undici", "minimatch", "amaro"
	};
	const struct slim_node *dir = slim_tree_find(s->world.tree, "/usr/share/nodejs");
	if (!dir || !is_debians(s))
		return;
	for (size_t i = 0; i < SLIM_COUNT(names); i++) {
		struct slim_node *package = slim_node_child(s->world.tree, dir, slim_blob_of(names[i]));
		if (package && slim_node_is_dir(package))
			node_keep_package(s, package, s->program, "a part of Node.js in a folder of its own");
	}
}

static void take_environment(struct node_state *s)
{
	const char *options = slim_trace_env(s->t, "NODE_OPTIONS"), *icu = slim_trace_env(s->t, "NODE_ICU_DATA");
	const char *work = slim_trace_config(s->t)->working_dir;
	const struct slim_node *dir = slim_tree_find(s->world.tree, *work ? work : "/");
	struct slim_blob words[64], rest = slim_blob_of(options ? options : "");
	size_t count = 0;
	while (count < SLIM_COUNT(words) && slim_blob_split_any(&rest, " \t\"", &words[count]))
		count += words[count].len > 0;
	if (dir && count)
		node_take_options(s, words, count, &dir, 1, NULL);
	struct slim_node *data =
		dir && icu ? slim_tree_walk(s->world.tree, dir, slim_blob_of(icu), true, NULL, NULL) : NULL;
	slim_keep_below(s->t, data, SLIM_RULE_ENVIRONMENT, NULL, "Env: NODE_ICU_DATA");
	const char *certificates = slim_trace_env(s->t, "NODE_EXTRA_CA_CERTS");
	if (dir && certificates)
		slim_keep_path(s->t, dir, slim_blob_of(certificates), SLIM_RULE_ENVIRONMENT, NULL,
			       "Env: NODE_EXTRA_CA_CERTS");
}

/* Names of packages in the environment: LOG_TRANSPORT=pino-pretty. */
static void name_environment(struct node_state *s)
{
	const char *work = slim_trace_config(s->t)->working_dir;
	const struct slim_node *dir = slim_tree_find(s->world.tree, *work ? work : "/");
	for (const char **e = slim_trace_config(s->t)->env; dir && *e; e++) {
		struct slim_blob rest = slim_blob_of(strchr(*e, '=') ? strchr(*e, '=') + 1 : ""), part;
		while (slim_blob_split_any(&rest, ", ", &part))
			if (part.len)
				node_name(s, dir, part, "the environment names it");
	}
}

static void begin(struct node_state *s, struct slim_node *program)
{
	bool first = !s->program;
	if (first)
		s->program = program;
	lang_keep_shell(s->t, program, language);
	slim_keep_path(s->t, NULL, SLIM_BLOB("/etc/ssl/openssl.cnf"), SLIM_RULE_OPENSSL, program, "%s", language);
	if (!first)
		return;
	add_globals(s);
	keep_outside_builtins(s);
	take_environment(s);
	name_environment(s);
	const char *work = slim_trace_config(s->t)->working_dir;
	const struct slim_node *dir = *work ? slim_tree_find(s->world.tree, work) : NULL;
	if (dir && slim_node_child(s->world.tree, dir, SLIM_BLOB("package.json")))
		node_use_root_of(s, dir);
}

static void begin_started(struct node_state *s)
{
	if (!s->runtimes.count)
		return;
	const bool *started = slim_started(s->t);
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->runtimes);
	for (size_t i = 0; i < now.count; i++)
		if (started[now.nodes[i]->id] || slim_kind_of(s->t, now.nodes[i]) == SLIM_KIND_LIBRARY)
			begin(s, now.nodes[i]);
		else
			slim_waiting_add(&s->runtimes, now.nodes[i]);
}

/* --- the rounds --- */

static bool reach_entries(struct node_state *s)
{
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->entries);
	for (size_t i = 0; i < now.count; i++) {
		node_note_program(s, now.nodes[i]);
		node_follow(s, now.nodes[i], NULL, "it is started");
	}
	return now.count;
}

static bool scan_files(struct node_state *s)
{
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->files);
	for (size_t i = 0; i < now.count; i++)
		node_scan_file(s, now.nodes[i]);
	return now.count;
}

static void keep_undecided(struct node_state *s)
{
	if (s->undecided || s->world.steps < NODE_STEPS_MAX)
		return;
	s->undecided = true;
	slim_doubt(s->t, NULL, "\"exports\" and \"imports\" of packages are too long to be followed: all packages stay");
	for (size_t i = 0; i < s->root_count; i++)
		node_keep_all_modules(s, s->roots[i].dir, s->program);
}

static void settle(struct slim_trace *t, void *state)
{
	struct node_state *s = state;
	begin_started(s);
	if (!s->program)
		return;
	for (bool more = true; more;) {
		more = reach_entries(s);
		more |= node_run_commands(s);
		if (!more && !s->root_count)
			node_use_all_roots(s);
		more |= node_scan_roots(s);
		more |= scan_files(s);
		keep_undecided(s);
		more |= node_keep_rest(s);
	}
}

static void clear(void *state)
{
	struct node_state *s = state;
	node_world_clear(&s->world);
	slim_waiting_clear(&s->runtimes);
	slim_waiting_clear(&s->entries);
	slim_waiting_clear(&s->files);
	slim_waiting_clear(&s->packages);
	free(s->marks);
	free(s->roots);
	free(s->commands);
	free(s->scripts);
}

const struct slim_tracer slim_node_tracer = {
	.name = "Node.js",
	.kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT,
	.state_size = sizeof(struct node_state),
	.start = start,
	.visit = visit,
	.settle = settle,
	.command = command,
	.clear = clear,
};
