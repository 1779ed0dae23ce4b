#include "slim/oci.h"

#include <string.h>

#include "slim/stream.h"

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
};

/* A layer's type is one of these, alone or with its compression behind: "+gzip", ".gzip". Bytes tell which it is. */
static const struct {
	const char *name;
	char separator;
	enum slim_media media;
} layers[] = {
	{ "application/vnd.oci.image.layer.v1.tar", '+', SLIM_MEDIA_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar", '+', SLIM_MEDIA_FOREIGN_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar", '.', SLIM_MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.foreign.diff.tar", '.', SLIM_MEDIA_FOREIGN_LAYER },
};

static bool is_compression(struct slim_blob suffix)
{
	for (int kind = SLIM_GZIP; kind <= SLIM_XZ; kind++)
		if (slim_blob_is(suffix, slim_compression_name((enum slim_compression)kind)))
			return true;
	return false;
}

static enum slim_media lookup_layer(struct slim_blob name)
{
	for (size_t i = 0; i < SLIM_COUNT(layers); i++) {
		size_t length = strlen(layers[i].name);
		if (!slim_blob_starts(name, layers[i].name))
			continue;
		if (name.len == length)
			return layers[i].media;
		struct slim_blob suffix = slim_blob(name.ptr + length + 1, name.len - length - 1);
		if (name.ptr[length] == layers[i].separator && is_compression(suffix))
			return layers[i].media;
	}
	return SLIM_MEDIA_OTHER;
}

static enum slim_media lookup(struct slim_blob name)
{
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (slim_blob_is(name, names[i].name))
			return names[i].media;
	return lookup_layer(name);
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
