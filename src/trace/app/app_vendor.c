#include "app_vendor.h"

#include <ctype.h>
#include <string.h>

#include "../engine/owners.h"
#include "../php/php_composer.h"
#include "../system/system_data.h"

enum { SOURCE_MAX = 4 << 20 };

/* Files that may name a class: sources, settings, templates. Lists that autoloaders are made of name all of them. */
static const char *const readers[] = { "*.php", "*.phtml", "*.inc", "*.module", "*.yaml", "*.yml", "*.xml", "*.neon", "*.ini",
				       "*.twig", ".env*", "*.env", NULL };
static const char *const lists[] = { "autoload*.php", "installed.php", "*Test.php", "*TestCase.php", NULL };

void app_vendor_clear(struct app_vendor *v)
{
	free(v->classes);
}

bool app_vendor_add(struct slim_trace *t, struct app_vendor *v, struct slim_node *node)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	if (!slim_blob_ends(name, ".php") || !isupper((unsigned char)*name.ptr))
		return false;
	const struct slim_node *vendor = php_vendor_of(slim_trace_tree(t), node);
	if (!vendor)
		return false;
	*slim_push(&v->classes, &v->count, &v->capacity) =
		(struct app_class){ node, vendor->parent, slim_blob(name.ptr, name.len - 4) };
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct app_class *x = a, *y = b;
	size_t shorter = x->name.len < y->name.len ? x->name.len : y->name.len;
	int order = memcmp(x->name.ptr, y->name.ptr, shorter);
	return order ? order : (x->name.len > y->name.len) - (x->name.len < y->name.len);
}

struct search {
	const struct app_vendor *v;
	bool *named; /* by class */
	const struct slim_node *project, *file;
};

static void see_word(struct search *s, struct slim_blob word)
{
	struct app_class key = { .name = word };
	const struct app_class *all = s->v->classes, *found = bsearch(&key, all, s->v->count, sizeof(key), by_name);
	if (!found)
		return;
	size_t first = (size_t)(found - all);
	while (first && !by_name(&all[first - 1], &key))
		first--;
	for (size_t i = first; i < s->v->count && !by_name(&all[i], &key); i++)
		s->named[i] |= all[i].project == s->project && all[i].file != s->file;
}

static void search_file(struct slim_trace *t, struct search *s, const struct slim_node *file)
{
	size_t length, at = 0;
	slim_autofree char *text = slim_trace_read(t, file, SOURCE_MAX, &length);
	s->file = file;
	while (text && at < length) {
		size_t from = at;
		while (at < length && (isalnum((unsigned char)text[at]) || text[at] == '_'))
			at++;
		if (at - from > 2 && isupper((unsigned char)text[from]))
			see_word(s, slim_blob(text + from, at - from));
		at += at == from;
	}
}

static void search_project(struct slim_trace *t, struct search *s)
{
	uint32_t end = slim_node_end(slim_trace_tree(t), s->project);
	for (uint32_t id = s->project->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
		bool reader = slim_node_is_file(node) && slim_name_in(readers, node->name) &&
			      !slim_name_in(lists, node->name);
		if (reader && !slim_is_junk(t, node) && !slim_is_managed(t, node))
			search_file(t, s, node);
	}
}

void app_vendor_named(struct slim_trace *t, struct app_vendor *v,
		      void (*sink)(void *context, struct slim_node *file, bool named), void *context)
{
	if (!v->count)
		return;
	qsort(v->classes, v->count, sizeof(*v->classes), by_name);
	slim_autofree bool *named = slim_calloc(v->count, sizeof(bool));
	struct search s = { .v = v, .named = named };
	for (size_t i = 0; i < v->count; i++) {
		bool first = true;
		for (size_t j = 0; j < i && first; j++)
			first = v->classes[j].project != v->classes[i].project;
		s.project = v->classes[i].project;
		if (first)
			search_project(t, &s);
	}
	for (size_t i = 0; i < v->count; i++)
		sink(context, v->classes[i].file, named[i]);
	v->count = 0;
}
