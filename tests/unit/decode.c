/* zstd, and bzip2 and xz: many frames, cuts at every byte, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <archive.h>
#include <archive_entry.h>
#include <zstd.h>
#include <cmocka.h>

#include "../lib/drip.h"
#include "slim/alloc.h"
#include "slim/stream.h"

static const size_t steps[] = { 1, 2, 3, 7, 511, 65536, 1 << 20 };

/* A packed stream as it grows. */
struct pack {
	char *bytes;
	size_t length;
};

static void pack_add(struct pack *p, const void *bytes, size_t length)
{
	p->bytes = slim_realloc(p->bytes, p->length + length, 1);
	memcpy(p->bytes + p->length, bytes, length);
	p->length += length;
}

static void pack_free(struct pack *p)
{
	free(p->bytes);
}
#define PACK slim_cleanup(pack_free) struct pack

static int decode(enum slim_compression kind, struct slim_blob in, size_t step, char **out, size_t *length,
		  struct slim_error **err)
{
	slim_cleanup(slim_stream_free_p) struct slim_stream *s = slim_stream_decode(drip(in, step), kind);
	return slim_stream_slurp(s, 1 << 30, out, length, err);
}

static void expect_bytes(enum slim_compression kind, const struct pack *p, struct slim_blob plain)
{
	for (size_t i = 0; i < SLIM_COUNT(steps); i++) {
		slim_autofree char *out = NULL;
		size_t length;
		struct slim_error *err = NULL;
		if (decode(kind, slim_blob(p->bytes, p->length), steps[i], &out, &length, &err) < 0)
			fail_msg("%zu bytes a time: %s", steps[i], slim_error_text(err));
		assert_true(slim_blob_equal(slim_blob(out, length), plain));
	}
}

static void expect_failure(enum slim_compression kind, struct slim_blob in, size_t step, const char *text)
{
	slim_autofree char *out = NULL;
	size_t length;
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	assert_int_equal(decode(kind, in, step, &out, &length, &err), -1);
	if (!strstr(slim_error_text(err), text))
		fail_msg("%zu bytes, %zu a time: '%s' is not in '%s'", in.len, step, text, slim_error_text(err));
}

/* --- zstd ------------------------------------------------------------------------------------------------------- */

static void add_frame(struct pack *p, struct slim_blob plain, int checksum)
{
	size_t room = ZSTD_compressBound(plain.len);
	slim_autofree char *packed = slim_alloc(room);
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checksum);
	size_t n = ZSTD_compress2(c, packed, room, plain.ptr, plain.len);
	ZSTD_freeCCtx(c);
	assert_false(ZSTD_isError(n));
	pack_add(p, packed, n);
}

static void add_skippable(struct pack *p, char kind, struct slim_blob content)
{
	const char head[] = { (char)(0x50 + kind), 0x2a, 0x4d, 0x18, (char)content.len, 0, 0, 0 };
	pack_add(p, head, sizeof(head));
	pack_add(p, content.ptr, content.len);
}

static void test_zstd_frames_are_one_stream(void **state)
{
	PACK p = { 0 };
	add_skippable(&p, 3, SLIM_BLOB("first of all"));
	add_frame(&p, SLIM_BLOB("one "), 1);
	add_frame(&p, SLIM_BLOB(""), 1);
	add_skippable(&p, 0, SLIM_BLOB(""));
	add_frame(&p, SLIM_BLOB("two"), 0);
	add_skippable(&p, 15, SLIM_BLOB("\x28\xb5\x2f\xfd"));
	expect_bytes(SLIM_ZSTD, &p, SLIM_BLOB("one two"));
}

static void test_zstd_big(void **state)
{
	enum { BIG = 5 << 20 };
	slim_autofree char *plain = slim_alloc(BIG);
	unsigned seed = 1;
	for (size_t i = 0; i < BIG; i++)
		plain[i] = (char)((seed = seed * 1103515245 + 12345) >> 24 & (i & 65536 ? 255 : 3));
	PACK p = { 0 };
	add_frame(&p, slim_blob(plain, BIG), 1);
	expect_bytes(SLIM_ZSTD, &p, slim_blob(plain, BIG));
	/* all zeros: far more out than in, so that the output is full many times over */
	memset(plain, 0, BIG);
	PACK zeros = { 0 };
	add_frame(&zeros, slim_blob(plain, BIG), 1);
	expect_bytes(SLIM_ZSTD, &zeros, slim_blob(plain, BIG));
}

static void test_zstd_only_skippable(void **state)
{
	PACK p = { 0 };
	add_skippable(&p, 1, SLIM_BLOB("nothing else"));
	expect_bytes(SLIM_ZSTD, &p, SLIM_BLOB(""));
}

static void test_zstd_every_cut_is_an_error(void **state)
{
	PACK p = { 0 };
	add_frame(&p, SLIM_BLOB("some words and some words and some words"), 1);
	size_t first = p.length;
	add_skippable(&p, 2, SLIM_BLOB("skipped"));
	size_t second = p.length;
	add_frame(&p, SLIM_BLOB("x"), 0);
	for (size_t cut = 0; cut < p.length; cut++) {
		if (cut == first || cut == second)
			continue;
		expect_failure(SLIM_ZSTD, slim_blob(p.bytes, cut), 1, "zstd: unexpected end");
		expect_failure(SLIM_ZSTD, slim_blob(p.bytes, cut), 4096, "zstd: unexpected end");
	}
}

/* What zstd wrote before its format was fixed: 0.1 to 0.7. */
static void test_zstd_older_formats(void **state)
{
	for (int first = 0x1e; first <= 0x27; first++) {
		const char frame[] = { (char)first, (char)0xb5, 0x2f, (char)0xfd, 0, 0, 0, 0, 0, 0 };
		PACK p = { 0 };
		add_frame(&p, SLIM_BLOB("new"), 0);
		pack_add(&p, frame, sizeof(frame));
		for (size_t step = 1; step < 20; step++) {
			expect_failure(SLIM_ZSTD, slim_blob(frame, sizeof(frame)), step, "no zstd frame");
			expect_failure(SLIM_ZSTD, slim_blob(p.bytes, p.length), step, "no zstd frame");
		}
	}
}

static void test_zstd_corrupt(void **state)
{
	PACK p = { 0 };
	add_frame(&p, SLIM_BLOB("checked"), 1);
	p.bytes[p.length - 1] ^= 1;
	expect_failure(SLIM_ZSTD, slim_blob(p.bytes, p.length), 4096, "zstd: Restored data doesn't match checksum");
	p.bytes[p.length - 1] ^= 1;
	pack_add(&p, "garbage", 7);
	expect_failure(SLIM_ZSTD, slim_blob(p.bytes, p.length), 4096, "zstd: bytes that are no zstd frame");
	p.length -= 7;
	pack_add(&p, "\0\0\0\0", 4);
	expect_failure(SLIM_ZSTD, slim_blob(p.bytes, p.length), 1, "zstd: bytes that are no zstd frame");
	expect_failure(SLIM_ZSTD, SLIM_BLOB("usr/bin/x"), 4096, "zstd: bytes that are no zstd frame");
}

/* RFC 8878, 3.1.1.1.2: a window of 2^(10 + LOG); then a last raw block of one byte. */
static struct slim_stream *frame_with_window(unsigned log, char bytes[10])
{
	const char frame[] = { 0x28, (char)0xb5, 0x2f, (char)0xfd, 0, (char)((log - 10) << 3), 9, 0, 0, 'x' };
	memcpy(bytes, frame, sizeof(frame));
	return slim_stream_unzstd(drip(slim_blob(bytes, sizeof(frame)), 3));
}

static void test_zstd_windows(void **state)
{
	char bytes[10];
	for (unsigned log = 10; log <= 41; log++) {
		slim_cleanup(slim_stream_free_p) struct slim_stream *s = frame_with_window(log, bytes);
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		slim_autofree char *out = NULL;
		size_t length;
		int got = slim_stream_slurp(s, 100, &out, &length, &err);
		assert_int_equal(got, log <= 27 ? 0 : -1);
		if (log <= 27)
			assert_string_equal(out, "x");
		else
			assert_non_null(strstr(slim_error_text(err), "too much memory"));
	}
}

static void test_zstd_dictionary(void **state)
{
	/* a dictionary ID of one byte: 7 */
	static const char frame[] = { 0x28, (char)0xb5, 0x2f, (char)0xfd, 1, 0, 7, 9, 0, 0, 'x' };
	expect_failure(SLIM_ZSTD, slim_blob(frame, sizeof(frame)), 4096, "zstd: Dictionary mismatch");
}

/* --- bzip2 and xz ------------------------------------------------------------------------------------------------ */

static void add_filtered(struct pack *p, enum slim_compression kind, struct slim_blob plain)
{
	size_t room = plain.len + 65536, used = 0;
	slim_autofree char *packed = slim_alloc(room);
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	archive_write_set_format_raw(a);
	assert_int_equal(kind == SLIM_XZ ? archive_write_add_filter_xz(a) : archive_write_add_filter_bzip2(a),
			 ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_memory(a, packed, room, &used), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, plain.ptr, plain.len), plain.len);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(entry);
	archive_write_free(a);
	pack_add(p, packed, used);
}

static const enum slim_compression filters[] = { SLIM_BZIP2, SLIM_XZ };

static void test_filters(void **state)
{
	for (size_t i = 0; i < SLIM_COUNT(filters); i++) {
		PACK p = { 0 };
		add_filtered(&p, filters[i], SLIM_BLOB("one "));
		assert_int_equal(slim_detect(slim_blob(p.bytes, 8)), filters[i]);
		add_filtered(&p, filters[i], SLIM_BLOB("two"));
		expect_bytes(filters[i], &p, SLIM_BLOB("one two"));
		PACK empty = { 0 };
		add_filtered(&empty, filters[i], SLIM_BLOB(""));
		assert_int_equal(slim_detect(slim_blob(empty.bytes, 8)), filters[i]);
		expect_bytes(filters[i], &empty, SLIM_BLOB(""));
	}
}

static void test_filters_are_taken_off_once(void **state)
{
	for (size_t i = 0; i < SLIM_COUNT(filters); i++)
		for (size_t j = 0; j < SLIM_COUNT(filters); j++) {
			PACK inner = { 0 }, outer = { 0 };
			add_filtered(&inner, filters[j], SLIM_BLOB("twice"));
			add_filtered(&outer, filters[i], slim_blob(inner.bytes, inner.length));
			expect_bytes(filters[i], &outer, slim_blob(inner.bytes, inner.length));
		}
}

static void test_filters_refuse(void **state)
{
	for (size_t i = 0; i < SLIM_COUNT(filters); i++) {
		PACK p = { 0 };
		add_filtered(&p, filters[i], SLIM_BLOB("some words and some words and some words"));
		for (size_t cut = 0; cut < p.length; cut++)
			expect_failure(filters[i], slim_blob(p.bytes, cut), 7, slim_compression_name(filters[i]));
		for (size_t back = 20; back < p.length; back += 3) {
			p.bytes[back] ^= 4;
			expect_failure(filters[i], slim_blob(p.bytes, p.length), 4096,
				       slim_compression_name(filters[i]));
			p.bytes[back] ^= 4;
		}
		expect_failure(filters[i], SLIM_BLOB("usr/bin/plain"), 4096, slim_compression_name(filters[i]));
		pack_add(&p, "garbage", 7);
		expect_failure(filters[i], slim_blob(p.bytes, p.length), 4096, slim_compression_name(filters[i]));
	}
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static void test_failures_below_come_out_as_they_are(void **state)
{
	static const enum slim_compression kinds[] = { SLIM_GZIP, SLIM_ZSTD, SLIM_BZIP2, SLIM_XZ };
	static const char *const heads[] = { "\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "BZh91AY&SY", ("\xfd" "7zXZ") };
	for (size_t i = 0; i < SLIM_COUNT(kinds); i++)
		for (size_t length = 0; length < 4; length += 3) {
			slim_cleanup(slim_stream_free_p) struct slim_stream *s = slim_stream_decode(
				drip_failing(slim_blob(heads[i], length), 1, "the disk is on fire"), kinds[i]);
			slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
			assert_int_equal(slim_stream_drain(s, &err), -1);
			assert_string_equal(slim_error_text(err), "the disk is on fire");
		}
}

/* A decoder that was never read, or not to its end, is freed whole. */
static void test_free_at_any_time(void **state)
{
	static const enum slim_compression kinds[] = { SLIM_GZIP, SLIM_ZSTD, SLIM_BZIP2, SLIM_XZ };
	for (size_t i = 0; i < SLIM_COUNT(kinds); i++)
		slim_stream_free(slim_stream_decode(drip(SLIM_BLOB("x"), 1), kinds[i]));
	PACK p = { 0 };
	slim_autofree char *zeros = slim_calloc(4 << 20, 1);
	add_frame(&p, slim_blob(zeros, 4 << 20), 0);
	struct slim_stream *s = slim_stream_unzstd(slim_stream_memory(slim_blob(p.bytes, p.length)));
	struct slim_blob chunk;
	struct slim_error *err = NULL;
	assert_int_equal(slim_stream_next(s, &chunk, &err), 1);
	slim_stream_free(s);
	slim_stream_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zstd_frames_are_one_stream),
		cmocka_unit_test(test_zstd_big),
		cmocka_unit_test(test_zstd_only_skippable),
		cmocka_unit_test(test_zstd_every_cut_is_an_error),
		cmocka_unit_test(test_zstd_older_formats),
		cmocka_unit_test(test_zstd_corrupt),
		cmocka_unit_test(test_zstd_windows),
		cmocka_unit_test(test_zstd_dictionary),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_filters_are_taken_off_once),
		cmocka_unit_test(test_filters_refuse),
		cmocka_unit_test(test_failures_below_come_out_as_they_are),
		cmocka_unit_test(test_free_at_any_time),
	};
	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
