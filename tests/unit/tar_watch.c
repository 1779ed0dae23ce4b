/* Whole archives are in tests/corpus/layers.py; here: that it makes no difference how the bytes are cut into chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../src/image/tar_watch.h"
#include "slim/alloc.h"

struct tar {
	char bytes[16 * SLIM_TAR_BLOCK];
	size_t length;
};

static void add_header(struct tar *tar, char type, unsigned size)
{
	char *h = tar->bytes + tar->length;
	unsigned sum = 0;
	memcpy(h, "name", 4);
	snprintf(h + 124, 12, "%011o", size);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 257, "ustar  ", 8);
	for (size_t i = 0; i < SLIM_TAR_BLOCK; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	tar->length += SLIM_TAR_BLOCK;
}

static void add_body(struct tar *tar, const char *text)
{
	memcpy(tar->bytes + tar->length, text, strlen(text));
	tar->length += SLIM_TAR_BLOCK;
}

/* pax header, file of two blocks, long name, old sparse file with one more block of map, end. */
static void build(struct tar *tar)
{
	add_header(tar, 'x', 24);
	add_body(tar, "12 path=a/b\n12 size=600\n");
	add_header(tar, '0', 0);
	tar->length += 2 * SLIM_TAR_BLOCK;
	add_header(tar, 'L', 120);
	add_body(tar, "long");
	add_header(tar, '5', 0);
	add_header(tar, 'S', 3);
	tar->bytes[tar->length - SLIM_TAR_BLOCK + 482] = 1;
	char *sum = tar->bytes + tar->length - SLIM_TAR_BLOCK + 148;
	unsigned value;
	sscanf(sum, "%o", &value);
	snprintf(sum, 8, "%06o", value + 1);
	tar->length += SLIM_TAR_BLOCK;
	add_body(tar, "abc");
	tar->length += 2 * SLIM_TAR_BLOCK;
}

static int feed(struct slim_tar_watch *w, const struct tar *tar, size_t chunk, struct slim_error **err)
{
	for (size_t at = 0; at < tar->length; at += chunk) {
		size_t n = tar->length - at < chunk ? tar->length - at : chunk;
		if (slim_tar_watch(w, slim_blob(tar->bytes + at, n), err))
			return -1;
	}
	return slim_tar_watch_end(w, err);
}

static void test_chunks(void **state)
{
	struct tar *tar = slim_calloc(1, sizeof(*tar));
	build(tar);
	for (size_t chunk = 1; chunk < 3 * SLIM_TAR_BLOCK; chunk += chunk < 20 ? 1 : 101) {
		slim_cleanup(slim_tar_watch_clear) struct slim_tar_watch w = { 0 };
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		if (feed(&w, tar, chunk, &err))
			fail_msg("chunks of %zu: %s", chunk, slim_error_text(err));
		assert_int_equal(w.entries, 3);
		assert_int_equal(w.state, SLIM_TAR_END);
	}
	free(tar);
}

static void test_cut_anywhere_but_between_entries(void **state)
{
	struct tar *tar = slim_calloc(1, sizeof(*tar));
	build(tar);
	/* after the file, after the folder, after the sparse file, in and after the end mark */
	const size_t whole[] = { 0, 5, 8, 11, 12, 13 };
	size_t next = 0;
	for (size_t blocks = 0; blocks <= 13; blocks++) {
		slim_cleanup(slim_tar_watch_clear) struct slim_tar_watch w = { 0 };
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		tar->length = blocks * SLIM_TAR_BLOCK;
		bool good = feed(&w, tar, SLIM_TAR_BLOCK, &err) == 0;
		bool want = next < SLIM_COUNT(whole) && whole[next] == blocks;
		next += want;
		if (good != want)
			fail_msg("%zu blocks: %s", blocks, good ? "taken" : slim_error_text(err));
	}
	free(tar);
}

static void test_pax_size(void **state)
{
	static const struct {
		const char *body;
		int result;
		bool has_size;
		uint64_t size;
	} cases[] = {
		{ "", 0, false, 0 },
		{ "8 size=1\n", -1, false, 0 },
		{ "10 size=5\n8 size=\nx", -1, false, 0 },
		{ "10 size=5\n", 0, true, 5 },
		{ "10 size=5\n8 size=\n", 0, false, 0 },
		{ "10 size=5\n10 size=7\n", 0, true, 7 },
		{ "28 size=9223372036854775807\n", 0, true, INT64_MAX },
		{ "28 size=9223372036854775808\n", -1, false, 0 },
		{ "99999999999999999999999 a=b\n", -1, false, 0 },
		{ "6 a=\n\n", 0, false, 0 },
		{ "6 a=b\n6 c=d\n", 0, false, 0 },
		{ "6 a=b\n7 c=d\n", -1, false, 0 },
	};
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		struct slim_pax said;
		int result = slim_pax_check(slim_blob_of(cases[i].body), &said, &err);
		if (result != cases[i].result)
			fail_msg("%s: %s", cases[i].body, err ? slim_error_text(err) : "taken");
		if (result)
			continue;
		assert_int_equal(said.has_size, cases[i].has_size);
		assert_true(!said.has_size || said.size == cases[i].size);
	}
}

static void test_just_before_1970(void **state)
{
	static const struct {
		const char *body;
		bool before;
	} cases[] = {
		{ "14 mtime=-0.5\n", true },
		{ "13 mtime=-.5\n", true },
		{ "22 mtime=-0.000000001\n", true },
		{ "23 mtime=-0.0000000001\n", false },
		{ "14 mtime=-1.5\n", false },
		{ "15 mtime=-10.5\n", false },
		{ "13 mtime=0.5\n", false },
		{ "12 mtime=-0\n", false },
		{ "14 mtime=-0.0\n", false },
		{ "11 mtime=-\n", false },
		{ "10 mtime=\n", false },
		{ "14 mtime=-0.5\n13 mtime=0.5\n", false },
		{ "14 mtime=-0.5\n10 mtime=\n", false },
	};
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		struct slim_error *err = NULL;
		struct slim_pax said;
		assert_int_equal(slim_pax_check(slim_blob_of(cases[i].body), &said, &err), 0);
		if (said.just_before_1970 != cases[i].before)
			fail_msg("%s", cases[i].body);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_cut_anywhere_but_between_entries),
		cmocka_unit_test(test_pax_size),
		cmocka_unit_test(test_just_before_1970),
	};
	return cmocka_run_group_tests_name("tar_watch", tests, NULL, NULL);
}
