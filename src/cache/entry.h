/*
 * The file of one value: a header of SLIM_ENTRY_HEADER bytes, the value, and a code over both.
 *     0  magic "slimcach"   8  format, 4 bytes   12  zero, 4 bytes   16  salt   32  name   64  length of the value, 8 bytes
 * Numbers are little endian. The name is the SHA-256 of kind and id, in the file's name as hexadecimal digits: a file
 * under another's name counts as damaged.
 */
#ifndef SLIM_CACHE_ENTRY_H
#define SLIM_CACHE_ENTRY_H

#include "code.h"

enum { SLIM_ENTRY_NAME = 32, SLIM_ENTRY_HEADER = 72, SLIM_ENTRY_FORMAT = 1 };

struct slim_entry_header {
	unsigned char salt[SLIM_SALT], name[SLIM_ENTRY_NAME];
	uint64_t length;
};

/* "slim-", then the name in hexadecimal. */
enum { SLIM_ENTRY_FILE = 5 + 2 * SLIM_ENTRY_NAME + 1 };
void slim_entry_name(const char *kind, const char *id, unsigned char name[SLIM_ENTRY_NAME]);
void slim_entry_file(const unsigned char name[SLIM_ENTRY_NAME], char file[SLIM_ENTRY_FILE]);
bool slim_entry_is_file(const char *name); /* whether it could be one, by its name */

void slim_entry_write(const struct slim_entry_header *header, unsigned char out[SLIM_ENTRY_HEADER]);
/* Whether BYTES are a header of this format, for NAME, of a file of FILE_SIZE bytes. The code is not checked. */
bool slim_entry_read(const unsigned char bytes[SLIM_ENTRY_HEADER], const unsigned char name[SLIM_ENTRY_NAME],
		     uint64_t file_size, struct slim_entry_header *out);

#endif
