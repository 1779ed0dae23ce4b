#include "archive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* image-index.md sets no bounds; twenty levels that each name the next one twice would be a million visits. */
enum { DEPTH_LIMIT = 16, VISIT_LIMIT = 4096 };

enum record_kind { RECORD_INDEX, RECORD_IMAGE, RECORD_ABSENT, RECORD_SKIPPED };

/* A document that was met: read once, however often it is named. */
struct record {
	struct slim_digest digest;
	enum record_kind kind;
	size_t seen; /* the last root (counted from 1) that led here */
	struct slim_descriptor *children;
	size_t child_count;
	struct slim_archive_item *item;
	struct slim_error *error; /* of RECORD_ABSENT: what is missing */
};

struct step {
	const struct slim_descriptor *descriptor;
	unsigned depth;
};

struct walk {
	struct slim_archive *archive;
	struct record *records;
	size_t record_count, record_capacity;
	struct step *steps; /* a stack */
	size_t step_count, step_capacity;
	size_t visits;
	size_t root; /* counted from 1 */
	const char *ref;
};

static void clear_walk(struct walk *w)
{
	for (size_t i = 0; i < w->record_count; i++)
		slim_error_free(w->records[i].error);
	free(w->records);
	free(w->steps);
}

/* --- one image ------------------------------------------------------------------------------------------------- */

/* The blob is not in the archive: no error yet, for the archive may hold other platforms. */
static int absent(struct record *r, const char *what, const struct slim_digest *digest)
{
	r->kind = RECORD_ABSENT;
	slim_fail(&r->error, SLIM_BAD_INPUT, "%s: %s is not in the archive", what, digest->text);
	return 0;
}

static int check_layer_type(const struct slim_descriptor *d, struct slim_error **err)
{
	enum slim_media media = slim_media_of(d->media_type);
	if (media == SLIM_MEDIA_LAYER || media == SLIM_MEDIA_FOREIGN_LAYER)
		return 0;
	if (media == SLIM_MEDIA_ENCRYPTED_LAYER)
		return slim_fail(err, SLIM_BAD_INPUT, "is encrypted ('%s'); decrypt the image first", d->media_type);
	return slim_fail(err, SLIM_BAD_INPUT, "media type '%s' is no layer's", d->media_type);
}

static int set_layer(struct walk *w, struct record *r, const struct slim_descriptor *d, size_t i,
		     struct slim_error **err)
{
	struct slim_layer_ref *layer = &r->item->image.layers[i];
	if (check_layer_type(d, err) || slim_archive_blob(w->archive, d, &layer->blob, err))
		return slim_wrap(err, "%s", layer->label);
	layer->digest = d->digest;
	layer->has_digest = true;
	if (layer->blob.file)
		return 0;
	bool foreign = slim_media_of(d->media_type) == SLIM_MEDIA_FOREIGN_LAYER;
	const char *what = foreign ? slim_arena_format(w->archive->arena, "%s is a foreign layer", layer->label)
				   : layer->label;
	return absent(r, what, &d->digest);
}

/* buildx marks attestations in the index too, but an index of a single entry may lack the mark. */
static bool is_attestation(const struct slim_manifest *m)
{
	return m->layer_count && strcmp(m->layers[0].media_type, "application/vnd.in-toto+json") == 0;
}

/* Some builders give the variant in the index alone. */
static void add_variant(struct slim_platform *platform, const struct slim_platform *said)
{
	if (!platform->os)
		platform->os = said->os;
	if (!platform->architecture)
		platform->architecture = said->architecture;
	if (!platform->variant && platform->architecture && said->architecture &&
	    strcmp(platform->architecture, said->architecture) == 0)
		platform->variant = said->variant;
}

static int load_layers(struct walk *w, struct record *r, const struct slim_manifest *m, json_t *config,
		       struct slim_error **err)
{
	if (slim_archive_set_config(w->archive, r->item, config, m->layer_count, err))
		return -1;
	for (size_t i = 0; i < m->layer_count && r->kind == RECORD_IMAGE; i++)
		if (set_layer(w, r, &m->layers[i], i, err))
			return -1;
	return 0;
}

static int load_image(struct walk *w, struct record *r, const struct slim_descriptor *d, json_t *json,
		      struct slim_error **err)
{
	struct slim_manifest manifest;
	if (slim_manifest_parse(w->archive->arena, json, &manifest, err))
		return slim_wrap(err, "manifest %s", d->digest.text);
	if (manifest.config.artifact || is_attestation(&manifest)) {
		r->kind = RECORD_SKIPPED;
		return 0;
	}
	slim_autojson json_t *config = NULL;
	if (slim_archive_blob_json(w->archive, &manifest.config, "config", &config, err))
		return slim_wrap(err, "manifest %s", d->digest.text);
	if (!config)
		return absent(r, "config", &manifest.config.digest);
	r->kind = RECORD_IMAGE;
	r->item = slim_archive_new_item();
	r->item->image.manifest_json = json_incref(json);
	r->item->has_manifest = true;
	r->item->manifest = d->digest;
	r->item->config = manifest.config.digest;
	if (load_layers(w, r, &manifest, config, err))
		return slim_wrap(err, "manifest %s", d->digest.text);
	add_variant(&r->item->image.config.platform, &d->platform);
	return 0;
}

/* --- the walk over index.json and what it names ----------------------------------------------------------------- */

static int load_index(struct walk *w, struct record *r, const struct slim_descriptor *d, const json_t *json,
		      struct slim_error **err)
{
	r->kind = RECORD_INDEX;
	if (slim_index_parse(w->archive->arena, json, &r->children, &r->child_count, err))
		return slim_wrap(err, "index %s", d->digest.text);
	return 0;
}

/* An entry without a media type is what it looks like. */
static enum slim_media media_of(const struct slim_descriptor *d, const json_t *json)
{
	if (*d->media_type)
		return slim_media_of(d->media_type);
	return json_object_get(json, "manifests") ? SLIM_MEDIA_INDEX : SLIM_MEDIA_MANIFEST;
}

static int load(struct walk *w, struct record *r, const struct slim_descriptor *d, struct slim_error **err)
{
	slim_autojson json_t *json = NULL;
	const char *what = slim_media_of(d->media_type) == SLIM_MEDIA_INDEX ? "index" : "manifest";
	if (slim_archive_blob_json(w->archive, d, what, &json, err))
		return -1;
	if (!json)
		return absent(r, what, &d->digest);
	if (media_of(d, json) == SLIM_MEDIA_INDEX)
		return load_index(w, r, d, json, err);
	int failed = load_image(w, r, d, json, err);
	if (r->item && (failed || r->kind != RECORD_IMAGE))
		slim_archive_free_item(slim_steal(&r->item));
	else if (r->item)
		slim_archive_add(w->archive, r->item);
	return failed;
}

/* Those that are no images: counted, and never read. */
static bool is_skipped(const struct slim_descriptor *d)
{
	bool known = !*d->media_type || slim_media_of(d->media_type) != SLIM_MEDIA_OTHER;
	return d->attestation || d->artifact || !known;
}

static struct record *find_record(struct walk *w, const struct slim_digest *digest)
{
	for (size_t i = 0; i < w->record_count; i++)
		if (slim_digest_equal(&w->records[i].digest, digest))
			return &w->records[i];
	return NULL;
}

static int new_record(struct walk *w, const struct slim_descriptor *d, struct slim_error **err)
{
	struct record r = { .digest = d->digest, .kind = RECORD_SKIPPED };
	if (slim_media_of(d->media_type) == SLIM_MEDIA_SCHEMA1)
		return slim_fail(err, SLIM_BAD_INPUT,
				 "manifest %s: Docker's old manifest (schema 1), which has no config; pull the image "
				 "again with a current tool",
				 d->digest.text);
	if (!is_skipped(d) && load(w, &r, d, err)) {
		slim_error_free(r.error);
		return -1;
	}
	w->archive->skipped += r.kind == RECORD_SKIPPED;
	*slim_push(&w->records, &w->record_count, &w->record_capacity) = r;
	return 0;
}

static void push_children(struct walk *w, const struct record *r, unsigned depth)
{
	for (size_t i = r->child_count; i > 0; i--)
		*slim_push(&w->steps, &w->step_count, &w->step_capacity) =
			(struct step){ &r->children[i - 1], depth };
}

static int visit(struct walk *w, struct step step, struct slim_error **err)
{
	if (++w->visits > VISIT_LIMIT)
		return slim_fail(err, SLIM_BAD_INPUT, "index.json leads to more than %d manifests", VISIT_LIMIT);
	if (step.depth > DEPTH_LIMIT)
		return slim_fail(err, SLIM_BAD_INPUT, "index %s: nested more than %d deep",
				 step.descriptor->digest.text, DEPTH_LIMIT);
	struct record *r = find_record(w, &step.descriptor->digest);
	if (!r) {
		if (new_record(w, step.descriptor, err))
			return -1;
		r = &w->records[w->record_count - 1];
	}
	if (r->seen == w->root)
		return 0;
	r->seen = w->root;
	if (r->kind == RECORD_INDEX)
		push_children(w, r, step.depth + 1);
	if (r->kind == RECORD_IMAGE) {
		slim_archive_add_root(r->item, w->root);
		slim_archive_add_ref(r->item, w->ref);
	}
	return 0;
}

static int walk_root(struct walk *w, const struct slim_descriptor *root, struct slim_error **err)
{
	w->root++;
	w->ref = root->ref;
	*slim_push(&w->steps, &w->step_count, &w->step_capacity) = (struct step){ root, 1 };
	while (w->step_count)
		if (visit(w, w->steps[--w->step_count], err))
			return -1;
	return 0;
}

/* `docker save --platform` keeps the whole index but only some of its blobs. */
static int settle_absent(struct walk *w, struct slim_error **err)
{
	for (size_t i = 0; i < w->record_count; i++) {
		struct record *r = &w->records[i];
		if (r->kind != RECORD_ABSENT)
			continue;
		if (!w->archive->count) {
			*err = slim_steal(&r->error);
			return -1;
		}
		slim_info(w->archive->log, "%s: an image is left out: %s", w->archive->name,
			  slim_error_text(r->error));
	}
	return 0;
}

static int check_layout(struct slim_archive *archive, struct slim_error **err)
{
	slim_autojson json_t *json = NULL;
	if (slim_archive_json(archive, "oci-layout", &json, err))
		return -1;
	const char *version = json_string_value(json_object_get(json, "imageLayoutVersion"));
	if (!version || strcmp(version, "1.0.0") != 0)
		return slim_fail(err, SLIM_BAD_INPUT, "oci-layout: imageLayoutVersion must be \"1.0.0\"");
	return 0;
}

int slim_archive_load_oci(struct slim_archive *archive, struct slim_error **err)
{
	slim_cleanup(clear_walk) struct walk w = { .archive = archive };
	slim_autojson json_t *json = NULL;
	struct slim_descriptor *roots;
	size_t count;
	if (check_layout(archive, err) || slim_archive_json(archive, "index.json", &json, err))
		return -1;
	if (slim_index_parse(archive->arena, json, &roots, &count, err))
		return slim_wrap(err, "index.json");
	for (size_t i = 0; i < count; i++)
		if (walk_root(&w, &roots[i], err))
			return -1;
	return settle_absent(&w, err);
}
