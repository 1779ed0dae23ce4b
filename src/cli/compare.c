/* slim compare: images side by side, and gates on their sizes. */
#include "compare.h"

#include <string.h>

#include "../report/save.h"
#include "options.h"
#include "pipeline.h"

struct side { /* one archive */
	struct slim_archive *archive;
	const struct slim_image **images;
	size_t count;
};

struct sides {
	struct side *items;
	size_t count;
};

static void close_sides(struct sides *s)
{
	for (size_t i = 0; i < s->count; i++) {
		slim_archive_free(s->items[i].archive);
		free(s->items[i].images);
	}
	free(s->items);
}

static int open_sides(const struct slim_cli *cli, struct slim_log *log, struct sides *s, struct slim_error **err)
{
	bool piped = false;
	s->items = slim_calloc(cli->operand_count, sizeof(*s->items));
	for (size_t i = 0; i < cli->operand_count; i++) {
		bool is_pipe = !strcmp(cli->operands[i], "-");
		struct side *side = &s->items[s->count++];
		if (piped && is_pipe)
			return slim_fail(err, SLIM_BAD_USAGE, "standard input can be one of the images only");
		piped |= is_pipe;
		if (slim_pipeline_open(cli, cli->operands[i], log, &side->archive, &side->images, &side->count, err))
			return -1;
	}
	return 0;
}

/* The image of SIDE for PLATFORM; NULL: none. */
static const struct slim_image *image_for(const struct side *side, struct slim_platform platform)
{
	for (size_t i = 0; i < side->count; i++)
		if (slim_platform_fits(side->images[i]->config.platform, platform))
			return side->images[i];
	return NULL;
}

/* What one set is made from; MERGED and PACKAGES are of each image. */
struct set {
	size_t count;
	struct slim_merged *merged;
	struct slim_packages **packages;
	struct slim_compare_source *sources;
};

static void clear_set(struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		slim_packages_free(set->packages[i]);
		slim_merged_clear(&set->merged[i]);
	}
	free(set->packages);
	free(set->merged);
	free(set->sources);
}

static int read_set(const struct slim_cli *cli, const struct sides *sides, const struct slim_image **images,
		    struct slim_log *log, struct set *set, struct slim_error **err)
{
	set->count = sides->count;
	set->merged = slim_calloc(set->count, sizeof(*set->merged));
	set->packages = slim_calloc(set->count, sizeof(struct slim_packages *));
	set->sources = slim_calloc(set->count, sizeof(*set->sources));
	for (size_t i = 0; i < set->count; i++) {
		struct slim_cli one = *cli; /* messages name the first operand */
		one.operands += i;
		int failed = slim_pipeline_merge(&one, images[i], log, &set->merged[i], err);
		if (slim_pipeline_verify(&one, &set->merged[i], failed, err) < 0)
			return -1;
		set->packages[i] = slim_packages_read(set->merged[i].tree, log);
		set->sources[i] = (struct slim_compare_source){
			.input = cli->operands[i],
			.form = slim_archive_form(sides->items[i].archive),
			.size = slim_archive_size(sides->items[i].archive),
			.image = images[i],
			.tree = set->merged[i].tree,
			.packages = set->packages[i],
			.unpacked = set->merged[i].unpacked,
		};
	}
	return 0;
}

static int compare_images(const struct slim_cli *cli, const struct sides *sides, const struct slim_image **images,
			  struct slim_log *log, struct slim_comparison *comparison, struct slim_error **err)
{
	slim_cleanup(clear_set) struct set set = { 0 };
	if (read_set(cli, sides, images, log, &set, err) < 0)
		return -1;
	return slim_comparison_add(comparison, set.sources, set.count, err);
}

/* Images of archives with one each are compared whatever their platforms are; else each platform that all have. */
static int compare_sides(const struct slim_cli *cli, const struct sides *sides, struct slim_log *log,
			 struct slim_comparison *comparison, struct slim_error **err)
{
	slim_autofree const struct slim_image **images = slim_calloc(sides->count, sizeof(*images));
	bool single = true;
	for (size_t i = 0; i < sides->count; i++) {
		single = single && sides->items[i].count == 1;
		images[i] = sides->items[i].images[0];
	}
	if (single)
		return compare_images(cli, sides, images, log, comparison, err);
	for (size_t p = 0; p < sides->items[0].count; p++) {
		bool everywhere = true;
		struct slim_platform platform = sides->items[0].images[p]->config.platform;
		for (size_t i = 0; i < sides->count && everywhere; i++)
			everywhere = (images[i] = i ? image_for(&sides->items[i], platform) :
						      sides->items[0].images[p]) != NULL;
		slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
		if (!everywhere)
			slim_warn(log, "%s: not every image is for this platform",
				  slim_platform_text(scratch, platform));
		else if (compare_images(cli, sides, images, log, comparison, err) < 0)
			return -1;
	}
	if (comparison->set_count)
		return 0;
	return slim_fail(err, SLIM_BAD_INPUT, "the images have no platform in common");
}

/* --- gates ------------------------------------------------------------------------------------------------------ */

static void add_gate(struct slim_comparison *c, struct slim_gate gate)
{
	gate.held = gate.value <= gate.limit;
	*slim_push(&c->gates, &c->gate_count, &c->gate_capacity) = gate;
}

static void add_gates(const struct slim_cli *cli, struct slim_comparison *c)
{
	for (size_t i = 0; i < c->set_count; i++) {
		const struct slim_compared_image *first = &c->sets[i].images[0];
		const struct slim_compared_image *last = &c->sets[i].images[c->sets[i].count - 1];
		const struct slim_totals *was = &first->totals, *is = &last->totals;
		struct slim_gate gate = { "--fail-if-larger", last->label, "layers as stored", is->stored, was->stored,
					  false };
		if (cli->fail_if_larger) {
			add_gate(c, gate);
			gate.what = "contents";
			gate.value = is->bytes;
			gate.limit = was->bytes;
			add_gate(c, gate);
		}
		if (cli->gate_size)
			add_gate(c, (struct slim_gate){ "--max-size", last->label, "layers as stored", is->stored,
							cli->gate_size, false });
	}
}

static int check_gates(const struct slim_comparison *c, struct slim_error **err)
{
	for (size_t i = 0; i < c->gate_count; i++) {
		const struct slim_gate *gate = &c->gates[i];
		if (!gate->held)
			return slim_fail(err, SLIM_GATE, "%s: %s's %s have %llu bytes, over %llu", gate->option,
					 gate->label, gate->what, (unsigned long long)gate->value,
					 (unsigned long long)gate->limit);
	}
	return 0;
}

/* --- results ---------------------------------------------------------------------------------------------------- */

static int save(const struct slim_cli *cli, const struct slim_comparison *c, struct slim_error **err)
{
	for (size_t i = 0; i < cli->report_count; i++) {
		slim_cleanup(slim_saving_free_p) struct slim_saving *saving = NULL;
		if (slim_saving_new(cli->reports[i], &saving, err) < 0 ||
		    slim_saving_fill_comparison(saving, c, err) < 0 || slim_saving_publish(saving, err) < 0)
			return -1;
	}
	return 0;
}

int slim_command_compare(struct slim_cli *cli, struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(close_sides) struct sides sides = { 0 };
	slim_cleanup(slim_comparison_clear) struct slim_comparison c = {
		.deployments = cli->link && !cli->fleet ? 1 : cli->fleet, .link = cli->link
	};
	if (open_sides(cli, log, &sides, err) < 0 || compare_sides(cli, &sides, log, &c, err) < 0)
		return -1;
	add_gates(cli, &c);
	if (save(cli, &c, err) < 0)
		return -1;
	if (cli->json)
		slim_comparison_json(&c, stdout);
	else if (cli->level != SLIM_QUIET)
		slim_comparison_print(&c, cli->level == SLIM_VERBOSE, stdout);
	return check_gates(&c, err);
}
