/* slim why: the shortest chain from what the image or the user asks for to each path, or that there is none. */
#include "why.h"

#include "../report/json_parts.h"
#include "options.h"
#include "pipeline.h"

/* What a tighter --level ruled out is known from a second trace without it. */
static int trace_uncut(const struct slim_cli *cli, const struct slim_merged *merged, struct slim_log *log,
		       struct slim_trace **trace, struct slim_error **err)
{
	struct slim_cli all = *cli;
	all.wishes.cut = 0;
	return slim_pipeline_trace(&all, merged, log, trace, err);
}

static int answer(const struct slim_cli *cli, const struct slim_why_source *source, struct slim_error **err)
{
	for (size_t i = 1; i < cli->operand_count; i++) {
		slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
		struct slim_answer a;
		if (slim_why(source, cli->operands[i], arena, &a, err) < 0)
			return -1;
		if (cli->json) {
			slim_put_next(i - 1, stdout);
			slim_answer_json(source, &a, stdout);
		} else {
			slim_answer_print(source, &a, stdout);
		}
	}
	return 0;
}

static void see(void *history, const struct slim_layer *layer)
{
	slim_history_see(history, layer);
}

static int ask(const struct slim_cli *cli, const struct slim_image *image, struct slim_log *log,
	       struct slim_error **err)
{
	slim_cleanup(slim_history_free_p) struct slim_history *history =
		slim_history_new((const char *const *)cli->operands + 1, cli->operand_count - 1);
	slim_cleanup(slim_merged_clear) struct slim_merged merged = { 0 };
	slim_cleanup(slim_trace_free_p) struct slim_trace *trace = NULL, *uncut = NULL;
	slim_cleanup(slim_chains_free_p) struct slim_chains *chains = NULL, *uncut_chains = NULL;
	struct slim_watcher watcher = { see, history };
	int failed = slim_pipeline_merge_watched(cli, image, &watcher, log, &merged, err);
	if (failed == 0)
		failed = slim_pipeline_trace(cli, &merged, log, &trace, err);
	if (failed == 0 && cli->wishes.cut)
		failed = trace_uncut(cli, &merged, log, &uncut, err);
	if (slim_pipeline_verify(cli, &merged, failed, err) < 0)
		return -1;
	chains = slim_chains_new(trace, merged.tree);
	if (uncut)
		uncut_chains = slim_chains_new(uncut, merged.tree);
	return answer(cli, &(struct slim_why_source){ .tree = merged.tree,
						      .trace = trace,
						      .chains = chains,
						      .wishes = &cli->wishes,
						      .uncut = uncut_chains,
						      .history = history,
						      .every = cli->every }, err);
}

static void begin_image(const struct slim_cli *cli, const struct slim_image *image, size_t i, bool several)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	const char *platform = slim_platform_text(scratch, image->config.platform);
	if (cli->json) {
		slim_put_next(i, stdout);
		fputc('{', stdout);
		slim_put_text("name", image->name, stdout);
		slim_put_text("platform", platform, stdout);
		fputs("\"answers\": [", stdout);
	} else if (several) {
		printf("%s%s:\n", i ? "\n" : "", platform);
	}
}

int slim_command_why(struct slim_cli *cli, struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = NULL;
	slim_autofree const struct slim_image **chosen = NULL;
	size_t count = 0;
	if (slim_pipeline_open(cli, cli->operands[0], log, &archive, &chosen, &count, err) < 0)
		return -1;
	if (cli->json) {
		fputs("{\n\"schema\": 1,\n\"kind\": \"why\",\n", stdout);
		slim_put_text("input", cli->operands[0], stdout);
		fputs("\n\"images\": [", stdout);
	}
	for (size_t i = 0; i < count; i++) {
		begin_image(cli, chosen[i], i, count > 1);
		if (ask(cli, chosen[i], log, err) < 0)
			return -1;
		if (cli->json)
			fputs("]}", stdout);
	}
	if (cli->json)
		fputs("]\n}\n", stdout);
	return 0;
}
