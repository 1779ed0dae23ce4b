#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

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

int slim_temporary_open(int folder, char name[SLIM_TEMPORARY_NAME])
{
	for (int i = 0; i < ATTEMPTS; i++) {
		invent(name);
		int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
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

/* Those that would end the process; one that is ignored, as by nohup, is no reason to stop. */
static void ending_signals(sigset_t *set)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct sigaction now;
		if (!sigaction(all[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaddset(set, all[i]);
	}
}

void slim_signals_hold(sigset_t *old)
{
	sigset_t set;
	ending_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, old);
}

bool slim_signals_waiting(void)
{
	sigset_t set, pending;
	ending_signals(&set);
	sigpending(&pending);
	sigandset(&set, &set, &pending);
	return !sigisemptyset(&set);
}

void slim_signals_release(const sigset_t *old)
{
	pthread_sigmask(SIG_SETMASK, old, NULL);
}
