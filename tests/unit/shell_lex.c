#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "../../src/trace/script/shell.h"
#include "slim/alloc.h"

/* An event as a line: C command, = assignment, @ array, F function, L loop, K case, T test, < > redirections,
 * H here-document, S here-string, W words. Words are in [], a quoted one in (); ${x} is a variable, * unknown is ~. */
static void show_text(FILE *out, struct slim_blob text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == SHELL_VAR)
			fputs("${", out);
		else if (c == SHELL_END)
			fputc('}', out);
		else if (c == SHELL_OR)
			fputs(":-", out);
		else if (c == SHELL_UNKNOWN)
			fputc('~', out);
		else if (c == SHELL_ESC)
			fputc('\\', out);
		else
			fputc(c == '\n' ? '%' : c, out);
	}
}

static void show(void *context, const struct shell_event *e)
{
	static const char letters[] = "C=FLKT<>HSW";
	FILE *out = context;
	fputc(e->kind == SHELL_ASSIGN && e->array ? '@' : letters[e->kind], out);
	show_text(out, e->name);
	for (size_t i = 0; i < e->count; i++) {
		fputc(e->words[i].quoted ? '(' : '[', out);
		show_text(out, e->words[i].text);
		fputc(e->words[i].quoted ? ')' : ']', out);
	}
	fputc(' ', out);
}

static char *lex(struct slim_blob source)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	char *copy = slim_alloc(source.len ? source.len : 1); /* exactly as long, so that a read past the end is seen */
	memcpy(copy, source.ptr, source.len);
	shell_lex(slim_blob(copy, source.len), show, out);
	free(copy);
	fclose(out);
	while (length && text[length - 1] == ' ')
		text[--length] = 0;
	return text;
}

static const struct {
	const char *source, *events;
} rows[] = {
	/* words and quotes */
	{ "", "" },
	{ "  \t\n\n", "" },
	{ "a b  c", "C[a][b][c]" },
	{ "a 'b c' \"d e\" f\\ g", "C[a](b c)(d e)(f g)" },
	{ "a'b'\"c\"d", "C(abcd)" },
	{ "'' \"\"", "C()()" },
	{ "a \"x'y\" 'x\"y'", "C[a](x'y)(x\"y)" },
	{ "a \"\\$x \\a \\\\ \\\"\"", "C[a]($x \\\\a \\\\ \")" },
	{ "a \\\nb", "C[a][b]" },
	{ "a\\\nb", "C[ab]" },
	{ "a $'x\\ty\\x41\\101\\'z'", "C[a](x\tyAA'z)" },
	{ "a $\"x $y\"", "C[a](x ${y})" },
	{ "a *.x '*' \\? \"[b]\"", "C[a][*.x](\\*)(\\?)(\\[b])" },
	{ "a {b,c} '{b,c}' ~/x '~'", "C[a][{b,c}](\\{b,c})[~/x](\\~)" },
	{ "a # b\nc #", "C[a] C[c]" },
	{ "a#b c", "C[a#b][c]" },
	{ "a 'unterminated", "C[a](unterminated)" },
	{ "a \"unterminated $(b", "C[b] C[a](unterminated ~)" },
	{ "a \\", "C[a]()" },
	/* variables */
	{ "a $x ${y} \"$z\" $1 $@ $$", "C[a][${x}][${y}](${z})[${1}][${@}][${$}]" },
	{ "${x:-b c} ${y-d} ${z:=e} ${w:+f}", "=z[e] C[${x:-b c}][${y:-d}][${z:-e}][${w:-f}]" },
	{ "${x:-${y:-$z}}", "C[${x:-${y:-${z}}}]" },
	{ "\"${x:-a 'b' \"c\"}\"", "C(${x:-a 'b' c})" },
	{ "a ${x#y} ${x%%z} ${x/a/b} ${x:1:2} ${#x} ${!x} ${x^^}", "C[a][~][~][~][~][~][~][~]" },
	{ "a ${x[@]} ${x[1]:-b} ${#x[@]} ${#} $#", "C[a][${x}][${x:-b}][~][${#}][${#}]" },
	{ "a ${0%/*}/b $(dirname \"$0\")/c", "C[dirname](${0}) C[a][${/}/b][${/}/c]" },
	{ "$(cd \"$(dirname \"$0\")/..\" && pwd)/x", "C[dirname](${0}) C[cd](${/}/..) C[pwd] C[${/}/../x]" },
	{ "a ${x", "C[a][~]" },
	{ "a ${x:-b", "C[a][${x:-b}]" },
	{ "a $ $", "C[a][$][$]" },
	/* substitutions */
	{ "a $(b $(c) d) e", "C[c] C[b][~][d] C[a][~][e]" },
	{ "a `b \\`c\\` d` e", "C[c] C[b][~][d] C[a][~][e]" },
	{ "a \"`b \\\"c d\\\"`\"", "C[b](c d) C[a](~)" },
	{ "a $((1 + $(b))) $((x)) c", "C[b] C[a][~][~][c]" },
	{ "((x = $(b) + 1)) && c", "C[b] C[c]" },
	{ "((a) | b)", "C[a] C[b]" },
	{ "x $((a); b)", "C[a] C[b] C[x][~]" },
	{ "a <(b) >(c)", "C[b] C[c] C[a][~][~]" },
	{ "a $(case x in b) c;; esac) d", "K[x] K[b] C[c] C[a][~][d]" },
	{ "a \"$(b \"$(c \"d\")\")\"", "C[c](d) C[b](~) C[a](~)" },
	{ "a `b", "C[b] C[a][~]" },
	{ "a ) b", "C[a][b]" },
	/* lists and compound commands */
	{ "a; b & c && d || e | f |& g", "C[a] C[b] C[c] C[d] C[e] C[f] C[g]" },
	{ "if a; then b; elif c; then d; else e; fi", "C[a] C[b] C[c] C[d] C[e]" },
	{ "while a; do b; done; until c; do d; done", "C[a] C[b] C[c] C[d]" },
	{ "for x in a 'b c' $d; do e; done", "Lx[a](b c)[${d}] C[e]" },
	{ "for x\ndo a; done", "Lx C[a]" },
	{ "for x; do a; done", "Lx C[a]" },
	{ "for x\nin a b\ndo c\ndone", "Lx[a][b] C[c]" },
	{ "for ((i=0; i<$(a); i++)); do b; done", "C[a] C[b]" },
	{ "select x in a; do b; done", "Lx[a] C[b]" },
	{ "case $x in a|b) c ;; (d) e ;& *) f;; esac; g", "K[${x}] K[a][b] C[c] K[d] C[e] K[*] C[f] C[g]" },
	{ "case x in esac; a", "K[x] C[a]" },
	{ "case x in @(a|b)) c;; esac", "K[x] K[*] C[c]" },
	{ "f() { a; }; b", "Ff C[a] C[b]" },
	{ "f () ( a )", "Ff C[a]" },
	{ "function f { a; }\nfunction g() { b; }", "Ff C[a] Fg C[b]" },
	{ "! a; time -p b; coproc c", "C[a] W[time] C[b] C[c]" },
	{ "{ a; b; } > c", "C[a] C[b] >[c]" },
	{ "( a; b ) 2>&1 | c", "C[a] C[b] C[c]" },
	{ "[[ -f a && b =~ ^(c|d)$ ]] && e", "T[-f][a][b][=~][^][c][d][$] C[e]" },
	{ "[ -f a ] && b", "C[[][-f][a][]] C[b]" },
	{ "[[ a", "T[a]" },
	/* assignments */
	{ "A=b C='d e' F= g", "=A[b] =C(d e) =F[] C[g]" },
	{ "A+=b A[1]=c", "=A[b] =A[c]" },
	{ "x=( a 'b c' $(d) # e\n f )\ng", "C[d] @x[a](b c)[~][f] C[g]" },
	{ "x+=(a) y", "@x[a] C[y]" },
	{ "local x=(a b) y=c", "@x[a][b] C[local][y=c]" },
	{ "x=(a", "@x[a]" },
	{ "a b=c", "C[a][b=c]" },
	{ "x=$(a) b", "C[a] =x[~] C[b]" },
	/* redirections and here-documents */
	{ "a >b 2>>c <d 2>&1 >&2 <&- &>e >|f {g}>h", ">[b] >[c] <[d] >[e] >[f] >[h] C[a]" },
	{ "a <<E b\nx $(y)\n'z\nE\nc", "C[a][b] H[x $(y)%'z%] C[y] C[c]" },
	{ "a <<'E'\n$(y)\nE\nc", "C[a] H($(y)%) C[c]" },
	{ "a <<-E\n\tx\n\tE\nc", "C[a] H[\tx%] C[c]" },
	{ "a <<E <<F\nx\nE\ny\nF\nc", "C[a] H[x%] H[y%] C[c]" },
	{ "a $(b <<E\nx\nE\n) c", "C[b] H[x%] C[a][~][c]" },
	{ "a <<E\nx", "C[a] H[x]" },
	{ "a <<E", "C[a]" },
	{ "a <<E\r\nx\r\nE\r\nb\r\n", "C[a] H[x\r%] C[b]" },
	{ "a <<E\n$(b <<F\nx\nE\nc", "C[a] H[$(b <<F%x%] C[b] H[x%] C[c]" },
	{ "a <<< \"b c\"", "S(b c) C[a]" },
	{ "a\r\nb c\r\n", "C[a] C[b][c]" },
	/* odd ends */
	{ ";; & | ) esac fi done }", "" },
	{ "if then else", "" },
	{ "a(b", "C[b] C[a]" },
	{ "<", "" },
	{ "for", "" },
	{ "case", "" },
	{ "f()", "Ff" },
	{ "x=", "=x[]" },
	{ "$(", "C[~]" },
	{ "${", "C[~]" },
	{ "\"", "C()" },
};

static void test_table(void **state)
{
	size_t wrong = 0;
	for (size_t i = 0; i < SLIM_COUNT(rows); i++) {
		slim_autofree char *events = lex(slim_blob_of(rows[i].source));
		if (!strcmp(events, rows[i].events))
			continue;
		print_message("# row %zu: %s\n#  expected %s\n#  got      %s\n", i, rows[i].source, rows[i].events,
			      events);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void test_bytes_that_are_markers_and_nul_are_dropped(void **state)
{
	slim_autofree char *events = lex(slim_blob("a\0b \001x\002 '\003' \"\004\005\"", 17));
	assert_string_equal(events, "C[ab][x]()()");
}

static void test_every_prefix_of_a_script_ends(void **state)
{
	static const char script[] = "f() { case \"${1:-$(a \"`b`\")}\" in x|'y') c=( $((1+2)) d ) ;; *) [[ -n $e ]] ;; esac; }\n"
				     "g <<-\"E\" <(h) <<< $'i\\x41' | while read -r j; do { k; } 2>&1 & done\n\tE\n@(l|m)";
	for (size_t n = 0; n < sizeof(script); n++) {
		slim_autofree char *events = lex(slim_blob(script, n));
		assert_non_null(events);
	}
}

static char *repeat(const char *unit, size_t count, size_t *length)
{
	size_t n = strlen(unit);
	char *text = slim_alloc(n * count + 1);
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * n, unit, n);
	*length = n * count;
	return text;
}

/* What lies deeper than the lexer goes is still seen, as words. */
static void test_deep_nesting_gives_words(void **state)
{
	size_t length;
	slim_autofree char *deep = repeat("$(a ", 10000, &length);
	slim_autofree char *text = slim_format("%sthe-end", deep);
	slim_autofree char *events = lex(slim_blob_of(text));
	assert_non_null(strstr(events, "W(the-end)"));
}

static void count(void *context, const struct shell_event *e)
{
	*(size_t *)context += e->count;
}

static double seconds(const char *unit, size_t times)
{
	size_t length, words = 0;
	slim_autofree char *text = repeat(unit, times, &length);
	struct timespec a, b;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	shell_lex(slim_blob(text, length), count, &words);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

/* Eight times the input may take eight times as long; a quadratic lexer would take sixty-four times. */
static void test_time_is_linear(void **state)
{
	static const char *const units[] = { "a ", "a\n", "$(", "(", "((", "((a)", "`", "\"$(", "${x:-", "<<A <<B\n", "cat <<E\n$(",
					     "case a in b) ", "x=(", "[[ ", "@(", "'", "\"", "\\`", "$(dirname \"$0\" ", "for x in a; " };
	for (size_t i = 0; i < SLIM_COUNT(units); i++) {
		double one = seconds(units[i], 20000), eight = seconds(units[i], 160000);
		if (eight > one * 24 + 0.2)
			fail_msg("'%s': %.3f s, eight times as much: %.3f s", units[i], one, eight);
	}
}

static void test_long_line(void **state)
{
	size_t length, words = 0;
	slim_autofree char *text = repeat("word ", 1 << 18, &length);
	shell_lex(slim_blob(text, length), count, &words);
	assert_int_equal(words, 1 << 18);
}

static void pipelines(void *context, const struct shell_event *e)
{
	size_t *numbers = context;
	if (e->kind == SHELL_HERE)
		numbers[0] = e->pipeline;
	else if (e->kind == SHELL_COMMAND)
		numbers[e->words[0].text.ptr[0] - 'a' + 1] = e->pipeline;
}

static void test_a_here_document_knows_its_pipeline(void **state)
{
	size_t n[5] = { 0 };
	shell_lex(SLIM_BLOB("a; b <<E | c; d\nx\nE\n"), pipelines, n);
	assert_int_equal(n[0], n[2]);
	assert_int_equal(n[0], n[3]);
	assert_int_not_equal(n[0], n[1]);
	assert_int_not_equal(n[0], n[4]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_bytes_that_are_markers_and_nul_are_dropped),
		cmocka_unit_test(test_every_prefix_of_a_script_ends),
		cmocka_unit_test(test_deep_nesting_gives_words),
		cmocka_unit_test(test_time_is_linear),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_a_here_document_knows_its_pipeline),
	};
	return cmocka_run_group_tests_name("shell_lex", tests, NULL, NULL);
}
