/* A selection as a layer: tar, diff ID and compression in one pass. */
#ifndef SLIM_WRITE_LAYER_H
#define SLIM_WRITE_LAYER_H

#include "sink.h"
#include "slim/write.h"

struct slim_layer_job {
	const struct slim_selection *selection;
	const struct slim_write_options *options;
	struct slim_log *log;
};

/* Write the compressed layer to UNDER. Sets ->diff_id and ->layer_tar_size of WRITTEN; the rest is the caller's. */
int slim_layer_write(const struct slim_layer_job *job, struct slim_sink *under, struct slim_written *written,
		     struct slim_error **err) SLIM_MUST_CHECK;

#endif
