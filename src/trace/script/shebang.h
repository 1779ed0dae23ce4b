/* The first line of a script: execve(2), binfmt_script. */
#ifndef SLIM_TRACE_SHEBANG_H
#define SLIM_TRACE_SHEBANG_H

#include "slim/trace.h"

enum { SHEBANG_MAX = 256 };

struct shebang {
	struct slim_blob path;     /* "" when there is none */
	struct slim_blob argument; /* the rest of the line as one */
	bool carriage_return;      /* the line ends in CR LF; the kernel takes the CR as part of it; left out here */
	bool cut;                  /* the line is longer than the kernel reads */
};

/* HEAD: the first bytes of the file. False: it does not start with #!. */
bool shebang_parse(struct slim_blob head, struct shebang *out);

/*
 * The name of the program that the script NODE runs under, behind env, busybox and the like: "sh", "python3.11"; the
 * arena of the trace owns it. Without a shebang it is "sh", as execvp(3) and shells do.
 */
struct slim_blob shebang_interpreter(struct slim_trace *t, const struct slim_node *node);
/* The same as a program of the image; NULL when it is not there. */
struct slim_node *shebang_program(struct slim_trace *t, const struct slim_node *node);

#endif
