/* Lists of folders and the tokens in them: glibc elf/dl-load.c (fillin_rpath, _dl_dst_substitute), A6 and A7. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"
#include "slim/path.h"

static void find_subs(struct slim_ldso *ldso, const struct ld_loader *loader, struct ld_place *place)
{
	place->subs = slim_arena_alloc(ldso->arena, loader->subs.count * sizeof(struct ld_sub *) + 1);
	for (size_t i = 0; i < loader->subs.count; i++) {
		const struct ld_sub *sub = &loader->subs.items[i];
		if (slim_tree_walk(ldso->in.tree, place->node, slim_blob_of(sub->path), true, NULL, NULL))
			place->subs[place->sub_count++] = sub;
	}
}

struct ld_place *ld_place_of(struct slim_ldso *ldso, struct ld_loader *loader, struct slim_blob path)
{
	struct ld_place *place = ld_table_get(&loader->places, path);
	if (place)
		return place;
	place = slim_arena_alloc(ldso->arena, sizeof(*place));
	place->path = slim_arena_strndup(ldso->arena, path.ptr, path.len);
	place->node = path.len ? slim_tree_walk(ldso->in.tree, ldso->cwd, path, true, NULL, NULL) :
				 (struct slim_node *)ldso->cwd;
	if (place->node && !slim_node_is_dir(place->node))
		place->node = NULL;
	if (place->node)
		find_subs(ldso, loader, place);
	ld_table_put(&loader->places, slim_blob(place->path, path.len), place);
	return place;
}

static bool name_goes_on(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The length of NAME or {NAME} at TEXT, or 0: glibc is_dst. */
static size_t token_length(struct slim_blob text, const char *name)
{
	bool curly = text.len && text.ptr[0] == '{';
	size_t length = strlen(name), at = curly;
	if (text.len < at + length || memcmp(text.ptr + at, name, length))
		return 0;
	char behind = text.len > at + length ? text.ptr[at + length] : 0;
	if (curly)
		return behind == '}' ? length + 2 : 0;
	return name_goes_on(behind) ? 0 : length;
}

static size_t find_token(struct slim_blob text, const char **value, const char *const values[3])
{
	static const char *const names[] = { "ORIGIN", "PLATFORM", "LIB" };
	for (size_t i = 0; i < SLIM_COUNT(names); i++) {
		size_t length = token_length(text, names[i]);
		if (length) {
			*value = values[i];
			return length;
		}
	}
	return 0;
}

const char *ld_expand(struct slim_ldso *ldso, const struct ld_loader *loader, struct slim_blob text,
		      const char *origin, const char *platform, bool *has_platform)
{
	const char *const values[3] = { origin, platform, loader->lib };
	char out[SLIM_PATH_MAX];
	size_t length = 0;
	for (size_t i = 0; i < text.len; i++) {
		const char *value = NULL;
		size_t token = text.ptr[i] == '$' ?
				       find_token(slim_blob(text.ptr + i + 1, text.len - i - 1), &value, values) : 0;
		if (token && !value)
			return NULL;
		if (token && has_platform && value == platform)
			*has_platform = true;
		size_t size = token ? strlen(value) : 1;
		if (size >= sizeof(out) - length)
			return NULL;
		memcpy(out + length, token ? value : text.ptr + i, size);
		length += size;
		i += token;
	}
	return slim_arena_strndup(ldso->arena, out, length);
}

static void add_dir(struct ld_space *space, const char *path, bool variant, struct ld_dirs *out)
{
	struct ld_loader *l = space->loader;
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	const char *folder = length && path[length - 1] != '/' ?
				     slim_arena_format(space->ldso->arena, "%.*s/", (int)length, path) : path;
	struct ld_place *place = ld_place_of(space->ldso, l, slim_blob(folder, length && path[length - 1] != '/' ?
									length + 1 : length));
	if (place->stamp == l->stamp)
		return;
	place->stamp = l->stamp;
	*slim_push(&out->items, &out->count, &out->capacity) = (struct ld_dir){ place, variant };
}

static void add_part(struct ld_space *space, struct slim_blob part, const char *origin, struct ld_dirs *out)
{
	const struct ld_loader *l = space->loader;
	if (!part.len) {
		add_dir(space, "", false, out);
		return;
	}
	bool has_platform = false;
	const char *plain = ld_expand(space->ldso, l, part, origin, l->platforms[0].name, &has_platform);
	for (size_t i = 1; has_platform && l->platforms[i].name; i++) {
		const char *path = ld_expand(space->ldso, l, part, origin, l->platforms[i].name, NULL);
		if (path && *path)
			add_dir(space, path, true, out);
	}
	if (plain && *plain)
		add_dir(space, plain, false, out);
}

void ld_fill_dirs(struct ld_space *space, struct slim_blob list, const char *separators, const char *origin,
		  struct ld_dirs *out)
{
	struct slim_blob part;
	struct ld_dirs dirs = { 0 };
	space->loader->stamp++;
	if (!list.len)
		return;
	while (slim_blob_split_any(&list, separators, &part))
		if (part.len < SLIM_PATH_MAX)
			add_part(space, part, origin, &dirs);
	out->items = slim_arena_alloc(space->ldso->arena, dirs.count * sizeof(*dirs.items) + 1);
	out->count = dirs.count;
	if (dirs.count)
		memcpy(out->items, dirs.items, dirs.count * sizeof(*dirs.items));
	free(dirs.items);
}

const char *ld_absolute(struct slim_ldso *ldso, struct slim_blob folder, struct slim_blob name)
{
	const char *cwd = ldso->in.working_dir ? ldso->in.working_dir : "";
	bool relative = folder.len ? folder.ptr[0] != '/' : !name.len || name.ptr[0] != '/';
	return slim_arena_format(ldso->arena, "%s%s%.*s%.*s", relative ? cwd : "",
				 relative && !slim_blob_ends(slim_blob_of(cwd), "/") ? "/" : "", (int)folder.len,
				 folder.ptr ? folder.ptr : "", (int)name.len, name.ptr);
}

/* Up to the last slash; of a file in the root the slash itself: glibc _dl_new_object. */
const char *ld_origin_of(struct slim_ldso *ldso, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return "/";
	return slim_arena_strndup(ldso->arena, path, slash == path ? 1 : (size_t)(slash - path));
}
