/*
 * Preloaded into slim: what an attacker would try who has taken over the process by the time that it publishes OUT.
 * Each attempt prints one line, "NAME: done" or "NAME: REASON".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void report(const char *name, long result)
{
	fprintf(stderr, "%s: %s\n", name, result < 0 ? strerror(errno) : "done");
}

static void start_a_program(void)
{
	char *const words[] = { "/bin/true", NULL };
	long child = syscall(SYS_clone, 17 /* SIGCHLD */, 0, 0, 0, 0);
	if (!child)
		_exit(0);
	report("fork", child);
	struct stat st;
	if (!stat(words[0], &st)) /* when it is allowed, the process ends here */
		report("execve", execv(words[0], words));
}

int fsync(int fd)
{
	static int once;
	if (!once++) {
		const char *elsewhere = getenv("TRESPASS");
		report("read", open("/etc/passwd", O_RDONLY));
		report("write", open(elsewhere ? elsewhere : "/trespass", O_WRONLY | O_CREAT, 0600));
		report("socket", socket(AF_INET, SOCK_STREAM, 0));
		report("mkdir", mkdir("trespass", 0700));
		report("chown", chown(".", 1, 1));
		start_a_program();
	}
	return (int)syscall(SYS_fsync, fd);
}
