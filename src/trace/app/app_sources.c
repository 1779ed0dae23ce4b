#include "app_sources.h"

#include <string.h>

#include "../engine/owners.h"
#include "../script/shebang.h"
#include "slim/match.h"

static const struct {
	const char *pattern;
	enum app_language language;
} file_names[] = {
	{ "*.py", APP_PYTHON }, { "*.pyw", APP_PYTHON }, { "*.wsgi", APP_PYTHON },
	{ "*.js", APP_JAVASCRIPT }, { "*.[cm]js", APP_JAVASCRIPT }, { "*.jsx", APP_JAVASCRIPT },
	{ "*.ts", APP_JAVASCRIPT }, { "*.[cm]ts", APP_JAVASCRIPT }, { "*.tsx", APP_JAVASCRIPT },
	{ "*.php", APP_PHP }, { "*.phtml", APP_PHP }, { "*.inc", APP_PHP }, { "*.rb", APP_RUBY },
	{ "*.ru", APP_RUBY }, { "*.rake", APP_RUBY }, { "*.gemspec", APP_RUBY },
	{ "*.pl", APP_PERL }, { "*.pm", APP_PERL }, { "*.psgi", APP_PERL }, { "*.cgi", APP_PERL },
	{ "*.lua", APP_LUA }, { "*.tcl", APP_TCL }, { "*.exp", APP_TCL }, { "*.[rR]", APP_R },
	{ "*.ex", APP_ELIXIR }, { "*.exs", APP_ELIXIR }, { "*.jl", APP_JULIA },
}, interpreters[] = {
	{ "python*", APP_PYTHON }, { "pypy*", APP_PYTHON }, { "node*", APP_JAVASCRIPT },
	{ "deno", APP_JAVASCRIPT }, { "bun", APP_JAVASCRIPT }, { "php*", APP_PHP },
	{ "ruby*", APP_RUBY }, { "perl*", APP_PERL }, { "lua*", APP_LUA }, { "luajit*", APP_LUA },
	{ "tclsh*", APP_TCL }, { "wish*", APP_TCL }, { "expect", APP_TCL }, { "Rscript", APP_R },
	{ "r", APP_R }, { "littler", APP_R }, { "elixir", APP_ELIXIR }, { "julia", APP_JULIA },
};

/*
 * Functions that start programs, by the last part of their name. Sources: the manuals of Python's
 * subprocess, os and asyncio, Node's child_process and the package execa, Ruby's Kernel, IO and
 * Open3, perlfunc, PHP's program execution functions and symfony/process, R's base, Elixir's System.
 */
static const char *const starters[] = {
	"Popen", "capture2", "capture2e", "capture3", "check_call", "check_output",
	"create_subprocess_exec", "create_subprocess_shell", "execFile", "execFileSync",
	"execSync", "execa", "execaCommand", "execaCommandSync", "execaSync", "execl", "execle",
	"execlp", "execlpe", "execv", "execve", "execvp", "execvpe", "fromShellCommandline",
	"getoutput", "getstatusoutput", "passthru", "pcntl_exec", "pipeline", "pipeline_r",
	"popen", "popen2", "popen2e", "popen3", "posix_spawn", "posix_spawnp", "proc_open",
	"shell_exec", "spawn", "spawnSync", "spawnl", "spawnlp", "spawnv", "spawnvp", "system",
	"system2", NULL
};

/* Names that mean this only in a file which uses one of the words below. */
static const char *const maybe_starters[] = {
	"$", "Command", "Process", "ProcessBuilder", "args", "argv", "call", "capture", "cmd",
	"command", "commands", "exec", "executable", "new", "open", "program", "promisify", "run",
	"sh", "shell", "sync", "which", NULL
};

static const char *const markers[] = {
	":os.cmd", "Bun.spawn", "Component\\Process", "Deno.Command", "IPC::", "Kernel.spawn", "Open3",
	"Popen", "ProcessBuilder", "System.cmd", "System.shell", "child_process", "cross-spawn", "execa",
	"google/zx", "node-pty", "os.exec", "os.spawn", "os.system", "passthru", "pcntl_exec",
	"pexpect", "plumbum", "popen", "posix_spawn", "proc_open", "processx", "shell_exec", "shelljs",
	"subprocess", "system(", "system2(",
};

static enum app_language language_named(const struct slim_node *node)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	for (size_t i = 0; i < SLIM_COUNT(file_names); i++)
		if (slim_wildcard(slim_blob_of(file_names[i].pattern), name))
			return file_names[i].language;
	return APP_NONE;
}

enum app_language app_language_run_by(struct slim_blob name)
{
	for (size_t i = 0; i < SLIM_COUNT(interpreters); i++)
		if (slim_wildcard(slim_blob_of(interpreters[i].pattern), name))
			return interpreters[i].language;
	return APP_NONE;
}

enum app_language app_language_of(struct slim_trace *t, struct slim_node *node,
				  enum slim_kind kind)
{
	enum app_language language = language_named(node);
	return !language && kind == SLIM_KIND_SCRIPT ? app_language_run_by(shebang_interpreter(t, node)) : language;
}

/* The folder in node_modules, or @scope in it, that NODE lies in. */
static const struct slim_node *package_of(const struct slim_node *node)
{
	for (; node->parent; node = node->parent) {
		const struct slim_node *above = node->parent->name[0] == '@' ? node->parent->parent : node->parent;
		if (above && !strcmp(above->name, "node_modules"))
			break;
	}
	return node;
}

static bool has_source(const struct slim_tree *tree, enum app_language language, const struct slim_node *dir)
{
	uint32_t end = slim_node_end(tree, dir);
	for (uint32_t id = dir->id; id < end; id++) {
		const struct slim_node *node = slim_tree_node(tree, id);
		if (slim_node_is_file(node) && language_named(node) == language)
			return true;
	}
	return false;
}

bool app_has_sources(struct slim_trace *t, enum app_language language, const struct slim_node *node)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	uint32_t count = (uint32_t)slim_tree_count(tree);
	for (uint32_t id = 0; id < count; id++) {
		const struct slim_node *file = slim_tree_node(tree, id);
		if (slim_is_managed(t, file) || slim_is_junk(t, file))
			id = slim_node_end(tree, file) - 1;
		else if (slim_node_is_file(file) && language_named(file) == language && !slim_is_system_path(file) &&
			 !slim_packages_owner(slim_trace_packages(t), file))
			return true;
	}
	return has_source(tree, language, package_of(node));
}

bool app_starts_programs(struct slim_blob source)
{
	for (size_t i = 0; i < SLIM_COUNT(markers); i++)
		if (memmem(source.ptr, source.len, markers[i], strlen(markers[i])))
			return true;
	return false;
}

/* Behind the last dot, colon or arrow. */
static struct slim_blob last_part(struct slim_blob name)
{
	size_t from = name.len;
	while (from && !strchr(".:>", name.ptr[from - 1]))
		from--;
	return slim_blob(name.ptr + from, name.len - from);
}

enum app_belief app_belief_in(const struct app_literal *literal, bool starts)
{
	struct slim_blob name = last_part(literal->named);
	if (literal->command)
		return APP_BELIEF_SURE;
	if (literal->called &&
	    (slim_blob_in(name, starters) || slim_blob_ends(literal->named, "os.execute")))
		return APP_BELIEF_SURE;
	/* open(F, "-|", …) of Perl */
	if (slim_blob_is(literal->text, "-|") || slim_blob_is(literal->text, "|-"))
		return APP_BELIEF_SURE;
	return starts && slim_blob_in(name, maybe_starters) ? APP_BELIEF_MAYBE : APP_BELIEF_NONE;
}
