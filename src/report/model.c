#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "chain.h"

static const char *copy(struct slim_arena *arena, const char *text)
{
	return slim_arena_strndup(arena, text, strlen(text));
}

static const char **copy_list(struct slim_arena *arena, const char **list)
{
	size_t n = 0;
	while (list[n])
		n++;
	const char **out = slim_arena_alloc(arena, (n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = copy(arena, list[i]);
	return out;
}

enum slim_report_type slim_report_type_of(const struct slim_node *node)
{
	switch (node->inode->mode & S_IFMT) {
	case S_IFREG: return SLIM_REPORT_FILE;
	case S_IFDIR: return SLIM_REPORT_DIR;
	case S_IFLNK: return SLIM_REPORT_LINK;
	case S_IFCHR: return SLIM_REPORT_CHAR;
	case S_IFBLK: return SLIM_REPORT_BLOCK;
	case S_IFIFO: return SLIM_REPORT_FIFO;
	}
	return SLIM_REPORT_SOCKET;
}

/* What one image's part of the model is made from. */
struct build {
	struct slim_arena *arena;
	struct slim_report_image *image;
	const struct slim_report_source *source;
	bool *selected; /* of each node: it is in the selection */
};

/* Of a file as it is written when it stays, else as it was; 0 of what is no file. */
static uint64_t size_of(const struct build *b, const struct slim_node *node)
{
	if (!slim_node_is_file(node))
		return 0;
	return b->selected[node->id] ? slim_selection_inode(b->source->selection, node)->size :
				       node->inode->size;
}

static void count(struct build *b)
{
	struct slim_report_image *image = b->image;
	const struct slim_report_source *source = b->source;
	slim_totals_count(&image->before, source->tree, NULL, NULL);
	slim_totals_count(&image->after, source->tree, source->selection, b->selected);
	image->before.layers = source->image->layer_count;
	image->before.unpacked = source->unpacked;
	if (source->contents > image->before.bytes)
		image->before.hidden = source->contents - image->before.bytes;
	for (size_t i = 0; i < source->image->layer_count; i++)
		image->before.stored += source->image->layers[i].blob.length;
	image->after.layers = 1;
	if (!source->written)
		return;
	image->written = true;
	image->output = *source->written;
	image->after.unpacked = source->written->layer_tar_size;
	image->after.stored = source->written->layer_size;
}

static void add_packages(struct build *b)
{
	const struct slim_packages *packages = slim_trace_packages(b->source->trace);
	size_t n = slim_packages_count(packages);
	b->image->packages = slim_arena_alloc(b->arena, (n + 1) * sizeof(*b->image->packages));
	b->image->package_count = n;
	for (size_t i = 0; i < n; i++) {
		const struct slim_package *p = slim_packages_at(packages, i);
		struct slim_report_package *out = &b->image->packages[i];
		*out = (struct slim_report_package){ .name = copy(b->arena, p->name),
						     .version = copy(b->arena, p->version),
						     .architecture =
							     copy(b->arena, p->architecture) };
		for (size_t f = 0; f < p->file_count; f++) {
			const struct slim_node *node = p->files[f];
			uint64_t bytes = slim_node_is_file(node) ? node->inode->size : 0;
			bool kept = b->selected[node->id];
			out->files++;
			out->bytes += bytes;
			out->kept += kept;
			out->kept_bytes += kept ? size_of(b, node) : 0;
		}
		b->image->before.packages++;
		b->image->after.packages += out->kept > 0;
	}
}

static void add_reasons(struct build *b, const struct slim_chains *chains, const struct slim_node *node,
			struct slim_report_path *out)
{
	const struct slim_reason *first = slim_trace_reasons(b->source->trace, node);
	const struct slim_reason *step = slim_chain_step(chains, node);
	for (const struct slim_reason *r = first; r; r = r->next)
		out->reason_count++;
	struct slim_report_reason *reasons = slim_arena_alloc(b->arena, (out->reason_count + 1) * sizeof(*reasons));
	uint32_t i = 0;
	for (const struct slim_reason *r = first; r; r = r->next) {
		if (r == step)
			out->step = i;
		reasons[i++] = (struct slim_report_reason){ r->rule, r->from ? r->from->id : SLIM_REPORT_NONE,
							    copy(b->arena, r->evidence ? r->evidence : "") };
	}
	out->reasons = reasons;
}

static struct slim_report_path describe_node(const struct build *b, const struct slim_node *node)
{
	const struct slim_package *owner = slim_packages_owner(slim_trace_packages(b->source->trace), node);
	const struct slim_report_path *parent = node->parent ? &b->image->paths[node->parent->id] : NULL;
	return (struct slim_report_path){
		.path = slim_node_path(b->arena, node),
		.type = slim_report_type_of(node),
		.kept = b->selected[node->id],
		.depth = parent ? parent->depth + 1 : 0,
		.owner = owner ? owner->index : SLIM_REPORT_NONE,
		.size = size_of(b, node),
		.was = slim_node_is_file(node) ? node->inode->size : 0,
		.same_as = SLIM_REPORT_NONE,
		.step = SLIM_REPORT_NONE,
	};
}

/* A name of a file that has several. */
struct name {
	const struct slim_inode *inode;
	uint32_t id;
	bool kept;
};

static int by_inode_then_kept(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	if (x->inode != y->inode)
		return (x->inode > y->inode) - (x->inode < y->inode);
	if (x->kept != y->kept)
		return x->kept ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static void add_names(struct build *b)
{
	slim_autofree struct name *names = NULL;
	size_t count = 0, capacity = 0;
	for (uint32_t id = 1; id < b->image->path_count; id++) {
		const struct slim_node *node = slim_tree_node(b->source->tree, id);
		if (slim_node_is_file(node) && node->inode->links > 1)
			*slim_push(&names, &count, &capacity) = (struct name){ node->inode, id, b->selected[id] };
	}
	if (count)
		qsort(names, count, sizeof(*names), by_inode_then_kept);
	for (size_t i = 1, first = 0; i < count; i++)
		if (names[i].inode == names[first].inode)
			b->image->paths[names[i].id].same_as = names[first].id;
		else
			first = i;
}

static void add_paths(struct build *b)
{
	slim_cleanup(slim_chains_free_p) struct slim_chains *chains =
		slim_chains_new(b->source->trace, b->source->tree);
	size_t n = slim_tree_count(b->source->tree);
	b->image->paths = slim_arena_alloc(b->arena, n * sizeof(*b->image->paths));
	b->image->path_count = n;
	for (uint32_t id = 0; id < n; id++) {
		const struct slim_node *node = slim_tree_node(b->source->tree, id);
		b->image->paths[id] = describe_node(b, node);
		if (b->selected[id])
			add_reasons(b, chains, node, &b->image->paths[id]);
	}
	add_names(b);
}

static int by_path_and_text(const void *a, const void *b)
{
	const struct slim_report_doubt *x = a, *y = b;
	int order = strcmp(x->path ? x->path : "", y->path ? y->path : "");
	return order ? order : strcmp(x->text, y->text);
}

static void add_doubts(struct build *b)
{
	struct slim_report_image *image = b->image;
	size_t n = 0, kept = 0;
	for (const struct slim_doubt *d = slim_trace_doubts(b->source->trace); d; d = d->next)
		n++;
	struct slim_report_doubt *doubts = slim_arena_alloc(b->arena, (n + 1) * sizeof(*doubts));
	n = 0;
	for (const struct slim_doubt *d = slim_trace_doubts(b->source->trace); d; d = d->next)
		doubts[n++] = (struct slim_report_doubt){ d->node ? image->paths[d->node->id].path : NULL,
							  copy(b->arena, d->text) };
	qsort(doubts, n, sizeof(*doubts), by_path_and_text);
	for (size_t i = 0; i < n; i++)
		if (!i || by_path_and_text(&doubts[i], &doubts[kept - 1]))
			doubts[kept++] = doubts[i];
	image->doubts = doubts;
	image->doubt_count = kept;
}

void slim_report_add(struct slim_report *report, const struct slim_report_source *source)
{
	if (!report->arena)
		report->arena = slim_arena_new();
	struct slim_report_image *image =
		slim_push(&report->images, &report->image_count, &report->image_capacity);
	*image = (struct slim_report_image){ .name = copy(report->arena, source->image->name) };
	image->platform = slim_platform_text(report->arena, source->image->config.platform);
	image->entrypoint = copy_list(report->arena, source->image->config.entrypoint);
	image->cmd = copy_list(report->arena, source->image->config.cmd);
	size_t nodes = slim_tree_count(source->tree);
	slim_autofree bool *selected = slim_calloc(nodes, sizeof(*selected));
	for (size_t i = 0; i < source->selection->count; i++)
		selected[source->selection->nodes[i]->id] = true;
	struct build b = { report->arena, image, source, selected };
	count(&b);
	add_packages(&b);
	slim_report_programs(image, source, selected, report->arena);
	if (!report->detailed)
		return;
	add_paths(&b);
	add_doubts(&b);
}

void slim_report_clear(struct slim_report *report)
{
	slim_arena_free(report->arena);
	free(report->images);
	*report = (struct slim_report){ 0 };
}
