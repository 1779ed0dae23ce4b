/*
 * Symbolic links: what kept links point to, further names of kept files, and links out of the
 * image. docs/rules.md 0, 0.1
 */
#include <string.h>

#include "owners.h"

static struct slim_blob target_of(const struct slim_node *link)
{
	return link->inode->target;
}

enum place { ELSEWHERE, NAMES, OUTSIDE_TOO };

struct links {
	struct slim_node **links;   /* that may stay by one of the rules below, in tree order */
	enum place *places;
	size_t count;
	struct slim_node **folders; /* kept links to folders whose contents nobody has asked for yet */
	size_t folder_count, folder_capacity;
	bool outside_done;
};

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct links *l = state;
	struct slim_node *target = slim_keep_path(t, node->parent, target_of(node), SLIM_RULE_LINK_TARGET, node,
						  "link to '%.400s'", target_of(node).ptr);
	if (target && slim_node_is_dir(target) && target->parent)
		*slim_push(&l->folders, &l->folder_count, &l->folder_capacity) = node;
}

struct folder {
	const char *path;
	enum place place;
};

/* Folders whose links count. Below these names are looked up, or services expect their log and run files. */
static const struct folder folders[] = {
	{ "/bin", NAMES }, { "/sbin", NAMES }, { "/lib", NAMES }, { "/lib64", NAMES }, { "/lib32", NAMES },
	{ "/libx32", NAMES }, { "/usr/bin", NAMES }, { "/usr/sbin", NAMES }, { "/usr/lib", NAMES },
	{ "/usr/lib64", NAMES }, { "/usr/lib32", NAMES }, { "/usr/libexec", NAMES }, { "/usr/local", NAMES },
	{ "/opt", NAMES }, { "/srv", NAMES }, { "/app", NAMES }, { "/command", NAMES }, { "/package", NAMES },
	{ "/usr/src/app", NAMES }, { "/var/www", NAMES }, { "/etc", OUTSIDE_TOO }, { "/dev", OUTSIDE_TOO },
	{ "/var/log", OUTSIDE_TOO }, { "/var/run", OUTSIDE_TOO }, { "/var/lock", OUTSIDE_TOO },
};

static void mark_below(const struct slim_tree *tree, const struct slim_node *dir, enum place place, uint8_t *marks)
{
	uint32_t end = slim_node_end(tree, dir);
	for (uint32_t id = dir->id; id < end; id++)
		if (marks[id] < (uint8_t)place)
			marks[id] = (uint8_t)place;
}

static void mark_folders(struct slim_trace *t, uint8_t *marks)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	for (size_t i = 0; i < SLIM_COUNT(folders); i++) {
		struct slim_node *dir = slim_tree_walk(tree, NULL, slim_blob_of(folders[i].path), false, NULL, NULL);
		if (dir)
			mark_below(tree, dir, folders[i].place, marks);
	}
	const struct slim_node *work = slim_tree_find(tree, slim_trace_config(t)->working_dir);
	if (work && work->parent)
		mark_below(tree, work, NAMES, marks);
	const char *path = slim_trace_env(t, "PATH");
	struct slim_blob rest = slim_blob_of(path ? path : ""), part;
	while (slim_blob_split(&rest, ':', &part)) {
		const struct slim_node *dir = part.len ? slim_tree_walk(tree, NULL, part, true, NULL, NULL) : NULL;
		if (dir && dir->parent)
			mark_below(tree, dir, NAMES, marks);
	}
}

static void start(struct slim_trace *t, void *state)
{
	struct links *l = state;
	const struct slim_tree *tree = slim_trace_tree(t);
	uint32_t count = (uint32_t)slim_tree_count(tree);
	slim_autofree uint8_t *marks = slim_calloc(count, sizeof(*marks));
	mark_folders(t, marks);
	size_t links = 0;
	for (uint32_t id = 0; id < count; id++)
		links += marks[id] && slim_node_is_link(slim_tree_node(tree, id));
	l->links = slim_calloc(links + 1, sizeof(struct slim_node *));
	l->places = slim_calloc(links + 1, sizeof(*l->places));
	for (uint32_t id = 0; id < count; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (!marks[id] || !slim_node_is_link(node) || slim_is_junk(t, node))
			continue;
		l->places[l->count] = (enum place)marks[id];
		l->links[l->count++] = node;
	}
}

/* /proc, /dev, /sys and /run are the runtime's; so is whatever a target names that is not in the image. */
static bool points_outside(const struct slim_tree *tree, const struct slim_node *link)
{
	static const char *const given[] = { "/proc", "/dev", "/sys", "/run" };
	struct slim_node *target = slim_tree_walk(tree, link->parent, target_of(link), true, NULL, NULL);
	for (size_t i = 0; target && i < SLIM_COUNT(given); i++) {
		const struct slim_node *dir = slim_tree_find(tree, given[i]);
		if (dir && dir->parent && slim_node_within(target, dir))
			return true;
	}
	return !target;
}

static void keep_outside(struct slim_trace *t, const struct links *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->places[i] == OUTSIDE_TOO && points_outside(slim_trace_tree(t), l->links[i]))
			slim_keep(t, l->links[i], SLIM_RULE_LINK_OUTSIDE, NULL, "points to '%.400s'",
				  target_of(l->links[i]).ptr);
}

static bool names_kept_file(struct slim_trace *t, const struct slim_node *link, struct slim_node **target)
{
	*target = slim_tree_walk(slim_trace_tree(t), link->parent, target_of(link), true, NULL, NULL);
	return *target && *target != slim_tree_root(slim_trace_tree(t)) && slim_trace_kept(t, *target);
}

/* Rules that ask for all below a folder: what lies behind a link there belongs to it. */
static const enum slim_rule_id whole_rules[] = {
	SLIM_RULE_KEEP, SLIM_RULE_VOLUME, SLIM_RULE_PLUGIN_FOLDER, SLIM_RULE_PREFIX, SLIM_RULE_PATH_STRING,
	SLIM_RULE_DATA_FOLDER, SLIM_RULE_ZONEINFO, SLIM_RULE_GCONV, SLIM_RULE_CERTIFICATES, SLIM_RULE_TERMINFO,
	SLIM_RULE_FONTS, SLIM_RULE_ICU, SLIM_RULE_DESKTOP, SLIM_RULE_LIBRARY_DATA, SLIM_RULE_SCRIPT_DATA,
	SLIM_RULE_PACKAGE_FILES, SLIM_RULE_PACKAGE_DATA, SLIM_RULE_CONFIG_PATH, SLIM_RULE_CONFIG_INCLUDE,
	SLIM_RULE_APPLICATION, SLIM_RULE_RUNTIME,
};

static bool is_wanted_whole(struct slim_trace *t, const struct slim_node *link, const struct slim_node *target)
{
	if (slim_is_shared_folder(t, target) || slim_is_junk(t, target) ||
	    (slim_is_managed(t, target) && !slim_is_managed(t, link)))
		return false;
	for (size_t i = 0; i < SLIM_COUNT(whole_rules); i++)
		if (slim_has_reason(t, link, whole_rules[i]))
			return true;
	return false;
}

static void keep_folders(struct slim_trace *t, struct links *l)
{
	size_t left = 0;
	for (size_t i = 0; i < l->folder_count; i++) {
		struct slim_node *link = l->folders[i];
		struct slim_node *target =
			slim_tree_walk(slim_trace_tree(t), link->parent, target_of(link), true, NULL, NULL);
		if (target && is_wanted_whole(t, link, target))
			slim_keep_below(t, target, SLIM_RULE_LINK_TARGET, link,
					"behind a link in a folder that stays whole");
		else
			l->folders[left++] = link;
	}
	l->folder_count = left;
}

static void settle(struct slim_trace *t, void *state)
{
	struct links *l = state;
	keep_folders(t, l);
	if (!l->outside_done)
		keep_outside(t, l);
	l->outside_done = true;
	size_t left = 0;
	for (size_t i = 0; i < l->count; i++) {
		struct slim_node *link = l->links[i], *target;
		if (names_kept_file(t, link, &target)) {
			slim_keep(t, link, SLIM_RULE_LINK_NAME, target, "another name of it");
			continue;
		}
		l->places[left] = l->places[i];
		l->links[left++] = link;
	}
	l->count = left;
}

static void clear(void *state)
{
	struct links *l = state;
	free(l->links);
	free(l->places);
	free(l->folders);
}

const struct slim_tracer slim_links_tracer = {
	.name = "links", .kinds = SLIM_KIND_LINK, .state_size = sizeof(struct links),
	.start = start, .visit = visit, .settle = settle, .clear = clear,
};
