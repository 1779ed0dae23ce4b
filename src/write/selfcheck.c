#include "check.h"

#include "../tree/view.h"
#include "slim/path.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" /* of the runtimes */

/* --- what is missing -------------------------------------------------------------------------------------------- */

/* Whether a --drop took NODE out: the last glob that matches it or a folder above it. As allowlist.c does. */
static bool dropped(const struct slim_check *check, const struct slim_node *node)
{
	size_t decisive = 0;
	const struct slim_wishes *wishes = check->wishes;
	for (; node && wishes; node = node->parent) {
		struct slim_blob path = slim_blob_of(slim_node_path(check->arena, node));
		for (size_t i = wishes->count; i-- > decisive;)
			if (wishes->items[i].glob && slim_glob_matches(wishes->items[i].glob, path)) {
				decisive = i + 1;
				break;
			}
	}
	return decisive && wishes->items[decisive - 1].kind == SLIM_WISH_DROP;
}

void slim_check_missing(struct slim_check *check, const char *who, const struct slim_node *node)
{
	const char *path = slim_path_show(check->arena, slim_blob_of(slim_node_path(check->arena, node)));
	who = slim_path_show(check->arena, slim_blob_of(who));
	if (dropped(check, node)) {
		slim_warn(check->log, "%s needs %s, which is left out as asked for", who, path);
		return;
	}
	if (!check->missing++)
		check->first = slim_arena_format(check->arena, "'%s', which %s needs", path, who);
}

/* --- looking things up before and after ------------------------------------------------------------------------- */

bool slim_check_stays(const struct slim_check *check, const struct slim_node *node)
{
	return check->stays[node->id];
}

struct trail {
	struct slim_check *check;
	const struct slim_node *gap;
};

static void on_link(void *context, struct slim_node *link)
{
	struct trail *trail = context;
	if (!trail->gap && !slim_check_stays(trail->check, link))
		trail->gap = link;
}

const struct slim_node *slim_check_gap(struct slim_check *check, const struct slim_node *from, struct slim_blob path,
				       struct slim_node **found)
{
	struct trail trail = { check, NULL };
	struct slim_node *node = slim_tree_walk(check->before, from, path, true, on_link, &trail);
	if (found)
		*found = node;
	if (!node)
		return NULL;
	return trail.gap || slim_check_stays(check, node) ? trail.gap : node;
}

struct slim_node *slim_check_path(struct slim_check *check, const char *who, const struct slim_node *from,
				  struct slim_blob path)
{
	struct slim_node *node;
	const struct slim_node *gap = slim_check_gap(check, from, path, &node);
	if (gap)
		slim_check_missing(check, who, gap);
	return node;
}

static const char *search_path(const struct slim_check *check)
{
	for (const char **variable = check->config->env; variable && *variable; variable++)
		if (slim_blob_starts(slim_blob_of(*variable), "PATH="))
			return *variable + strlen("PATH=");
	return DEFAULT_PATH;
}

static bool startable(const struct slim_node *node)
{
	return node && slim_node_is_executable(node);
}

struct slim_node *slim_check_program(struct slim_check *check, const char *who, struct slim_blob word)
{
	struct slim_blob folders = slim_blob_of(search_path(check)), folder;
	struct slim_node *home = slim_tree_find(check->before, check->config->working_dir);
	if (!word.len)
		return NULL;
	if (memchr(word.ptr, '/', word.len))
		return slim_check_path(check, who, home, word);
	while (slim_blob_split(&folders, ':', &folder)) {
		const struct slim_node *dir = slim_tree_walk(check->before, home, folder, true, NULL, NULL);
		if (!dir || !startable(slim_tree_walk(check->before, dir, word, true, NULL, NULL)))
			continue;
		const char *path = slim_arena_format(check->arena, "%.*s/%.*s", (int)folder.len, folder.ptr,
						     (int)word.len, word.ptr);
		return slim_check_path(check, who, home, slim_blob_of(path));
	}
	return NULL;
}

/* --- the run ---------------------------------------------------------------------------------------------------- */

static void check_link(struct slim_check *check, const struct slim_node *node)
{
	const char *path = slim_node_path(check->arena, node);
	slim_check_path(check, path, node->parent, slim_blob(node->name, node->name_length));
}

static void check_node(struct slim_check *check, struct slim_node *node)
{
	if (slim_node_is_link(node))
		check_link(check, node);
	if (!slim_node_is_file(node))
		return;
	slim_check_elf(check, node);
	if (slim_node_is_executable(node))
		slim_check_script(check, node);
}

/* The selection by number. A selection need not have the root, but every image does. */
static bool *mark(const struct slim_selection *selection)
{
	bool *stays = slim_calloc(slim_tree_count(selection->tree), sizeof(*stays));
	stays[slim_tree_root(selection->tree)->id] = true;
	for (size_t i = 0; i < selection->count; i++)
		stays[selection->nodes[i]->id] = true;
	return stays;
}

int slim_self_check(const struct slim_selection *selection, const struct slim_config *config,
		    const struct slim_wishes *wishes, struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_autofree bool *stays = mark(selection);
	slim_cleanup(slim_tree_free_p) struct slim_tree *after = slim_tree_view(selection->tree, stays);
	struct slim_check check = { .selection = selection, .config = config, .wishes = wishes, .log = log,
				    .before = selection->tree, .after = after, .stays = stays, .arena = arena };
	slim_check_elf_begin(&check);
	slim_check_config(&check);
	for (size_t i = 0; i < selection->count; i++)
		check_node(&check, selection->nodes[i]);
	slim_check_elf_end(&check);
	if (!check.missing)
		return 0;
	if (check.missing == 1)
		return slim_fail(err, SLIM_UNSAFE, "self-check: the result would lack %s", check.first);
	return slim_fail(err, SLIM_UNSAFE, "self-check: the result would lack %s, and %zu more", check.first,
			 check.missing - 1);
}
