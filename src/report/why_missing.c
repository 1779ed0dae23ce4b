/* A path that the image has not: how far it leads, and which ones may have been meant. */
#include <string.h>
#include <strings.h>

#include "slim/path.h"

#include "why.h"

enum { SAME_CASE, SAME_NAME, LONGER, SIMILAR_1, SIMILAR_2, FAR };
enum { DISTANCE_MAX = 2, SHORT = 4, NAME_MAX_LENGTH = 255 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned d = a < b ? a : b;
	return d < c ? d : c;
}

/* Levenshtein's distance of two names, or DISTANCE_MAX + 1 when it is larger. */
static unsigned distance(struct slim_blob a, struct slim_blob b)
{
	unsigned row[NAME_MAX_LENGTH + 1];
	size_t difference = a.len > b.len ? a.len - b.len : b.len - a.len;
	if (difference > DISTANCE_MAX || a.len > NAME_MAX_LENGTH || b.len > NAME_MAX_LENGTH)
		return DISTANCE_MAX + 1;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned corner = row[0], best = row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned above = row[j], change = corner + (a.ptr[i - 1] != b.ptr[j - 1]);
			row[j] = least(above + 1, row[j - 1] + 1, change);
			corner = above;
			best = row[j] < best ? row[j] : best;
		}
		if (best > DISTANCE_MAX)
			return DISTANCE_MAX + 1;
	}
	return row[b.len];
}

/* Whether NAME is WANTED with something behind a dot or a dash: another version of it. */
static bool is_longer(struct slim_blob name, struct slim_blob wanted)
{
	return wanted.len >= SHORT && name.len > wanted.len && !memcmp(name.ptr, wanted.ptr, wanted.len) &&
	       strchr(".-0123456789", name.ptr[wanted.len]);
}

static unsigned rank_of(struct slim_blob name, struct slim_blob wanted)
{
	if (slim_blob_equal(name, wanted))
		return SAME_NAME;
	if (name.len == wanted.len && !strncasecmp(name.ptr, wanted.ptr, name.len))
		return SAME_CASE;
	if (is_longer(name, wanted) || is_longer(wanted, name))
		return LONGER;
	unsigned d = distance(name, wanted), allowed = wanted.len < SHORT ? 1 : DISTANCE_MAX;
	return d > allowed ? FAR : d == 1 ? SIMILAR_1 : SIMILAR_2;
}

static const char *how(unsigned rank)
{
	static const char *const words[] = { "other case", "same name", "another version", "similar name", "similar name" };
	return words[rank];
}

struct best {
	unsigned weights[SLIM_NEAR_MAX];
};

static void consider(struct slim_answer *a, struct best *best, const struct slim_node *node, unsigned rank, bool here)
{
	unsigned weight = 2 * rank + !here;
	size_t at = a->near_count;
	while (at && best->weights[at - 1] > weight)
		at--;
	if (at == SLIM_NEAR_MAX)
		return;
	size_t behind = (a->near_count < SLIM_NEAR_MAX ? a->near_count : SLIM_NEAR_MAX - 1) - at;
	memmove(&a->near[at + 1], &a->near[at], behind * sizeof(*a->near));
	memmove(&best->weights[at + 1], &best->weights[at], behind * sizeof(*best->weights));
	a->near[at] = (struct slim_near){ node, how(rank) };
	best->weights[at] = weight;
	a->near_count += a->near_count < SLIM_NEAR_MAX;
}

/* As far as PATH leads, link by link. */
static const struct slim_node *deepest(const struct slim_tree *tree, struct slim_blob path)
{
	const struct slim_node *at = slim_tree_root(tree);
	struct slim_blob rest = path, part;
	while (slim_blob_split(&rest, '/', &part)) {
		const struct slim_node *next = part.len ? slim_tree_walk(tree, at, part, true, NULL, NULL) : at;
		if (!next) {
			const struct slim_node *link = slim_tree_walk(tree, at, part, false, NULL, NULL);
			return link ? link : at;
		}
		at = next;
		if (!slim_node_is_dir(at))
			return at;
	}
	return at;
}

static struct slim_blob trimmed(const char *text)
{
	struct slim_blob path = slim_blob_of(text);
	while (path.len && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

void slim_why_missing(const struct slim_why_source *s, struct slim_answer *a)
{
	struct slim_blob path = trimmed(a->asked), wanted = slim_path_base(path);
	struct best best = { { 0 } };
	a->deepest = deepest(s->tree, path);
	if (!wanted.len)
		return;
	for (uint32_t id = 1; id < slim_tree_count(s->tree); id++) {
		const struct slim_node *node = slim_tree_node(s->tree, id);
		unsigned rank = rank_of(slim_blob(node->name, node->name_length), wanted);
		if (rank < FAR)
			consider(a, &best, node, rank, node->parent == a->deepest);
	}
}
