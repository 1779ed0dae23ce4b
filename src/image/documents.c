#include "archive.h"

#include <inttypes.h>
#include <stdlib.h>

#include "slim/path.h"

int slim_archive_need(struct slim_archive *archive, const char *name, struct slim_range *out, struct slim_error **err)
{
	const char *shown = slim_path_show(archive->arena, slim_blob_of(name));
	struct slim_blob clean;
	if (slim_path_clean(archive->arena, slim_blob_of(name), &clean, err) ||
	    slim_source_find(archive->source, clean, out, err))
		return -1;
	if (!out->file)
		return slim_fail(err, SLIM_BAD_INPUT, "'%s' is not in the archive", shown);
	return 0;
}

int slim_archive_slurp(const struct slim_range *range, const char *what, char **bytes, size_t *length,
		       struct slim_error **err)
{
	if (range->length > SLIM_JSON_MAX)
		return slim_fail(err, SLIM_BAD_INPUT, "%s: more than %d bytes of JSON", what, SLIM_JSON_MAX);
	*length = (size_t)range->length;
	slim_autofree char *buffer = slim_alloc(*length + 1);
	if (slim_file_read(range->file, range->offset, buffer, *length, err))
		return -1;
	buffer[*length] = '\0';
	*bytes = slim_steal(&buffer);
	return 0;
}

int slim_archive_json(struct slim_archive *archive, const char *name, json_t **out, struct slim_error **err)
{
	struct slim_range range;
	slim_autofree char *bytes = NULL;
	size_t length;
	if (slim_archive_need(archive, name, &range, err) || slim_archive_slurp(&range, name, &bytes, &length, err))
		return -1;
	return slim_json_parse(slim_blob(bytes, length), name, out, err);
}

const char *slim_archive_blob_name(struct slim_archive *archive, const struct slim_digest *digest)
{
	const char *algorithm = digest->kind == SLIM_SHA512 ? "sha512" : "sha256";
	return slim_arena_format(archive->arena, "blobs/%s/%s", algorithm, slim_digest_hex(digest));
}

int slim_archive_verify(struct slim_blob bytes, const struct slim_digest *digest, struct slim_error **err)
{
	slim_cleanup(slim_hasher_free_p) struct slim_hasher *hasher = slim_hasher_new(digest->kind);
	slim_hasher_add(hasher, bytes.ptr, bytes.len);
	struct slim_digest got = slim_hasher_end(hasher);
	if (slim_digest_equal(&got, digest))
		return 0;
	return slim_fail(err, SLIM_BAD_INPUT, "its content has the digest %s", got.text);
}

/* A blob that only its descriptor carries, put where ranges can refer to it. The archive holds the file. */
static int spool_data(struct slim_archive *archive, const struct slim_descriptor *descriptor, struct slim_range *out,
		      struct slim_error **err)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
	if (slim_file_spool(descriptor->digest.text, &file, err) ||
	    slim_file_append(file, descriptor->data.ptr, descriptor->data.len, err))
		return -1;
	*out = (struct slim_range){ file, 0, descriptor->data.len };
	*slim_push(&archive->spools, &archive->spool_count, &archive->spool_capacity) = slim_steal(&file);
	return 0;
}

int slim_archive_blob(struct slim_archive *archive, const struct slim_descriptor *descriptor, struct slim_range *out,
		      struct slim_error **err)
{
	const char *name = slim_archive_blob_name(archive, &descriptor->digest);
	if (slim_source_find(archive->source, slim_blob_of(name), out, err))
		return -1;
	if (!out->file)
		return descriptor->data.ptr ? spool_data(archive, descriptor, out, err) : 0;
	if (out->length != descriptor->size)
		return slim_fail(err, SLIM_BAD_INPUT,
				 "%s: %" PRIu64 " bytes, but its descriptor says %" PRIu64, descriptor->digest.text,
				 out->length, descriptor->size);
	return 0;
}

int slim_archive_blob_json(struct slim_archive *archive, const struct slim_descriptor *descriptor, const char *what,
			   json_t **out, struct slim_error **err)
{
	struct slim_range range;
	slim_autofree char *bytes = NULL;
	const char *name = slim_arena_format(archive->arena, "%s %s", what, descriptor->digest.text);
	size_t length;
	*out = NULL;
	if (slim_archive_blob(archive, descriptor, &range, err))
		return slim_wrap(err, "%s", what);
	if (!range.file)
		return 0;
	if (slim_archive_slurp(&range, name, &bytes, &length, err))
		return -1;
	if (slim_archive_verify(slim_blob(bytes, length), &descriptor->digest, err))
		return slim_wrap(err, "%s", name);
	return slim_json_parse(slim_blob(bytes, length), name, out, err);
}

int slim_archive_set_config(struct slim_archive *archive, struct slim_archive_item *item, json_t *config,
			    size_t count, struct slim_error **err)
{
	struct slim_image *image = &item->image;
	image->config_json = json_incref(config);
	image->config_digest = item->config;
	if (slim_config_parse(archive->arena, config, &image->config, err))
		return slim_wrap(err, "config %s", item->config.text);
	if (image->config.diff_id_count != count)
		return slim_fail(err, SLIM_BAD_INPUT, "config %s: rootfs.diff_ids: %zu of them for %zu layers",
				 item->config.text, image->config.diff_id_count, count);
	image->layers = slim_arena_alloc(archive->arena, (count + 1) * sizeof(*image->layers));
	image->layer_count = count;
	for (size_t i = 0; i < count; i++) {
		image->layers[i].label = slim_arena_format(archive->arena, "layer %zu of %zu", i + 1, count);
		image->layers[i].diff_id = image->config.diff_ids[i];
	}
	return 0;
}
