#include "pipeline.h"

#include <string.h>

#include "slim/layer.h"
#include "slim/pool.h"
#include "slim/write.h"

const char *slim_pipeline_input(const struct slim_cli *cli)
{
	return strcmp(cli->operands[0], "-") ? cli->operands[0] : "standard input";
}

int slim_pipeline_open(const struct slim_cli *cli, const char *input, struct slim_log *log,
		       struct slim_archive **archive, const struct slim_image ***chosen,
		       size_t *count, struct slim_error **err)
{
	if (slim_archive_open(input, &cli->limits, log, archive, err) < 0)
		return -1;
	const struct slim_image *all = NULL;
	size_t total = 0, skipped = 0;
	if (slim_archive_images(*archive, &all, &total, &skipped, err) < 0)
		return -1;
	if (skipped)
		slim_info(log, "%zu attestation%s or artifact%s left out", skipped, skipped == 1 ? "" : "s",
			  skipped == 1 ? "" : "s");
	return slim_archive_select(*archive, cli->image, cli->any_platform ? NULL : &cli->platform,
				   chosen, count, err);
}

/* The layers of one image, as they are read. */
struct reading {
	const struct slim_image *image;
	struct slim_log *log;
	struct slim_layer **layers;
	struct slim_budget budget;
};

static int read_layer(void *context, size_t i, struct slim_error **err)
{
	struct reading *r = context;
	if (slim_layer_read(&r->image->layers[i], &r->budget, r->log, &r->layers[i], err) < 0)
		return -1;
	slim_progress_part(r->log);
	return 0;
}

static uint64_t contents_of(const struct slim_layer *layer)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < layer->count; i++) {
		const struct slim_entry *e = &layer->entries[i];
		if (e->kind == SLIM_ENTRY_FILE && slim_inode_is_file(e->inode) &&
		    __builtin_add_overflow(bytes, e->inode->size, &bytes))
			return UINT64_MAX;
	}
	return bytes;
}

static int apply(struct reading *r, const struct slim_watcher *watcher, struct slim_merged *merged,
		 struct slim_error **err)
{
	for (size_t i = 0; i < r->image->layer_count; i++) {
		merged->layer_entries[i] = r->layers[i]->count;
		merged->layer_sizes[i] = r->layers[i]->size;
		merged->layer_contents[i] = contents_of(r->layers[i]);
		merged->unpacked += r->layers[i]->size;
		merged->contents += merged->layer_contents[i];
		slim_verbose(r->log, "%s: %llu entries, %llu bytes of contents", r->image->layers[i].label,
			     (unsigned long long)r->layers[i]->count, (unsigned long long)merged->layer_contents[i]);
		if (watcher)
			watcher->see(watcher->context, r->layers[i]);
		if (slim_tree_apply(merged->tree, r->layers[i], err) < 0)
			return slim_wrap(err, "%s", r->image->layers[i].label);
		slim_layer_free(r->layers[i]);
		r->layers[i] = NULL;
	}
	slim_tree_finish(merged->tree);
	return 0;
}

int slim_pipeline_merge_watched(const struct slim_cli *cli, const struct slim_image *image,
				const struct slim_watcher *watcher, struct slim_log *log, struct slim_merged *merged,
				struct slim_error **err)
{
	size_t count = image->layer_count;
	*merged = (struct slim_merged){
		.image = image,
		.tree = slim_tree_new(),
		.layer_entries = slim_calloc(count + 1, sizeof(*merged->layer_entries)),
		.layer_sizes = slim_calloc(count + 1, sizeof(*merged->layer_sizes)),
		.layer_contents = slim_calloc(count + 1, sizeof(*merged->layer_contents)),
	};
	struct reading r = { .image = image, .log = log, .budget = slim_budget(&cli->limits) };
	r.layers = slim_calloc(count + 1, sizeof(struct slim_layer *));
	uint64_t bytes = 0;
	for (size_t i = 0; i < count; i++)
		bytes += image->layers[i].blob.length;
	slim_progress_begin(log, "reading layers", bytes);
	slim_progress_parts(log, count);
	int result = slim_parallel(cli->write.jobs, count, read_layer, &r, err);
	slim_progress_end(log);
	if (result == 0)
		result = apply(&r, watcher, merged, err);
	for (size_t i = 0; i < count; i++)
		slim_layer_free(r.layers[i]);
	free(r.layers);
	if (result == 0)
		return 0;
	return slim_wrap(err, "%s", slim_pipeline_input(cli));
}

int slim_pipeline_merge(const struct slim_cli *cli, const struct slim_image *image, struct slim_log *log,
			struct slim_merged *merged, struct slim_error **err)
{
	return slim_pipeline_merge_watched(cli, image, NULL, log, merged, err);
}

void slim_merged_clear(struct slim_merged *merged)
{
	slim_tree_free(merged->tree);
	free(merged->layer_entries);
	free(merged->layer_sizes);
	free(merged->layer_contents);
	*merged = (struct slim_merged){ 0 };
}

int slim_pipeline_trace(const struct slim_cli *cli, const struct slim_merged *merged,
			struct slim_log *log, struct slim_trace **trace, struct slim_error **err)
{
	slim_progress_begin(log, "tracing", 0);
	int result = slim_trace_run(
		&(struct slim_trace_input){ .tree = merged->tree,
					    .config = &merged->image->config,
					    .wishes = &cli->wishes,
					    .slimmed = slim_image_is_slimmed(merged->image),
					    .log = log },
		trace, err);
	slim_progress_end(log);
	if (result < 0)
		return slim_wrap(err, "%s", slim_pipeline_input(cli));
	return slim_tree_check(merged->tree, err);
}
