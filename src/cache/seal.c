#include "cache.h"

#include <string.h>

#include "slim/alloc.h"

static const char kind[] = "seal";

struct slim_seal {
	struct slim_cache *cache;
	uint64_t length; /* of what is sealed */
	struct slim_code_key key;
	unsigned char salt[SLIM_SALT];
	size_t count;
	struct slim_code codes[];
};

static struct slim_seal *new_seal(struct slim_cache *cache, uint64_t length)
{
	uint64_t count = length / SLIM_SEAL_PIECE + (length % SLIM_SEAL_PIECE ? 1 : 0);
	struct slim_seal *seal = slim_calloc(1, sizeof(*seal) + (size_t)count * sizeof(struct slim_code));
	seal->cache = cache;
	seal->length = length;
	seal->count = (size_t)count;
	return seal;
}

struct slim_seal *slim_seal_new(struct slim_cache *cache, uint64_t length)
{
	if (!cache)
		return NULL;
	struct slim_seal *seal = new_seal(cache, length);
	if (!slim_salt_draw(seal->salt)) {
		free(seal);
		return NULL;
	}
	seal->key = slim_code_key(cache->folder.secret, seal->salt);
	return seal;
}

/* One digest is of one length; but the length decides how many codes there are. */
static char *full_id(const char *id, uint64_t length)
{
	return slim_format("%s %llu", id, (unsigned long long)length);
}

struct slim_seal *slim_seal_get(struct slim_cache *cache, const char *id, uint64_t length)
{
	slim_autofree char *full = full_id(id, length);
	struct slim_blob value = slim_cache_get(cache, kind, full);
	slim_autofree const char *owned = value.ptr;
	if (!owned)
		return NULL;
	struct slim_seal *seal = new_seal(cache, length);
	if (value.len != SLIM_SALT + seal->count * sizeof(struct slim_code)) {
		free(seal);
		return NULL;
	}
	memcpy(seal->salt, value.ptr, SLIM_SALT);
	memcpy(seal->codes, value.ptr + SLIM_SALT, value.len - SLIM_SALT);
	seal->key = slim_code_key(cache->folder.secret, seal->salt);
	return seal;
}

void slim_seal_put(const struct slim_seal *seal, const char *id)
{
	slim_autofree char *full = full_id(id, seal->length);
	size_t codes = seal->count * sizeof(struct slim_code);
	slim_autofree char *value = slim_alloc(SLIM_SALT + codes);
	memcpy(value, seal->salt, SLIM_SALT);
	memcpy(value + SLIM_SALT, seal->codes, codes);
	slim_cache_put(seal->cache, kind, full, slim_blob(value, SLIM_SALT + codes));
}

void slim_seal_free(struct slim_seal *seal)
{
	free(seal);
}

struct slim_coder *slim_seal_begin(const struct slim_seal *seal, uint64_t piece)
{
	return slim_coder_new(&seal->key, piece);
}

void slim_seal_set(struct slim_seal *seal, uint64_t piece, struct slim_code code)
{
	seal->codes[piece] = code;
}

bool slim_seal_has(const struct slim_seal *seal, uint64_t piece, struct slim_code code)
{
	return slim_code_equal(&seal->codes[piece], &code);
}
