#include "slim/cache.h"

#include <stdio.h>
#include <string.h>

#include <elf.h>
#include <link.h>

/* ld(1), --build-id: a note "GNU" of type NT_GNU_BUILD_ID. Notes and their parts are aligned to four bytes. */
enum { ALIGN = 4, LEAST = 8, MOST = (SLIM_BUILD_ID - 1) / 2 };

static size_t aligned(size_t length)
{
	return (length + ALIGN - 1) / ALIGN * ALIGN;
}

static bool find_note(const char *at, size_t length, char *out)
{
	ElfW(Nhdr) note;
	while (length >= sizeof(note)) {
		memcpy(&note, at, sizeof(note));
		size_t name = aligned(note.n_namesz), whole = sizeof(note) + name + aligned(note.n_descsz);
		if (whole > length)
			return false;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && !memcmp(at + sizeof(note), "GNU", 4) &&
		    note.n_descsz >= LEAST && note.n_descsz <= MOST) {
			for (size_t i = 0; i < note.n_descsz; i++)
				snprintf(out + 2 * i, 3, "%02x", (unsigned char)at[sizeof(note) + name + i]);
			return true;
		}
		at += whole;
		length -= whole;
	}
	return false;
}

/* dl_iterate_phdr(3): the program itself comes first. */
static int see_program(struct dl_phdr_info *info, size_t size, void *out)
{
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		if (p->p_type == PT_NOTE && find_note((const char *)(info->dlpi_addr + p->p_vaddr), p->p_memsz, out))
			return 1;
	}
	return -1;
}

bool slim_build_id(char out[SLIM_BUILD_ID])
{
	return dl_iterate_phdr(see_program, out) == 1;
}
