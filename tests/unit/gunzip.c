/* Both gzip decoders, fed in pieces of every size that hurts. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#include "../../src/stream/inflate.h"
#include "../lib/drip.h"
#include "slim/alloc.h"
#include "slim/stream.h"

static size_t member(char *out, size_t room, const char *bytes, size_t length, bool fields)
{
	z_stream z = { 0 };
	gz_header header = { .text = 1, .extra = (Bytef *)"SGxx", .extra_len = 4, .name = (Bytef *)"name",
			     .comment = (Bytef *)"comment", .hcrc = 1 };
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	if (fields)
		deflateSetHeader(&z, &header);
	z.next_in = (Bytef *)bytes;
	z.avail_in = (uInt)length;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static const struct slim_inflate_ops *const decoders[] = {
	&slim_inflate_zlib,
#ifdef HAVE_ISAL
	&slim_inflate_isal,
#endif
};

static const size_t steps[] = { 1, 2, 3, 7, 18, 511, 65536, 1 << 20 };

enum { BIG = 3 << 20 };

struct fixture {
	char *plain, *packed;
	size_t plain_length, packed_length, last_member;
};

/* Three members: a small one, one with every optional field, a big one. */
static int set_up(void **state)
{
	struct fixture *f = slim_calloc(1, sizeof(*f));
	f->plain = slim_alloc(BIG + 16);
	memcpy(f->plain, "first", 5);
	memcpy(f->plain + 5, "second!", 7);
	unsigned seed = 1;
	for (size_t i = 0; i < BIG; i++)
		f->plain[12 + i] = (char)((seed = seed * 1103515245 + 12345) >> 24 & (i & 4096 ? 255 : 3));
	f->plain_length = 12 + BIG;
	f->packed = slim_alloc(BIG * 2);
	f->packed_length = member(f->packed, BIG, "first", 5, false);
	f->packed_length += member(f->packed + f->packed_length, BIG, "second!", 7, true);
	f->last_member = f->packed_length;
	f->packed_length += member(f->packed + f->packed_length, BIG * 2 - f->packed_length, f->plain + 12, BIG, false);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	free(f->plain);
	free(f->packed);
	free(f);
	return 0;
}

static int decode(const struct slim_inflate_ops *ops, struct slim_blob in, size_t step, char **out, size_t *length,
		  struct slim_error **err)
{
	slim_cleanup(slim_stream_free_p) struct slim_stream *s = slim_stream_gunzip_with(drip(in, step), ops);
	return slim_stream_slurp(s, 1 << 30, out, length, err);
}

static void test_members_are_one_stream(void **state)
{
	const struct fixture *f = *state;
	for (size_t d = 0; d < SLIM_COUNT(decoders); d++)
		for (size_t i = 0; i < SLIM_COUNT(steps); i++) {
			slim_autofree char *out = NULL;
			size_t length;
			struct slim_error *err = NULL;
			if (decode(decoders[d], slim_blob(f->packed, f->packed_length), steps[i], &out, &length, &err) <
			    0)
				fail_msg("decoder %zu, %zu bytes a time: %s", d, steps[i], slim_error_text(err));
			assert_int_equal(length, f->plain_length);
			assert_memory_equal(out, f->plain, length);
		}
}

static void expect_failure(const struct slim_inflate_ops *ops, struct slim_blob in, size_t step, const char *text)
{
	slim_autofree char *out = NULL;
	size_t length;
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	assert_int_equal(decode(ops, in, step, &out, &length, &err), -1);
	if (!strstr(slim_error_text(err), text))
		fail_msg("decoder %d, %zu of it, %zu a time: %s", ops != &slim_inflate_zlib, in.len, step,
			 slim_error_text(err));
}

static void test_every_cut_is_an_error(void **state)
{
	const struct fixture *f = *state;
	for (size_t d = 0; d < SLIM_COUNT(decoders); d++) {
		for (size_t cut = 1; cut < f->last_member; cut++) {
			if (cut == member((char[256]){ 0 }, 256, "first", 5, false))
				continue;
			expect_failure(decoders[d], slim_blob(f->packed, cut), 5, "unexpected end");
		}
		for (size_t back = 1; back < 20; back++)
			expect_failure(decoders[d], slim_blob(f->packed, f->packed_length - back), 65536,
				       "unexpected end");
	}
}

static void test_checksum_and_length_are_verified(void **state)
{
	const struct fixture *f = *state;
	for (size_t d = 0; d < SLIM_COUNT(decoders); d++)
		for (size_t back = 1; back <= 8; back++) {
			slim_autofree char *bad = slim_strndup(f->packed, 0);
			bad = slim_realloc(bad, f->packed_length, 1);
			memcpy(bad, f->packed, f->packed_length);
			bad[f->packed_length - back] ^= 1;
			expect_failure(decoders[d], slim_blob(bad, f->packed_length), 65536, "corrupt");
		}
}

static void test_trailing_bytes_are_an_error(void **state)
{
	for (size_t d = 0; d < SLIM_COUNT(decoders); d++) {
		char packed[256];
		size_t n = member(packed, sizeof(packed), "first", 5, false);
		packed[n] = 'x';
		expect_failure(decoders[d], slim_blob(packed, n + 1), 1, "after the last");
		packed[n] = 0;
		expect_failure(decoders[d], slim_blob(packed, n + 1), 4096, "after the last");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_members_are_one_stream, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_every_cut_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_checksum_and_length_are_verified, set_up, tear_down),
		cmocka_unit_test(test_trailing_bytes_are_an_error),
	};
	return cmocka_run_group_tests_name("gunzip", tests, NULL, NULL);
}
