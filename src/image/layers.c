#include "slim/layer.h"

#include <stdlib.h>

#include "checks.h"
#include "layer_pack.h"
#include "layer_parse.h"

/* Of a layer, for the cache, once it is verified. */
struct kept {
	struct slim_range decoded; /* what a compressed one holds; file NULL: nothing */
	struct slim_blob packed;   /* its entries; ptr NULL: nothing */
};

struct slim_layers {
	struct slim_layers_input in;
	struct slim_pool *pool;
	struct slim_checks *checks;
	struct slim_layer **items;
	struct kept *kept;
};

void slim_layers_free(struct slim_layers *layers)
{
	if (!layers)
		return;
	slim_pool_free(layers->pool);
	slim_checks_free(layers->checks);
	for (size_t i = 0; i < layers->in.count; i++) {
		slim_layer_free(layers->items[i]);
		slim_file_unref(layers->kept[i].decoded.file);
		free((void *)(uintptr_t)layers->kept[i].packed.ptr);
	}
	free(layers->kept);
	free(layers->items);
	free(layers);
}

static int parse(void *context, size_t i, struct slim_error **err)
{
	struct slim_layers *layers = context;
	const struct slim_layers_input *in = &layers->in;
	struct slim_layer_job job = { &in->refs[i], i, in->budget, layers->checks, in->log, in->cache };
	if (slim_layer_parse(&job, &layers->items[i], err))
		return -1;
	struct slim_layer *layer = layers->items[i];
	layers->kept[i].packed = layer->packed;
	layer->packed = slim_blob(NULL, 0);
	if (in->cache && layer->decoded)
		layers->kept[i].decoded = (struct slim_range){ slim_file_ref(layer->content), 0, layer->size };
	slim_progress_part(in->log);
	return 0;
}

static int by_size(const void *a, const void *b, void *context)
{
	const struct slim_layer_ref *refs = context;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	if (refs[i].blob.length != refs[j].blob.length)
		return refs[i].blob.length < refs[j].blob.length ? 1 : -1;
	return i < j ? -1 : 1;
}

static void begin_progress(const struct slim_layers_input *in)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < in->count; i++)
		bytes += in->refs[i].blob.length;
	slim_progress_begin(in->log, "reading layers", bytes);
	slim_progress_parts(in->log, in->count);
}

/* The largest first, so that it does not end alone. */
static int parse_all(struct slim_layers *layers, struct slim_error **err)
{
	const struct slim_layers_input *in = &layers->in;
	slim_autofree size_t *order = slim_calloc(in->count + 1, sizeof(*order));
	for (size_t i = 0; i < in->count; i++)
		order[i] = i;
	qsort_r(order, in->count, sizeof(*order), by_size, (void *)(uintptr_t)in->refs);
	begin_progress(in);
	int result = slim_pool_run(layers->pool, &(struct slim_round){ in->count, order, parse, layers }, err);
	slim_progress_end(in->log);
	return result;
}

/* More threads than there can be things to do at a time are of no use; what the cache knows is compared by all. */
static unsigned useful_jobs(const struct slim_layers_input *in)
{
	if (in->cache)
		return in->jobs;
	return in->jobs < in->count * SLIM_LAYER_CHECKS ? in->jobs : (unsigned)(in->count * SLIM_LAYER_CHECKS);
}

int slim_layers_read(const struct slim_layers_input *in, struct slim_layers **out, struct slim_error **err)
{
	slim_cleanup(slim_layers_free_p) struct slim_layers *layers = slim_calloc(1, sizeof(*layers));
	layers->in = *in;
	layers->items = slim_calloc(in->count + 1, sizeof(*layers->items));
	layers->kept = slim_calloc(in->count + 1, sizeof(*layers->kept));
	layers->pool = slim_pool_new(useful_jobs(in));
	layers->checks = slim_checks_new(layers->pool, in->cache, in->count * SLIM_LAYER_CHECKS, in->log);
	if (parse_all(layers, err))
		return -1;
	*out = slim_steal(&layers);
	return 0;
}

struct slim_layer *slim_layers_take(struct slim_layers *layers, size_t i)
{
	return slim_steal(&layers->items[i]);
}

/* Only now: the id says that the blob has its digest, and that it decodes to what has the diff ID. */
static int keep(void *context, size_t i, struct slim_error **err)
{
	struct slim_layers *layers = context;
	const struct kept *kept = &layers->kept[i];
	const struct slim_layer_ref *ref = &layers->in.refs[i];
	slim_autofree char *content = kept->decoded.file ? slim_content_id(ref) : NULL;
	slim_autofree char *entries = kept->packed.ptr ? slim_pack_id(&ref->diff_id) : NULL;
	if (content)
		slim_cache_put_file(layers->in.cache, slim_content_kind, content, &kept->decoded);
	if (entries)
		slim_cache_put(layers->in.cache, slim_pack_kind, entries, kept->packed);
	return 0;
}

int slim_layers_verify(struct slim_layers *layers, struct slim_error **err)
{
	if (slim_checks_wait(layers->checks, err))
		return -1;
	return slim_pool_run(layers->pool, &(struct slim_round){ layers->in.count, NULL, keep, layers }, err);
}

int slim_layer_read(const struct slim_layer_ref *ref, struct slim_budget *budget, struct slim_log *log,
		    struct slim_layer **out, struct slim_error **err)
{
	slim_cleanup(slim_layers_free_p) struct slim_layers *layers = NULL;
	struct slim_layers_input in = { .refs = ref, .count = 1, .budget = budget, .jobs = 1, .log = log };
	if (slim_layers_read(&in, &layers, err) || slim_layers_verify(layers, err))
		return -1;
	*out = slim_layers_take(layers, 0);
	return 0;
}
