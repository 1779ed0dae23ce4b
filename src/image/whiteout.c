#include "layer_tar.h"

#include "slim/path.h"

#define PREFIX ".wh."
#define META_PREFIX ".wh..wh."
#define OPAQUE_NAME ".wh..wh..opq"

/* A whiteout marks its name only; as a folder it would be a name that no layer can hold (layer.md: reserved). */
static bool passes_through_one(struct slim_blob dir)
{
	struct slim_blob rest = dir, part;
	while (rest.len && slim_blob_split(&rest, '/', &part))
		if (slim_blob_starts(part, PREFIX))
			return true;
	return false;
}

bool slim_is_pseudo_link(struct slim_blob path)
{
	return slim_blob_is(slim_path_dir(path), SLIM_PSEUDO_LINKS);
}

static struct slim_blob join(struct slim_arena *arena, struct slim_blob dir, struct slim_blob name)
{
	if (!dir.len)
		return name;
	char *text = slim_arena_alloc(arena, dir.len + 1 + name.len + 1);
	memcpy(text, dir.ptr, dir.len);
	text[dir.len] = '/';
	memcpy(text + dir.len + 1, name.ptr, name.len);
	return slim_blob(text, dir.len + 1 + name.len);
}

int slim_whiteout_parse(struct slim_arena *arena, struct slim_blob path, struct slim_entry *out, bool *skip,
			struct slim_error **err)
{
	struct slim_blob base = slim_path_base(path), dir = slim_path_dir(path);
	*out = (struct slim_entry){ .kind = SLIM_ENTRY_FILE, .path = path };
	/* AUFS kept its own files at the top: .wh..wh.orph/… and the like */
	bool pseudo_link = slim_is_pseudo_link(path);
	*skip = slim_blob_starts(path, META_PREFIX) && !slim_blob_is(path, OPAQUE_NAME) && !pseudo_link;
	if (*skip || pseudo_link)
		return 0;
	if (passes_through_one(dir))
		return slim_fail(err, SLIM_BAD_INPUT, "a file below a whiteout");
	if (!slim_blob_starts(base, PREFIX))
		return 0;
	if (slim_blob_is(base, OPAQUE_NAME)) {
		*out = (struct slim_entry){ .kind = SLIM_ENTRY_OPAQUE, .path = dir };
		return 0;
	}
	struct slim_blob name = slim_blob(base.ptr + strlen(PREFIX), base.len - strlen(PREFIX));
	if (!name.len || slim_blob_is(name, ".") || slim_blob_is(name, ".."))
		return slim_fail(err, SLIM_BAD_INPUT, "a whiteout that names no file");
	*out = (struct slim_entry){ .kind = SLIM_ENTRY_WHITEOUT, .path = join(arena, dir, name) };
	return 0;
}
