#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "slim/signals.h"

enum { ATTEMPTS = 100 };

static void invent(char name[SLIM_TEMPORARY_NAME])
{
	uint64_t number;
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number)) {
		struct timespec now;
		clock_gettime(CLOCK_MONOTONIC, &now);
		number = (uint64_t)now.tv_nsec ^ (uint64_t)getpid() << 32;
	}
	snprintf(name, SLIM_TEMPORARY_NAME, ".slim-%016llx", (unsigned long long)number);
}

int slim_temporary_open(int folder, mode_t mode, char name[SLIM_TEMPORARY_NAME])
{
	for (int i = 0; i < ATTEMPTS; i++) {
		invent(name);
		int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* Interrupted in between, the name would stay. */
static int open_unlinked(int folder, mode_t mode)
{
	char name[SLIM_TEMPORARY_NAME];
	sigset_t old;
	slim_signals_hold(&old);
	int fd = slim_temporary_open(folder, mode, name), errnum = errno;
	if (fd >= 0 && unlinkat(folder, name, 0)) {
		errnum = errno;
		close(fd);
		fd = -1;
	}
	slim_signals_release(&old);
	errno = errnum;
	return fd;
}

int slim_temporary_unnamed(int folder, mode_t mode, bool *linkable)
{
	int fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
	*linkable = fd >= 0;
	/* open(2): EOPNOTSUPP; from kernels and file systems that do not know the flag: EISDIR, ENOENT, EINVAL. */
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL))
		return open_unlinked(folder, mode);
	return fd;
}

int slim_temporary_link(int folder, int fd, char name[SLIM_TEMPORARY_NAME])
{
	char path[64];
	/* linkat(2): AT_EMPTY_PATH needs a capability; the way through /proc does not. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (int i = 0; i < ATTEMPTS; i++) {
		invent(name);
		if (!linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW))
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}
