#include "npm_platform.h"

#include <elf.h>
#include <jansson.h>
#include <string.h>

enum { PACKAGE_MAX = 1 << 20 };

/* node_modules/NAME or node_modules/@SCOPE/NAME */
static bool is_package(const struct slim_node *dir)
{
	const struct slim_node *above = dir->parent;
	if (above && above->name[0] == '@')
		above = above->parent;
	return above && dir->name[0] != '@' && !strcmp(above->name, "node_modules");
}

/* A list of words, of which "!word" excludes: package.json(5). A single text is a list of one. */
static bool allows(const json_t *list, const char *word)
{
	bool named = false, others = false;
	size_t count = json_is_array(list) ? json_array_size(list) : json_is_string(list);
	for (size_t i = 0; i < count; i++) {
		const char *text =
			json_string_value(json_is_array(list) ? json_array_get(list, i) : list);
		if (!text)
			continue;
		if (*text == '!' && !strcmp(text + 1, word))
			return false;
		named |= *text != '!' && (!strcmp(text, word) || !strcmp(text, "any"));
		others |= *text != '!';
	}
	return named || !others;
}

/* Node's process.arch, by the machine that it was built for; NULL: not known. */
static const char *cpu_of(const struct slim_elf *elf)
{
	static const struct {
		uint16_t machine;
		const char *cpu;
	} names[] = { { EM_X86_64, "x64" }, { EM_AARCH64, "arm64" }, { EM_386, "ia32" },
		      { EM_ARM, "arm" },    { EM_S390, "s390x" },    { EM_RISCV, "riscv64" } };
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (elf->machine == names[i].machine)
			return names[i].cpu;
	return NULL;
}

/* The C library that it is linked with, by its loader; NULL: static, or not known. */
static const char *libc_of(const struct slim_elf *elf)
{
	if (!elf->interpreter)
		return NULL;
	return strstr(elf->interpreter, "/ld-musl")    ? "musl"
	       : strstr(elf->interpreter, "/ld-linux") ? "glibc"
						       : NULL;
}

static bool is_for(const struct slim_elf *elf, const json_t *package)
{
	const char *cpu = cpu_of(elf), *libc = libc_of(elf);
	return allows(json_object_get(package, "os"), "linux") &&
	       (!cpu || allows(json_object_get(package, "cpu"), cpu)) &&
	       (!libc || allows(json_object_get(package, "libc"), libc));
}

bool slim_npm_is_foreign(struct slim_trace *t, const struct slim_node *dir, struct slim_node *node)
{
	if (!slim_node_is_dir(dir) || !is_package(dir))
		return false;
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (!elf)
		return false;
	const struct slim_node *file =
		slim_node_child(slim_trace_tree(t), dir, SLIM_BLOB("package.json"));
	if (!file || !slim_node_is_file(file) || file->inode->size > PACKAGE_MAX)
		return false;
	size_t length;
	slim_autofree char *text = slim_trace_read(t, file, PACKAGE_MAX, &length);
	json_t *package =
		text ? json_loadb(text, length, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL)
		     : NULL;
	bool foreign = json_is_object(package) && !is_for(elf, package);
	json_decref(package);
	return foreign;
}
