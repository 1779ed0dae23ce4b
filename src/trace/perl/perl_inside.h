/* Between the reading of Perl sources (perl_read.c) and the tracer (perl_tracer.c). */
#ifndef SLIM_TRACE_PERL_INSIDE_H
#define SLIM_TRACE_PERL_INSIDE_H

#include "perl.h"
#include "../engine/waiting.h"

enum { PERL_SOURCE_MAX = 4 << 20 };

struct perl {
	struct slim_waiting interpreters, sources;
	struct slim_waiting scripts; /* that command lines hand to perl, whatever they look like */
	struct perl_line {
		const char *text;
		const struct slim_node *from;
	} * lines; /* command lines of perl */
	size_t line_count, line_capacity;
	struct perl_inc inc;
	bool active, whole;
	bool *done; /* by node number: read as a source, or as a module of its distribution */
	bool *below; /* … kept with all below it */
	struct slim_node **modules; /* what is read, in this order; up to `next` it has been */
	size_t module_count, module_capacity, next;
};

/* One source that is being read. */
struct perl_reading {
	struct slim_trace *t;
	struct perl *s;
	struct slim_node *node;
	const struct perl_root *root; /* that it lies in, or NULL */
	size_t hints, computed;
	bool again; /* it computes names: read for plain words, too */
	bool catalogue; /* Module::CoreList holds the names of all modules, and loads none */
};

/* Take what a source says: a perl_sink whose context is a struct perl_reading. */
void perl_said(void *context, enum perl_said what, struct slim_blob text);
/* Keep what PATH finds in @INC, in all folders that may come first, and read it later. True: it is there. */
bool perl_keep_file(struct perl_reading *r, const char *path, enum slim_rule_id rule);
bool perl_keep_named(struct perl_reading *r, struct slim_blob name, enum slim_rule_id rule);
void perl_keep_below(struct slim_trace *t, struct perl *s, struct slim_node *dir, enum slim_rule_id rule,
		     const struct slim_node *from, const char *evidence);
/* Everything in @INC, with a doubt: WHY. */
void perl_keep_whole(struct slim_trace *t, struct perl *s, const struct slim_node *from, const char *why);
struct slim_node *perl_in_root(struct slim_trace *t, const struct perl_root *root, const char *path);
/* -I, use lib: a folder of modules. */
void perl_add_folder(struct perl_reading *r, struct slim_blob text);
void perl_read_later(struct perl *s, struct slim_node *node);
void perl_read_modules(struct slim_trace *t, struct perl *s);

#endif
