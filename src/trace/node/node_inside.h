/*
 * The Node.js tracer's inside. The application's own files are scanned for what they load; each package that they
 * reach stays whole but for named junk, with the packages that its package.json asks for, and those of its files that
 * can be reached are scanned in turn. docs/rules.md D2.
 */
#ifndef SLIM_TRACE_NODE_INSIDE_H
#define SLIM_TRACE_NODE_INSIDE_H

#include "../engine/waiting.h"
#include "js_scan.h"
#include "node_resolve.h"
#include "slim/trace.h"

enum node_mark {
	NODE_REACHED = 1, /* a file that is or was to be scanned */
	NODE_KEPT = 2, /* a package's folder */
	NODE_OPEN = 4, /* a package that loads files of its own by computed names: all of them are scanned */
	NODE_ROOT = 8, /* an application's folder */
	NODE_WANTED = 16, /* a folder of junk into which something reaches */
	NODE_SPARE = 32, /* a file that only a script of package.json starts which nothing runs */
	NODE_WHOLE = 64, /* a folder of which all files stay: patterns in it took too long */
	NODE_OUTER = 128, /* a folder of which all packages in reach stay */
};

/* What changes what is junk in packages. */
enum node_need {
	NODE_NEED_TYPES = 1, /* a program that checks types as it runs: .d.ts */
	NODE_NEED_MAPS = 2, /* source maps */
	NODE_NEED_SOURCES = 4, /* TypeScript is run as it is */
};

struct node_command {
	const struct slim_blob *words;
	size_t count;
	const struct slim_node *from;
	const struct slim_node **folders;
	size_t folder_count;
};

struct node_root {
	struct slim_node *dir;
	struct node_package *package; /* NULL: none has a package.json */
	unsigned scanned; /* 0: not yet, else the needs that were known + 1 */
};

struct node_state {
	struct slim_trace *t;
	struct node_world world;
	struct slim_node *program; /* the runtime in use; NULL: none is known yet */
	uint8_t *marks; /* by node number */
	unsigned needs, needs_served;
	bool fallback; /* whole node_modules folders had to be kept */
	bool undecided; /* they were, since NODE_STEPS_MAX was reached */
	struct slim_waiting runtimes; /* not known to be started */
	struct slim_waiting entries; /* scripts that are started or read */
	struct slim_waiting files; /* to be scanned */
	struct slim_waiting packages; /* kept; those from package_done on are to be looked into */
	size_t package_done;
	struct node_root *roots;
	size_t root_count, root_capacity;
	struct node_command *commands;
	size_t command_count, command_capacity, command_done;
	const char **scripts; /* package.json and name of those that were run */
	size_t script_count, script_capacity;
};

/* --- node_junk.c --- */

/* Whether NODE, in the package DIR, is named junk; folders stand for all that they hold. */
bool node_is_junk(struct node_state *s, const struct slim_node *dir, const struct slim_node *node);
/* Names that are development's: a string that is one of them is more likely a word than a module. */
bool node_is_tool(struct slim_blob name);
/* Packages that are only there to build others. */
bool node_is_build_package(const char *name);
/* A test, or settings of a tool that no production run reads. */
bool node_is_development(const struct slim_node *node);

/* --- node_platform.c --- */

/* Whether DIR is a package whose package.json says ("os", "cpu", "libc") that it is for another system. */
bool node_is_foreign(struct node_state *s, const struct slim_node *dir);
/* A prebuilt addon, or a folder of them, for another system than the image's: prebuilds/darwin-x64, x.musl.node. */
bool node_is_foreign_build(struct node_state *s, const struct slim_node *node);

/* --- node_reach.c: what a file loads --- */

/* FOUND is loaded: keep it, its package, and scan it. */
void node_reach(struct node_state *s, const struct node_found *found, enum slim_rule_id rule,
		const struct slim_node *from, const char *evidence);
/* FILE, which is kept already, is loaded. */
void node_follow(struct node_state *s, struct slim_node *file, const struct slim_node *from, const char *evidence);
/* Resolve SPECIFIER in FROM by all ways and reach what is found. False: nothing is. */
bool node_load(struct node_state *s, struct slim_node *from, struct slim_blob specifier, enum slim_rule_id rule,
	       const char *evidence);
/* SPECIFIER is a mere string: if it names an installed package, that stays. FROM: where it is looked up. */
void node_name(struct node_state *s, const struct slim_node *from, struct slim_blob specifier, const char *evidence);
/* A path from folder BASE, with NULs for what is not known. */
void node_load_path(struct node_state *s, struct slim_node *from, const struct slim_node *base, struct slim_blob path);
/* Packages whose names match NAME, with NULs for what is not known. */
void node_load_names(struct node_state *s, struct slim_node *from, struct slim_blob name);
bool node_is_source(const struct slim_node *file); /* by its name: something that is scanned */
bool node_is_typescript(const struct slim_node *file); /* needs to be compiled before Node.js runs it */

/* --- node_scan.c --- */

void node_scan_file(struct node_state *s, struct slim_node *file);
/* A setting of the application: only its strings count. */
void node_scan_settings(struct node_state *s, struct slim_node *file);
void node_scan_text(struct node_state *s, struct slim_blob text, struct slim_node *from);

/* --- node_keep.c: packages --- */

void node_keep_package(struct node_state *s, struct slim_node *dir, const struct slim_node *from, const char *evidence);
/* All packages that DIR's package.json asks for, looked up from DIR. */
void node_keep_dependencies(struct node_state *s, const struct node_package *package);
/* All of the node_modules folders that files in DIR see. */
void node_keep_all_modules(struct node_state *s, const struct slim_node *dir, const struct slim_node *from);
/* FILE is started: what its package asks for tells what it reads. */
void node_note_program(struct node_state *s, const struct slim_node *file);
/* Look into what node_keep_package added, until there is no more. True: there was something. */
bool node_keep_rest(struct node_state *s);

/* --- node_roots.c: the application --- */

void node_use_root_of(struct node_state *s, const struct slim_node *file);
void node_use_all_roots(struct node_state *s);
bool node_scan_roots(struct node_state *s);
bool node_has_root(const struct node_state *s, const struct slim_node *file, struct node_root **root);
/* Whether an application's package.json itself asks for the package DIR. */
bool node_is_declared(const struct node_state *s, const struct slim_node *dir);

/* Whether the applications ask for PACKAGE only as they are developed. */
bool node_is_for_development(const struct node_state *s, struct slim_blob package);

/* --- node_commands.c --- */

/* May come before the tracer has started. */
void node_remember_command(struct node_state *s, struct slim_trace *t, const struct slim_command_line *command);
bool node_run_commands(struct node_state *s);
/* The words of NODE_OPTIONS and of a command line behind `node`; FOLDER: where they are looked up. */
void node_take_options(struct node_state *s, const struct slim_blob *words, size_t count,
		       const struct slim_node *const *folders, size_t folder_count, const struct slim_node *from);

static inline bool node_marked(const struct node_state *s, const struct slim_node *node, enum node_mark mark)
{
	return s->marks[node->id] & mark;
}

#endif
