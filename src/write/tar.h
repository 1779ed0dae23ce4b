/*
 * Tar headers: ustar when everything fits, else one pax header before it whose records are sorted. No time of reading,
 * no user names, no process id, no global header: the same entry gives the same bytes.
 * Sources: pax(1), POSIX.1-2017, "pax Interchange Format" and "ustar Interchange Format"; star(4) for SCHILY records.
 */
#ifndef SLIM_WRITE_TAR_H
#define SLIM_WRITE_TAR_H

#include "buffer.h"
#include "slim/inode.h"

enum { SLIM_TAR_BLOCK = 512, SLIM_TAR_END = 2 * SLIM_TAR_BLOCK };

struct slim_tar_entry {
	struct slim_blob name;      /* the member name: no leading slash, a folder's ends with one */
	struct slim_blob hard_link; /* the member name of the file that this is a further name of; ptr NULL: none */
	const struct slim_inode *inode;
};

void slim_tar_header(struct slim_buffer *out, const struct slim_tar_entry *entry);
uint64_t slim_tar_data_size(const struct slim_tar_entry *entry); /* the bytes that follow the header, unpadded */

/* A plain member of the outer archive: root's, from 1970. MODE with its type bits. NAME fits ustar. */
struct slim_tar_plain {
	const char *name;
	uint32_t mode;
	uint64_t size;
};
void slim_tar_plain_header(char header[SLIM_TAR_BLOCK], const struct slim_tar_plain *member);

static inline size_t slim_tar_padding(uint64_t size)
{
	return (SLIM_TAR_BLOCK - size % SLIM_TAR_BLOCK) % SLIM_TAR_BLOCK;
}

#endif
