#include "checksum.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "slim/alloc.h"

enum { PIECE = 256 << 10 };

static void free_context(EVP_MD_CTX **context)
{
	EVP_MD_CTX_free(*context);
}

static int feed(EVP_MD_CTX *context, const struct slim_inode *inode, struct slim_error **err)
{
	slim_autofree char *piece = slim_alloc(PIECE);
	for (uint64_t at = 0; at < inode->size;) {
		size_t part = inode->size - at < PIECE ? (size_t)(inode->size - at) : PIECE;
		if (slim_inode_read(inode, at, piece, part, err) < 0)
			return -1;
		if (!EVP_DigestUpdate(context, piece, part))
			slim_out_of_memory();
		at += part;
	}
	return 0;
}

static int start(const char *name, EVP_MD_CTX **out, struct slim_error **err)
{
	slim_cleanup(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_MD *kind = EVP_MD_fetch(NULL, name, "-fips"); /* a system in FIPS mode has it, but not by default */
	if (!kind)
		return slim_fail(err, SLIM_BAD_INPUT, "a package database's checksums need %s, which this machine's "
				 "libcrypto does not have", name);
	if (!context || !EVP_DigestInit_ex2(context, kind, NULL))
		slim_out_of_memory();
	EVP_MD_free(kind);
	*out = slim_steal(&context);
	return 0;
}

static int digest(const struct slim_inode *inode, const char *name, unsigned char raw[EVP_MAX_MD_SIZE],
		  struct slim_error **err)
{
	slim_cleanup(free_context) EVP_MD_CTX *context = NULL;
	if (start(name, &context, err) < 0 || feed(context, inode, err) < 0)
		return -1;
	if (!EVP_DigestFinal_ex(context, raw, NULL))
		slim_out_of_memory();
	return 0;
}

static void write_hex(const unsigned char *raw, size_t length, char *text)
{
	for (size_t i = 0; i < length; i++)
		snprintf(text + 2 * i, 3, "%02x", raw[i]);
}

int slim_checksum_dpkg(const struct slim_inode *inode, char text[SLIM_CHECKSUM_TEXT], struct slim_error **err)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	if (digest(inode, "MD5", raw, err) < 0)
		return -1;
	write_hex(raw, 16, text);
	return 0;
}

int slim_checksum_apk(const struct slim_inode *inode, char text[SLIM_CHECKSUM_TEXT], struct slim_error **err)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	if (digest(inode, "SHA1", raw, err) < 0)
		return -1;
	memcpy(text, "Q1", 3);
	EVP_EncodeBlock((unsigned char *)text + 2, raw, 20);
	return 0;
}

int slim_checksum_rpm(const char *kind, const struct slim_blob *parts, size_t count,
		      char text[SLIM_CHECKSUM_RPM_TEXT], struct slim_error **err)
{
	slim_cleanup(free_context) EVP_MD_CTX *context = NULL;
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (start(kind, &context, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!EVP_DigestUpdate(context, parts[i].ptr, parts[i].len))
			slim_out_of_memory();
	if (!EVP_DigestFinal_ex(context, raw, &length))
		slim_out_of_memory();
	write_hex(raw, length * 2 < SLIM_CHECKSUM_RPM_TEXT ? length : SLIM_CHECKSUM_RPM_TEXT / 2, text);
	return 0;
}
