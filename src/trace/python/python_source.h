/* What a Python source says about the modules and libraries that it may load. */
#ifndef SLIM_TRACE_PYTHON_SOURCE_H
#define SLIM_TRACE_PYTHON_SOURCE_H

#include "python.h"

enum python_fact_kind {
	PYTHON_IMPORT, /* import NAME; from NAME import ITEM; with LEVEL leading dots */
	PYTHON_CALL, /* import_module(NAME) and its like; with OPEN the beginning of a name */
	PYTHON_STRING, /* a literal that may name something */
	PYTHON_LIBRARY, /* CDLL(NAME), dlopen(NAME) */
	PYTHON_FIND, /* find_library(NAME); NAME may be empty: it is only known when the program runs */
	PYTHON_DIST, /* distribution(NAME), version(NAME) */
	PYTHON_PREFIX, /* startswith(NAME) */
};

struct python_fact {
	enum python_fact_kind kind;
	struct slim_blob name, item;
	unsigned level; /* of imports; a call's name that starts with a dot has it left there */
	bool open; /* more of the name follows when the program runs */
	bool nested; /* of imports: not at the left margin, so late, guarded or for type checkers; or by a helper */
	bool own; /* a call's name starts with the module's or package's own: __name__ + … */
};

/* What a source does that no list of names can tell. */
struct python_manner {
	bool computes; /* imports by a name of which nothing is known */
	bool lists; /* looks for modules in folders: pkgutil, os.listdir, glob */
	bool lists_all; /* looks through all that is installed: iter_modules(), distributions() */
	bool runs; /* runs text that it is handed: exec(), run_path() */
	bool extends; /* its package has parts in other folders: extend_path, declare_namespace */
};

/* What FACT points to lives only during the call. */
typedef void python_fact_sink(void *context, const struct python_fact *fact);

struct python_manner python_read_source(struct slim_blob source, python_fact_sink *sink, void *context);

#endif
