#include "config.h"
#include "document.h"

#include <errno.h>
#include <time.h>

#include "slim/alloc.h"

#define SLIM_COMMENT "one layer of the files that are kept"
#define SQUASH_COMMENT "one layer of all files"
#define SLIM_CREATED_BY PACKAGE_NAME " "

static json_t *checked(json_t *json)
{
	if (!json)
		slim_out_of_memory();
	return json;
}

static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, checked(value)))
		slim_out_of_memory();
}

/* The comment of the last entry of IMAGE's history, if that is slim's and about the only layer; else NULL. */
static const char *comment_of(const struct slim_image *image)
{
	const json_t *history = json_object_get(image->config_json, "history");
	const json_t *last = json_array_get(history, json_array_size(history) - 1);
	const char *by = json_string_value(json_object_get(last, "created_by"));
	const char *comment = json_string_value(json_object_get(last, "comment"));
	bool is_slims = image->layer_count == 1 && by && slim_blob_starts(slim_blob_of(by), SLIM_CREATED_BY);
	return is_slims ? comment : NULL;
}

/* Whether slim made IMAGE with COMMENT and nothing was added since. */
static bool is_made_by_slim(const struct slim_image *image, const char *wanted)
{
	const char *comment = comment_of(image);
	return comment && !strcmp(comment, wanted);
}

bool slim_image_is_slims(const struct slim_image *image)
{
	return comment_of(image) != NULL;
}

bool slim_image_is_slimmed(const struct slim_image *image)
{
	return is_made_by_slim(image, SLIM_COMMENT);
}

int slim_epoch_text(char *text, size_t size, bool *set_at_all, struct slim_error **err)
{
	const char *value = getenv("SOURCE_DATE_EPOCH");
	*set_at_all = value && *value;
	if (!*set_at_all)
		return 0;
	char *end;
	errno = 0;
	long long seconds = strtoll(value, &end, 10);
	time_t when = (time_t)seconds;
	struct tm tm;
	/* RFC 3339 has four digits for the year. */
	if (*value < '0' || *value > '9' || *end || errno || seconds > 253402300799 || !gmtime_r(&when, &tm))
		return slim_fail(err, SLIM_BAD_USAGE, "SOURCE_DATE_EPOCH: '%s' is no number of seconds", value);
	strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return 0;
}

static int new_entry(const json_t *config, const char *comment, json_t **out, struct slim_error **err)
{
	char text[32];
	bool by_epoch;
	if (slim_epoch_text(text, sizeof(text), &by_epoch, err))
		return -1;
	json_t *entry = checked(json_object());
	json_t *created = json_object_get(config, "created");
	if (by_epoch)
		set(entry, "created", json_string(text));
	else if (json_is_string(created))
		set(entry, "created", json_incref(created));
	set(entry, "created_by", json_string(PACKAGE_STRING));
	set(entry, "comment", json_string(comment));
	*out = entry;
	return 0;
}

/* The old entries tell how the image came to be, but none of their layers is left. */
static int edit_history(const struct slim_image *image, bool squash_only, json_t *config, struct slim_error **err)
{
	json_t *entry, *item, *history = json_object_get(config, "history");
	size_t i;
	if (slim_image_is_slimmed(image) || (squash_only && is_made_by_slim(image, SQUASH_COMMENT)))
		return 0;
	if (new_entry(config, squash_only ? SQUASH_COMMENT : SLIM_COMMENT, &entry, err))
		return -1;
	if (!json_is_array(history)) {
		set(config, "history", json_array());
		history = json_object_get(config, "history");
	}
	json_array_foreach(history, i, item)
		if (json_is_object(item))
			set(item, "empty_layer", json_true());
	if (json_array_append_new(history, entry))
		slim_out_of_memory();
	return 0;
}

int slim_config_edit(const struct slim_image *image, const struct slim_digest *diff_id, bool squash_only, json_t **out,
		     struct slim_error **err)
{
	json_t *config = checked(json_deep_copy(image->config_json));
	json_t *rootfs = json_object_get(config, "rootfs");
	json_t *ids = checked(json_array());
	if (json_array_append_new(ids, checked(json_string(diff_id->text))))
		slim_out_of_memory();
	if (!json_is_object(rootfs)) {
		set(config, "rootfs", json_object());
		rootfs = json_object_get(config, "rootfs");
		set(rootfs, "type", json_string("layers"));
	}
	set(rootfs, "diff_ids", ids);
	if (edit_history(image, squash_only, config, err)) {
		json_decref(config);
		return -1;
	}
	*out = config;
	return 0;
}

/* --- manifest --------------------------------------------------------------------------------------------------- */

struct slim_media_types slim_media_types_for(const struct slim_image *image, enum slim_layer_format format)
{
	static const char *const oci_layers[] = {
		[SLIM_LAYER_ZSTD] = "application/vnd.oci.image.layer.v1.tar+zstd",
		[SLIM_LAYER_GZIP] = "application/vnd.oci.image.layer.v1.tar+gzip",
		[SLIM_LAYER_PLAIN] = "application/vnd.oci.image.layer.v1.tar",
	};
	/* Docker's list has no zstd, and skopeo refuses what it has not; all readers go by the first bytes. */
	static const char *const docker_layers[] = {
		[SLIM_LAYER_ZSTD] = "application/vnd.docker.image.rootfs.diff.tar.gzip",
		[SLIM_LAYER_GZIP] = "application/vnd.docker.image.rootfs.diff.tar.gzip",
		[SLIM_LAYER_PLAIN] = "application/vnd.docker.image.rootfs.diff.tar",
	};
	if (!*image->config.healthcheck || format == SLIM_LAYER_GZIP)
		return (struct slim_media_types){ "application/vnd.oci.image.manifest.v1+json",
						  "application/vnd.oci.image.config.v1+json", oci_layers[format] };
	return (struct slim_media_types){ "application/vnd.docker.distribution.manifest.v2+json",
					  "application/vnd.docker.container.image.v1+json", docker_layers[format] };
}

json_t *slim_descriptor_json(const struct slim_blob_info *blob)
{
	return checked(json_pack("{s:s, s:s, s:I}", "mediaType", blob->media_type, "digest", blob->digest.text, "size",
				 (json_int_t)blob->size));
}

/*
 * Annotations stay but for those of layers, which go with them; `subject` tells of another manifest than this one,
 * `data` and `urls` of other bytes (OCI image-spec manifest.md, descriptor.md).
 */
json_t *slim_manifest_edit(const struct slim_image *image, const char *media_type, const struct slim_blob_info *config,
			   const struct slim_blob_info *layer)
{
	json_t *manifest = checked(image->manifest_json ? json_deep_copy(image->manifest_json) : json_object());
	set(manifest, "schemaVersion", json_integer(2));
	set(manifest, "mediaType", json_string(media_type));
	set(manifest, "config", slim_descriptor_json(config));
	set(manifest, "layers", json_pack("[o]", slim_descriptor_json(layer)));
	json_object_del(manifest, "subject");
	return manifest;
}

json_t *slim_platform_json(const json_t *config)
{
	static const char *const keys[] = { "architecture", "os", "os.version", "os.features", "variant" };
	json_t *platform = checked(json_object());
	for (size_t i = 0; i < SLIM_COUNT(keys); i++) {
		json_t *value = json_object_get(config, keys[i]);
		if (value && !json_is_null(value))
			set(platform, keys[i], json_incref(value));
	}
	if (json_is_string(json_object_get(platform, "os")) &&
	    json_is_string(json_object_get(platform, "architecture")))
		return platform;
	json_decref(platform);
	return NULL;
}
