#include "slim/digest.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "slim/alloc.h"
#include "slim/path.h"

struct slim_hasher {
	enum slim_digest_kind kind;
	EVP_MD_CTX *context;
};

static const struct algorithm {
	const char *name;
	size_t hex;
} algorithms[] = { [SLIM_SHA256] = { "sha256", 64 }, [SLIM_SHA512] = { "sha512", 128 } };

static bool is_hex(const char *s, size_t length)
{
	return strlen(s) == length && strspn(s, "0123456789abcdef") == length;
}

int slim_digest_parse(const char *text, struct slim_digest *out, struct slim_error **err)
{
	for (size_t i = 0; i < SLIM_COUNT(algorithms); i++) {
		size_t n = strlen(algorithms[i].name);
		if (strncmp(text, algorithms[i].name, n) || text[n] != ':' || !is_hex(text + n + 1, algorithms[i].hex))
			continue;
		out->kind = (enum slim_digest_kind)i;
		strcpy(out->text, text);
		return 0;
	}
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	return slim_fail(err, SLIM_BAD_INPUT, "'%s': not a sha256 or sha512 digest",
			 slim_path_show(arena, slim_blob_of(text)));
}

bool slim_digest_equal(const struct slim_digest *a, const struct slim_digest *b)
{
	return !strcmp(a->text, b->text);
}

const char *slim_digest_hex(const struct slim_digest *digest)
{
	return strchr(digest->text, ':') + 1;
}

struct slim_hasher *slim_hasher_new(enum slim_digest_kind kind)
{
	struct slim_hasher *h = slim_calloc(1, sizeof(*h));
	h->kind = kind;
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL); /* openssl.cnf of the host decides nothing here */
	h->context = EVP_MD_CTX_new();
	EVP_MD *md = EVP_MD_fetch(NULL, kind == SLIM_SHA256 ? "SHA256" : "SHA512", NULL);
	if (!h->context || !md || !EVP_DigestInit_ex2(h->context, md, NULL))
		slim_out_of_memory();
	EVP_MD_free(md);
	return h;
}

void slim_hasher_add(struct slim_hasher *h, const void *bytes, size_t length)
{
	if (!EVP_DigestUpdate(h->context, bytes, length))
		slim_out_of_memory();
}

struct slim_digest slim_hasher_end(struct slim_hasher *h)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (!EVP_DigestFinal_ex(h->context, raw, &length))
		slim_out_of_memory();
	struct slim_digest d = { .kind = h->kind };
	size_t n = (size_t)snprintf(d.text, sizeof(d.text), "%s:", algorithms[h->kind].name);
	for (unsigned i = 0; i < length; i++)
		n += (size_t)snprintf(d.text + n, sizeof(d.text) - n, "%02x", raw[i]);
	return d;
}

void slim_hasher_free(struct slim_hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->context);
	free(h);
}

struct slim_digest slim_digest_of(struct slim_blob bytes)
{
	slim_cleanup(slim_hasher_free_p) struct slim_hasher *h = slim_hasher_new(SLIM_SHA256);
	slim_hasher_add(h, bytes.ptr, bytes.len);
	return slim_hasher_end(h);
}
