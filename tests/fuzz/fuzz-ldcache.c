/* The loader's cache, old and new. */
#include <stdint.h>

#include "../../src/trace/ldso/ldso_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_arena *arena = slim_arena_new();
	struct ld_cache *cache = ld_cache_parse(arena, slim_blob((const char *)bytes, length));
	size_t count, sum = 0;
	if (cache) {
		const struct ld_cached *found = ld_cache_find(cache, "libz.so.1", &count);
		for (size_t i = 0; i < count; i++)
			sum += strlen(found[i].path) + (found[i].hwcap ? strlen(found[i].hwcap) : 0);
	}
	slim_arena_free(arena);
	return sum > length * (length + 1);
}
