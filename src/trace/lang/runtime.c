/*
 * Language runtimes that are kept whole but for named junk (src/trace/engine/junk.c): docs/rules.md D, D9. A runtime is
 * in use when something certain starts its program, or a kept program is linked with it.
 */
#include <string.h>

#include "lang.h"
#include "../node/node.h"
#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../python/python_home.h"
#include "../system/system_data.h"
#include "slim/path.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/*
 *   programs   patterns for interpreters
 *   libraries  patterns for embedded ones (file names)
 *   places     "$PREFIX" is the folder above the program's bin
 *   managed    folders of this name, wherever applications have them, belong to it
 *   home       the runtime may live in one folder of its own: that above bin, the program's links resolved
 *   variables  of the environment, with folders of modules; parts apart by ":" or ";", from a "?" on a pattern
 */
struct runtime {
	const char *name;
	const char *const *programs, *const *libraries, *const *places, *const *managed;
	bool home;
	const char *const *variables;
};

static const struct runtime runtimes[] = {
	{ "Lua", LIST("lua", "lua5*", "luajit*", "texlua", "resty"), LIST("liblua*.so*"),
	  LIST("$PREFIX/share/lua/**", "$PREFIX/lib/lua/**", "$PREFIX/lib/*-linux-*/lua/**", "/usr/local/share/lua/**",
	       "/usr/local/lib/lua/**", "/usr/share/luajit*/**", "$PREFIX/lualib/**"), NULL, false,
	  LIST("LUA_PATH*", "LUA_CPATH*") },
	{ "Tcl", LIST("tclsh*", "wish*", "expect"), LIST("libtcl*.so*"),
	  LIST("$PREFIX/share/tcltk/**", "$PREFIX/lib/tcltk/**", "$PREFIX/lib/*-linux-*/tcltk/**", "$PREFIX/lib/tcl*/**",
	       "$PREFIX/lib/tk*/**", "$PREFIX/share/tcl*/**", "$PREFIX/lib/itcl*/**", "$PREFIX/lib/thread*/**", "$PREFIX/lib/tdbc*/**"),
	  NULL, false, LIST("TCLLIBPATH", "TCL_LIBRARY", "TCL*_TM_PATH") },
	{ "R", LIST("R", "Rscript", "littler", "r"), LIST("libR.so"),
	  LIST("$PREFIX/lib/R/**", "$PREFIX/lib64/R/**", "/usr/local/lib/R/**", "/etc/R/**", "/usr/share/R/**"), NULL, false,
	  LIST("R_HOME", "R_LIBS*") },
	{ "Erlang", LIST("erl", "erlexec", "beam.smp", "escript", "elixir", "iex", "mix"), NULL,
	  LIST("$PREFIX/lib/erlang/**", "$PREFIX/lib/elixir/**", "$PREFIX/lib64/erlang/**"), NULL, true,
	  LIST("ERL_LIBS", "MIX_HOME", "HEX_HOME") },
	{ "Guile", LIST("guile", "guile-*"), LIST("libguile-*.so*"), LIST("$PREFIX/share/guile/**", "$PREFIX/lib/*-linux-*/guile/**",
	  "$PREFIX/lib/guile/**"), NULL, false, LIST("GUILE_LOAD_PATH", "GUILE_LOAD_COMPILED_PATH") },
	{ "Julia", LIST("julia"), LIST("libjulia*.so*"),
	  LIST("$PREFIX/share/julia/**", "$PREFIX/lib/julia/**", "$PREFIX/lib/*-linux-*/julia/**", "/etc/julia/**", "/root/.julia/**"),
	  LIST(".julia"), true, LIST("JULIA_DEPOT_PATH", "JULIA_LOAD_PATH") },
	{ "OCaml", LIST("ocamlrun*", "ocaml", "utop"), LIST("libcamlrun*.so*"), LIST("$PREFIX/lib/ocaml/**",
	  "$PREFIX/lib/*-linux-*/ocaml/**"), NULL, false, LIST("OCAMLPATH", "CAML_LD_LIBRARY_PATH") },
	{ "Haskell", LIST("ghc", "ghci", "runghc", "runhaskell"), NULL, LIST("$PREFIX/lib/ghc*/**", "/var/lib/ghc/**",
	  "/opt/ghc/**"), NULL, false, NULL },
	{ "Dart", LIST("dart", "dartaotruntime"), NULL, LIST("$PREFIX/lib/dart/**"), LIST(".pub-cache"), true, LIST("PUB_CACHE") },
	{ "Deno", LIST("deno"), NULL, LIST("/deno-dir/**", "/root/.cache/deno/**"), NULL, false, LIST("DENO_DIR") },
	{ "Lisp", LIST("sbcl", "clisp", "ecl"), LIST("libecl.so*"), LIST("$PREFIX/lib/sbcl/**", "$PREFIX/lib/clisp*/**",
	  "$PREFIX/lib/*-linux-*/ecl*/**", "$PREFIX/share/common-lisp/**"), NULL, false, LIST("SBCL_HOME") },
	{ "Racket", LIST("racket"), LIST("libracket*.so*"), LIST("$PREFIX/share/racket/**", "$PREFIX/lib/racket/**", "/etc/racket/**"),
	  NULL, false, LIST("PLTADDONDIR", "PLTCOLLECTS") },
	{ "Raku", LIST("raku", "rakudo*", "perl6", "moar"), LIST("libmoar.so*"), LIST("$PREFIX/share/perl6/**",
	  "$PREFIX/lib/perl6/**", "$PREFIX/share/nqp/**"), NULL, false, LIST("RAKULIB") },
	{ "Prolog", LIST("swipl"), LIST("libswipl.so*"), LIST("$PREFIX/lib/swi-prolog/**", "$PREFIX/lib/swipl/**"), NULL, false,
	  NULL },
	{ "Octave", LIST("octave*"), LIST("liboctave.so*"), LIST("$PREFIX/share/octave/**", "$PREFIX/lib/*-linux-*/octave/**",
	  "$PREFIX/libexec/octave/**"), NULL, false, LIST("OCTAVE_PATH") },
	{ "Mono", LIST("mono", "mono-sgen", "mono-boehm", "mono-service*"), LIST("libmono*-2.0.so*"),
	  LIST("$PREFIX/lib/mono/**", "$PREFIX/lib/libMonoPosixHelper.so", "$PREFIX/lib/libMonoSupportW.so",
	       "$PREFIX/lib/libmono-native.so*", "$PREFIX/lib/libmono-btls-shared.so", "/etc/mono/**", "/usr/share/.mono/**"),
	  NULL, false, LIST("MONO_PATH", "MONO_GAC_PREFIX", "MONO_CFG_DIR") },
	{ "awk", LIST("gawk"), NULL, LIST("$PREFIX/share/awk/**", "$PREFIX/lib/*-linux-*/gawk/**", "$PREFIX/lib/gawk/**"), NULL, false,
	  LIST("AWKPATH", "AWKLIBPATH") },
};

struct state {
	struct slim_waiting waiting;
};

static size_t runtime_of(struct slim_trace *t, const struct slim_node *node)
{
	bool library = slim_kind_of(t, (struct slim_node *)node) == SLIM_KIND_LIBRARY;
	for (size_t i = 0; i < SLIM_COUNT(runtimes); i++)
		if (slim_name_in(library ? runtimes[i].libraries : runtimes[i].programs, node->name))
			return i;
	return SLIM_COUNT(runtimes);
}

bool slim_is_runtime_program(const struct slim_node *node)
{
	static const char *const traced[] = { "perl", "perl5*", "php", "php[0-9]*", "php-fpm*", "php-cgi*", "phpdbg*",
					      "ruby", "ruby[0-9]*", "jruby", NULL }; /* by tracers of their own */
	if (slim_name_in(traced, node->name))
		return true;
	for (size_t i = 0; i < SLIM_COUNT(runtimes); i++)
		if (slim_name_in(runtimes[i].programs, node->name))
			return true;
	return python_is_program(node) || node_is_program(node) || slim_name_in(LIST("java", "dotnet"), node->name);
}

static bool is_named_in(const char *const *list, const struct slim_node *node)
{
	for (; list && *list; list++)
		if (!strcmp(*list, node->name))
			return true;
	return false;
}

static void keep_home(struct slim_trace *t, const struct runtime *runtime, const struct slim_node *node)
{
	struct slim_node *prefix = lang_prefix(node);
	if (runtime->home && prefix->parent && !slim_is_shared_folder(t, prefix))
		slim_keep_below(t, prefix, SLIM_RULE_RUNTIME, node, "%s", runtime->name);
}

/* Folders of modules that the environment names: "/srv/lib/?.lua;;" as well as "/srv/lib". */
static void keep_variable(struct slim_trace *t, const char *value, const struct slim_node *node, const char *name)
{
	struct slim_blob rest = slim_blob_of(value), part;
	while (slim_blob_split_any(&rest, ":; ", &part)) {
		const char *open = memchr(part.ptr, '?', part.len);
		size_t length = open ? (size_t)(open - part.ptr) : part.len;
		if (length < 2 || part.ptr[0] != '/' || length >= SLIM_PATH_MAX)
			continue;
		struct slim_node *dir = slim_keep_path(t, NULL, slim_blob(part.ptr, length), SLIM_RULE_RUNTIME, node, "%s", name);
		if (dir && !slim_is_shared_folder(t, dir))
			slim_keep_below(t, dir, SLIM_RULE_RUNTIME, node, "%s", name);
	}
}

static void keep_variables(struct slim_trace *t, const struct runtime *runtime, const struct slim_node *node)
{
	for (const char **e = slim_trace_config(t)->env; runtime->variables && *e; e++) {
		const char *value = strchr(*e, '=');
		slim_autofree char *name = slim_strndup(*e, value ? (size_t)(value - *e) : 0);
		if (value && slim_name_in(runtime->variables, name))
			keep_variable(t, value + 1, node, runtime->name);
	}
}

static bool names_locales(const struct runtime *runtime)
{
	return slim_name_in(LIST("R", "Tcl"), runtime->name);
}

/* Trees that the language's package manager filled, outside the system's folders: an application's own. */
static void keep_managed(struct slim_trace *t, const struct runtime *runtime, const struct slim_node *node)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	uint32_t count = (uint32_t)slim_tree_count(tree);
	for (uint32_t id = 1; runtime->managed && id < count; id++) {
		struct slim_node *dir = slim_tree_node(tree, id);
		if (!slim_node_is_dir(dir) || !is_named_in(runtime->managed, dir))
			continue;
		if (!slim_is_junk(t, dir) && !slim_is_system_path(dir))
			slim_keep_below(t, dir, SLIM_RULE_RUNTIME, node, "%s", runtime->name);
		id = slim_node_end(tree, dir) - 1;
	}
}

static void keep_runtime(struct slim_trace *t, size_t i, const struct slim_node *node)
{
	lang_keep_places(t, runtimes[i].places, node, runtimes[i].name);
	keep_home(t, &runtimes[i], node);
	keep_managed(t, &runtimes[i], node);
	keep_variables(t, &runtimes[i], node);
	lang_keep_shell(t, node, runtimes[i].name);
	if (names_locales(&runtimes[i]))
		lang_keep_locales(t, node, runtimes[i].name);
	slim_doubt(t, node, "%s is kept whole: what of it is used is not told apart", runtimes[i].name);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	if (runtime_of(t, node) < SLIM_COUNT(runtimes))
		slim_waiting_add(&s->waiting, node);
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	const bool *started = slim_started(t);
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->waiting);
	for (size_t i = 0; i < now.count; i++) {
		if (started[now.nodes[i]->id] || slim_kind_of(t, now.nodes[i]) == SLIM_KIND_LIBRARY)
			keep_runtime(t, runtime_of(t, now.nodes[i]), now.nodes[i]);
		else
			slim_waiting_add(&s->waiting, now.nodes[i]);
	}
}

static void clear(void *state)
{
	slim_waiting_clear(&((struct state *)state)->waiting);
}

const struct slim_tracer slim_runtime_tracer = {
	.name = "runtimes", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT,
	.state_size = sizeof(struct state), .visit = visit, .settle = settle, .clear = clear,
};
