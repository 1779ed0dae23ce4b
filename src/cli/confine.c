#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "slim/alloc.h"
#include "slim/attr.h"
#include "slim/file.h"
#include "slim/path.h"

/* Sanitizers, and the runtime of gcov, open files and start helpers at the end of the process. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(SLIM_COVERAGE)
enum { CAN_CONFINE = false };
#else
enum { CAN_CONFINE = true };
#endif

/* --- memory ------------------------------------------------------------------------------------------------------ */

void slim_confine_memory(uint64_t bytes)
{
	struct rlimit limit;
	if (!CAN_CONFINE || getrlimit(RLIMIT_DATA, &limit) ||
	    (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur <= bytes))
		return;
	limit.rlim_cur = bytes;
	setrlimit(RLIMIT_DATA, &limit); /* lowering a soft limit cannot fail */
}

/* --- system calls ------------------------------------------------------------------------------------------------ */

/* Starting programs, connections, other processes, the system itself; io_uring would do any of it behind the filter. */
static const int forbidden[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare), SCMP_SYS(setns),
	SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	SCMP_SYS(chown), SCMP_SYS(fchown), SCMP_SYS(lchown), SCMP_SYS(fchownat), SCMP_SYS(setxattr),
	SCMP_SYS(fsetxattr),
	SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(add_key), SCMP_SYS(request_key),
	SCMP_SYS(keyctl), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(kexec_load), SCMP_SYS(reboot),
};

static void free_filter(scmp_filter_ctx *filter)
{
	seccomp_release(*filter);
}

/* clone makes threads, and nothing else. The C library falls back to it when clone3 is not there. */
static int forbid_processes(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) ||
	       seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
}

static bool confine_calls(void)
{
	slim_cleanup(free_filter) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter || forbid_processes(filter))
		return false;
	for (size_t i = 0; i < SLIM_COUNT(forbidden); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0))
			return false;
	return seccomp_load(filter) == 0;
}

/* --- files ------------------------------------------------------------------------------------------------------- */

enum {
	ACCESS_READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	ACCESS_WRITE = ACCESS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
		       LANDLOCK_ACCESS_FS_REMOVE_FILE,
	ACCESS_ALL = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1, /* of the first version of the interface */
};

static void close_ruleset(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void allow(int ruleset, const char *path, int access)
{
	slim_cleanup(close_ruleset) int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st)) /* who uses the path will say what is wrong with it */
		return;
	if (!S_ISDIR(st.st_mode))
		access &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
	struct landlock_path_beneath_attr rule = { .allowed_access = (unsigned)access, .parent_fd = fd };
	syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* PATH will be made or replaced in its folder; a link is replaced where it leads to. */
static void allow_replacing(int ruleset, const char *path)
{
	struct stat st;
	if (!strcmp(path, "-"))
		return;
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		allow(ruleset, path, ACCESS_WRITE);
		return;
	}
	slim_autofree char *real = realpath(path, NULL);
	const char *whole = real ? real : path;
	struct slim_blob dir = slim_path_dir(slim_blob_of(whole));
	slim_autofree char *folder = dir.len ? slim_strndup(dir.ptr, dir.len) : slim_strdup(*whole == '/' ? "/" : ".");
	allow(ruleset, folder, ACCESS_WRITE);
}

static bool confine_files(const struct slim_confinement *wanted)
{
	struct landlock_ruleset_attr handled = { .handled_access_fs = ACCESS_ALL };
	slim_cleanup(close_ruleset) int ruleset =
		(int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	if (ruleset < 0)
		return false;
	for (size_t i = 0; i < wanted->read_count; i++)
		if (strcmp(wanted->reads[i], "-"))
			allow(ruleset, wanted->reads[i], ACCESS_READ);
	for (size_t i = 0; i < wanted->write_count; i++)
		allow_replacing(ruleset, wanted->writes[i]);
	if (wanted->folder)
		allow(ruleset, wanted->folder, ACCESS_WRITE);
	allow(ruleset, "/dev/urandom", ACCESS_READ); /* jansson's hashes */
	const char *spools[SLIM_SPOOL_FOLDERS];
	for (size_t i = 0, count = slim_spool_folders(spools); i < count; i++)
		allow(ruleset, spools[i], ACCESS_WRITE);
	return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

void slim_confine(const struct slim_confinement *wanted, struct slim_log *log)
{
	if (!CAN_CONFINE || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		slim_verbose(log, "not confined: not possible here");
		return;
	}
	bool files = confine_files(wanted), calls = confine_calls();
	slim_verbose(log, "confined: %s, %s", files ? "no files but its own (Landlock)" : "files not (no Landlock here)",
		     calls ? "no programs and no connections (seccomp)" : "system calls not (no seccomp here)");
}
