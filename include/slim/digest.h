/*
 * Content digests: `sha256:` and 64 lower-case hexadecimal digits, or sha512 with 128 (OCI
 * image-spec, descriptor.md).
 */
#ifndef SLIM_DIGEST_H
#define SLIM_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "slim/blob.h"
#include "slim/error.h"

enum slim_digest_kind { SLIM_SHA256, SLIM_SHA512 };

struct slim_digest {
	enum slim_digest_kind kind;
	char text[8 + 128 + 1]; /* "sha256:…" */
};

/* The grammar is checked before anything is built from TEXT. */
int slim_digest_parse(const char *text, struct slim_digest *out, struct slim_error **err) SLIM_MUST_CHECK;
bool slim_digest_equal(const struct slim_digest *a, const struct slim_digest *b);
const char *slim_digest_hex(const struct slim_digest *digest); /* behind the colon */
struct slim_digest slim_digest_of(struct slim_blob bytes);     /* sha256 */

struct slim_hasher; /* EVP, one in flight */
struct slim_hasher *slim_hasher_new(enum slim_digest_kind kind);
void slim_hasher_add(struct slim_hasher *hasher, const void *bytes, size_t length);
struct slim_digest slim_hasher_end(struct slim_hasher *hasher);
void slim_hasher_free(struct slim_hasher *hasher); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_hasher, slim_hasher_free)

#endif
