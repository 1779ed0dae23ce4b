/* slim IN OUT: each chosen image is read, traced, checked and written. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "slim/write.h"

#include "../report/report.h"
#include "../report/save.h"
#include "options.h"
#include "pipeline.h"

struct run {
	const struct slim_cli *cli;
	struct slim_log *log;
	struct slim_output *output; /* NULL: dry run */
	struct slim_report *report;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int select_and_write(const struct run *run, const struct slim_merged *merged, const struct slim_trace *trace,
			    struct slim_error **err)
{
	const struct slim_cli *cli = run->cli;
	slim_cleanup(slim_selection_free_p) struct slim_selection *selection =
		slim_selection_new(merged->tree, trace);
	if (slim_self_check(selection, &merged->image->config, &cli->wishes, run->log, err) < 0)
		return -1;
	struct slim_written written;
	if (run->output && slim_output_add(run->output, merged->image, selection, &cli->write, run->log, &written, err) < 0)
		return -1;
	slim_report_add(run->report, &(struct slim_report_source){ .image = merged->image,
								   .tree = merged->tree,
								   .trace = trace,
								   .selection = selection,
								   .unpacked = merged->unpacked,
								   .written = run->output ? &written : NULL });
	return 0;
}

static int slim_image(const struct run *run, const struct slim_image *image, struct slim_error **err)
{
	slim_cleanup(slim_merged_clear) struct slim_merged merged = { 0 };
	slim_cleanup(slim_trace_free_p) struct slim_trace *trace = NULL;
	if (slim_pipeline_merge(run->cli, image, run->log, &merged, err) < 0)
		return -1;
	if (slim_pipeline_trace(run->cli, &merged, run->log, &trace, err) < 0)
		return -1;
	return select_and_write(run, &merged, trace, err);
}

static int slim_images(const struct run *run, const struct slim_image **images, size_t count, struct slim_error **err)
{
	for (size_t i = 0; i < count; i++) {
		if (slim_image(run, images[i], err) == 0)
			continue;
		slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
		return count == 1 ? -1 : slim_wrap(err, "%s", slim_platform_text(scratch, images[i]->config.platform));
	}
	return 0;
}

/* OUT comes first: when it cannot be written, that is said before the long work. */
static int open_output(const struct slim_cli *cli, struct slim_output **output, struct slim_error **err)
{
	if (cli->dry_run)
		return 0;
	const char *out = cli->operands[1];
	if (!strcmp(out, "-") && isatty(STDOUT_FILENO))
		return slim_fail(err, SLIM_BAD_USAGE, "an image is not written to a terminal; name a file");
	return slim_output_new(out, cli->operands[0], output, err);
}

static void describe(const struct slim_cli *cli, const struct slim_archive *archive, struct slim_report *report)
{
	report->input = cli->operands[0];
	report->form = slim_archive_form(archive);
	report->input_size = slim_archive_size(archive);
	report->output = cli->dry_run ? NULL : cli->operands[1];
	report->wishes = &cli->wishes;
	report->write = &cli->write;
	report->image_wish = cli->image;
	report->platform_wish = cli->any_platform ? NULL : slim_platform_text(cli->arena, cli->platform);
	report->detailed = cli->report;
}

/* Where a person reads the summary: standard output, unless the image goes there. */
static FILE *summary_stream(const struct slim_cli *cli)
{
	bool image_there = !cli->dry_run && !strcmp(cli->operands[1], "-");
	return image_there ? stderr : stdout;
}

int slim_command_slim(struct slim_cli *cli, struct slim_log *log, struct slim_error **err)
{
	double start = now();
	slim_cleanup(slim_output_free_p) struct slim_output *output = NULL;
	slim_cleanup(slim_saving_free_p) struct slim_saving *saving = NULL;
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = NULL;
	slim_cleanup(slim_report_clear) struct slim_report report = { 0 };
	slim_autofree const struct slim_image **chosen = NULL;
	size_t count = 0;
	if (open_output(cli, &output, err) < 0 || (cli->report && slim_saving_new(cli->report, &saving, err) < 0))
		return -1;
	if (slim_pipeline_open(cli, cli->operands[0], log, &archive, &chosen, &count, err) < 0)
		return -1;
	describe(cli, archive, &report);
	if (slim_images(&(struct run){ cli, log, output, &report }, chosen, count, err) < 0)
		return -1;
	if (output && slim_output_commit(output, err) < 0)
		return -1;
	report.warnings = slim_log_warnings(log, &report.warning_count);
	report.output_size = output ? slim_output_size(output) : 0;
	if (saving && slim_saving_commit(saving, &report, err) < 0)
		return -1;
	if (cli->level != SLIM_QUIET)
		slim_report_text(&report, now() - start, summary_stream(cli));
	return 0;
}
