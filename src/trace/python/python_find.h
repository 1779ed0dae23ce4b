/*
 * Modules by name, as importlib finds them. Source: Lib/importlib/_bootstrap_external.py (PathFinder, FileFinder);
 * PEP 420.
 */
#ifndef SLIM_TRACE_PYTHON_FIND_H
#define SLIM_TRACE_PYTHON_FIND_H

#include "python_home.h"

enum { PYTHON_PORTIONS_MAX = 32 }; /* of a namespace package */

struct python_module {
	struct slim_node *file; /* NULL: a namespace package */
	struct slim_node *entry; /* in PLACE, before links are followed */
	struct slim_node *place; /* the folder of the search in which it was found */
	struct slim_node *dirs[PYTHON_PORTIONS_MAX]; /* where its submodules are looked for; none: it is no package */
	size_t dir_count;
};

/* Look the single NAME up in the folders DIRS; the first that has it counts, of a namespace package all do. */
bool python_find_in(struct slim_trace *t, const struct python_runtime *runtime, struct slim_node *const *dirs,
		    size_t count, struct slim_blob name, struct python_module *out);
/* Whether NODE's name is that of a module's file: x.py, x.cpython-311-x86_64-linux-gnu.so, a lone x.pyc. */
bool python_is_module_file(const struct slim_node *node);

#endif
