/* What layers did to a path: added, replaced, removed; and whiteouts that are about other layers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../../src/report/history.h"
#include "layers.h"

enum { FILE_MODE = S_IFREG | 0644 };

static void see(struct slim_history *history, struct slim_layer *layer)
{
	slim_history_see(history, layer);
	slim_layer_free(layer);
}

/* "1 added, 2 removed" */
static char *told(const struct slim_history *history, const char *path)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct slim_past *past;
	size_t count = slim_history_of(history, slim_blob_of(path), arena, &past);
	char *text = slim_strdup("");
	for (size_t i = 0; i < count; i++) {
		char *longer = slim_format("%s%s%u %s", text, i ? ", " : "", past[i].layer, slim_past_name(past[i].kind));
		free(text);
		text = longer;
	}
	return text;
}

static void check(const struct slim_history *history, const char *path, const char *wanted)
{
	slim_autofree char *text = told(history, path);
	assert_string_equal(text, wanted);
}

static void test_layers(void **state)
{
	static const char *const asked[] = { "/opt/a/x", "y", "/opt/b/", "/z" };
	slim_cleanup(slim_history_free_p) struct slim_history *h = slim_history_new(asked, SLIM_COUNT(asked));
	struct slim_layer *layer = layer_new();
	layer_add(layer, "opt/a/x", FILE_MODE)->size = 5;
	layer_add(layer, "opt/a/y", FILE_MODE);
	layer_add(layer, "opt/b", S_IFDIR | 0755);
	layer_add(layer, "opt/other", FILE_MODE);
	see(h, layer);
	layer = layer_new();
	layer_hide(layer, SLIM_ENTRY_OPAQUE, "opt/a");
	layer_add(layer, "opt/a/y", FILE_MODE);
	layer_hide(layer, SLIM_ENTRY_WHITEOUT, "opt/a/y"); /* about layer 1, wherever it stands */
	layer_hide(layer, SLIM_ENTRY_WHITEOUT, "z");       /* of nothing */
	layer_add(layer, "opt/b", S_IFDIR | 0755);
	see(h, layer);
	layer = layer_new();
	layer_hide(layer, SLIM_ENTRY_WHITEOUT, "opt");
	see(h, layer);
	check(h, "opt/a/x", "1 added, 2 removed");
	check(h, "opt/a/y", "1 added, 2 removed, 2 added, 3 removed");
	check(h, "opt/b", "1 added, 2 replaced, 3 removed");
	check(h, "z", "");
	check(h, "opt/other", ""); /* nobody asked */
	check(h, "opt/ab/x", "");
}

static void test_sizes(void **state)
{
	static const char *const asked[] = { "/x" };
	slim_cleanup(slim_history_free_p) struct slim_history *h = slim_history_new(asked, 1);
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct slim_past *past;
	struct slim_layer *layer = layer_new();
	layer_add(layer, "x", FILE_MODE)->size = 7;
	see(h, layer);
	layer = layer_new();
	layer_hide(layer, SLIM_ENTRY_OPAQUE, ""); /* the root: all of the layers below */
	see(h, layer);
	assert_int_equal(slim_history_of(h, slim_blob_of("x"), arena, &past), 2);
	assert_int_equal(past[0].size, 7);
	assert_int_equal(past[1].kind, SLIM_PAST_REMOVED);
	assert_int_equal(past[1].layer, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_layers), cmocka_unit_test(test_sizes) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
