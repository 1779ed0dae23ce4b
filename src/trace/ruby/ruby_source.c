/* What Ruby sources load: from tokens alone, in one pass. Sources: Kernel#require and its kin, RubyGems, Bundler. */
#include <ctype.h>
#include <string.h>

#include "ruby.h"

enum expect {
	EXPECT_NOTHING,
	EXPECT_FEATURE, /* behind require and load */
	EXPECT_AUTOLOAD, /* behind autoload: the second argument */
	EXPECT_GEM, /* behind gem, activate_bin_path */
};

struct reading {
	ruby_sink *sink;
	void *context;
	enum expect expect;
	bool method; /* behind a dot */
	bool declared; /* behind def or alias */
	bool bundler; /* Bundler. */
	bool console; /* binding. */
	bool folders; /* the source lists folders: what it loads in a loop are its own files */
	size_t computed;
};

static void say(const struct reading *r, enum ruby_said said, struct slim_blob text)
{
	r->sink(r->context, said, text);
}

static bool is_feature(struct slim_blob text)
{
	bool slash = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!isalnum((unsigned char)c) && (!c || !strchr("_-./", c)))
			return false;
		slash |= c == '/';
	}
	return slash && text.len < 256 && text.ptr[0] != '/' && text.ptr[0] != '.';
}

/* "rack/handler/#{x}" */
static bool is_beginning(const struct lang_token *token, struct slim_blob *beginning)
{
	const char *unknown = token->partial ? memchr(token->text.ptr, '\0', token->text.len) : NULL;
	*beginning = slim_blob(token->text.ptr, unknown ? (size_t)(unknown - token->text.ptr) : 0);
	return unknown && is_feature(*beginning);
}

static void read_required(struct reading *r, const struct lang_token *token)
{
	struct slim_blob beginning;
	if (!token->partial) {
		say(r, RUBY_FEATURE, token->text);
		if (slim_blob_starts(token->text, "bundler/"))
			say(r, RUBY_BUNDLE, token->text);
	} else if (is_beginning(token, &beginning)) {
		say(r, RUBY_BELOW, beginning);
	} else if (!memchr(token->text.ptr, '/', token->text.len)) {
		r->computed++;
	}
}

static void read_string(struct reading *r, const struct lang_token *token)
{
	struct slim_blob beginning;
	enum expect expect = r->expect;
	r->expect = EXPECT_NOTHING;
	if (expect == EXPECT_GEM && !token->partial)
		say(r, RUBY_GEM, token->text);
	else if (expect == EXPECT_FEATURE || expect == EXPECT_AUTOLOAD)
		read_required(r, token);
	else if (!token->partial && is_feature(token->text))
		say(r, RUBY_TEXT, token->text);
	else if (is_beginning(token, &beginning))
		say(r, RUBY_BELOW, beginning);
}

static void read_name(struct reading *r, struct slim_blob name)
{
	static const char *const gems[] = { "gem", "activate_bin_path", "bin_path", NULL };
	static const char *const paths[] = { "File", "Pathname", "__dir__", "__FILE__", "Rails", NULL };
	if (r->expect == EXPECT_AUTOLOAD && name.ptr[0] == ':')
		return;
	if (r->expect == EXPECT_FEATURE && !slim_blob_in(name, paths))
		r->computed++;
	r->expect = EXPECT_NOTHING;
	r->folders |= slim_blob_is(name, "Dir") || slim_blob_is(name, "glob");
	if (r->declared)
		return;
	if (slim_blob_is(name, "require") && r->bundler)
		say(r, RUBY_BUNDLE, name);
	else if (slim_blob_is(name, "irb") && r->console)
		say(r, RUBY_CONSOLE, name);
	else if (slim_blob_is(name, "autoload"))
		r->expect = EXPECT_AUTOLOAD;
	else if (slim_blob_in(name, gems))
		r->expect = EXPECT_GEM;
	else if (slim_blob_is(name, "require") || (slim_blob_is(name, "load") && !r->method))
		r->expect = EXPECT_FEATURE;
}

static void read_token(struct reading *r, const struct lang_token *token)
{
	switch (token->kind) {
	case LANG_NAME:
		read_name(r, token->text);
		break;
	case LANG_STRING:
	case LANG_COMMAND:
		read_string(r, token);
		break;
	case LANG_MARK:
		if (!slim_blob_is(token->text, "(") && !slim_blob_is(token->text, ","))
			r->expect = EXPECT_NOTHING;
		break;
	case LANG_NUMBER:
	case LANG_PATTERN:
	case LANG_LINE:
	case LANG_END:
		r->expect = EXPECT_NOTHING;
		break;
	}
}

void ruby_source_scan(struct slim_blob source, ruby_sink *sink, void *context)
{
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	struct reading r = { .sink = sink, .context = context };
	struct lang_token before = { .kind = LANG_END };
	for (struct lang_token token = ruby_next(lexer); token.kind != LANG_END; token = ruby_next(lexer)) {
		read_token(&r, &token);
		bool dot = token.kind == LANG_MARK && (slim_blob_is(token.text, ".") || slim_blob_is(token.text, "&."));
		r.method = dot;
		r.bundler = dot && before.kind == LANG_NAME && slim_blob_is(before.text, "Bundler");
		r.console = dot && before.kind == LANG_NAME && slim_blob_is(before.text, "binding");
		r.declared = token.kind == LANG_NAME &&
			     (slim_blob_is(token.text, "def") || slim_blob_is(token.text, "alias"));
		before = token;
	}
	if (r.computed && !r.folders)
		say(&r, RUBY_COMPUTED, slim_blob(NULL, 0));
}

/* "    rack (2.2.4)": four blanks in front of the gems themselves, six in front of what they depend on. */
void ruby_lock_scan(struct slim_blob text, ruby_sink *sink, void *context)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob word = slim_blob_trim(line);
		size_t end = 0;
		while (end < word.len && !isspace((unsigned char)word.ptr[end]) && !strchr("(!", word.ptr[end]))
			end++;
		bool indented = line.len > 2 && line.ptr[0] == ' ' && line.ptr[1] == ' ';
		if (indented && end && !memchr(word.ptr, ':', end))
			sink(context, RUBY_GEM, slim_blob(word.ptr, end));
	}
}
