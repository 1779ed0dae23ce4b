/*
 * Where bytes go: pushed, through a compressor, into the output. The bytes that come out depend on those that went in
 * and on format and level, never on how many threads there are or how the bytes were cut into pieces.
 */
#ifndef SLIM_WRITE_SINK_H
#define SLIM_WRITE_SINK_H

#include "slim/blob.h"
#include "slim/error.h"
#include "slim/options.h"

struct slim_sink;

struct slim_sink_ops {
	int (*write)(struct slim_sink *sink, struct slim_blob bytes, struct slim_error **err);
	int (*end)(struct slim_sink *sink, struct slim_error **err); /* what is still held; once, in the end */
	void (*free)(struct slim_sink *sink);                        /* not what is under it */
};

struct slim_sink {
	const struct slim_sink_ops *ops;
};

static inline int slim_sink_write(struct slim_sink *s, struct slim_blob bytes, struct slim_error **err)
{
	return s->ops->write(s, bytes, err);
}
static inline int slim_sink_end(struct slim_sink *s, struct slim_error **err)
{
	return s->ops->end(s, err);
}
void slim_sink_free(struct slim_sink *sink); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_sink, slim_sink_free)

/* Compress into UNDER, which must outlive the sink and is not ended by it. */
struct slim_sink *slim_sink_plain(struct slim_sink *under);
struct slim_sink *slim_sink_compress(struct slim_sink *under, const struct slim_write_options *options);

#endif
