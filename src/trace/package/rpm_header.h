/*
 * A package in rpm's database: one header, which is an index of tags and the data behind it, all big-endian.
 * Source: rpm's manual, "RPM V4 Package format" (header structure, regions), and its tag list.
 */
#ifndef SLIM_TRACE_PACKAGE_RPM_HEADER_H
#define SLIM_TRACE_PACKAGE_RPM_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/blob.h"

enum slim_rpm_tag {
	SLIM_RPM_REGION = 63, /* the part that was signed: HEADERIMMUTABLE */
	SLIM_RPM_DSA = 267,
	SLIM_RPM_RSA = 268,
	SLIM_RPM_SHA1 = 269,
	SLIM_RPM_SHA256 = 273,
	SLIM_RPM_NAME = 1000,
	SLIM_RPM_VERSION = 1001,
	SLIM_RPM_RELEASE = 1002,
	SLIM_RPM_EPOCH = 1003,
	SLIM_RPM_LICENSE_TEXT = 1014,
	SLIM_RPM_ARCH = 1022,
	SLIM_RPM_FILE_FLAGS = 1037,
	SLIM_RPM_SOURCE = 1044,
	SLIM_RPM_PROVIDES = 1047,
	SLIM_RPM_REQUIRES = 1049,
	SLIM_RPM_DIR_INDEXES = 1116,
	SLIM_RPM_BASE_NAMES = 1117,
	SLIM_RPM_DIR_NAMES = 1118,
};

enum slim_rpm_type {
	SLIM_RPM_NULL,
	SLIM_RPM_CHAR,
	SLIM_RPM_INT8,
	SLIM_RPM_INT16,
	SLIM_RPM_INT32,
	SLIM_RPM_INT64,
	SLIM_RPM_STRING,
	SLIM_RPM_BINARY,
	SLIM_RPM_STRINGS,
	SLIM_RPM_TRANSLATED,
	SLIM_RPM_TYPES,
};

struct slim_rpm_entry {
	uint32_t tag, type, count;
	struct slim_blob data; /* as many bytes as TYPE and COUNT say */
};

struct slim_rpm_header {
	struct slim_rpm_entry *entries; /* in the order of the index; an entry behind the region replaces one in it */
	uint32_t count;
	uint32_t region; /* how many of them the region has, its own entry first; 0: there is no region */
};

enum { SLIM_RPM_HEADER_MAX = 64 << 20, SLIM_RPM_TAGS_MAX = 65535 };

/* BYTES must outlive the header. False: it is none. Either way slim_rpm_header_clear. */
bool slim_rpm_header_parse(struct slim_blob bytes, struct slim_rpm_header *header);
void slim_rpm_header_clear(struct slim_rpm_header *header);

/* NULL: there is none. */
const struct slim_rpm_entry *slim_rpm_find(const struct slim_rpm_header *header, enum slim_rpm_tag tag);
struct slim_blob slim_rpm_text(const struct slim_rpm_header *header, enum slim_rpm_tag tag); /* the first; "" */
/* Value INDEX, which must be less than its count, of an entry of 32-bit numbers. */
uint32_t slim_rpm_number(const struct slim_rpm_entry *entry, uint32_t index);
/* The strings of TAG, apart; free() them. NULL: none. */
struct slim_blob *slim_rpm_strings(const struct slim_rpm_header *header, enum slim_rpm_tag tag, uint32_t *count);
unsigned slim_rpm_size(uint32_t type); /* bytes of one value of numbers and binary data; 0 for strings */

/* The files that a package lists, folders among them. */
enum slim_rpm_file_flag { SLIM_RPM_CONFIG = 1, SLIM_RPM_DOC = 2, SLIM_RPM_GHOST = 64, SLIM_RPM_LICENSE = 128 };

struct slim_rpm_files {
	struct slim_blob *names, *folders;
	const struct slim_rpm_entry *folder_numbers, *flags;
	uint32_t count, folder_count;
};
/* False: none, or the lists do not fit together. Either way slim_rpm_files_clear. */
bool slim_rpm_files_read(const struct slim_rpm_header *header, struct slim_rpm_files *files);
void slim_rpm_files_clear(struct slim_rpm_files *files);
char *slim_rpm_file_path(const struct slim_rpm_files *files, uint32_t index); /* free() it; NULL: longer than a path */

#endif
