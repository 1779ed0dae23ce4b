/*
 * Preloaded into slim: one system call or allocation goes wrong. tests/faults.py says which.
 *
 *   FAULT=CALL:N:HOW   the Nth CALL (from 1; 0: none) fails with errno HOW (a number), or HOW is "short": it does half
 *   FAULT=CALL:N+:HOW  … and every one after it
 *   HOW "sigN"         the call works, and then the process gets the signal N
 *   FAULT_COUNT=FILE   at the end, the number of CALLs is written there
 *   FAULT_OLD=1        no file system knows O_TMPFILE
 *
 * Allocations count from the first read on: libseccomp 2.5 loops for ever when one fails in it, at the very start.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char call[32];
static long nth;
static bool onward, halve, old;
static int errnum, signum, count_fd = -1;
static atomic_long calls;
static atomic_bool reading;

__attribute__((constructor)) static void read_wish(void)
{
	const char *wish = getenv("FAULT"), *path = getenv("FAULT_COUNT");
	char number[32] = "", how[32] = "";
	if (!wish || sscanf(wish, "%31[^:]:%31[^:]:%31s", call, number, how) != 3)
		return;
	nth = atol(number);
	onward = strchr(number, '+');
	halve = !strcmp(how, "short");
	signum = strncmp(how, "sig", 3) ? 0 : atoi(how + 3);
	errnum = atoi(how);
	old = getenv("FAULT_OLD");
	atomic_store(&calls, 0);
	if (path)
		count_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

__attribute__((destructor)) static void tell(void)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%ld", atomic_load(&calls));
	if (count_fd >= 0)
		syscall(SYS_write, count_fd, text, (size_t)length);
}

/* Whether this call of NAME is the one. */
static bool hit(const char *name)
{
	if (strstr(name, "read"))
		atomic_store(&reading, true);
	if (strcmp(call, name) || (!strcmp(name, "malloc") && !atomic_load(&reading)))
		return false;
	long n = atomic_fetch_add(&calls, 1) + 1;
	return nth && (onward ? n >= nth : n == nth);
}

/* Fails, or works before a signal comes: FIRST is what the call returned. */
static long after(const char *name, long first)
{
	int kept = errno;
	if (signum && hit(name))
		kill(getpid(), signum);
	errno = kept;
	return first;
}

static bool fails(const char *name)
{
	if (signum || !hit(name))
		return false;
	errno = errnum;
	return true;
}

static size_t half(size_t length)
{
	return length > 1 ? length / 2 : length;
}

#define TRANSFER(name, type, number, ...)                        \
	{                                                        \
		if (!signum && hit(#name)) {                     \
			if (!halve) {                            \
				errno = errnum;                  \
				return -1;                       \
			}                                        \
			length = half(length);                   \
		}                                                \
		return after(#name, syscall(number, fd, bytes, length __VA_ARGS__)); \
	}

ssize_t read(int fd, void *bytes, size_t length) TRANSFER(read, void, SYS_read)
ssize_t write(int fd, const void *bytes, size_t length) TRANSFER(write, void, SYS_write)
ssize_t pread(int fd, void *bytes, size_t length, off_t at) TRANSFER(pread, void, SYS_pread64, , at)
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) TRANSFER(pwrite, void, SYS_pwrite64, , at)
ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) __attribute__((alias("pread")));
ssize_t __read_chk(int fd, void *bytes, size_t length, size_t room) { return read(fd, bytes, length); }
ssize_t __pread_chk(int fd, void *bytes, size_t length, off_t at, size_t room) { return pread(fd, bytes, length, at); }

static int do_open(int dir, const char *path, int flags, mode_t mode)
{
	if (fails("open"))
		return -1;
	if (old && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)after("open", syscall(SYS_openat, dir, path, flags, mode));
}

int open(const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return do_open(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return do_open(dir, path, flags, mode);
}

int fsync(int fd) { return fails("fsync") ? -1 : (int)after("fsync", syscall(SYS_fsync, fd)); }
int ftruncate(int fd, off_t size)
{
	return fails("ftruncate") ? -1 : (int)after("ftruncate", syscall(SYS_ftruncate, fd, size));
}
int linkat(int a, const char *x, int b, const char *y, int f)
{
	return fails("linkat") ? -1 : (int)after("linkat", syscall(SYS_linkat, a, x, b, y, f));
}
int renameat(int a, const char *x, int b, const char *y)
{
	return fails("renameat") ? -1 : (int)after("renameat", syscall(SYS_renameat, a, x, b, y));
}
int unlinkat(int dir, const char *path, int flags)
{
	return fails("unlinkat") ? -1 : (int)after("unlinkat", syscall(SYS_unlinkat, dir, path, flags));
}
int fstat(int fd, struct stat *st) { return fails("fstat") ? -1 : (int)after("fstat", syscall(SYS_fstat, fd, st)); }

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void *malloc(size_t size) { return fails("malloc") ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails("malloc") ? NULL : __libc_calloc(count, size); }
void *realloc(void *p, size_t size) { return fails("malloc") ? NULL : __libc_realloc(p, size); }
