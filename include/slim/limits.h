/* How much of a stranger's image is read before it is refused. docs/limits.md tells the defaults' reasons. */
#ifndef SLIM_LIMITS_H
#define SLIM_LIMITS_H

#include <stdint.h>

#include "slim/quota.h"

struct slim_limits {
	uint64_t size;  /* uncompressed bytes of all layers of an image */
	uint64_t files; /* entries of all layers of an image */
	uint64_t memory; /* bytes that the process may ask for */
};

#define SLIM_LIMITS_DEFAULT ((struct slim_limits){ \
	.size = UINT64_C(256) << 30, .files = 10000000, \
	.memory = UINT64_C(4) << 30 })

/* What is left of the limits: one for an image, shared by the threads that read its layers. */
struct slim_budget {
	struct slim_quota size;    /* bytes that were decoded */
	struct slim_quota claimed; /* bytes that entries say they hold, holes included */
	struct slim_quota files;
};

static inline struct slim_budget slim_budget(const struct slim_limits *limits)
{
	return (struct slim_budget){
		.size = SLIM_QUOTA(limits->size, "bytes (--max-size)"),
		.claimed = SLIM_QUOTA(limits->size, "bytes of files, holes included (--max-size)"),
		.files = SLIM_QUOTA(limits->files, "entries (--max-files)"),
	};
}

#endif
