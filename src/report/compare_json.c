/* A comparison as JSON: docs/answers.md describes it. */
#include "config.h"

#include <inttypes.h>

#include "compare.h"
#include "json_parts.h"

enum { SCHEMA = 1 };

static void print_totals(const struct slim_totals *t, FILE *out)
{
	slim_put_number("stored", t->stored, out);
	slim_put_number("unpacked", t->unpacked, out);
	slim_put_number("bytes", t->bytes, out);
	slim_put_number("layers", t->layers, out);
	slim_put_number("files", t->files, out);
	slim_put_number("folders", t->folders, out);
	slim_put_number("links", t->links, out);
	slim_put_number("packages", t->packages, out);
}

static void print_findings(const struct slim_compared_image *image, FILE *out)
{
	for (unsigned f = 0; f < SLIM_FINDING_COUNT; f++) {
		fprintf(out, "\n\"%s\": ", slim_finding_words(f)->key);
		slim_put_list((const char *const *)image->findings[f], out);
		fputc(',', out);
	}
}

static void print_groups(const char *name, const struct slim_only *groups, size_t count, FILE *out)
{
	fprintf(out, ",\n\"%s\": [", name);
	for (size_t i = 0; i < count; i++) {
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("name", *groups[i].name ? groups[i].name : NULL, out);
		slim_put_number("files", groups[i].files, out);
		slim_put_number("bytes", groups[i].bytes, out);
		fprintf(out, "\"elsewhere\": %s}", groups[i].elsewhere ? "true" : "false");
	}
	fputc(']', out);
}

static void print_only(const struct slim_compared_image *image, FILE *out)
{
	fputs("\n\"only\": {", out);
	slim_put_number("files", image->only_files, out);
	fprintf(out, "\"bytes\": %" PRIu64, image->only_bytes);
	print_groups("packages", image->only_packages, image->only_package_count, out);
	print_groups("folders", image->only_folders, image->only_folder_count, out);
	fputs(",\n\"largest\": [", out);
	for (size_t i = 0; i < image->only_largest_count; i++) {
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("path", image->only_largest[i].path, out);
		slim_put_number("size", image->only_largest[i].size, out);
		fputs("\"package\": ", out);
		slim_put_value(image->only_largest[i].package, out);
		fputc('}', out);
	}
	fputs("]}", out);
}

static void print_image(const struct slim_comparison *c, const struct slim_compared_image *image, FILE *out)
{
	fputc('{', out);
	slim_put_text("label", image->label, out);
	slim_put_text("input", image->input, out);
	slim_put_text("form", image->form, out);
	slim_put_number("size", image->size, out);
	slim_put_text("name", image->name, out);
	slim_put_text("platform", image->platform, out);
	fputc('\n', out);
	print_totals(&image->totals, out);
	fprintf(out, "\"plain\": %s,", image->plain ? "true" : "false");
	print_findings(image, out);
	if (c->deployments)
		fprintf(out, "\n\"fleet\": {\"pulled\": %" PRIu64 ", \"on_disk\": %" PRIu64 ", \"seconds\": %.3f},",
			image->pulled, image->on_disk, image->seconds);
	print_only(image, out);
	fputc('}', out);
}

static void print_changed(const struct slim_compared_pair *pair, FILE *out)
{
	fputs("\"changed\": [", out);
	for (size_t i = 0; i < pair->changed_count; i++) {
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("path", pair->changed[i].path, out);
		slim_put_text("what", pair->changed[i].what, out);
		slim_put_number("before", pair->changed[i].before, out);
		fprintf(out, "\"after\": %" PRIu64 "}", pair->changed[i].after);
	}
	fputc(']', out);
}

static void print_pair(const struct slim_compared_set *set, const struct slim_compared_pair *pair, FILE *out)
{
	const char *a = set->images[pair->a].label, *b = set->images[pair->b].label;
	fputc('{', out);
	slim_put_text("a", a, out);
	slim_put_text("b", b, out);
	slim_put_text("origin", slim_origin_name(pair->origin), out);
	slim_put_text("made", pair->origin == SLIM_ORIGIN_UNKNOWN ? NULL : pair->reversed ? a : b, out);
	slim_put_number("shared_layers", pair->shared_layers, out);
	slim_put_number("common", pair->common, out);
	slim_put_number("equal", pair->equal, out);
	slim_put_number("only_a", pair->only_a, out);
	slim_put_number("only_b", pair->only_b, out);
	fprintf(out, "\"subset\": %s, ", pair->only_b ? "false" : "true");
	print_changed(pair, out);
	fputc('}', out);
}

static void print_set(const struct slim_comparison *c, const struct slim_compared_set *set, FILE *out)
{
	fputs("{\"images\": [", out);
	for (size_t i = 0; i < set->count; i++) {
		slim_put_next(i, out);
		print_image(c, &set->images[i], out);
	}
	fputs("],\n\"pairs\": [", out);
	for (size_t i = 0; i < set->pair_count; i++) {
		slim_put_next(i, out);
		print_pair(set, &set->pairs[i], out);
	}
	fputs("]}", out);
}

static void print_gates(const struct slim_comparison *c, FILE *out)
{
	fputs("\"gates\": [", out);
	for (size_t i = 0; i < c->gate_count; i++) {
		const struct slim_gate *gate = &c->gates[i];
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("option", gate->option, out);
		slim_put_text("image", gate->label, out);
		slim_put_text("what", gate->what, out);
		slim_put_number("value", gate->value, out);
		slim_put_number("limit", gate->limit, out);
		fprintf(out, "\"held\": %s}", gate->held ? "true" : "false");
	}
	fputs("],\n", out);
}

void slim_comparison_json(const struct slim_comparison *c, FILE *out)
{
	fprintf(out, "{\n\"schema\": %d,\n\"kind\": \"comparison\",\n\"slim\": \"%s\",\n", SCHEMA, PACKAGE_VERSION);
	if (c->deployments) {
		fprintf(out, "\"fleet\": {\"deployments\": %" PRIu64 ", \"link\": ", c->deployments);
		if (c->link)
			fprintf(out, "%" PRIu64 "},\n", c->link);
		else
			fputs("null},\n", out);
	} else {
		fputs("\"fleet\": null,\n", out);
	}
	print_gates(c, out);
	fputs("\"sets\": [", out);
	for (size_t i = 0; i < c->set_count; i++) {
		slim_put_next(i, out);
		print_set(c, &c->sets[i], out);
	}
	fputs("]\n}\n", out);
}
