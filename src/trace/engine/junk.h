/*
 * What places are known for by their names: junk, trees that language tools fill, folders that many share. Pure tables:
 * nothing is junk only because no rule asked for it.
 */
#ifndef SLIM_TRACE_JUNK_H
#define SLIM_TRACE_JUNK_H

#include "slim/packages.h"
#include "slim/tree.h"

enum slim_junk_mark {
	SLIM_JUNK = 1,          /* slim_is_junk */
	SLIM_MANAGED = 2,       /* slim_is_managed */
	SLIM_JUNK_BELOW = 4,    /* the folder is none, what is in it is */
	SLIM_JUNK_FILES = 8,    /* as above, but only regular files, at any depth */
	SLIM_JUNK_OWNED = 16,   /* as above, but only what a package owns */
	SLIM_LIBRARY_TREE = 32, /* in a folder of system libraries: static libraries are junk here */
	SLIM_SHARED = 64,       /* slim_is_shared_folder */
	SLIM_INTEGRATION = 128, /* slim_is_integration */
};

/* One byte of marks for each node; free() it. */
uint8_t *slim_junk_marks(const struct slim_tree *tree, const struct slim_packages *packages);

#endif
