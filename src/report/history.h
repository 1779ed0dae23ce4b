/* What the layers did to some paths: noted while an image is merged, since the merged tree has no past. */
#ifndef SLIM_REPORT_HISTORY_H
#define SLIM_REPORT_HISTORY_H

#include "slim/layer.h"

struct slim_history;

/* Of these paths only (or their names: a path may lead elsewhere through links). */
struct slim_history *slim_history_new(const char *const *paths, size_t count);
void slim_history_free(struct slim_history *history); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_history, slim_history_free)
/* Called for each layer, bottom to top. */
void slim_history_see(struct slim_history *history, const struct slim_layer *layer);

enum slim_past_kind { SLIM_PAST_ADDED, SLIM_PAST_REPLACED, SLIM_PAST_REMOVED };
const char *slim_past_name(enum slim_past_kind kind); /* "added", "replaced", "removed" */
struct slim_past {
	enum slim_past_kind kind;
	uint32_t layer; /* 1 is the lowest */
	uint64_t size;  /* of the file that the layer brings; 0 of others */
};
/* Of PATH (no slash at its start). Returns how many there are, in a list of ARENA. */
size_t slim_history_of(const struct slim_history *history, struct slim_blob path, struct slim_arena *arena,
		       struct slim_past **out);

#endif
