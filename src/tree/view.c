#include "view.h"

#include "internal.h"

struct slim_tree *slim_tree_view(const struct slim_tree *tree, const bool *shown)
{
	struct slim_tree *view = slim_alloc(sizeof(*view));
	*view = *tree;
	view->shown = shown;
	return view;
}
