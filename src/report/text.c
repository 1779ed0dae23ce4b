/* The summary after a run. */
#include <string.h>

#include "slim/path.h"

#include "report.h"

enum { WORDS_MAX = 63 }; /* so that a line of 80 holds it */

/* WORDS as a shell shows them, cut to fit. */
static void add_words(char *buffer, const char **words)
{
	for (const char **w = words; *w; w++) {
		slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
		const char *shown = slim_path_show(scratch, slim_blob_of(*w));
		bool quote = !**w || strpbrk(*w, " \t\n'\"$;&|<>*?(){}");
		slim_autofree char *word =
			slim_format(quote ? "%s'%s'" : "%s%s", *buffer ? " " : "", shown);
		size_t used = strlen(buffer), length = strlen(word);
		if (used + length > WORDS_MAX) {
			strcpy(buffer + (used > WORDS_MAX - 4 ? WORDS_MAX - 4 : used), " ...");
			return;
		}
		memcpy(buffer + used, word, length + 1);
	}
}

static void print_saving(uint64_t before, uint64_t after, FILE *out)
{
	if (!before)
		fputc('\n', out);
	else
		fprintf(out, "%10.1f %%\n",
			100.0 * ((double)before - (double)after) / (double)before);
}

static void print_count(const char *what, uint64_t before, uint64_t after, FILE *out)
{
	char b[32], a[32];
	fprintf(out, "  %-12s%12s%12s", what, slim_human_count(before, b),
		slim_human_count(after, a));
	print_saving(before, after, out);
}

static void print_size(const char *what, uint64_t before, uint64_t after, FILE *out)
{
	char b[32], a[32];
	fprintf(out, "  %-12s%12s%12s", what, slim_human_size(before, b),
		slim_human_size(after, a));
	print_saving(before, after, out);
}

/* Why layers are larger than the files that one sees. */
static void print_sum(const struct slim_totals *before, FILE *out)
{
	char unpacked[32], bytes[32], hidden[32], rest[32];
	uint64_t files = before->bytes + before->hidden;
	slim_human_size(before->unpacked > files ? before->unpacked - files : 0, rest);
	fprintf(out,
		"  before: layers of %s, unpacked, are %s of contents,\n"
		"  %s that later layers replaced or removed, and %s of tar headers\n\n",
		slim_human_size(before->unpacked, unpacked), slim_human_size(before->bytes, bytes),
		slim_human_size(before->hidden, hidden), rest);
}

static void print_name(const char *lead, const char *name, const char *tail, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	fprintf(out, "%s%s%s", lead, slim_path_show(scratch, slim_blob_of(name)), tail);
}

static void print_image(const struct slim_report_image *image, FILE *out)
{
	char words[WORDS_MAX + 1] = "";
	add_words(words, image->entrypoint);
	add_words(words, image->cmd);
	print_name("  image       ", *image->name ? image->name : "(no name)", "\n", out);
	print_name("  platform    ", *image->platform ? image->platform : "(not said)", "\n", out);
	fprintf(out, "  %-12s%s\n\n", "entrypoint", *words ? words : "(none)");
	fprintf(out, "  %-12s%12s%12s%12s\n", "", "before", "after", "saved");
	const struct slim_totals *b = &image->before, *a = &image->after;
	fprintf(out, "  %-12s%12llu%12llu\n", "layers", (unsigned long long)b->layers,
		(unsigned long long)a->layers);
	if (b->packages)
		print_count("packages", b->packages, a->packages, out);
	print_count("files", b->files, a->files, out);
	print_size("contents", b->bytes, a->bytes, out);
	if (image->written)
		print_size("layers' size", b->stored, a->stored, out);
	fputc('\n', out);
	print_sum(b, out);
}

void slim_report_text(const struct slim_report *report, double seconds, FILE *out)
{
	for (size_t i = 0; i < report->image_count; i++)
		print_image(&report->images[i], out);
	char size[32], input[32];
	if (!report->output) {
		fprintf(out, "  nothing was written (dry run); in %.1f s\n", seconds);
		return;
	}
	print_name("  ", strcmp(report->output, "-") ? report->output : "output", "", out);
	fprintf(out, ": %s, was %s; in %.1f s\n", slim_human_size(report->output_size, size),
		slim_human_size(report->input_size, input), seconds);
}
