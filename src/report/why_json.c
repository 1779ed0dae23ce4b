/* An answer as JSON: docs/answers.md describes it. */
#include <inttypes.h>

#include "json_parts.h"
#include "why.h"

static const char *path_of(struct slim_arena *arena, const struct slim_node *node)
{
	return node ? slim_node_path(arena, node) : NULL;
}

static void paths(const char *name, const struct slim_node *const *nodes, size_t count, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	const char **list = slim_arena_alloc(scratch, (count + 1) * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i] = slim_node_path(scratch, nodes[i]);
	fprintf(out, "\"%s\": ", name);
	slim_put_strings(list, count, out);
	fputs(",\n", out);
}

static void chain(const struct slim_chain *c, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	fputc('[', out);
	for (size_t i = 0; i < c->count; i++) {
		const struct slim_rule *rule = slim_rule(c->steps[i].reason->rule);
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("path", path_of(scratch, c->steps[i].node), out);
		slim_put_text("rule", rule->name, out);
		slim_put_text("confidence", slim_confidence_name(rule->confidence), out);
		slim_put_text("means", rule->text, out);
		fputs("\"evidence\": ", out);
		slim_json_quote(c->steps[i].reason->evidence ? c->steps[i].reason->evidence : "", out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void share(const struct slim_share *s, FILE *out)
{
	fprintf(out, "\"files\": %" PRIu64 ", \"kept_files\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"kept_bytes\": %" PRIu64,
		s->files, s->kept, s->bytes, s->kept_bytes);
}

static void past(const struct slim_answer *a, FILE *out)
{
	fputs("\"layers\": [", out);
	for (size_t i = 0; i < a->past_count; i++) {
		fputs(i ? ", {" : "{", out);
		slim_put_number("layer", a->past[i].layer, out);
		slim_put_text("what", slim_past_name(a->past[i].kind), out);
		fprintf(out, "\"size\": %" PRIu64 "}", a->past[i].size);
	}
	fputs("],\n", out);
}

static void node(const struct slim_answer *a, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	slim_put_text("path", path_of(scratch, a->node), out);
	slim_put_text("type", slim_report_type_name(slim_report_type_of(a->node)), out);
	slim_put_number("size", slim_node_is_file(a->node) ? a->node->inode->size : 0, out);
	slim_put_text("package", a->package ? a->package->name : NULL, out);
	paths("through", a->through, a->through_count, out);
	if (slim_node_is_link(a->node)) {
		slim_put_text("target", path_of(scratch, a->target), out);
		fprintf(out, "\"target_kept\": %s,\n", a->target_kept ? "true" : "false");
	}
	paths("other_names", a->names, a->name_count, out);
}

static void kept(const struct slim_answer *a, FILE *out)
{
	fputs("\"chain\": ", out);
	chain(&a->chain, out);
	fputs(",\n", out);
	if (!a->others)
		return;
	fputs("\"reasons\": [", out);
	for (size_t i = 0; i < a->other_count; i++) {
		slim_put_next(i, out);
		chain(&a->others[i], out);
	}
	fputs("],\n", out);
}

static void gone(const struct slim_answer *a, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	slim_put_text("dropped_by", a->dropped_by ? a->dropped_by->origin : NULL, out);
	slim_put_text("dropped_glob", a->dropped_by ? a->dropped_by->text : NULL, out);
	fputs("\"cut\": ", out);
	chain(&a->cut, out);
	if (a->package) {
		fputs(",\n\"package_share\": {", out);
		share(&a->package_share, out);
		fputc('}', out);
	}
	if (a->folder) {
		fputs(",\n\"folder\": {", out);
		slim_put_text("path", path_of(scratch, a->folder), out);
		share(&a->folder_share, out);
		fputc('}', out);
	}
	fputs(",\n\"remedies\": [", out);
	for (size_t i = 0; i < a->remedy_count; i++) {
		fputs(i ? ", {" : "{", out);
		slim_put_text("option", a->remedies[i].option, out);
		fputs("\"value\": ", out);
		slim_json_quote(a->remedies[i].value, out);
		fputc('}', out);
	}
	fputs("],\n", out);
}

static void missing(const struct slim_answer *a, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	slim_put_text("leads_to", path_of(scratch, a->deepest), out);
	fputs("\"near\": [", out);
	for (size_t i = 0; i < a->near_count; i++) {
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("path", path_of(scratch, a->near[i].node), out);
		fputs("\"how\": ", out);
		slim_json_quote(a->near[i].how, out);
		fputc('}', out);
	}
	fputs("],\n", out);
}

static void largest(const char *name, const struct slim_why_source *s, const struct slim_node *const *nodes,
		    size_t count, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	fprintf(out, ",\n\"%s\": [", name);
	for (size_t i = 0; i < count; i++) {
		const struct slim_reason *step = slim_chain_step(s->chains, nodes[i]);
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("path", path_of(scratch, nodes[i]), out);
		slim_put_number("size", nodes[i]->inode->size, out);
		fputs("\"rule\": ", out);
		slim_put_value(step ? slim_rule(step->rule)->name : NULL, out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void many(const struct slim_why_source *s, const struct slim_answer *a, FILE *out)
{
	fputs("\"share\": {", out);
	share(&a->share, out);
	fputs(",\n\"rules\": [", out);
	for (size_t i = 0; i < a->rule_count; i++) {
		const struct slim_rule *rule = slim_rule(a->rules[i].rule);
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("rule", rule->name, out);
		slim_put_text("confidence", slim_confidence_name(rule->confidence), out);
		slim_put_number("files", a->rules[i].files, out);
		fprintf(out, "\"bytes\": %" PRIu64 "}", a->rules[i].bytes);
	}
	fputc(']', out);
	largest("largest_kept", s, a->largest, a->largest_count, out);
	largest("largest_gone", s, a->largest_gone, a->largest_gone_count, out);
	fputs("},\n", out);
}

void slim_answer_json(const struct slim_why_source *s, const struct slim_answer *a, FILE *out)
{
	fputc('{', out);
	slim_put_text("asked", a->asked, out);
	slim_put_text("answer", slim_answer_name(a->kind), out);
	fputc('\n', out);
	if (a->node)
		node(a, out);
	switch (a->kind) {
	case SLIM_ANSWER_STAYS: kept(a, out); break;
	case SLIM_ANSWER_LEAVES: gone(a, out); break;
	case SLIM_ANSWER_MISSING: missing(a, out); break;
	case SLIM_ANSWER_MANY: break;
	}
	if (a->kind == SLIM_ANSWER_MANY || (a->node && slim_node_is_dir(a->node)))
		many(s, a, out);
	past(a, out);
	fprintf(out, "\"kept\": %s}", a->kind == SLIM_ANSWER_STAYS || a->share.kept ? "true" : "false");
}
