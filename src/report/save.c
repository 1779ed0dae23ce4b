#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/path.h"

struct slim_saving {
	char *path, *folder;
	int fd;     /* without a name, in the folder of `path` */
	bool html;
};

int slim_saving_new(const char *host_path, struct slim_saving **out, struct slim_error **err)
{
	struct slim_blob dir = slim_path_dir(slim_blob_of(host_path));
	struct slim_saving *s = slim_calloc(1, sizeof(*s));
	s->path = slim_strdup(host_path);
	s->folder = dir.len ? slim_strndup(dir.ptr, dir.len) : slim_strdup(*host_path == '/' ? "/" : ".");
	s->html = slim_blob_ends(slim_blob_of(host_path), ".html");
	s->fd = open(s->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	struct stat there;
	if (s->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR) && access(s->folder, W_OK) == 0)
		errno = 0; /* no unnamed files here: a named one is made when it is time */
	if ((s->fd < 0 && errno) || (stat(host_path, &there) == 0 && S_ISDIR(there.st_mode) && (errno = EISDIR))) {
		slim_fail_errno(err, errno, "%s", host_path);
		slim_saving_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

void slim_saving_free(struct slim_saving *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	free(s->folder);
	free(s);
}

static int fill(struct slim_saving *s, int fd, const struct slim_report *report)
{
	FILE *out = fdopen(dup(fd), "w");
	if (!out)
		return -1;
	if (s->html)
		slim_report_html(report, out);
	else
		slim_report_json(report, out);
	bool failed = ferror(out) || fflush(out) || fsync(fd);
	int saved = errno;
	failed = fclose(out) || failed;
	errno = saved;
	return failed ? -1 : 0;
}

/* Give the unnamed file a name of its own, then the report's. */
static int put_in_place(struct slim_saving *s)
{
	slim_autofree char *link = slim_format("/proc/self/fd/%d", s->fd);
	slim_autofree char *name = slim_format("%s/.slim-report-%ld", s->folder, (long)getpid());
	if (linkat(AT_FDCWD, link, AT_FDCWD, name, AT_SYMLINK_FOLLOW) < 0)
		return -1;
	if (rename(name, s->path) == 0)
		return 0;
	int saved = errno;
	unlink(name);
	errno = saved;
	return -1;
}

static int fill_named(struct slim_saving *s, const struct slim_report *report)
{
	slim_autofree char *name = slim_format("%s/.slim-report-XXXXXX", s->folder);
	int fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -1;
	mode_t mask = umask(0);
	umask(mask);
	bool failed = fchmod(fd, 0666 & ~mask) < 0 || fill(s, fd, report) < 0 || rename(name, s->path) < 0;
	int saved = errno;
	close(fd);
	if (failed)
		unlink(name);
	errno = saved;
	return failed ? -1 : 0;
}

int slim_saving_commit(struct slim_saving *s, const struct slim_report *report, struct slim_error **err)
{
	int result = s->fd < 0 ? fill_named(s, report) : fill(s, s->fd, report) < 0 ? -1 : put_in_place(s);
	return result < 0 ? slim_fail_errno(err, errno, "%s", s->path) : 0;
}
