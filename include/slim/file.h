/*
 * A file that is read at offsets: the input itself, a blob of a layout folder, or a spool (a temporary file without a
 * name). Shared by reference; reading is safe from several threads. Never mapped, so that a file that shrinks while
 * it is read gives an error and no signal.
 */
#ifndef SLIM_FILE_H
#define SLIM_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "slim/attr.h"
#include "slim/error.h"

struct slim_file;

/* Takes FD on success. NAME is for messages and is copied. */
struct slim_file *slim_file_new(int fd, const char *name);
/* Open HOST_PATH for reading; it must be a regular file. */
int slim_file_open(const char *host_path, struct slim_file **out, struct slim_error **err) SLIM_MUST_CHECK;
/* Where spools may lie: $TMPDIR, or else /var/tmp, then /tmp. Returns how many; the names are the process's own. */
enum { SLIM_SPOOL_FOLDERS = 2 };
size_t slim_spool_folders(const char *folders[SLIM_SPOOL_FOLDERS]);
/* A spool: an unlinked file in the first of slim_spool_folders that takes one. */
int slim_file_spool(const char *name, struct slim_file **out, struct slim_error **err) SLIM_MUST_CHECK;

struct slim_file *slim_file_ref(struct slim_file *file);
void slim_file_unref(struct slim_file *file); /* closes with the last one; NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_file, slim_file_unref)

const char *slim_file_name(const struct slim_file *file);
int slim_file_fd(const struct slim_file *file);
uint64_t slim_file_size(const struct slim_file *file); /* as opened, or as far as spooled */

/* Exactly LENGTH bytes from OFFSET, or an error that names the file. */
int slim_file_read(struct slim_file *file, uint64_t offset, void *buffer, size_t length,
		   struct slim_error **err) SLIM_MUST_CHECK;
/*
 * Whether every read so far can be believed: an error if one failed, whoever overlooked it, or if the file has been
 * written to since it was opened.
 */
int slim_file_check(const struct slim_file *file, struct slim_error **err) SLIM_MUST_CHECK;
/* Append to a spool: all of it, or an error ("no space left on device" names the spool's folder). */
int slim_file_append(struct slim_file *spool, const void *bytes, size_t length, struct slim_error **err)
	SLIM_MUST_CHECK;

/* A part of a file. */
struct slim_range {
	struct slim_file *file;
	uint64_t offset, length;
};

#endif
