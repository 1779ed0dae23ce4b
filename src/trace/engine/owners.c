#include "owners.h"

#include <string.h>

#include "engine.h"
#include "slim/path.h"

/* What is asked for by name, and what people put where programs are found. */
static bool is_root_rule(enum slim_rule_id rule)
{
	static const enum slim_rule_id rules[] = {
		SLIM_RULE_ENTRYPOINT, SLIM_RULE_HEALTHCHECK, SLIM_RULE_SHELL, SLIM_RULE_ARGUMENT, SLIM_RULE_KEEP,
		SLIM_RULE_ENTRY, SLIM_RULE_PACKAGE, SLIM_RULE_LOCAL_PROGRAM, SLIM_RULE_APP_COMMAND,
		SLIM_RULE_TOOLBOX,
	};
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		if (rule == rules[i])
			return true;
	return false;
}

/* What a started file starts in turn. */
static bool is_chain_rule(enum slim_rule_id rule)
{
	static const enum slim_rule_id rules[] = {
		SLIM_RULE_SHEBANG, SLIM_RULE_COMMAND, SLIM_RULE_SOURCED, SLIM_RULE_PACKAGE_QUERY, SLIM_RULE_SUPERVISED,
		SLIM_RULE_COMMAND_STRING, SLIM_RULE_LINK, SLIM_RULE_LINK_TARGET, SLIM_RULE_NODE_SCRIPT,
	};
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		if (rule == rules[i])
			return true;
	return false;
}

/* A script or a program that settings name is there to be started: a helper, a hook, a CGI script. */
static bool is_configured(const struct slim_node *node, enum slim_rule_id rule)
{
	return (rule == SLIM_RULE_CONFIG_COMMAND || rule == SLIM_RULE_CONFIG_PATH ||
		rule == SLIM_RULE_CONFIG_INCLUDE) &&
	       slim_node_is_executable(node);
}

static bool is_started(const struct slim_trace *t, const struct slim_node *node, const bool *started)
{
	for (const struct slim_reason *r = slim_trace_reasons(t, node); r; r = r->next)
		if (is_root_rule(r->rule) || is_configured(node, r->rule) ||
		    (is_chain_rule(r->rule) && (!r->from || started[r->from->id])))
			return true;
	return false;
}

/* As many passes as the longest chain of scripts that start scripts: a handful. Reasons are only ever added. */
const bool *slim_started(struct slim_trace *t)
{
	bool more = t->started_reasons != t->reason_count;
	if (!t->started)
		t->started = slim_calloc(t->count, sizeof(*t->started));
	t->started_reasons = t->reason_count;
	while (more) {
		more = false;
		for (size_t i = 0; i < t->queue_tail; i++) { /* all that has a reason */
			uint32_t id = t->queue[i];
			if (t->started[id])
				continue;
			const struct slim_node *node = slim_tree_node(t->in.tree, id);
			t->started[id] = !slim_node_is_dir(node) && is_started(t, node, t->started);
			more |= t->started[id];
		}
	}
	return t->started;
}

bool slim_has_reason(const struct slim_trace *t, const struct slim_node *node, enum slim_rule_id rule)
{
	for (const struct slim_reason *r = slim_trace_reasons(t, node); r; r = r->next)
		if (r->rule == rule)
			return true;
	return false;
}

static const char *const system_tops[] = { "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "var", "boot", "dev",
					   "proc", "sys", "run" };

bool slim_is_system_path(const struct slim_node *node)
{
	const struct slim_node *top = node, *second = NULL;
	for (; top->parent && top->parent->parent; top = top->parent)
		second = top;
	if (!top->parent)
		return true;
	bool is_var = !strcmp(top->name, "var");
	if (second && (is_var ? !strcmp(second->name, "www") : !strcmp(top->name, "usr") &&
		       (!strcmp(second->name, "local") || !strcmp(second->name, "src"))))
		return false;
	for (size_t i = 0; i < SLIM_COUNT(system_tops); i++)
		if (!strcmp(top->name, system_tops[i]))
			return true;
	return false;
}

static bool same_source(const struct slim_packages *packages, uint32_t a, uint32_t b)
{
	return a == b || !strcmp(slim_packages_at(packages, a - 1)->source, slim_packages_at(packages, b - 1)->source);
}

const uint32_t *slim_folder_owners(struct slim_trace *t)
{
	if (t->folder_owners)
		return t->folder_owners;
	const struct slim_tree *tree = slim_trace_tree(t);
	const struct slim_packages *packages = slim_trace_packages(t);
	size_t count = slim_tree_count(tree);
	uint32_t *owners = t->folder_owners = slim_calloc(count, sizeof(*owners));
	for (size_t id = count; id-- > 1;) { /* children come after their folder */
		const struct slim_node *node = slim_tree_node(tree, (uint32_t)id);
		const struct slim_package *owner = slim_node_is_dir(node) ? NULL : slim_packages_owner(packages, node);
		uint32_t mine = owner ? owner->index + 1 : owners[id], *above = &owners[node->parent->id];
		owners[id] = mine;
		if (!mine)
			continue;
		if (!*above)
			*above = mine;
		else if (mine == SLIM_OWNED_BY_MANY || *above == SLIM_OWNED_BY_MANY ||
			 !same_source(packages, mine, *above))
			*above = SLIM_OWNED_BY_MANY;
	}
	return owners;
}

bool slim_is_switched_off(const struct slim_trace *t, const struct slim_node *node)
{
	static const char end[] = "-available";
	struct slim_blob folder = slim_blob(node->parent->name, node->parent->name_length);
	const struct slim_packages *packages = slim_trace_packages(t);
	if (!slim_blob_ends(folder, end) || !node->parent->parent || !slim_packages_owner(packages, node))
		return false;
	slim_autofree char *other = slim_format("%.*s-enabled", (int)(folder.len - strlen(end)), folder.ptr);
	const struct slim_node *enabled =
		slim_node_child(slim_trace_tree(t), node->parent->parent, slim_blob_of(other));
	for (const struct slim_node *n = enabled ? enabled->first : NULL; n; n = n->next)
		if (!strcmp(n->name, node->name) || (n->inode && n->inode->target.len &&
						    slim_blob_is(slim_path_base(n->inode->target), node->name)))
			return false;
	return true;
}
