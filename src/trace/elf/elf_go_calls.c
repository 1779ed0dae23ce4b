/*
 * Where a Go program starts others: the table of functions (.gopclntab; runtime/symtab.go, Go 1.18
 * and later) tells where os/exec.Command begins, and the code which addresses are loaded into the
 * register of its first string before a call. Source of the registers: Go's ABIInternal.
 */
#include <string.h>

#include "elf_strings.h"

enum { TABLE_MAX = 64 << 20, BACK_MAX = 96, HEADER = 72 };

uint32_t elf_go_word(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

uint64_t elf_go_long(const char *p)
{
	return elf_go_word(p) | (uint64_t)elf_go_word(p + 4) << 32;
}

/* The table of functions: COUNT pairs of an entry's and a description's offset at FUNCTIONS. */
struct table {
	const char *bytes;
	size_t size;
	uint64_t count, text, names, functions;
};

static bool read_header(struct table *t, uint64_t text)
{
	if (t->size < HEADER || (elf_go_word(t->bytes) | 1) != 0xfffffff1 || t->bytes[7] != 8)
		return false;
	t->count = elf_go_long(t->bytes + 8);
	t->text = elf_go_long(t->bytes + 24);
	t->text = t->text ? t->text : text;
	t->names = elf_go_long(t->bytes + 32);
	t->functions = elf_go_long(t->bytes + 64);
	return t->names < t->size && t->functions < t->size &&
	       t->count <= (t->size - t->functions) / 8;
}

/* NAME with a NUL before and behind it: its offset among the names, or 0. */
static uint64_t name_offset(const struct table *t, const char *name, size_t length)
{
	const char *found = memmem(t->bytes + t->names, t->size - t->names, name, length);
	return found ? (uint64_t)(found - (t->bytes + t->names)) + 1 : 0;
}

static uint64_t entry_of(const struct table *t, uint64_t name)
{
	for (uint64_t i = 0; name && i < t->count; i++) {
		uint64_t at = t->functions + elf_go_word(t->bytes + t->functions + i * 8 + 4);
		if (at + 8 <= t->size && elf_go_word(t->bytes + at + 4) == name)
			return t->text + elf_go_word(t->bytes + at);
	}
	return 0;
}

int elf_find_go_exec(const struct elf_file *f, struct elf_go_exec *out, struct slim_error **err)
{
	static const char command[] = "\0os/exec.Command",
			  with_context[] = "\0os/exec.CommandContext";
	const Elf64_Shdr *section = elf_section_named(f, ".gopclntab"),
			 *text = elf_section_named(f, ".text");
	*out = (struct elf_go_exec){ 0, 0 };
	if (!f->facts->go_exec || !section || !text || section->sh_size > TABLE_MAX)
		return 0;
	struct table t = { .size = (size_t)section->sh_size };
	slim_autofree char *bytes = slim_alloc(t.size + 1);
	if (slim_inode_read(f->inode, section->sh_offset, bytes, t.size, err) < 0)
		return -1;
	t.bytes = bytes;
	if (!read_header(&t, text->sh_addr))
		return 0;
	out->command = entry_of(&t, name_offset(&t, command, sizeof(command)));
	out->command_context = entry_of(&t, name_offset(&t, with_context, sizeof(with_context)));
	return 0;
}

static uint64_t signed_word(const char *p)
{
	uint64_t word = elf_go_word(p);
	return word & 0x80000000 ? word | 0xffffffff00000000 : word;
}

/* REX.W LEA reg, [rip + disp32]: Intel SDM volume 2, LEA and 2.2.1.6 */
static bool is_lea(const char *code)
{
	return (code[0] & 0xfb) == 0x48 && (unsigned char)code[1] == 0x8d && (code[2] & 0xc7) == 5;
}

/* The last LEA into a register (MODRM tells which) before the call at I. */
static void x86_call(const struct elf_go_code *scan, uint64_t address, const char *code, size_t i,
		     unsigned char modrm)
{
	for (size_t back = 7; back <= i && back <= BACK_MAX; back++) {
		const char *p = code + i - back;
		if (!is_lea(p) || (unsigned char)p[0] != 0x48 || (unsigned char)p[2] != modrm)
			continue;
		scan->took(scan->context, address + (i - back) + 7 + signed_word(p + 3), true);
		return;
	}
}

static void scan_x86(const struct elf_go_code *scan, uint64_t address, const char *code,
		     size_t size)
{
	for (size_t i = 0; i + 7 <= size; i++) {
		if (is_lea(code + i))
			scan->took(scan->context, address + i + 7 + signed_word(code + i + 3),
				   false);
		if ((unsigned char)code[i] != 0xe8)
			continue;
		uint64_t target = address + i + 5 + signed_word(code + i + 1);
		if (target && target == scan->exec.command)
			x86_call(scan, address, code, i, 0x05); /* rax */
		else if (target && target == scan->exec.command_context)
			x86_call(scan, address, code, i, 0x0d); /* rcx */
	}
}

/* ADRP reg, page; ADD reg, reg, offset: Arm ARM C6.2. The address, or 0. */
static uint64_t arm_address(uint64_t address, const char *code)
{
	uint32_t page = elf_go_word(code), add = elf_go_word(code + 4);
	if ((page & 0x9f000000) != 0x90000000 || (add & 0xffc00000) != 0x91000000 ||
	    ((add >> 5) & 31) != (page & 31))
		return 0;
	uint64_t high = (uint64_t)((page >> 5) & 0x7ffff) << 2 | ((page >> 29) & 3);
	if (high & 0x100000)
		high |= 0xffffffffffe00000;
	return (address & ~(uint64_t)0xfff) + (high << 12) + ((add >> 10) & 0xfff);
}

static void arm_call(const struct elf_go_code *scan, uint64_t address, const char *code, size_t i,
		     uint32_t reg)
{
	for (size_t back = 8; back <= i && back <= BACK_MAX; back += 4) {
		uint64_t found = arm_address(address + i - back, code + i - back);
		if (!found || (elf_go_word(code + i - back + 4) & 31) != reg)
			continue;
		scan->took(scan->context, found, true);
		return;
	}
}

static void scan_arm(const struct elf_go_code *scan, uint64_t address, const char *code,
		     size_t size)
{
	for (size_t i = 0; i + 8 <= size; i += 4) {
		uint64_t found = arm_address(address + i, code + i);
		if (found)
			scan->took(scan->context, found, false);
		uint32_t call = elf_go_word(code + i);
		if (call >> 26 != 0x25) /* BL */
			continue;
		uint64_t offset = call & 0x3ffffff;
		uint64_t target =
			address + i +
			((offset & 0x2000000 ? offset | 0xfffffffffc000000 : offset) << 2);
		if (target == scan->exec.command)
			arm_call(scan, address, code, i, 0);
		else if (target == scan->exec.command_context)
			arm_call(scan, address, code, i, 2);
	}
}

void elf_scan_go_code(const struct elf_go_code *scan, uint64_t address, const char *code,
		      size_t size)
{
	if (scan->machine == EM_X86_64)
		scan_x86(scan, address, code, size);
	else
		scan_arm(scan, address, code, size);
}
