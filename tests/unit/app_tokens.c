#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/trace/app/app_strings.h"

/* Each literal: NAME( or NAME= before it, + when it goes on a list. */
static void show(void *context, const struct app_literal *l)
{
	fprintf(context, "%s%.*s%s%.*s|", l->joined ? "+" : "", (int)l->named.len, l->named.ptr, l->called ? "(" : "=",
		(int)l->text.len, l->text.ptr);
}

static void scan(enum app_language language, const char *source, const char *expected)
{
	char *out = NULL;
	size_t length = 0;
	FILE *f = open_memstream(&out, &length);
	app_strings_scan(slim_blob_of(source), language, show, f);
	fclose(f);
	assert_string_equal(out, expected);
	free(out);
}

static void test_python(void **state)
{
	(void)state;
	scan(APP_PYTHON, "subprocess.run(['git', 'log'])", "subprocess.run(git|+(log|");
	scan(APP_PYTHON, "os.system('ls -l')  # system('never')", "os.system(ls -l|");
	scan(APP_PYTHON, "x = 'a'\ncmd = ['tar', name, 'x']", "x=a|cmd=tar|(x|");
	scan(APP_PYTHON, "run(f'convert {src} out')", "run(convert ${_} out|");
	scan(APP_PYTHON, "f({'cmd': 'ls'})", "f(cmd|cmd=ls|");
}

static void test_javascript(void **state)
{
	(void)state;
	scan(APP_JAVASCRIPT, "cp.spawn('git', ['log', '-1'])", "cp.spawn(git|+(log|+(-1|");
	scan(APP_JAVASCRIPT, "execSync(`git show ${ref}`) /* exec('never') */", "execSync(git show ${_}|");
	scan(APP_JAVASCRIPT, "const o = { cmd: 'ls' }", "cmd=ls|");
	scan(APP_JAVASCRIPT, "const r = /'x'/; f('y')", "f(y|");
}

static void test_perl(void **state)
{
	(void)state;
	scan(APP_PERL, "system('tar', '-x'); # system('never')", "system(tar|+(-x|");
	scan(APP_PERL, "open(my $f, '-|', 'gzip -dc x');\n__END__\nsystem('never')", "(-||+(gzip -dc x|");
	scan(APP_PERL, "=pod\n\nsystem('never')\n\n=cut\n\nexec q{ls -l};", "exec(ls -l|");
}

static void test_perl_commands(void **state)
{
	(void)state;
	scan(APP_PERL, "my $x = qx(ls -l);", "$x=ls -l|");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_python), cmocka_unit_test(test_javascript), cmocka_unit_test(test_perl),
		cmocka_unit_test(test_perl_commands),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
