#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "ldso_inside.h"

static struct ld_slot *slot_of(const struct ld_table *table, struct slim_blob key)
{
	/* The keys are a stranger's: where the table lies is not. */
	size_t mask = table->capacity - 1, i = (size_t)XXH3_64bits_withSeed(key.ptr, key.len, (uintptr_t)table);
	while (table->slots[i & mask].value && !slim_blob_equal(table->slots[i & mask].key, key))
		i++;
	return &table->slots[i & mask];
}

void *ld_table_get(const struct ld_table *table, struct slim_blob key)
{
	return table->capacity ? slot_of(table, key)->value : NULL;
}

static void grow(struct ld_table *table)
{
	struct ld_table old = *table;
	table->capacity = old.capacity ? old.capacity * 2 : 16;
	table->slots = slim_calloc(table->capacity, sizeof(*table->slots));
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i].value)
			*slot_of(table, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void ld_table_put(struct ld_table *table, struct slim_blob key, void *value)
{
	if (table->count * 2 >= table->capacity)
		grow(table);
	struct ld_slot *slot = slot_of(table, key);
	if (slot->value)
		return;
	*slot = (struct ld_slot){ key, value };
	table->count++;
}
