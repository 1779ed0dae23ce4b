/*
 * Ruby: the standard library but for its documentation tools and console, all specifications, and the gems that kept
 * sources, a bundle or another gem's specification name. docs/rules.md D3.
 */
#include <string.h>

#include "ruby_gems.h"
#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../lang/lang.h"
#include "../script/shebang.h"
#include "../system/system_data.h"
#include "slim/match.h"
#include "slim/path.h"

enum { SOURCE_MAX = 4 << 20, WORDS_MAX = 8 };

static const char *const programs[] = { "ruby", "ruby[0-9]*", "jruby", NULL };
static const char *const libraries[] = { "libruby*.so*", NULL };

/* Where Ruby and its packages put what is no gem; with "$PREFIX" as in lang.h. */
static const char *const places[] = {
	"$PREFIX/lib/ruby",
	"$PREFIX/lib64/ruby",
	"$PREFIX/share/ruby",
	"$PREFIX/lib/*-linux-*/ruby",
	"/var/lib/gems",
	"/usr/share/rubygems-integration",
	"$PREFIX/lib/*-linux-*/rubygems-integration",
	"/usr/local/bundle",
	"/usr/share/ruby-*",
	"/usr/local/lib/site_ruby",
};

/* Parts of the standard library for people at a console: they stay when something names them. */
static const char *const tools[] = { "irb", "rdoc", "ri" };

struct ruby {
	struct slim_waiting interpreters, sources;
	struct ruby_gems gems;
	bool *done; /* by node number: read as a source */
	bool active, all, tool_named[SLIM_COUNT(tools)];
	struct line {
		const char *words;
		const struct slim_node *from;
	} * lines;
	size_t line_count, line_capacity, read;
	struct slim_node *interpreter;
};

/* One source that is being read. */
struct reading {
	struct slim_trace *t;
	struct ruby *s;
	const struct slim_node *node;
	bool own; /* an application's, not a gem's */
	bool hinted, computed, bundle;
};

/* --- the standard library ----------------------------------------------------------------------------------------- */

/* lib/ruby/3.1.0/rdoc, rdoc.rb: the number of the tool; SLIM_COUNT(tools): none. */
static size_t tool_of(const struct slim_node *node)
{
	for (const struct slim_node *n = node; n->parent; n = n->parent) {
		bool in_library = slim_wildcard(SLIM_BLOB("[0-9]*.[0-9]*"), slim_blob_of(n->parent->name)) ||
				  !strcmp(n->parent->name, "vendor_ruby");
		for (size_t i = 0; in_library && i < SLIM_COUNT(tools); i++) {
			size_t length = strlen(tools[i]);
			if (!strncmp(n->name, tools[i], length) &&
			    (!n->name[length] || !strcmp(n->name + length, ".rb")))
				return i;
		}
	}
	return SLIM_COUNT(tools);
}

/* In a folder of gems: specifications, and what tells that extensions were built, stay for all of them. */
static bool is_wanted(struct slim_trace *t, const struct ruby *s, const struct slim_node *node)
{
	static const char *const dropped[] = { "cache", "doc", "plugins" };
	if (s->gems.inside[node->id] || slim_is_junk(t, node))
		return false;
	for (const struct slim_node *n = node; n->parent; n = n->parent) {
		bool home = slim_node_child(slim_trace_tree(t), n->parent, SLIM_BLOB("specifications"));
		if (home && !strcmp(n->name, "extensions"))
			return !slim_node_is_dir(node) && !strcmp(node->name, "gem.build_complete");
		for (size_t i = 0; home && i < SLIM_COUNT(dropped); i++)
			if (!strcmp(n->name, dropped[i]))
				return false;
	}
	size_t tool = tool_of(node);
	return tool == SLIM_COUNT(tools) || s->tool_named[tool];
}

static void keep_place(struct slim_trace *t, const struct ruby *s, const struct slim_node *dir,
		       const struct slim_node *from)
{
	uint32_t end = slim_node_end(slim_trace_tree(t), dir);
	for (uint32_t id = dir->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
		if (is_wanted(t, s, node))
			slim_keep(t, node, SLIM_RULE_RUBY_LIBRARY, from, "Ruby");
	}
}

/* The pattern's folders, links on the way kept. */
static void keep_places(struct slim_trace *t, struct ruby *s)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	const char *prefix = slim_node_path(slim_trace_arena(t), lang_prefix(s->interpreter));
	for (size_t i = 0; i < SLIM_COUNT(places); i++) {
		bool relative = places[i][0] == '$';
		slim_autofree char *path =
			relative ? slim_format("%s%s", strcmp(prefix, "/") ? prefix : "", places[i] + 7)
				 : slim_strdup(places[i]);
		const char *star = strchr(path, '*');
		struct slim_blob base =
			star ? slim_path_dir(slim_blob(path, (size_t)(star - path))) : slim_blob_of(path);
		const struct slim_node *dir = slim_tree_walk(tree, NULL, base, true, NULL, NULL);
		if (dir && !star)
			keep_place(t, s, dir, s->interpreter);
		struct slim_blob rest = slim_blob_of(star ? path + base.len + 1 : ""), name;
		slim_blob_split(&rest, '/', &name);
		for (struct slim_node *c = dir && star ? dir->first : NULL; c; c = c->next) {
			const struct slim_node *found =
				slim_wildcard(name, slim_blob(c->name, c->name_length))
					? slim_tree_walk(tree, c, rest.ptr ? rest : slim_blob("", 0), true, NULL, NULL)
					: NULL;
			if (found && slim_node_is_dir(found))
				keep_place(t, s, found, s->interpreter);
		}
	}
}

static void keep_all(struct slim_trace *t, struct ruby *s, const struct slim_node *from, const char *why)
{
	if (s->all)
		return;
	s->all = true;
	slim_doubt(t, from, "all gems stay: %s", why);
	ruby_gems_keep_all(t, &s->gems, from);
}

/* --- sources ------------------------------------------------------------------------------------------------------ */

static void name_tool(struct reading *r, struct slim_blob feature)
{
	for (size_t i = 0; i < SLIM_COUNT(tools); i++) {
		size_t length = strlen(tools[i]);
		if (r->s->tool_named[i] || !slim_blob_starts(feature, tools[i]) ||
		    (feature.len > length && feature.ptr[length] != '/'))
			continue;
		r->s->tool_named[i] = true;
		keep_places(r->t, r->s);
	}
}

static void said(void *context, enum ruby_said what, struct slim_blob text)
{
	struct reading *r = context;
	switch (what) {
	case RUBY_FEATURE:
		if (r->own) /* gems name them for those who develop */
			name_tool(r, text);
		ruby_gems_keep_feature(r->t, &r->s->gems, text, false, r->node);
		break;
	case RUBY_TEXT:
		r->hinted |= ruby_gems_keep_feature(r->t, &r->s->gems, text, false, r->node);
		break;
	case RUBY_BELOW:
		r->hinted |= ruby_gems_keep_feature(r->t, &r->s->gems, text, true, r->node);
		break;
	case RUBY_GEM:
		ruby_gems_keep_named(r->t, &r->s->gems, text, r->node);
		break;
	case RUBY_COMPUTED:
		r->computed = true;
		break;
	case RUBY_BUNDLE:
		r->bundle = true;
		break;
	case RUBY_CONSOLE:
		if (r->own)
			name_tool(r, SLIM_BLOB("irb"));
		break;
	}
}

static bool is_lock(const struct slim_node *node)
{
	return !strcmp(node->name, "Gemfile.lock") || !strcmp(node->name, "gems.locked");
}

static bool is_ruby(struct slim_trace *t, struct slim_node *node)
{
	static const char *const names[] = { "*.rb",     "*.ru",    "*.rake",     "*.builder", "*.erb",
					     "*.haml",   "*.slim",  "*.jbuilder", "Gemfile",   "gems.rb",
					     "Rakefile", "Capfile", "Guardfile",  "*.gemspec" };
	struct slim_blob name = slim_blob(node->name, node->name_length);
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (slim_wildcard(slim_blob_of(names[i]), name))
			return true;
	return slim_kind_of(t, node) == SLIM_KIND_SCRIPT &&
	       slim_wildcard(SLIM_BLOB("*ruby*"), shebang_interpreter(t, node));
}

/* Of Ruby's own: it names gems that it does without. */
static bool is_library(const struct ruby *s, const struct slim_node *node)
{
	static const char *const own[] = { "rubygems", "rubygems.rb", "bundler", "bundler.rb", NULL };
	const struct ruby_gem *gem = ruby_gems_of(&s->gems, node);
	if (gem)
		return slim_wildcard(SLIM_BLOB("bundler-[0-9]*"), slim_blob_of(gem->dir->name));
	for (const struct slim_node *n = node; n && n->parent; n = n->parent) {
		if (slim_wildcard(SLIM_BLOB("[0-9]*.[0-9]*.[0-9]*"), slim_blob_of(n->name)) &&
		    !strcmp(n->parent->name, "ruby"))
			return true;
		if (!strcmp(n->parent->name, "vendor_ruby") && slim_name_in(own, n->name))
			return true;
	}
	return false;
}

static void judge(struct reading *r)
{
	if (r->own && r->computed && !r->hinted)
		keep_all(r->t, r->s, r->node, "the application loads features by names that it computes");
}

static void read_source(struct slim_trace *t, struct ruby *s, struct slim_node *node)
{
	if (s->done[node->id])
		return;
	s->done[node->id] = true;
	size_t length;
	slim_autofree char *text = slim_trace_read(t, node, SOURCE_MAX, &length);
	if (!text)
		return;
	struct reading r = { .t = t, .s = s, .node = node };
	r.own = !s->gems.inside[node->id] && !slim_is_system_path(node);
	s->read += r.own || slim_is_followed(t, node);
	if (is_lock(node)) {
		ruby_lock_scan(slim_blob(text, length), said, &r);
		return;
	}
	ruby_source_scan(slim_blob(text, length), said, &r);
	judge(&r);
	/* Bundler evaluates the specifications of gems from repositories and folders at each start */
	if (slim_wildcard(SLIM_BLOB("*.gemspec"), slim_blob(node->name, node->name_length)) &&
	    memmem(text, length, "git ls-files", 12) && strcmp(node->parent->name, "specifications"))
		slim_keep_program(t, SLIM_BLOB("git"), SLIM_RULE_COMMAND, node, "git ls-files");
}

static bool is_read(struct slim_trace *t, const struct ruby *s, const struct slim_node *node)
{
	if (is_library(s, node))
		return false;
	return !slim_is_system_path(node) || s->gems.inside[node->id] || slim_is_managed(t, node) ||
	       slim_is_followed(t, node);
}

/* --- the interpreter ---------------------------------------------------------------------------------------------- */

/* bundle exec NAME …, ruby -rNAME, NAME */
static void read_words(struct slim_trace *t, struct ruby *s, struct slim_blob words, const struct slim_node *from)
{
	struct reading r = { .t = t, .s = s, .node = from, .own = true };
	struct slim_blob word, first = { NULL, 0 };
	while (slim_blob_split(&words, '\n', &word)) {
		if (!first.ptr)
			first = slim_path_base(word);
		if (slim_blob_starts(word, "-r") && word.len > 2)
			said(&r, RUBY_FEATURE, slim_blob(word.ptr + 2, word.len - 2));
		bool program = word.len && word.ptr[0] != '-' && !memchr(word.ptr, '/', word.len);
		if (!program)
			continue;
		ruby_gems_keep_program(t, &s->gems, word, from);
		if (slim_blob_starts(first, "bundle") && !slim_blob_is(word, "exec"))
			slim_keep_program(t, word, SLIM_RULE_COMMAND, from, "bundle exec");
	}
	struct slim_blob irb = SLIM_BLOB("irb");
	if (slim_blob_is(first, "irb"))
		name_tool(&r, irb);
}

static void activate(struct slim_trace *t, struct ruby *s, struct slim_node *ruby)
{
	bool library = slim_kind_of(t, ruby) == SLIM_KIND_LIBRARY;
	if (!s->active)
		ruby_gems_find(slim_trace_tree(t), &s->gems);
	s->active = true;
	s->interpreter = ruby;
	keep_places(t, s);
	if (slim_trace_env(t, "RUBYGEMS_GEMDEPS")) /* RubyGems itself loads it only then */
		ruby_gems_keep_named(t, &s->gems, SLIM_BLOB("bundler"), ruby);
	lang_keep_shell(t, ruby, "Ruby");
	lang_keep_locales(t, ruby, "Ruby");
	struct slim_node *hosts[SLIM_TRACE_HOSTS_MAX];
	size_t count = library ? slim_trace_hosts(t, ruby, hosts) : 0;
	for (size_t i = 0; i < count; i++)
		if (!slim_name_in(programs, hosts[i]->name))
			keep_all(t, s, ruby, "Ruby within a program, whose code is not known");
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct ruby *s = state;
	enum slim_kind kind = slim_kind_of(t, node);
	bool text = kind == SLIM_KIND_SCRIPT || kind == SLIM_KIND_TEXT;
	if (!text && slim_name_in(kind == SLIM_KIND_LIBRARY ? libraries : programs, node->name))
		slim_waiting_add(&s->interpreters, node);
	else if (text && (is_lock(node) || is_ruby(t, node)))
		slim_waiting_add(&s->sources, node);
}

static void command(struct slim_trace *t, void *state, const struct slim_command_line *line)
{
	struct ruby *s = state;
	size_t length = 1;
	for (size_t i = 0; i < line->count && i < WORDS_MAX; i++)
		length += line->words[i].len + 1;
	char *text = slim_arena_alloc(slim_trace_arena(t), length), *end = text;
	for (size_t i = 0; i < line->count && i < WORDS_MAX; i++) {
		if (line->words[i].ptr)
			end = mempcpy(end, line->words[i].ptr, line->words[i].len);
		*end++ = '\n';
	}
	*slim_push(&s->lines, &s->line_count, &s->line_capacity) = (struct line){ text, line->from };
}

static void start(struct slim_trace *t, void *state)
{
	struct ruby *s = state;
	s->done = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(bool));
}

static void read_all(struct slim_trace *t, struct ruby *s)
{
	for (size_t i = 0; i < s->line_count; i++)
		read_words(t, s, slim_blob_of(s->lines[i].words), s->lines[i].from);
	s->line_count = 0;
	const char *options = slim_trace_env(t, "RUBYOPT");
	struct slim_blob rest = slim_blob_of(options ? options : ""), word;
	while (slim_blob_split(&rest, ' ', &word))
		if (slim_blob_starts(word, "-r"))
			read_words(t, s, word, NULL);
	slim_cleanup(slim_waiting_clear) struct slim_waiting sources = slim_waiting_take(&s->sources);
	for (size_t i = 0; i < sources.count; i++)
		if (is_read(t, s, sources.nodes[i]))
			read_source(t, s, sources.nodes[i]);
	if (!s->read)
		keep_all(t, s, s->interpreter, "no source of an application is known");
}

static void settle(struct slim_trace *t, void *state)
{
	struct ruby *s = state;
	const bool *started = s->interpreters.count ? slim_started(t) : NULL;
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->interpreters);
	for (size_t i = 0; started && i < now.count; i++) {
		if (started[now.nodes[i]->id] || slim_kind_of(t, now.nodes[i]) == SLIM_KIND_LIBRARY)
			activate(t, s, now.nodes[i]);
		else
			slim_waiting_add(&s->interpreters, now.nodes[i]);
	}
	if (s->active)
		read_all(t, s);
}

static void clear(void *state)
{
	struct ruby *s = state;
	slim_waiting_clear(&s->interpreters);
	slim_waiting_clear(&s->sources);
	ruby_gems_clear(&s->gems);
	free(s->done);
	free(s->lines);
}

const struct slim_tracer slim_ruby_tracer = {
	.name = "Ruby",
	.kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT,
	.state_size = sizeof(struct ruby),
	.start = start,
	.visit = visit,
	.settle = settle,
	.command = command,
	.clear = clear,
};
