/* The application's own folders, and files that no package owns: docs/rules.md D (ladder), E10. */
#include <string.h>

#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../python/python_dist.h"
#include "../system/system_data.h"

/* Folders that hold applications by custom. */
static const char *const app_places[] = { "/app", "/srv/*", "/usr/src/app", "/var/www", "/docker-entrypoint*", NULL };

/* Where people put files by hand; those that a package owns are not looked at. */
static const char *const local_folders[] = { "/usr/local/bin", "/usr/local/lib", "/usr/local/lib64", "/usr/local/share",
					      "/usr/local/etc", "/usr/local/sbin", "/usr/local/libexec", "/opt", "/srv", "/etc" };

struct state {
	struct slim_waiting waiting; /* kept files outside the system's folders, not yet known as an application's */
	struct slim_waiting folders; /* the same of folders: somebody may name them */
	bool *taken;                /* by node number: a folder that has been kept as an application's */
};

static void keep_app(struct slim_trace *t, struct state *s, struct slim_node *dir, const struct slim_node *from,
		     const char *evidence)
{
	if (!slim_node_is_dir(dir) || s->taken[dir->id])
		return;
	s->taken[dir->id] = true;
	uint32_t end = slim_node_end(slim_trace_tree(t), dir);
	bool managed_too = slim_is_managed(t, dir), junk_too = slim_is_junk(t, dir);
	for (uint32_t id = dir->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
		if ((managed_too || !slim_is_managed(t, node)) && (junk_too || !slim_is_junk(t, node)))
			slim_keep(t, node, SLIM_RULE_APPLICATION, from, "%s", evidence);
	}
}

/* As keep_app, but a folder that is not an application's alone is passed over. */
static void keep_own_app(struct slim_trace *t, struct state *s, struct slim_node *dir, const char *evidence)
{
	if (dir && !slim_is_shared_folder(t, dir) && !slim_is_system_path(dir))
		keep_app(t, s, dir, NULL, evidence);
}

static void keep_custom_folders(struct slim_trace *t, struct state *s)
{
	for (const char *const *place = app_places; *place; place++) {
		struct slim_blob rest = slim_blob_of(*place), base;
		bool wild = slim_is_wildcard(rest);
		const char *slash = strrchr(*place, '/');
		base = slim_blob(*place, wild ? (size_t)(slash - *place) : rest.len);
		struct slim_node *dir =
			slim_tree_walk(slim_trace_tree(t), NULL, base.len ? base : SLIM_BLOB("/"), true, NULL, NULL);
		if (dir && !wild)
			keep_app(t, s, dir, NULL, "a folder for applications");
		for (struct slim_node *c = dir && wild ? dir->first : NULL; c; c = c->next) {
			if (!slim_wildcard(slim_blob_of(slash + 1), slim_blob(c->name, c->name_length)))
				continue;
			if (slim_node_is_dir(c))
				keep_app(t, s, c, NULL, "a folder for applications");
			else
				slim_keep(t, c, SLIM_RULE_APPLICATION, NULL, "a folder for applications");
		}
	}
}

/* A link by hand into a managed tree (npm's bin links) stays only with what it starts. */
static bool is_wanted_link(struct slim_trace *t, const struct slim_node *link, bool in_etc)
{
	const struct slim_node *target =
		slim_tree_walk(slim_trace_tree(t), link->parent, link->inode->target, true, NULL, NULL);
	return !in_etc && target && !slim_is_managed(t, target) && !slim_is_junk(t, target) &&
	       !slim_is_system_path(target);
}

static bool is_local(struct slim_trace *t, const struct slim_node *node, bool in_etc)
{
	if (slim_node_is_dir(node) || slim_packages_owner(slim_trace_packages(t), node))
		return false;
	if (slim_is_junk(t, node) || slim_is_managed(t, node) || (in_etc && slim_is_integration(t, node)))
		return false;
	return !slim_node_is_link(node) || is_wanted_link(t, node, in_etc);
}

/* In a folder for programs: people start these by hand, and orchestrators their hooks. */
static bool is_local_program(const struct slim_node *node)
{
	const char *folder = node->parent->name;
	return slim_node_is_executable(node) &&
	       (!strcmp(folder, "bin") || !strcmp(folder, "sbin") || !strcmp(folder, "libexec"));
}

static void keep_local_files(struct slim_trace *t)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	slim_autofree bool *made = python_made_scripts(t);
	for (size_t i = 0; i < SLIM_COUNT(local_folders); i++) {
		const struct slim_node *dir = slim_tree_find(tree, local_folders[i]);
		bool in_etc = !strcmp(local_folders[i], "/etc");
		uint32_t end = dir && dir->parent ? slim_node_end(tree, dir) : 0;
		for (uint32_t id = dir ? dir->id : 0; id < end; id++)
			if (!made[id] && is_local(t, slim_tree_node(tree, id), in_etc))
				slim_keep(t, slim_tree_node(tree, id),
					  is_local_program(slim_tree_node(tree, id)) ? SLIM_RULE_LOCAL_PROGRAM
										     : SLIM_RULE_LOCAL_FILE,
					  NULL, "below %s", local_folders[i]);
	}
}

/* A folder among those of packages in which no package has a file was put there by hand. */
static void keep_local_folders(struct slim_trace *t)
{
	static const char *const parents[] = { "/usr/share", "/usr/lib", "/usr/libexec" };
	const uint32_t *owners = slim_folder_owners(t);
	for (size_t i = 0; i < SLIM_COUNT(parents) && slim_packages_count(slim_trace_packages(t)); i++) {
		const struct slim_node *parent = slim_tree_find(slim_trace_tree(t), parents[i]);
		for (struct slim_node *dir = parent ? parent->first : NULL; dir; dir = dir->next)
			if (slim_node_is_dir(dir) && !owners[dir->id] && !slim_is_junk(t, dir) &&
			    !slim_is_managed(t, dir) && !slim_is_shared_folder(t, dir))
				slim_keep_below(t, dir, SLIM_RULE_LOCAL_FILE, NULL, "a folder of no package below %s",
						parents[i]);
	}
}

static void start(struct slim_trace *t, void *state)
{
	struct state *s = state;
	s->taken = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(bool));
	const char *work = slim_trace_config(t)->working_dir;
	if (*work)
		keep_own_app(t, s, slim_tree_find(slim_trace_tree(t), work), "WorkingDir");
	keep_custom_folders(t, s);
	keep_local_files(t);
	keep_local_folders(t);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	if (!slim_is_system_path(node) && !slim_is_managed(t, node))
		slim_waiting_add(slim_node_is_dir(node) ? &s->folders : &s->waiting, node);
}

/* bin/server belongs to what is beside bin. */
static struct slim_node *app_folder(const struct slim_node *node)
{
	static const char *const parts[] = { "bin", "sbin", "libexec", "lib", "dist", "build", "out", "target" };
	struct slim_node *dir = node->parent;
	for (size_t i = 0; i < SLIM_COUNT(parts); i++)
		if (!strcmp(dir->name, parts[i]) && dir->parent && dir->parent->parent)
			return dir->parent;
	return dir;
}

static void keep_app_of(struct slim_trace *t, struct state *s, const struct slim_node *program)
{
	struct slim_node *dir = app_folder(program);
	keep_own_app(t, s, slim_is_shared_folder(t, dir) ? program->parent : dir, "the folder of a started program");
}

/* Folders outside the system's that the command line or a script names: what is in them is for the application. */
static void keep_named_folders(struct slim_trace *t, struct state *s)
{
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->folders);
	for (size_t i = 0; i < now.count; i++) {
		struct slim_node *dir = now.nodes[i];
		bool named = slim_has_reason(t, dir, SLIM_RULE_ARGUMENT) ||
			     slim_has_reason(t, dir, SLIM_RULE_SCRIPT_PATH);
		if (named && !slim_is_junk(t, dir))
			keep_own_app(t, s, dir, "a folder that is named");
		else if (!s->taken[dir->id])
			slim_waiting_add(&s->folders, dir);
	}
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	keep_named_folders(t, s);
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_started(t, &s->waiting);
	for (size_t i = 0; i < now.count; i++)
		keep_app_of(t, s, now.nodes[i]);
}

static void clear(void *state)
{
	struct state *s = state;
	slim_waiting_clear(&s->waiting);
	slim_waiting_clear(&s->folders);
	free(s->taken);
}

const struct slim_tracer slim_app_tracer = {
	.name = "applications", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT | SLIM_KIND_DATA | SLIM_KIND_DIR,
	.state_size = sizeof(struct state), .start = start, .visit = visit, .settle = settle, .clear = clear,
};
