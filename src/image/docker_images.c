#include "archive.h"

#include <stdlib.h>
#include <string.h>

#include "slim/path.h"

/* A digest that a member's name carries: "blobs/sha256/HEX", "sha256:HEX" (crane, kaniko) or "HEX.json" (docker). */
static bool digest_of_name(struct slim_arena *arena, struct slim_blob name, struct slim_digest *out)
{
	slim_cleanup(slim_error_free_p) struct slim_error *ignored = NULL;
	struct slim_blob base = slim_path_base(name), dir = slim_path_dir(name);
	const char *text = slim_arena_strndup(arena, base.ptr, base.len);
	if (slim_blob_is(dir, "blobs/sha256"))
		text = slim_arena_format(arena, "sha256:%s", text);
	else if (slim_blob_is(dir, "blobs/sha512"))
		text = slim_arena_format(arena, "sha512:%s", text);
	else if (slim_blob_ends(base, ".json"))
		text = slim_arena_format(arena, "sha256:%.*s", (int)(base.len - strlen(".json")), base.ptr);
	return slim_digest_parse(text, out, &ignored) == 0;
}

static struct slim_blob clean_name(struct slim_arena *arena, const char *name)
{
	slim_cleanup(slim_error_free_p) struct slim_error *ignored = NULL;
	struct slim_blob clean;
	return slim_path_clean(arena, slim_blob_of(name), &clean, &ignored) ? SLIM_BLOB("") : clean;
}

/* The config's bytes and its digest, which must be the one that its name says, if any. */
static int read_config(struct slim_archive *archive, const char *name, struct slim_digest *digest, json_t **out,
		       struct slim_error **err)
{
	struct slim_range range;
	slim_autofree char *bytes = NULL;
	size_t length;
	const char *what = slim_path_show(archive->arena, slim_blob_of(name));
	if (slim_archive_need(archive, name, &range, err) || slim_archive_slurp(&range, what, &bytes, &length, err))
		return -1;
	struct slim_blob content = slim_blob(bytes, length);
	bool named = digest_of_name(archive->arena, clean_name(archive->arena, name), digest);
	if (named && slim_archive_verify(content, digest, err))
		return slim_wrap(err, "config '%s'", what);
	if (!named)
		*digest = slim_digest_of(content);
	return slim_json_parse(content, what, out, err);
}

static int set_layers(struct slim_archive *archive, const struct slim_docker_entry *entry, struct slim_image *image,
		      struct slim_error **err)
{
	for (size_t i = 0; i < image->layer_count; i++) {
		struct slim_layer_ref *layer = &image->layers[i];
		if (slim_archive_need(archive, entry->layers[i], &layer->blob, err))
			return slim_wrap(err, "%s", layer->label);
		/* Elsewhere than under blobs/ a name is no promise about the bytes; the diff ID is. */
		struct slim_blob name = clean_name(archive->arena, entry->layers[i]);
		layer->has_digest = slim_blob_starts(name, "blobs/") &&
				    digest_of_name(archive->arena, name, &layer->digest);
	}
	return 0;
}

static struct slim_archive_item *find_item(const struct slim_archive *archive, const struct slim_digest *config)
{
	for (size_t i = 0; i < archive->count; i++)
		if (slim_digest_equal(&archive->items[i]->config, config))
			return archive->items[i];
	return NULL;
}

static void add_names(struct slim_archive_item *item, const struct slim_docker_entry *entry, size_t root)
{
	slim_archive_add_root(item, root);
	for (size_t i = 0; i < entry->tag_count; i++)
		slim_archive_add_ref(item, entry->tags[i]);
}

static int load_entry(struct slim_archive *archive, const struct slim_docker_entry *entry, size_t root,
		      struct slim_error **err)
{
	slim_cleanup(slim_archive_free_item_p) struct slim_archive_item *item = slim_archive_new_item();
	slim_autojson json_t *config = NULL;
	if (read_config(archive, entry->config, &item->config, &config, err))
		return -1;
	struct slim_archive_item *known = find_item(archive, &item->config);
	if (known) {
		add_names(known, entry, root);
		return 0;
	}
	if (slim_archive_set_config(archive, item, config, entry->layer_count, err) ||
	    set_layers(archive, entry, &item->image, err))
		return -1;
	add_names(item, entry, root);
	slim_archive_add(archive, slim_steal(&item));
	return 0;
}

/* More images in one archive than this are no use to anyone, and each costs a look through the others. */
enum { ENTRY_LIMIT = 4096 };

static int read_entries(struct slim_archive *archive, struct slim_docker_entry **out, size_t *count,
			struct slim_error **err)
{
	slim_autojson json_t *json = NULL;
	if (slim_archive_json(archive, "manifest.json", &json, err))
		return -1;
	if (slim_docker_manifest_parse(archive->arena, json, out, count, err))
		return slim_wrap(err, "manifest.json");
	if (*count > ENTRY_LIMIT)
		return slim_fail(err, SLIM_BAD_INPUT, "manifest.json: more than %d images", ENTRY_LIMIT);
	return 0;
}

int slim_archive_load_docker(struct slim_archive *archive, struct slim_error **err)
{
	struct slim_docker_entry *entries;
	size_t count;
	if (read_entries(archive, &entries, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (load_entry(archive, &entries[i], i + 1, err))
			return slim_wrap(err, "manifest.json: [%zu]", i);
	return 0;
}

/* --- hybrids ----------------------------------------------------------------------------------------------------- */

static int config_digest(struct slim_archive *archive, const char *name, struct slim_digest *out,
			 struct slim_error **err)
{
	if (digest_of_name(archive->arena, clean_name(archive->arena, name), out))
		return 0;
	slim_autojson json_t *json = NULL;
	return read_config(archive, name, out, &json, err);
}

int slim_archive_check_hybrid(struct slim_archive *archive, struct slim_error **err)
{
	struct slim_docker_entry *entries;
	struct slim_digest digest;
	size_t count;
	if (read_entries(archive, &entries, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (config_digest(archive, entries[i].config, &digest, err))
			return slim_wrap(err, "manifest.json: [%zu]", i);
		struct slim_archive_item *item = find_item(archive, &digest);
		if (!item)
			return slim_fail(err, SLIM_BAD_INPUT,
					 "ambiguous: manifest.json names the config %s, index.json does not",
					 digest.text);
		for (size_t k = 0; k < entries[i].tag_count; k++)
			slim_archive_add_ref(item, entries[i].tags[k]);
	}
	return 0;
}
