/* A run of bytes with its length: no NUL is assumed, nothing is owned. Names from archives live in these. */
#ifndef SLIM_BLOB_H
#define SLIM_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slim_blob {
	const char *ptr;
	size_t len;
};

#define SLIM_BLOB(literal) ((struct slim_blob){ "" literal, sizeof(literal) - 1 })

static inline struct slim_blob slim_blob(const char *ptr, size_t len) { return (struct slim_blob){ ptr, len }; }
static inline struct slim_blob slim_blob_of(const char *s) { return (struct slim_blob){ s, strlen(s) }; }

bool slim_blob_equal(struct slim_blob a, struct slim_blob b);
bool slim_blob_is(struct slim_blob a, const char *s);
int slim_blob_compare(struct slim_blob a, struct slim_blob b); /* by bytes, a prefix first */
bool slim_blob_starts(struct slim_blob a, const char *prefix);
bool slim_blob_ends(struct slim_blob a, const char *suffix);

/* The part before the first SEPARATOR; *rest moves behind it. False when *rest was used up (ptr NULL) before. */
bool slim_blob_split(struct slim_blob *rest, char separator, struct slim_blob *part);
/* As above, but any byte of SEPARATORS ends a part. */
bool slim_blob_split_any(struct slim_blob *rest, const char *separators, struct slim_blob *part);
/* The next line without its newline; a last line without one counts. */
bool slim_blob_line(struct slim_blob *rest, struct slim_blob *line);
struct slim_blob slim_blob_trim(struct slim_blob a); /* blanks, tabs, CR and LF at both ends */

#endif
