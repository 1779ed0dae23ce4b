#include "slim/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/alloc.h"
#include "temporary.h"

struct slim_file {
	atomic_uint references;
	int fd;
	uint64_t size;
	struct timespec changed; /* of the input: when it was opened */
	atomic_int failure;      /* of the first read that failed: its errno, ENODATA when the file was too short */
	char *name;
	char *folder; /* of a spool, for messages */
};

struct slim_file *slim_file_new(int fd, const char *name)
{
	struct slim_file *f = slim_calloc(1, sizeof(*f));
	struct stat st;
	f->fd = fd;
	f->name = slim_strdup(name);
	bool known = fstat(fd, &st) == 0;
	f->size = known && st.st_size > 0 ? (uint64_t)st.st_size : 0;
	f->changed = known ? st.st_mtim : (struct timespec){ 0 };
	atomic_init(&f->references, 1);
	return f;
}

int slim_file_open(const char *host_path, struct slim_file **out, struct slim_error **err)
{
	/* O_NONBLOCK: a fifo without a writer must not stop the run before it is refused */
	int fd = open(host_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return slim_fail_errno(err, errno, "%s", host_path);
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return slim_fail(err, SLIM_BAD_INPUT, "%s: not a regular file", host_path);
	}
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*out = slim_file_new(fd, host_path);
	return 0;
}

static int unnamed_file(const char *folder)
{
	int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -1;
	bool ignored;
	int fd = slim_temporary_unnamed(dir, 0600, &ignored), errnum = errno;
	close(dir);
	errno = errnum;
	return fd;
}

size_t slim_spool_folders(const char *folders[SLIM_SPOOL_FOLDERS])
{
	const char *wanted = getenv("TMPDIR");
	folders[0] = wanted && *wanted ? wanted : "/var/tmp";
	folders[1] = "/tmp";
	return wanted && *wanted ? 1 : SLIM_SPOOL_FOLDERS;
}

int slim_file_spool(const char *name, struct slim_file **out, struct slim_error **err)
{
	const char *folders[SLIM_SPOOL_FOLDERS];
	size_t count = slim_spool_folders(folders);
	int errnum = 0;
	for (size_t i = 0; i < count; i++) {
		int fd = unnamed_file(folders[i]);
		if (fd < 0) {
			errnum = errno;
			continue;
		}
		*out = slim_file_new(fd, name);
		(*out)->folder = slim_strdup(folders[i]);
		return 0;
	}
	return slim_fail_errno(err, errnum, "a temporary file in %s (TMPDIR names another folder)", folders[0]);
}

struct slim_file *slim_file_ref(struct slim_file *file)
{
	atomic_fetch_add(&file->references, 1);
	return file;
}

void slim_file_unref(struct slim_file *file)
{
	if (!file || atomic_fetch_sub(&file->references, 1) != 1)
		return;
	close(file->fd);
	free(file->name);
	free(file->folder);
	free(file);
}

const char *slim_file_name(const struct slim_file *file)
{
	return file->name;
}

int slim_file_fd(const struct slim_file *file)
{
	return file->fd;
}

uint64_t slim_file_size(const struct slim_file *file)
{
	return file->size;
}

static int fail_read(const struct slim_file *file, int errnum, struct slim_error **err)
{
	if (errnum == ENODATA)
		return slim_fail(err, SLIM_BAD_INPUT, "%s: ends too early: truncated, or changed while it was read",
				 file->name);
	return slim_fail_errno(err, errnum, "%s: read", file->name);
}

int slim_file_check(const struct slim_file *file, struct slim_error **err)
{
	struct stat st;
	int errnum = atomic_load(&file->failure);
	if (errnum)
		return fail_read(file, errnum, err);
	if (file->folder) /* a spool: nobody else can write to it */
		return 0;
	if (fstat(file->fd, &st))
		return fail_read(file, errno, err);
	if ((uint64_t)st.st_size == file->size && st.st_mtim.tv_sec == file->changed.tv_sec &&
	    st.st_mtim.tv_nsec == file->changed.tv_nsec)
		return 0;
	return slim_fail(err, SLIM_BAD_INPUT, "%s: changed while it was read", file->name);
}

int slim_file_read(struct slim_file *file, uint64_t offset, void *buffer, size_t length, struct slim_error **err)
{
	char *at = buffer;
	uint64_t end;
	if (__builtin_add_overflow(offset, length, &end) || end > INT64_MAX)
		return slim_fail(err, SLIM_BAD_INPUT, "%s: offset out of range", file->name);
	while (length) {
		ssize_t n = pread(file->fd, at, length, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int errnum = n ? errno : ENODATA;
			atomic_store(&file->failure, errnum);
			return fail_read(file, errnum, err);
		}
		at += n;
		offset += (size_t)n;
		length -= (size_t)n;
	}
	return 0;
}

/*
 * Of a longer write ext4 makes folios as long (Linux 6.16). Where the page cache fills the memory, the kernel first
 * moves other pages together for those above 32 KiB (PAGE_ALLOC_COSTLY_ORDER), which takes longer than the writing.
 */
enum { APPEND_MOST = 32 << 10 };

int slim_file_append(struct slim_file *spool, const void *bytes, size_t length, struct slim_error **err)
{
	const char *at = bytes;
	while (length) {
		size_t most = length < APPEND_MOST ? length : APPEND_MOST;
		ssize_t n = pwrite(spool->fd, at, most, (off_t)spool->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return slim_fail_errno(err, n < 0 ? errno : ENOSPC, "a temporary file in %s",
					       spool->folder ? spool->folder : spool->name);
		at += n;
		spool->size += (size_t)n;
		length -= (size_t)n;
	}
	return 0;
}
