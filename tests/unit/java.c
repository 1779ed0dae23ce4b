#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/trace/java/java.h"

/* Each word: its path, and a letter for what it is: Jar, Folder, Below, @rguments, bare. */
static void show(void *context, const struct java_word *word)
{
	char kind = word->jar ? 'J' : word->folder ? 'F' : word->below ? 'B' : word->arguments ? '@' : 'b';
	fprintf(context, "%c:%.*s ", kind, (int)word->path.len, word->path.ptr);
}

static void words(const char *text, const char *expected)
{
	char *out = NULL;
	size_t length = 0;
	FILE *f = open_memstream(&out, &length);
	java_words_of(slim_blob_of(text), show, f);
	fclose(f);
	assert_string_equal(out, expected);
	free(out);
}

static void test_words(void **state)
{
	(void)state;
	words("-cp /a/x.jar:/b/*:conf", "J:/a/x.jar F:/b B:conf ");
	words("--module-path=/m:/n.jar", "B:/m J:/n.jar ");
	words("\"$APP_HOME/lib/x.jar\" ${base}/y.war", "J:lib/x.jar J:y.war ");
	words("-javaagent:/a/agent.jar=/etc/x,y", "J:/a/agent.jar ");
	words("-Dcatalina.base=/var/x -Dx=/var/y", "B:/var/x ");
	words("@/etc/args gson", "@:/etc/args b:gson ");
	words("$x", "");
}

static void test_heap(void **state)
{
	(void)state;
	assert_false(java_heap_is_wide(SLIM_BLOB("-Xmx256m -Xmx8g")));
	assert_true(java_heap_is_wide(SLIM_BLOB("-Xms1g -Xmx40G")));
	assert_true(java_heap_is_wide(SLIM_BLOB("-XX:MaxHeapSize=34359738368")));
	assert_true(java_heap_is_wide(SLIM_BLOB("-Xmx1t")));
	assert_false(java_heap_is_wide(SLIM_BLOB("-Xmx")));
	assert_true(java_heap_is_wide(SLIM_BLOB("-Xmx99999999999999999999g")));
}

static unsigned uses_of(const char *text)
{
	struct java_facts *facts = calloc(1, sizeof(*facts));
	java_read_text(facts, slim_blob_of(text));
	unsigned uses = facts->uses;
	free(facts);
	return uses;
}

static void test_signs(void **state)
{
	(void)state;
	assert_int_equal(uses_of("java/lang/String"), 0);
	assert_int_equal(uses_of("-Djava.awt.headless=true"), 0);
	assert_int_equal(uses_of("java.awt.headless java.awt.Font"), JAVA_DESKTOP);
	assert_int_equal(uses_of("javax/imageio/ImageIO"), JAVA_DESKTOP);
	assert_int_equal(uses_of("-XX:-UseCompressedOops"), JAVA_WIDE_POINTERS);
	assert_int_equal(uses_of("-XX:+UseCompressedOops"), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words), cmocka_unit_test(test_heap), cmocka_unit_test(test_signs),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
