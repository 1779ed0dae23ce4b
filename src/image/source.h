/*
 * Where the bytes of an image lie: the members of an outer tar, or the files of a layout folder. A name is looked up
 * among those only; nothing else of the host is ever opened.
 */
#ifndef SLIM_IMAGE_SOURCE_H
#define SLIM_IMAGE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slim/blob.h"
#include "slim/error.h"
#include "slim/file.h"

struct slim_source;

struct slim_source_ops {
	/* The content of NAME, whose file the source holds. Absent: out->file is NULL. */
	int (*find)(struct slim_source *source, struct slim_blob name, struct slim_range *out,
		    struct slim_error **err);
	uint64_t (*size)(const struct slim_source *source); /* bytes of the input, as far as it was read */
	void (*free)(struct slim_source *source);
};

struct slim_source {
	const struct slim_source_ops *ops;
};

static inline int slim_source_find(struct slim_source *s, struct slim_blob name, struct slim_range *out,
				   struct slim_error **err)
{
	return s->ops->find(s, name, out, err);
}

static inline uint64_t slim_source_size(const struct slim_source *s)
{
	return s->ops->size(s);
}

void slim_source_free(struct slim_source *source); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_source, slim_source_free)

/*
 * The members of the tar FILE. Symbolic and hard links are followed among members; of members of one name the last
 * counts. INPUT_SIZE is what `size` shall give.
 */
int slim_source_tar(struct slim_file *file, uint64_t input_size, struct slim_source **out, struct slim_error **err)
	SLIM_MUST_CHECK;

/* The folder HOST_PATH: `oci-layout`, `index.json` and `blobs/ALGORITHM/HEX`, none of them through a link. */
int slim_source_folder(const char *host_path, struct slim_source **out, struct slim_error **err) SLIM_MUST_CHECK;

/* Whether a member of a tar source is called NAME; links are not looked through. A folder source has none. */
bool slim_source_names(const struct slim_source *tar, const char *name);

#endif
