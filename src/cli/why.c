/* slim why: the shortest chain from what the image or the user asks for to each path, or that there
 * is none. */
#include <string.h>

#include "slim/path.h"

#include "../report/chain.h"
#include "options.h"
#include "pipeline.h"

struct asking {
	const struct slim_merged *merged;
	const struct slim_trace *trace;
	const struct slim_chains *chains;
	struct slim_arena *arena;
};

static const char *show(const struct asking *a, const struct slim_node *node)
{
	return slim_path_show(a->arena, slim_blob_of(slim_node_path(a->arena, node)));
}

static void print_step(const struct asking *a, const struct slim_node *node,
		       const struct slim_reason *r)
{
	const char *evidence =
		r->evidence ? slim_path_show(a->arena, slim_blob_of(r->evidence)) : "";
	printf("    %s\n        %s (%s, %s)%s%s\n", show(a, node), slim_rule(r->rule)->text,
	       slim_rule(r->rule)->name, slim_confidence_name(slim_rule(r->rule)->confidence),
	       *evidence ? ": " : "", evidence);
}

/* From the seed down to NODE; chains are shortest, so none is longer than there are nodes. */
static void print_chain(const struct asking *a, const struct slim_node *node)
{
	const struct slim_node **steps = NULL;
	size_t count = 0, capacity = 0;
	for (const struct slim_node *n = node; n; n = slim_chain_step(a->chains, n)->from)
		*slim_push(&steps, &count, &capacity) = n;
	while (count-- > 0)
		print_step(a, steps[count], slim_chain_step(a->chains, steps[count]));
	free(steps);
}

static void print_dropped(const struct asking *a, const struct slim_node *node)
{
	const struct slim_package *owner = slim_packages_owner(slim_trace_packages(a->trace), node);
	printf("%s leaves: nothing asked for it", show(a, node));
	if (owner)
		printf("; it is of package %s", owner->name);
	printf("\n    to keep it: --keep '%s'\n", show(a, node));
}

static void answer(const struct asking *a, const char *path)
{
	const struct slim_node *node =
		slim_tree_walk(a->merged->tree, NULL, slim_blob_of(path), false, NULL, NULL);
	if (!node) {
		printf("%s is not in the image\n", path);
		return;
	}
	if (!slim_trace_kept(a->trace, node)) {
		print_dropped(a, node);
		return;
	}
	if (!slim_chain_step(a->chains, node)) {
		printf("%s stays: something below it does\n", show(a, node));
		return;
	}
	printf("%s stays:\n", show(a, node));
	print_chain(a, node);
}

static int ask(const struct slim_cli *cli, const struct slim_image *image, struct slim_log *log,
	       struct slim_error **err)
{
	slim_cleanup(slim_merged_clear) struct slim_merged merged = { 0 };
	slim_cleanup(slim_trace_free_p) struct slim_trace *trace = NULL;
	if (slim_pipeline_merge(cli, image, log, &merged, err) < 0 ||
	    slim_pipeline_trace(cli, &merged, log, &trace, err) < 0)
		return -1;
	slim_cleanup(slim_chains_free_p) struct slim_chains *chains =
		slim_chains_new(trace, merged.tree);
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct asking a = { &merged, trace, chains, arena };
	for (size_t i = 1; i < cli->operand_count; i++)
		answer(&a, cli->operands[i]);
	return 0;
}

int slim_command_why(struct slim_cli *cli, struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = NULL;
	slim_autofree const struct slim_image **chosen = NULL;
	size_t count = 0;
	if (slim_pipeline_open(cli, cli->operands[0], log, &archive, &chosen, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (count > 1) {
			slim_cleanup(slim_arena_free_p) struct slim_arena *scratch =
				slim_arena_new();
			printf("%s:\n", slim_platform_text(scratch, chosen[i]->config.platform));
		}
		if (ask(cli, chosen[i], log, err) < 0)
			return -1;
	}
	return 0;
}
