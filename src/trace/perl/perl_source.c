/* What Perl sources load: from tokens alone, in one pass. Sources: perlfunc (require, use, do), lib, base, parent. */
#include <ctype.h>
#include <string.h>

#include "perl.h"

enum expect {
	EXPECT_NOTHING,
	EXPECT_USE, /* behind use and no */
	EXPECT_ARGUMENTS, /* of use, up to its end */
	EXPECT_CONDITION, /* the same of "use if" */
	EXPECT_LIB, /* use lib … */
	EXPECT_REQUIRE,
	EXPECT_DO,
	EXPECT_LOADED, /* behind a function that loads what it is given */
	EXPECT_FOUND, /* behind a function that searches a namespace */
};

struct reading {
	perl_sink *sink;
	void *context;
	enum expect expect;
	bool declared; /* behind sub: the name is no call */
	bool method; /* behind an arrow */
};

/* Functions of modules that load modules by name: Module::Runtime, Class::Load, Mojo::Loader, Plack::Util. */
static const char *const loaders[] = {
	"ensure_class_loaded",
	"load_class",
	"load_components",
	"load_first_existing_class",
	"load_module",
	"load_namespaces",
	"load_optional_class",
	"load_plugin",
	"load_plugins",
	"require_module",
	"try_load_class",
	"use_module",
	"use_package_optimistically",
	NULL
};

/* The same of Module::Load; as methods they mean anything. */
static const char *const plain_loaders[] = { "Module::Load::autoload", "Module::Load::load", "autoload", "load", NULL };

/* Those that find all modules of a namespace: Module::Find, Module::Pluggable, Mojo::Loader. */
static const char *const finders[] = {
	"find_modules", "find_packages", "findallmod", "findsubmod", "namespaces", "search_path", "useall", "usesub",
	NULL
};

static void say(const struct reading *r, enum perl_said said, struct slim_blob text)
{
	r->sink(r->context, said, text);
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The length of "Foo::Bar" at the start of TEXT; *COLONS: how many pairs of colons are in it. */
static size_t name_length(struct slim_blob text, size_t *colons)
{
	size_t i = 0;
	*colons = 0;
	if (!text.len || !(isalpha((unsigned char)text.ptr[0]) || text.ptr[0] == '_'))
		return 0;
	while (i < text.len) {
		if (is_word_char(text.ptr[i])) {
			i++;
		} else if (i + 2 < text.len && text.ptr[i] == ':' && text.ptr[i + 1] == ':' &&
			   is_word_char(text.ptr[i + 2])) {
			i += 2;
			++*colons;
		} else {
			break;
		}
	}
	return i;
}

/* "use " or "require " within a text that is handed to eval. */
static void read_code(const struct reading *r, struct slim_blob text)
{
	static const char *const words[] = { "use", "require" };
	for (size_t w = 0; w < SLIM_COUNT(words); w++) {
		size_t length = strlen(words[w]), colons;
		struct slim_blob rest = text;
		const char *found;
		while (rest.len && (found = memmem(rest.ptr, rest.len, words[w], length))) {
			bool starts = found == text.ptr || strchr(" \t\n;{('\"", found[-1]);
			rest = slim_blob(found + length, (size_t)(text.ptr + text.len - found) - length);
			if (!starts || !rest.len || !isspace((unsigned char)rest.ptr[0]))
				continue;
			while (rest.len && isspace((unsigned char)rest.ptr[0]))
				rest = slim_blob(rest.ptr + 1, rest.len - 1);
			size_t end = name_length(rest, &colons);
			struct slim_blob behind = slim_blob(rest.ptr + end, rest.len - end);
			if (slim_blob_starts(behind, "::") && behind.len > 2 && !behind.ptr[2])
				say(r, PERL_BELOW, slim_blob(rest.ptr, end + 2));
			else if (end)
				say(r, PERL_MODULE, slim_blob(rest.ptr, end));
			else if (rest.len && !rest.ptr[0])
				say(r, PERL_COMPUTED, text);
		}
	}
}

/* "Foo::Bar::" or "Foo/Bar/" and behind it what is not known, or nothing. */
static bool is_beginning(struct slim_blob text, struct slim_blob *beginning)
{
	const char *unknown = memchr(text.ptr, '\0', text.len);
	size_t length = unknown ? (size_t)(unknown - text.ptr) : text.len;
	*beginning = slim_blob(text.ptr, length);
	size_t colons;
	bool cut_name = unknown && name_length(*beginning, &colons) == length && colons; /* "Foo::Bar_$x" */
	if (!cut_name && !slim_blob_ends(*beginning, "::") && !(unknown && slim_blob_ends(*beginning, "/")))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_word_char(text.ptr[i]) && text.ptr[i] && !strchr(":/.", text.ptr[i]))
			return false;
	return length > 2 && (isalpha((unsigned char)text.ptr[0]) || text.ptr[0] == '_');
}

static bool is_file_name(struct slim_blob text)
{
	return text.len > 3 && text.len < 256 && !memchr(text.ptr, '\0', text.len) &&
	       (slim_blob_ends(text, ".pm") || slim_blob_ends(text, ".pl") || slim_blob_ends(text, ".ph"));
}

/* "<:encoding(UTF-8)", ":via(X)", ":$layer": layers are modules. */
static void read_layers(const struct reading *r, struct slim_blob text)
{
	size_t i = 0;
	while (i < text.len && strchr("+<> ", text.ptr[i]) && text.ptr[i])
		i++;
	bool computed = i + 1 < text.len && text.ptr[i] == ':' && !text.ptr[i + 1];
	if (computed)
		say(r, PERL_BELOW, SLIM_BLOB("PerlIO::"));
	if (memmem(text.ptr, text.len, ":encoding", 9))
		say(r, PERL_MODULE, SLIM_BLOB("PerlIO::encoding"));
	if (memmem(text.ptr, text.len, ":via", 4))
		say(r, PERL_MODULE, SLIM_BLOB("PerlIO::via"));
}

static void read_text(const struct reading *r, struct slim_blob text)
{
	size_t colons, end = name_length(text, &colons);
	struct slim_blob beginning;
	if (memchr(text.ptr, ':', text.len))
		read_layers(r, text);
	if (end && end == text.len) {
		if (colons || r->expect == EXPECT_LOADED || r->expect == EXPECT_CONDITION)
			say(r, PERL_NAME, text);
		else if (isupper((unsigned char)
					 text.ptr[0])) /* pragmas are not loaded so, functions have their names */
			say(r, r->expect == EXPECT_ARGUMENTS ? PERL_WORD : PERL_PLAIN, text);
	} else if (is_beginning(text, &beginning)) {
		say(r, PERL_BELOW, beginning);
	} else if (is_file_name(text)) {
		say(r, PERL_FILE, text);
	} else {
		read_code(r, text);
	}
}

/* The text behind require, do, use lib, a loader or a finder. */
static void read_argument(struct reading *r, const struct lang_token *token)
{
	switch (r->expect) {
	case EXPECT_LIB:
		say(r, PERL_FOLDER, token->text);
		return;
	case EXPECT_FOUND:
		if (!token->partial)
			say(r, PERL_BELOW, token->text);
		return;
	case EXPECT_REQUIRE:
	case EXPECT_LOADED:
	case EXPECT_DO: {
		struct slim_blob beginning;
		bool known = !token->partial || is_beginning(token->text, &beginning);
		if (!known && r->expect != EXPECT_DO && !memchr(token->text.ptr, '/', token->text.len))
			say(r, PERL_COMPUTED, token->text);
		else if (!token->partial && r->expect != EXPECT_LOADED)
			say(r, PERL_FILE, token->text);
		read_text(r, token->text);
		r->expect = r->expect == EXPECT_LOADED ? EXPECT_LOADED : EXPECT_NOTHING;
		return;
	}
	case EXPECT_NOTHING:
	case EXPECT_USE:
	case EXPECT_ARGUMENTS:
	case EXPECT_CONDITION:
		read_text(r, token->text);
		return;
	}
}

static bool is_version(struct slim_blob name)
{
	return name.len > 1 && name.ptr[0] == 'v' && isdigit((unsigned char)name.ptr[1]);
}

static void read_used(struct reading *r, struct slim_blob name)
{
	r->expect = slim_blob_is(name, "lib") ? EXPECT_LIB :
		    slim_blob_is(name, "if")  ? EXPECT_CONDITION :
						EXPECT_ARGUMENTS;
	if (!is_version(name))
		say(r, PERL_MODULE, name);
}

static void read_keyword(struct reading *r, struct slim_blob name)
{
	size_t colons;
	const char *last = memrchr(name.ptr, ':', name.len);
	struct slim_blob word = last ? slim_blob(last + 1, (size_t)(name.ptr + name.len - last) - 1) : name;
	if (slim_blob_is(name, "use") || slim_blob_is(name, "no"))
		r->expect = EXPECT_USE;
	else if (slim_blob_is(name, "require"))
		r->expect = EXPECT_REQUIRE;
	else if (slim_blob_is(name, "do"))
		r->expect = EXPECT_DO;
	else if (slim_blob_in(word, loaders) ||
		 (!r->method && slim_blob_in(name, plain_loaders)))
		r->expect = EXPECT_LOADED;
	else if (slim_blob_in(word, finders))
		r->expect = EXPECT_FOUND;
	else if (name_length(name, &colons) == name.len && colons)
		say(r, PERL_NAME, name);
}

static void read_name(struct reading *r, struct slim_blob name)
{
	bool variable = strchr("$@%&", name.ptr[0]);
	switch (r->expect) {
	case EXPECT_USE:
		read_used(r, name);
		return;
	case EXPECT_REQUIRE:
	case EXPECT_LOADED:
		if (variable)
			say(r, PERL_COMPUTED, name);
		else if (!is_version(name) && r->expect == EXPECT_REQUIRE)
			say(r, PERL_MODULE, name);
		else if (!is_version(name))
			say(r, PERL_NAME, name);
		r->expect = EXPECT_NOTHING;
		return;
	case EXPECT_DO:
		r->expect = EXPECT_NOTHING;
		break;
	case EXPECT_NOTHING:
	case EXPECT_ARGUMENTS:
	case EXPECT_CONDITION:
	case EXPECT_LIB:
	case EXPECT_FOUND:
		break;
	}
	if (!variable && r->expect == EXPECT_CONDITION)
		say(r, PERL_NAME, name); /* use if CONDITION, foo => …: pragmas, too */
	if (isupper((unsigned char)name.ptr[0]) && r->expect == EXPECT_ARGUMENTS)
		say(r, PERL_WORD, name);
	if (!variable && r->expect != EXPECT_LIB)
		read_keyword(r, name);
}

/* The end of a statement; an arrow and "=>" make a keyword a plain name. */
static void read_mark(struct reading *r, struct slim_blob mark)
{
	bool opens = slim_blob_is(mark, "(") || slim_blob_is(mark, "["), list = slim_blob_is(mark, ",");
	if (slim_blob_is(mark, ";") || slim_blob_is(mark, "}"))
		r->expect = EXPECT_NOTHING;
	switch (r->expect) {
	case EXPECT_REQUIRE:
	case EXPECT_DO:
	case EXPECT_USE:
		if (!opens)
			r->expect = EXPECT_NOTHING;
		return;
	case EXPECT_LOADED:
		if (!opens && !list)
			r->expect = EXPECT_NOTHING;
		return;
	case EXPECT_NOTHING:
	case EXPECT_ARGUMENTS:
	case EXPECT_CONDITION:
	case EXPECT_LIB:
	case EXPECT_FOUND:
		return;
	}
}

static void read_token(struct reading *r, const struct lang_token *token)
{
	switch (token->kind) {
	case LANG_NAME:
		if (!r->declared)
			read_name(r, token->text);
		break;
	case LANG_STRING:
	case LANG_COMMAND:
		read_argument(r, token);
		break;
	case LANG_MARK:
		read_mark(r, token->text);
		break;
	case LANG_NUMBER:
		if (r->expect != EXPECT_ARGUMENTS && r->expect != EXPECT_CONDITION && r->expect != EXPECT_LIB)
			r->expect = r->expect == EXPECT_USE ? EXPECT_ARGUMENTS : EXPECT_NOTHING;
		break;
	case LANG_PATTERN:
	case LANG_LINE:
	case LANG_END:
		break;
	}
}

void perl_source_scan(struct slim_blob source, perl_sink *sink, void *context)
{
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	struct reading r = { .sink = sink, .context = context };
	for (struct lang_token token = perl_next(lexer); token.kind != LANG_END; token = perl_next(lexer)) {
		read_token(&r, &token);
		r.declared = token.kind == LANG_NAME && slim_blob_is(token.text, "sub");
		r.method = token.kind == LANG_MARK && slim_blob_is(token.text, "->");
	}
}

void perl_library_scan(struct slim_blob bytes, perl_sink *sink, void *context)
{
	struct reading r = { .sink = sink, .context = context };
	struct slim_blob text;
	size_t colons;
	while (slim_blob_split(&bytes, '\0', &text)) {
		size_t end =
			name_length(text, &colons); /* "Foo::Bar/VERSION", "Foo::Bar version mismatch": the same name */
		if (colons || end == text.len)
			say(&r, PERL_NAME, slim_blob(text.ptr, end));
	}
}

/* --- command lines ------------------------------------------------------------------------------------------------ */

static bool is_switch_start(struct slim_blob text, size_t i)
{
	return text.ptr[i] == '-' && (!i || strchr(" \t\n'\"[,", text.ptr[i - 1]));
}

static size_t word_end(struct slim_blob text, size_t i)
{
	while (i < text.len && !isspace((unsigned char)text.ptr[i]) && !strchr("'\",;", text.ptr[i]))
		i++;
	return i;
}

void perl_command_scan(struct slim_blob text, perl_sink *sink, void *context)
{
	struct reading r = { .sink = sink, .context = context };
	for (size_t i = 0; i + 2 < text.len; i++) {
		if (!is_switch_start(text, i))
			continue;
		size_t from = i + 1, colons;
		while (from < text.len && strchr("wTtnpl", text.ptr[from]))
			from++;
		if (from + 1 >= text.len || !strchr("MmI", text.ptr[from]))
			continue;
		bool folder = text.ptr[from++] == 'I';
		while (folder && from < text.len && strchr(" '\"", text.ptr[from]))
			from++;
		from += !folder && from < text.len && text.ptr[from] == '-';
		size_t end = folder ? word_end(text, from) : from;
		if (!folder)
			end += name_length(slim_blob(text.ptr + from, text.len - from), &colons);
		if (end > from)
			say(&r, folder ? PERL_FOLDER : PERL_MODULE, slim_blob(text.ptr + from, end - from));
	}
	read_code(&r, text);
}
