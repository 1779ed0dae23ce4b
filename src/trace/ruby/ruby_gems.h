/* Gems that are installed, and which of them stay. docs/rules.md D3. */
#ifndef SLIM_TRACE_RUBY_GEMS_H
#define SLIM_TRACE_RUBY_GEMS_H

#include "ruby.h"

struct ruby_gem {
	struct slim_node *dir; /* gems/NAME-VERSION */
	struct slim_node *spec; /* specifications/NAME-VERSION.gemspec; NULL: none */
	size_t name_length; /* of NAME */
	enum { RUBY_GEM_IDLE, RUBY_GEM_WANTED, RUBY_GEM_KEPT } state;
	const struct slim_node *from; /* what wants it first */
};

struct ruby_gems {
	struct ruby_gem *items;
	size_t count, capacity;
	bool *inside; /* by node number: within a gem's folder */
};

/* Find the gems of the whole image: each folder in a "gems" that has "specifications" beside it. */
void ruby_gems_find(const struct slim_tree *tree, struct ruby_gems *gems);
void ruby_gems_clear(struct ruby_gems *gems);
/* Gems of NAME, all versions, with what their specifications depend on. True: there is one. */
bool ruby_gems_keep_named(struct slim_trace *t, struct ruby_gems *gems, struct slim_blob name,
			  const struct slim_node *from);
/* Gems that have FEATURE (or, BELOW, something that begins so) where require looks. True: there is one. */
bool ruby_gems_keep_feature(struct slim_trace *t, struct ruby_gems *gems, struct slim_blob feature, bool below,
			    const struct slim_node *from);
void ruby_gems_keep_all(struct slim_trace *t, struct ruby_gems *gems, const struct slim_node *from);
/* Gems whose bin or exe has PROGRAM. */
void ruby_gems_keep_program(struct slim_trace *t, struct ruby_gems *gems, struct slim_blob program,
			    const struct slim_node *from);
/* The gem that NODE lies in, or NULL. */
const struct ruby_gem *ruby_gems_of(const struct ruby_gems *gems, const struct slim_node *node);

#endif
