/* Input bytes as a file, for drivers of readers that take one. */
#ifndef SLIM_TESTS_FUZZ_IMAGE_H
#define SLIM_TESTS_FUZZ_IMAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "slim/file.h"

static inline struct slim_file *file_of(const uint8_t *bytes, size_t length)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
		abort();
	return slim_file_new(fd, "input");
}

#endif
