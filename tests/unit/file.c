/* Files that are read at offsets, spools, and the content of inodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "slim/alloc.h"
#include "slim/inode.h"

static char folder[] = "/tmp/slim-file-XXXXXX";

static int set_up(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	setenv("TMPDIR", folder, 1);
	return 0;
}

static int tear_down(void **state)
{
	return rmdir(folder); /* fails when a spool left a name behind */
}

static void expect_text(struct slim_error **err, const char *text)
{
	assert_non_null(*err);
	if (!strstr(slim_error_text(*err), text))
		fail_msg("'%s' is not in '%s'", text, slim_error_text(*err));
	assert_int_equal(slim_error_status(*err), SLIM_BAD_INPUT);
	slim_error_free(*err);
	*err = NULL;
}

static struct slim_file *spool_of(struct slim_blob bytes)
{
	struct slim_file *file = NULL;
	struct slim_error *err = NULL;
	if (slim_file_spool("spool", &file, &err) < 0 || slim_file_append(file, bytes.ptr, bytes.len, &err) < 0)
		fail_msg("%s", slim_error_text(err));
	return file;
}

static void test_spool(void **state)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = spool_of(SLIM_BLOB("hello"));
	struct slim_error *err = NULL;
	char back[16] = "";
	assert_int_equal(slim_file_size(file), 5);
	assert_int_equal(slim_file_append(file, " world", 6, &err), 0);
	assert_int_equal(slim_file_append(file, NULL, 0, &err), 0);
	assert_int_equal(slim_file_size(file), 11);
	assert_int_equal(slim_file_read(file, 3, back, 5, &err), 0);
	assert_string_equal(back, "lo wo");
	assert_int_equal(slim_file_read(file, 11, back, 0, &err), 0);
	assert_int_equal(slim_file_read(file, 7, back, 5, &err), -1);
	expect_text(&err, "spool: ends too early");
	assert_string_equal(slim_file_name(file), "spool");
}

static void test_offsets_that_do_not_fit(void **state)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = spool_of(SLIM_BLOB("x"));
	struct slim_error *err = NULL;
	char back[4];
	static const uint64_t offsets[] = { UINT64_MAX, UINT64_MAX - 3, INT64_MAX, (uint64_t)INT64_MAX + 1 };
	for (size_t i = 0; i < SLIM_COUNT(offsets); i++) {
		assert_int_equal(slim_file_read(file, offsets[i], back, 4, &err), -1);
		expect_text(&err, "offset out of range");
	}
	assert_int_equal(slim_file_read(file, INT64_MAX - 4, back, 4, &err), -1);
	expect_text(&err, "spool: ");
}

static void test_spool_that_cannot_be_made(void **state)
{
	struct slim_file *file = NULL;
	struct slim_error *err = NULL;
	setenv("TMPDIR", "/nonexistent/folder", 1);
	int made = slim_file_spool("spool", &file, &err);
	setenv("TMPDIR", folder, 1);
	assert_int_equal(made, -1);
	assert_null(file);
	expect_text(&err, "a temporary file in /nonexistent/folder (TMPDIR names another folder): No such file");
}

static void test_spool_without_tmpdir(void **state)
{
	struct slim_file *file = NULL;
	struct slim_error *err = NULL;
	unsetenv("TMPDIR");
	int made = slim_file_spool("spool", &file, &err);
	setenv("TMPDIR", folder, 1);
	assert_int_equal(made, 0);
	slim_file_unref(file);
}

static void test_full_disk(void **state)
{
	int fd = open("/dev/full", O_RDWR);
	if (fd < 0) /* some build roots lack it */
		return;
	slim_cleanup(slim_file_unref_p) struct slim_file *file = slim_file_new(fd, "spool");
	struct slim_error *err = NULL;
	assert_int_equal(slim_file_append(file, "x", 1, &err), -1);
	expect_text(&err, "No space left on device");
	assert_int_equal(slim_file_size(file), 0);
}

/* The first write is cut short at the limit, the second fails. */
static void test_append_after_a_short_write(void **state)
{
	struct rlimit before, after;
	static char bytes[8192];
	struct slim_error *err = NULL;
	slim_cleanup(slim_file_unref_p) struct slim_file *file = spool_of(SLIM_BLOB(""));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	after = before;
	after.rlim_cur = 5000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &after), 0);
	int appended = slim_file_append(file, bytes, sizeof(bytes), &err);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(appended, -1);
	expect_text(&err, folder);
	assert_int_equal(slim_file_size(file), 5000);
	assert_int_equal(slim_file_append(file, bytes, sizeof(bytes), &err), 0);
	assert_int_equal(slim_file_size(file), 5000 + sizeof(bytes));
}

static void test_what_cannot_be_opened(void **state)
{
	struct slim_file *file = NULL;
	struct slim_error *err = NULL;
	assert_int_equal(slim_file_open("/nonexistent", &file, &err), -1);
	expect_text(&err, "/nonexistent: No such file or directory");
	assert_int_equal(slim_file_open(folder, &file, &err), -1);
	expect_text(&err, "not a regular file");
	assert_int_equal(slim_file_open("/dev/null", &file, &err), -1);
	expect_text(&err, "/dev/null: not a regular file");
	slim_autofree char *fifo = slim_format("%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	int opened = slim_file_open(fifo, &file, &err); /* must not wait for a writer */
	unlink(fifo);
	assert_int_equal(opened, -1);
	expect_text(&err, "not a regular file");
	assert_null(file);
}

static void test_file_that_shrinks_and_descriptor_that_cannot_read(void **state)
{
	slim_autofree char *path = slim_format("%s/file", folder);
	char back[6];
	struct slim_error *err = NULL;
	struct slim_file *file = NULL;
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(write(fd, "abcdef", 6), 6);
	assert_int_equal(slim_file_open(path, &file, &err), 0);
	assert_int_equal(slim_file_size(file), 6);
	assert_int_equal(slim_file_read(file, 0, back, 6, &err), 0);
	assert_int_equal(ftruncate(fd, 3), 0);
	assert_int_equal(slim_file_read(file, 0, back, 6, &err), -1);
	expect_text(&err, "ends too early: truncated, or changed while it was read");
	slim_file_unref(file);
	unlink(path);
	file = slim_file_new(fd, "written"); /* open for writing only */
	assert_int_equal(slim_file_read(file, 0, back, 1, &err), -1);
	expect_text(&err, "written: read: ");
	slim_file_unref(file);
}

/* A read that failed stays known, whoever overlooked it; so does a file that somebody writes to meanwhile. */
static void test_check(void **state)
{
	char path[] = "/tmp/slim-test-XXXXXX", back[8];
	int fd = mkstemp(path);
	assert_int_equal(write(fd, "abcdef", 6), 6);
	struct slim_error *err = NULL;
	struct slim_file *file = slim_file_new(fd, "input");
	assert_int_equal(slim_file_read(file, 0, back, 6, &err), 0);
	assert_int_equal(slim_file_check(file, &err), 0);
	assert_int_equal(slim_file_read(file, 4, back, 6, &err), -1);
	slim_error_free(slim_steal(&err));
	assert_int_equal(slim_file_check(file, &err), -1);
	expect_text(&err, "input: ends too early");
	slim_file_unref(file);

	assert_int_equal(slim_file_open(path, &file, &err), 0);
	const struct timespec later[2] = { { 1000, 0 }, { 1000, 1 } };
	assert_int_equal(utimensat(AT_FDCWD, path, later, 0), 0);
	assert_int_equal(slim_file_check(file, &err), -1);
	expect_text(&err, "changed while it was read");
	slim_file_unref(file);
	unlink(path);

	file = spool_of(SLIM_BLOB("x"));
	assert_int_equal(slim_file_append(file, "yz", 2, &err), 0);
	assert_int_equal(slim_file_check(file, &err), 0);
	slim_file_unref(file);
}

static void test_last_reference_closes(void **state)
{
	struct slim_file *file = spool_of(SLIM_BLOB("x"));
	int fd = slim_file_fd(file);
	assert_ptr_equal(slim_file_ref(file), file);
	slim_file_unref(file);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	slim_file_unref(file);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	slim_file_unref(NULL);
}

/* --- inodes ---------------------------------------------------------------------------------------------------- */

static void test_inode_content(void **state)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = spool_of(SLIM_BLOB("....content...."));
	struct slim_inode inode = { .mode = S_IFREG, .size = 7, .offset = 4, .file = file };
	struct slim_error *err = NULL;
	char back[8] = "";
	assert_int_equal(slim_inode_read(&inode, 0, back, 7, &err), 0);
	assert_string_equal(back, "content");
	assert_int_equal(slim_inode_read(&inode, 7, back, 0, &err), 0);
	assert_int_equal(slim_inode_read(&inode, 3, back, 5, &err), -1);
	expect_text(&err, "past the end");
	assert_int_equal(slim_inode_read(&inode, UINT64_MAX, back, 2, &err), -1);
	expect_text(&err, "past the end");
	inode.offset = UINT64_MAX - 2; /* what a broken archive could claim */
	assert_int_equal(slim_inode_read(&inode, 4, back, 1, &err), -1);
	expect_text(&err, "past the end");
	inode.offset = 12; /* the archive ends before the file does */
	assert_int_equal(slim_inode_read(&inode, 0, back, 7, &err), -1);
	expect_text(&err, "spool: ends too early");
}

static void test_sparse_inode(void **state)
{
	/* stored "ABCDEFGHI" for "..ABC...DEF.GHI..." */
	slim_cleanup(slim_file_unref_p) struct slim_file *file = spool_of(SLIM_BLOB("xABCDEFGHIx"));
	static const struct slim_extent extents[] = { { 2, 3, 0 }, { 8, 3, 3 }, { 12, 3, 6 } };
	static const char whole[] = "\0\0ABC\0\0\0DEF\0GHI\0\0\0";
	struct slim_inode inode = { .mode = S_IFREG, .size = 18, .offset = 1, .file = file, .extents = extents,
				    .extent_count = SLIM_COUNT(extents) };
	struct slim_error *err = NULL;
	for (size_t from = 0; from <= 18; from++)
		for (size_t to = from; to <= 18; to++) {
			char back[20];
			memset(back, 'z', sizeof(back));
			assert_int_equal(slim_inode_read(&inode, from, back + 1, to - from, &err), 0);
			assert_memory_equal(back + 1, whole + from, to - from);
			assert_int_equal(back[0], 'z');
			assert_int_equal(back[1 + to - from], 'z');
		}
}

static void test_sparse_inode_that_lies(void **state)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = spool_of(SLIM_BLOB("ABC"));
	static const struct slim_extent too_long[] = { { 8, UINT64_MAX, 0 } }, far[] = { { 0, 9, UINT64_MAX } };
	struct slim_inode inode = { .mode = S_IFREG, .size = 18, .offset = 1, .file = file, .extents = too_long,
				    .extent_count = 1 };
	struct slim_error *err = NULL;
	char back[18];
	assert_int_equal(slim_inode_read(&inode, 0, back, 18, &err), -1);
	expect_text(&err, "past the end");
	inode.extents = far;
	assert_int_equal(slim_inode_read(&inode, 0, back, 18, &err), -1);
	expect_text(&err, "past the end");
	inode.extent_count = 0; /* nothing but a hole */
	memset(back, 'z', sizeof(back));
	assert_int_equal(slim_inode_read(&inode, 0, back, 18, &err), 0);
	assert_memory_equal(back, (char[18]){ 0 }, 18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spool),
		cmocka_unit_test(test_offsets_that_do_not_fit),
		cmocka_unit_test(test_spool_that_cannot_be_made),
		cmocka_unit_test(test_spool_without_tmpdir),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_append_after_a_short_write),
		cmocka_unit_test(test_what_cannot_be_opened),
		cmocka_unit_test(test_file_that_shrinks_and_descriptor_that_cannot_read),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_last_reference_closes),
		cmocka_unit_test(test_inode_content),
		cmocka_unit_test(test_sparse_inode),
		cmocka_unit_test(test_sparse_inode_that_lies),
	};
	return cmocka_run_group_tests_name("file", tests, set_up, tear_down);
}
