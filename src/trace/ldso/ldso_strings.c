/* What a glibc loader's own bytes tell of how it was built: no distribution's folders have to be guessed. */
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"

enum { LOADER_LIMIT = 4 << 20, FOLDER_LIMIT = 16 };

static char *read_bytes(const struct slim_node *node, size_t *length)
{
	size_t n = node->inode->size < LOADER_LIMIT ? (size_t)node->inode->size : LOADER_LIMIT;
	char *bytes = slim_alloc(n + 1);
	struct slim_error *err = NULL;
	if (slim_inode_read(node->inode, 0, bytes, n, &err) < 0) {
		slim_error_free(err);
		n = 0;
	}
	bytes[n] = 0;
	*length = n;
	return bytes;
}

/* elf/dl-load.c: system_dirs[] = SYSTEM_DIRS, each with its slash and NUL, one behind the other, "/usr/lib/" last. */
static bool is_folder(const char *s, size_t length)
{
	return length >= 2 && s[0] == '/' && s[length - 1] == '/' && !memchr(s, ' ', length);
}

static size_t folders_at(const char *at, const char *end, const char **out)
{
	size_t count = 0;
	while (at < end && count < FOLDER_LIMIT) {
		size_t length = strnlen(at, (size_t)(end - at));
		if (!is_folder(at, length))
			break;
		out[count++] = at;
		at += length + 1;
	}
	return count;
}

static bool has_lib(const char **folders, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(folders[i]);
		if ((length >= 5 && !strcmp(folders[i] + length - 5, "/lib/")) || strstr(folders[i], "/lib64/") ||
		    strstr(folders[i], "/lib32/"))
			return true;
	}
	return false;
}

static void find_folders(struct slim_ldso *ldso, struct ld_loader *loader, const char *bytes, size_t length)
{
	const char *end = bytes + length, *folders[FOLDER_LIMIT];
	for (const char *p = bytes; p < end && (p = memchr(p, '/', (size_t)(end - p))); p++) {
		if (p > bytes && p[-1])
			continue;
		size_t count = folders_at(p, end, folders);
		if (count < 2 || !has_lib(folders, count))
			continue;
		loader->system = slim_arena_alloc(ldso->arena, (count + 1) * sizeof(*loader->system));
		for (size_t i = 0; i < count; i++)
			loader->system[i] = slim_arena_strndup(ldso->arena, folders[i], strlen(folders[i]));
		return;
	}
}

/* "ld.so (…) stable release version 2.36." */
static void find_version(const char *bytes, size_t length, unsigned *minor)
{
	static const char words[] = "release version 2.";
	const char *found = memmem(bytes, length, words, sizeof(words) - 1);
	if (found)
		*minor = (unsigned)strtoul(found + sizeof(words) - 1, NULL, 10);
}

void ld_read_loader(struct slim_ldso *ldso, struct ld_loader *loader, unsigned *minor)
{
	size_t length;
	slim_autofree char *bytes = read_bytes(loader->node, &length);
	find_folders(ldso, loader, bytes, length);
	find_version(bytes, length, minor);
}
