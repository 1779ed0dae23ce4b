/* A path that leaves: what came closest to keeping it, and what would. */
#include <string.h>

#include "slim/match.h"
#include "slim/path.h"

#include "why.h"

/* Of the wishes that match NODE or a folder above it the last decides: src/trace/seed/allowlist.c. */
static const struct slim_wish *dropped_by(const struct slim_wishes *w, const struct slim_node *node)
{
	size_t decisive = 0;
	for (; node->parent; node = node->parent) {
		slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
		struct slim_blob path = slim_blob_of(slim_node_path(scratch, node));
		for (size_t i = decisive; i < w->count; i++)
			if (w->items[i].glob && slim_glob_matches(w->items[i].glob, path))
				decisive = i + 1;
	}
	const struct slim_wish *wish = decisive ? &w->items[decisive - 1] : NULL;
	return wish && wish->kind == SLIM_WISH_DROP ? wish : NULL;
}

static void count(const struct slim_why_source *s, const struct slim_node *node, struct slim_share *share,
		  const struct slim_node **kin)
{
	uint64_t bytes = slim_node_is_file(node) ? node->inode->size / node->inode->links : 0;
	share->files++;
	share->bytes += bytes;
	if (!slim_trace_kept(s->trace, node))
		return;
	if (share->kept < SLIM_KIN_MAX)
		kin[share->kept] = node;
	share->kept++;
	share->kept_bytes += bytes;
}

static void count_package(const struct slim_why_source *s, struct slim_answer *a)
{
	for (size_t i = 0; a->package && i < a->package->file_count; i++)
		count(s, a->package->files[i], &a->package_share, a->package_kin);
}

/* The nearest folder above of which a file stays; each is counted by itself, so that deep paths cost most. */
static void count_folder(const struct slim_why_source *s, struct slim_answer *a)
{
	for (a->folder = a->node->parent; a->folder; a->folder = a->folder->parent) {
		a->folder_share = (struct slim_share){ 0 };
		for (uint32_t id = a->folder->id + 1; id < slim_node_end(s->tree, a->folder); id++) {
			const struct slim_node *node = slim_tree_node(s->tree, id);
			if (!slim_node_is_dir(node))
				count(s, node, &a->folder_share, a->folder_kin);
		}
		if (a->folder_share.kept)
			return;
	}
}

static void advise(struct slim_answer *a, const char *option, const char *value)
{
	a->remedies[a->remedy_count++] = (struct slim_remedy){ option, value };
}

/* PATH as a glob that matches nothing else. */
static const char *literal_glob(struct slim_arena *arena, const char *path)
{
	char *out = slim_arena_alloc(arena, 2 * strlen(path) + 1);
	size_t n = 0;
	for (; *path; path++) {
		if (strchr("*?[\\", *path))
			out[n++] = '\\';
		out[n++] = *path;
	}
	return out;
}

void slim_why_leaves(const struct slim_why_source *s, struct slim_answer *a, struct slim_arena *arena)
{
	const char *path = slim_node_path(arena, a->node);
	a->dropped_by = dropped_by(s->wishes, a->node);
	count_package(s, a);
	count_folder(s, a);
	const struct slim_reason *step = s->uncut ? slim_chain_step(s->uncut, a->node) : NULL;
	if (step) {
		a->cut = slim_why_chain(s->uncut, a->node, step, arena);
		enum slim_confidence weakest = SLIM_CERTAIN;
		for (size_t i = 0; i < a->cut.count; i++)
			if (slim_rule(a->cut.steps[i].reason->rule)->confidence > weakest)
				weakest = slim_rule(a->cut.steps[i].reason->rule)->confidence;
		advise(a, "--level", slim_confidence_name(weakest));
	}
	advise(a, "--keep", literal_glob(arena, path));
	if (a->package && a->remedy_count < SLIM_REMEDIES_MAX)
		advise(a, "--package", a->package->name);
	if (slim_node_is_executable(a->node))
		advise(a, "--entry", path);
}
