/* Bytes that grow at their end. */
#ifndef SLIM_WRITE_BUFFER_H
#define SLIM_WRITE_BUFFER_H

#include "slim/alloc.h"
#include "slim/blob.h"

struct slim_buffer {
	char *bytes;
	size_t length, capacity;
};

static inline void slim_buffer_free(struct slim_buffer *buffer) { free(buffer->bytes); }
#define slim_autobuffer slim_cleanup(slim_buffer_free)

/* Room for SIZE more bytes, zeroed and counted as there already. Valid until the next call. */
char *slim_buffer_extend(struct slim_buffer *buffer, size_t size);
void slim_buffer_add(struct slim_buffer *buffer, struct slim_blob bytes);

#endif
