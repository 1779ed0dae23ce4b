/* A run of bytes with its length: no NUL is assumed, nothing is owned. Names from archives live in these. */
#ifndef SLIM_BLOB_H
#define SLIM_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slim_blob {
	const char *ptr;
	size_t len;
};

#define SLIM_BLOB(literal) ((struct slim_blob){ "" literal, sizeof(literal) - 1 })

static inline struct slim_blob slim_blob(const char *ptr, size_t len) { return (struct slim_blob){ ptr, len }; }
static inline struct slim_blob slim_blob_of(const char *s) { return (struct slim_blob){ s, strlen(s) }; }

/* These are asked for each token of each source: inline, a literal costs one comparison of lengths. */
static inline bool slim_blob_equal(struct slim_blob a, struct slim_blob b)
{
	return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slim_blob_is(struct slim_blob a, const char *s)
{
	return slim_blob_equal(a, slim_blob_of(s));
}

static inline bool slim_blob_starts(struct slim_blob a, const char *prefix)
{
	size_t n = strlen(prefix);
	return n <= a.len && (!n || memcmp(a.ptr, prefix, n) == 0);
}

static inline bool slim_blob_ends(struct slim_blob a, const char *suffix)
{
	size_t n = strlen(suffix);
	return n <= a.len && (!n || memcmp(a.ptr + (a.len - n), suffix, n) == 0);
}

/* Whether WORD is one of LIST, which ends with NULL. */
static inline bool slim_blob_in(struct slim_blob word, const char *const *list)
{
	for (; word.len && *list; list++)
		if (**list == *word.ptr && slim_blob_is(word, *list))
			return true;
	return false;
}

int slim_blob_compare(struct slim_blob a, struct slim_blob b); /* by bytes, a prefix first */

/* The part before the first SEPARATOR; *rest moves behind it. False when *rest was used up (ptr NULL) before. */
bool slim_blob_split(struct slim_blob *rest, char separator, struct slim_blob *part);
/* As above, but any byte of SEPARATORS ends a part. */
bool slim_blob_split_any(struct slim_blob *rest, const char *separators, struct slim_blob *part);
/* The same for many texts: the separators are taken apart once. */
struct slim_bytes {
	uint64_t bits[4];
};
struct slim_bytes slim_bytes_of(const char *list);
bool slim_blob_split_bytes(struct slim_blob *rest, const struct slim_bytes *separators, struct slim_blob *part);
/* The next line without its newline; a last line without one counts. */
bool slim_blob_line(struct slim_blob *rest, struct slim_blob *line);
struct slim_blob slim_blob_trim(struct slim_blob a); /* blanks, tabs, CR and LF at both ends */

#endif
