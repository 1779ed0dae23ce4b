/* The report as JSON: docs/report.md describes it. Lists hold one element a line, so that reports
 * can be compared. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "report.h"

enum { SCHEMA = 1 };

static void quote_or_null(const char *text, FILE *out)
{
	if (text)
		slim_json_quote(text, out);
	else
		fputs("null", out);
}

/* `"name": "text", ` */
static void text_member(const char *name, const char *text, FILE *out)
{
	fprintf(out, "\"%s\": ", name);
	quote_or_null(text, out);
	fputs(", ", out);
}

static void strings(const char *const *items, size_t count, FILE *out)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		if (i)
			fputs(", ", out);
		slim_json_quote(items[i], out);
	}
	fputc(']', out);
}

static size_t length(const char **items)
{
	size_t n = 0;
	while (items[n])
		n++;
	return n;
}

static void next_element(size_t i, FILE *out)
{
	fputs(i ? ",\n" : "\n", out);
}

static void totals(const char *name, const struct slim_totals *t, bool layers_known, FILE *out)
{
	fprintf(out,
		"\"%s\": {\"layers\": %" PRIu64 ", \"packages\": %" PRIu64 ", \"files\": %" PRIu64
		", \"folders\": %" PRIu64 ", \"links\": %" PRIu64 ", \"bytes\": %" PRIu64,
		name, t->layers, t->packages, t->files, t->folders, t->links, t->bytes);
	if (layers_known)
		fprintf(out, ", \"unpacked\": %" PRIu64 ", \"stored\": %" PRIu64 "}", t->unpacked,
			t->stored);
	else
		fputs(", \"unpacked\": null, \"stored\": null}", out);
}

static void reasons(const struct slim_report_path *p, FILE *out)
{
	fputs(", \"reasons\": [", out);
	for (size_t i = 0; i < p->reason_count; i++) {
		const struct slim_report_reason *r = &p->reasons[i];
		fprintf(out, "%s{\"rule\": \"%s\", \"confidence\": \"%s\", ", i ? ", " : "",
			r->rule->name, slim_confidence_name(r->rule->confidence));
		text_member("from", r->from, out);
		fputs("\"evidence\": ", out);
		slim_json_quote(r->evidence, out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void paths(const char *name, const struct slim_report_path *list, size_t count, bool kept,
		  FILE *out)
{
	fprintf(out, ",\n\"%s\": [", name);
	for (size_t i = 0; i < count; i++) {
		next_element(i, out);
		fputc('{', out);
		text_member("path", list[i].path, out);
		fprintf(out, "\"type\": \"%s\", \"size\": %" PRIu64 ", \"package\": ", list[i].type,
			list[i].size);
		quote_or_null(list[i].owner, out);
		if (kept)
			reasons(&list[i], out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void packages(const struct slim_report_image *image, FILE *out)
{
	fputs(",\n\"packages\": [", out);
	for (size_t i = 0; i < image->package_count; i++) {
		const struct slim_report_package *p = &image->packages[i];
		next_element(i, out);
		fputc('{', out);
		text_member("name", p->name, out);
		text_member("version", p->version, out);
		text_member("architecture", p->architecture, out);
		fprintf(out,
			"\"files\": %" PRIu64 ", \"kept_files\": %" PRIu64 ", \"bytes\": %" PRIu64
			", \"kept_bytes\": %" PRIu64 "}",
			p->files, p->kept, p->bytes, p->kept_bytes);
	}
	fputc(']', out);
}

static void doubts(const struct slim_report_image *image, FILE *out)
{
	fputs(",\n\"doubts\": [", out);
	for (size_t i = 0; i < image->doubt_count; i++) {
		next_element(i, out);
		fputc('{', out);
		text_member("path", image->doubts[i].path, out);
		fputs("\"text\": ", out);
		slim_json_quote(image->doubts[i].text, out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void image(const struct slim_report_image *image, FILE *out)
{
	fputs("{\n", out);
	text_member("name", image->name, out);
	text_member("platform", image->platform, out);
	fputs("\"entrypoint\": ", out);
	strings((const char *const *)image->entrypoint, length(image->entrypoint), out);
	fputs(", \"cmd\": ", out);
	strings((const char *const *)image->cmd, length(image->cmd), out);
	fputs(",\n", out);
	totals("before", &image->before, true, out);
	fputs(",\n", out);
	totals("after", &image->after, image->written, out);
	fputs(",\n\"output\": ", out);
	if (image->written)
		fprintf(out,
			"{\"manifest\": \"%s\", \"config\": \"%s\", \"layer\": \"%s\", "
			"\"diff_id\": \"%s\"}",
			image->output.manifest.text, image->output.config.text,
			image->output.layer.text, image->output.diff_id.text);
	else
		fputs("null", out);
	paths("kept", image->kept, image->kept_count, true, out);
	paths("dropped", image->dropped, image->dropped_count, false, out);
	fputs(",\n\"dropped_programs\": ", out);
	strings(image->dropped_programs, image->dropped_program_count, out);
	packages(image, out);
	doubts(image, out);
	fputc('}', out);
}

static void wishes(const struct slim_wishes *w, FILE *out)
{
	static const char *const kinds[] = { [SLIM_WISH_KEEP] = "keep",
					     [SLIM_WISH_DROP] = "drop",
					     [SLIM_WISH_ENTRY] = "entry",
					     [SLIM_WISH_PACKAGE] = "package" };
	fputs("\"wishes\": [", out);
	for (size_t i = 0; i < w->count; i++) {
		fprintf(out, "%s{\"kind\": \"%s\", ", i ? ", " : "", kinds[w->items[i].kind]);
		text_member("text", w->items[i].text, out);
		fputs("\"origin\": ", out);
		slim_json_quote(w->items[i].origin, out);
		fputc('}', out);
	}
	fprintf(out, "], \"confidence\": \"%s\", \"keep_all\": %s",
		slim_confidence_name(SLIM_FALLBACK - w->cut), w->keep_all ? "true" : "false");
}

static void options(const struct slim_report *r, FILE *out)
{
	static const char *const formats[] = {
		[SLIM_LAYER_ZSTD] = "zstd", [SLIM_LAYER_GZIP] = "gzip", [SLIM_LAYER_PLAIN] = "none"
	};
	fputs("\"options\": {", out);
	text_member("image", r->image_wish, out);
	text_member("platform", r->platform_wish, out);
	text_member("tag", r->write->tag, out);
	fprintf(out, "\"compression\": \"%s\", \"level\": ", formats[r->write->format]);
	if (r->write->level)
		fprintf(out, "%d, ", r->write->level);
	else
		fputs("null, ", out);
	fprintf(out, "\"strip\": %s, ", r->write->strip ? "true" : "false");
	wishes(r->wishes, out);
	fputc('}', out);
}

void slim_report_json(const struct slim_report *r, FILE *out)
{
	fprintf(out, "{\n\"schema\": %d,\n\"slim\": ", SCHEMA);
	slim_json_quote(PACKAGE_VERSION, out);
	fputs(",\n\"input\": {", out);
	text_member("name", r->input, out);
	text_member("form", r->form, out);
	fprintf(out, "\"size\": %" PRIu64 "},\n\"output\": ", r->input_size);
	if (r->output) {
		fputc('{', out);
		text_member("name", r->output, out);
		fprintf(out, "\"size\": %" PRIu64 "}", r->output_size);
	} else {
		fputs("null", out);
	}
	fputs(",\n", out);
	options(r, out);
	fputs(",\n\"warnings\": ", out);
	strings(r->warnings, r->warning_count, out);
	fputs(",\n\"images\": [", out);
	for (size_t i = 0; i < r->image_count; i++) {
		next_element(i, out);
		image(&r->images[i], out);
	}
	fputs("]\n}\n", out);
}
