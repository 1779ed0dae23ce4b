/*
 * Python: docs/rules.md D1. A runtime in use keeps its standard library; the modules that the application imports and
 * names keep the distributions that they are installed by, and so on. What cannot be bounded falls back to more, with
 * a doubt.
 */
#include "python_record.h"
#include "python_state.h"

#include "../engine/owners.h"
#include "../script/shebang.h"
#include "../system/system_data.h"

static void push(struct python_nodes *list, struct slim_node *node)
{
	*slim_push(&list->items, &list->count, &list->capacity) = node;
}

/* --- which files are looked at ----------------------------------------------------------------------------------- */

static const char *const source_names[] = { "*.py", "*.pyw", "*.wsgi", NULL };
static const char *const settings_names[] = { "*.ini",     "*.cfg",    "*.conf", "*.toml", "*.yaml",
					      "*.yml",     "*.json",   "*.env",  ".env",   "*.properties",
					      "*.service", "Procfile", NULL };
static const char *const binary_names[] = { "*.pyc", "*.so", "*.pkl", "*.pickle", "*.joblib", NULL };
static const char *const archive_names[] = { "*.pyz", "*.pex", NULL };
/* They list what development needs, too; what the application needs its sources import. */
static const char *const not_settings[] = { "pyproject.toml", "poetry.lock",      "uv.lock",       "pdm.lock",
					    "setup.cfg",      "tox.ini",          "mypy.ini",      "pytest.ini",
					    "ruff.toml",      "environment.y*ml", "package*.json", ".pre-commit*",
					    "tsconfig*.json", "*.lock",           "Pipfile*",      NULL };

static bool is_python_script(struct slim_trace *t, struct slim_node *node)
{
	if (slim_kind_of(t, node) != SLIM_KIND_SCRIPT)
		return false;
	struct slim_blob name = shebang_interpreter(t, node);
	return slim_blob_starts(name, "python") || slim_blob_starts(name, "pypy");
}

static bool is_source(struct slim_trace *t, struct slim_node *node)
{
	return slim_name_in(source_names, node->name) || is_python_script(t, node);
}

static bool is_settings(struct slim_trace *t, struct slim_node *node)
{
	if (slim_kind_of(t, node) == SLIM_KIND_SCRIPT)
		return slim_is_followed(t, node);
	return slim_name_in(settings_names, node->name) && !slim_name_in(not_settings, node->name);
}

/* Sources that only development runs. */
static bool is_test(const struct slim_node *node)
{
	static const char *const files[] = { "test_*.py", "*_test.py",  "tests.py", "conftest.py",
					     "setup.py",  "noxfile.py", NULL };
	for (const struct slim_node *dir = node->parent; dir && dir->parent; dir = dir->parent)
		if (!strcmp(dir->name, "tests") || !strcmp(dir->name, "test"))
			return true;
	return slim_name_in(files, node->name);
}

static bool in_etc(const struct slim_node *node)
{
	const struct slim_node *top = node;
	while (top->parent && top->parent->parent)
		top = top->parent;
	return !strcmp(top->name, "etc");
}

/* A compiled module that has no source beside it, or an object that names the modules of its classes. */
static bool is_binary(struct slim_trace *t, struct slim_node *node)
{
	if (!slim_name_in(binary_names, node->name) || !strcmp(node->parent->name, "__pycache__"))
		return false;
	struct slim_blob rest = slim_blob_of(node->name), stem;
	slim_blob_split(&rest, '.', &stem);
	slim_autofree char *source = slim_format("%.*s.py", (int)stem.len, stem.ptr);
	return !slim_node_child(slim_trace_tree(t), node->parent, slim_blob_of(source));
}

static void take_file(struct slim_trace *t, struct python_state *s, struct slim_node *node)
{
	bool followed = slim_is_followed(t, node);
	if (s->marks[node->id] & PYTHON_OWN)
		return;
	if (!followed && (slim_is_managed(t, node) || s->made[node->id] || python_dist_known(s->dists, node)))
		return;
	if (!followed && slim_is_system_path(node) && !in_etc(node))
		return;
	bool source = is_source(t, node);
	if (!source && !is_settings(t, node) && (slim_is_system_path(node) || !is_binary(t, node)))
		return;
	bool named = slim_has_reason(t, node, SLIM_RULE_ARGUMENT) || slim_has_reason(t, node, SLIM_RULE_ENTRYPOINT) ||
		     slim_has_reason(t, node, SLIM_RULE_COMMAND);
	if (source && is_test(node) && !named) {
		push(&s->tests, node);
		return;
	}
	s->marks[node->id] |= PYTHON_OWN;
	push(&s->own, node);
}

static bool is_candidate(struct slim_trace *t, struct slim_node *node)
{
	unsigned kind = slim_kind_of(t, node);
	if (kind == SLIM_KIND_SCRIPT || slim_name_in(source_names, node->name) ||
	    slim_name_in(archive_names, node->name))
		return true;
	return kind == SLIM_KIND_TEXT ? slim_name_in(settings_names, node->name)
				      : slim_name_in(binary_names, node->name);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct python_state *s = state;
	unsigned kind = slim_kind_of(t, node);
	if ((kind == SLIM_KIND_PROGRAM && python_is_program(node)) ||
	    (kind == SLIM_KIND_LIBRARY && python_is_library(node)))
		slim_waiting_add(&s->programs, node);
	else if (is_candidate(t, node))
		slim_waiting_add(&s->files, node);
}

/* --- runtimes ---------------------------------------------------------------------------------------------------- */

/* True: there is a new one. */
static bool find_runtimes(struct slim_trace *t, struct python_state *s)
{
	bool any = false;
	const bool *started = slim_started(t);
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->programs);
	for (size_t i = 0; i < now.count; i++) {
		if (started[now.nodes[i]->id] || python_is_library(now.nodes[i]))
			any |= python_runtime_add(t, &s->runtimes, now.nodes[i]);
		else
			slim_waiting_add(&s->programs, now.nodes[i]);
	}
	return python_venvs_add(t, &s->runtimes) || any;
}

/* A new runtime may find other files by the same names. */
static void start_again(struct slim_trace *t, struct python_state *s)
{
	if (!s->dists) {
		s->dists = python_dists_read(t);
		s->made = python_made_scripts(t);
		s->marks = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(*s->marks));
	}
	for (size_t id = 0; id < slim_tree_count(slim_trace_tree(t)); id++)
		s->marks[id] &= PYTHON_OWN;
	for (size_t i = 0; i < python_dists_count(s->dists); i++) {
		struct python_dist *dist = python_dists_at(s->dists, i);
		dist->open = false;
		for (size_t k = 0; k < dist->point_count; k++)
			dist->points[k].reached = 0;
	}
	s->queue.count = s->read_queue = s->read_own = s->computing.count = 0;
	s->words_read = false;
	s->left.count = 0;
}

/* Lines of a .pth file that site executes. */
static void follow_pth(struct slim_trace *t, struct python_state *s, struct slim_node *file)
{
	size_t length = 0;
	slim_autofree char *text = slim_trace_read(t, file, 1 << 20, &length);
	struct slim_blob rest = slim_blob(text, length), line;
	const struct python_asker asker = { file, SLIM_RULE_PYTHON_IMPORT, "", false, NULL };
	while (text && slim_blob_line(&rest, &line))
		if (slim_blob_starts(line, "import ") || slim_blob_starts(line, "import\t"))
			python_follow_text(t, s, line, &asker);
}

/* Those of development packages go with them, as do those that make the package's own namespace and nothing else. */
static void keep_pth(struct slim_trace *t, struct python_state *s, const struct python_runtime *r,
		     struct slim_node *file)
{
	const struct python_dist *dist = python_dist_known(s->dists, file);
	bool tool = dist && (python_is_tool(slim_blob_of(dist->name)) || !strcmp(dist->name, "pytest-cov") ||
			     slim_blob_ends(slim_blob_of(file->name), "-nspkg.pth"));
	if ((tool && !dist->kept) || (s->marks[file->id] & PYTHON_READ))
		return;
	s->marks[file->id] |= PYTHON_READ;
	slim_keep(t, file, SLIM_RULE_PYTHON_HOME, r->asker, "read at every start");
	follow_pth(t, s, file);
}

static void keep_start_files(struct slim_trace *t, struct python_state *s)
{
	for (size_t i = 0; i < s->runtimes.count; i++) {
		const struct python_runtime *r = s->runtimes.items[i];
		const struct python_asker asker = { r->asker, SLIM_RULE_PYTHON_HOME, "imported at every start", false,
						    NULL };
		python_reach(t, s, r, &asker, SLIM_BLOB("sitecustomize"), NULL);
		python_reach(t, s, r, &asker, SLIM_BLOB("usercustomize"), NULL);
		for (size_t k = 0; k < r->sites.count; k++)
			for (struct slim_node *c = r->sites.items[k]->first; c; c = c->next)
				if (slim_node_is_file(c) && slim_blob_ends(slim_blob_of(c->name), ".pth"))
					keep_pth(t, s, r, c);
	}
}

/* Folders of packages that no runtime is known to search, but that are somebody's own. */
static void keep_unknown_sites(struct slim_trace *t, struct python_state *s)
{
	struct slim_node *site;
	for (uint32_t id = 0; (site = python_next_site(t, &id));) {
		const struct slim_node *above = site->parent ? site->parent->parent : NULL;
		const struct slim_node *venv = above ? above->parent : NULL;
		bool known = slim_is_system_path(site) || !above;
		for (size_t i = 0; i < s->runtimes.count; i++) {
			const struct python_runtime *r = s->runtimes.items[i];
			known |= python_place_has(&r->places, site) || (r->stdlib && slim_node_within(site, r->stdlib));
		}
		if (known || (venv && slim_node_child(slim_trace_tree(t), venv, SLIM_BLOB("pyvenv.cfg"))))
			continue;
		/* of another version of Python, beside its standard library */
		if (slim_node_child(slim_trace_tree(t), site->parent, SLIM_BLOB("os.py")))
			continue;
		slim_keep_below(t, site, SLIM_RULE_PYTHON_SITE, s->runtimes.items[0]->asker,
				"no search path is known to it");
		slim_doubt(t, site, "kept whole: no Python is known to search it");
	}
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static void read_own(struct slim_trace *t, struct python_state *s, struct slim_node *node)
{
	if (s->marks[node->id] & PYTHON_READ)
		return;
	s->marks[node->id] |= PYTHON_READ;
	if (is_source(t, node))
		python_follow(t, s, node, true, NULL);
	else if (is_settings(t, node))
		python_read_words(t, s, node);
	else
		python_read_binary(t, s, node);
}

/* What is imported after it only may have been is read once more. */
static void read_module(struct slim_trace *t, struct python_state *s, struct slim_node *node)
{
	bool compiled = slim_blob_ends(slim_blob_of(node->name), ".pyc") && is_binary(t, node);
	if ((!compiled && !slim_name_in(source_names, node->name)) || (s->marks[node->id] & PYTHON_READ))
		return;
	struct python_dist *dist = python_dist_known(s->dists, node);
	bool own = !dist && !slim_is_managed(t, node), imported = own || !dist || (s->marks[node->id] & PYTHON_REACHED);
	if (imported)
		s->marks[node->id] |= PYTHON_READ;
	if (!compiled) {
		python_follow(t, s, node, own, imported ? NULL : dist);
		return;
	}
	python_read_compiled(t, s, node, imported ? NULL : dist);
	if (dist) /* its relative imports are not told apart */
		python_open_dist(t, s, dist);
}

static bool runs_tests(const struct python_state *s)
{
	static const char *const runners[] = { "pytest", "nose", "nose2", "behave", "robotframework" };
	for (size_t i = 0; i < SLIM_COUNT(runners); i++) {
		size_t count;
		struct python_dist **found = python_dists_named(s->dists, runners[i], &count);
		for (size_t k = 0; k < count; k++)
			if (found[k]->kept)
				return true;
	}
	return false;
}

/* Until nothing more follows. */
static void read_all(struct slim_trace *t, struct python_state *s)
{
	do {
		if (!s->words_read) {
			s->words_read = true;
			python_read_config(t, s);
		}
		keep_start_files(t, s);
		while (s->read_own < s->own.count || s->read_queue < s->queue.count) {
			if (s->read_own < s->own.count)
				read_own(t, s, s->own.items[s->read_own++]);
			else
				read_module(t, s, s->queue.items[s->read_queue++]);
		}
		for (size_t i = 0; i < s->tests.count && runs_tests(s); i++)
			read_own(t, s, s->tests.items[i]);
	} while (python_keep_required(t, s) || python_count_left(t, s) || s->read_queue < s->queue.count);
}

/* An application that imports what nobody knows may import anything. */
static void fall_back(struct slim_trace *t, struct python_state *s)
{
	if (s->whole || s->named || !s->computing.count)
		return;
	s->whole = true;
	for (size_t i = 0; i < s->computing.count; i++) {
		struct slim_node *node = s->computing.items[i];
		const struct python_asker asker = { node, SLIM_RULE_PYTHON_SITE, "imports by names that nothing tells",
						    true, NULL };
		slim_doubt(t, node, "imports modules by names that nothing tells: all packages stay");
		python_keep_all(t, s, &asker);
		python_reach_everything(t, s, &asker);
	}
}

/* What is in an archive cannot be read. */
static void take_archive(struct slim_trace *t, struct python_state *s, struct slim_node *node)
{
	if (!slim_is_followed(t, node))
		return;
	const struct python_asker asker = { node, SLIM_RULE_PYTHON_SITE, "an archive of modules", true, NULL };
	slim_doubt(t, node, "imports from an archive are not read: all packages stay");
	python_keep_all(t, s, &asker);
	python_reach_everything(t, s, &asker);
}

static void settle(struct slim_trace *t, void *state)
{
	struct python_state *s = state;
	bool fresh = find_runtimes(t, s);
	if (!s->runtimes.count)
		return;
	if (fresh) {
		start_again(t, s);
		keep_unknown_sites(t, s);
	}
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->files);
	for (size_t i = 0; i < now.count; i++) {
		if (slim_name_in(archive_names, now.nodes[i]->name))
			take_archive(t, s, now.nodes[i]);
		else
			take_file(t, s, now.nodes[i]);
	}
	if (!fresh && !now.count)
		return;
	read_all(t, s);
	fall_back(t, s);
	if (python_keep_for_users(t, s) || s->read_queue < s->queue.count)
		read_all(t, s);
}

static void finish(struct slim_trace *t, void *state)
{
	python_doubt_left(t, state);
}

static void clear(void *state)
{
	struct python_state *s = state;
	slim_waiting_clear(&s->programs);
	slim_waiting_clear(&s->files);
	python_runtimes_free(&s->runtimes);
	python_dists_free(s->dists);
	free(s->marks);
	free(s->made);
	free(s->own.items);
	free(s->tests.items);
	free(s->computing.items);
	free(s->queue.items);
	free(s->left.items);
}

const struct slim_tracer slim_python_tracer = {
	.name = "Python",
	.kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT | SLIM_KIND_DATA,
	.state_size = sizeof(struct python_state),
	.visit = visit,
	.settle = settle,
	.finish = finish,
	.clear = clear,
};
