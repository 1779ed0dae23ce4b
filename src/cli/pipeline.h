/* From an opened archive to a traced image: what every command that traces needs. */
#ifndef SLIM_CLI_PIPELINE_H
#define SLIM_CLI_PIPELINE_H

#include "slim/image.h"
#include "slim/layer.h"
#include "slim/trace.h"
#include "slim/tree.h"

#include "options.h"

struct slim_merged { /* an image as one tree */
	const struct slim_image *image;
	struct slim_budget budget;
	struct slim_layers *layers; /* their digests are computed; NULL: they could not be read */
	struct slim_tree *tree;
	uint64_t unpacked;          /* bytes of all layers' tars */
	uint64_t *layer_entries;    /* of each layer */
	uint64_t *layer_sizes;      /* of each layer's tar */
	uint64_t *layer_contents;   /* of the files in it, holes included */
	uint64_t contents;          /* of all layers together */
};

/* The input's name for messages. */
const char *slim_pipeline_input(const struct slim_cli *cli);

/* Open the input and choose the images that --image and --platform ask for; at least one. free() *CHOSEN. */
int slim_pipeline_open(const struct slim_cli *cli, const char *input, struct slim_log *log,
		       struct slim_archive **archive, const struct slim_image ***chosen, size_t *count,
		       struct slim_error **err) SLIM_MUST_CHECK;

/*
 * Read the layers, several at once, and merge them. Their digests are computed meanwhile and afterwards: what comes of
 * MERGED may be shown or kept only after slim_pipeline_verify. Call slim_merged_clear in any case.
 */
int slim_pipeline_merge(const struct slim_cli *cli, const struct slim_image *image, struct slim_log *log,
			struct slim_merged *merged, struct slim_error **err) SLIM_MUST_CHECK;
/*
 * Wait for the digests. FAILED, 0 or -1, is what came of MERGED so far, and is returned when they are right; a wrong
 * one takes the place of that error, for damaged content may have been its cause.
 */
int slim_pipeline_verify(const struct slim_cli *cli, struct slim_merged *merged, int failed, struct slim_error **err)
	SLIM_MUST_CHECK;
void slim_merged_clear(struct slim_merged *merged);

struct slim_watcher { /* is shown each layer, bottom to top, before it is merged */
	void (*see)(void *context, const struct slim_layer *layer);
	void *context;
};
int slim_pipeline_merge_watched(const struct slim_cli *cli, const struct slim_image *image,
				const struct slim_watcher *watcher, struct slim_log *log, struct slim_merged *merged,
				struct slim_error **err) SLIM_MUST_CHECK;

/* MERGED must outlive the trace. */
int slim_pipeline_trace(const struct slim_cli *cli, const struct slim_merged *merged, struct slim_log *log,
			struct slim_trace **trace, struct slim_error **err) SLIM_MUST_CHECK;

#endif
