#include "why.h"

#include <string.h>

#include "slim/path.h"

#include "paint.h"
#include "table.h"
#include "wrap.h"

enum { STEP = 4, DETAIL = 8, RULES_SHOWN = 6 };

struct printing {
	const struct slim_why_source *source;
	const struct slim_answer *answer;
	struct slim_arena *arena;
	FILE *out;
};

static const char *show(const struct printing *p, const char *text)
{
	return slim_path_show(p->arena, slim_blob_of(text));
}

static const char *path_of(const struct printing *p, const struct slim_node *node)
{
	return show(p, slim_node_path(p->arena, node));
}

static const char *size_text(const struct printing *p, uint64_t bytes)
{
	return slim_human_size(bytes, slim_arena_alloc(p->arena, 32));
}

static const char *count_text(const struct printing *p, uint64_t count)
{
	return slim_human_count(count, slim_arena_alloc(p->arena, 32));
}

/* "12 of 340 files (1.2 MB of 5.0 MB)" */
static const char *share_text(const struct printing *p, const struct slim_share *s)
{
	return slim_arena_format(p->arena, "%s of %s file%s (%s of %s)", count_text(p, s->kept), count_text(p, s->files),
				 s->files == 1 ? "" : "s", size_text(p, s->kept_bytes), size_text(p, s->bytes));
}

/* --- chains ------------------------------------------------------------------------------------------------------ */

static void print_step(const struct printing *p, const struct slim_step *step)
{
	const struct slim_rule *rule = slim_rule(step->reason->rule);
	const char *evidence = step->reason->evidence ? show(p, step->reason->evidence) : "";
	slim_say(p->out, STEP, "%s", path_of(p, step->node));
	slim_say(p->out, DETAIL, "%s (%s, %s)%s%s", rule->text, rule->name, slim_confidence_name(rule->confidence),
		 *evidence ? ": " : "", evidence);
}

static void print_chain(const struct printing *p, const struct slim_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		print_step(p, &chain->steps[i]);
}

static void print_others(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	if (a->other_count < 2)
		return;
	fprintf(p->out, "  all %s reasons:\n", count_text(p, a->other_count));
	for (size_t i = 0; i < a->other_count; i++) {
		const struct slim_chain *chain = &a->others[i];
		struct slim_step last = chain->steps[chain->count - 1];
		const struct slim_rule *rule = slim_rule(last.reason->rule);
		const char *evidence = last.reason->evidence ? show(p, last.reason->evidence) : "";
		slim_say(p->out, STEP, "%s (%s): %s%s%s%s", rule->name, slim_confidence_name(rule->confidence),
			 evidence, *evidence ? "; " : "", last.reason->from ? "asked for by " : "the image or the user names it",
			 last.reason->from ? path_of(p, last.reason->from) : "");
	}
}

/* --- what every answer about a path of the image says ------------------------------------------------------------ */

static void print_way(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	for (size_t i = 0; i < a->through_count; i++)
		slim_say(p->out, 2, "%s goes through the link %s", show(p, a->asked), path_of(p, a->through[i]));
	if (slim_node_is_link(a->node)) {
		const char *target = show(p, a->node->inode->target.ptr);
		if (a->target)
			slim_say(p->out, 2, "a link to %s, that is %s, which %s", target, path_of(p, a->target),
				 a->target_kept ? "stays" : "leaves");
		else
			slim_say(p->out, 2, "a link to %s, which is not in the image", target);
	}
	for (size_t i = 0; i < a->name_count; i++)
		slim_say(p->out, 2, "the same file is also %s, which %s", path_of(p, a->names[i]),
			 slim_trace_kept(p->source->trace, a->names[i]) ? "stays" : "leaves");
}

/* Only when more than one layer has to do with it: the bytes below are still stored in the input. */
static void print_past(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	if (a->past_count < 2 && (a->node || !a->past_count))
		return;
	struct slim_wrap wrap = { .out = p->out, .indent = 4 };
	slim_wrap_begin(&wrap, "  in the input:");
	for (size_t i = 0; i < a->past_count; i++) {
		const struct slim_past *past = &a->past[i];
		bool brings = past->kind != SLIM_PAST_REMOVED && past->size;
		slim_wrap_word(&wrap, "layer %u %s it%s%s%s%s", past->layer, slim_past_name(past->kind), brings ? " (" : "",
			       brings ? size_text(p, past->size) : "", brings ? ")" : "", i + 1 < a->past_count ? "," : "");
	}
	slim_wrap_end(&wrap);
}

/* "stays: 4.7 MB, of package libssl3" */
static const char *about(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	const char *size = slim_node_is_file(a->node) ? size_text(p, a->node->inode->size) : "";
	if (!slim_node_is_file(a->node) && !slim_node_is_link(a->node) && !slim_node_is_dir(a->node))
		size = "a device, pipe or socket";
	if (slim_node_is_dir(a->node))
		size = slim_arena_format(p->arena, "a folder, of which %s stay", share_text(p, &a->share));
	else if (slim_node_is_link(a->node))
		size = "a link";
	if (!a->package)
		return size;
	return slim_arena_format(p->arena, "%s%sof package %s", size, *size ? ", " : "", show(p, a->package->name));
}

/* --- folders and globs ------------------------------------------------------------------------------------------- */

static void print_rules(const struct printing *p)
{
	static const struct slim_column columns[] = { { "    KEPT FOR THE RULE", SLIM_COLUMN_TEXT },
						      { "FILES", SLIM_COLUMN_NUMBER },
						      { "SIZE", SLIM_COLUMN_NUMBER },
						      { "WHICH MEANS", SLIM_COLUMN_PROSE },
						      { 0 } };
	const struct slim_answer *a = p->answer;
	size_t shown = !p->source->every && a->rule_count > RULES_SHOWN ? RULES_SHOWN : a->rule_count;
	if (!shown)
		return;
	struct slim_table *table = slim_table_new(columns, p->out);
	for (size_t i = 0; i < shown; i++) {
		const struct slim_rule *rule = slim_rule(a->rules[i].rule);
		slim_table_row(table, (const char *const[]){
					      slim_arena_format(p->arena, "    %s", rule->name),
					      count_text(p, a->rules[i].files), size_text(p, a->rules[i].bytes),
					      rule->text, NULL });
	}
	slim_table_print(table);
}

static void print_largest(const struct printing *p, const char *title, const struct slim_node *const *nodes,
			  size_t count, bool kept)
{
	const struct slim_column columns[] = { { title, SLIM_COLUMN_LONG },
					       { "SIZE", SLIM_COLUMN_NUMBER },
					       { kept ? "RULE" : NULL, SLIM_COLUMN_TEXT },
					       { 0 } };
	if (!count)
		return;
	struct slim_table *table = slim_table_new(columns, p->out);
	for (size_t i = 0; i < count; i++) {
		const struct slim_reason *step = slim_chain_step(p->source->chains, nodes[i]);
		slim_table_row(table, (const char *const[]){
					      slim_arena_format(p->arena, "    %s", path_of(p, nodes[i])),
					      size_text(p, nodes[i]->inode->size),
					      !kept ? NULL : step ? slim_rule(step->rule)->name : "", NULL });
	}
	slim_table_print(table);
}

static void print_many(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	print_rules(p);
	print_largest(p, "    LARGEST THAT STAY", a->largest, a->largest_count, true);
	print_largest(p, "    LARGEST THAT LEAVE", a->largest_gone, a->largest_gone_count, false);
}

static const char *headline(const struct printing *p, const char *path, enum slim_paint paint)
{
	return slim_arena_format(p->arena, "%s%s%s", slim_paint(p->out, paint), path, slim_paint(p->out, SLIM_PAINT_END));
}

/* --- the answers ------------------------------------------------------------------------------------------------- */

static void print_stays(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	slim_say(p->out, 0, "%s stays: %s", headline(p, path_of(p, a->node), SLIM_PAINT_STAYS), about(p));
	print_way(p);
	if (slim_node_is_dir(a->node))
		print_many(p);
	if (a->chain.count && a->chain.steps[a->chain.count - 1].node != a->node)
		slim_say(p->out, 2, "it stays because something below it does; the first of that:");
	print_chain(p, &a->chain);
	print_others(p);
}

static const char *kin_text(const struct printing *p, const struct slim_node *const *kin, uint64_t count)
{
	const char *text = "";
	for (size_t i = 0; i < SLIM_KIN_MAX && i < count; i++)
		text = slim_arena_format(p->arena, "%s%s%s", text, i ? ", " : "", path_of(p, kin[i]));
	return slim_arena_format(p->arena, "%s%s", text, count > SLIM_KIN_MAX ? ", ..." : "");
}

static void print_closest(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	if (a->package && a->package_share.kept)
		slim_say(p->out, 2, "of package %s %s stay: %s", show(p, a->package->name),
			 share_text(p, &a->package_share), kin_text(p, a->package_kin, a->package_share.kept));
	else if (a->package)
		slim_say(p->out, 2, "nothing of package %s stays", show(p, a->package->name));
	if (a->folder)
		slim_say(p->out, 2, "in and below %s %s stay: %s", path_of(p, a->folder),
			 share_text(p, &a->folder_share), kin_text(p, a->folder_kin, a->folder_share.kept));
}

static void print_remedies(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	struct slim_wrap wrap = { .out = p->out, .indent = 4 };
	slim_wrap_begin(&wrap, "  to keep it:");
	for (size_t i = 0; i < a->remedy_count; i++)
		slim_wrap_word(&wrap, "%s%s '%s'", i ? "or " : "", a->remedies[i].option, show(p, a->remedies[i].value));
	slim_wrap_end(&wrap);
}

static void print_leaves(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	const char *size = about(p);
	const char *why = a->dropped_by ? slim_arena_format(p->arena, "%s '%s' takes it out", a->dropped_by->origin,
							    show(p, a->dropped_by->text))
			  : a->cut.count ? "--level rules out what asked for it"
					 : "nothing asked for it";
	slim_say(p->out, 0, "%s leaves: %s; %s", headline(p, path_of(p, a->node), SLIM_PAINT_LEAVES), why, *size ? size : "no file");
	print_way(p);
	if (slim_node_is_dir(a->node))
		print_many(p);
	print_chain(p, &a->cut);
	print_closest(p);
	if (a->dropped_by)
		slim_say(p->out, 2, "to keep it: without that, or with --keep '%s' behind it", path_of(p, a->node));
	else
		print_remedies(p);
}

static void print_missing(const struct printing *p)
{
	const struct slim_answer *a = p->answer;
	slim_say(p->out, 0, "%s is not in the image", headline(p, show(p, a->asked), SLIM_PAINT_STRONG));
	if (slim_node_is_dir(a->deepest) && a->deepest->parent)
		slim_say(p->out, 2, "its path leads as far as %s", path_of(p, a->deepest));
	else if (slim_node_is_link(a->deepest))
		slim_say(p->out, 2, "on its way %s is a link to %s, which is not in the image", path_of(p, a->deepest),
			 show(p, a->deepest->inode->target.ptr));
	else if (!slim_node_is_dir(a->deepest))
		slim_say(p->out, 2, "on its way %s is no folder", path_of(p, a->deepest));
	for (size_t i = 0; i < a->near_count; i++)
		slim_say(p->out, 2, "%s: %s, which %s", a->near[i].how, path_of(p, a->near[i].node),
			 slim_trace_kept(p->source->trace, a->near[i].node) ? "stays" : "leaves");
}

void slim_answer_print(const struct slim_why_source *source, const struct slim_answer *answer, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct printing p = { source, answer, arena, out };
	switch (answer->kind) {
	case SLIM_ANSWER_STAYS: print_stays(&p); break;
	case SLIM_ANSWER_LEAVES: print_leaves(&p); break;
	case SLIM_ANSWER_MISSING: print_missing(&p); break;
	case SLIM_ANSWER_MANY:
		slim_say(out, 0, "%s: %s stay", headline(&p, show(&p, answer->asked), SLIM_PAINT_STRONG),
			 share_text(&p, &answer->share));
		print_many(&p);
		break;
	}
	print_past(&p);
}
