/* How much of something may still come, of one stream or of several threads that share it. */
#ifndef SLIM_QUOTA_H
#define SLIM_QUOTA_H

#include <stdint.h>

#include "slim/attr.h"
#include "slim/error.h"

struct slim_quota {
	uint64_t limit;
	const char *what; /* for the message: "bytes (--max-size)"; lives as long */
	_Atomic uint64_t used;
};

#define SLIM_QUOTA(max, text) ((struct slim_quota){ .limit = (max), .what = (text) })

/* AMOUNT more; beyond the limit SLIM_BAD_INPUT "more than N WHAT", then and ever after. */
int slim_quota_take(struct slim_quota *quota, uint64_t amount, struct slim_error **err) SLIM_MUST_CHECK;

#endif
