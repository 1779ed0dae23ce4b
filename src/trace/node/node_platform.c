/* Packages and prebuilt addons for other systems than the image's: package.json(5), node-gyp-build, prebuildify. */
#include <elf.h>
#include <string.h>

#include "../system/system_data.h"
#include "node_inside.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A list of words, of which "!word" excludes: package.json(5). A single text is a list of one. */
static bool allows(const json_t *list, const char *word)
{
	bool named = false, others = false;
	size_t count = json_is_array(list) ? json_array_size(list) : json_is_string(list);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_is_array(list) ? json_array_get(list, i) : list);
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
	return strstr(elf->interpreter, "/ld-musl") ? "musl" : strstr(elf->interpreter, "/ld-linux") ? "glibc" : NULL;
}

static bool is_for(const struct slim_elf *elf, const json_t *package)
{
	const char *cpu = cpu_of(elf), *libc = libc_of(elf);
	return allows(json_object_get(package, "os"), "linux") &&
	       (!cpu || allows(json_object_get(package, "cpu"), cpu)) &&
	       (!libc || allows(json_object_get(package, "libc"), libc));
}

bool node_is_foreign(struct node_state *s, const struct slim_node *dir)
{
	const struct slim_elf *elf = slim_trace_elf(s->t, s->program);
	const struct node_package *package = elf && node_installed(dir) == dir ? node_package_in(&s->world, dir) : NULL;
	return package && package->json && !is_for(elf, package->json);
}

static bool has_part(struct slim_blob name, const char *separators, const char *wanted)
{
	struct slim_blob part;
	while (slim_blob_split_any(&name, separators, &part))
		if (slim_blob_is(part, wanted))
			return true;
	return false;
}

static bool has_any(struct slim_blob name, const char *separators, const char *const *words, const char *except)
{
	for (; *words; words++)
		if ((!except || strcmp(*words, except) != 0) && has_part(name, separators, *words))
			return true;
	return false;
}

/* prebuilds/linux-x64+arm64, lib/binding/napi-v6-linux-musl-x64, bin/darwin/arm64: PLATFORM and ARCH in the name. */
static bool is_foreign_folder(const struct slim_elf *elf, struct slim_blob name)
{
	const char *const *systems =
		LIST("darwin", "win32", "android", "freebsd", "openbsd", "netbsd", "sunos", "aix", "ios");
	const char *const *cpus =
		LIST("x64", "arm64", "ia32", "arm", "s390x", "riscv64", "ppc64", "loong64", "mips64el");
	const char *const *libcs = LIST("musl", "glibc");
	const char *cpu = cpu_of(elf), *libc = libc_of(elf);
	bool on_linux = has_part(name, "-_", "linux");
	if (!on_linux)
		return has_any(name, "-_", systems, NULL) &&
		       (has_any(name, "-_+", cpus, NULL) || slim_blob_is(name, "darwin") ||
			slim_blob_is(name, "win32"));
	return (cpu && has_any(name, "-_+", cpus, cpu) && !has_part(name, "-_+", cpu)) ||
	       (libc && has_any(name, "-_", libcs, libc) && !has_part(name, "-_", libc));
}

static bool is_build_place(const struct slim_node *dir)
{
	for (size_t i = 0; i < 3 && dir && !node_is_modules(dir); i++, dir = dir->parent)
		if (slim_name_in(LIST("prebuilds", "binding", "bin", "prebuild", "binaries"), dir->name))
			return true;
	return false;
}

/* x.musl.node, electron.napi.node: node-gyp-build reads tags between the dots. */
static bool is_foreign_file(const struct slim_elf *elf, struct slim_blob name)
{
	const char *libc = libc_of(elf);
	return slim_blob_ends(name, ".node") && ((libc && has_any(name, ".", LIST("musl", "glibc"), libc)) ||
						 has_any(name, ".", LIST("electron", "node-webkit"), NULL));
}

bool node_is_foreign_build(struct node_state *s, const struct slim_node *node)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	if (!is_build_place(node->parent))
		return false;
	const struct slim_elf *elf = slim_trace_elf(s->t, s->program);
	return elf && (slim_node_is_dir(node) ? is_foreign_folder(elf, name) : is_foreign_file(elf, name));
}
