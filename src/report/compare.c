#include "compare.h"

#include <string.h>

#include "slim/stream.h"

enum { MAGIC = 8 };

/* "A" to "Z", then "AA": as a spreadsheet names its columns. */
static const char *label_of(struct slim_arena *arena, size_t i)
{
	char text[16];
	size_t at = sizeof(text) - 1;
	text[at] = 0;
	for (i++; i && at; i = (i - 1) / 26)
		text[--at] = (char)('A' + (i - 1) % 26);
	return slim_arena_strndup(arena, text + at, sizeof(text) - 1 - at);
}

static int is_plain(const struct slim_layer_ref *layer, bool *plain, struct slim_error **err)
{
	char head[MAGIC];
	size_t length = layer->blob.length < MAGIC ? (size_t)layer->blob.length : MAGIC;
	if (slim_file_read(layer->blob.file, layer->blob.offset, head, length, err) < 0)
		return slim_wrap(err, "%s", layer->label);
	*plain |= slim_detect(slim_blob(head, length)) == SLIM_PLAIN;
	return 0;
}

static uint64_t packages_with_files(const struct slim_packages *packages)
{
	uint64_t count = 0;
	for (size_t i = 0; i < slim_packages_count(packages); i++)
		count += slim_packages_at(packages, i)->file_count > 0;
	return count;
}

static int fill_image(struct slim_compared_image *image, const struct slim_compare_source *source,
		      struct slim_arena *arena, struct slim_error **err)
{
	image->input = slim_arena_strndup(arena, source->input, strlen(source->input));
	image->form = source->form;
	image->size = source->size;
	image->name = slim_arena_strndup(arena, source->image->name, strlen(source->image->name));
	image->platform = slim_platform_text(arena, source->image->config.platform);
	slim_totals_count(&image->totals, source->tree, NULL, NULL);
	image->totals.layers = source->image->layer_count;
	image->totals.unpacked = source->unpacked;
	image->totals.packages = packages_with_files(source->packages);
	for (size_t i = 0; i < source->image->layer_count; i++) {
		image->totals.stored += source->image->layers[i].blob.length;
		if (is_plain(&source->image->layers[i], &image->plain, err) < 0)
			return -1;
	}
	slim_findings_of(source->tree, arena, image->findings);
	return 0;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	uint64_t product;
	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static void fill_fleet(const struct slim_comparison *c, struct slim_compared_image *image)
{
	image->pulled = times(c->deployments, image->totals.stored);
	image->on_disk = times(c->deployments, image->totals.unpacked);
	if (c->link)
		image->seconds = (double)image->pulled * 8 / ((double)c->link * 1e6);
}

static int fill_pairs(struct slim_compared_set *set, const struct slim_compare_source *sources,
		      struct slim_arena *arena, struct slim_error **err)
{
	set->pairs = slim_arena_alloc(arena, (set->count * (set->count - 1) / 2 + 1) * sizeof(*set->pairs));
	for (size_t a = 0; a < set->count; a++)
		for (size_t b = a + 1; b < set->count; b++) {
			struct slim_compared_pair *pair = &set->pairs[set->pair_count++];
			*pair = (struct slim_compared_pair){ .a = a, .b = b };
			if (slim_pair_fill(pair, sources, arena, err) < 0)
				return -1;
		}
	return 0;
}

int slim_comparison_add(struct slim_comparison *c, const struct slim_compare_source *sources, size_t count,
			struct slim_error **err)
{
	if (!c->arena)
		c->arena = slim_arena_new();
	struct slim_compared_set *set = slim_push(&c->sets, &c->set_count, &c->set_capacity);
	*set = (struct slim_compared_set){ .count = count };
	set->images = slim_arena_alloc(c->arena, (count + 1) * sizeof(*set->images));
	for (size_t i = 0; i < count; i++) {
		set->images[i].label = label_of(c->arena, i);
		if (fill_image(&set->images[i], &sources[i], c->arena, err) < 0)
			return slim_wrap(err, "%s", sources[i].input);
		fill_fleet(c, &set->images[i]);
		slim_only_fill(&set->images[i], sources, count, i, c->arena);
	}
	return fill_pairs(set, sources, c->arena, err);
}

void slim_comparison_clear(struct slim_comparison *c)
{
	slim_arena_free(c->arena);
	free(c->sets);
	free(c->gates);
	*c = (struct slim_comparison){ 0 };
}
