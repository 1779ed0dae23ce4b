#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "../../src/trace/node/js_scan.h"
#include "slim/alloc.h"

/* A use as a word: R require, I import, F file, C computed, S string; ~ stands for what is not known. */
static void show(void *context, const struct js_use *use)
{
	static const char letters[] = "RIFCS";
	FILE *out = context;
	fprintf(out, "%s%c:", ftell(out) ? " " : "", letters[use->kind]);
	for (size_t i = 0; i < use->text.len; i++)
		fputc(use->text.ptr[i] ? use->text.ptr[i] : '~', out);
}

static void expect(const char *source, const char *wanted)
{
	char text[1024] = { 0 };
	FILE *out = fmemopen(text, sizeof(text), "w");
	assert_non_null(out);
	js_scan(slim_blob_of(source), show, out);
	fclose(out);
	assert_string_equal(text, wanted);
}

static void test_forms(void **state)
{
	expect("require('a'); require.resolve(\"b\"); module.require('c'); x.require('d')", "R:a R:b R:c R:d");
	expect("import 'a'; import b, {c as d} from 'b'; export * from 'c'; import('d')", "I:a I:b I:c I:d");
	expect("import{a as b}from\"a\";export{b}from'b'", "I:a I:b");
	expect("import type {T} from 'a'; export type {U} from 'b'; import {type V} from 'c'", "I:c");
	expect("import type from 'a'; import type, {b} from 'b'", "I:a I:b");
	expect("const r = createRequire(import.meta.url); r('a')", "R:a");
	expect("__non_webpack_require__('a'); tryRequire('b')", "R:a R:b");
}

static void test_parts(void **state)
{
	expect("require('./l/' + x + '.js')", "R:./l/~.js");
	expect("import(`./l/${x}/i.js`)", "I:./l/~/i.js");
	expect("require(c ? 'a' : 'b'); require(x || 'd')", "R:a R:b C: R:d");
	expect("require(name)", "C:");
	expect("require(require.resolve('a'))", "R:a");
	expect("require(path.join(__dirname, '..', 'a.js'))", "F:/../a.js");
	expect("fs.readFileSync(path.join(__dirname, 'd', 'e'))", "F:/d/e");
	expect("new Worker(`${__dirname}/w.js`); new URL('./u.mjs', import.meta.url); fork(__dirname + '/c')", "F:/w.js F:./u.mjs F:/c");
}

static void test_lexing(void **state)
{
	expect("// require('a')\n/* require('b') */ /require('c')/", "");
	expect("a = b / require('c') / 2", "R:c");
	expect("if (x) /require('a')/.test(y)", "");
	expect("(x) / require('a') / 1", "R:a");
	expect("`text require('a') ${require('b')} ${`${require('c')}`}`", "S:text require('a') ~ ~ R:b S:~ R:c");
	expect("x = {}\n/ require('a') / 1", "R:a");
	expect("a => { } /require('b')/.exec(c)", "");
	expect("<p>Don't {require('a')}</p>\nrequire('b')", "S:t {require( S:)}</p> R:b");
	expect("#!/usr/bin/env node\nrequire('\\x61\\u0062\\u{63}\\\nd')", "R:abcd");
	expect("({'key': 'value', other: \"x\"}); if (a === 'b') {} switch (c) { case 'd': }", "S:value S:x");
	expect("require('a", "R:a");
	expect("`${", "S:~");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_parts),
					    cmocka_unit_test(test_lexing) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
