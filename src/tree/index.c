#include "internal.h"

#include <sys/random.h>
#include <time.h>

#include <xxhash.h>

enum { FIRST_CAPACITY = 1024 };

void slim_index_init(struct slim_index *index)
{
	*index = (struct slim_index){ 0 };
	/* Without entropy a clock is better than a constant; the order of the table is never seen either way. */
	if (getrandom(&index->seed, sizeof(index->seed), GRND_NONBLOCK) != sizeof(index->seed))
		index->seed = (uint64_t)time(NULL) ^ (uintptr_t)index;
}

void slim_index_clear(struct slim_index *index)
{
	free(index->nodes);
	free(index->hashes);
	*index = (struct slim_index){ 0 };
}

static uint32_t hash_of(const struct slim_index *index, const struct slim_node *parent, struct slim_blob name)
{
	/* Both halves are secret to whoever chose the names: the seed, and where the parent lies. */
	uint64_t parent_hash = XXH3_64bits_withSeed(&parent, sizeof(parent), index->seed);
	uint32_t hash = (uint32_t)XXH3_64bits_withSeed(name.ptr, name.len, parent_hash);
	return hash ? hash : 1;
}

static struct slim_blob name_of(const struct slim_node *node)
{
	return slim_blob(node->name, node->name_length);
}

static bool is(const struct slim_node *node, const struct slim_node *parent, struct slim_blob name)
{
	return node->parent == parent && node->name_length == name.len && !memcmp(node->name, name.ptr, name.len);
}

struct slim_node *slim_index_find(const struct slim_index *index, const struct slim_node *parent, struct slim_blob name)
{
	if (!index->capacity)
		return NULL;
	size_t mask = index->capacity - 1;
	uint32_t hash = hash_of(index, parent, name);
	for (size_t i = hash & mask; index->hashes[i]; i = (i + 1) & mask)
		if (index->hashes[i] == hash && is(index->nodes[i], parent, name))
			return index->nodes[i];
	return NULL;
}

static void put(struct slim_index *index, struct slim_node *node, uint32_t hash)
{
	size_t mask = index->capacity - 1, i = hash & mask;
	while (index->hashes[i])
		i = (i + 1) & mask;
	index->nodes[i] = node;
	index->hashes[i] = hash;
}

static void grow(struct slim_index *index)
{
	struct slim_index old = *index;
	index->capacity = old.capacity ? 2 * old.capacity : FIRST_CAPACITY;
	index->nodes = slim_calloc(index->capacity, sizeof(*index->nodes));
	index->hashes = slim_calloc(index->capacity, sizeof(*index->hashes));
	for (size_t i = 0; i < old.capacity; i++)
		if (old.hashes[i])
			put(index, old.nodes[i], old.hashes[i]);
	free(old.nodes);
	free(old.hashes);
}

void slim_index_add(struct slim_index *index, struct slim_node *node)
{
	if (index->count >= index->capacity / 4 * 3)
		grow(index);
	put(index, node, hash_of(index, node->parent, name_of(node)));
	index->count++;
}

/* Close the gap at I: move back whatever would not be found behind an empty slot. */
static void shift_back(struct slim_index *index, size_t gap)
{
	size_t mask = index->capacity - 1;
	for (size_t i = (gap + 1) & mask; index->hashes[i]; i = (i + 1) & mask) {
		size_t home = index->hashes[i] & mask;
		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		index->nodes[gap] = index->nodes[i];
		index->hashes[gap] = index->hashes[i];
		gap = i;
	}
	index->hashes[gap] = 0;
}

void slim_index_remove(struct slim_index *index, const struct slim_node *node)
{
	size_t mask = index->capacity - 1;
	size_t i = hash_of(index, node->parent, name_of(node)) & mask;
	while (index->hashes[i] && index->nodes[i] != node)
		i = (i + 1) & mask;
	if (!index->hashes[i])
		return;
	shift_back(index, i);
	index->count--;
}
