/* An inode whose content is in memory, or in a file of the corpus. */
#ifndef SLIM_TESTS_MEMORY_FILE_H
#define SLIM_TESTS_MEMORY_FILE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/inode.h"

/* slim_file_unref what .file has. The program ends when it cannot be made. */
static inline struct slim_inode memory_inode(const void *bytes, size_t length)
{
	int fd = memfd_create("bytes", MFD_CLOEXEC);
	if (fd < 0 || pwrite(fd, bytes, length, 0) != (ssize_t)length) {
		perror("memory_inode");
		exit(1);
	}
	return (struct slim_inode){ .mode = S_IFREG | 0755, .size = length, .links = 1,
				    .file = slim_file_new(fd, "bytes") };
}

/* The bytes of tests/fuzz/corpus/NAME; free() them. */
static inline unsigned char *corpus_bytes(const char *name, size_t *length)
{
	const char *top = getenv("TOP_SRCDIR");
	char path[4096];
	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
	FILE *in = fopen(path, "rb");
	unsigned char *bytes = malloc(1 << 20);
	if (!in || !bytes) {
		perror(path);
		exit(1);
	}
	*length = fread(bytes, 1, 1 << 20, in);
	fclose(in);
	return bytes;
}

#endif
