/* How much of a stranger's image is read before it is refused. docs/limits.md tells the defaults' reasons. */
#ifndef SLIM_LIMITS_H
#define SLIM_LIMITS_H

#include <stdint.h>

struct slim_limits {
	uint64_t size;  /* uncompressed bytes of all layers of an image */
	uint64_t files; /* entries of all layers of an image */
};

#define SLIM_LIMITS_DEFAULT ((struct slim_limits){ .size = UINT64_C(256) << 30, .files = 20000000 })

#endif
