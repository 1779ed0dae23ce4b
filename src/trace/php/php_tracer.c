/*
 * PHP: the extensions that its settings name, the files that they name, and of the system's libraries those that kept
 * sources reach. docs/rules.md D4.
 */
#include "php_composer.h"
#include "php_conf.h"
#include "php_library.h"

#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../lang/lang.h"
#include "../lang/lex_parts.h"
#include "../script/shebang.h"
#include "../system/system_data.h"
#include "slim/match.h"
#include "slim/path.h"

enum { SOURCE_MAX = 4 << 20 };

static const char *const programs[] = { "php", "php[0-9]*", "php-fpm*", "php-cgi*", "phpdbg*", "frankenphp*", NULL };
static const char *const libraries[] = { "libphp*.so*", "mod_php*.so", NULL };
/* They write settings: what they enable are their arguments. */
static const char *const enablers[] = { "docker-php-ext-enable", "phpenmod", NULL };

struct php {
	struct slim_waiting interpreters, sources, settings, scripts;
	struct php_conf conf;
	struct php_library library;
	struct php_composer composer;
	bool *done; /* by node number: read as a source */
	size_t read, files_done, roots_done;
	struct slim_node *interpreter; /* the first in use; NULL: none is */
};

/* One source that is being read. */
struct reading {
	struct slim_trace *t;
	struct php *s;
	const struct slim_node *node;
	bool own; /* an application's, not a library's */
};

/* --- the interpreter ---------------------------------------------------------------------------------------------- */

/* What lies beside the extensions and belongs to a package of PHP itself. */
static void keep_beside(struct slim_trace *t, const struct php_conf *conf, const struct slim_node *from)
{
	for (size_t i = 0; i < conf->folder_count; i++) {
		uint32_t end = slim_node_end(slim_trace_tree(t), conf->folders[i]);
		for (uint32_t id = conf->folders[i]->id; id < end; id++) {
			struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
			if (!php_conf_is_extension(node) && !slim_is_junk(t, node))
				slim_keep(t, node, SLIM_RULE_RUNTIME, from, "PHP");
		}
	}
}

static void activate(struct slim_trace *t, struct php *s, struct slim_node *node)
{
	static const char *const places[] = { "/etc/php/**",
					      "/etc/php[0-9]*/**",
					      "/etc/php.d/**",
					      "/etc/php-fpm.d/**",
					      "/etc/php-fpm.conf",
					      "/usr/local/etc/php/**",
					      "/usr/local/etc/php-fpm*",
					      "/usr/local/etc/php-fpm.d/**",
					      "/var/lib/php/**",
					      NULL };
	s->interpreter = s->interpreter ? s->interpreter : node;
	lang_keep_places(t, places, node, "PHP");
	lang_keep_shell(t, node, "PHP");
	lang_keep_locales(t, node, "PHP");
	php_conf_start(t, &s->conf, node);
	php_library_find(t, &s->library, node);
	keep_beside(t, &s->conf, node);
}

static void start_interpreters(struct slim_trace *t, struct php *s)
{
	const bool *started = s->interpreters.count ? slim_started(t) : NULL;
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->interpreters);
	for (size_t i = 0; started && i < now.count; i++)
		if (started[now.nodes[i]->id] || slim_kind_of(t, now.nodes[i]) == SLIM_KIND_LIBRARY)
			activate(t, s, now.nodes[i]);
		else
			slim_waiting_add(&s->interpreters, now.nodes[i]);
}

/* --- sources and settings ----------------------------------------------------------------------------------------- */

static void said(void *context, enum php_said what, struct slim_blob text)
{
	struct reading *r = context;
	php_composer_said(r->t, &r->s->composer, what, text, r->node);
	switch (what) {
	case PHP_NAME:
	case PHP_TEXT:
		break;
	case PHP_FILE:
		php_library_keep_file(r->t, &r->s->library, text, r->node);
		break;
	case PHP_CLASS:
		if (!php_composer_provides(&r->s->composer, r->node, text))
			php_library_keep_class(r->t, &r->s->library, text, r->node);
		break;
	case PHP_EXTENSION:
		php_conf_add_extension(r->t, &r->s->conf, text, r->node);
		break;
	case PHP_COMPUTED_EXTENSION:
		php_conf_add_extension(r->t, &r->s->conf, slim_blob("", 0), r->node);
		break;
	case PHP_COMPUTED_FILE:
		if (r->own)
			php_library_keep_all(r->t, &r->s->library, r->node,
					     "a source includes what only the run knows");
		break;
	}
}

static bool is_php(struct slim_trace *t, struct slim_node *node)
{
	static const char *const names[] = { "*.php",    "*.phtml", "*.inc",     "*.php[0-9]",
					     "*.module", "*.theme", "*.install", NULL };
	return slim_name_in(names, node->name) || (slim_kind_of(t, node) == SLIM_KIND_SCRIPT &&
						   slim_wildcard(SLIM_BLOB("php*"), shebang_interpreter(t, node)));
}

/* Of Apache's and of php-fpm's settings, too. */
static bool is_setting(const struct slim_node *node)
{
	static const char *const names[] = { "*.ini", "*.conf", "*.load", NULL };
	return slim_name_in(names, node->name);
}

/* Modules that may be enabled are settings only once something asks for them. */
static bool is_read_setting(struct slim_trace *t, const struct slim_node *node)
{
	return strcmp(node->parent->name, "mods-available") || slim_is_followed(t, node);
}

/* PHPIniDir of Apache's module */
static void read_ini_dir(struct slim_trace *t, struct php *s, struct slim_blob text)
{
	struct slim_blob line, key = SLIM_BLOB("PHPIniDir");
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		if (line.len <= key.len || strncasecmp(line.ptr, key.ptr, key.len))
			continue;
		struct slim_blob path = slim_blob_trim(slim_blob(line.ptr + key.len, line.len - key.len));
		if (path.len > 1 && (path.ptr[0] == '"' || path.ptr[0] == '\''))
			path = slim_blob(path.ptr + 1, path.len - 2);
		struct slim_node *dir =
			path.len ? slim_tree_walk(slim_trace_tree(t), NULL, path, true, NULL, NULL) : NULL;
		if (dir && slim_node_is_dir(dir))
			php_conf_read_folder(t, &s->conf, dir);
		else if (dir)
			php_conf_read(t, &s->conf, dir);
	}
}

static void read_setting(struct slim_trace *t, struct php *s, struct slim_node *node)
{
	if (!is_read_setting(t, node))
		return;
	if (slim_blob_ends(slim_blob(node->name, node->name_length), ".ini") || strstr(node->parent->name, "fpm") ||
	    strstr(node->name, "fpm") || !strcmp(node->parent->name, "pool.d")) {
		php_conf_read(t, &s->conf, node);
		return;
	}
	size_t length;
	slim_autofree char *text = slim_trace_read(t, node, SOURCE_MAX, &length);
	if (text)
		read_ini_dir(t, s, slim_blob(text, length));
}

/* A script of another language that writes settings: echo "extension=redis.so" > …/redis.ini */
static void read_script(struct slim_trace *t, struct php *s, struct slim_node *node)
{
	struct reading r = { .t = t, .s = s, .node = node };
	size_t length;
	slim_autofree char *text = slim_trace_read(t, node, SOURCE_MAX, &length);
	if (text)
		php_settings_scan(slim_blob(text, length), said, &r);
}

static void read_source(struct slim_trace *t, struct php *s, struct slim_node *node)
{
	if (s->done[node->id])
		return;
	if (!php_composer_counts(t, &s->composer, node)) {
		slim_waiting_add(&s->sources, node);
		return;
	}
	s->done[node->id] = true;
	size_t length;
	slim_autofree char *text = slim_trace_read(t, node, SOURCE_MAX, &length);
	if (!text)
		return;
	struct reading r = { .t = t, .s = s, .node = node };
	r.own = !php_library_holds(&s->library, node) && (!slim_is_system_path(node) || slim_is_followed(t, node));
	s->read += r.own;
	php_source_scan(slim_blob(text, length), said, &r);
}

static void read_all(struct slim_trace *t, struct php *s)
{
	slim_cleanup(slim_waiting_clear) struct slim_waiting settings = slim_waiting_take(&s->settings);
	for (size_t i = 0; i < settings.count; i++)
		read_setting(t, s, settings.nodes[i]);
	for (; s->roots_done < s->conf.roots.count; s->roots_done++)
		php_library_add_root(t, &s->library, &s->conf.roots.items[s->roots_done]);
	slim_cleanup(slim_waiting_clear) struct slim_waiting scripts = slim_waiting_take(&s->scripts);
	for (size_t i = 0; i < scripts.count; i++)
		read_script(t, s, scripts.nodes[i]);
	slim_cleanup(slim_waiting_clear) struct slim_waiting sources = slim_waiting_take(&s->sources);
	for (size_t i = 0; i < sources.count; i++)
		read_source(t, s, sources.nodes[i]);
	for (; s->files_done < s->conf.files.count; s->files_done++)
		php_library_keep_file(t, &s->library, slim_blob_of(s->conf.files.items[s->files_done].text),
				      s->conf.files.items[s->files_done].from);
	if (!s->read)
		php_library_keep_all(t, &s->library, s->interpreter, "no source of an application is known");
}

/* --- the tracer --------------------------------------------------------------------------------------------------- */

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct php *s = state;
	enum slim_kind kind = slim_kind_of(t, node);
	if (kind == SLIM_KIND_LIBRARY || kind == SLIM_KIND_PROGRAM) {
		if (slim_name_in(kind == SLIM_KIND_LIBRARY ? libraries : programs, node->name))
			slim_waiting_add(&s->interpreters, node);
	} else if (is_php(t, node)) {
		slim_waiting_add(&s->sources, node);
	} else if (is_setting(node)) {
		slim_waiting_add(&s->settings, node);
	} else if (kind == SLIM_KIND_SCRIPT && !slim_name_in(enablers, node->name)) {
		slim_waiting_add(&s->scripts, node);
	}
}

/* docker-php-ext-enable NAME…, phpenmod NAME… */
static void read_enabled(struct slim_trace *t, struct php *s, const struct slim_command_line *line)
{
	for (size_t i = 1; i < line->count; i++) {
		struct slim_blob word = line->words[i];
		if (!word.ptr || !slim_blob_starts(word, "-"))
			php_conf_add_extension(t, &s->conf, word.ptr ? word : slim_blob("", 0), line->from);
	}
}

/* php -d extension=NAME, -z NAME, -c FILE */
static void read_options(struct slim_trace *t, struct php *s, const struct slim_command_line *line)
{
	struct reading r = { .t = t, .s = s, .node = line->from };
	for (size_t i = 1; i < line->count; i++) {
		struct slim_blob word = line->words[i];
		if (!word.ptr)
			continue;
		if (word.len < 2 || word.ptr[0] != '-' || !strchr("dzc", word.ptr[1])) {
			php_settings_scan(word, said, &r);
			continue;
		}
		bool apart = word.len == 2 && i + 1 < line->count;
		struct slim_blob value = apart ? line->words[++i] : slim_blob(word.ptr + 2, word.len - 2);
		if (!value.ptr)
			continue;
		struct slim_node *file = slim_tree_walk(slim_trace_tree(t), NULL, value, true, NULL, NULL);
		if (word.ptr[1] == 'd')
			php_settings_scan(value, said, &r);
		else if (word.ptr[1] == 'z')
			php_conf_add_extension(t, &s->conf, value, line->from);
		else if (file && slim_node_is_dir(file))
			php_conf_read_folder(t, &s->conf, file);
		else if (file)
			php_conf_read(t, &s->conf, file);
	}
}

static void command(struct slim_trace *t, void *state, const struct slim_command_line *line)
{
	struct slim_blob program =
		line->count && line->words[0].ptr ? slim_path_base(line->words[0]) : slim_blob("", 0);
	slim_autofree char *name = slim_strndup(program.ptr, program.len);
	if (slim_name_in(enablers, name))
		read_enabled(t, state, line);
	else if (slim_name_in(programs, name))
		read_options(t, state, line);
}

static void start(struct slim_trace *t, void *state)
{
	((struct php *)state)->done = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(bool));
}

static void settle(struct slim_trace *t, void *state)
{
	struct php *s = state;
	start_interpreters(t, s);
	if (!s->interpreter)
		return;
	php_composer_settle(t, &s->composer);
	read_all(t, s);
	php_conf_keep(t, &s->conf, s->interpreter);
}

static void clear(void *state)
{
	struct php *s = state;
	slim_waiting_clear(&s->interpreters);
	slim_waiting_clear(&s->sources);
	slim_waiting_clear(&s->settings);
	slim_waiting_clear(&s->scripts);
	php_conf_clear(&s->conf);
	php_library_clear(&s->library);
	php_composer_clear(&s->composer);
	free(s->done);
}

const struct slim_tracer slim_php_tracer = {
	.name = "PHP",
	.kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT,
	.state_size = sizeof(struct php),
	.start = start,
	.visit = visit,
	.settle = settle,
	.command = command,
	.clear = clear,
};
