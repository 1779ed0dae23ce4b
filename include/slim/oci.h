/*
 * The JSON documents of an image, read strictly: duplicate keys, wrong types and bad digests are errors with line and
 * column; unknown members are let be. Sources: OCI image-spec v1.1 (descriptor.md, manifest.md, image-index.md,
 * config.md), Docker image spec v1.3 (manifest.json).
 */
#ifndef SLIM_OCI_H
#define SLIM_OCI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "slim/alloc.h"
#include "slim/blob.h"
#include "slim/digest.h"
#include "slim/error.h"

enum { SLIM_JSON_MAX = 20 << 20 }; /* bytes; as containerd */

/* An object or an array, at most SLIM_JSON_MAX bytes; WHAT names it in messages. The caller owns *out (json_decref). */
int slim_json_parse(struct slim_blob bytes, const char *what, json_t **out, struct slim_error **err) SLIM_MUST_CHECK;
/*
 * As compact text with the order of members kept, and numbers to the digit (those that jansson cannot hold are strings
 * that start with U+0001 in between: src/oci/json_numbers.c); free() it.
 */
char *slim_json_text(const json_t *json);
static inline void slim_json_p(json_t **p) { json_decref(*p); }
#define slim_autojson slim_cleanup(slim_json_p)

struct slim_platform {
	const char *os, *architecture, *variant; /* variant may be NULL; all three NULL when not said */
};
/* "linux/arm64/v8". The arena owns it. */
const char *slim_platform_text(struct slim_arena *arena, struct slim_platform platform);
/* OS/ARCH[/VARIANT] of a command line. */
int slim_platform_parse(struct slim_arena *arena, const char *text, struct slim_platform *out, struct slim_error **err)
	SLIM_MUST_CHECK;
/* Whether an image of HAVE runs where WANT is asked for: absent variants are v8 on arm64 and v1 on amd64. */
bool slim_platform_fits(struct slim_platform have, struct slim_platform want);

enum slim_media { SLIM_MEDIA_OTHER, SLIM_MEDIA_INDEX, SLIM_MEDIA_MANIFEST, SLIM_MEDIA_CONFIG, SLIM_MEDIA_LAYER,
		  SLIM_MEDIA_FOREIGN_LAYER, SLIM_MEDIA_ENCRYPTED_LAYER, SLIM_MEDIA_SCHEMA1 };
/* OCI and Docker names alike. */
enum slim_media slim_media_of(const char *media_type);

struct slim_descriptor {
	const char *media_type; /* "" when absent */
	struct slim_digest digest;
	uint64_t size;
	struct slim_platform platform;
	const char *ref;        /* io.containerd.image.name, else org.opencontainers.image.ref.name, or NULL */
	bool attestation;       /* unknown/unknown, or annotated as attestation-manifest */
	bool artifact;          /* an artifactType, or a config type that is no image's */
	struct slim_blob data;  /* the decoded `data`; ptr NULL when absent; verified against digest and size */
};

/* The strings below live in ARENA. */
int slim_index_parse(struct slim_arena *arena, const json_t *json, struct slim_descriptor **out, size_t *count,
		     struct slim_error **err) SLIM_MUST_CHECK;

struct slim_manifest {
	struct slim_descriptor config, *layers;
	size_t layer_count;
};
int slim_manifest_parse(struct slim_arena *arena, const json_t *json, struct slim_manifest *out,
			struct slim_error **err) SLIM_MUST_CHECK;

/* One element of a docker-archive's manifest.json. */
struct slim_docker_entry {
	const char *config, **layers, **tags;
	size_t layer_count, tag_count;
};
int slim_docker_manifest_parse(struct slim_arena *arena, const json_t *json, struct slim_docker_entry **out,
			       size_t *count, struct slim_error **err) SLIM_MUST_CHECK;

/* What slim reads of an image's config; everything else is carried along in the JSON. Lists end with NULL. */
struct slim_config {
	struct slim_platform platform;
	const char **entrypoint, **cmd, **env, **shell, **volumes, **healthcheck; /* empty lists when absent */
	const char *user, *working_dir;                                           /* "" when absent */
	bool exposes_ports;
	struct slim_digest *diff_ids;
	size_t diff_id_count, history_count;
};
int slim_config_parse(struct slim_arena *arena, const json_t *json, struct slim_config *out, struct slim_error **err)
	SLIM_MUST_CHECK;

#endif
