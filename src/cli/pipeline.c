#include "pipeline.h"

#include <string.h>

#include "slim/layer.h"
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

static void count(struct slim_merged *merged, size_t i, const struct slim_layer *layer, struct slim_log *log)
{
	merged->layer_entries[i] = layer->count;
	merged->layer_sizes[i] = layer->size;
	merged->layer_contents[i] = contents_of(layer);
	merged->unpacked += layer->size;
	merged->contents += merged->layer_contents[i];
	slim_verbose(log, "%s: %llu entries, %llu bytes of contents", merged->image->layers[i].label,
		     (unsigned long long)layer->count, (unsigned long long)merged->layer_contents[i]);
}

/* A file is read under each of its names: they cannot make more of an archive's bytes than other files could. */
static int limit_names(struct slim_merged *merged, uint64_t limit, struct slim_error **err)
{
	struct slim_quota quota = SLIM_QUOTA(limit, "bytes of files, each of their names counted (--max-size)");
	for (uint32_t id = 0; id < slim_tree_count(merged->tree); id++) {
		const struct slim_inode *inode = slim_tree_node(merged->tree, id)->inode;
		if (slim_inode_is_file(inode) && slim_quota_take(&quota, inode->size, err) < 0)
			return -1;
	}
	return 0;
}

static int apply(struct slim_merged *merged, const struct slim_watcher *watcher, struct slim_log *log,
		 struct slim_error **err)
{
	for (size_t i = 0; i < merged->image->layer_count; i++) {
		slim_cleanup(slim_layer_free_p) struct slim_layer *layer = slim_layers_take(merged->layers, i);
		count(merged, i, layer, log);
		if (watcher)
			watcher->see(watcher->context, layer);
		if (slim_tree_apply(merged->tree, layer, err) < 0)
			return slim_wrap(err, "%s", merged->image->layers[i].label);
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
		.budget = slim_budget(&cli->limits),
		.tree = slim_tree_new(),
		.layer_entries = slim_calloc(count + 1, sizeof(*merged->layer_entries)),
		.layer_sizes = slim_calloc(count + 1, sizeof(*merged->layer_sizes)),
		.layer_contents = slim_calloc(count + 1, sizeof(*merged->layer_contents)),
	};
	struct slim_layers_input in = { image->layers, count, &merged->budget, cli->write.jobs, log, cli->write.cache };
	if (slim_layers_read(&in, &merged->layers, err) < 0 || apply(merged, watcher, log, err) < 0 ||
	    limit_names(merged, cli->limits.size, err) < 0)
		return slim_wrap(err, "%s", slim_pipeline_input(cli));
	return 0;
}

int slim_pipeline_merge(const struct slim_cli *cli, const struct slim_image *image, struct slim_log *log,
			struct slim_merged *merged, struct slim_error **err)
{
	return slim_pipeline_merge_watched(cli, image, NULL, log, merged, err);
}

int slim_pipeline_verify(const struct slim_cli *cli, struct slim_merged *merged, int failed, struct slim_error **err)
{
	struct slim_error *wrong = NULL;
	if (!merged->layers || slim_layers_verify(merged->layers, &wrong) == 0)
		return failed;
	slim_error_free(*err);
	*err = wrong;
	return slim_wrap(err, "%s", slim_pipeline_input(cli));
}

void slim_merged_clear(struct slim_merged *merged)
{
	slim_layers_free(merged->layers);
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
