#include <stdlib.h>
#include <string.h>

#include "package_db.h"

void slim_provides_add(struct slim_provides *provides, const char *name, const char *package)
{
	*slim_push(&provides->items, &provides->count, &provides->capacity) = (struct slim_provided){ name, package };
}

static int by_name(const void *a, const void *b)
{
	const struct slim_provided *x = a, *y = b;
	int order = strcmp(x->name, y->name);
	if (order)
		return order;
	bool x_own = !strcmp(x->name, x->package), y_own = !strcmp(y->name, y->package);
	return x_own != y_own ? y_own - x_own : strcmp(x->package, y->package);
}

static const char *provider(const struct slim_provides *provides, const char *name)
{
	size_t low = 0, high = provides->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(provides->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < provides->count && !strcmp(provides->items[low].name, name);
	return found ? provides->items[low].package : name;
}

/* A package's own name is its before it is another's that provides it too. */
void slim_provides_resolve(struct slim_provides *provides, struct slim_packages *db, size_t first)
{
	for (size_t i = first; i < db->count; i++)
		slim_provides_add(provides, db->items[i]->name, db->items[i]->name);
	if (provides->count)
		qsort(provides->items, provides->count, sizeof(*provides->items), by_name);
	for (size_t i = first; i < db->count; i++)
		for (const char **name = db->items[i]->depends; *name; name++)
			*name = provider(provides, *name);
	free(provides->items);
	*provides = (struct slim_provides){ 0 };
}
