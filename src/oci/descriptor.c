#include "descriptor.h"

#include <string.h>

#include <openssl/evp.h>

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static const char *or_null(const char *s)
{
	return s && *s ? s : NULL;
}

static int read_platform(const struct slim_oci_node *at, struct slim_platform *out, struct slim_error **err)
{
	struct slim_oci_node platform;
	if (slim_oci_object(at, "platform", &platform, err) || slim_oci_string(&platform, "os", &out->os, err) ||
	    slim_oci_string(&platform, "architecture", &out->architecture, err) ||
	    slim_oci_string(&platform, "variant", &out->variant, err))
		return -1;
	*out = (struct slim_platform){ or_null(out->os), or_null(out->architecture), or_null(out->variant) };
	return 0;
}

static int read_annotations(const struct slim_oci_node *at, struct slim_descriptor *out, struct slim_error **err)
{
	struct slim_oci_node notes;
	const char *name, *ref, *type;
	if (slim_oci_object(at, "annotations", &notes, err) ||
	    slim_oci_string(&notes, "io.containerd.image.name", &name, err) ||
	    slim_oci_string(&notes, "org.opencontainers.image.ref.name", &ref, err) ||
	    slim_oci_string(&notes, "vnd.docker.reference.type", &type, err))
		return -1;
	out->ref = or_null(name) ? name : or_null(ref);
	out->attestation = is(type, "attestation-manifest") ||
			   (is(out->platform.os, "unknown") && is(out->platform.architecture, "unknown"));
	return 0;
}

/* Strict base64: padded, no blanks. EVP_DecodeBlock takes blanks at the ends and counts padding as bytes. */
static bool decode_base64(struct slim_arena *arena, const char *text, struct slim_blob *out)
{
	size_t length = strlen(text), plain = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
							   "0123456789+/");
	size_t padding = length - plain;
	if (length % 4 || padding > 2 || strspn(text + plain, "=") != padding || length > SLIM_JSON_MAX)
		return false;
	unsigned char *bytes = slim_arena_alloc(arena, length + 1);
	int got = length ? EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length) : 0;
	if (got < 0)
		return false;
	*out = slim_blob((const char *)bytes, (size_t)got - padding);
	return true;
}

static struct slim_digest digest_of(struct slim_blob bytes, enum slim_digest_kind kind)
{
	slim_cleanup(slim_hasher_free_p) struct slim_hasher *hasher = slim_hasher_new(kind);
	slim_hasher_add(hasher, bytes.ptr, bytes.len);
	return slim_hasher_end(hasher);
}

static int read_data(const struct slim_oci_node *at, struct slim_descriptor *out, struct slim_error **err)
{
	const char *text;
	if (slim_oci_string(at, "data", &text, err))
		return -1;
	if (!text)
		return 0;
	if (!decode_base64(at->arena, text, &out->data))
		return slim_oci_bad(at, "data", "is no base64", err);
	if (out->data.len != out->size)
		return slim_oci_bad(at, "data", "does not have the descriptor's size", err);
	struct slim_digest digest = digest_of(out->data, out->digest.kind);
	if (!slim_digest_equal(&digest, &out->digest))
		return slim_oci_bad(at, "data", "does not have the descriptor's digest", err);
	return 0;
}

static int read_digest(const struct slim_oci_node *at, struct slim_digest *out, struct slim_error **err)
{
	const char *text;
	if (slim_oci_string(at, "digest", &text, err))
		return -1;
	if (!text)
		return slim_oci_bad(at, "digest", "is missing", err);
	if (slim_digest_parse(text, out, err))
		return slim_wrap(err, "%sdigest", at->path);
	return 0;
}

int slim_oci_descriptor(const struct slim_oci_node *at, struct slim_descriptor *out, struct slim_error **err)
{
	const char *artifact_type;
	bool present;
	*out = (struct slim_descriptor){ 0 };
	if (slim_oci_string(at, "mediaType", &out->media_type, err) || read_digest(at, &out->digest, err) ||
	    slim_oci_size(at, "size", &out->size, &present, err))
		return -1;
	if (!present)
		return slim_oci_bad(at, "size", "is missing", err);
	if (read_platform(at, &out->platform, err) || read_annotations(at, out, err) ||
	    slim_oci_string(at, "artifactType", &artifact_type, err) || read_data(at, out, err))
		return -1;
	if (!out->media_type)
		out->media_type = "";
	out->artifact = or_null(artifact_type) != NULL;
	return 0;
}

int slim_oci_descriptors(const struct slim_oci_node *at, const char *key, struct slim_descriptor **out, size_t *count,
			 struct slim_error **err)
{
	struct slim_oci_node array, item;
	if (slim_oci_array(at, key, &array, err))
		return -1;
	if (!array.json)
		return slim_oci_bad(at, key, "is missing", err);
	size_t n = json_array_size(array.json);
	struct slim_descriptor *list = slim_arena_alloc(at->arena, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		if (slim_oci_element(&array, key, i, &item, err) || slim_oci_descriptor(&item, &list[i], err))
			return -1;
	*out = list;
	*count = n;
	return 0;
}

static int check_version(const struct slim_oci_node *top, struct slim_error **err)
{
	uint64_t version;
	bool present;
	if (slim_oci_size(top, "schemaVersion", &version, &present, err))
		return -1;
	if (present && version == 1)
		return slim_oci_bad(top, "schemaVersion",
				    "1 is Docker's old manifest, which has no config: pull the image again", err);
	if (present && version != 2)
		return slim_oci_bad(top, "schemaVersion", "must be 2", err);
	return 0;
}

int slim_oci_check_kind(const struct slim_oci_node *top, enum slim_media want, struct slim_error **err)
{
	const char *type;
	if (check_version(top, err) || slim_oci_string(top, "mediaType", &type, err))
		return -1;
	const char *what = want == SLIM_MEDIA_INDEX ? "an index" : "a manifest";
	if (or_null(type) && slim_media_of(type) != want)
		return slim_fail(err, SLIM_BAD_INPUT, "mediaType: '%s' is not that of %s", type, what);
	const char *const index_members[] = { "config", "layers", "fsLayers" };
	const char *const manifest_members[] = { "manifests", "fsLayers", "history" };
	const char *const *foreign = want == SLIM_MEDIA_INDEX ? index_members : manifest_members;
	for (size_t i = 0; i < SLIM_COUNT(index_members); i++)
		if (json_object_get(top->json, foreign[i]))
			return slim_fail(err, SLIM_BAD_INPUT, "%s: has no place in %s", foreign[i], what);
	return 0;
}
