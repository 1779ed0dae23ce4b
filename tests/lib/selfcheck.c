/*
 * selfcheck IMAGE [--drop GLOB]… [PATH]…: the self-check of a selection that has everything but the PATHs and what is
 * below them, as if a rule had been forgotten. GLOBs are what the user is said to have asked for; they drop nothing.
 */
#include <getopt.h>
#include <stdio.h>

#include "slim/layer.h"
#include "slim/write.h"

static int merge(const struct slim_image *image, struct slim_tree *tree, struct slim_log *log, struct slim_error **err)
{
	struct slim_budget budget = slim_budget(&SLIM_LIMITS_DEFAULT);
	for (size_t i = 0; i < image->layer_count; i++) {
		slim_cleanup(slim_layer_free_p) struct slim_layer *layer = NULL;
		if (slim_layer_read(&image->layers[i], &budget, log, &layer, err) ||
		    slim_tree_apply(tree, layer, err))
			return -1;
	}
	slim_tree_finish(tree);
	return 0;
}

static bool is_left_out(const struct slim_tree *tree, const struct slim_node *node, char **paths)
{
	for (; *paths; paths++) {
		const struct slim_node *gone = slim_tree_walk(tree, NULL, slim_blob_of(*paths), false, NULL, NULL);
		if (gone && slim_node_within(node, gone))
			return true;
	}
	return false;
}

static void leave_out(struct slim_selection *selection, char **paths)
{
	size_t count = 0;
	for (size_t i = 0; i < selection->count; i++)
		if (!is_left_out(selection->tree, selection->nodes[i], paths))
			selection->nodes[count++] = selection->nodes[i];
	selection->count = count;
}

static int check(const char *path, char **paths, const struct slim_wishes *wishes, struct slim_log *log,
		 struct slim_error **err)
{
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = NULL;
	const struct slim_image *image;
	size_t count, skipped;
	if (slim_archive_open(path, &SLIM_LIMITS_DEFAULT, log, &archive, err) ||
	    slim_archive_images(archive, &image, &count, &skipped, err))
		return -1;
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	if (merge(image, tree, log, err))
		return -1;
	slim_cleanup(slim_selection_free_p) struct slim_selection *selection = slim_selection_new(tree, NULL);
	leave_out(selection, paths);
	return slim_self_check(selection, &image->config, wishes, log, err);
}

static int add_drop(struct slim_wishes *wishes, const char *glob, struct slim_error **err)
{
	return slim_wishes_add(wishes, SLIM_WISH_DROP, glob, "--drop", err);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "drop", required_argument, NULL, 'd' }, { 0 } };
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_wishes wishes = { .arena = slim_arena_new() };
	int failed = 0;
	while (!failed && getopt_long(argc, argv, "", options, NULL) == 'd')
		failed = add_drop(&wishes, optarg, &err);
	struct slim_log *log = slim_log_new(stderr, SLIM_NORMAL, SLIM_PROGRESS_NEVER);
	if (!failed && optind < argc)
		failed = check(argv[optind], argv + optind + 1, &wishes, log, &err);
	slim_log_free(log);
	slim_wishes_clear(&wishes);
	if (failed)
		fprintf(stderr, "%s\n", slim_error_text(err));
	return failed ? (int)slim_error_status(err) : 0;
}
