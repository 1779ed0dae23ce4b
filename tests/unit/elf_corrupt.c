/*
 * Every field of a good ELF file, one at a time, set to values that break bounds: reading must come back, within its
 * time, with facts or with an error. All aligned fields of 1, 2, 4 and 8 bytes count, wherever they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "../lib/memory_file.h"
#include "slim/elf.h"

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void read_once(const struct slim_inode *inode)
{
	struct slim_arena *arena = slim_arena_new();
	const struct slim_elf *elf = NULL;
	struct slim_error *err = NULL;
	if (slim_elf_read(inode, arena, &elf, &err) < 0)
		assert_true(err && !elf && slim_error_text(err)[0]);
	slim_error_free(err);
	slim_arena_free(arena);
}

static void break_field(const struct slim_inode *inode, const unsigned char *good, size_t at, size_t width)
{
	const uint64_t values[] = { 0, 1, UINT64_MAX, inode->size, inode->size - 1, UINT64_MAX / 2, 1u << 31 };
	int fd = slim_file_fd(inode->file);
	for (size_t i = 0; i < SLIM_COUNT(values); i++)
		for (int swap = 0; swap < 2; swap++) {
			uint64_t value = swap ? __builtin_bswap64(values[i]) >> (64 - 8 * width) : values[i];
			assert_int_equal(pwrite(fd, &value, width, (off_t)at), (ssize_t)width);
			read_once(inode);
		}
	assert_int_equal(pwrite(fd, good + at, width, (off_t)at), (ssize_t)width);
}

static void break_all(const char *name)
{
	size_t length;
	unsigned char *good = corpus_bytes(name, &length);
	struct slim_inode inode = memory_inode(good, length);
	double start = seconds();
	for (size_t width = 1; width <= 8; width *= 2)
		for (size_t at = 0; at + width <= length; at += width)
			break_field(&inode, good, at, width);
	slim_file_unref(inode.file);
	free(good);
	assert_true(seconds() - start < 120);
}

static void test_truncated_anywhere(void **state)
{
	size_t length;
	unsigned char *good = corpus_bytes("elf/everything", &length);
	for (size_t cut = 0; cut < length; cut++) {
		struct slim_inode inode = memory_inode(good, cut);
		read_once(&inode);
		slim_file_unref(inode.file);
	}
	free(good);
}

static void test_64_bits(void **state) { break_all("elf/everything-gnu"); }
static void test_32_bits(void **state) { break_all("elf/everything-i386"); }
static void test_big_endian(void **state) { break_all("elf/everything-s390x"); }
static void test_static(void **state) { break_all("elf/static"); }
static void test_program(void **state) { break_all("elf/program"); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truncated_anywhere),
		cmocka_unit_test(test_64_bits),
		cmocka_unit_test(test_32_bits),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_static),
		cmocka_unit_test(test_program),
	};
	return cmocka_run_group_tests_name("elf_corrupt", tests, NULL, NULL);
}
