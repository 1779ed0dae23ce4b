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

static void test_php(void **state)
{
	(void)state;
	scan(APP_PHP, "text 'never' <?php exec('git log'); // shell_exec('never')", "exec(git log|");
	scan(APP_PHP, "<?php $x = `ls $dir`; # system('never')\n?> it's 'never' <?= system(\"df {$d}\") ?>",
	     "$x=ls ${_}|system(df ${_}|");
	scan(APP_PHP, "<?php proc_open(['tar', '-x'], $p); /* exec('never') */", "proc_open(tar|+(-x|");
	scan(APP_PHP, "<?php exec(<<<'X'\n  git show $x\n  X);", "exec(  git show $x|");
	scan(APP_PHP, "<?php ['cmd' => 'ls', 'https://x//y'];", "(cmd|cmd=ls|+(https://x//y|");
}

static void test_ruby(void **state)
{
	(void)state;
	scan(APP_RUBY, "system 'git', 'log' # system('never')", "system(git|+(log|");
	scan(APP_RUBY, "x = %x(ls -l)\n=begin\nsystem 'never'\n=end\nOpen3.capture2(%w[tar -x])",
	     "x=ls -l|Open3.capture2(tar|+(-x|");
	scan(APP_RUBY, "a = b / 2 # it's\nexec <<~SH\n  gzip #{f}\nSH\n__END__\nsystem 'never'", "exec(  gzip ${_}\n|");
	scan(APP_RUBY, "r = /'never'/\nspawn(\"find\")", "spawn(find|");
}

static void test_lua(void **state)
{
	(void)state;
	scan(APP_LUA, "os.execute('ls -l') -- os.execute('never')", "os.execute(ls -l|");
	scan(APP_LUA, "--[==[ os.execute('never') ]=] ]==] io.popen [[\ngit log]]", "io.popen(git log|");
	scan(APP_LUA, "#!/usr/bin/lua 'never'\nx = \"a\\z\n   b\\65\" .. 'c' it's", "x=abA|(c|it(s|");
	scan(APP_LUA, "x = [=[ ]] ]=] y = [==[ open", "x= ]] |y= open|");
}

static void test_tcl(void **state)
{
	(void)state;
	scan(APP_TCL, "exec git log -1 | sort # x\n# exec never\nset x [exec -ignorestderr ls $y]",
	     "exec(git|+(log|+(-1|(sort|+(#|+(x|-ignorestderr(ls|+(${_}|");
	scan(APP_TCL, "if {$a} {\n  spawn ssh \"host\" -l me\n}", "if($a|$a(\n  spawn ssh \"host\" -l me\n|spawn(ssh|+(host|+(-l|+(me|");
	scan(APP_TCL, "open \"|gzip -dc $f\" r; puts {exec}", "open(gzip -dc ${_}|puts(exec|");
}

static void test_r(void **state)
{
	(void)state;
	scan(APP_R, "system2('git', c('log', \"-1\")) # system('never')", "system2(git|c(log|+(-1|");
	scan(APP_R, "cmd <- r\"-(it's (\"x\"))-\"; `a'b` <- 'y'", "cmd=it's (\"x\")|`a'b`=y|");
}

static void test_julia(void **state)
{
	(void)state;
	scan(APP_JULIA, "run(`git log $n`) # run(`never`)\n#= #= `never` =# `never` =# x = a' * b'", "run(git log ${_}|");
	scan(APP_JULIA, "\"\"\"\nit's `never`\n\"\"\"\nf(c) = c == '\"' ? \"$(g(\"x\"))y\" : 1", "(${_}y|g(x|");
}

static void test_elixir(void **state)
{
	(void)state;
	scan(APP_ELIXIR, "@doc \"\"\"\nit's \"never\"\n\"\"\"\nSystem.cmd(\"git\", [\"log\", \"#{x <> \"y\"}\"])",
	     "System.cmd(git|+(log|+(${_}|(y|");
	scan(APP_ELIXIR, "x = ~w(tar -x) # 'never'\n:os.cmd('ls') ; y = ?\" ; ~S(a#{b})", "x=tar|+(-x|:os.cmd(ls|(a#{b}|");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_python), cmocka_unit_test(test_javascript), cmocka_unit_test(test_perl),
		cmocka_unit_test(test_perl_commands), cmocka_unit_test(test_php), cmocka_unit_test(test_ruby),
		cmocka_unit_test(test_lua), cmocka_unit_test(test_tcl), cmocka_unit_test(test_r),
		cmocka_unit_test(test_julia), cmocka_unit_test(test_elixir),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
