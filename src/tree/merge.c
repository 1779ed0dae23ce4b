#include "merge.h"

#include "slim/path.h"

static int wrap_path(struct slim_blob path, struct slim_error **err)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	return slim_wrap(err, "'%s'", path.len ? slim_path_show(scratch, path) : "/");
}

void slim_merge_remove(struct slim_merge *merge, struct slim_node *node)
{
	slim_tree_remove(merge->tree, node);
	merge->cached = NULL;
}

static int add(struct slim_merge *merge, struct slim_node *parent, struct slim_blob name, struct slim_inode *inode,
	       struct slim_error **err)
{
	if (!slim_tree_add(merge->tree, parent, name, inode))
		return slim_fail(err, SLIM_BAD_INPUT, "more than %d files and folders", SLIM_NODES_MAX);
	return 0;
}

/* moby's ImpliedDirectoryMode: a parent that no layer names is 0755 and root's. */
static int add_implicit(struct slim_merge *merge, struct slim_node *parent, struct slim_blob name,
			struct slim_node **out, struct slim_error **err)
{
	struct slim_inode *inode = slim_arena_alloc(merge->tree->arena, sizeof(*inode));
	inode->mode = S_IFDIR | 0755;
	inode->layer = merge->number;
	if (add(merge, parent, name, inode, err))
		return -1;
	*out = parent->first;
	return 0;
}

/*
 * A file stands where a folder must be. Engines that unpack each layer alone (overlay) show a folder when the file is
 * of a lower layer; nothing can be meant when both came with one layer, or when a link led here.
 */
static int replace_file(struct slim_merge *merge, struct slim_node **node, bool by_link, struct slim_error **err)
{
	struct slim_node *parent = (*node)->parent;
	if (by_link || (*node)->inode->layer == merge->number)
		return slim_fail(err, SLIM_BAD_INPUT, "'%.200s' on the way is no folder", (*node)->name);
	slim_autofree char *name = slim_strndup((*node)->name, (*node)->name_length);
	slim_merge_remove(merge, *node);
	return add_implicit(merge, parent, slim_blob_of(name), node, err);
}

/* The folder that is to hold an entry: links are followed inside the root, what is missing is made. */
static int make_folder(struct slim_merge *merge, struct slim_blob path, struct slim_node **out,
		       struct slim_error **err)
{
	struct slim_node *at = merge->tree->root;
	struct slim_steps steps;
	struct slim_blob name;
	bool last;
	slim_steps_begin(&steps, path);
	while (slim_steps_next(&steps, &name, &last)) {
		if (slim_blob_is(name, "."))
			continue;
		if (slim_blob_is(name, "..")) {
			at = at->parent ? at->parent : at;
			continue;
		}
		if (name.len > SLIM_NAME_MAX)
			return slim_fail(err, SLIM_BAD_INPUT, "a link on the way holds a name that is too long");
		struct slim_node *node = slim_node_child(merge->tree, at, name);
		if (node && slim_node_is_link(node)) {
			if (!slim_steps_follow(&steps, merge->tree, node, &at))
				return slim_fail(err, SLIM_BAD_INPUT, "too many levels of symbolic links");
			continue;
		}
		if (!node && add_implicit(merge, at, name, &node, err))
			return -1;
		if (!slim_node_is_dir(node) && replace_file(merge, &node, steps.depth > 1 || steps.links, err))
			return -1;
		at = node;
	}
	*out = at;
	return 0;
}

static int parent_of(struct slim_merge *merge, struct slim_blob path, struct slim_node **out, struct slim_error **err)
{
	struct slim_blob dir = slim_path_dir(path);
	if (!merge->cached || !slim_blob_equal(dir, merge->cached_path)) {
		struct slim_node *found;
		if (make_folder(merge, dir, &found, err))
			return -1;
		merge->cached = found;
		merge->cached_path = dir;
	}
	*out = merge->cached;
	return 0;
}

static int apply_root(struct slim_merge *merge, const struct slim_entry *entry, struct slim_error **err)
{
	if (entry->kind != SLIM_ENTRY_FILE || !slim_inode_is_dir(entry->inode))
		return slim_fail(err, SLIM_BAD_INPUT, "the root can only be a folder");
	merge->tree->root->inode = entry->inode;
	merge->tree->root_named = true;
	return 0;
}

/* OCI image-spec layer.md: a folder over a folder replaces its attributes; all else is removed, then created. */
static int place(struct slim_merge *merge, struct slim_node *parent, const struct slim_entry *entry,
		 struct slim_inode *inode, struct slim_error **err)
{
	struct slim_blob name = slim_path_base(entry->path);
	struct slim_node *old = slim_node_child(merge->tree, parent, name);
	if (old && slim_node_is_dir(old) && slim_inode_is_dir(inode)) {
		old->inode = inode;
		return 0;
	}
	if (old)
		slim_merge_remove(merge, old);
	return add(merge, parent, name, inode, err);
}

/* The file that a hard link names, at this moment: its parents may be links, it is not followed itself. */
static int find_target(const struct slim_merge *merge, const struct slim_entry *entry, struct slim_node **out,
		       struct slim_error **err)
{
	*out = slim_tree_walk(merge->tree, NULL, entry->link, false, NULL, NULL);
	if (*out && !slim_node_is_dir(*out))
		return 0;
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	return slim_fail(err, SLIM_BAD_INPUT, "hard link to '%s', which is %s", slim_path_show(scratch, entry->link),
			 *out ? "a folder" : "not there");
}

static const struct slim_xattr *find_xattr(const struct slim_xattr *list, const char *name)
{
	while (list && strcmp(list->name, name))
		list = list->next;
	return list;
}

/* BASE with each of OVER added or put in place of that of its name; both are sorted, and so is the result. */
static const struct slim_xattr *merge_xattrs(struct slim_tree *tree, const struct slim_xattr *base,
					     const struct slim_xattr *over)
{
	const struct slim_xattr *result = NULL, **end = &result;
	while (base || over) {
		int order = !base ? 1 : !over ? -1 : strcmp(base->name, over->name);
		struct slim_xattr *copy = slim_arena_alloc(tree->arena, sizeof(*copy));
		*copy = order < 0 ? *base : *over;
		copy->next = NULL;
		*end = copy;
		end = &copy->next;
		base = order <= 0 ? base->next : base;
		over = order >= 0 ? over->next : over;
	}
	return result;
}

static bool same_xattrs(const struct slim_xattr *have, const struct slim_xattr *want)
{
	for (; want; want = want->next) {
		const struct slim_xattr *old = find_xattr(have, want->name);
		if (!old || !slim_blob_equal(old->value, want->value))
			return false;
	}
	return true;
}

/* docker, containerd and podman apply the attributes in a hard link's header to the file; its xattrs are only added. */
static void apply_attributes(struct slim_tree *tree, struct slim_inode *inode, const struct slim_inode *header)
{
	if (!slim_inode_is_link(inode)) {
		inode->mode = (inode->mode & S_IFMT) | (header->mode & 07777);
		inode->mtime = header->mtime;
		inode->mtime_nsec = header->mtime_nsec;
	}
	inode->uid = header->uid;
	inode->gid = header->gid;
	if (!same_xattrs(inode->xattrs, header->xattrs))
		inode->xattrs = merge_xattrs(tree, inode->xattrs, header->xattrs);
}

static int apply_hard_link(struct slim_merge *merge, struct slim_node *parent, const struct slim_entry *entry,
			   struct slim_error **err)
{
	struct slim_node *target;
	if (find_target(merge, entry, &target, err))
		return -1;
	struct slim_node *old = slim_node_child(merge->tree, parent, slim_path_base(entry->path));
	if (old && slim_node_within(target, old))
		return slim_fail(err, SLIM_BAD_INPUT, "hard link to %s", target == old ? "itself" : "what it replaces");
	struct slim_inode *inode = target->inode;
	if (place(merge, parent, entry, inode, err))
		return -1;
	if (entry->inode)
		apply_attributes(merge->tree, inode, entry->inode);
	return 0;
}

static int apply_entry(struct slim_merge *merge, const struct slim_entry *entry, struct slim_error **err)
{
	struct slim_node *parent;
	if (entry->kind == SLIM_ENTRY_WHITEOUT || entry->kind == SLIM_ENTRY_OPAQUE)
		return 0;
	if (!entry->inode) /* only whiteouts have none */
		return 0;
	if (!entry->path.len)
		return apply_root(merge, entry, err);
	if (parent_of(merge, entry->path, &parent, err))
		return -1;
	if (entry->kind == SLIM_ENTRY_HARDLINK)
		return apply_hard_link(merge, parent, entry, err);
	return place(merge, parent, entry, entry->inode, err);
}

static void remove_pseudo_links(struct slim_merge *merge)
{
	struct slim_tree *tree = merge->tree;
	struct slim_node *folder = slim_node_child(tree, tree->root, SLIM_BLOB(SLIM_PSEUDO_LINKS));
	if (folder)
		slim_merge_remove(merge, folder);
}

static void hold(struct slim_tree *tree, struct slim_layer *layer)
{
	*slim_push(&tree->holdings, &tree->holding_count, &tree->holding_capacity) = (struct slim_holding){
		.inodes = slim_steal(&layer->inodes),
		.content = layer->content ? slim_file_ref(layer->content) : NULL,
	};
}

int slim_tree_apply(struct slim_tree *tree, struct slim_layer *layer, struct slim_error **err)
{
	struct slim_merge merge = { .tree = tree, .layer = layer, .number = tree->layers++ };
	hold(tree, layer);
	slim_merge_whiteouts(&merge);
	for (size_t i = 0; i < layer->count; i++) {
		if (layer->entries[i].inode)
			layer->entries[i].inode->layer = merge.number;
		if (apply_entry(&merge, &layer->entries[i], err))
			return wrap_path(layer->entries[i].path, err);
	}
	remove_pseudo_links(&merge);
	return 0;
}
