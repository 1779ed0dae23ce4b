/* Words on lines that are no wider than the terminal. */
#ifndef SLIM_CLI_WRAP_H
#define SLIM_CLI_WRAP_H

#include <stdbool.h>
#include <stdio.h>

#include "slim/attr.h"

struct slim_wrap {
	FILE *out;
	unsigned indent; /* of every line but the first */
	unsigned column, width;
	bool starts;     /* the next word needs no blank before it */
};

/* FMT: what the first line starts with. */
void slim_wrap_begin(struct slim_wrap *wrap, const char *fmt, ...) SLIM_PRINTF(2, 3);
void slim_wrap_word(struct slim_wrap *wrap, const char *fmt, ...) SLIM_PRINTF(2, 3);  /* is never broken */
void slim_wrap_words(struct slim_wrap *wrap, const char *text);                       /* broken at its blanks */
void slim_wrap_end(struct slim_wrap *wrap);
/* A paragraph of OUT: all of the above in one. */
void slim_say(FILE *out, unsigned indent, const char *fmt, ...) SLIM_PRINTF(3, 4);

#endif
