#include "descriptor.h"

static int read_config(const struct slim_oci_node *top, struct slim_descriptor *out, struct slim_error **err)
{
	struct slim_oci_node config;
	if (slim_oci_object(top, "config", &config, err))
		return -1;
	if (!config.json)
		return slim_oci_bad(top, "config", "is missing", err);
	return slim_oci_descriptor(&config, out, err);
}

/* image-spec manifest.md: an artifact says so by artifactType or by the type of its config. */
static bool is_artifact(const char *artifact_type, const struct slim_descriptor *config)
{
	if (artifact_type && *artifact_type)
		return true;
	return *config->media_type && slim_media_of(config->media_type) != SLIM_MEDIA_CONFIG;
}

int slim_manifest_parse(struct slim_arena *arena, const json_t *json, struct slim_manifest *out,
			struct slim_error **err)
{
	struct slim_oci_node top;
	const char *artifact_type;
	if (slim_oci_top(arena, json, &top, err) || slim_oci_check_kind(&top, SLIM_MEDIA_MANIFEST, err) ||
	    slim_oci_string(&top, "artifactType", &artifact_type, err) || read_config(&top, &out->config, err))
		return -1;
	out->config.artifact = is_artifact(artifact_type, &out->config);
	return slim_oci_descriptors(&top, "layers", &out->layers, &out->layer_count, err);
}
