#include "buffer.h"

char *slim_buffer_extend(struct slim_buffer *buffer, size_t size)
{
	size_t need;
	if (__builtin_add_overflow(buffer->length, size, &need))
		slim_out_of_memory();
	if (need > buffer->capacity) {
		size_t larger = buffer->capacity + buffer->capacity / 2;
		buffer->capacity = need > larger ? need : larger;
		buffer->bytes = slim_realloc(buffer->bytes, buffer->capacity, 1);
	}
	char *start = buffer->bytes + buffer->length;
	memset(start, 0, size);
	buffer->length = need;
	return start;
}

void slim_buffer_add(struct slim_buffer *buffer, struct slim_blob bytes)
{
	if (bytes.len)
		memcpy(slim_buffer_extend(buffer, bytes.len), bytes.ptr, bytes.len);
}
