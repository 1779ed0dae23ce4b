/* The head of a cache's file: what is taken fits the file's size, and written again it is the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/cache/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	unsigned char name[SLIM_ENTRY_NAME], again[SLIM_ENTRY_HEADER];
	struct slim_entry_header header;
	uint64_t size;
	if (length < SLIM_ENTRY_HEADER + sizeof(size)) /* the header, and behind it the size of the file */
		return 0;
	memcpy(name, bytes + 32, sizeof(name));
	memcpy(&size, bytes + SLIM_ENTRY_HEADER, sizeof(size));
	if (!slim_entry_read(bytes, name, size, &header))
		return 0;
	slim_entry_write(&header, again);
	if (header.length + SLIM_ENTRY_HEADER + sizeof(struct slim_code) != size || memcmp(again, bytes, sizeof(again)))
		abort();
	name[0] ^= 1;
	if (slim_entry_read(bytes, name, size, &header))
		abort();
	return 0;
}
