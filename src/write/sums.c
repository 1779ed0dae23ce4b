#include "sums.h"

#include <openssl/evp.h>

#include "links.h"
#include "slim/alloc.h"

enum { PIECE = 1 << 18 };

struct slim_summer {
	EVP_MD_CTX *sha256, *sha1;
};

/* Of what the library needs only memory can lack. */
static void demand(bool done)
{
	if (!done)
		slim_out_of_memory();
}

struct slim_summer *slim_summer_new(void)
{
	struct slim_summer *s = slim_calloc(1, sizeof(*s));
	s->sha256 = EVP_MD_CTX_new();
	s->sha1 = EVP_MD_CTX_new();
	demand(s->sha256 && s->sha1);
	demand(EVP_DigestInit_ex(s->sha256, EVP_sha256(), NULL) && EVP_DigestInit_ex(s->sha1, EVP_sha1(), NULL));
	return s;
}

void slim_summer_add(struct slim_summer *s, const void *bytes, size_t length)
{
	demand(EVP_DigestUpdate(s->sha256, bytes, length) && EVP_DigestUpdate(s->sha1, bytes, length));
}

void slim_summer_end(struct slim_summer *s, struct slim_sums *out)
{
	demand(EVP_DigestFinal_ex(s->sha256, out->sha256, NULL) && EVP_DigestFinal_ex(s->sha1, out->sha1, NULL));
	demand(EVP_DigestInit_ex(s->sha256, NULL, NULL) && EVP_DigestInit_ex(s->sha1, NULL, NULL));
}

void slim_summer_free(struct slim_summer *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->sha256);
	EVP_MD_CTX_free(s->sha1);
	free(s);
}

void slim_selection_want_sums(struct slim_selection *selection)
{
	selection->sums = slim_calloc(selection->count + 1, sizeof(*selection->sums));
}

static int read_sums(struct slim_summer *summer, const struct slim_inode *inode, char *piece, struct slim_error **err)
{
	for (uint64_t at = 0; at < inode->size;) {
		size_t part = inode->size - at < PIECE ? (size_t)(inode->size - at) : PIECE;
		if (slim_inode_read(inode, at, piece, part, err) < 0)
			return -1;
		slim_summer_add(summer, piece, part);
		at += part;
	}
	return 0;
}

int slim_selection_read_sums(struct slim_selection *selection, struct slim_error **err)
{
	slim_cleanup(slim_summer_free_p) struct slim_summer *summer = slim_summer_new();
	slim_autofree uint32_t *first = slim_first_names(selection);
	slim_autofree char *piece = slim_alloc(PIECE);
	for (uint32_t i = 0; i < selection->count; i++) {
		if (!slim_node_is_file(selection->nodes[i]))
			continue;
		if (first[i] != i) {
			selection->sums[i] = selection->sums[first[i]];
			continue;
		}
		if (read_sums(summer, slim_selection_inode(selection, selection->nodes[i]), piece, err) < 0)
			return -1;
		slim_summer_end(summer, &selection->sums[i]);
	}
	return 0;
}
