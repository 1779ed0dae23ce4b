#include "archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- which images --image means ---------------------------------------------------------------------------------- */

enum match { MATCH_NONE, MATCH_TAG, MATCH_TAIL, MATCH_EXACT };

/* The tag of a reference, or NULL: behind the last colon, if no slash follows. */
static const char *tag_of(const char *ref)
{
	const char *colon = strrchr(ref, ':');
	return colon && !strchr(colon, '/') ? colon + 1 : NULL;
}

/* "name:tag" for "name"; "host/path/name:tag" for either. */
static bool is_tail(const char *full, const char *ref)
{
	slim_autofree char *tagged = slim_format("%s%s", ref, tag_of(ref) ? "" : ":latest");
	size_t have = strlen(full), want = strlen(tagged);
	if (have < want || strcmp(full + have - want, tagged) != 0)
		return false;
	return have == want || full[have - want - 1] == '/';
}

static enum match match_ref(const char *full, const char *ref)
{
	if (strcmp(full, ref) == 0)
		return MATCH_EXACT;
	if (is_tail(full, ref))
		return MATCH_TAIL;
	const char *tag = tag_of(full);
	return tag && strcmp(tag, ref) == 0 ? MATCH_TAG : MATCH_NONE;
}

/* All of it, or 12 digits and more. */
static bool match_digest(const struct slim_digest *digest, const char *ref)
{
	size_t length = strlen(ref);
	const char *colon = strchr(ref, ':');
	size_t digits = colon ? strlen(colon + 1) : length;
	const char *text = colon ? digest->text : slim_digest_hex(digest);
	return digits >= 12 && strncmp(text, ref, length) == 0;
}

static enum match match_item(const struct slim_archive_item *item, const char *ref)
{
	if (match_digest(&item->config, ref) || (item->has_manifest && match_digest(&item->manifest, ref)))
		return MATCH_EXACT;
	enum match best = MATCH_NONE;
	for (size_t i = 0; i < item->ref_count; i++) {
		enum match m = match_ref(item->refs[i], ref);
		best = m > best ? m : best;
	}
	return best;
}

/* --- messages ------------------------------------------------------------------------------------------------- */

typedef void describe(FILE *out, struct slim_arena *arena, const struct slim_archive_item *item);

static void describe_name(FILE *out, struct slim_arena *arena, const struct slim_archive_item *item)
{
	if (item->ref_count)
		fprintf(out, "%s", item->refs[0]);
	else
		fprintf(out, "%.12s", slim_digest_hex(item->has_manifest ? &item->manifest : &item->config));
}

static void describe_platform(FILE *out, struct slim_arena *arena, const struct slim_archive_item *item)
{
	fprintf(out, "%s", slim_platform_text(arena, item->image.config.platform));
}

/* A list for a message, cut where it becomes tedious. */
static char *list_items(struct slim_archive *archive, struct slim_archive_item **items, size_t count, describe *how)
{
	enum { SHOWN = 20 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		slim_out_of_memory();
	for (size_t i = 0; i < count && i < SHOWN; i++) {
		fputs(i ? ", " : "", out);
		how(out, archive->arena, items[i]);
	}
	if (count > SHOWN)
		fprintf(out, " and %zu more", count - SHOWN);
	if (fclose(out))
		slim_out_of_memory();
	return text;
}

/* --- the choice ----------------------------------------------------------------------------------------------- */

struct choice {
	struct slim_archive *archive;
	struct slim_archive_item **items;
	size_t count;
};

static void clear_choice(struct choice *c)
{
	free(c->items);
}

static int choose_ref(struct choice *c, const char *ref, struct slim_error **err)
{
	struct slim_archive *archive = c->archive;
	enum match best = MATCH_NONE;
	for (size_t i = 0; ref && i < archive->count; i++) {
		enum match m = match_item(archive->items[i], ref);
		best = m > best ? m : best;
	}
	for (size_t i = 0; i < archive->count; i++)
		if (!ref || (best != MATCH_NONE && match_item(archive->items[i], ref) == best))
			c->items[c->count++] = archive->items[i];
	if (c->count)
		return 0;
	slim_autofree char *names = list_items(archive, archive->items, archive->count, describe_name);
	return slim_fail(err, SLIM_BAD_INPUT, "%s: no image '%s'; there are: %s", archive->name, ref, names);
}

/* Of the images that run on WANT those of the highest variant (containerd's platforms package does the same). */
static int choose_platform(struct choice *c, struct slim_platform want, struct slim_error **err)
{
	const struct slim_archive_item *best = NULL;
	for (size_t i = 0; i < c->count; i++) {
		struct slim_platform have = c->items[i]->image.config.platform;
		bool better = !best || slim_platform_fits(best->image.config.platform, have);
		if (slim_platform_fits(have, want) && better)
			best = c->items[i];
	}
	if (!best) {
		slim_autofree char *asked = slim_format("%s/%s", want.os, want.architecture);
		slim_autofree char *names = list_items(c->archive, c->items, c->count, describe_platform);
		return slim_fail(err, SLIM_BAD_INPUT, "%s: no image for %s%s%s; there are: %s", c->archive->name,
				 asked, want.variant ? "/" : "", want.variant ? want.variant : "", names);
	}
	size_t kept = 0;
	for (size_t i = 0; i < c->count; i++)
		if (slim_platform_fits(c->items[i]->image.config.platform, want) &&
		    slim_platform_fits(best->image.config.platform, c->items[i]->image.config.platform))
			c->items[kept++] = c->items[i];
	c->count = kept;
	return 0;
}

/* --- platforms of one image, or several images? ----------------------------------------------------------------- */

static bool has_root(const struct slim_archive_item *item, size_t root)
{
	for (size_t i = 0; i < item->root_count; i++)
		if (item->roots[i] == root)
			return true;
	return false;
}

static bool has_ref(const struct slim_archive_item *item, const char *ref)
{
	for (size_t i = 0; i < item->ref_count; i++)
		if (strcmp(item->refs[i], ref) == 0)
			return true;
	return false;
}

static bool all_have_root(const struct choice *c, size_t root)
{
	for (size_t i = 0; i < c->count; i++)
		if (!has_root(c->items[i], root))
			return false;
	return true;
}

static bool all_have_ref(const struct choice *c, const char *ref)
{
	for (size_t i = 0; i < c->count; i++)
		if (!has_ref(c->items[i], ref))
			return false;
	return true;
}

static bool none_has_a_ref(const struct choice *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i]->ref_count)
			return false;
	return true;
}

/* They come from one index, or index.json itself lists the platforms: under one name, or all without a name. */
static bool belong_together(const struct choice *c)
{
	const struct slim_archive_item *first = c->items[0];
	for (size_t i = 0; i < first->root_count; i++)
		if (all_have_root(c, first->roots[i]))
			return true;
	for (size_t i = 0; i < first->ref_count; i++)
		if (all_have_ref(c, first->refs[i]))
			return true;
	return none_has_a_ref(c);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool platforms_differ(const struct choice *c)
{
	slim_autofree const char **texts = slim_calloc(c->count, sizeof(*texts));
	for (size_t i = 0; i < c->count; i++)
		texts[i] = slim_platform_text(c->archive->arena, c->items[i]->image.config.platform);
	qsort(texts, c->count, sizeof(*texts), by_text);
	for (size_t i = 1; i < c->count; i++)
		if (strcmp(texts[i - 1], texts[i]) == 0)
			return false;
	return true;
}

static int check_one(const struct choice *c, struct slim_error **err)
{
	if (c->count == 1 || (belong_together(c) && platforms_differ(c)))
		return 0;
	slim_autofree char *names = list_items(c->archive, c->items, c->count, describe_name);
	return slim_fail(err, SLIM_BAD_INPUT, "%s: holds several images; choose one by --image: %s", c->archive->name,
			 names);
}

int slim_archive_select(struct slim_archive *archive, const char *ref, const struct slim_platform *platform,
			const struct slim_image ***chosen, size_t *count, struct slim_error **err)
{
	const struct slim_image *images;
	size_t all, skipped;
	if (slim_archive_images(archive, &images, &all, &skipped, err))
		return -1;
	slim_cleanup(clear_choice) struct choice c = { .archive = archive };
	c.items = slim_calloc(all, sizeof(*c.items));
	if (choose_ref(&c, ref, err) || (platform && choose_platform(&c, *platform, err)) || check_one(&c, err))
		return -1;
	*chosen = slim_calloc(c.count, sizeof(**chosen));
	*count = c.count;
	for (size_t i = 0; i < c.count; i++)
		(*chosen)[i] = &images[c.items[i]->place];
	return 0;
}
