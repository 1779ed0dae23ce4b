/* Packages that are named within archives of classes, and within programs that Go built. */
#include <string.h>

#include "../trace/java/java.h"

#include "sbom.h"

/* --- Java: META-INF/maven/GROUP/ARTIFACT/pom.properties -------------------------------------------------------- */

struct jar {
	struct slim_sbom_builder *b;
	const struct slim_node *node;
};

/* java.util.Properties, as far as Maven writes them: "key=value" */
static char *property(struct slim_blob text, const char *key)
{
	struct slim_blob line, name;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob rest = line;
		if (slim_blob_split(&rest, '=', &name) && slim_blob_is(slim_blob_trim(name), key) && rest.ptr) {
			struct slim_blob value = slim_blob_trim(rest);
			return slim_strndup(value.len ? value.ptr : "", value.len);
		}
	}
	return NULL;
}

static void read_member(void *context, const struct java_member *member)
{
	struct jar *jar = context;
	if (!slim_blob_starts(member->name, "META-INF/maven/") || !slim_blob_ends(member->name, "/pom.properties"))
		return;
	slim_autofree char *group = property(member->bytes, "groupId"), *artifact = property(member->bytes, "artifactId"),
			   *version = property(member->bytes, "version");
	if (artifact && *artifact)
		slim_sbom_found(jar->b, &(struct slim_purl){ "maven", group, artifact, version, NULL }, jar->node);
}

void slim_sbom_jar(struct slim_sbom_builder *b, const struct slim_node *node)
{
	struct jar jar = { b, node };
	if (!java_is_archive_name(slim_blob(node->name, node->name_length)))
		return;
	/* one that is broken tells what it can */
	if (!java_zip_read(slim_selection_inode(b->source->selection, node), &b->spent, read_member, &jar))
		return;
}

/* --- Go: runtime/debug.BuildInfo, as cmd/go writes it since 1.18 ------------------------------------------------ */

enum { PIECE = 1 << 20, INFO_MAX = 4 << 20, HEAD = 32, ALIGNMENT = 16 };
static const char magic[] = "\xff Go buildinf:";

/* Where the information begins; UINT64_MAX: nowhere. debug/buildinfo: at a multiple of 16 in its segment. */
static uint64_t find_info(const struct slim_inode *inode)
{
	slim_autofree char *piece = slim_alloc(PIECE + ALIGNMENT);
	for (uint64_t at = 0; at < inode->size; at += PIECE) {
		uint64_t left = inode->size - at;
		size_t n = left < PIECE + ALIGNMENT ? (size_t)left : PIECE + ALIGNMENT;
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		if (slim_inode_read(inode, at, piece, n, &err) < 0)
			return UINT64_MAX;
		const char *end = piece + n, *from = piece, *found;
		for (; (found = memmem(from, (size_t)(end - from), magic, sizeof(magic) - 1)); from = found + 1)
			if ((size_t)(found - piece) % ALIGNMENT == 0)
				return at + (uint64_t)(found - piece);
	}
	return UINT64_MAX;
}

/* A text with its length before it, as encoding/binary.Uvarint has it. False: there is none. */
static bool take_text(struct slim_blob *rest, struct slim_blob *text)
{
	uint64_t length = 0;
	for (unsigned shift = 0; rest->len && shift < 63; shift += 7) {
		unsigned char byte = (unsigned char)rest->ptr[0];
		*rest = slim_blob(rest->ptr + 1, rest->len - 1);
		length |= (uint64_t)(byte & 127) << shift;
		if (byte & 128)
			continue;
		if (length > rest->len)
			return false;
		*text = slim_blob(rest->ptr, (size_t)length);
		*rest = slim_blob(rest->ptr + length, rest->len - (size_t)length);
		return true;
	}
	return false;
}

/* "dep\tPATH\tVERSION\tSUM" */
static void found_module(struct slim_sbom_builder *b, const struct slim_node *node, struct slim_blob line)
{
	struct slim_blob kind, path, version;
	if (!slim_blob_split(&line, '\t', &kind) || !slim_blob_split(&line, '\t', &path) || !path.len ||
	    !slim_blob_split(&line, '\t', &version))
		return;
	const char *slash = memrchr(path.ptr, '/', path.len);
	size_t space_length = slash ? (size_t)(slash - path.ptr) : 0, skip = slash ? space_length + 1 : 0;
	slim_autofree char *space = slim_strndup(path.ptr, space_length);
	slim_autofree char *name = slim_strndup(path.ptr + skip, path.len - skip);
	slim_autofree char *v = slim_strndup(version.ptr, version.len);
	struct slim_sbom_package *p = slim_sbom_found(b, &(struct slim_purl){ "golang", space, name, v, NULL }, node);
	p->name = slim_arena_strndup(b->sbom->licences.arena, path.ptr, path.len);
}

/* A line "=>" says what stands in for the module of the line before. */
static void read_modules(struct slim_sbom_builder *b, const struct slim_node *node, struct slim_blob text)
{
	struct slim_blob line, module = { NULL, 0 };
	while (slim_blob_line(&text, &line)) {
		if (slim_blob_starts(line, "=>\t")) {
			module = line;
			continue;
		}
		if (module.ptr)
			found_module(b, node, module);
		bool is = slim_blob_starts(line, "mod\t") || slim_blob_starts(line, "dep\t");
		module = is ? line : slim_blob(NULL, 0);
	}
	if (module.ptr)
		found_module(b, node, module);
}

void slim_sbom_go(struct slim_sbom_builder *b, const struct slim_node *node)
{
	enum { INLINE = 2, FLAGS = 15, FRAME = 16 }; /* the modules' text stands between two marks of 16 bytes */
	const struct slim_inode *inode = slim_selection_inode(b->source->selection, node);
	uint64_t at = find_info(inode);
	if (at == UINT64_MAX || inode->size - at < HEAD)
		return;
	size_t n = inode->size - at < INFO_MAX ? (size_t)(inode->size - at) : INFO_MAX;
	slim_autofree char *bytes = slim_alloc(n);
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	if (slim_inode_read(inode, at, bytes, n, &err) < 0 || !(bytes[FLAGS] & INLINE))
		return;
	struct slim_blob rest = slim_blob(bytes + HEAD, n - HEAD), version, modules;
	if (!take_text(&rest, &version) || !slim_blob_starts(version, "go"))
		return;
	slim_autofree char *v = slim_strndup(version.ptr + 2, version.len - 2);
	slim_sbom_found(b, &(struct slim_purl){ "golang", NULL, "stdlib", v, NULL }, node);
	if (take_text(&rest, &modules) && modules.len > 2 * FRAME)
		read_modules(b, node, slim_blob(modules.ptr + FRAME, modules.len - 2 * FRAME));
}
