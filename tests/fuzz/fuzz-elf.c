/* The facts of an ELF file. */
#include <stdint.h>

#include "../lib/memory_file.h"
#include "slim/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_inode inode = memory_inode(bytes, length);
	struct slim_arena *arena = slim_arena_new();
	const struct slim_elf *elf = NULL;
	struct slim_error *err = NULL;
	if (slim_elf_read(&inode, arena, &elf, &err) == 0 && elf)
		slim_elf_imports(elf, "dlopen");
	slim_error_free(err);
	slim_arena_free(arena);
	slim_file_unref(inode.file);
	return 0;
}
