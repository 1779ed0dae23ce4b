/*
 * Digests that are computed beside other work, a piece at a time, by whichever thread has time. A check is done by one
 * thread at a time, and those that were added first are begun first. Bytes that the cache has a seal for are compared
 * with that, by several threads at once; only if they differ are they hashed, and then the digest decides.
 */
#ifndef SLIM_IMAGE_CHECKS_H
#define SLIM_IMAGE_CHECKS_H

#include <stddef.h>
#include <stdint.h>

#include "slim/cache.h"
#include "slim/digest.h"
#include "slim/file.h"
#include "slim/log.h"
#include "slim/pool.h"

struct slim_checks;
struct slim_check;

/* At most COUNT checks, told apart by their place. They run on POOL, which must be freed before the checks. */
struct slim_checks *slim_checks_new(struct slim_pool *pool, struct slim_cache *cache, size_t count,
				    struct slim_log *log);
void slim_checks_free(struct slim_checks *checks); /* NULL is fine */

struct slim_check_input {
	size_t place;       /* among the checks: the first wrong one in this order is reported */
	const char *label;  /* "layer 3 of 7"; must outlive the checks, as WANT must */
	const char *what;   /* "digest", "diff ID" */
	const struct slim_digest *want;
	struct slim_range range; /* a reference of its file is taken */
};

/* All bytes are there. */
void slim_checks_add(struct slim_checks *checks, const struct slim_check_input *input);
/* None is yet: slim_check_grow tells of further ones, from range.offset on; range.length is ignored. */
struct slim_check *slim_checks_add_growing(struct slim_checks *checks, const struct slim_check_input *input);
void slim_check_grow(struct slim_check *check, uint64_t more);
void slim_check_complete(struct slim_check *check); /* no more will come */

/* Whether all bytes of RANGE are as SEAL has them. Here and now; a read that fails counts as a difference. */
bool slim_is_as_sealed(const struct slim_seal *seal, const struct slim_range *range);

/* Help until all are done, and show how far they are. Each growing one must be complete. */
int slim_checks_wait(struct slim_checks *checks, struct slim_error **err) SLIM_MUST_CHECK;

#endif
