#include "layer.h"

#include "links.h"
#include "sums.h"
#include "tar.h"

#include "slim/path.h"

/* Contents are read straight into the piece that goes on to the hash and the compressor. */
enum { PIECE = 1 << 20 };

struct writer {
	const struct slim_selection *selection;
	const uint32_t *first;      /* see slim_first_names */
	struct slim_sink *sink;     /* the compressor, which works in threads of its own meanwhile */
	struct slim_hasher *hasher; /* of the diff ID */
	struct slim_summer *summer; /* NULL: nobody asks for digests of files */
	struct slim_log *log;
	char *piece;
	size_t filled;
	uint64_t total;
	struct slim_buffer header, name, link;
};

static int flush(struct writer *w, struct slim_error **err)
{
	struct slim_blob piece = slim_blob(w->piece, w->filled);
	slim_hasher_add(w->hasher, piece.ptr, piece.len);
	w->total += piece.len;
	w->filled = 0;
	return slim_sink_write(w->sink, piece, err);
}

static int put(struct writer *w, struct slim_blob bytes, struct slim_error **err)
{
	while (bytes.len) {
		size_t room = PIECE - w->filled, part = bytes.len < room ? bytes.len : room;
		memcpy(w->piece + w->filled, bytes.ptr, part);
		w->filled += part;
		bytes = slim_blob(bytes.ptr + part, bytes.len - part);
		if (w->filled == PIECE && flush(w, err))
			return -1;
	}
	return 0;
}

static int put_content(struct writer *w, const struct slim_inode *inode, struct slim_error **err)
{
	static const char zeros[SLIM_TAR_BLOCK];
	for (uint64_t at = 0; at < inode->size;) {
		size_t room = PIECE - w->filled;
		size_t part = inode->size - at < room ? (size_t)(inode->size - at) : room;
		if (slim_inode_read(inode, at, w->piece + w->filled, part, err))
			return -1;
		slim_progress_add(w->log, part);
		if (w->summer)
			slim_summer_add(w->summer, w->piece + w->filled, part);
		w->filled += part;
		at += part;
		if (w->filled == PIECE && flush(w, err))
			return -1;
	}
	return put(w, slim_blob(zeros, slim_tar_padding(inode->size)), err);
}

/* "usr/bin/x", "usr/bin/"; "./" for the root, which has no other name. Valid until NAME changes. */
static struct slim_blob member_name(struct slim_buffer *name, const struct slim_node *node)
{
	size_t length = 0;
	if (!node->parent)
		return SLIM_BLOB("./");
	for (const struct slim_node *at = node; at->parent; at = at->parent)
		length += at->name_length + 1;
	length -= slim_node_is_dir(node) ? 0 : 1;
	name->length = 0;
	char *start = slim_buffer_extend(name, length), *end = start + length;
	for (const struct slim_node *at = node; at->parent; at = at->parent) {
		if (at != node || slim_node_is_dir(node))
			*--end = '/';
		end -= at->name_length;
		memcpy(end, at->name, at->name_length);
	}
	return slim_blob(start, length);
}

static int wrap_name(struct slim_blob name, struct slim_error **err)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	return slim_wrap(err, "'%s'", slim_path_show(arena, name));
}

/* The contents of this node have been put, if it has any of its own. */
static void end_sums(struct writer *w, uint32_t index)
{
	struct slim_sums *sums = w->selection->sums;
	if (!w->summer || !slim_node_is_file(w->selection->nodes[index]))
		return;
	if (w->first[index] == index)
		slim_summer_end(w->summer, &sums[index]);
	else
		sums[index] = sums[w->first[index]];
}

static int put_node(struct writer *w, uint32_t index, struct slim_error **err)
{
	struct slim_node *const *nodes = w->selection->nodes;
	struct slim_tar_entry entry = {
		.name = member_name(&w->name, nodes[index]),
		.inode = slim_selection_inode(w->selection, nodes[index]),
	};
	if (w->first[index] != index)
		entry.hard_link = member_name(&w->link, nodes[w->first[index]]);
	w->header.length = 0;
	slim_tar_header(&w->header, &entry);
	if (put(w, slim_blob(w->header.bytes, w->header.length), err))
		return -1;
	if (slim_tar_data_size(&entry) && put_content(w, entry.inode, err))
		return wrap_name(entry.name, err);
	end_sums(w, index);
	return 0;
}

static int put_all(struct writer *w, struct slim_error **err)
{
	static const char end[SLIM_TAR_END];
	for (uint32_t i = 0; i < w->selection->count; i++)
		if (put_node(w, i, err))
			return -1;
	if (put(w, slim_blob(end, sizeof(end)), err) || flush(w, err))
		return -1;
	return slim_sink_end(w->sink, err);
}

int slim_layer_write(const struct slim_layer_job *job, struct slim_sink *under, struct slim_written *written,
		     struct slim_error **err)
{
	slim_cleanup(slim_sink_free_p) struct slim_sink *sink = slim_sink_compress(under, job->options);
	slim_cleanup(slim_hasher_free_p) struct slim_hasher *hasher = slim_hasher_new(SLIM_SHA256);
	slim_autofree uint32_t *first = slim_first_names(job->selection);
	slim_autofree char *piece = slim_alloc(PIECE);
	slim_cleanup(slim_summer_free_p) struct slim_summer *summer = job->selection->sums ? slim_summer_new() : NULL;
	struct writer w = {
		.summer = summer,
		.selection = job->selection,
		.first = first,
		.sink = sink,
		.hasher = hasher,
		.log = job->log,
		.piece = piece,
	};
	slim_progress_begin(job->log, "writing", job->selection->bytes);
	int failed = put_all(&w, err);
	slim_progress_end(job->log);
	slim_buffer_free(&w.header);
	slim_buffer_free(&w.name);
	slim_buffer_free(&w.link);
	written->diff_id = slim_hasher_end(hasher);
	written->layer_tar_size = w.total;
	return failed;
}
