/*
 * Which file a specifier names. Sources: nodejs.org/api/modules.html ("All together"), esm.html ("Resolution
 * Algorithm Specification"), packages.html. tests/node.py compares it with the real program.
 */
#ifndef SLIM_TRACE_NODE_RESOLVE_H
#define SLIM_TRACE_NODE_RESOLVE_H

#include "node_package.h"

enum node_mode {
	NODE_REQUIRE, /* require() */
	NODE_IMPORT, /* import */
	NODE_SYNC = 2, /* added to either: the condition "module-sync" of Node.js 20.19 and later */
};

struct node_found {
	struct slim_node *file; /* a regular file, links followed */
	const struct slim_node *start; /* it is found at PATH from here, maybe through links; NULL: the root */
	const char *path; /* the world's arena owns it */
	bool exported; /* by "exports" or "imports" */
};

/* What SPECIFIER means in the file FROM. False: nothing; modules that are part of Node.js are nothing, too. */
bool node_resolve(struct node_world *world, const struct slim_node *from, struct slim_blob specifier, unsigned mode,
		  struct node_found *found);

/*
 * The folder of the package that a bare specifier names, by node_modules folders upward from FROM's and the world's
 * globals, whatever its "exports" say. *start and *path as in node_found.
 */
struct slim_node *node_find_package(struct node_world *world, const struct slim_node *from, struct slim_blob name,
				    struct node_found *found);
/* The package's name in a bare specifier: "@a/b" of "@a/b/c.js". Empty: it is no bare specifier. */
struct slim_blob node_package_name(struct slim_blob specifier);

/* PATH with `x/..`, `.` and doubled slashes taken out, as a URL or path.resolve() does. */
const char *node_clean_path(struct slim_arena *arena, struct slim_blob path);

/* --- node_exports.c --- */

enum node_answer {
	NODE_NONE, /* nothing there: go on looking */
	NODE_FOUND,
	NODE_ERROR, /* Node.js gives up here */
};

struct node_target {
	const char *path; /* from the package's folder, or a bare specifier; the arena owns it */
	bool bare;
};

/* "exports" of PACKAGE for SUBPATH ("." or "./x"). NODE_NONE: it has none. */
enum node_answer node_exports(struct node_world *world, const struct node_package *package, struct slim_blob subpath,
			      unsigned mode, struct node_target *out);
/* "imports" of PACKAGE for SPECIFIER ("#x"). */
enum node_answer node_imports(struct node_world *world, const struct node_package *package, struct slim_blob specifier,
			      unsigned mode, struct node_target *out);

#endif
