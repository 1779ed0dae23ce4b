#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/path.h"
#include "slim/signals.h"

#include "../stream/temporary.h"

struct slim_saving {
	char *path, *base;
	int folder; /* of `path` */
	int fd;     /* a file without a name in it; -1: the file system has none */
	bool html;
	char *text; /* the report */
	size_t length;
};

static int fail(const struct slim_saving *s, struct slim_error **err)
{
	return slim_fail_errno(err, errno, "%s", s->path);
}

static int open_folder(struct slim_saving *s, struct slim_error **err)
{
	struct slim_blob whole = slim_blob_of(s->path), dir = slim_path_dir(whole);
	slim_autofree char *name =
		dir.len ? slim_strndup(dir.ptr, dir.len) : slim_strdup(*s->path == '/' ? "/" : ".");
	s->base = slim_strdup(s->path + (dir.len ? dir.len + 1 : *s->path == '/'));
	s->folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat there;
	if (s->folder >= 0 && !fstatat(s->folder, s->base, &there, 0) && S_ISDIR(there.st_mode)) {
		errno = EISDIR;
		return fail(s, err);
	}
	if (s->folder < 0 || faccessat(s->folder, ".", W_OK, AT_EACCESS) < 0)
		return fail(s, err);
	s->fd = openat(s->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	return 0;
}

int slim_saving_new(const char *host_path, struct slim_saving **out, struct slim_error **err)
{
	slim_cleanup(slim_saving_free_p) struct slim_saving *s = slim_calloc(1, sizeof(*s));
	*s = (struct slim_saving){ .path = slim_strdup(host_path), .folder = -1, .fd = -1 };
	s->html = slim_blob_ends(slim_blob_of(host_path), ".html");
	if (open_folder(s, err) < 0)
		return -1;
	*out = slim_steal(&s);
	return 0;
}

void slim_saving_free(struct slim_saving *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	if (s->folder >= 0)
		close(s->folder);
	free(s->text);
	free(s->base);
	free(s->path);
	free(s);
}

static int write_text(const struct slim_saving *s, int fd, struct slim_error **err)
{
	for (size_t at = 0; at < s->length;) {
		ssize_t n = write(fd, s->text + at, s->length - at);
		if (n < 0 && errno != EINTR)
			return fail(s, err);
		at += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) < 0 ? fail(s, err) : 0;
}

static FILE *begin(struct slim_saving *s)
{
	FILE *out = open_memstream(&s->text, &s->length);
	if (!out)
		slim_out_of_memory();
	return out;
}

static int end(struct slim_saving *s, FILE *out, struct slim_error **err)
{
	if (fclose(out))
		slim_out_of_memory();
	return s->fd >= 0 ? write_text(s, s->fd, err) : 0;
}

int slim_saving_fill(struct slim_saving *s, const struct slim_report *report, struct slim_error **err)
{
	FILE *out = begin(s);
	if (s->html)
		slim_report_html(report, out);
	else
		slim_report_json(report, out);
	return end(s, out, err);
}

int slim_saving_fill_comparison(struct slim_saving *s, const struct slim_comparison *comparison,
				struct slim_error **err)
{
	FILE *out = begin(s);
	if (s->html)
		slim_comparison_html(comparison, out);
	else
		slim_comparison_json(comparison, out);
	return end(s, out, err);
}

int slim_saving_fill_sbom(struct slim_saving *s, const struct slim_sbom *sbom, bool cyclonedx, struct slim_error **err)
{
	FILE *out = begin(s);
	if (cyclonedx)
		slim_sbom_cyclonedx(sbom, out);
	else
		slim_sbom_spdx(sbom, out);
	return end(s, out, err);
}

static int write_named(const struct slim_saving *s, char name[SLIM_TEMPORARY_NAME],
		       struct slim_error **err)
{
	int fd = slim_temporary_open(s->folder, 0666, name);
	if (fd < 0)
		return fail(s, err);
	int failed = write_text(s, fd, err);
	close(fd);
	if (failed)
		unlinkat(s->folder, name, 0);
	return failed;
}

static int put_in_place(const struct slim_saving *s, struct slim_error **err)
{
	char name[SLIM_TEMPORARY_NAME];
	bool linked = s->fd >= 0 && slim_temporary_link(s->folder, s->fd, name) == 0;
	if (!linked && write_named(s, name, err) < 0)
		return -1;
	if (renameat(s->folder, name, s->folder, s->base) == 0)
		return 0;
	fail(s, err);
	unlinkat(s->folder, name, 0);
	return -1;
}

int slim_saving_publish(struct slim_saving *s, struct slim_error **err)
{
	sigset_t old;
	slim_signals_hold(&old);
	int result = put_in_place(s, err);
	slim_signals_release(&old);
	return result;
}
