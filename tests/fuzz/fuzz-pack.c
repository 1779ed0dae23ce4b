/* A layer's entries from the cache: what is taken is the same bytes when it is packed again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/image/layer_pack.h"

enum { BASE = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_layer *layer = slim_calloc(1, sizeof(*layer));
	struct slim_pack_counts counts;
	int placeholder = 0; /* stands for the content, which is not looked into */
	layer->paths = slim_arena_new();
	layer->inodes = slim_arena_new();
	layer->content = (struct slim_file *)&placeholder;
	if (slim_layer_unpack(slim_blob((const char *)bytes, length), layer, BASE, &counts)) {
		struct slim_blob again = slim_layer_pack(layer, BASE, &counts);
		if (again.len != length || memcmp(again.ptr, bytes, length))
			abort();
		free((void *)(uintptr_t)again.ptr);
	}
	layer->content = NULL;
	slim_layer_free(layer);
	return 0;
}
