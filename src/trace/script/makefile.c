#include "makefile.h"

#include <ctype.h>
#include <string.h>

#include "slim/alloc.h"

/* "Variables Used by Implicit Rules" in GNU make's manual */
static const struct {
	const char *name, *value, *uses; /* uses: another of this list, or NULL */
} builtins[] = {
	{ "COMPILE_c", "${CC} -c", "CC" }, { "COMPILE_cc", "${CXX} -c", "CXX" }, { "COMPILE_cpp", "${CXX} -c", "CXX" },
	{ "LINK_o", "${CC}", "CC" }, { "LINK_c", "${CC}", "CC" }, { "LINK_cc", "${CXX}", "CXX" },
	{ "LINK_cpp", "${CXX}", "CXX" }, { "CPP", "${CC} -E", "CC" }, { "CC", "cc", NULL }, { "CXX", "g++", NULL },
	{ "AR", "ar", NULL }, { "AS", "as", NULL }, { "LD", "ld", NULL }, { "FC", "f77", NULL }, { "LEX", "lex", NULL },
	{ "YACC", "yacc", NULL }, { "RM", "rm -f", NULL }, { "MAKE", "make", NULL }, { "MAKEINFO", "makeinfo", NULL },
	{ "TEX", "tex", NULL }, { "SHELL", "/bin/sh", NULL },
};

enum where {
	IN_RECIPE, /* as it stands */
	IN_VALUE,  /* between double quotes */
};

struct frame {
	char open, close;
	bool shell;      /* $(shell …) */
	enum where back; /* where it stands */
	unsigned depth;  /* parentheses that are open in it */
};

struct writer {
	struct makefile *m;
	enum where where;
	struct frame frames[MAKEFILE_DEPTH];
	size_t count;
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("._-+/", c));
}

/* As a name that the shell has, too. */
static void write_name(struct makefile *m, struct slim_blob name, FILE *out)
{
	char plain[16] = "";
	for (size_t i = 0; i < name.len; i++) {
		char c = isalnum((unsigned char)name.ptr[i]) ? name.ptr[i] : '_';
		if (!i && isdigit((unsigned char)c))
			fputc('_', out);
		fputc(c, out);
		if (i < sizeof(plain) - 1)
			plain[i] = c;
	}
	for (size_t i = 0; i < SLIM_COUNT(builtins) && name.len < sizeof(plain); i++)
		if (!strcmp(builtins[i].name, plain))
			m->used |= 1u << i;
}

static void write_variable(struct makefile *m, struct slim_blob name)
{
	fputs("${", m->shell);
	if (name.len && (isalnum((unsigned char)name.ptr[0]) || strchr("._", name.ptr[0])))
		write_name(m, name, m->shell);
	else /* $@ and its kin */
		fputs("MAKE_AUTOMATIC", m->shell);
	fputc('}', m->shell);
}

/* Behind the name of $(NAME:a=b): to the end. */
static size_t skip_to_close(struct slim_blob text, size_t i, char open, char close)
{
	for (size_t depth = 0; i < text.len; i++) {
		if (text.ptr[i] == open)
			depth++;
		else if (text.ptr[i] == close && !depth--)
			return i + 1;
	}
	return i;
}

static void push(struct writer *w, char open, char close, bool shell)
{
	w->frames[w->count++] = (struct frame){ open, close, shell, w->where, 0 };
	if (shell)
		w->where = IN_RECIPE;
	fputs(shell ? "$(" : " ", w->m->shell);
}

/* TEXT.ptr[I] is what follows "$(". Returns where to go on. */
static size_t write_reference(struct writer *w, struct slim_blob text, size_t i, char open)
{
	char close = open == '(' ? ')' : '}';
	size_t end = i;
	while (end < text.len && is_name(text.ptr[end]))
		end++;
	struct slim_blob name = slim_blob(text.ptr + i, end - i);
	char next = end < text.len ? text.ptr[end] : close;
	bool function = next == ' ' || next == '\t' || next == '$';
	if (!function || w->count == MAKEFILE_DEPTH) {
		write_variable(w->m, name);
		return skip_to_close(text, end, open, close);
	}
	push(w, open, close, next != '$' && slim_blob_is(name, "shell"));
	if (next == '$')
		return end;
	if (slim_blob_is(name, "call")) {
		size_t from = end + 1;
		for (end = from; end < text.len && is_name(text.ptr[end]);)
			end++;
		if (end > from)
			write_variable(w->m, slim_blob(text.ptr + from, end - from));
	}
	return end;
}

static size_t write_dollar(struct writer *w, struct slim_blob text, size_t i)
{
	if (i + 1 >= text.len)
		return i + 1;
	char c = text.ptr[i + 1];
	if (c == '(' || c == '{')
		return write_reference(w, text, i + 2, c);
	if (c == '$')
		fputs(w->where == IN_VALUE ? "\\$" : "$", w->m->shell);
	else
		write_variable(w->m, slim_blob(text.ptr + i + 1, 1));
	return i + 2;
}

/* True: C ends the innermost reference, or belongs to it. */
static bool write_in_frame(struct writer *w, char c)
{
	if (!w->count)
		return false;
	struct frame *f = &w->frames[w->count - 1];
	if (c == ',' && !f->shell && !f->depth) {
		fputc(' ', w->m->shell);
		return true;
	}
	f->depth += c == f->open;
	if (c != f->close)
		return false;
	if (f->depth) {
		f->depth--;
		return false;
	}
	fputc(f->shell ? ')' : ' ', w->m->shell);
	w->where = f->back;
	w->count--;
	return true;
}

static void write_char(struct writer *w, char c, char next)
{
	if (w->where == IN_VALUE && c == '\\' && next == '\n')
		return;
	if (w->where == IN_VALUE && strchr("\"`\\", c))
		fputc('\\', w->m->shell);
	fputc(w->where == IN_VALUE && c == '\n' ? ' ' : c, w->m->shell);
}

static void write_text(struct makefile *m, struct slim_blob text, enum where where)
{
	struct writer w = { .m = m, .where = where };
	for (size_t i = 0; i < text.len;) {
		char c = text.ptr[i];
		if (c == '$') {
			i = write_dollar(&w, text, i);
			continue;
		}
		if (c && !write_in_frame(&w, c))
			write_char(&w, c, i + 1 < text.len ? text.ptr[i + 1] : 0);
		i++;
	}
	while (w.count)
		fputc(w.frames[--w.count].shell ? ')' : ' ', m->shell);
}

/* Marks before a command: not to be shown, may fail, always run. */
static struct slim_blob without_marks(struct slim_blob text)
{
	while (text.len && strchr(" \t@-+", text.ptr[0]) && text.ptr[0])
		text = slim_blob(text.ptr + 1, text.len - 1);
	return text;
}

static void write_recipe(struct makefile *m, struct slim_blob text)
{
	write_text(m, without_marks(text), IN_RECIPE);
	fputc('\n', m->shell);
}

static void write_words(struct makefile *m, struct slim_blob text)
{
	fputs(": \"", m->shell);
	write_text(m, text, IN_VALUE);
	fputs("\"\n", m->shell);
}

/* A line with those that it is continued on; false at the end. */
static bool next_line(struct slim_blob *rest, struct slim_blob *line)
{
	if (!rest->len)
		return false;
	const char *end = rest->ptr + rest->len, *p = rest->ptr, *stop = end;
	for (const char *nl; (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1) {
		const char *slash = nl;
		while (slash > p && slash[-1] == '\\')
			slash--;
		if ((nl - slash) % 2 == 0) {
			stop = nl;
			break;
		}
	}
	*line = slim_blob(rest->ptr, (size_t)(stop - rest->ptr));
	size_t used = line->len + (stop < end);
	*rest = slim_blob(rest->ptr + used, rest->len - used);
	return true;
}

static struct slim_blob without_remark(struct slim_blob line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] == '#' && (!i || line.ptr[i - 1] != '\\'))
			return slim_blob(line.ptr, i);
	return line;
}

/* What stands between variables: the offset of the first = or :, outside of references; LEN: none. */
static size_t find_operator(struct slim_blob line)
{
	size_t depth = 0;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];
		depth += c == '(' || c == '{';
		depth -= depth && (c == ')' || c == '}');
		if (!depth && (c == '=' || c == ':'))
			return i;
	}
	return line.len;
}

static bool take_word(struct slim_blob *line, const char *word)
{
	size_t n = strlen(word);
	if (!slim_blob_starts(*line, word) || line->len == n || !isspace((unsigned char)line->ptr[n]))
		return false;
	*line = slim_blob_trim(slim_blob(line->ptr + n, line->len - n));
	return true;
}

static void mark_set(struct makefile *m, struct slim_blob name)
{
	for (size_t i = 0; i < SLIM_COUNT(builtins); i++)
		if (slim_blob_is(name, builtins[i].name))
			m->set |= 1u << i;
}

static bool names_objects(struct slim_blob text)
{
	for (const char *p = text.ptr, *end = p + text.len; (p = memmem(p, (size_t)(end - p), ".o", 2)); p++)
		if (p + 2 == end || !isalnum((unsigned char)p[2]))
			return true;
	return false;
}

/* NAME = value, with := ::= ?= += or != : AT is where the operator begins. */
static bool read_assignment(struct makefile *m, struct slim_blob line, size_t at)
{
	size_t equals = at;
	while (equals < line.len && line.ptr[equals] == ':')
		equals++;
	if (equals >= line.len || line.ptr[equals] != '=')
		return false;
	size_t end = at;
	char mark = at && at == equals ? line.ptr[at - 1] : 0;
	end -= mark && strchr("?+!", mark) != NULL;
	struct slim_blob name = slim_blob_trim(slim_blob(line.ptr, end));
	struct slim_blob value = slim_blob_trim(slim_blob(line.ptr + equals + 1, line.len - equals - 1));
	for (size_t i = 0; i < name.len; i++)
		if (!is_name(name.ptr[i]))
			return write_words(m, line), true;
	if (!name.len)
		return true;
	unsigned used = m->used;
	write_name(m, name, m->shell);
	m->used = used;
	if (mark != '?')
		mark_set(m, name);
	m->objects |= names_objects(value);
	fputs(mark == '!' ? "=\"$(" : "=\"", m->shell);
	write_text(m, without_marks(value), mark == '!' ? IN_RECIPE : IN_VALUE);
	fputs(mark == '!' ? ")\"\n" : "\"\n", m->shell);
	if (slim_blob_is(name, "SHELL")) {
		write_text(m, value, IN_RECIPE);
		fputs(" -c :\n", m->shell);
	}
	return true;
}

bool makefile_assign(struct makefile *m, struct slim_blob word)
{
	size_t at = find_operator(word);
	return at && at < word.len && word.ptr[0] != '-' && read_assignment(m, word, at);
}

static void read_rule(struct makefile *m, struct slim_blob line, size_t colon)
{
	m->objects |= names_objects(line);
	struct slim_blob rest = slim_blob(line.ptr + colon + 1, line.len - colon - 1);
	const char *recipe = memchr(rest.ptr, ';', rest.len);
	size_t at = find_operator(rest);
	if (at < rest.len && (!recipe || rest.ptr + at < recipe) && read_assignment(m, slim_blob_trim(rest),
	    find_operator(slim_blob_trim(rest))))
		return;
	write_words(m, line);
	if (recipe)
		write_recipe(m, slim_blob(recipe + 1, (size_t)(rest.ptr + rest.len - recipe - 1)));
}

static void read_includes(struct makefile *m, struct slim_blob words)
{
	struct slim_blob word;
	write_words(m, words);
	while (slim_blob_split_any(&words, " \t\r\n\\", &word))
		if (word.len && m->include)
			m->include(m->context, word);
}

static void read_line(struct makefile *m, struct slim_blob line)
{
	while (take_word(&line, "override") || take_word(&line, "export") || take_word(&line, "private") ||
	       take_word(&line, "unexport"))
		;
	if (take_word(&line, "include") || take_word(&line, "-include") || take_word(&line, "sinclude")) {
		read_includes(m, line);
		return;
	}
	static const char *const conditions[] = { "ifeq", "ifneq", "ifdef", "ifndef", "else", "endif" };
	size_t at = find_operator(line);
	for (size_t i = 0; i < SLIM_COUNT(conditions); i++)
		if (slim_blob_starts(line, conditions[i]))
			at = line.len;
	if (at == line.len)
		write_words(m, line);
	else if (!read_assignment(m, line, at))
		read_rule(m, line, at);
}

void makefile_read(struct makefile *m, struct slim_blob text)
{
	struct slim_blob line;
	bool rule = false, defining = false;
	while (next_line(&text, &line)) {
		bool recipe = line.len && line.ptr[0] == '\t';
		struct slim_blob bare = slim_blob_trim(recipe && rule ? line : without_remark(line));
		if (!bare.len)
			continue;
		if (defining || (recipe && rule)) {
			defining &= !slim_blob_is(bare, "endef");
			write_recipe(m, bare);
			continue;
		}
		defining = slim_blob_starts(bare, "define ") || slim_blob_starts(bare, "override define ");
		if (defining)
			continue;
		size_t at = find_operator(bare);
		rule |= at < bare.len && bare.ptr[at] == ':';
		read_line(m, bare);
	}
}

void makefile_finish(struct makefile *m)
{
	for (size_t i = 0; i < SLIM_COUNT(builtins); i++) {
		unsigned bit = 1u << i;
		if (!(m->used & bit) || (m->set & bit))
			continue;
		fprintf(m->shell, "%s=\"%s\"\n", builtins[i].name, builtins[i].value);
		for (size_t j = i + 1; builtins[i].uses && j < SLIM_COUNT(builtins); j++)
			if (!strcmp(builtins[j].name, builtins[i].uses))
				m->used |= 1u << j;
	}
}
