#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/write/buffer.h"
#include "../../src/write/pieces.h"
#include "../../src/write/sink.h"
#include "slim/stream.h"

struct memory_sink {
	struct slim_sink base;
	struct slim_buffer buffer;
	size_t room; /* an error when it is used up */
};

static int memory_write(struct slim_sink *sink, struct slim_blob bytes, struct slim_error **err)
{
	struct memory_sink *memory = (struct memory_sink *)sink;
	if (memory->buffer.length + bytes.len > memory->room)
		return slim_fail(err, SLIM_BAD_INPUT, "full");
	slim_buffer_add(&memory->buffer, bytes);
	return 0;
}

static const struct slim_sink_ops memory_ops = { memory_write, NULL, NULL };

/* Noise and text in turns, LENGTH bytes of them; with what looks like a tar's header every 64 KiB. */
static char *make_bytes(size_t length)
{
	static const size_t distance = 1 << 16;
	char *bytes = slim_alloc(length + 1);
	uint32_t noise = 1;
	for (size_t i = 0; i < length; i++) {
		noise = noise * 1664525 + 1013904223;
		bytes[i] = i >> 12 & 1 ? (char)(noise >> 24) : "one two three four "[i % 19];
	}
	for (size_t i = 0; i + 512 <= length; i += distance) {
		memcpy(bytes + i + 257, "ustar", 5);
		bytes[i + 152] = "01234567"[i / distance * 5 % 8];
		bytes[i + 153] = "01234567"[i / distance * 5 / 8 % 8];
	}
	return bytes;
}

struct run {
	enum slim_layer_format format;
	int level;
	unsigned jobs;
	size_t length, piece;
};

static struct slim_buffer compress(const struct run *run, const char *bytes)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct memory_sink memory = { { &memory_ops }, { 0 }, SIZE_MAX };
	struct slim_write_options options = { .format = run->format, .level = run->level, .jobs = run->jobs };
	slim_cleanup(slim_sink_free_p) struct slim_sink *sink = slim_sink_compress(&memory.base, &options);
	for (size_t at = 0; at < run->length; at += run->piece) {
		size_t part = run->length - at < run->piece ? run->length - at : run->piece;
		assert_int_equal(slim_sink_write(sink, slim_blob(bytes + at, part), &err), 0);
	}
	assert_int_equal(slim_sink_end(sink, &err), 0);
	return memory.buffer;
}

static void assert_decodes(const struct slim_buffer *packed, const char *bytes, size_t length)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_blob blob = slim_blob(packed->bytes, packed->length);
	slim_cleanup(slim_stream_free_p) struct slim_stream *stream =
		slim_stream_decode(slim_stream_memory(blob), slim_detect(blob));
	slim_autofree char *got = NULL;
	size_t got_length = 0;
	if (slim_stream_slurp(stream, length + 1, &got, &got_length, &err))
		fail_msg("%s", slim_error_text(err));
	assert_int_equal(got_length, length);
	assert_true(!memcmp(got, bytes, length));
}

static void test_round_trips(void **state)
{
	static const size_t lengths[] = { 0, 1, 511, SLIM_PIECE_MIN, SLIM_PIECE_MAX, SLIM_PIECE_MAX + 1, 19 << 20 };
	static const enum slim_layer_format formats[] = { SLIM_LAYER_ZSTD, SLIM_LAYER_GZIP };
	slim_autofree char *bytes = make_bytes(19 << 20);
	for (size_t f = 0; f < SLIM_COUNT(formats); f++)
		for (size_t i = 0; i < SLIM_COUNT(lengths); i++) {
			struct run run = { formats[f], 0, 2, lengths[i], 100000 };
			slim_autobuffer struct slim_buffer packed = compress(&run, bytes);
			assert_decodes(&packed, bytes, lengths[i]);
			assert_true(lengths[i] < 1000 || packed.length < lengths[i] * 3 / 4);
		}
	struct run plain = { SLIM_LAYER_PLAIN, 0, 2, 1000, 7 };
	slim_autobuffer struct slim_buffer same = compress(&plain, bytes);
	assert_int_equal(same.length, 1000);
	assert_memory_equal(same.bytes, bytes, 1000);
}

static void test_bytes_depend_on_nothing_else(void **state)
{
	static const struct {
		unsigned jobs;
		size_t piece;
	} ways[] = { { 0, 1 << 20 }, { 1, 512 }, { 3, 100001 }, { 9, 1 << 22 } };
	static const struct {
		enum slim_layer_format format;
		int level;
	} kinds[] = {
		{ SLIM_LAYER_ZSTD, 0 }, { SLIM_LAYER_ZSTD, 1 }, { SLIM_LAYER_ZSTD, 9 },
		{ SLIM_LAYER_GZIP, 0 }, { SLIM_LAYER_GZIP, 9 },
	};
	enum { LENGTH = 14 << 20 };
	slim_autofree char *bytes = make_bytes(LENGTH);
	for (size_t k = 0; k < SLIM_COUNT(kinds); k++) {
		struct slim_digest first = { 0 };
		for (size_t i = 0; i < SLIM_COUNT(ways); i++) {
			struct run run = { kinds[k].format, kinds[k].level, ways[i].jobs, LENGTH, ways[i].piece };
			slim_autobuffer struct slim_buffer packed = compress(&run, bytes);
			struct slim_digest digest = slim_digest_of(slim_blob(packed.bytes, packed.length));
			if (i)
				assert_string_equal(digest.text, first.text);
			first = digest;
		}
	}
}

/* Bytes that are put before all others change the first pieces only. */
static void test_pieces_fall_into_step_again(void **state)
{
	static const enum slim_layer_format formats[] = { SLIM_LAYER_ZSTD, SLIM_LAYER_GZIP };
	enum { LENGTH = 40 << 20, MORE = 3 * 512, TAIL = 10 }; /* of gzip: the end, which tells CRC and length */
	slim_autofree char *bytes = make_bytes(LENGTH), *longer = slim_calloc(1, MORE + LENGTH);
	memcpy(longer + MORE, bytes, LENGTH);
	for (size_t f = 0; f < SLIM_COUNT(formats); f++) {
		struct run before = { formats[f], 1, 2, LENGTH, 1 << 20 };
		struct run after = { formats[f], 1, 2, LENGTH + MORE, 1 << 20 };
		slim_autobuffer struct slim_buffer a = compress(&before, bytes);
		slim_autobuffer struct slim_buffer b = compress(&after, longer);
		size_t end = formats[f] == SLIM_LAYER_GZIP ? TAIL : 0, same = a.length / 2;
		assert_true(b.length > same);
		assert_true(!memcmp(a.bytes + a.length - same, b.bytes + b.length - same, same - end));
	}
}

static void test_gzip_header_tells_nothing(void **state)
{
	struct run run = { SLIM_LAYER_GZIP, 0, 1, 1, 1 };
	slim_autobuffer struct slim_buffer packed = compress(&run, "x");
	assert_memory_equal(packed.bytes, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
}

static void test_errors_come_through(void **state)
{
	static const enum slim_layer_format formats[] = { SLIM_LAYER_ZSTD, SLIM_LAYER_GZIP, SLIM_LAYER_PLAIN };
	slim_autofree char *bytes = make_bytes(20 << 20);
	for (size_t f = 0; f < SLIM_COUNT(formats); f++) {
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		struct memory_sink memory = { { &memory_ops }, { 0 }, 1000 };
		struct slim_write_options options = { .format = formats[f], .jobs = 2 };
		slim_cleanup(slim_sink_free_p) struct slim_sink *sink = slim_sink_compress(&memory.base, &options);
		int failed = 0;
		for (size_t at = 0; at < 20 && !failed; at++)
			failed = slim_sink_write(sink, slim_blob(bytes + (at << 20), 1 << 20), &err);
		if (!failed)
			failed = slim_sink_end(sink, &err);
		assert_int_equal(failed, -1);
		assert_string_equal(slim_error_text(err), "full");
		slim_buffer_free(&memory.buffer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_bytes_depend_on_nothing_else),
		cmocka_unit_test(test_pieces_fall_into_step_again),
		cmocka_unit_test(test_gzip_header_tells_nothing),
		cmocka_unit_test(test_errors_come_through),
	};
	return cmocka_run_group_tests_name("compress", tests, NULL, NULL);
}
