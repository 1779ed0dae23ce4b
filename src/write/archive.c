#include "document.h"
#include "layer.h"
#include "output.h"
#include "tar.h"

#include <stdio.h>

#define MEDIA_INDEX "application/vnd.oci.image.index.v1+json"

enum { MEMBER_NAME = 160 }; /* more than "blobs/sha512/" and its digits */

static json_t *checked(json_t *json)
{
	if (!json)
		slim_out_of_memory();
	return json;
}

static void append(json_t *list, json_t *item)
{
	if (json_array_append_new(list, checked(item)))
		slim_out_of_memory();
}

static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, checked(value)))
		slim_out_of_memory();
}

/* --- members ---------------------------------------------------------------------------------------------------- */

static int add_padding(struct slim_output *output, uint64_t size, struct slim_error **err)
{
	static const char zeros[SLIM_TAR_END];
	return slim_output_append(output, slim_blob(zeros, slim_tar_padding(size)), err);
}

static int add_member(struct slim_output *output, const char *name, uint32_t mode, struct slim_blob bytes,
		      struct slim_error **err)
{
	char header[SLIM_TAR_BLOCK];
	slim_tar_plain_header(header, &(struct slim_tar_plain){ name, mode, bytes.len });
	if (slim_output_append(output, slim_blob(header, sizeof(header)), err) ||
	    slim_output_append(output, bytes, err))
		return -1;
	return add_padding(output, bytes.len, err);
}

static void blob_name(char name[MEMBER_NAME], const struct slim_digest *digest)
{
	snprintf(name, MEMBER_NAME, "blobs/sha256/%s", slim_digest_hex(digest));
}

/* Each blob once, however many platforms share it: readers refuse an archive that holds a name twice. */
static bool is_new(struct slim_output *output, const struct slim_digest *digest)
{
	for (size_t i = 0; i < output->blob_count; i++)
		if (slim_digest_equal(&output->blobs[i], digest))
			return false;
	*slim_push(&output->blobs, &output->blob_count, &output->blob_capacity) = *digest;
	return true;
}

static int add_document(struct slim_output *output, const char *name, const json_t *json, struct slim_error **err)
{
	slim_autofree char *text = slim_json_text(json);
	return add_member(output, name, S_IFREG | 0644, slim_blob_of(text), err);
}

/* ->media_type is given; the rest is filled in. */
static int add_blob(struct slim_output *output, const json_t *json, struct slim_blob_info *info,
		    struct slim_error **err)
{
	char name[MEMBER_NAME];
	slim_autofree char *text = slim_json_text(json);
	info->digest = slim_digest_of(slim_blob_of(text));
	info->size = strlen(text);
	blob_name(name, &info->digest);
	return is_new(output, &info->digest) ? add_member(output, name, S_IFREG | 0644, slim_blob_of(text), err) : 0;
}

/* --- the layer -------------------------------------------------------------------------------------------------- */

struct blob_sink {
	struct slim_sink base;
	struct slim_output *output;
	struct slim_hasher *hasher; /* NULL: of a layer that is not compressed, the diff ID is the digest */
};

static int blob_write(struct slim_sink *sink, struct slim_blob bytes, struct slim_error **err)
{
	struct blob_sink *blob = (struct blob_sink *)sink;
	if (blob->hasher)
		slim_hasher_add(blob->hasher, bytes.ptr, bytes.len);
	return slim_output_append(blob->output, bytes, err);
}

static int blob_end(struct slim_sink *sink, struct slim_error **err)
{
	return 0;
}

static void blob_free(struct slim_sink *sink)
{
}

/* Room for the header, the bytes as they come, then the header: its name is the digest of what follows it. */
static int seal_blob(struct slim_output *output, uint64_t start, const struct slim_blob_info *info,
		     struct slim_error **err)
{
	char name[MEMBER_NAME], header[SLIM_TAR_BLOCK];
	if (!is_new(output, &info->digest))
		return slim_output_truncate(output, start, err);
	blob_name(name, &info->digest);
	slim_tar_plain_header(header, &(struct slim_tar_plain){ name, S_IFREG | 0644, info->size });
	if (add_padding(output, info->size, err))
		return -1;
	return slim_output_patch(output, start, slim_blob(header, sizeof(header)), err);
}

struct add {
	struct slim_output *output;
	const struct slim_image *image;
	const struct slim_selection *selection;
	const struct slim_write_options *options;
	struct slim_log *log;
	struct slim_written *written;
	struct slim_blob_info layer, config, manifest;
};

static int write_layer(struct add *add, uint64_t start, int level, struct slim_error **err)
{
	static const struct slim_sink_ops ops = { blob_write, blob_end, blob_free };
	static const char room[SLIM_TAR_BLOCK];
	struct slim_output *output = add->output;
	struct slim_write_options options = *add->options;
	slim_cleanup(slim_hasher_free_p) struct slim_hasher *hasher =
		options.format == SLIM_LAYER_PLAIN ? NULL : slim_hasher_new(SLIM_SHA256);
	struct blob_sink sink = { { &ops }, output, hasher };
	struct slim_layer_job job = { add->selection, &options, add->log };
	options.level = level;
	if (slim_output_truncate(output, start, err) ||
	    slim_output_append(output, slim_blob(room, sizeof(room)), err) ||
	    slim_layer_write(&job, &sink.base, add->written, err))
		return -1;
	add->layer = (struct slim_blob_info){
		.media_type = slim_media_types_for(add->image, options.format).layer,
		.digest = hasher ? slim_hasher_end(hasher) : add->written->diff_id,
		.size = output->size - start - sizeof(room),
	};
	return 0;
}

/* The next level to try when the result is larger than what it was made of; 0: there is none. */
static int stronger(enum slim_layer_format format, int level)
{
	switch (format) {
	case SLIM_LAYER_ZSTD: return level < 9 ? 9 : level < 19 ? 19 : 0;
	case SLIM_LAYER_GZIP: return level < 9 ? 9 : 0;
	case SLIM_LAYER_PLAIN: break;
	}
	return 0;
}

/*
 * At the level that was asked for. Without one: at the default, and more strongly only when the layer would be larger
 * than those of the input, which had been compressed harder. That choice depends on sizes alone, and a layer that was
 * made so comes out the same when it is slimmed again.
 */
static int add_layer(struct add *add, struct slim_error **err)
{
	uint64_t start = add->output->size, before = 0;
	for (size_t i = 0; i < add->image->layer_count; i++)
		before += add->image->layers[i].blob.length;
	int level = add->options->level;
	do {
		if (write_layer(add, start, level, err))
			return -1;
		level = stronger(add->options->format, level);
	} while (!add->options->level && level && add->layer.size > before);
	return seal_blob(add->output, start, &add->layer, err);
}

/* --- an image --------------------------------------------------------------------------------------------------- */

static int add_documents(struct add *add, struct slim_error **err)
{
	slim_autojson json_t *config = NULL, *manifest = NULL;
	if (slim_config_edit(add->image, &add->written->diff_id, add->options->squash_only, &config, err))
		return -1;
	struct slim_media_types types = slim_media_types_for(add->image, add->options->format);
	add->config.media_type = types.config;
	if (add_blob(add->output, config, &add->config, err))
		return -1;
	manifest = slim_manifest_edit(add->image, types.manifest, &add->config, &add->layer);
	add->manifest.media_type = types.manifest;
	if (add_blob(add->output, manifest, &add->manifest, err))
		return -1;
	json_t *descriptor = slim_descriptor_json(&add->manifest), *platform = slim_platform_json(config);
	if (platform)
		set(descriptor, "platform", platform);
	append(add->output->manifests, descriptor);
	return 0;
}

static bool holds(const json_t *list, const char *text)
{
	size_t i;
	json_t *item;
	json_array_foreach((json_t *)(uintptr_t)list, i, item)
		if (!strcmp(json_string_value(item), text))
			return true;
	return false;
}

static void add_name(struct slim_output *output, const char *name)
{
	slim_autofree char *complete = slim_reference_complete(name);
	if (*name && !holds(output->names, complete))
		append(output->names, json_string(complete));
}

/* The platforms of one image have its names in common. */
static void add_names(const struct add *add)
{
	if (json_array_size(add->output->docker))
		return;
	if (add->options->tag)
		add_name(add->output, add->options->tag);
	for (const char **ref = add->image->refs; !add->options->tag && ref && *ref; ref++)
		add_name(add->output, *ref);
}

/* docker gives a tag to one image only, so the first platform has them all. */
static json_t *repo_tags(const struct slim_output *output)
{
	size_t i;
	json_t *name, *tags = checked(json_array());
	json_array_foreach(output->names, i, name)
		if (!json_array_size(output->docker) && slim_reference_valid(json_string_value(name)))
			append(tags, json_incref(name));
	if (json_array_size(tags))
		return tags;
	json_decref(tags);
	return json_null();
}

static void add_docker(const struct add *add)
{
	char config[MEMBER_NAME], layer[MEMBER_NAME];
	blob_name(config, &add->config.digest);
	blob_name(layer, &add->layer.digest);
	append(add->output->docker, json_pack("{s:s, s:o, s:[s]}", "Config", config, "RepoTags",
					      repo_tags(add->output), "Layers", layer));
}

static int add_folders(struct slim_output *output, struct slim_error **err)
{
	if (output->size)
		return 0;
	if (add_member(output, "blobs/", S_IFDIR | 0755, slim_blob("", 0), err))
		return -1;
	return add_member(output, "blobs/sha256/", S_IFDIR | 0755, slim_blob("", 0), err);
}

int slim_output_add(struct slim_output *output, const struct slim_image *image,
		    const struct slim_selection *selection, const struct slim_write_options *options,
		    struct slim_log *log, struct slim_written *written, struct slim_error **err)
{
	struct add add = { output, image, selection, options, log, written, { 0 }, { 0 }, { 0 } };
	if (add_folders(output, err) || add_layer(&add, err) || add_documents(&add, err))
		return -1;
	add_names(&add);
	add_docker(&add);
	written->layer = add.layer.digest;
	written->layer_size = add.layer.size;
	written->config = add.config.digest;
	written->manifest = add.manifest.digest;
	return 0;
}

/* --- the archive ------------------------------------------------------------------------------------------------ */

static json_t *index_json(json_t *manifests)
{
	return checked(json_pack("{s:i, s:s, s:o}", "schemaVersion", 2, "mediaType", MEDIA_INDEX, "manifests",
				 manifests));
}

/*
 * What index.json names: the image, or one index of all platforms, since its readers want one entry for one name.
 * The caller owns it.
 */
static int top_descriptor(struct slim_output *output, json_t **out, struct slim_error **err)
{
	if (json_array_size(output->manifests) == 1) {
		*out = checked(json_deep_copy(json_array_get(output->manifests, 0)));
		return 0;
	}
	slim_autojson json_t *index = index_json(json_incref(output->manifests));
	struct slim_blob_info info = { .media_type = MEDIA_INDEX };
	if (add_blob(output, index, &info, err))
		return -1;
	*out = slim_descriptor_json(&info);
	return 0;
}

/* podman takes the name from the first of these, containerd and docker from the second. */
static void annotate(const struct slim_output *output, json_t *descriptor)
{
	const char *name = json_string_value(json_array_get(output->names, 0));
	if (!name)
		return;
	json_t *annotations = checked(json_object());
	if (slim_reference_valid(name))
		set(annotations, "io.containerd.image.name", json_string(name));
	set(annotations, "org.opencontainers.image.ref.name", json_string(name));
	set(descriptor, "annotations", annotations);
}

int slim_output_finish(struct slim_output *output, struct slim_error **err)
{
	static const char end[SLIM_TAR_END];
	json_t *descriptor;
	if (top_descriptor(output, &descriptor, err))
		return -1;
	annotate(output, descriptor);
	slim_autojson json_t *index = index_json(checked(json_pack("[o]", descriptor)));
	slim_autojson json_t *layout = checked(json_pack("{s:s}", "imageLayoutVersion", "1.0.0"));
	if (add_document(output, "index.json", index, err) ||
	    add_document(output, "manifest.json", output->docker, err) ||
	    add_document(output, "oci-layout", layout, err) ||
	    slim_output_append(output, slim_blob(end, sizeof(end)), err))
		return -1;
	output->finished = true;
	return 0;
}

int slim_output_commit(struct slim_output *output, struct slim_error **err)
{
	if (!output->finished && slim_output_finish(output, err))
		return -1;
	return slim_output_publish(output, err);
}
