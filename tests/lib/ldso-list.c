/*
 * What the imitated loaders find, for tests/ldso.py to compare with the real ones:
 *     ldso-list TAR PROGRAM [LD_LIBRARY_PATH [LD_PRELOAD [HWCAPS…]]]
 * TAR: a plain tar of an image's root. One line for each file that is loaded: `name => path`, in the order of loading;
 * `name => not found`; with `variant`, `again`, `fatal`, `optional` or `preload` behind when that is said of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slim/ldso.h"
#include "slim/limits.h"

struct files {
	struct slim_arena *arena;
	const struct slim_elf **elfs;
	bool *known;
};

static const struct slim_elf *elf_of(void *context, struct slim_node *node)
{
	struct files *f = context;
	if (f->known[node->id])
		return f->elfs[node->id];
	struct slim_error *err = NULL;
	f->known[node->id] = true;
	if (slim_elf_read(node->inode, f->arena, &f->elfs[node->id], &err) < 0) {
		slim_error_free(err);
		f->elfs[node->id] = NULL;
	}
	return f->elfs[node->id];
}

/* A layer must match its digest: take it from the file itself. */
static int digest_of(struct slim_file *file, struct slim_digest *out, struct slim_error **err)
{
	size_t size = (size_t)slim_file_size(file);
	slim_autofree char *bytes = slim_alloc(size + 1);
	if (slim_file_read(file, 0, bytes, size, err) < 0)
		return -1;
	*out = slim_digest_of(slim_blob(bytes, size));
	return 0;
}

static int read_tree(const char *path, struct slim_tree *tree, struct slim_error **err)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
	struct slim_layer_ref ref = { .label = "layer" };
	if (slim_file_open(path, &file, err) < 0 || digest_of(file, &ref.diff_id, err) < 0)
		return -1;
	ref.blob = (struct slim_range){ file, 0, slim_file_size(file) };
	slim_cleanup(slim_layer_free_p) struct slim_layer *layer = NULL;
	struct slim_budget budget = slim_budget(&SLIM_LIMITS_DEFAULT);
	if (slim_layer_read(&ref, &budget, NULL, &layer, err) < 0 ||
	    slim_tree_apply(tree, layer, err) < 0)
		return -1;
	slim_tree_finish(tree);
	return 0;
}

static void print_loads(const struct slim_loads *loads)
{
	for (size_t i = 0; i < loads->count; i++) {
		const struct slim_loaded *l = &loads->items[i];
		printf("%s => %s%s%s%s%s%s\n", l->name, l->path ? l->path : "not found", l->variant ? " variant" : "",
		       l->again ? " again" : "", l->fatal ? " fatal" : "", l->optional ? " optional" : "",
		       l->how == SLIM_BY_PRELOAD ? " preload" : "");
	}
}

static const char *argument(int argc, char **argv, int i)
{
	return argc > i && *argv[i] ? argv[i] : NULL;
}

int main(int argc, char **argv)
{
	struct slim_error *err = NULL;
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	if (argc < 3 || read_tree(argv[1], tree, &err) < 0) {
		fprintf(stderr, "ldso-list: %s\n", err ? slim_error_text(err) : "TAR PROGRAM");
		slim_error_free(err);
		return 1;
	}
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	size_t count = slim_tree_count(tree);
	slim_autofree const struct slim_elf **elfs = slim_calloc(count, sizeof(*elfs));
	slim_autofree bool *known = slim_calloc(count, sizeof(*known));
	struct files files = { arena, elfs, known };
	slim_cleanup(slim_ldso_free_p) struct slim_ldso *ldso = slim_ldso_new(&(struct slim_ldso_input){
		.tree = tree, .elf = elf_of, .context = &files, .library_path = argument(argc, argv, 3),
		.preload = argument(argc, argv, 4),
		.hwcaps = argc > 5 ? (const char *const *)argv + 5 : NULL });
	struct slim_node *program = slim_tree_find(tree, argv[2]);
	if (!program || !slim_node_is_file(program))
		return 1;
	print_loads(slim_ldso_program(ldso, program));
	return 0;
}
