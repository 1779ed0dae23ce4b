/*
 * The Pythons in use and where each finds modules. Sources: Modules/getpath.py and Lib/site.py of CPython; PEP 405
 * (virtual environments); Debian's python3 (dist-packages).
 */
#ifndef SLIM_TRACE_PYTHON_HOME_H
#define SLIM_TRACE_PYTHON_HOME_H

#include "python_meta.h"

enum { PYTHON_PLACES_MAX = 256 }; /* a module's name is looked up in each */

struct python_places {
	struct slim_node **items; /* folders, and archives that are searched like one */
	size_t count, capacity;
};

struct python_runtime {
	struct slim_node *asker; /* its program or library */
	struct slim_node *root; /* its prefix, or the folder of the virtual environment */
	struct slim_node *stdlib; /* of a virtual environment: its base's; NULL: not found */
	struct python_runtime *base; /* of a virtual environment; else NULL */
	struct python_places places; /* in the order of the search: standard library, then packages */
	struct python_places sites; /* those of them that hold packages */
	const char *suffix; /* of extension modules: ".cpython-311-x86_64-linux-gnu.so"; NULL: not known */
	struct python_target target;
	bool system_sites; /* a virtual environment that sees its base's packages */
};

struct python_runtimes {
	struct python_runtime **items;
	size_t count, capacity;
	bool embedded; /* one of them is a library in a program */
};

bool python_is_program(const struct slim_node *node);
bool python_is_library(const struct slim_node *node);
/*
 * Add what NODE, a kept program or library, runs: a runtime for each version if its name has none. True when one is
 * new. What the runtime needs to start is kept.
 */
bool python_runtime_add(struct slim_trace *t, struct python_runtimes *runtimes, struct slim_node *node);
/* Add the virtual environments of known runtimes that are in use by now. True when one is new. */
bool python_venvs_add(struct slim_trace *t, struct python_runtimes *runtimes);
void python_runtimes_free(struct python_runtimes *runtimes);

/* What is one place too many is not searched. */
void python_place_add(struct python_places *places, struct slim_node *place);
bool python_place_has(const struct python_places *places, const struct slim_node *place);
/* The place of RUNTIME that NODE lies below, the deepest one; NULL: none. */
struct slim_node *python_place_of(const struct python_runtime *runtime, const struct slim_node *node);

/* Of the standard library what no program needs: its tests, its editor, its build recipes. */
bool python_is_stdlib_junk(struct slim_trace *t, const struct python_runtime *runtime, const struct slim_node *node);

#endif
