#include "output.h"
#include "document.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "slim/path.h"

#include "../stream/temporary.h"

static int fail(const struct slim_output *output, int errnum, struct slim_error **err)
{
	return slim_fail_errno(err, errnum, "%s", output->name);
}

/* --- bytes ------------------------------------------------------------------------------------------------------ */

int slim_output_patch(struct slim_output *output, uint64_t offset, struct slim_blob bytes, struct slim_error **err)
{
	while (bytes.len) {
		ssize_t n = pwrite(output->fd, bytes.ptr, bytes.len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(output, n ? errno : ENOSPC, err);
		bytes = slim_blob(bytes.ptr + n, bytes.len - (size_t)n);
		offset += (uint64_t)n;
	}
	return 0;
}

int slim_output_append(struct slim_output *output, struct slim_blob bytes, struct slim_error **err)
{
	if (slim_output_patch(output, output->size, bytes, err))
		return -1;
	output->size += bytes.len;
	return 0;
}

int slim_output_truncate(struct slim_output *output, uint64_t size, struct slim_error **err)
{
	if (ftruncate(output->fd, (off_t)size))
		return fail(output, errno, err);
	output->size = size;
	return 0;
}

uint64_t slim_output_size(const struct slim_output *output)
{
	return output->size;
}

/* --- where OUT will be ------------------------------------------------------------------------------------------ */

/* IN and OUT under different names, through links too. */
static bool is_input(const struct stat *out, const char *input_path)
{
	struct stat in;
	if (!input_path || (strcmp(input_path, "-") ? stat(input_path, &in) : fstat(STDIN_FILENO, &in)))
		return false;
	return S_ISREG(in.st_mode) && in.st_dev == out->st_dev && in.st_ino == out->st_ino;
}

static int refuse(const struct slim_output *output, const char *why, struct slim_error **err)
{
	return slim_fail(err, SLIM_BAD_USAGE, "%s: %s", output->name, why);
}

/* A pipe, a terminal, a device: it cannot be replaced, and the layer's header cannot be filled in afterwards. */
static int open_stream(struct slim_output *output, int stream, struct slim_error **err)
{
	if (stream < 0)
		return fail(output, errno, err);
	output->stream = stream;
	if (isatty(stream))
		return refuse(output, "an archive is not written to a terminal", err);
	if (slim_file_spool(output->name, &output->spool, err))
		return -1;
	output->fd = slim_file_fd(output->spool);
	return 0;
}

static int open_stdout(struct slim_output *output, const char *input_path, struct slim_error **err)
{
	struct stat out;
	free(output->name);
	output->name = slim_strdup("standard output");
	if (!fstat(STDOUT_FILENO, &out) && S_ISREG(out.st_mode) && is_input(&out, input_path))
		return refuse(output, "is the input as well", err);
	return open_stream(output, fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), err);
}

static int open_folder(struct slim_output *output, const char *path, struct slim_error **err)
{
	struct slim_blob whole = slim_blob_of(path), dir = slim_path_dir(whole), base = slim_path_base(whole);
	if (!base.len)
		return fail(output, EISDIR, err);
	output->base = slim_strndup(base.ptr, base.len);
	const char *top = base.len < whole.len ? "/" : ".";
	slim_autofree char *name = dir.len ? slim_strndup(dir.ptr, dir.len) : slim_strdup(top);
	output->folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return output->folder < 0 ? fail(output, errno, err) : 0;
}

/* An OUT that is a link stays one: the file that it leads to is replaced. */
static int open_file(struct slim_output *output, const char *host_path, bool exists, struct slim_error **err)
{
	struct stat st;
	slim_autofree char *real = NULL;
	if (!lstat(host_path, &st) && S_ISLNK(st.st_mode) && !(real = realpath(host_path, NULL)))
		return fail(output, errno, err);
	if (exists && faccessat(AT_FDCWD, host_path, W_OK, AT_EACCESS))
		return fail(output, errno, err);
	if (open_folder(output, real ? real : host_path, err))
		return -1;
	output->fd = slim_temporary_unnamed(output->folder, 0666, &output->linkable);
	if (output->fd < 0)
		return fail(output, errno, err);
	/* who could not read the old OUT shall not read the new one; a file system without modes is no obstacle */
	if (exists && !stat(host_path, &st) && fchmod(output->fd, st.st_mode & 0777) && errno != EPERM &&
	    errno != ENOTSUP)
		return fail(output, errno, err);
	return 0;
}

static int open_out(struct slim_output *output, const char *host_path, const char *input_path, struct slim_error **err)
{
	struct stat out;
	if (!strcmp(host_path, "-"))
		return open_stdout(output, input_path, err);
	bool exists = !stat(host_path, &out);
	if (exists && is_input(&out, input_path))
		return refuse(output, "is the input as well", err);
	if (exists && S_ISDIR(out.st_mode))
		return refuse(output, "is a folder", err);
	if (exists && !S_ISREG(out.st_mode))
		return open_stream(output, open(host_path, O_WRONLY | O_CLOEXEC), err);
	return open_file(output, host_path, exists, err);
}

int slim_output_new(const char *host_path, const char *input_path, struct slim_output **out, struct slim_error **err)
{
	slim_cleanup(slim_output_free_p) struct slim_output *output = slim_calloc(1, sizeof(*output));
	*output = (struct slim_output){
		.name = slim_strdup(host_path), .fd = -1, .stream = -1, .folder = -1,
		.manifests = json_array(), .docker = json_array(), .names = json_array(),
	};
	if (!output->manifests || !output->docker || !output->names)
		slim_out_of_memory();
	char epoch[32];
	bool by_epoch;
	if (open_out(output, host_path, input_path, err) || slim_epoch_text(epoch, sizeof(epoch), &by_epoch, err))
		return -1;
	*out = slim_steal(&output);
	return 0;
}

static void close_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void slim_output_free(struct slim_output *output)
{
	if (!output)
		return;
	if (!output->spool)
		close_open(output->fd);
	slim_file_unref(output->spool);
	close_open(output->stream);
	close_open(output->folder);
	json_decref(output->manifests);
	json_decref(output->docker);
	json_decref(output->names);
	free(output->blobs);
	free(output->base);
	free(output->name);
	free(output);
}
