/*
 * What a person reads on standard error. Passed down, never global. Safe to use from several threads. A NULL log is
 * silent.
 */
#ifndef SLIM_LOG_H
#define SLIM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "slim/attr.h"

enum slim_level { SLIM_QUIET, SLIM_NORMAL, SLIM_VERBOSE };
enum slim_progress { SLIM_PROGRESS_AUTO, SLIM_PROGRESS_ALWAYS, SLIM_PROGRESS_NEVER };

struct slim_log;

struct slim_log *slim_log_new(FILE *out, enum slim_level level, enum slim_progress progress);
void slim_log_free(struct slim_log *log); /* clears a progress line that still stands */

void slim_warn(struct slim_log *log, const char *fmt, ...) SLIM_PRINTF(2, 3);    /* "slim: warning: …"; not with -q */
void slim_info(struct slim_log *log, const char *fmt, ...) SLIM_PRINTF(2, 3);    /* not with -q */
void slim_verbose(struct slim_log *log, const char *fmt, ...) SLIM_PRINTF(2, 3); /* with -v only */
bool slim_log_verbose(const struct slim_log *log);
/* The text of every warning until now, with -q too, sorted and each once: for the report. LOG owns them. */
const char *const *slim_log_warnings(struct slim_log *log, size_t *count);

/*
 * One line: nothing in TEXT can break it or drive a terminal. Control characters, those of Unicode too, and bytes that
 * are no UTF-8 are \xNN.
 */
void slim_put_line(FILE *out, const char *prefix, const char *text);

/*
 * One progress line: phase, bar, bytes. Drawn at most ten times a second, only on a terminal unless asked for
 * otherwise, and wiped before any other line is printed.
 */
void slim_progress_begin(struct slim_log *log, const char *phase, uint64_t total); /* total 0: unknown */
/* The phase has so many parts, none of which is done yet: "reading layers, 3 of 8 done". */
void slim_progress_parts(struct slim_log *log, size_t parts);
void slim_progress_part(struct slim_log *log); /* one more is done */
void slim_progress_add(struct slim_log *log, uint64_t done);
void slim_progress_end(struct slim_log *log);

#endif
