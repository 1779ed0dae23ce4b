#include "php_conf.h"

#include "../engine/owners.h"
#include "../lang/lang.h"
#include "slim/match.h"
#include "slim/path.h"

enum { INI_MAX = 1 << 20, FOLDERS_MAX = 32 };

struct reading {
	struct slim_trace *t;
	struct php_conf *conf;
	const struct slim_node *file;
};

void php_conf_clear(struct php_conf *conf)
{
	free(conf->extensions.items);
	free(conf->files.items);
	free(conf->roots.items);
	free(conf->folders);
	free(conf->done);
}

void php_conf_add(struct slim_trace *t, struct php_words *words, struct slim_blob text, const struct slim_node *from)
{
	if (!text.len || text.len >= SLIM_PATH_MAX || memchr(text.ptr, '\0', text.len))
		return;
	char *copy = slim_arena_alloc(slim_trace_arena(t), text.len + 1);
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*slim_push(&words->items, &words->count, &words->capacity) = (struct php_word){ copy, from };
}

/* ${NAME} and ${NAME:-other} stand for the environment. */
static struct slim_blob expanded(struct slim_trace *t, struct slim_blob value)
{
	if (!slim_blob_starts(value, "${") || !slim_blob_ends(value, "}"))
		return value;
	struct slim_blob rest = slim_blob(value.ptr + 2, value.len - 3), name;
	slim_blob_split(&rest, ':', &name);
	slim_autofree char *text = slim_strndup(name.ptr, name.len);
	const char *known = slim_trace_env(t, text);
	if (known)
		return slim_blob_of(known);
	return rest.ptr && slim_blob_starts(rest, "-") ? slim_blob(rest.ptr + 1, rest.len - 1) : value;
}

void php_conf_add_extension(struct slim_trace *t, struct php_conf *conf, struct slim_blob name,
			    const struct slim_node *from)
{
	name = expanded(t, name);
	bool known = name.len && !memchr(name.ptr, '$', name.len) && !memchr(name.ptr, '\0', name.len);
	if (known)
		php_conf_add(t, &conf->extensions, name, from);
	else if (from)
		conf->computed = conf->computed ? conf->computed : from;
	else
		conf->unknown = true;
}

/* --- settings ----------------------------------------------------------------------------------------------------- */

static void add_folder(struct php_conf *conf, struct slim_node *dir)
{
	for (size_t i = 0; i < conf->folder_count; i++)
		if (conf->folders[i] == dir)
			return;
	if (conf->folder_count < FOLDERS_MAX)
		*slim_push(&conf->folders, &conf->folder_count, &conf->folder_capacity) = dir;
}

static void set_include_path(struct reading *r, struct slim_blob value)
{
	struct slim_blob part;
	while (slim_blob_split(&value, ':', &part))
		if (part.len > 1 && part.ptr[0] == '/')
			php_conf_add(r->t, &r->conf->roots, part, r->file);
}

/* "2;0700;/var/lib/sessions": the folder is the last part. */
static void set_path(struct reading *r, struct slim_blob key, struct slim_blob value)
{
	const char *before = memrchr(value.ptr, ';', value.len);
	if (before)
		value = slim_blob(before + 1, value.len - (size_t)(before - value.ptr) - 1);
	if (!value.len || value.len >= SLIM_PATH_MAX || value.ptr[0] != '/')
		return;
	if (slim_is_wildcard(value)) {
		slim_keep_glob(r->t, value, false, SLIM_RULE_PHP_SETTING, r->file, "%.*s", (int)key.len, key.ptr);
		return;
	}
	struct slim_node *node =
		slim_keep_path(r->t, NULL, value, SLIM_RULE_PHP_SETTING, r->file, "%.*s", (int)key.len, key.ptr);
	if (node && slim_node_is_dir(node) && slim_blob_is(key, "openssl.capath"))
		slim_keep_below(r->t, node, SLIM_RULE_PHP_SETTING, r->file, "openssl.capath");
}

static void set(void *context, struct slim_blob key, struct slim_blob value)
{
	static const char *const extensions[] = {
		"extension", "zend_extension", "zend_extension_ts", "zend_extension_debug", "zend_extension_debug_ts",
		NULL
	};
	static const char *const sources[] = { "auto_prepend_file", "auto_append_file", NULL };
	static const char *const paths[] = { "opcache.preload",
					     "opcache.file_cache",
					     "opcache.blacklist_filename",
					     "curl.cainfo",
					     "openssl.cafile",
					     "openssl.capath",
					     "browscap",
					     "error_log",
					     "slowlog",
					     "access.log",
					     "session.save_path",
					     "upload_tmp_dir",
					     "sys_temp_dir",
					     "mail.log",
					     "ffi.preload",
					     "doc_root",
					     "soap.wsdl_cache_dir",
					     "xdebug.output_dir",
					     "include",
					     "chdir",
					     "chroot",
					     NULL };
	struct reading *r = context;
	value = expanded(r->t, value);
	if (slim_blob_in(key, extensions)) {
		php_conf_add_extension(r->t, r->conf, value, r->file);
	} else if (slim_blob_is(key, "extension_dir") && value.len < SLIM_PATH_MAX) {
		struct slim_node *dir =
			slim_keep_path(r->t, NULL, value, SLIM_RULE_PHP_SETTING, r->file, "extension_dir");
		if (dir && slim_node_is_dir(dir))
			add_folder(r->conf, dir);
	} else if (slim_blob_is(key, "include_path")) {
		set_include_path(r, value);
	} else if (slim_blob_is(key, "sendmail_path")) {
		slim_trace_shell_text(r->t, value, SLIM_RULE_PHP_SETTING, r->file, "sendmail_path");
	} else if (slim_blob_in(key, sources) && value.ptr[0] != '/') {
		php_conf_add(r->t, &r->conf->files, value, r->file);
	} else if (slim_blob_in(key, paths) || slim_blob_in(key, sources)) {
		set_path(r, key, value);
	}
}

void php_conf_read(struct slim_trace *t, struct php_conf *conf, struct slim_node *file)
{
	struct slim_node *target = file;
	if (slim_node_is_link(file))
		target = slim_tree_walk(slim_trace_tree(t), file->parent, file->inode->target, true, NULL, NULL);
	if (!target || !slim_node_is_file(target))
		return;
	if (!conf->done)
		conf->done = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(bool));
	if (conf->done[target->id])
		return;
	conf->done[target->id] = true;
	size_t length;
	slim_autofree char *text = slim_trace_read(t, target, INI_MAX, &length);
	struct reading r = { t, conf, target };
	if (text)
		php_ini_scan(slim_blob(text, length), set, &r);
}

/* Only of a folder that is PHP's alone all files are its settings. */
void php_conf_read_folder(struct slim_trace *t, struct php_conf *conf, struct slim_node *dir)
{
	bool shared = slim_is_shared_folder(t, dir);
	for (struct slim_node *c = dir->first; c; c = c->next) {
		struct slim_blob name = slim_blob(c->name, c->name_length);
		bool main = slim_blob_is(name, "php.ini") || slim_wildcard(SLIM_BLOB("php-*.ini"), name);
		if (!main && (shared || !slim_blob_ends(name, ".ini")))
			continue;
		slim_keep(t, c, SLIM_RULE_PHP_SETTING, conf->asker, "settings that PHP reads when it starts");
		php_conf_read(t, conf, c);
		conf->read++;
	}
}

/* --- what an interpreter reads ------------------------------------------------------------------------------------ */

bool php_conf_is_extension(const struct slim_node *node)
{
	return !slim_node_is_dir(node) && slim_blob_ends(slim_blob(node->name, node->name_length), ".so");
}

static bool has_extensions(const struct slim_node *dir)
{
	for (const struct slim_node *c = dir->first; c; c = c->next)
		if (php_conf_is_extension(c))
			return true;
	return false;
}

/* The paths that it was built with: folders of settings, the one of extensions. */
static void add_built_in(struct slim_trace *t, struct php_conf *conf, struct slim_node *interpreter)
{
	const struct slim_elf *elf = slim_trace_elf(t, interpreter);
	for (size_t i = 0; elf && elf->paths && elf->paths[i]; i++) {
		struct slim_node *dir = slim_tree_find(slim_trace_tree(t), elf->paths[i]);
		if (!dir || !dir->parent || !slim_node_is_dir(dir))
			continue;
		if (strstr(elf->paths[i], "php") && has_extensions(dir))
			add_folder(conf, dir);
		if (strstr(elf->paths[i], "php") || slim_is_shared_folder(t, dir))
			php_conf_read_folder(t, conf, dir);
	}
}

/* /etc/php/8.2/cli/conf.d/x.ini, /etc/php82/php.ini, /etc/php.d/x.ini, /usr/local/etc/php/conf.d/x.ini */
static void read_known(struct slim_trace *t, struct php_conf *conf)
{
	static const char *const tops[] = { "/etc", "/usr/local/etc" };
	for (size_t i = 0; i < SLIM_COUNT(tops); i++) {
		struct slim_node *top = slim_tree_find(slim_trace_tree(t), tops[i]);
		uint32_t end = top ? slim_node_end(slim_trace_tree(t), top) : 0;
		if (top)
			php_conf_read_folder(t, conf, top);
		for (uint32_t id = top ? top->id + 1 : 0; id < end; id++) {
			struct slim_node *dir = slim_tree_node(slim_trace_tree(t), id);
			if (!slim_node_is_dir(dir) ||
			    !slim_wildcard(SLIM_BLOB("php*"), slim_blob(dir->name, dir->name_length)))
				continue;
			uint32_t last = slim_node_end(slim_trace_tree(t), dir);
			for (; id < last; id++) {
				struct slim_node *below = slim_tree_node(slim_trace_tree(t), id);
				if (slim_node_is_dir(below) && strcmp(below->name, "mods-available"))
					php_conf_read_folder(t, conf, below);
			}
			id--;
		}
	}
}

static void add_folders_below(struct slim_trace *t, struct php_conf *conf, const struct slim_node *top)
{
	uint32_t end = slim_node_end(slim_trace_tree(t), top);
	for (uint32_t id = top->id; id < end; id++) {
		struct slim_node *dir = slim_tree_node(slim_trace_tree(t), id);
		if (slim_node_is_dir(dir) && has_extensions(dir))
			add_folder(conf, dir);
	}
}

static void add_known_folders(struct slim_trace *t, struct php_conf *conf, const struct slim_node *interpreter)
{
	static const char *const places[] = { "lib", "lib64" };
	for (size_t i = 0; i < SLIM_COUNT(places); i++) {
		const struct slim_node *top = slim_tree_walk(slim_trace_tree(t), lang_prefix(interpreter),
							     slim_blob_of(places[i]), true, NULL, NULL);
		for (const struct slim_node *c = top ? top->first : NULL; c; c = c->next)
			if (slim_node_is_dir(c) && slim_wildcard(SLIM_BLOB("php*"), slim_blob(c->name, c->name_length)))
				add_folders_below(t, conf, c);
	}
}

static void read_environment(struct slim_trace *t, struct php_conf *conf)
{
	const char *variables[] = { slim_trace_env(t, "PHPRC"), slim_trace_env(t, "PHP_INI_SCAN_DIR") };
	for (size_t i = 0; i < SLIM_COUNT(variables); i++) {
		struct slim_blob rest = slim_blob_of(variables[i] ? variables[i] : ""), part;
		while (slim_blob_split(&rest, ':', &part)) {
			struct slim_node *node =
				part.len ? slim_tree_walk(slim_trace_tree(t), NULL, part, true, NULL, NULL) : NULL;
			if (node && slim_node_is_dir(node))
				php_conf_read_folder(t, conf, node);
			else if (node)
				php_conf_read(t, conf, node);
			conf->read += node && !slim_node_is_dir(node);
		}
	}
}

void php_conf_start(struct slim_trace *t, struct php_conf *conf, struct slim_node *interpreter)
{
	size_t before = conf->folder_count;
	conf->asker = conf->asker ? conf->asker : interpreter;
	if (!conf->searched) {
		read_environment(t, conf);
		read_known(t, conf);
	}
	conf->searched = true;
	add_built_in(t, conf, interpreter);
	php_conf_read_folder(t, conf, interpreter->parent);
	if (conf->folder_count == before)
		add_known_folders(t, conf, interpreter);
}

/* --- extensions --------------------------------------------------------------------------------------------------- */

static void keep_named(struct slim_trace *t, const struct php_conf *conf, const struct php_word *word)
{
	struct slim_blob name = slim_blob_of(word->text);
	const char *suffix = slim_blob_ends(name, ".so") ? "" : ".so";
	slim_autofree char *file = slim_format("%s%s", word->text, suffix);
	if (word->text[0] == '/') {
		slim_keep_path(t, NULL, slim_blob_of(file), SLIM_RULE_PHP_EXTENSION, word->from, "%s", word->text);
		return;
	}
	for (size_t i = 0; i < conf->folder_count; i++)
		slim_keep_path(t, conf->folders[i], slim_blob_of(file), SLIM_RULE_PHP_EXTENSION, word->from, "%s",
			       word->text);
}

static void keep_all(struct slim_trace *t, struct php_conf *conf, const struct slim_node *from, const char *why)
{
	if (conf->all)
		return;
	conf->all = true;
	slim_doubt(t, from, "all extensions of PHP stay: %s", why);
}

void php_conf_keep(struct slim_trace *t, struct php_conf *conf, const struct slim_node *interpreter)
{
	for (size_t i = 0; i < conf->extensions.count; i++)
		keep_named(t, conf, &conf->extensions.items[i]);
	if (!conf->read)
		keep_all(t, conf, interpreter, "none of its settings is there");
	if (conf->computed || conf->unknown)
		keep_all(t, conf, conf->computed, "one is named by what only the run knows");
	for (size_t i = 0; conf->all && i < conf->folder_count; i++)
		for (struct slim_node *c = conf->folders[i]->first; c; c = c->next)
			if (php_conf_is_extension(c))
				slim_keep(t, c, SLIM_RULE_PHP_FALLBACK, interpreter, "an extension");
}
