/* Packages of Node.js as they lie in a tree: their package.json, read once. */
#ifndef SLIM_TRACE_NODE_PACKAGE_H
#define SLIM_TRACE_NODE_PACKAGE_H

#include <jansson.h>

#include "slim/alloc.h"
#include "slim/tree.h"

enum { NODE_JSON_MAX = 4 << 20 };
enum { NODE_STEPS_MAX = 1 << 26 }; /* members of "exports" and "imports" that are looked at, in all */

struct node_package {
	struct slim_node *dir, *file; /* the folder and its package.json */
	json_t *json; /* an object; NULL: it cannot be read, which hides all that it says */
	struct node_package *next;
};

/* What is known of a tree. Zeroed, then the first four set, then node_world_init. */
struct node_world {
	const struct slim_tree *tree;
	struct slim_arena *arena; /* lives longer than the world */
	/* the first MAX bytes of a file with a NUL behind them, the caller's to free(); NULL on error */
	char *(*read)(void *context, const struct slim_node *file, size_t max, size_t *length);
	void *context;
	const char *const *conditions; /* further ones (--conditions), may be NULL; ends with NULL */
	struct node_global {
		const struct slim_node *dir;
		bool inside; /* only for files that lie in it */
	} * globals; /* folders that require() searches last */
	size_t global_count, global_capacity;
	struct node_package **by_dir; /* by node number */
	struct node_package *packages;
	uint32_t steps; /* at NODE_STEPS_MAX "exports" and "imports" lead nowhere any more */
};

void node_world_init(struct node_world *world);
void node_world_clear(struct node_world *world);

/* The package whose package.json lies in DIR; NULL: it has none. */
struct node_package *node_package_in(struct node_world *world, const struct slim_node *dir);
/* The nearest package at or above DIR, but none beyond a node_modules folder: PACKAGE_SCOPE of the manual. */
struct node_package *node_scope(struct node_world *world, const struct slim_node *dir);
/* A text field of package.json, or NULL. */
const char *node_package_text(const struct node_package *package, const char *field);
/*
 * The folder of the installed package that holds NODE: below node_modules, or below node_modules/@scope. NULL: it lies
 * in none. A node_modules folder itself, and what lies beside packages in it (.bin), are in none either.
 */
struct slim_node *node_installed(const struct slim_node *node);
/* A folder named node_modules, or one of Debian's: /usr/share/nodejs, /usr/lib/nodejs, /usr/lib/TRIPLET/nodejs. */
bool node_is_modules(const struct slim_node *dir);

#endif
