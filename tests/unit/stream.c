/* Sources and decorators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "../lib/drip.h"
#include "slim/alloc.h"
#include "slim/stream.h"

static void expect_text(struct slim_error **err, const char *text)
{
	assert_non_null(*err);
	assert_string_equal(slim_error_text(*err), text);
	slim_error_free(*err);
	*err = NULL;
}

/* All of STREAM, which is freed; fails the test when it cannot be read. */
static char *all_of(struct slim_stream *stream, size_t *length)
{
	char *bytes = NULL;
	struct slim_error *err = NULL;
	if (slim_stream_slurp(stream, 1 << 30, &bytes, length, &err) < 0)
		fail_msg("%s", slim_error_text(err));
	slim_stream_free(stream);
	return bytes;
}

static struct slim_file *spool_of(const char *bytes, size_t length)
{
	struct slim_file *file = NULL;
	struct slim_error *err = NULL;
	assert_int_equal(slim_file_spool("spool", &file, &err), 0);
	assert_int_equal(slim_file_append(file, bytes, length, &err), 0);
	return file;
}

/* --- sources --------------------------------------------------------------------------------------------------- */

static void test_memory(void **state)
{
	size_t length;
	slim_autofree char *a = all_of(slim_stream_memory(SLIM_BLOB("a\0b")), &length);
	assert_int_equal(length, 3);
	assert_memory_equal(a, "a\0b\0", 4);
	slim_autofree char *b = all_of(slim_stream_memory(slim_blob(NULL, 0)), &length);
	assert_int_equal(length, 0);
	assert_int_equal(b[0], '\0');
}

static void test_range(void **state)
{
	enum { BIG = 3 << 20 };
	slim_autofree char *bytes = slim_alloc(BIG);
	for (size_t i = 0; i < BIG; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	struct slim_file *file = spool_of(bytes, BIG);
	static const size_t ranges[][2] = {
		{ 0, BIG }, { 0, 0 }, { BIG, 0 }, { 1, BIG - 1 }, { 7, 512 << 10 }, { 9, 1 }
	};
	for (size_t i = 0; i < SLIM_COUNT(ranges); i++) {
		size_t length;
		slim_autofree char *back = all_of(slim_stream_range(file, ranges[i][0], ranges[i][1]), &length);
		assert_int_equal(length, ranges[i][1]);
		assert_memory_equal(back, bytes + ranges[i][0], length);
	}
	struct slim_error *err = NULL;
	struct slim_stream *past = slim_stream_range(file, 1, BIG);
	slim_file_unref(file); /* the stream holds a reference */
	assert_int_equal(slim_stream_drain(past, &err), -1);
	expect_text(&err, "spool: ends too early: truncated, or changed while it was read");
	slim_stream_free(past);
}

static void test_range_that_does_not_fit(void **state)
{
	struct slim_file *file = spool_of("x", 1);
	struct slim_error *err = NULL;
	slim_cleanup(slim_stream_free_p) struct slim_stream *s = slim_stream_range(file, UINT64_MAX - 1, 100);
	slim_file_unref(file);
	assert_int_equal(slim_stream_drain(s, &err), -1);
	expect_text(&err, "spool: offset out of range");
}

static void ignore(int signal)
{
}

struct writer {
	int fd;
	pthread_t reader;
};

/* Small pieces with pauses, and a signal into every pause. */
static void *write_slowly(void *context)
{
	const struct writer *w = context;
	for (int i = 0; i < 20; i++) {
		usleep(1000);
		pthread_kill(w->reader, SIGUSR1);
		usleep(1000);
		if (write(w->fd, "0123456789", 10) != 10)
			break;
	}
	close(w->fd);
	return NULL;
}

static void test_descriptor_with_signals_and_short_reads(void **state)
{
	struct sigaction action = { .sa_handler = ignore }; /* no SA_RESTART: read() fails with EINTR */
	sigaction(SIGUSR1, &action, NULL);
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	struct writer w = { ends[1], pthread_self() };
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, write_slowly, &w), 0);
	size_t length;
	slim_autofree char *bytes = all_of(slim_stream_fd(ends[0], "standard input"), &length);
	pthread_join(thread, NULL);
	assert_int_equal(length, 200);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(bytes[i], "0123456789"[i % 10]);
	assert_int_equal(close(ends[0]), 0); /* still ours */
}

static void test_descriptor_that_cannot_be_read(void **state)
{
	slim_cleanup(slim_stream_free_p) struct slim_stream *s = slim_stream_fd(-1, "standard input");
	struct slim_error *err = NULL;
	assert_int_equal(slim_stream_drain(s, &err), -1);
	expect_text(&err, "standard input: read: Bad file descriptor");
}

/* --- decorators ------------------------------------------------------------------------------------------------ */

static void test_digest(void **state)
{
	static const struct {
		enum slim_digest_kind kind;
		const char *text;
	} rows[] = {
		{ SLIM_SHA256, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ SLIM_SHA512, "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	};
	for (size_t i = 0; i < SLIM_COUNT(rows); i++) {
		slim_cleanup(slim_stream_free_p) struct slim_stream *s =
			slim_stream_digest(drip(SLIM_BLOB("abc"), 1), rows[i].kind);
		struct slim_error *err = NULL;
		assert_int_equal(slim_stream_drain(s, &err), 0);
		assert_string_equal(slim_stream_digested(s).text, rows[i].text);
		assert_string_equal(slim_stream_digested(s).text, rows[i].text); /* asked twice */
	}
}

static void test_limit(void **state)
{
	for (size_t step = 1; step < 8; step++) {
		struct slim_quota six = SLIM_QUOTA(6, "bytes"), five = SLIM_QUOTA(5, "bytes");
		size_t length;
		slim_autofree SLIM_UNUSED char *bytes = all_of(slim_stream_limit(drip(SLIM_BLOB("abcdef"), step), &six), &length);
		assert_int_equal(length, 6);
		slim_cleanup(slim_stream_free_p) struct slim_stream *s =
			slim_stream_limit(drip(SLIM_BLOB("abcdef"), step), &five);
		struct slim_error *err = NULL;
		assert_int_equal(slim_stream_drain(s, &err), -1);
		expect_text(&err, "more than 5 bytes");
	}
	struct slim_quota none = SLIM_QUOTA(0, "bytes");
	size_t length;
	slim_autofree SLIM_UNUSED char *bytes = all_of(slim_stream_limit(drip(slim_blob(NULL, 0), 1), &none), &length);
	assert_int_equal(length, 0);
}

static void test_shared_limit(void **state)
{
	struct slim_quota quota = SLIM_QUOTA(10, "bytes");
	size_t length;
	slim_autofree SLIM_UNUSED char *bytes = all_of(slim_stream_limit(drip(SLIM_BLOB("abcdef"), 2), &quota), &length);
	slim_cleanup(slim_stream_free_p) struct slim_stream *second =
		slim_stream_limit(drip(SLIM_BLOB("abcdef"), 2), &quota);
	slim_cleanup(slim_stream_free_p) struct slim_stream *third = slim_stream_limit(drip(SLIM_BLOB("a"), 1), &quota);
	struct slim_error *err = NULL;
	assert_int_equal(slim_stream_drain(second, &err), -1);
	expect_text(&err, "more than 10 bytes");
	assert_int_equal(slim_stream_drain(third, &err), -1); /* what is exceeded stays so */
	expect_text(&err, "more than 10 bytes");
}

static void test_tee(void **state)
{
	struct slim_file *file = spool_of("before ", 7);
	size_t length;
	slim_autofree char *bytes = all_of(slim_stream_tee(drip(SLIM_BLOB("abcdef"), 4), file), &length);
	assert_memory_equal(bytes, "abcdef", 7);
	char back[14] = "";
	struct slim_error *err = NULL;
	assert_int_equal(slim_file_size(file), 13);
	assert_int_equal(slim_file_read(file, 0, back, 13, &err), 0);
	assert_string_equal(back, "before abcdef");
	slim_file_unref(file);
}

static void test_progress(void **state)
{
	char *text = NULL;
	size_t size, length;
	FILE *out = open_memstream(&text, &size);
	struct slim_log *log = slim_log_new(out, SLIM_NORMAL, SLIM_PROGRESS_ALWAYS);
	slim_progress_begin(log, "x", 6);
	slim_autofree SLIM_UNUSED char *bytes = all_of(slim_stream_progress(drip(SLIM_BLOB("abcdef"), 4), log), &length);
	usleep(120000);
	slim_progress_add(log, 0);
	slim_log_free(log);
	fclose(out);
	assert_int_equal(length, 6);
	assert_non_null(strstr(text, "6 B of 6 B"));
	free(text);
}

/* A failure below comes out on top as it is, through each decorator, and nothing leaks. */
static void test_failures_pass_through(void **state)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = spool_of("", 0);
	struct slim_quota quota = SLIM_QUOTA(100, "bytes");
	for (int i = 0; i < 6; i++) {
		struct slim_stream *s = drip_failing(SLIM_BLOB("ab"), 1, "the disk is on fire");
		struct slim_stream *const decorated =
			i == 0 ? slim_stream_digest(s, SLIM_SHA256) :
			i == 1 ? slim_stream_limit(s, &quota) :
			i == 2 ? slim_stream_tee(s, file) :
			i == 3 ? slim_stream_progress(s, NULL) :
			i == 4 ? slim_stream_decode(s, SLIM_PLAIN) : NULL;
		slim_cleanup(slim_stream_free_p) struct slim_stream *top = decorated ? decorated : s;
		struct slim_error *err = NULL;
		assert_int_equal(slim_stream_drain(top, &err), -1);
		expect_text(&err, "the disk is on fire");
	}
}

static void test_slurp(void **state)
{
	for (size_t step = 1; step < 8; step++) {
		slim_cleanup(slim_stream_free_p) struct slim_stream *s = drip(SLIM_BLOB("abcdef"), step);
		slim_cleanup(slim_stream_free_p) struct slim_stream *t = drip(SLIM_BLOB("abcdef"), step);
		slim_autofree char *bytes = NULL;
		char *none = NULL;
		size_t length = 0;
		struct slim_error *err = NULL;
		assert_int_equal(slim_stream_slurp(s, 6, &bytes, &length, &err), 0);
		assert_int_equal(length, 6);
		assert_string_equal(bytes, "abcdef");
		assert_int_equal(slim_stream_slurp(t, 5, &none, &length, &err), -1);
		expect_text(&err, "more than 5 bytes");
		assert_null(none);
	}
}

static void test_detect(void **state)
{
	static const struct {
		struct slim_blob head;
		enum slim_compression kind;
	} rows[] = {
		{ SLIM_BLOB("\x1f\x8b\x08\0\0\0\0\0"), SLIM_GZIP },
		{ SLIM_BLOB("\x1f\x8b"), SLIM_GZIP },
		{ SLIM_BLOB("\x1f"), SLIM_PLAIN },
		{ SLIM_BLOB("\x28\xb5\x2f\xfd"), SLIM_ZSTD },
		{ SLIM_BLOB("\x50\x2a\x4d\x18"), SLIM_ZSTD },
		{ SLIM_BLOB("\x5f\x2a\x4d\x18...."), SLIM_ZSTD },
		{ SLIM_BLOB("\x60\x2a\x4d\x18...."), SLIM_PLAIN },
		{ SLIM_BLOB("\x28\xb5\x2f"), SLIM_PLAIN },
		{ SLIM_BLOB("BZh91AY&"), SLIM_BZIP2 },
		{ SLIM_BLOB("BZh9\x17\x72\x45\x38"), SLIM_BZIP2 },
		{ SLIM_BLOB("BZh91AY&SY.."), SLIM_BZIP2 },
		{ SLIM_BLOB("BZh9"), SLIM_BZIP2 },
		{ SLIM_BLOB("BZh0"), SLIM_PLAIN },
		{ SLIM_BLOB("BZhang/x"), SLIM_PLAIN }, /* a member of a plain tar may be called so */
		{ SLIM_BLOB("BZh9lives"), SLIM_PLAIN },
		{ SLIM_BLOB("BZh"), SLIM_PLAIN },
		{ SLIM_BLOB("\xfd" "7zXZ\0\0\0"), SLIM_XZ },
		{ SLIM_BLOB("\xfd" "7zXZ"), SLIM_PLAIN },
		{ SLIM_BLOB("usr/\0\0\0\0"), SLIM_PLAIN },
		{ SLIM_BLOB(""), SLIM_PLAIN },
	};
	for (size_t i = 0; i < SLIM_COUNT(rows); i++)
		if (slim_detect(rows[i].head) != rows[i].kind)
			fail_msg("row %zu", i);
	assert_int_equal(slim_detect(slim_blob(NULL, 0)), SLIM_PLAIN);
	assert_string_equal(slim_compression_name(SLIM_PLAIN), "none");
	assert_string_equal(slim_compression_name(SLIM_XZ), "xz");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_range_that_does_not_fit),
		cmocka_unit_test(test_descriptor_with_signals_and_short_reads),
		cmocka_unit_test(test_descriptor_that_cannot_be_read),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_shared_limit),
		cmocka_unit_test(test_tee),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_failures_pass_through),
		cmocka_unit_test(test_slurp),
		cmocka_unit_test(test_detect),
	};
	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
