#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/alloc.h"
#include "slim/digest.h"

struct opened {
	char *name;
	struct slim_file *file;
};

struct folder_source {
	struct slim_source base;
	int fd;
	char *host_path;
	struct opened *files; /* each is opened once */
	size_t count, capacity;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int fail_open(const struct folder_source *s, const char *name, int errnum, struct slim_error **err)
{
	if (errnum == ELOOP || errnum == EMLINK)
		return slim_fail(err, SLIM_BAD_INPUT, "%s/%s: a link, which is not followed", s->host_path, name);
	return slim_fail_errno(err, errnum, "%s/%s", s->host_path, name);
}

/* The folder that holds the file called NAME: the layout's own, or blobs/ALGORITHM. -1 with errno set. */
static int open_parent(const struct folder_source *s, const char *name)
{
	const char *slash = strrchr(name, '/');
	if (!slash)
		return dup(s->fd);
	slim_autofree char *algorithm =
		slim_strndup(name + strlen("blobs/"), (size_t)(slash - name) - strlen("blobs/"));
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	slim_cleanup(close_fd) int blobs = openat(s->fd, "blobs", flags);
	return blobs < 0 ? -1 : openat(blobs, algorithm, flags);
}

/* *fd is -1 when there is no such file. */
static int open_file(const struct folder_source *s, const char *name, int *fd, struct slim_error **err)
{
	*fd = -1;
	slim_cleanup(close_fd) int parent = open_parent(s, name);
	if (parent < 0)
		return errno == ENOENT ? 0 : fail_open(s, name, errno, err);
	const char *slash = strrchr(name, '/');
	slim_cleanup(close_fd) int file = openat(parent, slash ? slash + 1 : name,
						 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file < 0)
		return errno == ENOENT ? 0 : fail_open(s, name, errno, err);
	struct stat st;
	if (fstat(file, &st))
		return fail_open(s, name, errno, err);
	if (!S_ISREG(st.st_mode))
		return slim_fail(err, SLIM_BAD_INPUT, "%s/%s: no plain file", s->host_path, name);
	*fd = file;
	file = -1;
	return 0;
}

/* OCI image-spec image-layout.md. The grammar of digests leaves no room for a slash or a dot. */
static bool is_layout_name(const char *name)
{
	if (strcmp(name, "oci-layout") == 0 || strcmp(name, "index.json") == 0)
		return true;
	if (strncmp(name, "blobs/", strlen("blobs/")) != 0)
		return false;
	slim_autofree char *digest = slim_strdup(name + strlen("blobs/"));
	char *slash = strchr(digest, '/');
	if (!slash)
		return false;
	*slash = ':';
	slim_cleanup(slim_error_free_p) struct slim_error *ignored = NULL;
	struct slim_digest parsed;
	return slim_digest_parse(digest, &parsed, &ignored) == 0;
}

static struct slim_file *opened_before(const struct folder_source *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->files[i].name, name) == 0)
			return s->files[i].file;
	return NULL;
}

static int find_file(struct slim_source *source, struct slim_blob name_blob, struct slim_range *out,
		     struct slim_error **err)
{
	struct folder_source *s = (struct folder_source *)source;
	slim_autofree char *name = slim_strndup(name_blob.ptr, name_blob.len);
	*out = (struct slim_range){ 0 };
	if (!is_layout_name(name))
		return 0;
	struct slim_file *file = opened_before(s, name);
	if (!file) {
		int fd;
		if (open_file(s, name, &fd, err))
			return -1;
		if (fd < 0)
			return 0;
		slim_autofree char *shown = slim_format("%s/%s", s->host_path, name);
		file = slim_file_new(fd, shown);
		*slim_push(&s->files, &s->count, &s->capacity) = (struct opened){ slim_steal(&name), file };
	}
	*out = (struct slim_range){ file, 0, slim_file_size(file) };
	return 0;
}

static uint64_t folder_size(const struct slim_source *source)
{
	const struct folder_source *s = (const struct folder_source *)source;
	uint64_t size = 0;
	for (size_t i = 0; i < s->count; i++)
		size += slim_file_size(s->files[i].file);
	return size;
}

static void free_folder(struct slim_source *source)
{
	struct folder_source *s = (struct folder_source *)source;
	for (size_t i = 0; i < s->count; i++) {
		free(s->files[i].name);
		slim_file_unref(s->files[i].file);
	}
	free(s->files);
	free(s->host_path);
	close(s->fd);
	free(s);
}

static const struct slim_source_ops folder_ops = { find_file, folder_size, free_folder };

int slim_source_folder(const char *host_path, struct slim_source **out, struct slim_error **err)
{
	int fd = open(host_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return slim_fail_errno(err, errno, "%s", host_path);
	struct folder_source *s = slim_calloc(1, sizeof(*s));
	s->base.ops = &folder_ops;
	s->fd = fd;
	s->host_path = slim_strdup(host_path);
	*out = &s->base;
	return 0;
}
