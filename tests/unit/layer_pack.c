#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../src/image/layer_pack.h"

enum { BEFORE = 4096, AFTER = 72 };
static const struct slim_pack_counts counts = { 9, 123456, 2, 1 };

static struct slim_layer *new_layer(size_t entries)
{
	struct slim_layer *layer = slim_calloc(1, sizeof(*layer));
	layer->paths = slim_arena_new();
	layer->inodes = slim_arena_new();
	layer->content = slim_file_new(-1, "content");
	layer->entries = entries ? slim_calloc(entries, sizeof(*layer->entries)) : NULL;
	layer->count = entries;
	return layer;
}

/* One entry of each kind, with everything that an inode can have. */
static struct slim_layer *sample(void)
{
	static const struct slim_xattr second = { "user.b", { "", 0 }, NULL };
	static const struct slim_xattr first = { "security.capability", { "\1\0\2", 3 }, &second };
	static const struct slim_extent extents[] = { { 0, 512, 512 }, { UINT64_C(1) << 40, 100, 100 } };
	struct slim_layer *layer = new_layer(5);
	static struct slim_inode file, link, device, hard;
	file = (struct slim_inode){ .mode = S_IFREG | 04755, .uid = 4294967294, .gid = 7, .mtime = -1, .mtime_nsec = 5,
				    .size = (UINT64_C(1) << 40) + 100, .offset = BEFORE + 512, .file = layer->content,
				    .xattrs = &first, .extents = extents, .extent_count = SLIM_COUNT(extents) };
	link = (struct slim_inode){ .mode = S_IFLNK | 0777, .target = SLIM_BLOB("../x") };
	device = (struct slim_inode){ .mode = S_IFCHR | 0600, .dev_major = 1, .dev_minor = 300 };
	hard = (struct slim_inode){ .mode = S_IFREG | 0644 };
	layer->size = 10240;
	layer->entries[0] = (struct slim_entry){ SLIM_ENTRY_FILE, SLIM_BLOB("usr/\xff"), { 0 }, &file };
	layer->entries[1] = (struct slim_entry){ SLIM_ENTRY_FILE, SLIM_BLOB("l"), { 0 }, &link };
	layer->entries[2] = (struct slim_entry){ SLIM_ENTRY_FILE, SLIM_BLOB("d"), { 0 }, &device };
	layer->entries[3] = (struct slim_entry){ SLIM_ENTRY_HARDLINK, SLIM_BLOB("h"), SLIM_BLOB("usr/\xff"), &hard };
	layer->entries[4] = (struct slim_entry){ SLIM_ENTRY_OPAQUE, SLIM_BLOB(""), { 0 }, NULL };
	return layer;
}

static void assert_same_content(const struct slim_inode *a, const struct slim_inode *b)
{
	assert_true(!a->file == !b->file && (!a->file || a->offset - BEFORE == b->offset - AFTER));
	assert_true(a->extent_count == b->extent_count && !a->extents == !b->extents);
	for (uint32_t i = 0; i < a->extent_count; i++)
		assert_memory_equal(&a->extents[i], &b->extents[i], sizeof(*a->extents));
}

static void assert_same_inode(const struct slim_inode *a, const struct slim_inode *b)
{
	assert_true(a->mode == b->mode && a->uid == b->uid && a->gid == b->gid && a->size == b->size);
	assert_true(a->mtime == b->mtime && a->mtime_nsec == b->mtime_nsec);
	if (slim_inode_is_device(a))
		assert_true(a->dev_major == b->dev_major && a->dev_minor == b->dev_minor);
	if (slim_inode_is_link(a))
		assert_true(slim_blob_equal(a->target, b->target));
	if (slim_inode_is_file(a))
		assert_same_content(a, b);
	const struct slim_xattr *x = a->xattrs, *y = b->xattrs;
	for (; x && y; x = x->next, y = y->next)
		assert_true(!strcmp(x->name, y->name) && slim_blob_equal(x->value, y->value));
	assert_true(!x && !y);
}

static void test_there_and_back(void **state)
{
	slim_cleanup(slim_layer_free_p) struct slim_layer *one = sample(), *two = new_layer(0);
	struct slim_blob packed = slim_layer_pack(one, BEFORE, &counts);
	slim_autofree const char *owned = packed.ptr;
	struct slim_pack_counts got;
	assert_true(slim_layer_unpack(packed, two, AFTER, &got));
	assert_memory_equal(&got, &counts, sizeof(got));
	assert_true(two->size == one->size && two->count == one->count);
	for (size_t i = 0; i < one->count; i++) {
		const struct slim_entry *a = &one->entries[i], *b = &two->entries[i];
		assert_true(a->kind == b->kind);
		assert_true(slim_blob_equal(a->path, b->path) && slim_blob_equal(a->link, b->link));
		assert_int_equal(!a->inode, !b->inode);
		if (a->inode)
			assert_same_inode(a->inode, b->inode);
	}
}

static void test_what_is_cut_is_refused(void **state)
{
	slim_cleanup(slim_layer_free_p) struct slim_layer *one = sample();
	struct slim_blob packed = slim_layer_pack(one, BEFORE, &counts);
	slim_autofree const char *owned = packed.ptr;
	for (size_t length = 0; length < packed.len; length++) {
		slim_cleanup(slim_layer_free_p) struct slim_layer *two = new_layer(0);
		struct slim_pack_counts got;
		assert_false(slim_layer_unpack(slim_blob(packed.ptr, length), two, AFTER, &got));
		assert_true(!two->count && !two->entries);
	}
}

static void test_too_many_are_not_kept(void **state)
{
	slim_cleanup(slim_layer_free_p) struct slim_layer *layer = new_layer(SLIM_PACK_MOST + 1);
	struct slim_blob packed = slim_layer_pack(layer, 0, &counts);
	assert_null(packed.ptr);
}

static void test_ids_name_build_and_tar(void **state)
{
	const struct slim_digest a = slim_digest_of(SLIM_BLOB("a")), b = slim_digest_of(SLIM_BLOB("b"));
	slim_autofree char *one = slim_pack_id(&a), *two = slim_pack_id(&b);
	if (!one && !two) /* linked without --build-id: nothing is kept then */
		return;
	assert_string_not_equal(one, two);
	assert_non_null(strstr(one, a.text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_what_is_cut_is_refused),
		cmocka_unit_test(test_too_many_are_not_kept),
		cmocka_unit_test(test_ids_name_build_and_tar),
	};
	return cmocka_run_group_tests_name("layer_pack", tests, NULL, NULL);
}
