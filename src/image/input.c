#include "input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/alloc.h"
#include "slim/stream.h"

enum { HEAD = 8 };

/* --- a stream whose first bytes were looked at, and which counts ------------------------------------------------- */

struct pipe_stream {
	struct slim_stream base;
	struct slim_stream *under;
	char head[HEAD];
	size_t head_length;
	struct slim_blob rest; /* of the chunk that completed the head */
	uint64_t *total;
};

static int next_of_pipe(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct pipe_stream *p = (struct pipe_stream *)stream;
	if (p->head_length) {
		*chunk = slim_blob(p->head, p->head_length);
		p->head_length = 0;
		return 1;
	}
	if (p->rest.len) {
		*chunk = p->rest;
		p->rest.len = 0;
		return 1;
	}
	int r = slim_stream_next(p->under, chunk, err);
	if (r > 0)
		*p->total += chunk->len;
	return r;
}

static void free_pipe(struct slim_stream *stream)
{
	struct pipe_stream *p = (struct pipe_stream *)stream;
	slim_stream_free(p->under);
	free(p);
}

static const struct slim_stream_ops pipe_ops = { .next = next_of_pipe, .free = free_pipe };

static int fill_head(struct pipe_stream *p, struct slim_error **err)
{
	while (p->head_length < HEAD) {
		struct slim_blob chunk;
		int r = slim_stream_next(p->under, &chunk, err);
		if (r <= 0)
			return r;
		*p->total += chunk.len;
		size_t room = HEAD - p->head_length, n = chunk.len < room ? chunk.len : room;
		memcpy(p->head + p->head_length, chunk.ptr, n);
		p->head_length += n;
		p->rest = slim_blob(chunk.ptr + n, chunk.len - n);
	}
	return 0;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static int spool(struct slim_stream *plain, const char *name, const struct slim_limits *limits, struct slim_file **out,
		 struct slim_error **err)
{
	struct slim_quota quota = SLIM_QUOTA(limits->size, "bytes (--max-size)");
	slim_cleanup(slim_stream_free_p) struct slim_stream *tee = slim_stream_limit(plain, &quota);
	slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
	if (slim_file_spool(name, &file, err))
		return -1;
	tee = slim_stream_tee(tee, file);
	if (slim_stream_drain(tee, err)) /* reading names the file itself, decoding does not */
		return strncmp(slim_error_text(*err), name, strlen(name)) ? slim_wrap(err, "%s", name) : -1;
	*out = slim_steal(&file);
	return 0;
}

static int open_pipe(const char *name, const struct slim_limits *limits, struct slim_file **out, uint64_t *size,
		     struct slim_error **err)
{
	struct pipe_stream *p = slim_calloc(1, sizeof(*p));
	*size = 0;
	p->base.ops = &pipe_ops;
	p->under = slim_stream_fd(STDIN_FILENO, name);
	p->total = size;
	slim_cleanup(slim_stream_free_p) struct slim_stream *stream = &p->base;
	if (fill_head(p, err))
		return -1;
	enum slim_compression kind = slim_detect(slim_blob(p->head, p->head_length));
	return spool(slim_stream_decode(slim_steal(&stream), kind), name, limits, out, err);
}

static int use_file(struct slim_file *file, const struct slim_limits *limits, struct slim_file **out, uint64_t *size,
		    struct slim_error **err)
{
	char head[HEAD];
	*size = slim_file_size(file);
	size_t length = *size < HEAD ? (size_t)*size : HEAD;
	if (slim_file_read(file, 0, head, length, err))
		return -1;
	enum slim_compression kind = slim_detect(slim_blob(head, length));
	if (kind == SLIM_PLAIN) {
		*out = slim_file_ref(file);
		return 0;
	}
	struct slim_stream *stream = slim_stream_decode(slim_stream_range(file, 0, *size), kind);
	return spool(stream, slim_file_name(file), limits, out, err);
}

/* Standard input that is a file at its start is read as that file. */
static bool is_seekable_stdin(void)
{
	struct stat st;
	return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode) && lseek(STDIN_FILENO, 0, SEEK_CUR) == 0;
}

int slim_input_open(const char *host_path, const struct slim_limits *limits, struct slim_file **out, uint64_t *size,
		    struct slim_error **err)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
	bool standard_input = strcmp(host_path, "-") == 0;
	if (standard_input && !is_seekable_stdin())
		return open_pipe("standard input", limits, out, size, err);
	if (standard_input) {
		int fd = dup(STDIN_FILENO);
		if (fd < 0)
			return slim_fail_errno(err, errno, "standard input");
		file = slim_file_new(fd, "standard input");
	} else if (slim_file_open(host_path, &file, err)) {
		return -1;
	}
	return use_file(file, limits, out, size, err);
}
