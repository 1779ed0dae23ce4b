#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../src/cache/entry.h"
#include "slim/alloc.h"
#include "slim/cache.h"

enum { LIMIT = 1 << 20, LONG = 100000 };

/* Each test has a folder of its own, which is the working folder: the cache is "c" in it. */
static int enter(void **state)
{
	static char folder[] = "/tmp/slim-cache-XXXXXX";
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	*state = mkdtemp(folder);
	return *state && chdir(*state) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	slim_autofree char *command = slim_format("rm -rf '%s'", (char *)*state);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void put(const char *id, const char *text)
{
	slim_cleanup(slim_cache_close_p) struct slim_cache *cache = slim_cache_open("c", LIMIT, NULL);
	assert_non_null(cache);
	slim_cache_put(cache, "test", id, slim_blob_of(text));
}

/* TEXT NULL: nothing is to be found. */
static void expect(const char *id, const char *text)
{
	slim_cleanup(slim_cache_close_p) struct slim_cache *cache = slim_cache_open("c", LIMIT, NULL);
	assert_non_null(cache);
	struct slim_blob got = slim_cache_get(cache, "test", id);
	slim_autofree const char *owned = got.ptr;
	if (!text) {
		assert_null(owned);
		return;
	}
	assert_non_null(owned);
	assert_true(slim_blob_equal(got, slim_blob_of(text)));
}

static char *path_of(const char *id)
{
	unsigned char name[SLIM_ENTRY_NAME];
	char file[SLIM_ENTRY_FILE];
	slim_entry_name("test", id, name);
	slim_entry_file(name, file);
	return slim_format("c/%s", file);
}

static void test_what_was_put_is_found(void **state)
{
	put("a", "first");
	put("b", "");
	expect("a", "first");
	expect("b", "");
	expect("c", NULL);
	put("a", "second");
	expect("a", "second");
	struct slim_blob none = slim_cache_get(NULL, "test", "a");
	assert_null(none.ptr);
	slim_cache_put(NULL, "test", "a", none);
}

static void test_every_flipped_byte_is_noticed(void **state)
{
	put("a", "the value");
	slim_autofree char *path = path_of("a");
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	int fd = open(path, O_RDWR);
	for (off_t at = 0; at < st.st_size; at++) {
		unsigned char byte, wrong;
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		wrong = byte ^ (unsigned char)(1 << at % 8);
		assert_int_equal(pwrite(fd, &wrong, 1, at), 1);
		expect("a", NULL);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	expect("a", "the value");
	for (off_t size = 0; size < st.st_size; size += 7) {
		assert_int_equal(ftruncate(fd, size), 0);
		expect("a", NULL);
	}
	close(fd);
	put("a", "made anew");
	expect("a", "made anew");
}

static void test_an_entry_under_anothers_name_is_none(void **state)
{
	put("a", "first");
	put("b", "other");
	slim_autofree char *a = path_of("a"), *b = path_of("b");
	assert_int_equal(rename(a, b), 0);
	expect("b", NULL);
	expect("a", NULL);
}

static void test_another_secret_believes_nothing(void **state)
{
	put("a", "first");
	assert_int_equal(unlink("c/slim-secret"), 0);
	expect("a", NULL);
	put("a", "second");
	expect("a", "second");
}

static void test_a_link_is_not_followed(void **state)
{
	put("a", "first");
	slim_autofree char *path = path_of("a");
	assert_int_equal(rename(path, "kept"), 0);
	assert_int_equal(symlink("../kept", path), 0);
	expect("a", NULL);
	assert_int_equal(access("kept", R_OK), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	expect("a", NULL);
}

static void test_folders_that_cannot_be_trusted(void **state)
{
	assert_null(slim_cache_open("absent/c", LIMIT, NULL));
	put("a", "first");
	assert_int_equal(chmod("c", 0770), 0);
	assert_null(slim_cache_open("c", LIMIT, NULL));
	assert_int_equal(chmod("c", 0755), 0);
	expect("a", "first");
	assert_int_equal(chmod("c/slim-secret", 0640), 0);
	assert_null(slim_cache_open("c", LIMIT, NULL));
	assert_int_equal(chmod("c/slim-secret", 0600), 0);
	assert_int_equal(truncate("c/slim-secret", 31), 0);
	assert_null(slim_cache_open("c", LIMIT, NULL));
	int fd = open("plain", O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_null(slim_cache_open("plain", LIMIT, NULL));
}

/* Seconds ago that an entry was used last. */
static void set_age(const char *id, time_t seconds)
{
	slim_autofree char *path = path_of(id);
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	const struct timespec times[2] = { { .tv_sec = now.tv_sec - seconds }, { .tv_nsec = UTIME_OMIT } };
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_there(const char *id)
{
	slim_autofree char *path = path_of(id);
	return access(path, F_OK) == 0;
}

static void test_the_longest_unused_goes(void **state)
{
	slim_autofree char *text = slim_alloc(LONG + 1);
	memset(text, 'x', LONG);
	text[LONG] = 0;
	static const char *const ids[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	for (size_t i = 0; i < SLIM_COUNT(ids); i++) {
		put(ids[i], text);
		set_age(ids[i], 1000 - (time_t)i);
	}
	set_age("h", -100000); /* a clock that was wrong does not keep it */
	int fd = open("c/theirs", O_CREAT | O_WRONLY, 0600);
	assert_int_equal(ftruncate(fd, LIMIT), 0);
	close(fd);
	slim_cache_close(slim_cache_open("c", LIMIT / 2, NULL));
	assert_true(!is_there("h") && !is_there("a") && !is_there("b") && is_there("g") && is_there("f"));
	assert_int_equal(access("c/theirs", F_OK), 0);
	slim_cleanup(slim_cache_close_p) struct slim_cache *cache = slim_cache_open("c", LIMIT / 2, NULL);
	struct slim_blob used = slim_cache_get(cache, "test", "e");
	free((void *)(uintptr_t)used.ptr);
	slim_cache_put(cache, "test", "new", slim_blob_of(text));
	assert_true(is_there("new") && is_there("e") && !is_there("c") && is_there("d"));
	slim_cache_put(cache, "test", "too long", slim_blob(text, LONG));
	for (size_t i = 0; i < 10; i++) {
		slim_autofree char *id = slim_format("more %zu", i);
		slim_cache_put(cache, "test", id, slim_blob_of(text));
	}
	assert_true(is_there("new") && is_there("e") && !is_there("more 9")); /* of this run: they stay, no more fit */
}

static void test_what_a_killed_run_left_goes(void **state)
{
	put("a", "first");
	static const char left[] = "c/slim-new-00112233445566778899aabbccddeeff", held[] = "c/slim-new-ffeeddccbbaa99887766554433221100";
	close(open(left, O_CREAT | O_WRONLY, 0600));
	int fd = open(held, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	expect("a", "first");
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(access(held, F_OK), 0);
	close(fd);
}

static void test_files(void **state)
{
	slim_cleanup(slim_cache_close_p) struct slim_cache *cache = slim_cache_open("c", LIMIT, NULL);
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_cleanup(slim_file_unref_p) struct slim_file *spool = NULL;
	slim_autofree char *text = slim_alloc(LONG), *read = slim_alloc(LONG);
	for (size_t i = 0; i < LONG; i++)
		text[i] = (char)(i * i >> 8);
	assert_int_equal(slim_file_spool("test", &spool, &err), 0);
	assert_int_equal(slim_file_append(spool, text, LONG, &err), 0);
	slim_cache_put_file(cache, "test", "f", &(struct slim_range){ spool, 7, LONG - 7 });
	struct slim_range got;
	assert_false(slim_cache_get_file(cache, "test", "g", &got));
	assert_true(slim_cache_get_file(cache, "test", "f", &got));
	assert_int_equal(got.length, LONG - 7);
	assert_int_equal(slim_file_read(got.file, got.offset, read, LONG - 7, &err), 0);
	assert_memory_equal(read, text + 7, LONG - 7);
	slim_autofree char *path = path_of("f");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(slim_file_check(got.file, &err), 0); /* whoever has it open can go on */
	slim_file_unref(got.file);
}

static struct slim_code code_of(const struct slim_seal *seal, uint64_t piece, const char *text, size_t step)
{
	struct slim_coder *coder = slim_seal_begin(seal, piece);
	for (size_t at = 0, length = strlen(text); at < length; at += step)
		slim_coder_add(coder, text + at, length - at < step ? length - at : step);
	return slim_coder_end(coder);
}

static void test_seals(void **state)
{
	const uint64_t length = SLIM_SEAL_PIECE + UINT64_C(5);
	slim_cleanup(slim_cache_close_p) struct slim_cache *cache = slim_cache_open("c", LIMIT, NULL);
	slim_cleanup(slim_seal_free_p) struct slim_seal *made = slim_seal_new(cache, length);
	slim_seal_set(made, 1, code_of(made, 1, "second", 6));
	slim_seal_set(made, 0, code_of(made, 0, "first", 2));
	slim_seal_put(made, "id");
	assert_null(slim_seal_get(cache, "id", length - 1));
	assert_null(slim_seal_get(cache, "another", length));
	slim_cleanup(slim_seal_free_p) struct slim_seal *seal = slim_seal_get(cache, "id", length);
	assert_non_null(seal);
	assert_true(slim_seal_has(seal, 0, code_of(seal, 0, "first", 5)));
	assert_true(slim_seal_has(seal, 1, code_of(seal, 1, "second", 1)));
	assert_false(slim_seal_has(seal, 1, code_of(seal, 1, "first", 5)));
	assert_false(slim_seal_has(seal, 0, code_of(seal, 0, "firsu", 5)));
	assert_false(slim_seal_has(seal, 0, code_of(seal, 0, "first ", 5)));
	assert_null(slim_seal_new(NULL, length));
}

static void test_ids_of_bytes(void **state)
{
	char a[SLIM_CACHE_ID], b[SLIM_CACHE_ID];
	slim_cleanup(slim_cache_close_p) struct slim_cache *one = slim_cache_open("c", LIMIT, NULL);
	slim_cleanup(slim_cache_close_p) struct slim_cache *two = slim_cache_open("other", LIMIT, NULL);
	slim_cache_id(one, slim_blob("abc", 3), a);
	slim_cache_id(one, slim_blob("abc", 3), b);
	assert_string_equal(a, b);
	slim_cache_id(one, slim_blob("abc\0", 4), b);
	assert_string_not_equal(a, b);
	slim_cache_id(two, slim_blob("abc", 3), b);
	assert_string_not_equal(a, b);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_put_is_found),
		TEST(test_every_flipped_byte_is_noticed),
		TEST(test_an_entry_under_anothers_name_is_none),
		TEST(test_another_secret_believes_nothing),
		TEST(test_a_link_is_not_followed),
		TEST(test_folders_that_cannot_be_trusted),
		TEST(test_the_longest_unused_goes),
		TEST(test_what_a_killed_run_left_goes),
		TEST(test_files),
		TEST(test_seals),
		TEST(test_ids_of_bytes),
	};
	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
