#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "../../src/write/tar.h"

/* The pax records of what was written, as one text; "" when there are none. */
static const char *records_of(const struct slim_buffer *out)
{
	static char text[4096];
	*text = '\0';
	if (out->bytes[156] != 'x')
		return text;
	unsigned long length = strtoul(out->bytes + 124, NULL, 8);
	assert_true(length < sizeof(text));
	memcpy(text, out->bytes + SLIM_TAR_BLOCK, length);
	text[length] = '\0';
	assert_int_equal(out->length, 2 * SLIM_TAR_BLOCK + length + slim_tar_padding(length));
	return text;
}

static const char *last_header(const struct slim_buffer *out)
{
	return out->bytes + out->length - SLIM_TAR_BLOCK;
}

static void assert_records(const struct slim_tar_entry *entry, const char *expected)
{
	slim_autobuffer struct slim_buffer out = { 0 };
	slim_tar_header(&out, entry);
	assert_string_equal(records_of(&out), expected);
	unsigned sum = 8 * ' ';
	const unsigned char *header = (const unsigned char *)last_header(&out);
	for (size_t i = 0; i < SLIM_TAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? 0 : header[i];
	assert_int_equal(sum, strtoul((const char *)header + 148, NULL, 8));
}

static void test_plain_entries_have_no_pax_header(void **state)
{
	struct slim_inode file = { .mode = S_IFREG | 04755, .uid = 2097151, .mtime = 8589934591, .size = 3 };
	struct slim_tar_entry entry = { .name = SLIM_BLOB("bin/app"), .inode = &file };
	slim_autobuffer struct slim_buffer out = { 0 };
	assert_records(&entry, "");
	slim_tar_header(&out, &entry);
	assert_string_equal(out.bytes, "bin/app");
	assert_string_equal(out.bytes + 100, "0004755");
	assert_string_equal(out.bytes + 108, "7777777");
	assert_string_equal(out.bytes + 124, "00000000003");
	assert_string_equal(out.bytes + 136, "77777777777");
	assert_int_equal(out.bytes[156], '0');
	assert_memory_equal(out.bytes + 257, "ustar\00000", 8);
	assert_int_equal(out.bytes[265], 0);
	assert_int_equal(out.bytes[329], 0); /* no device number */
}

static void test_records_come_sorted(void **state)
{
	static const struct slim_xattr x = { "user.x", { "a\n=\0b", 5 }, NULL };
	struct slim_inode file = { .mode = S_IFREG,
				   .uid = 2097152,
				   .gid = 4000000000,
				   .mtime = 1,
				   .mtime_nsec = 500000000,
				   .size = UINT64_C(8) << 30,
				   .xattrs = &x };
	struct slim_tar_entry entry = { .name = SLIM_BLOB("caf\xc3\xa9"), .inode = &file };
	slim_autobuffer struct slim_buffer out = { 0 };
	slim_tar_header(&out, &entry);
	static const char first[] = "29 SCHILY.xattr.user.x=a\n=\0b\n", rest[] =
		"18 gid=4000000000\n13 mtime=1.5\n14 path=caf\xc3\xa9\n19 size=8589934592\n15 uid=2097152\n";
	records_of(&out);
	assert_memory_equal(out.bytes + SLIM_TAR_BLOCK, first, sizeof(first) - 1);
	assert_string_equal(out.bytes + SLIM_TAR_BLOCK + sizeof(first) - 1, rest);
}

static void test_times(void **state)
{
	static const struct { int64_t seconds; uint32_t nanoseconds; const char *record; } cases[] = {
		{ 0, 0, "" },
		{ -1, 0, "12 mtime=-1\n" },
		{ -2, 750000000, "15 mtime=-1.25\n" },
		{ -1, 1, "22 mtime=-0.999999999\n" },
		{ 7, 120, "20 mtime=7.00000012\n" },
		{ 8589934592, 0, "20 mtime=8589934592\n" },
		{ INT64_MIN, 0, "30 mtime=-9223372036854775808\n" },
	};
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		struct slim_inode file = { .mode = S_IFREG,
					   .mtime = cases[i].seconds,
					   .mtime_nsec = cases[i].nanoseconds };
		assert_records(&(struct slim_tar_entry){ .name = SLIM_BLOB("f"), .inode = &file }, cases[i].record);
	}
}

static void test_names(void **state)
{
	char name[400];
	struct slim_inode file = { .mode = S_IFREG };
	slim_autobuffer struct slim_buffer out = { 0 };
	memset(name, 'n', sizeof(name));
	assert_records(&(struct slim_tar_entry){ .name = slim_blob(name, 100), .inode = &file }, "");
	name[155] = '/';
	assert_records(&(struct slim_tar_entry){ .name = slim_blob(name, 256), .inode = &file }, "");
	slim_tar_header(&out, &(struct slim_tar_entry){ .name = slim_blob(name, 256), .inode = &file });
	assert_int_equal(out.bytes[345 + 154], 'n'); /* 155 bytes of prefix, 100 of name */
	assert_int_equal(out.bytes[99], 'n');
	slim_autobuffer struct slim_buffer longer = { 0 };
	slim_tar_header(&longer, &(struct slim_tar_entry){ .name = slim_blob(name, 257), .inode = &file });
	assert_true(!strncmp(records_of(&longer), "267 path=nnn", 12));
	assert_records(&(struct slim_tar_entry){ .name = SLIM_BLOB("\xff"), .inode = &file },
		       "21 hdrcharset=BINARY\n9 path=\xff\n");
}

static void test_utf8_forms(void **state)
{
	static const struct { const char *name; bool valid; } cases[] = {
		{ "\xc2\x80", true }, { "\xdf\xbf", true }, { "\xe0\xa0\x80", true }, { "\xed\x9f\xbf", true },
		{ "\xf0\x90\x80\x80", true }, { "\xf4\x8f\xbf\xbf", true }, { "\xee\x80\x80", true },
		{ "\xc1\x80", false }, { "\xe0\x9f\x80", false }, { "\xed\xa0\x80", false }, { "\xf0\x8f\x80\x80", false },
		{ "\xf4\x90\x80\x80", false }, { "\xf8\x80\x80\x80", false }, { "\x80", false }, { "\xe2\x82", false },
		{ "\xe2\x82z", false },
	};
	struct slim_inode file = { .mode = S_IFREG };
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		slim_autobuffer struct slim_buffer out = { 0 };
		slim_tar_header(&out, &(struct slim_tar_entry){ .name = slim_blob_of(cases[i].name), .inode = &file });
		assert_int_equal(!strstr(records_of(&out), "BINARY"), cases[i].valid);
	}
}

static void test_types(void **state)
{
	static const struct { uint32_t mode; char type; uint64_t data; } cases[] = {
		{ S_IFREG, '0', 5 }, { S_IFLNK, '2', 0 }, { S_IFCHR, '3', 0 }, { S_IFBLK, '4', 0 }, { S_IFDIR, '5', 0 },
		{ S_IFIFO, '6', 0 },
	};
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		struct slim_inode inode = { .mode = cases[i].mode, .size = 5 };
		if (slim_inode_is_link(&inode))
			inode.target = SLIM_BLOB("target");
		if (slim_inode_is_device(&inode)) {
			inode.dev_major = 4;
			inode.dev_minor = 64;
		}
		struct slim_tar_entry entry = { .name = SLIM_BLOB("x"), .inode = &inode };
		slim_autobuffer struct slim_buffer out = { 0 };
		slim_tar_header(&out, &entry);
		assert_int_equal(out.bytes[156], cases[i].type);
		assert_int_equal(slim_tar_data_size(&entry), cases[i].data);
		assert_string_equal(out.bytes + 157, S_ISLNK(cases[i].mode) ? "target" : "");
		bool device = slim_inode_is_device(&inode);
		assert_string_equal(out.bytes + 329, device ? "0000004" : "");
		assert_string_equal(out.bytes + 337, device ? "0000100" : "");
	}
	struct slim_inode file = { .mode = S_IFREG, .size = 5 };
	struct slim_tar_entry link = { .name = SLIM_BLOB("b"), .hard_link = SLIM_BLOB("a"), .inode = &file };
	slim_autobuffer struct slim_buffer out = { 0 };
	slim_tar_header(&out, &link);
	assert_int_equal(out.bytes[156], '1');
	assert_string_equal(out.bytes + 157, "a");
	assert_int_equal(slim_tar_data_size(&link), 0);
	assert_string_equal(out.bytes + 124, "00000000000");
}

static void test_outer_members(void **state)
{
	char header[SLIM_TAR_BLOCK];
	slim_tar_plain_header(header, &(struct slim_tar_plain){ "index.json", S_IFREG | 0644, 7 });
	assert_string_equal(header, "index.json");
	assert_string_equal(header + 100, "0000644");
	assert_string_equal(header + 136, "00000000000");
	slim_tar_plain_header(header, &(struct slim_tar_plain){ "blob", S_IFREG | 0644, UINT64_C(0x123456789a) });
	assert_memory_equal(header + 124, "\x80\0\0\0\0\0\0\x12\x34\x56\x78\x9a", 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_entries_have_no_pax_header),
		cmocka_unit_test(test_records_come_sorted),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_utf8_forms),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_outer_members),
	};
	return cmocka_run_group_tests_name("tar", tests, NULL, NULL);
}
