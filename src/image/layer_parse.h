/* One layer's entries, and the checks of its digests: what the readers of whole images are made of. */
#ifndef SLIM_IMAGE_LAYER_PARSE_H
#define SLIM_IMAGE_LAYER_PARSE_H

#include "checks.h"
#include "slim/layer.h"

enum { SLIM_LAYER_CHECKS = 2 }; /* of one layer, at most: its own digest and the diff ID */

struct slim_layer_job {
	const struct slim_layer_ref *ref;
	size_t place; /* among the image's layers */
	struct slim_budget *budget;
	struct slim_checks *checks;
	struct slim_log *log; /* NULL: tells nothing */
	struct slim_cache *cache; /* may be NULL */
};

/* Where the cache has what a compressed layer decodes to. */
extern const char slim_content_kind[];
char *slim_content_id(const struct slim_layer_ref *ref); /* free() it; NULL: its blob has no digest to know it by */

/* Decode and parse; CHECKS gets what is to be hashed as soon as it is there. */
int slim_layer_parse(const struct slim_layer_job *job, struct slim_layer **out, struct slim_error **err)
	SLIM_MUST_CHECK;

#endif
