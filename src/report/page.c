/* What the page holds of a report: docs/report.md, "Within the page". */
#include "page.h"

#include <inttypes.h>
#include <string.h>

#include "../trace/engine/hash.h"
#include "json.h"

static void rules(FILE *out)
{
	fputs("\"rules\": [", out);
	for (int id = 0; id < SLIM_RULE_COUNT; id++) {
		const struct slim_rule *rule = slim_rule((enum slim_rule_id)id);
		fprintf(out, "%s[\"%s\", \"%s\", ", id ? ",\n" : "\n", rule->name, slim_confidence_name(rule->confidence));
		slim_json_quote(rule->text, out);
		fputc(']', out);
	}
	fputc(']', out);
}

static void names(const struct slim_report_image *image, FILE *out)
{
	fputs("\"names\": \"", out);
	for (size_t i = 1; i < image->path_count; i++) {
		const char *slash = strrchr(image->paths[i].path, '/');
		if (i > 1)
			fputc('/', out);
		slim_json_escape(slash + 1, out);
	}
	fputs("\"", out);
}

static void depths(const struct slim_report_image *image, FILE *out)
{
	fputs(",\n\"depths\": [", out);
	for (size_t i = 1; i < image->path_count; i++)
		fprintf(out, "%s%" PRIu32, i > 1 ? "," : "", image->paths[i].depth);
	fputc(']', out);
}

/* One letter a path: its type, a capital when it stays. */
static void types(const struct slim_report_image *image, FILE *out)
{
	static const char letters[][2] = {
		[SLIM_REPORT_FILE] = "fF",  [SLIM_REPORT_DIR] = "dD",  [SLIM_REPORT_LINK] = "lL",
		[SLIM_REPORT_CHAR] = "cC",  [SLIM_REPORT_BLOCK] = "bB", [SLIM_REPORT_FIFO] = "pP",
		[SLIM_REPORT_SOCKET] = "sS",
	};
	fputs(",\n\"types\": \"", out);
	for (size_t i = 1; i < image->path_count; i++)
		fputc(letters[image->paths[i].type][image->paths[i].kept], out);
	fputc('"', out);
}

static void sizes(const struct slim_report_image *image, FILE *out)
{
	const char *comma = "";
	fputs(",\n\"sizes\": [", out);
	for (size_t i = 1; i < image->path_count; i++) {
		if (image->paths[i].type != SLIM_REPORT_FILE)
			continue;
		fprintf(out, "%s%" PRIu64, comma, image->paths[i].size);
		comma = ",";
	}
	fputs("],\n\"was\": [", out);
	comma = "";
	for (size_t i = 1; i < image->path_count; i++) {
		if (image->paths[i].was == image->paths[i].size)
			continue;
		fprintf(out, "%s%zu,%" PRIu64, comma, i, image->paths[i].was);
		comma = ",";
	}
	fputc(']', out);
}

static void further_names(const struct slim_report_image *image, FILE *out)
{
	const char *comma = "";
	fputs(",\n\"same\": [", out);
	for (size_t i = 1; i < image->path_count; i++) {
		if (image->paths[i].same_as == SLIM_REPORT_NONE)
			continue;
		fprintf(out, "%s%zu,%" PRIu32, comma, i, image->paths[i].same_as);
		comma = ",";
	}
	fputc(']', out);
}

/* 0 for none: everything in a list of numbers counts from there. */
static uint32_t place(uint32_t number)
{
	return number == SLIM_REPORT_NONE ? 0 : number + 1;
}

/* Runs: how many paths, and whose. */
static void owners(const struct slim_report_image *image, FILE *out)
{
	const char *comma = "";
	fputs(",\n\"owners\": [", out);
	for (size_t i = 1, end; i < image->path_count; i = end) {
		for (end = i + 1; end < image->path_count && image->paths[end].owner == image->paths[i].owner;)
			end++;
		fprintf(out, "%s%zu,%" PRIu32, comma, end - i, place(image->paths[i].owner));
		comma = ",";
	}
	fputc(']', out);
}

struct text { /* what a reason says: many say the same */
	const char *text;
	size_t number;
	UT_hash_handle hh;
};

static size_t number_of(struct text **texts, struct slim_arena *scratch, const char *text)
{
	struct text *found;
	HASH_FIND_STR(*texts, text, found);
	if (found)
		return found->number;
	found = slim_arena_alloc(scratch, sizeof(*found));
	found->text = text;
	found->number = HASH_COUNT(*texts);
	HASH_ADD_KEYPTR(hh, *texts, found->text, strlen(found->text), found);
	return found->number;
}

static void reasons(const struct slim_report_image *image, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	struct text *texts = NULL, *text, *next;
	const char *comma = "";
	fputs(",\n\"reasons\": [", out);
	for (size_t i = 1; i < image->path_count; i++) {
		const struct slim_report_path *p = &image->paths[i];
		if (!p->kept)
			continue;
		fprintf(out, "%s%" PRIu32 ",%" PRIu32, comma, p->reason_count, place(p->step));
		comma = ",";
		for (uint32_t r = 0; r < p->reason_count; r++)
			fprintf(out, ",%d,%" PRIu32 ",%zu", (int)p->reasons[r].rule, place(p->reasons[r].from),
				number_of(&texts, scratch, p->reasons[r].evidence));
	}
	fputs("],\n\"evidence\": [", out);
	HASH_ITER (hh, texts, text, next) { /* in the order of adding */
		if (text->number)
			fputs(",\n", out);
		slim_json_quote(text->text, out);
	}
	HASH_CLEAR(hh, texts);
	fputc(']', out);
}

static void image(const struct slim_report_image *image, FILE *out)
{
	fputs("{\n", out);
	slim_json_image_head(image, out);
	fputs(",\n", out);
	slim_json_packages(image, out);
	fputs(",\n", out);
	slim_json_doubts(image, out);
	fputs(",\n\"tree\": {\n", out);
	names(image, out);
	depths(image, out);
	types(image, out);
	sizes(image, out);
	further_names(image, out);
	owners(image, out);
	reasons(image, out);
	fputs("}}", out);
}

void slim_page_data(const struct slim_report *report, FILE *out)
{
	fputs("{\n", out);
	slim_json_head(report, out);
	fputs(",\n", out);
	rules(out);
	fputs(",\n\"images\": [\n", out);
	for (size_t i = 0; i < report->image_count; i++) {
		fputs(i ? ",\n" : "", out);
		image(&report->images[i], out);
	}
	fputs("]\n}\n", out);
}
