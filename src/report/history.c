#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "slim/path.h"

struct note {
	struct slim_blob path;
	enum slim_entry_kind kind;
	uint32_t layer;
	uint64_t size;
};

struct slim_history {
	struct slim_arena *arena;
	struct slim_blob *names; /* of the paths asked for, sorted */
	size_t name_count;
	struct note *notes;
	size_t count, capacity;
	uint32_t layers;
};

static int by_bytes(const void *a, const void *b)
{
	return slim_blob_compare(*(const struct slim_blob *)a, *(const struct slim_blob *)b);
}

static struct slim_blob without_slash(struct slim_blob path)
{
	while (path.len && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

struct slim_history *slim_history_new(const char *const *paths, size_t count)
{
	struct slim_history *h = slim_calloc(1, sizeof(*h));
	h->arena = slim_arena_new();
	h->names = slim_calloc(count + 1, sizeof(*h->names));
	h->name_count = count;
	for (size_t i = 0; i < count; i++)
		h->names[i] = slim_path_base(without_slash(slim_blob_of(paths[i])));
	qsort(h->names, count, sizeof(*h->names), by_bytes);
	return h;
}

void slim_history_free(struct slim_history *h)
{
	if (!h)
		return;
	slim_arena_free(h->arena);
	free(h->names);
	free(h->notes);
	free(h);
}

void slim_history_see(struct slim_history *h, const struct slim_layer *layer)
{
	h->layers++;
	for (size_t i = 0; i < layer->count; i++) {
		const struct slim_entry *e = &layer->entries[i];
		struct slim_blob name = slim_path_base(e->path);
		bool hides = e->kind == SLIM_ENTRY_WHITEOUT || e->kind == SLIM_ENTRY_OPAQUE;
		if (!hides && !bsearch(&name, h->names, h->name_count, sizeof(*h->names), by_bytes))
			continue;
		const char *path = slim_arena_strndup(h->arena, e->path.ptr, e->path.len);
		bool file = e->kind == SLIM_ENTRY_FILE && slim_inode_is_file(e->inode);
		*slim_push(&h->notes, &h->count, &h->capacity) = (struct note){
			slim_blob(path, e->path.len), e->kind, h->layers, file ? e->inode->size : 0
		};
	}
}

const char *slim_past_name(enum slim_past_kind kind)
{
	switch (kind) {
	case SLIM_PAST_ADDED: return "added";
	case SLIM_PAST_REPLACED: return "replaced";
	case SLIM_PAST_REMOVED: return "removed";
	}
	return "";
}

/* Whether a whiteout of HIDDEN, or an opaque folder of that name, takes PATH out. */
static bool takes_out(const struct note *note, struct slim_blob path)
{
	bool below = path.len > note->path.len && !memcmp(path.ptr, note->path.ptr, note->path.len) &&
		     (!note->path.len || path.ptr[note->path.len] == '/');
	return below || (note->kind == SLIM_ENTRY_WHITEOUT && slim_blob_equal(note->path, path));
}

size_t slim_history_of(const struct slim_history *h, struct slim_blob path, struct slim_arena *arena,
		       struct slim_past **out)
{
	size_t count = 0;
	bool there = false;
	*out = slim_arena_alloc(arena, (2 * h->count + 1) * sizeof(**out));
	for (size_t i = 0; i < h->count; i++) {
		const struct note *note = &h->notes[i];
		bool hides = note->kind == SLIM_ENTRY_WHITEOUT || note->kind == SLIM_ENTRY_OPAQUE;
		if (hides && there && takes_out(note, path)) {
			/* a layer's whiteouts are about the layers below it, wherever they stand in it */
			if (count && (*out)[count - 1].layer == note->layer)
				continue;
			(*out)[count++] = (struct slim_past){ SLIM_PAST_REMOVED, note->layer, 0 };
			there = false;
		} else if (!hides && slim_blob_equal(note->path, path)) {
			(*out)[count++] = (struct slim_past){ there ? SLIM_PAST_REPLACED : SLIM_PAST_ADDED, note->layer,
							      note->size };
			there = true;
		}
	}
	return count;
}
