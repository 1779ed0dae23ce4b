#include "compare.h"

#include <string.h>

#include "slim/path.h"

#include "table.h"
#include "wrap.h"

enum { GROUPS_SHOWN = 8, CHANGED_SHOWN = 5, FINDINGS_SHOWN = 6, COLUMNS_MAX = 5 };

struct printing {
	const struct slim_comparison *comparison;
	const struct slim_compared_set *set;
	struct slim_arena *arena;
	bool verbose;
	FILE *out;
};

static const char *show(const struct printing *p, const char *text)
{
	return slim_path_show(p->arena, slim_blob_of(text));
}

static const char *size_text(const struct printing *p, uint64_t bytes)
{
	return slim_human_size(bytes, slim_arena_alloc(p->arena, 32));
}

static const char *count_text(const struct printing *p, uint64_t count)
{
	return slim_human_count(count, slim_arena_alloc(p->arena, 32));
}

static void print_headings(const struct printing *p)
{
	for (size_t i = 0; i < p->set->count; i++) {
		const struct slim_compared_image *image = &p->set->images[i];
		fprintf(p->out, "%s  %s: %s, %s%s%s\n", image->label, show(p, image->input), image->form,
			*image->name ? show(p, image->name) : "(no name)", *image->platform ? ", " : "",
			show(p, image->platform));
	}
}

/* --- the table of numbers: a column for each image --------------------------------------------------------------- */

typedef uint64_t number_of(const struct slim_compared_image *image);

#define NUMBER(name, value) \
	static uint64_t name(const struct slim_compared_image *image) { return image->value; }
NUMBER(size_of, size)
NUMBER(stored_of, totals.stored)
NUMBER(unpacked_of, totals.unpacked)
NUMBER(bytes_of, totals.bytes)
NUMBER(layers_of, totals.layers)
NUMBER(files_of, totals.files)
NUMBER(packages_of, totals.packages)
NUMBER(pulled_of, pulled)
NUMBER(disk_of, on_disk)

/* The images FIRST to LAST - 1 side by side; of two images also how far the second is from the first. */
struct block {
	const struct printing *p;
	struct slim_table *table;
	size_t first, last;
};

static struct block block_new(const struct printing *p, const char *title, size_t first)
{
	struct slim_column columns[COLUMNS_MAX + 3] = { { title, SLIM_COLUMN_TEXT } };
	size_t left = p->set->count - first;
	struct block b = { p, NULL, first, first + (left < COLUMNS_MAX ? left : COLUMNS_MAX) };
	size_t n = 1;
	for (size_t i = first; i < b.last; i++)
		columns[n++] = (struct slim_column){ p->set->images[i].label, SLIM_COLUMN_NUMBER };
	if (p->set->count == 2)
		columns[n++] = (struct slim_column){ "CHANGE", SLIM_COLUMN_NUMBER };
	b.table = slim_table_new(columns, p->out);
	return b;
}

static const char *change(const struct printing *p, number_of *number)
{
	double was = (double)number(&p->set->images[0]), is = (double)number(&p->set->images[1]);
	if (was == 0)
		return "";
	return slim_arena_format(p->arena, "%+.1f %%", 100 * (is - was) / was);
}

static void block_row(const struct block *b, const char *title, number_of *number, bool bytes)
{
	const char *cells[COLUMNS_MAX + 3] = { title };
	size_t n = 1;
	for (size_t i = b->first; i < b->last; i++) {
		uint64_t value = number(&b->p->set->images[i]);
		cells[n++] = bytes ? size_text(b->p, value) : count_text(b->p, value);
	}
	if (b->p->set->count == 2)
		cells[n++] = change(b->p, number);
	slim_table_row(b->table, cells);
}

static size_t length(const char **list)
{
	size_t n = 0;
	while (list[n])
		n++;
	return n;
}

static void finding_row(const struct block *b, enum slim_finding finding)
{
	const char *cells[COLUMNS_MAX + 3] = { slim_finding_words(finding)->title };
	size_t n = 1;
	for (size_t i = b->first; i < b->last; i++)
		cells[n++] = count_text(b->p, length(b->p->set->images[i].findings[finding]));
	if (b->p->set->count == 2)
		cells[n++] = "";
	slim_table_row(b->table, cells);
}

static void print_numbers(const struct printing *p)
{
	for (size_t first = 0; first < p->set->count; first += COLUMNS_MAX) {
		struct block b = block_new(p, "", first);
		block_row(&b, "archive", size_of, true);
		block_row(&b, "layers as stored", stored_of, true);
		block_row(&b, "layers unpacked", unpacked_of, true);
		block_row(&b, "contents", bytes_of, true);
		block_row(&b, "layers", layers_of, false);
		block_row(&b, "files", files_of, false);
		block_row(&b, "packages", packages_of, false);
		for (unsigned f = 0; f < SLIM_FINDING_COUNT; f++)
			finding_row(&b, f);
		fputc('\n', p->out);
		slim_table_print(b.table);
	}
	for (size_t i = 0; i < p->set->count; i++)
		if (p->set->images[i].plain)
			slim_say(p->out, 0, "%s has layers that are not compressed: a registry would store them smaller.",
				 p->set->images[i].label);
}

static void print_findings(const struct printing *p)
{
	for (unsigned f = 0; f < SLIM_FINDING_COUNT; f++)
		for (size_t i = 0; i < p->set->count; i++) {
			const char **list = p->set->images[i].findings[f];
			size_t n = length(list), shown = !p->verbose && n > FINDINGS_SHOWN ? FINDINGS_SHOWN : n;
			struct slim_wrap wrap = { .out = p->out, .indent = 23 };
			if (!n)
				continue;
			slim_wrap_begin(&wrap, "%-18s %2s ", slim_finding_words(f)->title, p->set->images[i].label);
			for (size_t k = 0; k < shown; k++)
				slim_wrap_word(&wrap, "%s%s", show(p, list[k]), k + 1 < n ? "," : "");
			if (shown < n)
				slim_wrap_word(&wrap, "and %zu more", n - shown);
			slim_wrap_end(&wrap);
		}
}

/* --- pairs ------------------------------------------------------------------------------------------------------- */

static void print_origin(const struct printing *p, const struct slim_compared_pair *pair)
{
	const char *to = p->set->images[pair->reversed ? pair->a : pair->b].label;
	const char *from = p->set->images[pair->reversed ? pair->b : pair->a].label;
	switch (pair->origin) {
	case SLIM_ORIGIN_SAME:
		slim_say(p->out, 0, "%s and %s are the same image.", from, to);
		return;
	case SLIM_ORIGIN_SLIMMED:
		slim_say(p->out, 0, "%s was made from %s by slim.", to, from);
		return;
	case SLIM_ORIGIN_BUILT:
		slim_say(p->out, 0, "%s was built on %s: all layers of %s are the lowest of %s.", to, from, from, to);
		return;
	case SLIM_ORIGIN_UNKNOWN:
		slim_say(p->out, 0, "Nothing tells that %s was made from %s.", to, from);
		if (pair->shared_layers)
			slim_say(p->out, 0, "They have %s layer%s in common.", count_text(p, pair->shared_layers),
				pair->shared_layers == 1 ? "" : "s");
	}
}

static void print_changed(const struct printing *p, const struct slim_compared_pair *pair)
{
	static const struct slim_column columns[] = { { "  PATH THAT DIFFERS", SLIM_COLUMN_LONG },
						      { "IN", SLIM_COLUMN_TEXT },
						      { "SIZE", SLIM_COLUMN_NUMBER },
						      { "THEN", SLIM_COLUMN_NUMBER },
						      { 0 } };
	size_t shown = !p->verbose && pair->changed_count > CHANGED_SHOWN ? CHANGED_SHOWN : pair->changed_count;
	if (!shown)
		return;
	struct slim_table *table = slim_table_new(columns, p->out);
	for (size_t i = 0; i < shown; i++) {
		const struct slim_changed *c = &pair->changed[i];
		slim_table_row(table, (const char *const[]){ slim_arena_format(p->arena, "  %s", show(p, c->path)),
							     c->what, size_text(p, c->before), size_text(p, c->after),
							     NULL });
	}
	slim_table_print(table);
	if (shown < pair->changed_count)
		fprintf(p->out, "  and %s more\n", count_text(p, pair->changed_count - shown));
}

static void print_pair(const struct printing *p, const struct slim_compared_pair *pair)
{
	const char *a = p->set->images[pair->a].label, *b = p->set->images[pair->b].label;
	fputc('\n', p->out);
	print_origin(p, pair);
	if (pair->only_b)
		slim_say(p->out, 0, "%s is no subset of %s: %s of its paths are not in %s.", b, a,
			count_text(p, pair->only_b), a);
	else
		slim_say(p->out, 0, "%s is a subset of %s: all its %s paths are there.", b, a,
			 count_text(p, pair->common));
	if (pair->changed_count)
		slim_say(p->out, 0, "Of the %s paths that both have, %s are alike and %s differ:",
			count_text(p, pair->common), count_text(p, pair->equal), count_text(p, pair->changed_count));
	else if (pair->common)
		slim_say(p->out, 0, "The %s paths that both have are alike to the byte.", count_text(p, pair->common));
	print_changed(p, pair);
}

/* --- what only one has ------------------------------------------------------------------------------------------- */

static const char *name_of(const struct printing *p, const struct slim_only *group)
{
	return slim_arena_format(p->arena, "  %s", *group->name ? show(p, group->name) : "(no package)");
}

static void print_groups(const struct printing *p, const char *title, const struct slim_only *groups, size_t count)
{
	const struct slim_column columns[] = { { title, SLIM_COLUMN_LONG },
					       { "FILES", SLIM_COLUMN_NUMBER },
					       { "SIZE", SLIM_COLUMN_NUMBER },
					       { 0 } };
	size_t shown = !p->verbose && count > GROUPS_SHOWN ? GROUPS_SHOWN : count;
	if (!shown)
		return;
	struct slim_table *table = slim_table_new(columns, p->out);
	for (size_t i = 0; i < shown; i++)
		slim_table_row(table, (const char *const[]){ name_of(p, &groups[i]), count_text(p, groups[i].files),
							     size_text(p, groups[i].bytes), NULL });
	slim_table_print(table);
	if (shown < count)
		fprintf(p->out, "  and %s more\n", count_text(p, count - shown));
}

static void print_largest(const struct printing *p, const struct slim_compared_image *image)
{
	static const struct slim_column columns[] = { { "  FILE", SLIM_COLUMN_LONG },
						      { "PACKAGE", SLIM_COLUMN_TEXT },
						      { "SIZE", SLIM_COLUMN_NUMBER },
						      { 0 } };
	size_t count = image->only_largest_count;
	size_t shown = !p->verbose && count > GROUPS_SHOWN ? GROUPS_SHOWN : count;
	if (!shown)
		return;
	struct slim_table *table = slim_table_new(columns, p->out);
	for (size_t i = 0; i < shown; i++) {
		const struct slim_only_file *f = &image->only_largest[i];
		slim_table_row(table, (const char *const[]){ slim_arena_format(p->arena, "  %s", show(p, f->path)),
							     f->package ? show(p, f->package) : "",
							     size_text(p, f->size), NULL });
	}
	slim_table_print(table);
}

static void print_only(const struct printing *p, const struct slim_compared_image *image)
{
	if (!image->only_files) {
		fprintf(p->out, "\nOnly in %s: nothing\n", image->label);
		return;
	}
	fprintf(p->out, "\nOnly in %s: %s file%s, %s\n", image->label, count_text(p, image->only_files),
		image->only_files == 1 ? "" : "s", size_text(p, image->only_bytes));
	if (image->totals.packages)
		print_groups(p, "  PACKAGE", image->only_packages, image->only_package_count);
	print_groups(p, "  FOLDER", image->only_folders, image->only_folder_count);
	print_largest(p, image);
}

/* --- the fleet --------------------------------------------------------------------------------------------------- */

static void time_row(const struct block *b)
{
	const char *cells[COLUMNS_MAX + 3] = { "time to pull" };
	size_t n = 1;
	for (size_t i = b->first; i < b->last; i++)
		cells[n++] = slim_human_seconds(b->p->set->images[i].seconds, slim_arena_alloc(b->p->arena, 32));
	if (b->p->set->count == 2)
		cells[n++] = change(b->p, pulled_of);
	slim_table_row(b->table, cells);
}

static void print_fleet(const struct printing *p)
{
	const struct slim_comparison *c = p->comparison;
	fprintf(p->out, "\n%s deployment%s", count_text(p, c->deployments), c->deployments == 1 ? "" : "s");
	if (c->link)
		fprintf(p->out, " over a link of %s Mbit/s", count_text(p, c->link));
	fputc('\n', p->out);
	for (size_t first = 0; first < p->set->count; first += COLUMNS_MAX) {
		struct block b = block_new(p, "", first);
		block_row(&b, "pulled", pulled_of, true);
		if (c->link)
			time_row(&b);
		block_row(&b, "on their disks", disk_of, true);
		slim_table_print(b.table);
	}
	slim_say(p->out, 2, "pulled = deployments * layers as stored");
	if (c->link)
		slim_say(p->out, 2, "time to pull = pulled * 8 / (Mbit/s * 1,000,000), one after another");
	slim_say(p->out, 2, "on their disks = deployments * layers unpacked");
}

static void print_set(const struct printing *p)
{
	print_headings(p);
	print_numbers(p);
	print_findings(p);
	for (size_t i = 0; i < p->set->pair_count; i++)
		print_pair(p, &p->set->pairs[i]);
	for (size_t i = 0; i < p->set->count; i++)
		print_only(p, &p->set->images[i]);
	if (p->comparison->deployments)
		print_fleet(p);
}

void slim_comparison_print(const struct slim_comparison *comparison, bool verbose, FILE *out)
{
	for (size_t i = 0; i < comparison->set_count; i++) {
		slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
		struct printing p = { comparison, &comparison->sets[i], arena, verbose, out };
		if (i)
			fputc('\n', out);
		print_set(&p);
	}
}
