/*
 * Authentication codes: GMAC with AES-256 (NIST SP 800-38D), as fast as memory where the processor has instructions for
 * it. The key is made from the folder's secret and a salt that is drawn for each use, so that a nonce, which is a plain
 * number, never meets the same key twice.
 */
#ifndef SLIM_CACHE_CODE_H
#define SLIM_CACHE_CODE_H

#include "slim/cache.h"

enum { SLIM_SECRET = 32, SLIM_SALT = 16 };

struct slim_code_key {
	unsigned char bytes[32];
};

/* SALT gets random bytes; false: the system has none. */
bool slim_salt_draw(unsigned char salt[SLIM_SALT]);
/* HMAC-SHA256 (RFC 2104) of the salt. */
struct slim_code_key slim_code_key(const unsigned char secret[SLIM_SECRET], const unsigned char salt[SLIM_SALT]);
struct slim_coder *slim_coder_new(const struct slim_code_key *key, uint64_t nonce);
bool slim_code_equal(const struct slim_code *a, const struct slim_code *b); /* in constant time */

#endif
