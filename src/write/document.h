/* The JSON documents of the result: edited from the input's, never made anew. */
#ifndef SLIM_WRITE_DOCUMENT_H
#define SLIM_WRITE_DOCUMENT_H

#include "slim/write.h"

/* IMAGE's config with one layer of DIFF_ID. */
int slim_config_edit(const struct slim_image *image, const struct slim_digest *diff_id, json_t **out,
		     struct slim_error **err) SLIM_MUST_CHECK;

/* IMAGE's manifest (or one anew for a docker-archive, which has none) over the config and the layer that are given. */
struct slim_blob_info {
	const char *media_type;
	struct slim_digest digest;
	uint64_t size;
};
json_t *slim_manifest_edit(const struct slim_image *image, const struct slim_blob_info *config,
			   const struct slim_blob_info *layer);
json_t *slim_descriptor_json(const struct slim_blob_info *blob);
/* os, architecture, variant, os.version, os.features as the config has them; NULL when it names no system. */
json_t *slim_platform_json(const json_t *config);

const char *slim_layer_media_type(enum slim_layer_format format);

/* --- names of images ------------------------------------------------------------------------------------------- */

/* NAME with ":latest" behind it when it has no tag and no digest; free() it. */
char *slim_reference_complete(const char *name);
/* Whether docker takes it as NAME:TAG: lower case, and nothing odd. */
bool slim_reference_valid(const char *name);

#endif
