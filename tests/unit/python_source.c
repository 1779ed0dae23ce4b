#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/trace/python/python_source.h"

static FILE *text_of(char *buffer, size_t size)
{
	memset(buffer, 0, size);
	FILE *out = fmemopen(buffer, size, "w");
	assert_non_null(out);
	return out;
}

static void put(FILE *out, struct slim_blob text)
{
	for (size_t i = 0; i < text.len; i++)
		fputc(text.ptr[i] ? text.ptr[i] : '~', out);
}

/* Tokens as words: N name, S string (F: with a part that is not known), # number, M mark, / end of a line. */
static void expect_tokens(const char *source, const char *wanted)
{
	char buffer[1024];
	FILE *out = text_of(buffer, sizeof(buffer));
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(slim_blob_of(source));
	for (struct lang_token t; (t = lex_python(lexer)).kind != LANG_END;) {
		static const char letters[] = { [LANG_NAME] = 'N', [LANG_STRING] = 'S', [LANG_NUMBER] = '#',
						[LANG_MARK] = 'M', [LANG_LINE] = '/' };
		assert_in_range(t.to, t.from, strlen(source));
		fprintf(out, "%s%c", ftell(out) ? " " : "", t.partial ? 'F' : letters[t.kind]);
		if (t.kind != LANG_LINE)
			put(out, t.text);
	}
	fclose(out);
	assert_string_equal(buffer, wanted);
}

/* Facts as words: I import, C call, S string, L library, F find_library, D distribution; * nested, + open, @ own. */
static void show(void *context, const struct python_fact *fact)
{
	static const char letters[] = "ICSLFD";
	FILE *out = context;
	fprintf(out, "%s%c%s%s%s:%.*s", ftell(out) ? " " : "", letters[fact->kind], fact->nested ? "*" : "",
		fact->open ? "+" : "", fact->own ? "@" : "", (int)fact->level, "....");
	put(out, fact->name);
	if (fact->item.len) {
		fputc('|', out);
		put(out, fact->item);
	}
}

static struct python_manner expect_facts(const char *source, const char *wanted)
{
	char buffer[1024];
	FILE *out = text_of(buffer, sizeof(buffer));
	struct python_manner manner = python_read_source(slim_blob_of(source), show, out);
	fclose(out);
	assert_string_equal(buffer, wanted);
	return manner;
}

static void test_tokens(void **state)
{
	expect_tokens("a = b", "Na M= Nb /");
	expect_tokens("# c\n\na\n", "Na /");
	expect_tokens("a(b,\n  c)\nd", "Na M( Nb M, Nc M) / Nd /");
	expect_tokens("a \\\n b", "Na Nb /");
	expect_tokens("x**=2; y//z; a->b; c:=d; e@=f; g...", "Nx M**= #2 M; Ny M// Nz M; Na M-> Nb M; Nc M:= Nd M; Ne M@= Nf M; Ng M... /");
	expect_tokens("a<<=b>>c!=d==e<=f>=g", "Na M<<= Nb M>> Nc M!= Nd M== Ne M<= Nf M>= Ng /");
	expect_tokens("{}[]:.,", "M{ M} M[ M] M: M. M, /");
	expect_tokens("1e-5+0x1e-5 1_0.5j .5", "#1e-5 M+ #0x1e M- #5 #1_0.5j #.5 /");
	expect_tokens("\xef\xbb\xbf" "a", "Na /");
	expect_tokens("", "");
}

static void test_strings(void **state)
{
	expect_tokens("'a' \"b\" '''c\nd''' \"\"\"e\"f\"\"\"", "Sa Sb Sc\nd Se\"f /");
	expect_tokens("r'\\n' b'x' Rb'y' u'z'", "S\\n Sx Sy Sz /");
	expect_tokens("'\\x61\\142\\u0063\\'\\\nd'", "Sabc'd /");
	expect_tokens("'not closed\nb", "Snot closed / Nb /");
	expect_tokens("'''not closed", "Snot closed /");
	expect_tokens("f'a{b}c'", "Fa~c Nb /");
	expect_tokens("f'{{a}}{b!r:>{w}}'", "F{a}~ Nb M! Nr Nw /");
	expect_tokens("f'{d[\"k\"]}'", "F~ Nd M[ Sk M] /");
	expect_tokens("f'{f\"{x}\"}'", "F~ F~ Nx /");
	expect_tokens("f'{", "F~ /");
}

static void test_imports(void **state)
{
	expect_facts("import a, b.c as d\nimport e", "I:a I:b.c I:e");
	expect_facts("from a import b, c as d", "I:a|b I:a|c");
	expect_facts("from . import x\nfrom ..a.b import (c,\n  d)", "I:.|x I:..a.b|c I:..a.b|d");
	expect_facts("from a import *", "I:a|*");
	expect_facts("try:\n import a\nexcept ImportError: import b", "I*:a I*:b");
	expect_facts("'import a'\n# import b", "S:import a");
	expect_facts("yield from x", "");
}

static void test_type_checking(void **state)
{
	expect_facts("if TYPE_CHECKING:\n import a\n from b import c\nimport d", "I:d");
	expect_facts("if typing.TYPE_CHECKING: import a\nimport b", "I:b");
	expect_facts("if TYPE_CHECKING:\n import a\nelse:\n import b", "I*:b");
	expect_facts("def f():\n if TYPE_CHECKING:\n  import a\n import b", "I*:b");
	expect_facts("if not TYPE_CHECKING:\n import a", "I*:a");
	expect_facts("if TYPE_CHECKING or x:\n import a", "I*:a");
	expect_facts("if x and TYPE_CHECKING:\n import a", "I*:a");
	expect_facts("if x[TYPE_CHECKING:\n import a", "I*:a");
}

static void test_calls(void **state)
{
	/* what a call takes is a literal, too */
	expect_facts("import_module('a.b')", "C:a.b S:a.b");
	expect_facts("import_module(f'a.{x}')", "C+:a. S+:a.");
	expect_facts("import_module('a.' + x); __import__('b.%s' % y)", "C+:a. S:a. C+:b. S+:b.");
	expect_facts("import_module('.b', __name__)", "C:.b S:.b");
	expect_facts("import_module(__name__ + '.b')", "C@:.b S:.b");
	expect_facts("CDLL('libx.so.1'); find_library('z'); version('d')",
		     "L:libx.so.1 S:libx.so.1 F:z S:z D:d S:d");
	expect_facts("def import_module(name): pass", "");
	assert_true(expect_facts("import_module(name)", "").computes);
	assert_false(expect_facts("find_spec(name)", "").computes);
	assert_true(expect_facts("pkgutil.iter_modules(p)", "").lists);
	assert_true(expect_facts("__path__ = extend_path(__path__, __name__)", "").extends);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_tokens), cmocka_unit_test(test_strings),
					    cmocka_unit_test(test_imports), cmocka_unit_test(test_type_checking),
					    cmocka_unit_test(test_calls) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
