#include "slim/oci.h"

#include <string.h>

static const struct {
	const char *name;
	enum slim_media media;
} names[] = {
	{ "application/vnd.oci.image.index.v1+json", SLIM_MEDIA_INDEX },
	{ "application/vnd.docker.distribution.manifest.list.v2+json", SLIM_MEDIA_INDEX },
	{ "application/vnd.oci.image.manifest.v1+json", SLIM_MEDIA_MANIFEST },
	{ "application/vnd.docker.distribution.manifest.v2+json", SLIM_MEDIA_MANIFEST },
	{ "application/vnd.docker.distribution.manifest.v1+json", SLIM_MEDIA_SCHEMA1 },
	{ "application/vnd.docker.distribution.manifest.v1+prettyjws", SLIM_MEDIA_SCHEMA1 },
	{ "application/vnd.oci.image.config.v1+json", SLIM_MEDIA_CONFIG },
	{ "application/vnd.docker.container.image.v1+json", SLIM_MEDIA_CONFIG },
	{ "application/vnd.oci.image.layer.v1.tar", SLIM_MEDIA_LAYER },
	{ "application/vnd.oci.image.layer.v1.tar+gzip", SLIM_MEDIA_LAYER },
	{ "application/vnd.oci.image.layer.v1.tar+zstd", SLIM_MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar", SLIM_MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar.gzip", SLIM_MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar.zstd", SLIM_MEDIA_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar", SLIM_MEDIA_FOREIGN_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", SLIM_MEDIA_FOREIGN_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", SLIM_MEDIA_FOREIGN_LAYER },
	{ "application/vnd.docker.image.rootfs.foreign.diff.tar", SLIM_MEDIA_FOREIGN_LAYER },
	{ "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", SLIM_MEDIA_FOREIGN_LAYER },
};

static enum slim_media lookup(struct slim_blob name)
{
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (slim_blob_is(name, names[i].name))
			return names[i].media;
	return SLIM_MEDIA_OTHER;
}

enum slim_media slim_media_of(const char *media_type)
{
	/* ocicrypt appends its suffix to any layer's type */
	static const char encrypted[] = "+encrypted";
	struct slim_blob name = slim_blob_of(media_type);
	if (!slim_blob_ends(name, encrypted))
		return lookup(name);
	name.len -= strlen(encrypted);
	enum slim_media plain = lookup(name);
	bool layer = plain == SLIM_MEDIA_LAYER || plain == SLIM_MEDIA_FOREIGN_LAYER;
	return layer ? SLIM_MEDIA_ENCRYPTED_LAYER : SLIM_MEDIA_OTHER;
}
