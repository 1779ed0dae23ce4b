/* Which loader a file gets, and how that one is built. */
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"
#include "slim/path.h"

enum { LEGACY_ENDED = 37, NAMED_BEGAN = 33, MUSL_PATH_LIMIT = 64 << 10, WORDS = 8 };

struct machine {
	uint16_t machine;
	uint8_t elf_class, encoding;
	const char *glibc, *musl, *triplet, *lib64;
	const char *named;    /* glibc-hwcaps subfolders, best first: glibc sysdeps/<machine>/dl-hwcaps-subdirs.c */
	const char *platforms; /* the first: of a plain processor; the others: of better ones */
	const char *legacy;   /* older subfolders by hwcap; the last: of a plain processor */
};

static const struct machine machines[] = {
	{ EM_X86_64, ELFCLASS64, ELFDATA2LSB, "/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1", "x86_64-linux-gnu",
	  "lib64", "x86-64-v4 x86-64-v3 x86-64-v2", "x86_64 haswell xeon_phi", "avx512_1/x86_64 avx512_1 x86_64" },
	{ EM_X86_64, ELFCLASS32, ELFDATA2LSB, "/libx32/ld-linux-x32.so.2", "/lib/ld-musl-x32.so.1", "x86_64-linux-gnux32",
	  "libx32", "x86-64-v4 x86-64-v3 x86-64-v2", "x86_64 haswell xeon_phi", "x86_64" },
	{ EM_386, ELFCLASS32, ELFDATA2LSB, "/lib/ld-linux.so.2", "/lib/ld-musl-i386.so.1", "i386-linux-gnu", "lib", "",
	  "i686 i586", "sse2" },
	{ EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1",
	  "aarch64-linux-gnu", "lib64", "", "aarch64", "atomics" },
	{ EM_ARM, ELFCLASS32, ELFDATA2LSB, "/lib/ld-linux-armhf.so.3", "/lib/ld-musl-armhf.so.1", "arm-linux-gnueabihf",
	  "lib", "", "v7l v6l v8l", "neon/vfp neon vfp" },
	{ EM_ARM, ELFCLASS32, ELFDATA2LSB, "/lib/ld-linux.so.3", "/lib/ld-musl-arm.so.1", "arm-linux-gnueabi", "lib", "",
	  "v5l v6l v7l v8l", "vfp" },
	{ EM_PPC, ELFCLASS32, ELFDATA2MSB, "/lib/ld.so.1", "/lib/ld-musl-powerpc.so.1", "powerpc-linux-gnu", "lib", "", "",
	  "" },
	{ EM_PPC64, ELFCLASS64, ELFDATA2LSB, "/lib64/ld64.so.2", "/lib/ld-musl-powerpc64le.so.1", "powerpc64le-linux-gnu",
	  "lib64", "power10 power9", "power8 power9 power10", "" },
	{ EM_PPC64, ELFCLASS64, ELFDATA2MSB, "/lib64/ld64.so.1", "/lib/ld-musl-powerpc64.so.1", "powerpc64-linux-gnu",
	  "lib64", "power10 power9", "power8 power9 power10 power7", "" },
	{ EM_S390, ELFCLASS64, ELFDATA2MSB, "/lib/ld64.so.1", "/lib/ld-musl-s390x.so.1", "s390x-linux-gnu", "lib64",
	  "z17 z16 z15 z14 z13", "z900 z10 z196 zEC12 z13 z14", "" },
	{ EM_RISCV, ELFCLASS64, ELFDATA2LSB, "/lib/ld-linux-riscv64-lp64d.so.1", "/lib/ld-musl-riscv64.so.1",
	  "riscv64-linux-gnu", "lib64/lp64d", "", "", "" },
	{ EM_MIPS, ELFCLASS64, ELFDATA2LSB, "/lib64/ld.so.1", "/lib/ld-musl-mips64el.so.1", "mips64el-linux-gnuabi64",
	  "lib64", "", "", "" },
	{ EM_MIPS, ELFCLASS32, ELFDATA2LSB, "/lib/ld.so.1", "/lib/ld-musl-mipsel.so.1", "mipsel-linux-gnu", "lib", "", "",
	  "" },
	{ EM_MIPS, ELFCLASS64, ELFDATA2MSB, "/lib64/ld.so.1", "/lib/ld-musl-mips64.so.1", "mips64-linux-gnuabi64", "lib64",
	  "", "", "" },
	{ EM_MIPS, ELFCLASS32, ELFDATA2MSB, "/lib/ld.so.1", "/lib/ld-musl-mips.so.1", "mips-linux-gnu", "lib", "", "", "" },
	{ EM_SPARCV9, ELFCLASS64, ELFDATA2MSB, "/lib64/ld-linux.so.2", "/lib/ld-musl-sparc64.so.1", "sparc64-linux-gnu",
	  "lib64", "", "", "" },
	{ 258 /* LoongArch */, ELFCLASS64, ELFDATA2LSB, "/lib64/ld-linux-loongarch-lp64d.so.1",
	  "/lib/ld-musl-loongarch64.so.1", "loongarch64-linux-gnu", "lib64", "", "", "" },
};

static bool is_for(const struct machine *m, const struct slim_elf *elf)
{
	return m->machine == elf->machine && m->elf_class == elf->elf_class && m->encoding == elf->encoding;
}

/* What ELF runs on; of a processor with two ways of calling the one whose loader is at PATH, else the usual one. */
static const struct machine *machine_of(const struct slim_elf *elf, const char *path)
{
	const struct machine *first = NULL;
	for (const struct machine *m = machines; m < machines + SLIM_COUNT(machines); m++) {
		if (!is_for(m, elf))
			continue;
		if (!strcmp(m->glibc, path) || !strcmp(m->musl, path))
			return m;
		first = first ? first : m;
	}
	return first;
}

static void add_sub(struct slim_ldso *ldso, struct ld_loader *l, const char *path, bool variant)
{
	for (size_t i = 0; i < l->subs.count; i++)
		if (!strcmp(l->subs.items[i].path, path) && l->subs.items[i].variant == variant)
			return;
	*slim_push(&l->subs.items, &l->subs.count, &l->subs.capacity) =
		(struct ld_sub){ slim_arena_strndup(ldso->arena, path, strlen(path)), variant };
}

/* Whether the processor that is asked for has the named level; a plain one has none. */
static bool supported(const struct slim_ldso *ldso, struct slim_blob name)
{
	for (const char *const *h = ldso->in.hwcaps; h && *h; h++)
		if (slim_blob_is(name, *h))
			return true;
	return false;
}

static void add_named(struct slim_ldso *ldso, struct ld_loader *l, const char *names)
{
	struct slim_blob rest = slim_blob_of(names), name;
	while (slim_blob_split(&rest, ' ', &name)) {
		slim_autofree char *path = slim_format("glibc-hwcaps/%.*s/", (int)name.len, name.ptr);
		if (name.len)
			add_sub(ldso, l, path, !supported(ldso, name));
	}
}

static size_t words_of(const char *names, struct slim_blob out[WORDS])
{
	struct slim_blob rest = slim_blob_of(names), word;
	size_t n = 0;
	while (n < WORDS && slim_blob_split(&rest, ' ', &word))
		if (word.len)
			out[n++] = word;
	return n;
}

static void add_joined(struct slim_ldso *ldso, struct ld_loader *l, const struct slim_blob parts[3], bool variant)
{
	char path[128];
	size_t length = 0;
	for (size_t i = 0; i < 3; i++) {
		if (!parts[i].len)
			continue;
		memcpy(path + length, parts[i].ptr, parts[i].len);
		length += parts[i].len;
		path[length++] = '/';
	}
	path[length] = 0;
	if (length)
		add_sub(ldso, l, path, variant);
}

/* glibc before 2.37, elf/dl-hwcaps.c: every subset of tls, the platform and the hwcaps, in this order. */
static void add_legacy(struct slim_ldso *ldso, struct ld_loader *l, const struct machine *m)
{
	struct slim_blob platforms[WORDS], hwcaps[WORDS], none = { "", 0 };
	size_t p_count = words_of(m->platforms, platforms), h_count = words_of(m->legacy, hwcaps);
	for (int tls = 1; tls >= 0; tls--)
		for (size_t p = 0; p <= p_count; p++)
			for (size_t h = 0; h <= h_count; h++) {
				const struct slim_blob parts[3] = { tls ? SLIM_BLOB("tls") : none,
								    p < p_count ? platforms[p] : none,
								    h < h_count ? hwcaps[h] : none };
				add_joined(ldso, l, parts, (p && p < p_count) || h + 1 < h_count);
			}
}

static void set_platforms(struct slim_ldso *ldso, struct ld_loader *l, const char *names)
{
	struct slim_blob words[WORDS];
	size_t count = words_of(names, words);
	for (size_t i = 0; i < count && i + 1 < SLIM_COUNT(l->platforms); i++)
		l->platforms[i] =
			(struct ld_platform){ slim_arena_strndup(ldso->arena, words[i].ptr, words[i].len), i > 0 };
}

static const char *triplet_folder(struct slim_ldso *ldso, const char *prefix, const struct machine *m)
{
	return slim_arena_format(ldso->arena, "%s/lib/%s/", prefix, m->triplet);
}

/* Without the loader's own word: Debian's folders, then upstream's. */
static void guess_system(struct slim_ldso *ldso, struct ld_loader *l, const struct machine *m)
{
	const char *folders[] = {
		m ? triplet_folder(ldso, "", m) : "/lib64/", m ? triplet_folder(ldso, "/usr", m) : "/usr/lib64/",
		m ? slim_arena_format(ldso->arena, "/%s/", m->lib64) : "/lib/",
		m ? slim_arena_format(ldso->arena, "/usr/%s/", m->lib64) : "/usr/lib/", "/lib/", "/usr/lib/",
	};
	l->system = slim_arena_alloc(ldso->arena, (SLIM_COUNT(folders) + 1) * sizeof(*l->system));
	memcpy(l->system, folders, sizeof(folders));
}

/* $LIB is how the first default folder is called: lib/<triplet> (Debian), lib64, lib. */
static const char *lib_of(struct slim_ldso *ldso, const struct ld_loader *l)
{
	size_t length = l->system[0] ? strlen(l->system[0]) : 0;
	return length > 2 ? slim_arena_strndup(ldso->arena, l->system[0] + 1, length - 2) : "lib";
}

static void build_glibc(struct slim_ldso *ldso, struct ld_loader *l, const struct machine *m)
{
	unsigned minor = 0;
	if (l->node)
		ld_read_loader(ldso, l, &minor);
	if (!l->system)
		guess_system(ldso, l, m);
	l->lib = lib_of(ldso, l);
	if (m && (!minor || minor >= NAMED_BEGAN))
		add_named(ldso, l, m->named);
	if (m && (!minor || minor < LEGACY_ENDED))
		add_legacy(ldso, l, m);
	if (m)
		set_platforms(ldso, l, m->platforms);
	for (const char **dir = l->system; *dir; dir++)
		*slim_push(&l->system_dirs.items, &l->system_dirs.count, &l->system_dirs.capacity) =
			(struct ld_dir){ ld_place_of(ldso, l, slim_blob_of(*dir)), false };
}

/* ldso/dynlink.c: the path file stands in etc beside the folder of the loader; else this default. */
static void build_musl(struct slim_ldso *ldso, struct ld_loader *l)
{
	struct slim_blob path = slim_blob_of(l->path), prefix = slim_path_dir(slim_path_dir(path));
	struct slim_blob name = slim_path_base(path), arch = { NULL, 0 };
	l->musl_path = "/lib:/usr/local/lib:/usr/lib";
	if (!slim_blob_starts(name, "ld-musl-"))
		return;
	name.ptr += strlen("ld-musl-");
	name.len -= strlen("ld-musl-");
	slim_blob_split(&name, '.', &arch);
	slim_autofree char *file = slim_format("%.*s/etc/ld-musl-%.*s.path", (int)prefix.len, prefix.ptr, (int)arch.len,
					       arch.ptr);
	struct slim_node *node = ld_open(ldso, file);
	if (!node || !slim_node_is_file(node) || node->inode->size > MUSL_PATH_LIMIT)
		return;
	char *text = slim_arena_alloc(ldso->arena, node->inode->size + 1);
	struct slim_error *err = NULL;
	if (slim_inode_read(node->inode, 0, text, node->inode->size, &err) < 0) {
		slim_error_free(err);
		text[0] = 0;
	}
	l->musl_path = text;
}

static bool names_musl(const char *path)
{
	return path && slim_blob_starts(slim_path_base(slim_blob_of(path)), "ld-musl-");
}

/* gcompat's ld-linux is a link to musl's loader, or a program that starts it. */
static enum ld_kind kind_of(const struct ld_loader *l, const struct slim_elf *own)
{
	bool musl =
		names_musl(l->path) || (l->node && names_musl(l->node->name)) || (own && names_musl(own->interpreter));
	return musl ? LD_MUSL : LD_GLIBC;
}

static struct ld_loader *loader_new(struct slim_ldso *ldso, const char *path, const struct slim_elf *elf)
{
	struct ld_loader *l = slim_arena_alloc(ldso->arena, sizeof(*l));
	l->path = slim_arena_strndup(ldso->arena, path, strlen(path));
	l->node = ld_open(ldso, path);
	if (l->node && !slim_node_is_file(l->node))
		l->node = NULL;
	l->elf_class = elf->elf_class;
	l->encoding = elf->encoding;
	l->machine = elf->machine;
	const struct slim_elf *own = l->node ? ldso->in.elf(ldso->in.context, l->node) : NULL;
	l->soname = own && own->soname ? own->soname : slim_path_base(slim_blob_of(l->path)).ptr;
	l->kind = kind_of(l, own);
	if (l->kind == LD_MUSL)
		build_musl(ldso, l);
	else
		build_glibc(ldso, l, machine_of(elf, path));
	l->next = ldso->loaders;
	ldso->loaders = l;
	return l;
}

static bool needs_musl(const struct slim_elf *elf)
{
	for (const char **n = elf->needed; *n; n++)
		if (!strncmp(*n, "libc.musl-", 10) || !strcmp(*n, "libc.so"))
			return true;
	return false;
}

/* For a library by itself: musl's loader if it needs musl's C library, or if the image has no other. */
static const char *usual_path(struct slim_ldso *ldso, const struct slim_elf *elf)
{
	for (const struct machine *m = machines; m < machines + SLIM_COUNT(machines); m++) {
		if (!is_for(m, elf))
			continue;
		bool glibc = ld_open(ldso, m->glibc), musl = ld_open(ldso, m->musl);
		if (musl && (needs_musl(elf) || !glibc))
			return m->musl;
		if (glibc)
			return m->glibc;
	}
	const struct machine *usual = machine_of(elf, "");
	return usual ? usual->glibc : "/lib/ld.so.1";
}

struct ld_loader *ld_loader_of(struct slim_ldso *ldso, const char *interpreter, const struct slim_elf *elf)
{
	const char *path = interpreter ? interpreter : usual_path(ldso, elf);
	for (struct ld_loader *l = ldso->loaders; l; l = l->next)
		if (!strcmp(l->path, path) && l->machine == elf->machine && l->elf_class == elf->elf_class &&
		    l->encoding == elf->encoding)
			return l;
	return loader_new(ldso, path, elf);
}
