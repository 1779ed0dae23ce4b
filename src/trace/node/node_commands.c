/*
 * Command lines: node's options, and the package managers that run what package.json's "scripts" say. Sources:
 * nodejs.org/api/cli.html; npm-run-script(1), npx(1); the manuals of Yarn and pnpm.
 */
#include <string.h>

#include "../system/system_data.h"
#include "node_inside.h"
#include "slim/path.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const char *const managers[] = { "npm", "yarn", "pnpm", "bun", "yarnpkg", NULL };
static const char *const runners[] = { "npx", "pnpx", "bunx", NULL };

static bool is_one_of(const char *const *list, struct slim_blob word)
{
	for (; *list; list++)
		if (word.ptr && slim_blob_is(word, *list))
			return true;
	return false;
}

static bool is_known(struct slim_blob program)
{
	return is_one_of(managers, program) || is_one_of(runners, program) ||
	       is_one_of(LIST("node", "nodejs", "tsx", "ts-node", "ts-node-dev", "nodemon", "pm2", "pm2-runtime",
			      "pm2-docker", "forever", "babel-node", "vite-node", "corepack"),
			 program);
}

void node_remember_command(struct node_state *s, struct slim_trace *t, const struct slim_command_line *c)
{
	struct slim_arena *arena = slim_trace_arena(t);
	if (!c->count || !c->words[0].ptr || !is_known(slim_path_base(c->words[0])))
		return;
	struct slim_blob *words = slim_arena_alloc(arena, c->count * sizeof(*words));
	for (size_t i = 0; i < c->count; i++)
		if (c->words[i].ptr)
			words[i] =
				slim_blob(slim_arena_strndup(arena, c->words[i].ptr, c->words[i].len), c->words[i].len);
	const struct slim_node **folders = slim_arena_alloc(arena, (c->folder_count + 1) * sizeof(struct slim_node *));
	for (size_t i = 0; i < c->folder_count; i++)
		folders[i] = c->folders[i];
	*slim_push(&s->commands, &s->command_count, &s->command_capacity) =
		(struct node_command){ words, c->count, c->from, folders, c->folder_count };
}

/* --- node --- */

/* A file as the command line names it: with guessed endings, as a folder, but never as a package. */
static void take_main(struct node_state *s, struct slim_blob word, const struct node_command *c)
{
	for (size_t i = 0; i < c->folder_count && word.len && word.len < SLIM_PATH_MAX; i++) {
		struct node_found found;
		slim_autofree char *path =
			slim_format("%s%.*s", word.ptr[0] == '/' ? "" : "./", (int)word.len, word.ptr);
		if (!node_resolve(&s->world, c->folders[i], slim_blob_of(path), NODE_REQUIRE, &found))
			continue;
		node_reach(s, &found, SLIM_RULE_NODE_IMPORT, c->from, "the command line names it");
		node_use_root_of(s, c->folders[i]);
	}
}

static void take_module(struct node_state *s, struct slim_blob word, const struct node_command *c)
{
	for (size_t i = 0; i < c->folder_count && word.len; i++) {
		slim_autofree char *evidence =
			slim_format("loaded first: '%.*s'", (int)(word.len < 200 ? word.len : 200), word.ptr);
		node_load(s, (struct slim_node *)c->folders[i], word, SLIM_RULE_NODE_IMPORT,
			  slim_arena_format(slim_trace_arena(s->t), "%s", evidence));
	}
}

static void take_condition(struct node_state *s, struct slim_blob name)
{
	size_t count = 0;
	while (s->world.conditions && s->world.conditions[count])
		count++;
	const char **more = slim_arena_alloc(s->world.arena, (count + 2) * sizeof(*more));
	for (size_t i = 0; i < count; i++)
		more[i] = s->world.conditions[i];
	more[count] = slim_arena_strndup(s->world.arena, name.ptr, name.len);
	s->world.conditions = more;
}

static void run_script(struct node_state *s, struct slim_blob name, const struct node_command *c, bool bin);

/* An option with its value; false: it takes none of those that matter. */
static bool take_option(struct node_state *s, struct slim_blob option, struct slim_blob value,
			const struct node_command *c)
{
	if (is_one_of(LIST("-r", "--require", "--import", "--loader", "--experimental-loader"), option))
		take_module(s, value, c);
	else if (is_one_of(LIST("-C", "--conditions"), option))
		take_condition(s, value);
	else if (is_one_of(LIST("--run"), option))
		run_script(s, value, c, false);
	else if (is_one_of(LIST("-e", "--eval", "-p", "--print", "-pe"), option) && c->folder_count)
		node_scan_text(s, value, (struct slim_node *)c->folders[0]);
	else if (is_one_of(LIST("--icu-data-dir", "--openssl-config"), option))
		for (size_t i = 0; i < c->folder_count; i++)
			slim_keep_below(s->t, slim_tree_walk(s->world.tree, c->folders[i], value, true, NULL, NULL),
					SLIM_RULE_NODE_IMPORT, c->from, "an option names it");
	else
		return is_one_of(LIST("--env-file", "--watch-path", "--title", "--inspect-port", "--stack-trace-limit",
				      "--disable-warning", "--max-old-space-size", "--input-type",
				      "--unhandled-rejections", "--dns-result-order", "-P", "--project", "--tsconfig",
				      "--name", "-n", "-i", "-w", "--ext", "--exec"),
				 option);
	return true;
}

/* Options, up to the file that is run. Returns its place. */
static size_t take_options(struct node_state *s, const struct node_command *c, size_t i)
{
	for (; i < c->count; i++) {
		struct slim_blob word = c->words[i];
		if (!word.ptr)
			continue;
		if (!word.len || word.ptr[0] != '-' || slim_blob_is(word, "-"))
			break;
		if (slim_blob_is(word, "--enable-source-maps"))
			s->needs |= NODE_NEED_MAPS;
		if (slim_blob_is(word, "--experimental-strip-types") ||
		    slim_blob_is(word, "--experimental-transform-types"))
			s->needs |= NODE_NEED_SOURCES;
		const char *equals = memchr(word.ptr, '=', word.len);
		size_t length = equals ? (size_t)(equals - word.ptr) : word.len;
		if (equals)
			take_option(s, slim_blob(word.ptr, length), slim_blob(equals + 1, word.len - length - 1), c);
		else if (i + 1 < c->count && c->words[i + 1].ptr && take_option(s, word, c->words[i + 1], c))
			i++;
	}
	return i;
}

void node_take_options(struct node_state *s, const struct slim_blob *words, size_t count,
		       const struct slim_node *const *folders, size_t folder_count, const struct slim_node *from)
{
	struct node_command c = { words, count, from, (const struct slim_node **)folders, folder_count };
	take_options(s, &c, 0);
}

/* --- package managers --- */

/* The folders of programs that scripts find before those of PATH. */
static void add_bins(struct node_state *s, const struct slim_node *dir)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	for (; dir; dir = dir->parent) {
		const char *path = slim_node_path(arena, dir);
		slim_trace_add_path(
			s->t, slim_blob_of(slim_arena_format(arena, "%s/node_modules/.bin", dir->parent ? path : "")));
	}
}

static bool was_run(struct node_state *s, const char *what)
{
	for (size_t i = 0; i < s->script_count; i++)
		if (!strcmp(s->scripts[i], what))
			return true;
	*slim_push(&s->scripts, &s->script_count, &s->script_capacity) = what;
	return false;
}

/* "prestart", "start", "poststart" of one package. False: it has no script of that name. */
static bool run_scripts(struct node_state *s, const struct node_package *package, struct slim_blob name,
			const struct node_command *c)
{
	static const char *const hooks[] = { "pre", "", "post" };
	struct slim_arena *arena = slim_trace_arena(s->t);
	json_t *scripts = json_object_get(package->json, "scripts");
	const char *main = slim_arena_format(arena, "%.*s", (int)name.len, name.ptr);
	bool found = json_is_string(json_object_get(scripts, main));
	if (!found && strcmp(main, "start") != 0)
		return false;
	slim_keep(s->t, package->file, SLIM_RULE_NODE_SCRIPT, c->from, "its script '%s'", main);
	node_use_root_of(s, package->file);
	slim_keep_path(s->t, NULL, SLIM_BLOB("/bin/sh"), SLIM_RULE_SYSTEM_SHELL, package->file, "scripts");
	add_bins(s, package->dir);
	for (size_t i = 0; i < SLIM_COUNT(hooks); i++) {
		const char *script = slim_arena_format(arena, "%s%s", hooks[i], main);
		const char *text = json_string_value(json_object_get(scripts, script));
		const char *what = slim_arena_format(arena, "%u:%s", (unsigned)package->dir->id, script);
		if (!text && !*hooks[i])
			text = "node server.js"; /* npm-start(1) */
		if (text && !was_run(s, what))
			slim_trace_shell_text(s->t, slim_blob_of(text), SLIM_RULE_COMMAND, package->file,
					      slim_arena_format(arena, "script '%s'", script));
	}
	return true;
}

/* What follows is a command line that may mean a program of node_modules/.bin. */
static void run_program(struct node_state *s, const struct node_command *c, size_t first)
{
	struct slim_arena *arena = slim_trace_arena(s->t);
	const char *text = "";
	for (size_t i = first; i < c->count; i++)
		if (c->words[i].ptr)
			text = slim_arena_format(arena, "%s'%.*s' ", text, (int)c->words[i].len, c->words[i].ptr);
	for (size_t i = 0; i < c->folder_count; i++)
		add_bins(s, c->folders[i]);
	const struct slim_node *home = c->folder_count ? c->folders[0] : NULL;
	const char *what = slim_arena_format(arena, "%u:%s", home ? (unsigned)home->id : 0, text);
	if (*text && !memchr(text, '`', strlen(text)) && !was_run(s, what))
		slim_trace_shell_text(s->t, slim_blob_of(text), SLIM_RULE_COMMAND, c->from,
				      "a package manager runs it");
}

static void run_script(struct node_state *s, struct slim_blob name, const struct node_command *c, bool bin)
{
	bool found = false;
	for (size_t i = 0; i < c->folder_count && name.ptr; i++) {
		for (const struct slim_node *dir = c->folders[i]; dir; dir = dir->parent) {
			const struct node_package *package = node_package_in(&s->world, dir);
			if (!package || !package->json)
				continue;
			found |= run_scripts(s, package, name, c);
			break;
		}
	}
	size_t at = 0;
	while (at < c->count && c->words[at].ptr != name.ptr)
		at++;
	if (!found && bin)
		run_program(s, c, at);
}

/* npm --prefix DIR, yarn --cwd DIR, pnpm -C DIR: another folder. Workspaces by name: all that have that script. */
static struct node_command in_folder(struct node_state *s, const struct node_command *c, struct slim_blob folder)
{
	struct node_command moved = *c;
	moved.folders = slim_arena_alloc(slim_trace_arena(s->t), (c->folder_count + 1) * sizeof(struct slim_node *));
	moved.folder_count = 0;
	for (size_t i = 0; i < c->folder_count; i++) {
		struct slim_node *dir = slim_tree_walk(s->world.tree, c->folders[i], folder, true, NULL, NULL);
		if (dir && slim_node_is_dir(dir))
			moved.folders[moved.folder_count++] = dir;
	}
	return moved.folder_count ? moved : *c;
}

/* The workspaces below a folder whose package is called NAME, or that lie at NAME. */
static struct node_command in_workspace(struct node_state *s, const struct node_command *c, struct slim_blob name)
{
	struct node_command moved = *c;
	for (size_t i = 0; i < c->folder_count; i++) {
		struct node_found found;
		struct slim_node *dir = node_find_package(&s->world, c->folders[i], name, &found);
		if (!dir)
			continue;
		moved.folders = slim_arena_alloc(slim_trace_arena(s->t), sizeof(struct slim_node *));
		moved.folders[0] = dir;
		moved.folder_count = 1;
		return moved;
	}
	return in_folder(s, c, name);
}

static void run_manager(struct node_state *s, struct node_command c)
{
	size_t i = 1;
	for (; i < c.count; i++) {
		struct slim_blob word = c.words[i], next = i + 1 < c.count ? c.words[i + 1] : slim_blob(NULL, 0);
		if (!word.ptr)
			continue;
		const char *equals = memchr(word.ptr, '=', word.len);
		struct slim_blob option = equals ? slim_blob(word.ptr, (size_t)(equals - word.ptr)) : word;
		struct slim_blob value = equals ? slim_blob(equals + 1, word.len - option.len - 1) : next;
		bool folder = is_one_of(LIST("--prefix", "-C", "--dir", "--cwd"), option);
		bool workspace = is_one_of(LIST("-w", "--workspace", "-F", "--filter", "workspace"), option);
		if (folder && value.ptr)
			c = in_folder(s, &c, value);
		if (workspace && value.ptr)
			c = in_workspace(s, &c, value);
		if (folder || workspace)
			i += !equals;
		else if (word.len && word.ptr[0] != '-')
			break;
	}
	if (i >= c.count)
		return;
	struct slim_blob word = c.words[i], next = i + 1 < c.count ? c.words[i + 1] : slim_blob(NULL, 0);
	if (is_one_of(LIST("run", "run-script", "rum", "urn"), word))
		run_script(s, next, &c, true);
	else if (is_one_of(LIST("exec", "x", "dlx"), word))
		run_program(s, &c, i + 1 + (next.ptr && slim_blob_is(next, "--")));
	else
		run_script(s, word, &c, true);
}

static void run_npx(struct node_state *s, const struct node_command *c)
{
	size_t i = 1;
	while (i < c->count && (!c->words[i].ptr || (c->words[i].len && c->words[i].ptr[0] == '-')))
		i++;
	run_program(s, c, i);
}

bool node_run_commands(struct node_state *s)
{
	bool more = s->command_done < s->command_count;
	while (s->command_done < s->command_count) {
		struct node_command c = s->commands[s->command_done++];
		struct slim_blob program = slim_path_base(c.words[0]);
		if (is_one_of(LIST("corepack"), program) && c.count > 1 && c.words[1].ptr) {
			c.words++;
			c.count--;
			program = c.words[0];
		}
		if (is_one_of(managers, program))
			run_manager(s, c);
		if (is_one_of(runners, program))
			run_npx(s, &c);
		if (is_one_of(managers, program) || is_one_of(runners, program))
			continue;
		size_t main = take_options(s, &c, 1);
		for (size_t i = main; i < c.count && (i == main || i == main + 1); i++) /* pm2 start FILE */
			if (c.words[i].ptr)
				take_main(s, c.words[i], &c);
	}
	return more;
}
