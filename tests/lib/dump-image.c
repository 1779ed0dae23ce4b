/*
 * dump-image [--image REF] [--platform P] FILE: what slim's readers see of an image, one line a fact, for tests that
 * compare it with what other tools see. Contents are shown by their digest, so that every extent is really read.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "slim/image.h"
#include "slim/layer.h"

/* In full; slim_path_show, which cuts, is for messages. */
static void show(const char *key, struct slim_blob value)
{
	printf(" %s=", key);
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];
		if (c > ' ' && c < 0x7f && c != '\\')
			putchar(c);
		else
			printf("\\x%02x", c);
	}
}

static int show_content(const struct slim_inode *inode, struct slim_error **err)
{
	enum { CHUNK = 1 << 16 };
	slim_cleanup(slim_hasher_free_p) struct slim_hasher *hasher = slim_hasher_new(SLIM_SHA256);
	slim_autofree char *buffer = slim_alloc(CHUNK);
	for (uint64_t at = 0; at < inode->size; at += CHUNK) {
		size_t n = inode->size - at < CHUNK ? (size_t)(inode->size - at) : CHUNK;
		if (slim_inode_read(inode, at, buffer, n, err))
			return -1;
		slim_hasher_add(hasher, buffer, n);
	}
	struct slim_digest digest = slim_hasher_end(hasher);
	printf(" size=%" PRIu64 " content=%.16s", inode->size, slim_digest_hex(&digest));
	return 0;
}

static int show_inode(const struct slim_inode *i, bool content, struct slim_error **err)
{
	printf(" mode=%o owner=%u:%u mtime=%" PRId64 ".%09u", i->mode, i->uid, i->gid, i->mtime, i->mtime_nsec);
	if (slim_inode_is_link(i))
		show("target", i->target);
	if (S_ISCHR(i->mode) || S_ISBLK(i->mode))
		printf(" device=%u,%u", i->dev_major, i->dev_minor);
	for (const struct slim_xattr *x = i->xattrs; x; x = x->next) {
		printf(" xattr:%s=", x->name);
		for (size_t k = 0; k < x->value.len; k++)
			printf("%02x", (unsigned char)x->value.ptr[k]);
	}
	return content && slim_inode_is_file(i) ? show_content(i, err) : 0;
}

static int show_entry(const struct slim_entry *e, struct slim_error **err)
{
	static const char *const kinds[] = { "file", "hardlink", "whiteout", "opaque" };
	printf("%s", kinds[e->kind]);
	show("path", e->path);
	if (e->kind == SLIM_ENTRY_HARDLINK)
		show("link", e->link);
	if (e->inode && show_inode(e->inode, e->kind == SLIM_ENTRY_FILE, err))
		return -1;
	putchar('\n');
	return 0;
}

static int show_layer(const struct slim_layer_ref *ref, struct slim_error **err)
{
	slim_cleanup(slim_layer_free_p) struct slim_layer *layer = NULL;
	struct slim_budget budget = slim_budget(&SLIM_LIMITS_DEFAULT);
	if (slim_layer_read(ref, &budget, NULL, &layer, err))
		return -1;
	printf("layer %s entries=%zu size=%" PRIu64 "\n", ref->diff_id.text, layer->count, layer->size);
	for (size_t i = 0; i < layer->count; i++)
		if (show_entry(&layer->entries[i], err))
			return -1;
	return 0;
}

static int show_image(struct slim_arena *arena, const struct slim_image *image, struct slim_error **err)
{
	printf("image %s\n", slim_platform_text(arena, image->config.platform));
	for (size_t i = 0; image->refs[i]; i++)
		printf("ref %s\n", image->refs[i]);
	for (size_t i = 0; image->config.entrypoint[i]; i++)
		printf("entrypoint %s\n", image->config.entrypoint[i]);
	for (size_t i = 0; i < image->layer_count; i++)
		if (show_layer(&image->layers[i], err))
			return -1;
	return 0;
}

struct request {
	const char *path, *ref, *platform;
};

static int run(struct slim_arena *arena, const struct request *request, struct slim_error **err)
{
	struct slim_platform platform;
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = NULL;
	slim_autofree const struct slim_image **chosen = NULL;
	size_t count;
	if (request->platform && slim_platform_parse(arena, request->platform, &platform, err))
		return -1;
	if (slim_archive_open(request->path, &SLIM_LIMITS_DEFAULT, NULL, &archive, err) ||
	    slim_archive_select(archive, request->ref, request->platform ? &platform : NULL, &chosen, &count, err))
		return -1;
	printf("form %s\n", slim_archive_form(archive));
	for (size_t i = 0; i < count; i++)
		if (show_image(arena, chosen[i], err))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "image", required_argument, NULL, 'i' }, { "platform", required_argument, NULL, 'p' }, { 0 }
	};
	struct request request = { 0 };
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 'i')
			request.ref = optarg;
		else if (c == 'p')
			request.platform = optarg;
		else
			return 2;
	}
	request.path = argv[optind];
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	if (!request.path || optind + 1 != argc)
		return 2;
	if (run(arena, &request, &err)) {
		fprintf(stderr, "%s\n", slim_error_text(err));
		return slim_error_status(err);
	}
	return 0;
}
