/* slim IN OUT: each chosen image is read, traced, checked and written. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "slim/write.h"

#include "../report/report.h"
#include "../report/save.h"
#include "../report/why.h"
#include "options.h"
#include "pipeline.h"

struct run {
	const struct slim_cli *cli;
	struct slim_log *log;
	struct slim_output *output; /* NULL: dry run */
	struct slim_report *report;
	struct slim_timings *timings;
	struct slim_sbom *sbom; /* NULL: not asked for */
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int strip(const struct run *run, struct slim_selection *selection,
		 const struct slim_trace *trace, struct slim_error **err)
{
	struct slim_stripped done;
	char size[32];
	if (!run->cli->write.strip)
		return 0;
	if (slim_selection_strip(selection, slim_trace_packages(trace), &done, err) < 0)
		return slim_wrap(err, "--strip");
	slim_verbose(run->log, "--strip: %llu file%s made smaller, by %s in all",
		     (unsigned long long)done.files, done.files == 1 ? "" : "s",
		     slim_human_size(done.bytes, size));
	return 0;
}

static int select_and_write(const struct run *run, const struct slim_merged *merged,
			    const struct slim_trace *trace, struct slim_error **err)
{
	const struct slim_cli *cli = run->cli;
	slim_cleanup(slim_selection_free_p) struct slim_selection *selection =
		slim_selection_new(merged->tree, trace);
	if (strip(run, selection, trace, err) < 0)
		return -1;
	if (slim_selection_tell_packages(selection, slim_trace_packages(trace), err) < 0)
		return -1;
	if (slim_self_check(selection, &merged->image->config, &cli->wishes, run->log, err) < 0)
		return slim_wrap(err, "%s", slim_pipeline_input(cli));
	struct slim_written written;
	double start = now();
	if (run->sbom)
		slim_selection_want_sums(selection);
	if (run->output && slim_output_add(run->output, merged->image, selection, &cli->write,
					   run->log, &written, err) < 0)
		return -1;
	if (run->sbom && !run->output && slim_selection_read_sums(selection, err) < 0)
		return -1;
	if (slim_tree_check(merged->tree, err) < 0)
		return -1;
	run->timings->write += now() - start;
	struct slim_report_source source = { .image = merged->image,
					     .tree = merged->tree,
					     .trace = trace,
					     .selection = selection,
					     .unpacked = merged->unpacked,
					     .contents = merged->contents,
					     .written = run->output ? &written : NULL };
	slim_report_add(run->report, &source);
	if (run->sbom)
		slim_sbom_add(run->sbom, &source);
	const struct slim_report_image *added = &run->report->images[run->report->image_count - 1];
	slim_autofree char *programs = slim_report_programs_text(added);
	if (added->dropped_program_count)
		slim_verbose(run->log, "%s", programs);
	return 0;
}

/* With -v: how much each rule keeps, by the last steps of the shortest chains. */
static void tell_rules(const struct run *run, const struct slim_merged *merged, const struct slim_trace *trace)
{
	if (!slim_log_verbose(run->log))
		return;
	size_t nodes = slim_tree_count(merged->tree);
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_cleanup(slim_chains_free_p) struct slim_chains *chains = slim_chains_new(trace, merged->tree);
	slim_autofree bool *all = slim_alloc(nodes * sizeof(*all));
	memset(all, true, nodes * sizeof(*all));
	struct slim_answer a = { 0 };
	struct slim_why_source source = { .tree = merged->tree, .trace = trace, .chains = chains };
	slim_why_many(&source, all, &a, arena);
	for (size_t i = 0; i < a.rule_count; i++) {
		const struct slim_rule *rule = slim_rule(a.rules[i].rule);
		char bytes[32];
		slim_verbose(run->log, "rule %s (%s) keeps %llu file%s, %s: %s", rule->name,
			     slim_confidence_name(rule->confidence), (unsigned long long)a.rules[i].files,
			     a.rules[i].files == 1 ? "" : "s", slim_human_size(a.rules[i].bytes, bytes), rule->text);
	}
}

static int process(const struct run *run, const struct slim_image *image, struct slim_merged *merged,
		   struct slim_error **err)
{
	slim_cleanup(slim_trace_free_p) struct slim_trace *trace = NULL;
	double start = now();
	if (slim_pipeline_merge(run->cli, image, run->log, merged, err) < 0)
		return -1;
	double merge_end = now();
	run->timings->read += merge_end - start;
	if (slim_pipeline_trace(run->cli, merged, run->log, &trace, err) < 0)
		return -1;
	run->timings->trace += now() - merge_end;
	tell_rules(run, merged, trace);
	return select_and_write(run, merged, trace, err);
}

static int slim_image(const struct run *run, const struct slim_image *image, struct slim_error **err)
{
	slim_cleanup(slim_merged_clear) struct slim_merged merged = { 0 };
	int failed = process(run, image, &merged, err);
	double start = now();
	failed = slim_pipeline_verify(run->cli, &merged, failed, err);
	run->timings->verify += now() - start;
	return failed;
}

static int slim_images(const struct run *run, const struct slim_image **images, size_t count,
		       struct slim_error **err)
{
	for (size_t i = 0; i < count; i++) {
		if (slim_image(run, images[i], err) == 0)
			continue;
		slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
		return count == 1
			       ? -1
			       : slim_wrap(err, "%s",
					   slim_platform_text(scratch, images[i]->config.platform));
	}
	return 0;
}

/* OUT comes first: when it cannot be written, that is said before the long work. */
static int open_output(const struct slim_cli *cli, struct slim_output **output,
		       struct slim_error **err)
{
	if (cli->dry_run)
		return 0;
	return slim_output_new(cli->operands[1], cli->operands[0], output, err);
}

static void describe(const struct slim_cli *cli, const struct slim_archive *archive,
		     struct slim_report *report)
{
	report->input = cli->operands[0];
	report->form = slim_archive_form(archive);
	report->input_size = slim_archive_size(archive);
	report->output = cli->dry_run ? NULL : cli->operands[1];
	report->wishes = &cli->wishes;
	report->write = &cli->write;
	report->image_wish = cli->image;
	report->platform_wish =
		cli->any_platform ? NULL : slim_platform_text(cli->arena, cli->platform);
	report->detailed = cli->report_count > 0;
}

/* Where a person reads the summary: standard output, unless the image goes there. */
static FILE *summary_stream(const struct slim_cli *cli)
{
	bool image_there = !cli->dry_run && !strcmp(cli->operands[1], "-");
	return image_there ? stderr : stdout;
}

/* The reports' files: opened before the long work too. */
struct savings {
	struct slim_saving **items;
	size_t count;
};

static void close_reports(struct savings *s)
{
	for (size_t i = 0; i < s->count; i++)
		slim_saving_free(s->items[i]);
	free(s->items);
}

static int open_report(const char *path, struct savings *s, struct slim_error **err)
{
	if (slim_saving_new(path, &s->items[s->count], err) < 0)
		return -1;
	s->count++;
	return 0;
}

/* The reports, and behind them the bills of materials. */
static int open_reports(const struct slim_cli *cli, struct savings *s, struct slim_error **err)
{
	s->items = slim_calloc(cli->report_count + cli->sbom_count + 1, sizeof(*s->items));
	for (size_t i = 0; i < cli->report_count; i++)
		if (open_report(cli->reports[i], s, err) < 0)
			return -1;
	for (size_t i = 0; i < cli->sbom_count; i++)
		if (open_report(cli->sboms[i], s, err) < 0)
			return -1;
	return 0;
}

static bool is_cyclonedx(const struct slim_cli *cli, const char *path)
{
	return cli->sbom_form == SLIM_SBOM_BY_NAME ? slim_blob_ends(slim_blob_of(path), ".cdx.json") :
						     cli->sbom_form == SLIM_SBOM_CYCLONEDX;
}

static int fill_reports(const struct run *run, const struct savings *savings, struct slim_error **err)
{
	const struct slim_cli *cli = run->cli;
	for (size_t i = 0; i < cli->report_count; i++)
		if (slim_saving_fill(savings->items[i], run->report, err) < 0)
			return -1;
	if (run->sbom && slim_sbom_finish(run->sbom, err) < 0)
		return -1;
	for (size_t i = 0; i < cli->sbom_count; i++)
		if (slim_saving_fill_sbom(savings->items[cli->report_count + i], run->sbom,
					  is_cyclonedx(cli, cli->sboms[i]), err) < 0)
			return -1;
	return 0;
}

/* All that can fill a disk is written before anything gets its name. */
static int finish(const struct run *run, const struct savings *savings, struct slim_error **err)
{
	if (run->output && slim_output_finish(run->output, err) < 0)
		return -1;
	run->report->warnings = slim_log_warnings(run->log, &run->report->warning_count);
	run->report->output_size = run->output ? slim_output_size(run->output) : 0;
	if (fill_reports(run, savings, err) < 0)
		return -1;
	if (run->output && slim_output_commit(run->output, err) < 0)
		return -1;
	for (size_t i = 0; i < savings->count; i++)
		if (slim_saving_publish(savings->items[i], err) < 0)
			return -1;
	return 0;
}

int slim_command_slim(struct slim_cli *cli, struct slim_log *log, struct slim_error **err)
{
	double start = now();
	struct slim_timings timings = { 0 };
	slim_cleanup(slim_output_free_p) struct slim_output *output = NULL;
	slim_cleanup(close_reports) struct savings savings = { 0 };
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = NULL;
	slim_cleanup(slim_report_clear) struct slim_report report = { 0 };
	slim_autofree const struct slim_image **chosen = NULL;
	size_t count = 0;
	if (open_output(cli, &output, err) < 0 || open_reports(cli, &savings, err) < 0)
		return -1;
	if (slim_pipeline_open(cli, cli->operands[0], log, &archive, &chosen, &count, err) < 0)
		return -1;
	describe(cli, archive, &report);
	report.timings = cli->timings ? &timings : NULL;
	slim_cleanup(slim_sbom_free_p) struct slim_sbom *sbom = NULL;
	if (cli->sbom_count)
		sbom = slim_sbom_new(cli->operands[0]);
	struct run run = { cli, log, output, &report, &timings, sbom };
	if (slim_images(&run, chosen, count, err) < 0)
		return -1;
	timings.total = now() - start;
	if (finish(&run, &savings, err) < 0)
		return -1;
	if (cli->level != SLIM_QUIET)
		slim_report_text(&report, now() - start, summary_stream(cli));
	return 0;
}
