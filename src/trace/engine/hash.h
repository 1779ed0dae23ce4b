/* uthash with a hash that a stranger cannot steer: seeded by where the program was loaded. Iteration is in the order of
 * insertion, so the seed shows nowhere. */
#ifndef SLIM_TRACE_HASH_H
#define SLIM_TRACE_HASH_H

#include <stdint.h>
#include <xxhash.h>

#include "slim/alloc.h"
#include "slim/trace.h"

#define uthash_fatal(message) slim_out_of_memory()
#define HASH_FUNCTION(key, length, hash) \
	((hash) = (unsigned)XXH3_64bits_withSeed((key), (length), (uint64_t)(uintptr_t)slim_tracers))

#include <uthash.h>

#endif
