#include "slim/layer.h"

#include <stdlib.h>

#include <inttypes.h>

#include "layer_tar.h"

/* The streams that a layer's bytes go through; TOP owns the others. */
struct pipeline {
	struct slim_stream *top;
	struct slim_stream *blob_digest; /* NULL: not asked for */
	struct slim_stream *diff_digest;
};

static void free_pipeline(struct pipeline *p)
{
	slim_stream_free(p->top);
}

static int detect(const struct slim_range *range, enum slim_compression *out, struct slim_error **err)
{
	char head[8];
	size_t length = range->length < sizeof(head) ? (size_t)range->length : sizeof(head);
	if (slim_file_read(range->file, range->offset, head, length, err))
		return -1;
	*out = slim_detect(slim_blob(head, length));
	return 0;
}

/* Of a plain layer both digests are over the same bytes: one is enough when both say the same. */
static bool needs_blob_digest(const struct slim_layer_ref *ref, enum slim_compression kind)
{
	return ref->has_digest && (kind != SLIM_PLAIN || !slim_digest_equal(&ref->digest, &ref->diff_id));
}

static void build(struct pipeline *p, const struct slim_layer_ref *ref, enum slim_compression kind,
		  struct slim_budget *budget, struct slim_log *log)
{
	p->top = slim_stream_range(ref->blob.file, ref->blob.offset, ref->blob.length);
	if (log)
		p->top = slim_stream_progress(p->top, log);
	if (needs_blob_digest(ref, kind))
		p->top = p->blob_digest = slim_stream_digest(p->top, ref->digest.kind);
	p->top = slim_stream_decode(p->top, kind);
	p->top = slim_stream_limit(p->top, &budget->size);
	p->top = p->diff_digest = slim_stream_digest(p->top, ref->diff_id.kind);
}

/* A plain layer's content is used where it lies; a decoded one is spooled as it passes. */
static int place_content(struct slim_layer_reader *r, struct pipeline *p, enum slim_compression kind,
			 struct slim_error **err)
{
	if (kind == SLIM_PLAIN) {
		r->layer->content = slim_file_ref(r->ref->blob.file);
		r->base = r->ref->blob.offset;
		return 0;
	}
	if (slim_file_spool(r->ref->label, &r->layer->content, err))
		return -1;
	p->top = slim_stream_tee(p->top, r->layer->content);
	return 0;
}

static int check_digest(const char *what, const struct slim_digest *want, const struct slim_digest *got,
			struct slim_error **err)
{
	if (slim_digest_equal(want, got))
		return 0;
	return slim_fail(err, SLIM_BAD_INPUT, "%s is %s, but its content has %s", what, want->text, got->text);
}

static int verify(const struct slim_layer_reader *r, const struct pipeline *p, struct slim_error **err)
{
	if (p->blob_digest) {
		struct slim_digest got = slim_stream_digested(p->blob_digest);
		if (check_digest("digest", &r->ref->digest, &got, err))
			return -1;
	}
	r->layer->diff_id = slim_stream_digested(p->diff_digest);
	return check_digest("diff ID", &r->ref->diff_id, &r->layer->diff_id, err);
}

static void warn(const struct slim_layer_reader *r, struct slim_log *log)
{
	if (r->dropped)
		slim_verbose(log, "%s: %" PRIu64 " attributes of a host left out (security.selinux, trusted.overlay.*)",
			     r->ref->label, r->dropped);
	if (r->lost_acls)
		slim_warn(log, "%s: %" PRIu64 " ACL entries left out that give no number for a user or group",
			  r->ref->label, r->lost_acls);
}

static int read_layer(struct slim_layer_reader *r, struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(free_pipeline) struct pipeline p = { 0 };
	enum slim_compression kind;
	if (detect(&r->ref->blob, &kind, err))
		return -1;
	build(&p, r->ref, kind, r->budget, log);
	if (place_content(r, &p, kind, err))
		return -1;
	r->stream = p.top;
	if (slim_layer_read_tar(r, err) || verify(r, &p, err))
		return -1;
	if (log)
		warn(r, log);
	return 0;
}

static void clear_reader(struct slim_layer_reader *r)
{
	slim_tar_watch_clear(&r->watch);
	slim_error_free(r->err);
	free(r->xattrs);
}

int slim_layer_read(const struct slim_layer_ref *ref, struct slim_budget *budget, struct slim_log *log,
		    struct slim_layer **out, struct slim_error **err)
{
	slim_cleanup(slim_layer_free_p) struct slim_layer *layer = slim_calloc(1, sizeof(*layer));
	layer->paths = slim_arena_new();
	layer->inodes = slim_arena_new();
	slim_cleanup(clear_reader) struct slim_layer_reader r = { .layer = layer, .ref = ref, .budget = budget };
	if (read_layer(&r, log, err))
		return slim_wrap(err, "%s", ref->label);
	*out = slim_steal(&layer);
	return 0;
}

void slim_layer_free(struct slim_layer *layer)
{
	if (!layer)
		return;
	free(layer->entries);
	slim_file_unref(layer->content);
	slim_arena_free(layer->paths);
	slim_arena_free(layer->inodes);
	free(layer);
}
