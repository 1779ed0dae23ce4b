/* The report as JSON: docs/report.md describes it. Lists hold one element a line, so that reports
 * can be compared. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "json_parts.h"

enum { SCHEMA = 1 };

const char *slim_report_type_name(enum slim_report_type type)
{
	static const char *const names[] = {
		[SLIM_REPORT_FILE] = "file",   [SLIM_REPORT_DIR] = "dir",     [SLIM_REPORT_LINK] = "link",
		[SLIM_REPORT_CHAR] = "char",   [SLIM_REPORT_BLOCK] = "block", [SLIM_REPORT_FIFO] = "fifo",
		[SLIM_REPORT_SOCKET] = "socket",
	};
	return names[type];
}

static void totals(const char *name, const struct slim_totals *t, bool layers_known, FILE *out)
{
	fprintf(out,
		"\"%s\": {\"layers\": %" PRIu64 ", \"packages\": %" PRIu64 ", \"files\": %" PRIu64
		", \"folders\": %" PRIu64 ", \"links\": %" PRIu64 ", \"bytes\": %" PRIu64
		", \"hidden\": %" PRIu64,
		name, t->layers, t->packages, t->files, t->folders, t->links, t->bytes, t->hidden);
	if (layers_known)
		fprintf(out, ", \"unpacked\": %" PRIu64 ", \"stored\": %" PRIu64 "}", t->unpacked,
			t->stored);
	else
		fputs(", \"unpacked\": null, \"stored\": null}", out);
}

static void number_or_null(uint32_t number, FILE *out)
{
	if (number == SLIM_REPORT_NONE)
		fputs("null", out);
	else
		fprintf(out, "%" PRIu32, number);
}

static void reasons(const struct slim_report_image *image, const struct slim_report_path *p, FILE *out)
{
	fputs(", \"reasons\": [", out);
	for (uint32_t i = 0; i < p->reason_count; i++) {
		const struct slim_report_reason *r = &p->reasons[i];
		const struct slim_rule *rule = slim_rule(r->rule);
		fprintf(out, "%s{\"rule\": \"%s\", \"confidence\": \"%s\", ", i ? ", " : "", rule->name,
			slim_confidence_name(rule->confidence));
		slim_put_text("from", r->from == SLIM_REPORT_NONE ? NULL : image->paths[r->from].path, out);
		fputs("\"evidence\": ", out);
		slim_json_quote(r->evidence, out);
		fputc('}', out);
	}
	fputs("], \"step\": ", out);
	number_or_null(p->step, out);
}

static void path(const struct slim_report_image *image, const struct slim_report_path *p, FILE *out)
{
	fputc('{', out);
	slim_put_text("path", p->path, out);
	fprintf(out, "\"type\": \"%s\", \"size\": %" PRIu64 ", \"package\": ", slim_report_type_name(p->type), p->size);
	slim_put_value(p->owner == SLIM_REPORT_NONE ? NULL : image->packages[p->owner].name, out);
	if (p->was != p->size)
		fprintf(out, ", \"was\": %" PRIu64, p->was);
	if (p->same_as != SLIM_REPORT_NONE) {
		fputs(", \"same_as\": ", out);
		slim_json_quote(image->paths[p->same_as].path, out);
	}
	if (p->kept)
		reasons(image, p, out);
	fputc('}', out);
}

static void paths(const struct slim_report_image *image, bool kept, FILE *out)
{
	size_t count = 0;
	fprintf(out, ",\n\"%s\": [", kept ? "kept" : "dropped");
	for (size_t i = 1; i < image->path_count; i++) { /* 0 is the root */
		if (image->paths[i].kept != kept)
			continue;
		slim_put_next(count++, out);
		path(image, &image->paths[i], out);
	}
	fputc(']', out);
}

void slim_json_packages(const struct slim_report_image *image, FILE *out)
{
	fputs("\"packages\": [", out);
	for (size_t i = 0; i < image->package_count; i++) {
		const struct slim_report_package *p = &image->packages[i];
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("name", p->name, out);
		slim_put_text("version", p->version, out);
		slim_put_text("architecture", p->architecture, out);
		fprintf(out,
			"\"files\": %" PRIu64 ", \"kept_files\": %" PRIu64 ", \"bytes\": %" PRIu64
			", \"kept_bytes\": %" PRIu64 "}",
			p->files, p->kept, p->bytes, p->kept_bytes);
	}
	fputc(']', out);
}

void slim_json_doubts(const struct slim_report_image *image, FILE *out)
{
	fputs("\"doubts\": [", out);
	for (size_t i = 0; i < image->doubt_count; i++) {
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("path", image->doubts[i].path, out);
		fputs("\"text\": ", out);
		slim_json_quote(image->doubts[i].text, out);
		fputc('}', out);
	}
	fputc(']', out);
}

void slim_json_image_head(const struct slim_report_image *image, FILE *out)
{
	slim_put_text("name", image->name, out);
	slim_put_text("platform", image->platform, out);
	fputs("\"entrypoint\": ", out);
	slim_put_list((const char *const *)image->entrypoint, out);
	fputs(", \"cmd\": ", out);
	slim_put_list((const char *const *)image->cmd, out);
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
	fputs(",\n\"dropped_programs\": ", out);
	slim_put_strings(image->dropped_programs, image->dropped_program_count, out);
}

static void image(const struct slim_report_image *image, FILE *out)
{
	fputs("{\n", out);
	slim_json_image_head(image, out);
	paths(image, true, out);
	paths(image, false, out);
	fputs(",\n", out);
	slim_json_packages(image, out);
	fputs(",\n", out);
	slim_json_doubts(image, out);
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
		slim_put_text("text", w->items[i].text, out);
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
	slim_put_text("image", r->image_wish, out);
	slim_put_text("platform", r->platform_wish, out);
	slim_put_text("tag", r->write->tag, out);
	fprintf(out, "\"compression\": \"%s\", \"level\": ", formats[r->write->format]);
	if (r->write->level)
		fprintf(out, "%d, ", r->write->level);
	else
		fputs("null, ", out);
	fprintf(out, "\"strip\": %s, ", r->write->strip ? "true" : "false");
	wishes(r->wishes, out);
	fputc('}', out);
}

static void timings(const struct slim_timings *t, FILE *out)
{
	fprintf(out, ",\n\"timings\": {\"read\": %.3f, \"trace\": %.3f, \"write\": %.3f, \"verify\": %.3f, "
		     "\"total\": %.3f}", t->read, t->trace, t->write, t->verify, t->total);
}

void slim_json_head(const struct slim_report *r, FILE *out)
{
	fprintf(out, "\"schema\": %d,\n\"slim\": ", SCHEMA);
	slim_json_quote(PACKAGE_VERSION, out);
	fputs(",\n\"input\": {", out);
	slim_put_text("name", r->input, out);
	slim_put_text("form", r->form, out);
	fprintf(out, "\"size\": %" PRIu64 "},\n\"output\": ", r->input_size);
	if (r->output) {
		fputc('{', out);
		slim_put_text("name", r->output, out);
		fprintf(out, "\"size\": %" PRIu64 "}", r->output_size);
	} else {
		fputs("null", out);
	}
	fputs(",\n", out);
	options(r, out);
	fputs(",\n\"warnings\": ", out);
	slim_put_strings(r->warnings, r->warning_count, out);
	if (r->timings)
		timings(r->timings, out);
}

void slim_report_json(const struct slim_report *r, FILE *out)
{
	fputs("{\n", out);
	slim_json_head(r, out);
	fputs(",\n\"images\": [", out);
	for (size_t i = 0; i < r->image_count; i++) {
		slim_put_next(i, out);
		image(&r->images[i], out);
	}
	fputs("]\n}\n", out);
}
