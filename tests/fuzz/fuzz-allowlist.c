/*
 * Bytes as an allowlist: it is refused as wrong usage, or says the same when its wishes are written anew, and in a
 * small image each file is as the last wish about it, or about a folder above it, says.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/write/buffer.h"
#include "../lib/memory_file.h"
#include "../unit/layers.h"
#include "slim/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { LENGTH_MAX = 4096 };

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz-allowlist: %s\n", what);
	abort();
}

/* --- The list alone --------------------------------------------------------------------------------------------- */

static bool parse(struct slim_wishes *wishes, struct slim_blob text)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	bool good = slim_wishes_parse(wishes, text, "allow", &err) == 0;
	expect(good || slim_error_status(err) == SLIM_BAD_USAGE, "another status");
	return good;
}

static void write_anew(const struct slim_wishes *wishes, struct slim_buffer *out)
{
	static const char *const words[] = { [SLIM_WISH_KEEP] = "", [SLIM_WISH_DROP] = " ! ",
					     [SLIM_WISH_ENTRY] = "entry\t", [SLIM_WISH_PACKAGE] = "package " };
	for (size_t i = 0; i < wishes->count; i++) {
		slim_autofree char *line = slim_format("%s%s\r\n# %zu\n", words[wishes->items[i].kind],
						       wishes->items[i].text, i);
		slim_buffer_add(out, slim_blob_of(line));
	}
}

static void check_same(const struct slim_wishes *wishes)
{
	slim_autobuffer struct slim_buffer text = { 0 };
	struct slim_wishes again = { 0 };
	write_anew(wishes, &text);
	expect(parse(&again, slim_blob(text.bytes, text.length)) && again.count == wishes->count, "not read again");
	for (size_t i = 0; i < wishes->count; i++)
		expect(again.items[i].kind == wishes->items[i].kind &&
		       !strcmp(again.items[i].text, wishes->items[i].text), "reads in another way");
	slim_wishes_clear(&again);
}

/* --- What it does to an image ----------------------------------------------------------------------------------- */

static const struct {
	const char *path, *content; /* a folder without */
} files[] = {
	{ "a", NULL }, { "a/a", NULL }, { "a/a/b", "" }, { "a/b", "b" }, { "a/entry x", "" }, { "b", "!" }, { "bin", NULL },
	{ "bin/app", "#!/bin/sh\n. /a/b\n" }, { "bin/b", "#!/bin/app\n" }, { "bin/sh", "\177ELF" },
	{ "var/lib/dpkg/info/a.list", "/a\n/a/b\n" },
	{ "var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\n\n" },
};

static struct slim_tree *make_tree(struct slim_file **content)
{
	struct slim_layer *layer = layer_new();
	slim_autobuffer struct slim_buffer text = { 0 };
	for (size_t i = 0; i < SLIM_COUNT(files); i++) {
		struct slim_inode *inode = layer_add(layer, files[i].path,
						     files[i].content ? S_IFREG | 0755 : S_IFDIR | 0755);
		if (!files[i].content)
			continue;
		inode->offset = text.length;
		inode->size = strlen(files[i].content);
		slim_buffer_add(&text, slim_blob(files[i].content, inode->size));
	}
	*content = memory_inode(text.bytes, text.length).file;
	for (size_t i = 0; i < layer->count; i++)
		layer->entries[i].inode->file = *content;
	return layer_tree(layer);
}

/* The last wish that matches NODE or a folder above it. */
static const struct slim_wish *decisive(const struct slim_wishes *wishes, const struct slim_node *node)
{
	const struct slim_wish *last = NULL;
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	for (; node; node = node->parent)
		for (size_t i = 0; i < wishes->count; i++)
			if (wishes->items[i].glob && (!last || &wishes->items[i] > last) &&
			    slim_glob_matches(wishes->items[i].glob, slim_blob_of(slim_node_path(arena, node))))
				last = &wishes->items[i];
	return last;
}

static void check_nodes(const struct slim_wishes *wishes, const struct slim_tree *tree, const struct slim_trace *trace)
{
	for (uint32_t id = 0; id < slim_tree_count(tree); id++) {
		const struct slim_node *node = slim_tree_node(tree, id);
		const struct slim_wish *wish = decisive(wishes, node);
		if (wish && wish->kind == SLIM_WISH_DROP)
			expect(!slim_trace_reasons(trace, node), "kept though it is to leave");
		if (wish && wish->kind == SLIM_WISH_KEEP)
			expect(slim_trace_kept(trace, node), "left though it is to stay");
	}
}

static void check_image(const struct slim_wishes *wishes)
{
	static const char *none[] = { NULL }, *entry[] = { "/bin/app", NULL };
	struct slim_config config = { .entrypoint = entry, .cmd = none, .env = none, .shell = none, .volumes = none,
				      .healthcheck = none, .user = "", .working_dir = "" };
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_cleanup(slim_trace_free_p) struct slim_trace *trace = NULL;
	struct slim_file *content;
	struct slim_tree *tree = make_tree(&content);
	struct slim_trace_input in = { .tree = tree, .config = &config, .wishes = wishes };
	if (slim_trace_run(&in, &trace, &err) == 0)
		check_nodes(wishes, tree, trace);
	else
		expect(slim_error_status(err) == SLIM_BAD_USAGE || slim_error_status(err) == SLIM_UNSAFE, "the trace fails");
	slim_trace_free(slim_steal(&trace));
	slim_tree_free(tree);
	slim_file_unref(content);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_wishes wishes = { 0 };
	if (length <= LENGTH_MAX && parse(&wishes, slim_blob((const char *)bytes, length))) {
		check_same(&wishes);
		check_image(&wishes);
	}
	slim_wishes_clear(&wishes);
	return 0;
}
