/* Two images path by path, and whether one was made from the other. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compare.h"

enum { CHUNK = 64 << 10, ATTRIBUTES = 07777 };

const char *slim_origin_name(enum slim_origin origin)
{
	switch (origin) {
	case SLIM_ORIGIN_UNKNOWN: return "unknown";
	case SLIM_ORIGIN_SAME: return "same";
	case SLIM_ORIGIN_SLIMMED: return "slimmed";
	case SLIM_ORIGIN_BUILT: return "built-on";
	}
	return "";
}

/* Whether LOW's layers are the lowest of HIGH, which has more. */
static bool is_built_on(const struct slim_image *high, const struct slim_image *low)
{
	if (!low->layer_count || high->layer_count <= low->layer_count)
		return false;
	for (size_t i = 0; i < low->layer_count; i++)
		if (!slim_digest_equal(&high->layers[i].diff_id, &low->layers[i].diff_id))
			return false;
	return true;
}

/* How TO came from FROM. */
static enum slim_origin origin_of(const struct slim_image *to, const struct slim_image *from)
{
	if (slim_digest_equal(&to->config_digest, &from->config_digest))
		return SLIM_ORIGIN_SAME;
	if (slim_image_is_made_from(to, from))
		return SLIM_ORIGIN_SLIMMED;
	return is_built_on(to, from) ? SLIM_ORIGIN_BUILT : SLIM_ORIGIN_UNKNOWN;
}

static int by_digest(const void *a, const void *b)
{
	const struct slim_digest *const *x = a, *const *y = b;
	return strcmp((*x)->text, (*y)->text);
}

static uint64_t shared_layers(const struct slim_image *a, const struct slim_image *b)
{
	slim_autofree const struct slim_digest **sorted = slim_calloc(a->layer_count + 1, sizeof(*sorted));
	uint64_t shared = 0;
	for (size_t i = 0; i < a->layer_count; i++)
		sorted[i] = &a->layers[i].diff_id;
	qsort(sorted, a->layer_count, sizeof(*sorted), by_digest);
	for (size_t i = 0; i < b->layer_count; i++) {
		const struct slim_digest *wanted = &b->layers[i].diff_id;
		shared += bsearch(&wanted, sorted, a->layer_count, sizeof(*sorted), by_digest) != NULL;
	}
	return shared;
}

/* A layer gives a path the same file wherever it is used. */
static bool same_layer(const struct slim_compare_source *a, const struct slim_inode *x,
		       const struct slim_compare_source *b, const struct slim_inode *y)
{
	return x->layer < a->image->layer_count && y->layer < b->image->layer_count &&
	       slim_digest_equal(&a->image->layers[x->layer].diff_id, &b->image->layers[y->layer].diff_id);
}

static int same_bytes(const struct slim_inode *x, const struct slim_inode *y, bool *same, struct slim_error **err)
{
	slim_autofree char *one = slim_alloc(CHUNK), *other = slim_alloc(CHUNK);
	*same = x->size == y->size;
	for (uint64_t at = 0; *same && at < x->size; at += CHUNK) {
		size_t length = x->size - at < CHUNK ? (size_t)(x->size - at) : CHUNK;
		if (slim_inode_read(x, at, one, length, err) < 0 || slim_inode_read(y, at, other, length, err) < 0)
			return -1;
		*same = !memcmp(one, other, length);
	}
	return 0;
}

static bool same_xattrs(const struct slim_xattr *x, const struct slim_xattr *y)
{
	for (; x && y; x = x->next, y = y->next)
		if (strcmp(x->name, y->name) || !slim_blob_equal(x->value, y->value))
			return false;
	return !x && !y;
}

static bool same_attributes(const struct slim_inode *x, const struct slim_inode *y)
{
	return (x->mode & ATTRIBUTES) == (y->mode & ATTRIBUTES) && x->uid == y->uid && x->gid == y->gid &&
	       x->mtime == y->mtime && same_xattrs(x->xattrs, y->xattrs);
}

/* WHAT: the first thing in which two inodes of one path differ; NULL: none. */
static int difference(const struct slim_compare_source *a, const struct slim_inode *x,
		      const struct slim_compare_source *b, const struct slim_inode *y, const char **what,
		      struct slim_error **err)
{
	bool same = true;
	*what = NULL;
	if (same_layer(a, x, b, y))
		return 0;
	if ((x->mode & S_IFMT) != (y->mode & S_IFMT)) {
		*what = "type";
		return 0;
	}
	if (slim_inode_is_file(x) && same_bytes(x, y, &same, err) < 0)
		return -1;
	if (slim_inode_is_device(x))
		same = x->dev_major == y->dev_major && x->dev_minor == y->dev_minor;
	if (!same)
		*what = "contents";
	else if (slim_inode_is_link(x) && !slim_blob_equal(x->target, y->target))
		*what = "target";
	else if (!same_attributes(x, y))
		*what = "attributes";
	return 0;
}

static uint64_t span(const struct slim_changed *c)
{
	return c->after > c->before ? c->after - c->before : c->before - c->after;
}

static int by_span(const void *a, const void *b)
{
	const struct slim_changed *x = a, *y = b;
	if (span(x) != span(y))
		return span(x) < span(y) ? 1 : -1;
	return strcmp(x->path, y->path);
}

static uint64_t size_of(const struct slim_inode *inode)
{
	return slim_inode_is_file(inode) ? inode->size : 0;
}

/* Every node of a's tree with the one of the same path in b's; the roots are paths of no layer. */
static int compare_paths(struct slim_compared_pair *pair, const struct slim_compare_source *a,
			 const struct slim_compare_source *b, struct slim_arena *arena, struct slim_error **err)
{
	size_t nodes = slim_tree_count(a->tree), capacity = 0;
	slim_autofree const struct slim_node **twins = slim_calloc(nodes, sizeof(*twins));
	slim_autofree struct slim_changed *changed = NULL;
	twins[0] = slim_tree_root(b->tree);
	for (uint32_t id = 1; id < nodes; id++) {
		const struct slim_node *node = slim_tree_node(a->tree, id), *folder = twins[node->parent->id];
		struct slim_blob name = slim_blob(node->name, node->name_length);
		const struct slim_node *twin = folder ? slim_node_child(b->tree, folder, name) : NULL;
		const char *what;
		twins[id] = twin;
		if (!twin)
			continue;
		pair->common++;
		if (difference(a, node->inode, b, twin->inode, &what, err) < 0)
			return -1;
		if (!what)
			pair->equal++;
		else
			*slim_push(&changed, &pair->changed_count, &capacity) = (struct slim_changed){
				slim_node_path(arena, node), what, size_of(node->inode), size_of(twin->inode)
			};
	}
	pair->only_a = nodes - 1 - pair->common;
	pair->only_b = slim_tree_count(b->tree) - 1 - pair->common;
	if (changed)
		qsort(changed, pair->changed_count, sizeof(*changed), by_span);
	pair->changed = slim_arena_alloc(arena, (pair->changed_count + 1) * sizeof(*changed));
	if (changed)
		memcpy(pair->changed, changed, pair->changed_count * sizeof(*changed));
	return 0;
}

int slim_pair_fill(struct slim_compared_pair *pair, const struct slim_compare_source *sources, struct slim_arena *arena,
		   struct slim_error **err)
{
	const struct slim_compare_source *a = &sources[pair->a], *b = &sources[pair->b];
	pair->origin = origin_of(b->image, a->image);
	if (pair->origin == SLIM_ORIGIN_UNKNOWN) {
		pair->origin = origin_of(a->image, b->image);
		pair->reversed = pair->origin != SLIM_ORIGIN_UNKNOWN;
	}
	pair->shared_layers = shared_layers(a->image, b->image);
	return compare_paths(pair, a, b, arena, err);
}
