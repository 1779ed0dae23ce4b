/* An archive's inside, as the files of this folder share it. */
#ifndef SLIM_IMAGE_ARCHIVE_H
#define SLIM_IMAGE_ARCHIVE_H

#include "slim/image.h"
#include "source.h"

enum slim_form { SLIM_FORM_DOCKER, SLIM_FORM_OCI, SLIM_FORM_HYBRID };

/* An image, and what selection needs to know of it beyond the contract. */
struct slim_archive_item {
	struct slim_image image;
	size_t place; /* in the archive's images */
	struct slim_digest config;
	bool has_manifest;
	struct slim_digest manifest;
	size_t *roots; /* which entries of index.json or manifest.json lead to it */
	size_t root_count, root_capacity;
	const char **refs; /* without the NULL that ends image.refs */
	size_t ref_count, ref_capacity;
};

struct slim_archive {
	struct slim_arena *arena;
	struct slim_log *log;
	const char *name; /* for messages */
	struct slim_source *source;
	enum slim_form form;

	bool loaded;
	struct slim_archive_item **items; /* each its own allocation */
	size_t count, capacity;
	struct slim_image *images; /* of the items, in their order */
	size_t skipped;

	struct slim_file **spools; /* blobs that only descriptors carried */
	size_t spool_count, spool_capacity;
};

/* What an archive is by its members; anything but these three forms is an error that says what to do. */
int slim_form_detect(const struct slim_source *source, enum slim_form *out, struct slim_error **err) SLIM_MUST_CHECK;

/* An empty item, and adding it to the archive, which takes it over. */
struct slim_archive_item *slim_archive_new_item(void);
void slim_archive_free_item(struct slim_archive_item *item); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_archive_item, slim_archive_free_item)
void slim_archive_add(struct slim_archive *archive, struct slim_archive_item *item);
void slim_archive_add_root(struct slim_archive_item *item, size_t root);
void slim_archive_add_ref(struct slim_archive_item *item, const char *ref); /* once; NULL: nothing */

/* Fill items from index.json and from manifest.json. */
int slim_archive_load_oci(struct slim_archive *archive, struct slim_error **err) SLIM_MUST_CHECK;
int slim_archive_load_docker(struct slim_archive *archive, struct slim_error **err) SLIM_MUST_CHECK;
/* Of a hybrid: that manifest.json names no other images than index.json; its tags are added. */
int slim_archive_check_hybrid(struct slim_archive *archive, struct slim_error **err) SLIM_MUST_CHECK;

/* --- documents ---------------------------------------------------------------------------------------------------- */

/* The member NAME, which must be there. */
int slim_archive_need(struct slim_archive *archive, const char *name, struct slim_range *out, struct slim_error **err)
	SLIM_MUST_CHECK;
/* All of a document, NUL behind it; the caller's to free(). */
int slim_archive_slurp(const struct slim_range *range, const char *what, char **bytes, size_t *length,
		       struct slim_error **err) SLIM_MUST_CHECK;
/* The member NAME as JSON. */
int slim_archive_json(struct slim_archive *archive, const char *name, json_t **out, struct slim_error **err)
	SLIM_MUST_CHECK;

/* "blobs/sha256/…" */
const char *slim_archive_blob_name(struct slim_archive *archive, const struct slim_digest *digest);
/* Where the blob lies, of exactly the descriptor's size; `data` is used when there is none. Absent: out->file NULL. */
int slim_archive_blob(struct slim_archive *archive, const struct slim_descriptor *descriptor, struct slim_range *out,
		      struct slim_error **err) SLIM_MUST_CHECK;
/* The blob as JSON, its size and digest verified. Absent: *out is NULL. WHAT: "manifest". */
int slim_archive_blob_json(struct slim_archive *archive, const struct slim_descriptor *descriptor, const char *what,
			   json_t **out, struct slim_error **err) SLIM_MUST_CHECK;
/* That BYTES have DIGEST. */
int slim_archive_verify(struct slim_blob bytes, const struct slim_digest *digest, struct slim_error **err)
	SLIM_MUST_CHECK;

/* Parse the config and set up one layer for each of its diff IDs, of which there must be COUNT. */
int slim_archive_set_config(struct slim_archive *archive, struct slim_archive_item *item, json_t *config,
			    size_t count, struct slim_error **err) SLIM_MUST_CHECK;

#endif
