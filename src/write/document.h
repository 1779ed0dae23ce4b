/* The JSON documents of the result: edited from the input's, never made anew. */
#ifndef SLIM_WRITE_DOCUMENT_H
#define SLIM_WRITE_DOCUMENT_H

#include "slim/write.h"

/* Whether slim made IMAGE, slimmed or squashed, and nothing was added since. */
bool slim_image_is_slims(const struct slim_image *image);

/* IMAGE's config with one layer of DIFF_ID, and a word in its history; SQUASH_ONLY: nothing was left out. */
int slim_config_edit(const struct slim_image *image, const struct slim_digest *diff_id, bool squash_only, json_t **out,
		     struct slim_error **err) SLIM_MUST_CHECK;

/* IMAGE's manifest (or one anew for a docker-archive, which has none) over the config and the layer that are given. */
struct slim_blob_info {
	const char *media_type;
	struct slim_digest digest;
	uint64_t size;
};
json_t *slim_manifest_edit(const struct slim_image *image, const char *media_type, const struct slim_blob_info *config,
			   const struct slim_blob_info *layer);
json_t *slim_descriptor_json(const struct slim_blob_info *blob);
/* os, architecture, variant, os.version, os.features as the config has them; NULL when it names no system. */
json_t *slim_platform_json(const json_t *config);

/*
 * The media types of an image's documents: OCI's; but Docker's for an image with a health check, which OCI's config
 * does not know: podman and its kin read one only from a manifest of Docker's. With gzip, which is asked for by those
 * whose tools know nothing newer (umoci reads no Docker types), they are OCI's in any case.
 */
struct slim_media_types {
	const char *manifest, *config, *layer;
};
struct slim_media_types slim_media_types_for(const struct slim_image *image, enum slim_layer_format format);

/* reproducible-builds.org, SOURCE_DATE_EPOCH: seconds since 1970, as decimal digits; TEXT gets it in RFC 3339. */
int slim_epoch_text(char *text, size_t size, bool *set_at_all, struct slim_error **err) SLIM_MUST_CHECK;

/* --- names of images ------------------------------------------------------------------------------------------- */

/* NAME with ":latest" behind it when it has no tag and no digest; free() it. */
char *slim_reference_complete(const char *name);
/* Whether docker takes it as NAME:TAG: lower case, and nothing odd. */
bool slim_reference_valid(const char *name);

#endif
