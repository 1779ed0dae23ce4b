#include "code.h"

#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "slim/alloc.h"

enum { NONCE = 12, AT_ONCE = 1 << 30 };

struct slim_coder {
	EVP_CIPHER_CTX *context;
};

bool slim_salt_draw(unsigned char salt[SLIM_SALT])
{
	return getrandom(salt, SLIM_SALT, 0) == SLIM_SALT;
}

struct slim_code_key slim_code_key(const unsigned char secret[SLIM_SECRET], const unsigned char salt[SLIM_SALT])
{
	struct slim_code_key key;
	unsigned length = sizeof(key.bytes);
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL); /* openssl.cnf of the host decides nothing here */
	if (!HMAC(EVP_sha256(), secret, SLIM_SECRET, salt, SLIM_SALT, key.bytes, &length))
		slim_out_of_memory();
	return key;
}

struct slim_coder *slim_coder_new(const struct slim_code_key *key, uint64_t nonce)
{
	unsigned char iv[NONCE] = { 0 };
	struct slim_coder *c = slim_alloc(sizeof(*c));
	for (size_t i = 0; i < sizeof(nonce); i++)
		iv[i] = (unsigned char)(nonce >> 8 * i);
	c->context = EVP_CIPHER_CTX_new();
	if (!c->context || !EVP_EncryptInit_ex(c->context, EVP_aes_256_gcm(), NULL, key->bytes, iv))
		slim_out_of_memory();
	return c;
}

/* Bytes without an output buffer are authenticated and not encrypted. */
void slim_coder_add(struct slim_coder *c, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	while (length) {
		int part = length < AT_ONCE ? (int)length : AT_ONCE, ignored;
		if (!EVP_EncryptUpdate(c->context, NULL, &ignored, at, part))
			slim_out_of_memory();
		at += part;
		length -= (size_t)part;
	}
}

struct slim_code slim_coder_end(struct slim_coder *c)
{
	struct slim_code code;
	unsigned char none[EVP_MAX_BLOCK_LENGTH];
	int ignored;
	if (!EVP_EncryptFinal_ex(c->context, none, &ignored) ||
	    !EVP_CIPHER_CTX_ctrl(c->context, EVP_CTRL_AEAD_GET_TAG, sizeof(code.bytes), code.bytes))
		slim_out_of_memory();
	slim_coder_free(c);
	return code;
}

void slim_coder_free(struct slim_coder *c)
{
	if (!c)
		return;
	EVP_CIPHER_CTX_free(c->context);
	free(c);
}

bool slim_code_equal(const struct slim_code *a, const struct slim_code *b)
{
	return !CRYPTO_memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
