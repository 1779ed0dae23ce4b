/* The facts of ELF files, on files that tests/fuzz/make-elf-seeds.py wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libelf.h>

#include "../../src/trace/elf/elf_strings.h"
#include "../lib/memory_file.h"

struct sample {
	struct slim_arena *arena;
	const struct slim_elf *elf;
};

static struct sample read_bytes(const void *bytes, size_t length)
{
	struct sample s = { slim_arena_new(), NULL };
	struct slim_inode inode = memory_inode(bytes, length);
	struct slim_error *err = NULL;
	if (slim_elf_read(&inode, s.arena, &s.elf, &err) < 0)
		fail_msg("%s", slim_error_text(err));
	slim_file_unref(inode.file);
	return s;
}

static struct sample read_seed(const char *name)
{
	size_t length;
	char path[64];
	snprintf(path, sizeof(path), "elf/%s", name);
	unsigned char *bytes = corpus_bytes(path, &length);
	struct sample s = read_bytes(bytes, length);
	free(bytes);
	assert_non_null(s.elf);
	return s;
}

/* LIST is exactly TEXT's words, which have bars between them. */
static void assert_list(const char *const *list, const char *text)
{
	char joined[512] = "";
	for (; *list; list++) {
		strcat(joined, *list);
		if (list[1])
			strcat(joined, "|");
	}
	assert_string_equal(joined, text);
}

static void assert_everything(const char *name, unsigned class, unsigned encoding, unsigned machine)
{
	struct sample s = read_seed(name);
	const struct slim_elf *e = s.elf;
	assert_int_equal(e->elf_class, class);
	assert_int_equal(e->encoding, encoding);
	assert_int_equal(e->machine, machine);
	assert_true(e->dynamic && !e->program && !e->go && !e->payload && !e->interpreter);
	assert_list(e->needed, "liba.so|libb.so.1");
	assert_string_equal(e->soname, "libx.so.1");
	assert_string_equal(e->rpath, "$ORIGIN/../lib");
	assert_string_equal(e->runpath, "/opt/lib:$LIB");
	assert_list(e->filter, "libf.so");
	assert_list(e->auxiliary, "libg.so");
	assert_list(e->audit, "/opt/audit.so");
	assert_int_equal(e->flags & DF_ORIGIN, DF_ORIGIN);
	assert_int_equal(e->flags_1 & DF_1_NODEFLIB, DF_1_NODEFLIB);
	assert_list(e->undefined, "dlopen|execvp|zlibVersion");
	assert_true(slim_elf_imports(e, "execvp") && !slim_elf_imports(e, "one") && !slim_elf_imports(e, "exec"));
	assert_int_equal(e->note_count, 1);
	assert_list(e->notes[0].sonames, "libn.so.1|libn.so.0");
	assert_string_equal(e->notes[0].priority, "suggested");
	assert_list(e->paths, "/etc/x.conf|/usr/lib/x|/usr/share");
	assert_list(e->sonames, "libplug.so.2");
	assert_list(e->templates, "lib%s.so");
	assert_list(e->commands, "locale -a");
	assert_list(e->words, "word");
	slim_arena_free(s.arena);
}

static void test_all_classes_and_byte_orders(void **state)
{
	assert_everything("everything", ELFCLASS64, ELFDATA2LSB, EM_X86_64);
	assert_everything("everything-i386", ELFCLASS32, ELFDATA2LSB, EM_386);
	assert_everything("everything-mips", ELFCLASS32, ELFDATA2MSB, EM_MIPS);
}

/* Its hash table has words of eight bytes. */
static void test_s390x(void **state)
{
	assert_everything("everything-s390x", ELFCLASS64, ELFDATA2MSB, EM_S390);
}

static void test_symbols_without_a_sysv_hash(void **state)
{
	assert_everything("everything-gnu", ELFCLASS64, ELFDATA2LSB, EM_X86_64);
	assert_everything("nohash", ELFCLASS64, ELFDATA2LSB, EM_X86_64);
}

static void test_sections_are_not_needed(void **state)
{
	struct sample s = read_seed("nosections");
	assert_list(s.elf->undefined, "dlopen|execvp|zlibVersion");
	assert_list(s.elf->paths, "/etc/x.conf|/usr/lib/x|/usr/share");
	assert_int_equal(s.elf->note_count, 1);
	slim_arena_free(s.arena);
}

static void test_kinds_of_programs(void **state)
{
	struct sample s = read_seed("program");
	assert_true(s.elf->program && s.elf->dynamic);
	assert_string_equal(s.elf->interpreter, "/lib64/ld-linux-x86-64.so.2");
	slim_arena_free(s.arena);
	s = read_seed("static");
	assert_true(s.elf->program && !s.elf->dynamic && !s.elf->interpreter);
	assert_list(s.elf->undefined, "getpwnam|system");
	slim_arena_free(s.arena);
	s = read_seed("static-pie");
	assert_true(s.elf->program && s.elf->dynamic && !s.elf->interpreter);
	slim_arena_free(s.arena);
	s = read_seed("go");
	assert_true(s.elf->program && s.elf->go);
	slim_arena_free(s.arena);
	s = read_seed("payload");
	assert_true(s.elf->payload);
	slim_arena_free(s.arena);
}

static void test_other_files_are_none(void **state)
{
	struct sample s = read_bytes("#!/bin/sh\n", 10);
	assert_null(s.elf);
	slim_arena_free(s.arena);
	s = read_bytes("\177EL", 3);
	assert_null(s.elf);
	slim_arena_free(s.arena);
}

static void assert_error(const unsigned char *bytes, size_t length, const char *text)
{
	struct slim_arena *arena = slim_arena_new();
	struct slim_inode inode = memory_inode(bytes, length);
	const struct slim_elf *elf = NULL;
	struct slim_error *err = NULL;
	assert_int_equal(slim_elf_read(&inode, arena, &elf, &err), -1);
	if (!strstr(slim_error_text(err), text))
		fail_msg("'%s' is not in '%s'", text, slim_error_text(err));
	slim_error_free(err);
	slim_file_unref(inode.file);
	slim_arena_free(arena);
}

static void put(unsigned char *bytes, size_t at, uint64_t value, size_t width)
{
	memcpy(bytes + at, &value, width); /* the seed and those who run this are little-endian, or fail before */
}

/* One field at a time of a good file: what is wrong is said. */
static void test_broken_fields_are_named(void **state)
{
	static const struct {
		size_t at, width;
		uint64_t value;
		const char *text;
	} cases[] = {
		{ EI_CLASS, 1, 3, "unknown class 3" },
		{ EI_DATA, 1, 9, "unknown byte order 9" },
		{ offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX - 8, "they lie outside of the file" },
		{ offsetof(Elf64_Ehdr, e_phentsize), 2, 1, "entries of 1 bytes" },
		{ offsetof(Elf64_Ehdr, e_phnum), 2, 0xffff, "they lie outside of the file" },
	};
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		size_t length;
		unsigned char *bytes = corpus_bytes("elf/program", &length);
		put(bytes, cases[i].at, cases[i].value, cases[i].width);
		assert_error(bytes, length, cases[i].text);
		free(bytes);
	}
	size_t length;
	unsigned char *bytes = corpus_bytes("elf/program", &length);
	assert_error(bytes, 40, "shorter");
	free(bytes);
}

/* --- what a string may mean --------------------------------------------------------------------------------------- */

static const char *meaning(const char *text)
{
	static const char *const names[] = { "path", "soname", "template", "command", "word" };
	struct slim_arena *arena = slim_arena_new();
	struct elf_strings s = { .buffer = arena, .text_left = 4096, .want_words = true };
	const char *found = "nothing";
	unsigned has = 0;
	elf_classes(s.classes);
	for (const char *p = text; *p; p++)
		has |= s.classes[(unsigned char)*p];
	elf_classify(&s, text, strlen(text), has);
	for (size_t i = 0; i < ELF_TEXT_COUNT; i++) {
		if (s.lists[i].count)
			found = names[i];
		free(s.lists[i].items);
	}
	slim_arena_free(arena);
	return found;
}

static void test_meanings(void **state)
{
	static const char *const cases[][2] = {
		{ "/etc/passwd", "path" }, { "/usr/bin:/bin", "path" }, { "/^regexp", "nothing" }, { "/", "nothing" },
		{ "libz.so.1", "soname" }, { "libstdc++.so.6", "soname" }, { "lib.so", "word" }, { "libz.so.x", "word" },
		{ "libz.sox", "word" }, { "xlibz.so", "word" },
		{ "lib%s.so", "template" }, { "/usr/lib/%s/x", "template" }, { "$ORIGIN/../x.so", "template" },
		{ "%s/%s", "nothing" }, { "/usr/lib/%s x", "nothing" },
		{ "locale -a", "command" }, { "gzip -dc %s", "command" }, { "sort 2>&1", "command" },
		{ "tar -x | sort", "command" }, { "/usr/bin/x some words", "command" }, { "LC_ALL=C sort -u", "command" },
		{ "cat > /x/file", "command" }, { "cat >%s", "command" }, { "a b", "nothing" }, { "xx -y < \"%s\"", "command" },
		{ "sort %s", "nothing" }, { "size < 8", "nothing" }, { "tree && parent", "nothing" }, { "fd > -1", "nothing" },
		{ "graph --", "nothing" }, { "%x.some", "nothing" }, { "%x.something.so.1", "template" },
		{ "find the file", "nothing" }, { "a -", "nothing" }, { "cat |", "nothing" },
		{ "use <format> -x", "nothing" }, { "open <file>", "nothing" },
		{ "gzip", "word" }, { "g++", "word" }, { "123", "nothing" }, { "-x", "nothing" },
		{ "a-name-that-is-longer-than-any-program", "nothing" },
	};
	for (size_t i = 0; i < SLIM_COUNT(cases); i++)
		if (strcmp(meaning(cases[i][0]), cases[i][1]))
			fail_msg("'%s' is taken for a %s", cases[i][0], meaning(cases[i][0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_classes_and_byte_orders),
		cmocka_unit_test(test_s390x),
		cmocka_unit_test(test_symbols_without_a_sysv_hash),
		cmocka_unit_test(test_sections_are_not_needed),
		cmocka_unit_test(test_kinds_of_programs),
		cmocka_unit_test(test_other_files_are_none),
		cmocka_unit_test(test_broken_fields_are_named),
		cmocka_unit_test(test_meanings),
	};
	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
