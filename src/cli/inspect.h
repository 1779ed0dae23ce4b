/* What `slim inspect` found out about one image: gathered once, printed as tables or as JSON. */
#ifndef SLIM_CLI_INSPECT_H
#define SLIM_CLI_INSPECT_H

#include <stdbool.h>
#include <stdio.h>

#include "slim/image.h"
#include "slim/packages.h"

struct slim_inspected_layer {
	const struct slim_layer_ref *ref;
	const char *compression;
	uint64_t unpacked, entries;
	uint64_t hidden; /* contents that later layers replaced or removed */
};

struct slim_inspected_folder { /* what lies in and below it, as far as no deeper folder of the list has it */
	const char *path;
	uint64_t files, bytes;
};

struct slim_inspected {
	struct slim_arena *arena;
	const struct slim_image *image;
	const char *platform; /* "": not said */
	const char *config_digest;
	struct slim_inspected_layer *layers;
	uint64_t stored, unpacked, hidden; /* of all layers */
	uint64_t files, bytes;       /* of the merged image; bytes of hard links once */
	const char *package_kind;    /* "dpkg", "apk", "rpm", or NULL */
	const struct slim_packages *packages;
	struct slim_inspected_folder *folders; /* largest first */
	size_t folder_count;
	bool verbose;
};

void slim_inspected_print(const struct slim_inspected *in, FILE *out);
void slim_inspected_json(const struct slim_inspected *in, FILE *out);

#endif
