/*
 * Errors: a message for a person, and the exit status that it leads to. docs/errors.md is the one-page rule.
 *
 * A function that can fail returns 0 or -1 (or NULL) and takes `struct slim_error **err` last. Success leaves *err
 * untouched; failure sets it once. The library never prints and never exits, but for lack of memory (slim/alloc.h).
 * Messages are lower case, without a full stop, outermost part first, the cause last:
 *     in.tar: layer 3: 'usr/lib/x': size field: value out of range
 */
#ifndef SLIM_ERROR_H
#define SLIM_ERROR_H

#include "slim/attr.h"

enum slim_status {
	SLIM_OK = 0,
	SLIM_BAD_INPUT = 1, /* the input or the machine is at fault */
	SLIM_BAD_USAGE = 2, /* the command line is */
	SLIM_UNSAFE = 3,    /* the image cannot be slimmed safely */
	SLIM_GATE = 4,      /* images were compared, and a limit that was asked for does not hold */
};

struct slim_error;

/* Set *err; returns -1, so that `return slim_fail(err, …)` fails and says why in one line. */
int slim_fail(struct slim_error **err, enum slim_status status, const char *fmt, ...) SLIM_PRINTF(3, 4);

/* As slim_fail with SLIM_BAD_INPUT, ": " and the text of ERRNUM after the message. */
int slim_fail_errno(struct slim_error **err, int errnum, const char *fmt, ...) SLIM_PRINTF(3, 4);

/* Put "PREFIX: " before the message of *err (which must be set); returns -1. */
int slim_wrap(struct slim_error **err, const char *fmt, ...) SLIM_PRINTF(2, 3);

/* Compilers and analysers look into one file at a time: here they see that these return -1. */
static inline int slim_minus_one(int result) { return result < 0 ? result : -1; }
#define slim_fail(...) slim_minus_one(slim_fail(__VA_ARGS__))
#define slim_fail_errno(...) slim_minus_one(slim_fail_errno(__VA_ARGS__))
#define slim_wrap(...) slim_minus_one(slim_wrap(__VA_ARGS__))

const char *slim_error_text(const struct slim_error *err);
enum slim_status slim_error_status(const struct slim_error *err);
void slim_error_free(struct slim_error *err); /* NULL is fine */

SLIM_DEFINE_CLEANUP(struct slim_error, slim_error_free)

#endif
