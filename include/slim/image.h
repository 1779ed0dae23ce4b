/*
 * An input opened: which images it holds, and for each its config and its layers, bottom to top. Knows docker-archive
 * (old and new), OCI layout (archive and folder), the hybrid of both; the archive itself plain or compressed, or from
 * a pipe. A plain file is used in place; anything else is decoded once into a spool.
 * Nothing of an archive is ever opened under its own name: members are looked up among members.
 */
#ifndef SLIM_IMAGE_H
#define SLIM_IMAGE_H

#include "slim/file.h"
#include "slim/limits.h"
#include "slim/log.h"
#include "slim/oci.h"

struct slim_archive;

/*
 * HOST_PATH: a file, a folder that is an OCI layout, or "-" for standard input. What has to be spooled may hold
 * LIMITS->size bytes.
 */
int slim_archive_open(const char *host_path, const struct slim_limits *limits, struct slim_log *log,
		      struct slim_archive **out, struct slim_error **err) SLIM_MUST_CHECK;
void slim_archive_free(struct slim_archive *archive); /* NULL is fine; images borrow from it */
SLIM_DEFINE_CLEANUP(struct slim_archive, slim_archive_free)

const char *slim_archive_form(const struct slim_archive *archive); /* "docker-archive", "OCI layout", "hybrid" */
uint64_t slim_archive_size(const struct slim_archive *archive);    /* bytes of the input as read */

struct slim_layer_ref {
	const char *label;         /* "layer 3 of 7" */
	struct slim_range blob;    /* where the (maybe compressed) layer lies */
	struct slim_digest diff_id;
	bool has_digest;           /* the blob's own digest is known (OCI) … */
	struct slim_digest digest; /* … and this is it */
};

struct slim_image {
	const char *name;                 /* its first reference, or "" */
	const char **refs;                /* all of them; ends with NULL */
	struct slim_digest config_digest; /* of the config's bytes */
	json_t *config_json;              /* whole, to be edited; verified against its digest */
	json_t *manifest_json;            /* NULL for a docker-archive */
	struct slim_config config;
	struct slim_layer_ref *layers;
	size_t layer_count;
};

/*
 * The images of the archive, in its own order, one for each platform of a multi-platform index. Attestations and
 * artifacts are left out (*skipped counts them). Documents are verified against size and digest as they are read;
 * layers are not touched yet.
 */
int slim_archive_images(struct slim_archive *archive, const struct slim_image **images, size_t *count,
			size_t *skipped, struct slim_error **err) SLIM_MUST_CHECK;

/*
 * Those of the images that --image REF (a tag, a full reference, a digest or its prefix of 12 digits; NULL: any) and
 * --platform (NULL: all) ask for. Several images that are no platforms of one: an error that names them.
 * The list is the caller's to free().
 */
int slim_archive_select(struct slim_archive *archive, const char *ref, const struct slim_platform *platform,
			const struct slim_image ***chosen, size_t *count, struct slim_error **err) SLIM_MUST_CHECK;

#endif
