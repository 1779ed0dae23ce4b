/* A layer, of any compression: its entries hold together, and all content that they claim can be read. */
#include "image.h"

#include "slim/alloc.h"
#include "slim/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { PIECE = 1 << 12 };

static void check_file(const struct slim_inode *inode)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	char buffer[PIECE];
	size_t n = inode->size < PIECE ? (size_t)inode->size : PIECE;
	if (slim_inode_read(inode, 0, buffer, n, &err) || slim_inode_read(inode, inode->size - n, buffer, n, &err))
		abort();
}

static void check_entry(const struct slim_entry *e)
{
	bool hides = e->kind == SLIM_ENTRY_WHITEOUT || e->kind == SLIM_ENTRY_OPAQUE;
	if (hides != (e->inode == NULL) || slim_blob_starts(e->path, "/") || memchr(e->path.ptr, 0, e->path.len))
		abort();
	if (e->kind == SLIM_ENTRY_FILE && slim_inode_is_file(e->inode))
		check_file(e->inode);
	for (const struct slim_xattr *x = e->inode ? e->inode->xattrs : NULL; x && x->next; x = x->next)
		if (strcmp(x->name, x->next->name) >= 0)
			abort();
}

/* The digest is not the fuzzer's to guess: read once to learn it from the message, and again. */
static struct slim_layer *read_layer(struct slim_layer_ref *ref, struct slim_error **err)
{
	struct slim_budget budget = slim_budget(&(struct slim_limits){ .size = 64 << 20, .files = 100000 });
	struct slim_layer *layer = NULL;
	if (slim_layer_read(ref, &budget, NULL, &layer, err) == 0)
		return layer;
	const char *got = strstr(slim_error_text(*err), "but its content has ");
	slim_cleanup(slim_error_free_p) struct slim_error *ignored = NULL;
	if (!got || slim_digest_parse(got + strlen("but its content has "), &ref->diff_id, &ignored))
		return NULL;
	budget = slim_budget(&(struct slim_limits){ .size = 64 << 20, .files = 100000 });
	return slim_layer_read(ref, &budget, NULL, &layer, err) ? NULL : layer;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = file_of(bytes, length);
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_layer_ref ref = { .label = "layer",
				      .blob = { file, 0, length },
				      .diff_id = slim_digest_of(slim_blob("", 0)) };
	slim_cleanup(slim_layer_free_p) struct slim_layer *layer = read_layer(&ref, &err);
	for (size_t i = 0; layer && i < layer->count; i++)
		check_entry(&layer->entries[i]);
	return 0;
}
