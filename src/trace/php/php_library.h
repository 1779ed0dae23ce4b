/* PHP libraries of the system: those that packages or PEAR put into the include path. docs/rules.md D4. */
#ifndef SLIM_TRACE_PHP_LIBRARY_H
#define SLIM_TRACE_PHP_LIBRARY_H

#include "php_conf.h"

struct php_library {
	struct slim_node **roots; /* folders of the include path outside of applications */
	size_t root_count, root_capacity;
	bool *kept; /* by package index: its files have been kept */
	uint8_t *done; /* by node number: what has been kept of it */
	bool all;
};

void php_library_clear(struct php_library *library);
/* Those of INTERPRETER's and the system's customs. */
void php_library_find(struct slim_trace *t, struct php_library *library, const struct slim_node *interpreter);
void php_library_add_root(struct slim_trace *t, struct php_library *library, const struct php_word *root);
/* Whether NODE lies in the include path outside of applications. */
bool php_library_holds(const struct php_library *library, const struct slim_node *node);
/* Keep the library that has the source NAME, from a root or from the folder of SOURCE (may be NULL). */
void php_library_keep_file(struct slim_trace *t, struct php_library *library, struct slim_blob name,
			   const struct slim_node *source);
/* Keep the libraries that have the class or namespace NAME. */
void php_library_keep_class(struct slim_trace *t, struct php_library *library, struct slim_blob name,
			    const struct slim_node *source);
void php_library_keep_all(struct slim_trace *t, struct php_library *library, const struct slim_node *from,
			  const char *why);

#endif
