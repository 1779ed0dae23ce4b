/*
 * Imports that installed distributions can do without: late or guarded ones of what their metadata does not name. They
 * count where the application may mean them: in distributions that it uses itself, and for what stays anyway.
 */
#include "python_state.h"

#include "../system/system_data.h"

/* Those that the application names or starts are a part of it, and what they import it uses itself. */
static bool is_named_by(const struct python_state *s, const struct python_asker *asker)
{
	return asker->own && !(asker->node && !s->made[asker->node->id] &&
			       slim_blob_ends(slim_blob_of(asker->node->name), ".py"));
}

static void read_again(struct python_state *s, struct slim_node *node)
{
	s->marks[node->id] &= (uint8_t)~PYTHON_READ;
	*slim_push(&s->queue.items, &s->queue.count, &s->queue.capacity) = node;
}

void python_come_near(struct python_state *s, struct python_dist *dist, const struct python_asker *asker)
{
	const struct python_dist *by = asker->node ? python_dist_known(s->dists, asker->node) : NULL;
	dist->near |= asker->own || (by && by->part);
	if (dist->part || !is_named_by(s, asker))
		return;
	dist->part = dist->near = true;
	for (size_t i = 0; i < dist->file_count; i++)
		if (s->marks[dist->files[i]->id] & PYTHON_REACHED)
			read_again(s, dist->files[i]);
}

/* Tools of development, which libraries offer to start or to be plugged into: numpy.test(), a "shell" command. */
static bool is_offered(const struct python_dist *target)
{
	static const char *const tools[] = { "pytest", "nose",   "hypothesis", "mypy",     "sphinx", "pip",
					     "tox",    "flake8", "pylint",   "coverage", "ipython", NULL };
	return slim_name_in(tools, target->name);
}

/* REQUESTED: PyPA, "Recording installed projects". */
static bool is_asked(struct slim_trace *t, const struct python_dist *dist)
{
	const struct slim_package *package =
		dist->stands ? slim_packages_owner(slim_trace_packages(t), dist->stands) : NULL;
	if (package)
		return package->asked;
	return slim_node_is_dir(dist->metadata) &&
	       slim_node_child(slim_trace_tree(t), dist->metadata, SLIM_BLOB("REQUESTED"));
}

/*
 * What somebody installed by its name is there for a use, unless it is a tool of development. Setuptools was there
 * everywhere for so long that few declare it.
 */
static bool counts(struct slim_trace *t, const struct python_dist *from, const struct python_dist *target)
{
	return target->kept || !strcmp(target->name, "setuptools") ||
	       ((from->near || is_asked(t, target)) && !is_offered(target));
}

static bool names(const char *const *list, const char *name)
{
	while (*list && strcmp(*list, name))
		list++;
	return *list;
}

/* Whether the packages that have installed them say so. */
static bool is_package_of(struct slim_trace *t, const struct python_dist *dist, const struct python_dist *target)
{
	const struct slim_packages *packages = slim_trace_packages(t);
	const struct slim_package *a = dist->stands ? slim_packages_owner(packages, dist->stands) : NULL;
	const struct slim_package *b = target->stands ? slim_packages_owner(packages, target->stands) : NULL;
	return a && b && (a == b || names(a->depends, b->name) || names(a->suggests, b->name));
}

static void note(struct python_state *s, struct slim_node *source, struct python_dist *from, struct python_dist *target)
{
	for (size_t i = s->left.count; i-- > 0 && s->left.items[i].source == source;)
		if (s->left.items[i].target == target && !s->left.items[i].counted)
			return;
	*slim_push(&s->left.items, &s->left.count, &s->left.capacity) =
		(struct python_left){ source, from, target, false };
}

bool python_leave_out(struct slim_trace *t, struct python_state *s, struct slim_node *source,
		      struct python_dist *target)
{
	struct python_dist *from = source ? python_dist_known(s->dists, source) : NULL;
	if (!from || !from->metadata || !target || !target->metadata || target == from || counts(t, from, target) ||
	    python_declares(t, from, target) || is_package_of(t, from, target))
		return false;
	note(s, source, from, target);
	return true;
}

bool python_count_left(struct slim_trace *t, struct python_state *s)
{
	bool any = false;
	for (size_t i = 0; i < s->left.count; i++) {
		struct python_left *left = &s->left.items[i];
		if (left->counted || !counts(t, left->from, left->target))
			continue;
		/* read again, it notes afresh what still is left out */
		struct slim_node *source = left->source;
		for (size_t k = i; k < s->left.count && s->left.items[k].source == source; k++)
			s->left.items[k].counted = true;
		for (size_t k = i; k-- > 0 && s->left.items[k].source == source;)
			s->left.items[k].counted = true;
		read_again(s, source);
		any = true;
	}
	return any;
}

static int left_order(const void *a, const void *b)
{
	const struct python_left *x = a, *y = b;
	int names = strcmp(x->target->name, y->target->name);
	return names ? names : (x->source->id > y->source->id) - (x->source->id < y->source->id);
}

void python_doubt_left(struct slim_trace *t, struct python_state *s)
{
	const struct python_dist *told = NULL;
	if (s->left.count)
		qsort(s->left.items, s->left.count, sizeof(*s->left.items), left_order);
	for (size_t i = 0; i < s->left.count; i++) {
		const struct python_left *left = &s->left.items[i];
		if (left->counted || left->target->kept || left->target == told)
			continue;
		told = left->target;
		slim_doubt(t, left->source, "left out: optional %s, which %s imports late or on trial and does not declare",
			   told->name, left->from->name);
	}
}
