#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/signals.h"

#include "../stream/temporary.h"

enum { PIECE = 1 << 20 };

static int fail(const struct slim_output *output, int errnum, struct slim_error **err)
{
	return slim_fail_errno(err, errnum, "%s", output->name);
}

static int write_all(const struct slim_output *output, int to, struct slim_blob bytes, struct slim_error **err)
{
	while (bytes.len) {
		ssize_t n = write(to, bytes.ptr, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(output, n ? errno : ENOSPC, err);
		bytes = slim_blob(bytes.ptr + n, bytes.len - (size_t)n);
	}
	return 0;
}

static int copy(const struct slim_output *output, int to, bool held, struct slim_error **err)
{
	slim_autofree char *piece = slim_alloc(PIECE);
	for (uint64_t at = 0; at < output->size;) {
		if (held && slim_signals_waiting())
			return slim_fail(err, SLIM_BAD_INPUT, "%s: interrupted", output->name);
		ssize_t n = pread(output->fd, piece, PIECE, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(output, n ? errno : EIO, err);
		if (write_all(output, to, slim_blob(piece, (size_t)n), err))
			return -1;
		at += (uint64_t)n;
	}
	return 0;
}

static int copy_mode(const struct slim_output *output, int to, struct slim_error **err)
{
	struct stat now, wanted;
	if (fstat(to, &now) || fstat(output->fd, &wanted))
		return fail(output, errno, err);
	if (now.st_mode == wanted.st_mode || !fchmod(to, wanted.st_mode & 0777) || errno == EPERM || errno == ENOTSUP)
		return 0;
	return fail(output, errno, err);
}

/* A full copy under a temporary name, for file systems that cannot give a name to what has none. */
static int copy_named(const struct slim_output *output, char name[SLIM_TEMPORARY_NAME], struct slim_error **err)
{
	int to = slim_temporary_open(output->folder, 0666, name);
	if (to < 0)
		return fail(output, errno, err);
	int failed = copy_mode(output, to, err) || copy(output, to, true, err) ? -1 : 0;
	if (!failed && fsync(to))
		failed = fail(output, errno, err);
	if (close(to) && !failed)
		failed = fail(output, errno, err);
	if (failed)
		unlinkat(output->folder, name, 0);
	return failed;
}

static int name_it(const struct slim_output *output, char name[SLIM_TEMPORARY_NAME], struct slim_error **err)
{
	if (output->linkable && !slim_temporary_link(output->folder, output->fd, name))
		return 0;
	return copy_named(output, name, err);
}

static int replace(const struct slim_output *output, struct slim_error **err)
{
	char name[SLIM_TEMPORARY_NAME];
	if (name_it(output, name, err))
		return -1;
	if (renameat(output->folder, name, output->folder, output->base)) {
		fail(output, errno, err);
		unlinkat(output->folder, name, 0);
		return -1;
	}
	/* The new name is to outlive a crash too; file systems that cannot sync a folder say EINVAL. */
	if (fsync(output->folder) && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		return fail(output, errno, err);
	return 0;
}

int slim_output_publish(struct slim_output *output, struct slim_error **err)
{
	if (output->stream >= 0)
		return copy(output, output->stream, false, err);
	if (fsync(output->fd))
		return fail(output, errno, err);
	sigset_t old;
	slim_signals_hold(&old);
	int failed = replace(output, err);
	slim_signals_release(&old);
	return failed;
}
