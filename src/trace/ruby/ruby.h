/* Ruby: its sources, and where its gems lie. docs/rules.md D3. */
#ifndef SLIM_TRACE_RUBY_H
#define SLIM_TRACE_RUBY_H

#include "../lang/lexer.h"
#include "slim/trace.h"

/*
 * The tokens of Ruby. A symbol is a name with its colon, a variable one with its sigil; each word of %w and %i is a
 * string. Comments, =begin to =end and what follows __END__ are passed over. Source: Ruby's doc/syntax.
 */
struct lang_token ruby_next(struct lang_lexer *lexer);

/* What a source says about others. */
enum ruby_said {
	RUBY_FEATURE, /* require, load, autoload: "net/http" */
	RUBY_GEM, /* gem, activate_bin_path: a gem's name */
	RUBY_TEXT, /* another text that may be a feature: it has a slash */
	RUBY_BELOW, /* what is loaded begins so: "rack/handler/" */
	RUBY_COMPUTED, /* what is loaded is only known when it runs */
	RUBY_BUNDLE, /* Bundler.require, bundler/setup: all gems of the bundle */
	RUBY_CONSOLE, /* binding.irb */
};

typedef void ruby_sink(void *context, enum ruby_said said, struct slim_blob text);
void ruby_source_scan(struct slim_blob source, ruby_sink *sink, void *context);
/* The names of gems in a Gemfile.lock: of all specs. */
void ruby_lock_scan(struct slim_blob text, ruby_sink *sink, void *context);

#endif
