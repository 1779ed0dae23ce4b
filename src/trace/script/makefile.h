/*
 * Makefiles (GNU make's manual) as shell source with the same commands: assignments become assignments, $(VAR) becomes
 * ${VAR}, $(shell TEXT) becomes $(TEXT), recipes stand as they are. The values of conditionals and of other functions
 * are not worked out: all branches count, and arguments stay as words. One pass, linear in time, no recursion.
 */
#ifndef SLIM_TRACE_MAKEFILE_H
#define SLIM_TRACE_MAKEFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "slim/blob.h"

enum { MAKEFILE_DEPTH = 32 };

struct makefile {
	FILE *shell;                                            /* what is read is added here */
	void (*include)(void *context, struct slim_blob word); /* a file that it includes, as it stands; may be NULL */
	void *context;
	unsigned used, set; /* built-in variables: one bit each */
	bool objects;       /* a rule or a list names object files: the built-in rules may make them */
};

void makefile_read(struct makefile *m, struct slim_blob text);
/* NAME=VALUE as on make's command line. False: WORD is none. */
bool makefile_assign(struct makefile *m, struct slim_blob word);
/* Add built-in variables that were used and not set: at the end, when all is read. */
void makefile_finish(struct makefile *m);

#endif
