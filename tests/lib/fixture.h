/* A small tree for unit tests, from a table. */
#ifndef SLIM_TESTS_FIXTURE_H
#define SLIM_TESTS_FIXTURE_H

#include "slim/tree.h"

struct fixture {
	const char *path;    /* "/usr/bin/x"; "/usr/bin/" is a folder */
	const char *content; /* of a file; NULL: empty */
	const char *target;  /* of a symbolic link */
	unsigned mode;       /* permission bits; 0: 0644, of a folder 0755 */
};

/* slim_tree_free it. Failing ends the test program. */
struct slim_tree *fixture_tree(const struct fixture *files, size_t count);

#endif
