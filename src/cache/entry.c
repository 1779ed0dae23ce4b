#include "entry.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "slim/alloc.h"

enum { FORMAT = 8, ZERO = 12, SALT = 16, NAME = 32, LENGTH = 64 };
static const char magic[FORMAT] = "slimcach", prefix[] = "slim-";

void slim_entry_name(const char *kind, const char *id, unsigned char name[SLIM_ENTRY_NAME])
{
	slim_autofree char *both = slim_format("%s %s", kind, id);
	unsigned length = SLIM_ENTRY_NAME;
	if (!EVP_Digest(both, strlen(both), name, &length, EVP_sha256(), NULL))
		slim_out_of_memory();
}

void slim_entry_file(const unsigned char name[SLIM_ENTRY_NAME], char file[SLIM_ENTRY_FILE])
{
	size_t at = (size_t)snprintf(file, SLIM_ENTRY_FILE, "%s", prefix);
	for (size_t i = 0; i < SLIM_ENTRY_NAME; i++)
		at += (size_t)snprintf(file + at, SLIM_ENTRY_FILE - at, "%02x", name[i]);
}

bool slim_entry_is_file(const char *name)
{
	return strlen(name) == SLIM_ENTRY_FILE - 1 && !strncmp(name, prefix, strlen(prefix)) &&
	       strspn(name + strlen(prefix), "0123456789abcdef") == 2 * SLIM_ENTRY_NAME;
}

static void put(unsigned char *at, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t take(const unsigned char *at, size_t width)
{
	uint64_t value = 0;
	for (size_t i = 0; i < width; i++)
		value |= (uint64_t)at[i] << 8 * i;
	return value;
}

void slim_entry_write(const struct slim_entry_header *header, unsigned char out[SLIM_ENTRY_HEADER])
{
	memset(out, 0, SLIM_ENTRY_HEADER);
	memcpy(out, magic, sizeof(magic));
	put(out + FORMAT, SLIM_ENTRY_FORMAT, ZERO - FORMAT);
	memcpy(out + SALT, header->salt, SLIM_SALT);
	memcpy(out + NAME, header->name, SLIM_ENTRY_NAME);
	put(out + LENGTH, header->length, 8);
}

bool slim_entry_read(const unsigned char bytes[SLIM_ENTRY_HEADER], const unsigned char name[SLIM_ENTRY_NAME],
		     uint64_t file_size, struct slim_entry_header *out)
{
	const uint64_t around = SLIM_ENTRY_HEADER + sizeof(struct slim_code);
	if (memcmp(bytes, magic, sizeof(magic)) || memcmp(bytes + NAME, name, SLIM_ENTRY_NAME) ||
	    take(bytes + FORMAT, ZERO - FORMAT) != SLIM_ENTRY_FORMAT || take(bytes + ZERO, SALT - ZERO))
		return false;
	memcpy(out->salt, bytes + SALT, SLIM_SALT);
	memcpy(out->name, bytes + NAME, SLIM_ENTRY_NAME);
	out->length = take(bytes + LENGTH, 8);
	return file_size >= around && out->length == file_size - around;
}
