/*
 * What is in the slimmed image, for those who must know: packages of the system and of languages, and files with their
 * digests. Printed as SPDX 2.3 or as CycloneDX 1.5, both in JSON. docs/sbom.md says where each part comes from.
 * The same image and options give the same bytes.
 */
#ifndef SLIM_REPORT_SBOM_H
#define SLIM_REPORT_SBOM_H

#include <stdio.h>

#include "licence.h"
#include "report.h"

struct slim_sbom_package {
	const char *type;      /* of purl-spec: "deb", "apk", "rpm", "pypi", "npm", "gem", "composer", "maven", "golang" */
	const char *name, *version; /* version may be "" */
	const char *purl;
	const char *licence;   /* an SPDX expression, or NULL: it is not said */
	const char *source;    /* of the system's packages: the source package, or NULL */
	const char *found;     /* the path that tells of it, or NULL: the package database */
	size_t files;          /* how many of the image's files are its own; 0 of languages' packages */
};

struct slim_sbom_file {
	const char *path;
	struct slim_sums sums;
	uint32_t package; /* its place in the list, or SLIM_REPORT_NONE */
};

struct slim_sbom_image {
	const char *name, *platform; /* "" when the input does not say */
	const char *digest;          /* of the manifest, or NULL: a dry run */
	const char *system, *system_version; /* ID and VERSION_ID of os-release, or NULL */
	struct slim_sbom_package *packages;  /* by type, name, version; each once */
	size_t package_count, package_capacity;
	struct slim_sbom_file *files; /* in the order of the archive */
	size_t file_count;
};

struct slim_sbom {
	struct slim_licences licences; /* its arena owns all text */
	struct slim_sbom_image *images;
	size_t image_count, image_capacity;
	const char *input;   /* as given */
	char created[32];    /* of SOURCE_DATE_EPOCH, else of the newest image's config, else 1970 */
	char uuid[37];       /* by what is in it */
};

struct slim_sbom *slim_sbom_new(const char *input);
/* SOURCE's selection must have its sums. Files that cannot be read are passed over: the run tells of them. */
void slim_sbom_add(struct slim_sbom *sbom, const struct slim_report_source *source);
/* After the last image: what the document as a whole says. */
int slim_sbom_finish(struct slim_sbom *sbom, struct slim_error **err) SLIM_MUST_CHECK;
void slim_sbom_free(struct slim_sbom *sbom); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_sbom, slim_sbom_free)

void slim_sbom_spdx(const struct slim_sbom *sbom, FILE *out);
void slim_sbom_cyclonedx(const struct slim_sbom *sbom, FILE *out);

/* --- parts ----------------------------------------------------------------------------------------------------- */

/* "pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS": purl-spec. Namespace, version and qualifiers may be NULL or "". */
struct slim_purl {
	const char *type, *space, *name, *version;
	const char *qualifiers; /* encoded already */
};
const char *slim_purl_text(struct slim_arena *arena, const struct slim_purl *purl);
/* TEXT as a part of one; with SLASHES they stay. */
const char *slim_purl_encode(struct slim_arena *arena, const char *text, bool slashes);

struct slim_sbom_builder {
	struct slim_sbom *sbom;
	struct slim_sbom_image *image;
	const struct slim_report_source *source;
	const bool *selected; /* by node number */
	uint64_t spent;       /* bytes that were read of archives of classes */
};
/* VERSION may be NULL; a package without a name is none. The caller sets what else there is. */
struct slim_sbom_package *slim_sbom_found(struct slim_sbom_builder *b, const struct slim_purl *purl,
					  const struct slim_node *where);
/* At most MAX bytes of a file as it is written, and a NUL; free() them. NULL: larger, or not to be read. */
char *slim_sbom_read(const struct slim_sbom_builder *b, const struct slim_node *node, size_t max, size_t *length);
/* Packages of languages that NODE, a file, tells of. */
void slim_sbom_languages(struct slim_sbom_builder *b, const struct slim_node *node);
/* The same of one that may be an archive of classes, and of a program that Go built. */
void slim_sbom_jar(struct slim_sbom_builder *b, const struct slim_node *node);
void slim_sbom_go(struct slim_sbom_builder *b, const struct slim_node *node);

#endif
