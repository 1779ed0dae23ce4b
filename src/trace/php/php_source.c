/* What PHP sources load: from tokens alone, in one pass. Sources: the PHP manual on include, autoload and dl. */
#include <ctype.h>

#include "php.h"
#include "../lang/lex_parts.h"
#include "slim/match.h"

enum { TEXT_MAX = 512 };

struct reading {
	php_source_sink *sink;
	void *context;
	bool including; /* behind include or require, before the statement's end */
	bool has_folder, has_text; /* of that expression */
	bool first, unknown_first; /* its beginning is to come; it was only known to the run */
	bool dl; /* behind dl( */
};

static void say(const struct reading *r, enum php_said said, struct slim_blob text)
{
	r->sink(r->context, said, text);
}

/* A variable or constant that holds a path, by its name: $file, $this->templateDir, APP_ROOT. */
static bool is_place(struct slim_blob name)
{
	static const char *const hints[] = {
		"dir",   "path", "file",   "root", "base",   "view",   "tmpl",  "tpl",
		"templ", "page", "layout", "home", "folder", "script", "cache", "location"
	};
	char lower[64];
	size_t length = name.len < sizeof(lower) ? name.len : sizeof(lower);
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)tolower((unsigned char)name.ptr[i]);
	for (size_t i = 0; i < SLIM_COUNT(hints); i++)
		if (memmem(lower, length, hints[i], strlen(hints[i])))
			return true;
	return false;
}

static bool is_constant(struct slim_blob name)
{
	for (size_t i = 0; i < name.len; i++)
		if (islower((unsigned char)name.ptr[i]) || name.ptr[i] == '$')
			return false;
	return name.len > 0;
}

static bool is_source_name(struct slim_blob text)
{
	return text.len < TEXT_MAX &&
	       (slim_blob_ends(text, ".php") || slim_blob_ends(text, ".inc") || slim_blob_ends(text, ".phtml"));
}

/* A\B, A_B: parts of names. */
static bool is_class(struct slim_blob text)
{
	bool parts = false;
	for (size_t i = 0; i < text.len; i++) {
		parts |= i && (text.ptr[i] == '\\' || text.ptr[i] == '_');
		if (!lex_is_name_char(text.ptr[i]) && text.ptr[i] != '\\')
			return false;
	}
	return parts && text.len < TEXT_MAX && text.ptr[0] != '$';
}

static void end_include(struct reading *r)
{
	if (r->including && !r->has_folder && r->unknown_first && r->has_text)
		say(r, PHP_COMPUTED_FILE, slim_blob(NULL, 0));
	r->including = false;
}

static void read_name(struct reading *r, const struct lang_token *name, bool free_standing)
{
	static const char *const includes[] = { "include", "include_once", "require", "require_once", NULL };
	if (free_standing && slim_blob_in(name->text, includes)) {
		end_include(r);
		r->including = r->first = true;
		r->has_folder = r->has_text = r->unknown_first = false;
		return;
	}
	if (r->including) {
		r->has_folder |= is_place(name->text) || is_constant(name->text);
		r->unknown_first |= r->first;
		r->first = false;
	}
	if (r->dl)
		say(r, PHP_COMPUTED_EXTENSION, name->text);
	if (is_class(name->text))
		say(r, PHP_CLASS, name->text);
	else if (isupper((unsigned char)*name->text.ptr))
		say(r, PHP_NAME, name->text);
}

void php_settings_scan(struct slim_blob text, php_source_sink *sink, void *context)
{
	static const char setting[] = "extension=";
	const char *found;
	while ((found = text.len ? memmem(text.ptr, text.len, setting, sizeof(setting) - 1) : NULL)) {
		size_t from = (size_t)(found - text.ptr) + sizeof(setting) - 1, to = from;
		while (to < text.len && text.ptr[to] && (lex_is_name_char(text.ptr[to]) || strchr("./-", text.ptr[to])))
			to++;
		bool known = to > from;
		sink(context, known ? PHP_EXTENSION : PHP_COMPUTED_EXTENSION, slim_blob(text.ptr + from, to - from));
		text = slim_blob(text.ptr + to, text.len - to);
	}
}

static void read_string(struct reading *r, const struct lang_token *token)
{
	struct slim_blob text = token->text;
	if (r->dl)
		say(r, token->partial ? PHP_COMPUTED_EXTENSION : PHP_EXTENSION, text);
	else
		php_settings_scan(text, r->sink, r->context);
	if (r->including) {
		bool unknown = text.len && !text.ptr[0];
		r->unknown_first |= r->first && unknown;
		r->has_folder |= (text.len && text.ptr[0] == '/' && r->first) || (r->first && !unknown);
		r->has_text = true;
		r->first = false;
	}
	if (!token->partial && is_source_name(text))
		say(r, PHP_FILE, text);
	else if (!token->partial && memchr(text.ptr, '\\', text.len) && is_class(text))
		say(r, PHP_CLASS, text);
	else if (!token->partial && text.len && text.len < TEXT_MAX)
		say(r, PHP_TEXT, text);
}

static void read_mark(struct reading *r, struct slim_blob mark)
{
	if (slim_blob_is(mark, ";"))
		end_include(r);
}

void php_source_scan(struct slim_blob source, php_source_sink *sink, void *context)
{
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	struct reading r = { .sink = sink, .context = context };
	bool free_standing = true, dl_name = false;
	for (struct lang_token token = php_next(lexer); token.kind != LANG_END; token = php_next(lexer)) {
		if (token.kind == LANG_NAME)
			read_name(&r, &token, free_standing);
		else if (token.kind == LANG_STRING || token.kind == LANG_COMMAND)
			read_string(&r, &token);
		else if (token.kind == LANG_MARK)
			read_mark(&r, token.text);
		r.dl = dl_name && token.kind == LANG_MARK && slim_blob_is(token.text, "(");
		dl_name = free_standing && token.kind == LANG_NAME &&
			  (slim_blob_is(token.text, "dl") || slim_blob_is(token.text, "\\dl"));
		free_standing = !(token.kind == LANG_MARK &&
				  (slim_blob_is(token.text, "->") || slim_blob_is(token.text, "::") ||
				   slim_blob_is(token.text, "?->"))) &&
				!(token.kind == LANG_NAME && slim_blob_is(token.text, "function"));
	}
	end_include(&r);
}
