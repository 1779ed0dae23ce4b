/*
 * What earlier runs have learnt, in a folder of the user's (--cache DIR): bytes under a kind and an id. Nothing of it
 * is believed before its authentication code is checked, whose key is a random secret that lies in the folder too and
 * that only its owner can read. So whoever cannot read the folder cannot make slim believe anything, and what a disk
 * has damaged counts as absent. A result never depends on what is found: an id tells all that its value depends on.
 *
 * Several runs may use a folder at once: a value gets its name when it is whole, and is never changed. Whatever goes
 * wrong, the run goes on without; it is told once (slim_info, which no report shows), and never fails for it.
 * All functions may be called by several threads, and take NULL for the cache: nothing is found and nothing kept.
 */
#ifndef SLIM_CACHE_H
#define SLIM_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/attr.h"
#include "slim/blob.h"
#include "slim/file.h"
#include "slim/log.h"

struct slim_cache;

/*
 * The folder is made if it is absent (not its parents). It must belong to the user, and nobody else may write to it.
 * Its files hold at most LIMIT bytes: those that were not used for the longest time go. NULL, and LOG told: it cannot
 * be used. LOG must outlive the cache.
 */
struct slim_cache *slim_cache_open(const char *folder, uint64_t limit, struct slim_log *log);
void slim_cache_close(struct slim_cache *cache); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_cache, slim_cache_close)

/* The value: free() its ptr. ptr NULL: there is none, or it is damaged. */
struct slim_blob slim_cache_get(struct slim_cache *cache, const char *kind, const char *id);
void slim_cache_put(struct slim_cache *cache, const char *kind, const char *id, struct slim_blob value);

/*
 * An id for what is made of BYTES, at the speed of memory: their code under a key of this folder. Who does not know the
 * secret cannot make other bytes with the same id but by luck, once in 2^100 tries; ids are not to be shown.
 */
enum { SLIM_CACHE_ID = 33 };
void slim_cache_id(const struct slim_cache *cache, struct slim_blob bytes, char id[SLIM_CACHE_ID]);

/* What this very program is, for values that depend on its code: another build is another id. false: it has none. */
enum { SLIM_BUILD_ID = 2 * 64 + 1 };
bool slim_build_id(char out[SLIM_BUILD_ID]);

/* As get and put, for a value that is too long for memory: a part of a file, all of which was checked just now. */
bool slim_cache_get_file(struct slim_cache *cache, const char *kind, const char *id, struct slim_range *out);
void slim_cache_put_file(struct slim_cache *cache, const char *kind, const char *id, const struct slim_range *value);

/*
 * Codes for bytes that lie elsewhere: made when they were verified the slow way, and compared later at the speed of
 * memory. The bytes are cut into pieces of SLIM_SEAL_PIECE, the last of which may be shorter; each has its own code,
 * and can be added or compared by any thread. A seal is of no use with another cache's secret.
 */
enum { SLIM_SEAL_PIECE = 8 << 20 };
struct slim_seal;
struct slim_seal *slim_seal_new(struct slim_cache *cache, uint64_t length); /* NULL for a NULL cache */
/* The seal that was put under ID for LENGTH bytes, or NULL. */
struct slim_seal *slim_seal_get(struct slim_cache *cache, const char *id, uint64_t length);
void slim_seal_put(const struct slim_seal *seal, const char *id); /* each piece's code has been set */
void slim_seal_free(struct slim_seal *seal); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_seal, slim_seal_free)

struct slim_code { unsigned char bytes[16]; };
/* The code of one piece, whose bytes come bit by bit. */
struct slim_coder;
struct slim_coder *slim_seal_begin(const struct slim_seal *seal, uint64_t piece);
void slim_coder_add(struct slim_coder *coder, const void *bytes, size_t length);
struct slim_code slim_coder_end(struct slim_coder *coder); /* and frees it */
void slim_coder_free(struct slim_coder *coder);            /* gives it up; NULL is fine */
void slim_seal_set(struct slim_seal *seal, uint64_t piece, struct slim_code code);
bool slim_seal_has(const struct slim_seal *seal, uint64_t piece, struct slim_code code); /* the piece is as it was */

#endif
