#include "layer_parse.h"

#include <inttypes.h>
#include <stdlib.h>

#include "layer_pack.h"
#include "layer_tar.h"

static int detect(const struct slim_range *range, enum slim_compression *out, struct slim_error **err)
{
	char head[8];
	size_t length = range->length < sizeof(head) ? (size_t)range->length : sizeof(head);
	if (slim_file_read(range->file, range->offset, head, length, err))
		return -1;
	*out = slim_detect(slim_blob(head, length));
	return 0;
}

/* Of a plain layer both digests are of the same bytes: one is enough when both say the same. */
static bool needs_blob_digest(const struct slim_layer_ref *ref, enum slim_compression kind)
{
	return ref->has_digest && (kind != SLIM_PLAIN || !slim_digest_equal(&ref->digest, &ref->diff_id));
}

static void build(struct slim_layer_reader *r, const struct slim_layer_job *job, enum slim_compression kind)
{
	r->stream = slim_stream_range(r->ref->blob.file, r->ref->blob.offset, r->ref->blob.length);
	if (job->log)
		r->stream = slim_stream_progress(r->stream, job->log);
	r->stream = slim_stream_decode(r->stream, kind);
	r->stream = slim_stream_limit(r->stream, &job->budget->size);
}

/* A plain layer's content is used where it lies; a decoded one is spooled as it passes. */
static int place_content(struct slim_layer_reader *r, enum slim_compression kind, struct slim_error **err)
{
	if (kind == SLIM_PLAIN) {
		r->layer->content = slim_file_ref(r->ref->blob.file);
		r->base = r->ref->blob.offset;
		return 0;
	}
	if (slim_file_spool(r->ref->label, &r->layer->content, err))
		return -1;
	r->stream = slim_stream_tee(r->stream, r->layer->content);
	r->layer->decoded = true;
	return 0;
}

const char slim_content_kind[] = "content";

char *slim_content_id(const struct slim_layer_ref *ref)
{
	return ref->has_digest ? slim_format("%s %s", ref->digest.text, ref->diff_id.text) : NULL;
}

/* All bytes of the blob are as they were when its digest was verified. */
static bool is_known(const struct slim_layer_ref *ref, struct slim_cache *cache)
{
	slim_cleanup(slim_seal_free_p) struct slim_seal *seal =
		slim_seal_get(cache, ref->digest.text, ref->blob.length);
	return seal && slim_is_as_sealed(seal, &ref->blob);
}

/*
 * A layer whose blob the cache knows, and what it decodes to: both are checked here and now, so that an input which was
 * damaged since goes the usual way from the start.
 */
static bool find_content(struct slim_layer_reader *r, const struct slim_layer_job *job)
{
	struct slim_range content;
	slim_autofree char *id = job->cache ? slim_content_id(r->ref) : NULL;
	if (!id || !is_known(r->ref, job->cache) || !slim_cache_get_file(job->cache, slim_content_kind, id, &content))
		return false;
	r->layer->content = content.file;
	r->base = content.offset;
	r->stream = slim_stream_range(content.file, content.offset, content.length);
	r->stream = slim_stream_limit(r->stream, &job->budget->size);
	slim_progress_add(job->log, r->ref->blob.length);
	return true;
}

static void add_checks(struct slim_layer_reader *r, const struct slim_layer_job *job, enum slim_compression kind)
{
	const struct slim_layer_ref *ref = r->ref;
	size_t place = job->place * SLIM_LAYER_CHECKS;
	struct slim_check_input blob = { place, ref->label, "digest", &ref->digest, ref->blob };
	struct slim_range content = { r->layer->content, r->base, ref->blob.length };
	struct slim_check_input tar = { place + 1, ref->label, "diff ID", &ref->diff_id, content };
	if (needs_blob_digest(ref, kind))
		slim_checks_add(job->checks, &blob);
	if (kind == SLIM_PLAIN)
		slim_checks_add(job->checks, &tar);
	else
		r->growing = slim_checks_add_growing(job->checks, &tar);
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

/* Of use later only if the tar need not be decoded for its content anyway. */
static void pack(struct slim_layer_reader *r, const struct slim_layer_job *job)
{
	const struct slim_pack_counts counts = { r->entries, r->claimed, r->dropped, r->lost_acls };
	if (job->cache && (!r->growing || r->ref->has_digest))
		r->layer->packed = slim_layer_pack(r->layer, r->base, &counts);
}

/* What the cache has of a tar with this diff ID. It may be used before the tar is verified, as other entries are. */
static bool find_entries(struct slim_layer_reader *r, const struct slim_layer_job *job)
{
	struct slim_pack_counts counts;
	slim_autofree char *id = job->cache && !r->growing ? slim_pack_id(&r->ref->diff_id) : NULL;
	struct slim_blob packed = id ? slim_cache_get(job->cache, slim_pack_kind, id) : slim_blob(NULL, 0);
	slim_autofree const char *owned = packed.ptr;
	if (!owned || !slim_layer_unpack(packed, r->layer, r->base, &counts))
		return false;
	r->entries = counts.entries;
	r->claimed = counts.claimed;
	r->dropped = counts.dropped;
	r->lost_acls = counts.lost_acls;
	return true;
}

/* As if the tar had been read. */
static int account(const struct slim_layer_reader *r, struct slim_error **err)
{
	return slim_quota_take(&r->budget->files, r->entries, err) ||
			       slim_quota_take(&r->budget->claimed, r->claimed, err) ||
			       slim_quota_take(&r->budget->size, r->layer->size, err)
		       ? -1
		       : 0;
}

static int read_entries(struct slim_layer_reader *r, const struct slim_layer_job *job, struct slim_error **err)
{
	if (find_entries(r, job)) {
		if (r->layer->content == r->ref->blob.file)
			slim_progress_add(job->log, r->ref->blob.length);
		return account(r, err);
	}
	if (slim_layer_read_tar(r, err))
		return -1;
	pack(r, job);
	return 0;
}

static int parse(struct slim_layer_reader *r, const struct slim_layer_job *job, struct slim_error **err)
{
	enum slim_compression kind;
	if (detect(&r->ref->blob, &kind, err))
		return -1;
	if (kind == SLIM_PLAIN || !find_content(r, job)) {
		build(r, job, kind);
		if (place_content(r, kind, err))
			return -1;
		add_checks(r, job, kind);
	}
	if (read_entries(r, job, err))
		return -1;
	if (r->growing)
		slim_check_complete(r->growing);
	if (job->log)
		warn(r, job->log);
	return 0;
}

static void clear_reader(struct slim_layer_reader *r)
{
	slim_stream_free(r->stream);
	slim_tar_watch_clear(&r->watch);
	slim_error_free(r->err);
	free(r->xattrs);
}

int slim_layer_parse(const struct slim_layer_job *job, struct slim_layer **out, struct slim_error **err)
{
	slim_cleanup(slim_layer_free_p) struct slim_layer *layer = slim_calloc(1, sizeof(*layer));
	layer->paths = slim_arena_new();
	layer->inodes = slim_arena_new();
	slim_cleanup(clear_reader) struct slim_layer_reader r = { .layer = layer, .ref = job->ref,
								  .budget = job->budget };
	if (parse(&r, job, err))
		return slim_wrap(err, "%s", job->ref->label);
	*out = slim_steal(&layer);
	return 0;
}

void slim_layer_free(struct slim_layer *layer)
{
	if (!layer)
		return;
	free(layer->entries);
	free((void *)(uintptr_t)layer->packed.ptr);
	slim_file_unref(layer->content);
	slim_arena_free(layer->paths);
	slim_arena_free(layer->inodes);
	free(layer);
}
