/* Paths that kept configuration files name. docs/rules.md E9, D9. */
#include <ctype.h>
#include <string.h>

#include "app_sources.h"
#include "config_command.h"
#include "named_folder.h"
#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "slim/path.h"
#include "../system/system_data.h"

enum { CONFIG_MAX = 1 << 20 };

/* Read by other rules, or lists of what may be there, not of what is wanted. */
static const char *const not_scanned[] = {
	"package.json", "package-lock.json",
	"passwd", "passwd-", "group", "group-", "shadow", "shadow-", "gshadow", "gshadow-", "subuid*", "subgid*", "shells",
	"ld.so.conf", "nsswitch.conf", "services", "protocols", "mime.types", "magic", "login.defs", "hosts", "profile",
	"bash.bashrc", "inputrc", "adduser.conf", "deluser.conf", "fstab", "mtab", "ca-certificates.conf", "os-release",
	"sudoers", "mailcap", "environment", "useradd", "debconf.conf", "networks", "rpc", "ethertypes", "copyright", NULL
};

/* Folders below /etc of which the same is true. */
static const char *const not_scanned_folders[] = { "ld.so.conf.d", "pam.d", "skel", NULL };

static const char *const config_names[] = { "*.conf", "*.cnf", "*.ini", "*.cfg", "*.yaml", "*.yml", "*.toml", "*.properties",
					     "*.env", ".env", "*.xml", NULL };

/* Sources of an application name files as configuration does; those of packages are data of their runtime. */
static const char *const source_names[] = { "*.py", "*.rb", "*.php", "*.pl", "*.pm", "*.lua", "*.tcl", "*.R", "*.js", "*.mjs",
					     "*.cjs", "*.ts", "*.json", "*.erb", "*.ru", "*.wsgi", NULL };

/* Of a package that is started, too, these name programs by their paths. */
static const char *const package_settings[] = { "*.json", NULL };

struct state {
	struct slim_waiting waiting; /* text files that are no configuration as far as is known */
	const uint32_t *owners;          /* slim_folder_owners */
	const struct slim_node *etc;
};

/* One configuration file that is being read. */
struct reading {
	struct slim_trace *t;
	struct state *s;
	const struct slim_node *file;
	struct slim_node *bases[8]; /* folders to which its relative names may refer */
	size_t base_count;
	struct slim_bytes separators; /* between words */
	enum slim_rule_id rule;     /* of the line */
	bool programs;              /* only programs are looked for */
	bool source;                /* of a language with literals */
	bool off;                   /* it is not switched on: it starts no program */
};

static void start(struct slim_trace *t, void *state)
{
	struct state *s = state;
	s->owners = slim_folder_owners(t);
	s->etc = slim_tree_find(slim_trace_tree(t), "/etc");
}

/* A file that names a folder in which it lies says where its application is: that asks for no packages in there. */
static void keep_whole(struct reading *r, struct slim_node *dir, struct slim_blob word)
{
	bool around = slim_node_within(r->file, dir);
	uint32_t end = slim_node_end(slim_trace_tree(r->t), dir);
	for (uint32_t id = dir->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(slim_trace_tree(r->t), id);
		if (!slim_is_junk(r->t, node) && !(around && slim_is_managed(r->t, node)))
			slim_keep(r->t, node, r->rule, r->file, "'%.*s'", (int)word.len, word.ptr);
	}
}

static void keep_folder(struct reading *r, struct slim_node *dir, struct slim_blob word)
{
	bool all = !slim_is_shared_folder(r->t, dir) && !app_is_given(dir) && !slim_is_junk(r->t, dir) &&
		   !slim_is_managed(r->t, dir) && app_is_own_folder(r->t, r->s->owners, dir, r->file, true);
	slim_keep_path(r->t, NULL, word, r->rule, r->file, "'%.*s'", (int)word.len, word.ptr);
	if (all)
		keep_whole(r, dir, word);
}

static void keep_found(struct reading *r, const struct slim_node *base, struct slim_node *node, struct slim_blob word)
{
	enum slim_kind kind = slim_kind_of(r->t, node);
	if ((r->programs && !slim_node_is_executable(node)) ||
	    (r->off && (kind == SLIM_KIND_PROGRAM || kind == SLIM_KIND_SCRIPT)))
		return;
	if (slim_node_is_dir(node)) {
		if (!base && node->parent)
			keep_folder(r, node, word);
		return;
	}
	/* a mere mention does not bring a whole runtime */
	if (slim_is_junk(r->t, node) || (slim_node_is_executable(node) && slim_is_runtime_program(node)))
		return;
	slim_keep_path(r->t, base, word, r->rule, r->file, "'%.*s'", (int)word.len, word.ptr);
}

/* A pattern is followed when the folder before its first wildcard is nobody's common ground. */
static void keep_pattern(struct reading *r, const struct slim_node *base, struct slim_blob word)
{
	size_t cut = 0;
	for (size_t i = 0; i < word.len && !strchr("*?[", word.ptr[i]); i++)
		if (word.ptr[i] == '/')
			cut = i;
	struct slim_node *dir = slim_tree_walk(slim_trace_tree(r->t), base, slim_blob(word.ptr, cut), true, NULL, NULL);
	if (!dir || !cut || !dir->parent || slim_is_shared_folder(r->t, dir) || app_is_given(dir))
		return;
	slim_autofree char *base_path =
		base ? slim_strdup(slim_node_path(slim_trace_arena(r->t), base)) : slim_strdup("");
	slim_autofree char *pattern = slim_format("%s%s%.*s", base_path, base ? "/" : "", (int)word.len, word.ptr);
	slim_keep_glob(r->t, slim_blob_of(pattern), false, SLIM_RULE_CONFIG_INCLUDE, r->file, "'%.*s'", (int)word.len,
		       word.ptr);
}

static void read_absolute(struct reading *r, struct slim_blob word)
{
	if (slim_is_wildcard(word)) {
		keep_pattern(r, NULL, word);
		return;
	}
	struct slim_node *node = slim_tree_walk(slim_trace_tree(r->t), NULL, word, true, NULL, NULL);
	if (node)
		keep_found(r, NULL, node, word);
}

static void read_relative(struct reading *r, struct slim_blob word)
{
	for (size_t i = 0; i < r->base_count && !r->programs; i++) {
		if (slim_is_wildcard(word)) {
			keep_pattern(r, r->bases[i], word);
			continue;
		}
		struct slim_node *node = slim_tree_walk(slim_trace_tree(r->t), r->bases[i], word, true, NULL, NULL);
		if (node && node->parent)
			keep_found(r, r->bases[i], node, word);
	}
}

static bool is_relative_name(struct slim_blob word)
{
	bool letter = false, mark = false;
	for (size_t i = 0; i < word.len; i++) {
		letter |= isalpha((unsigned char)word.ptr[i]) != 0;
		mark |= word.ptr[i] == '/' || word.ptr[i] == '.';
	}
	return letter && mark && (isalnum((unsigned char)*word.ptr) || strchr("._*", *word.ptr));
}

static void read_word(struct reading *r, struct slim_blob word)
{
	while (word.len > 1 && strchr(".,:", word.ptr[word.len - 1]))
		word.len--;
	if (word.len < 2 || word.len > SLIM_PATH_MAX)
		return;
	if (*word.ptr == '/')
		read_absolute(r, word);
	else if (word.len <= SLIM_NAME_MAX && is_relative_name(word))
		read_relative(r, word);
}

static bool holds(struct slim_blob text, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= text.len; i++)
		if ((text.ptr[i] | 0x20) == *word && !strncasecmp(text.ptr + i, word, n))
			return true;
	return false;
}

/* "include", "IncludeOptional", "!includedir", "#includedir", "load_module", "LoadModule", "include_dir", ".include" */
static bool is_include(struct slim_blob line)
{
	size_t n = 0;
	while (n < line.len && !isspace((unsigned char)line.ptr[n]) && line.ptr[n] != '=')
		n++;
	line.len = n;
	return holds(line, "include") || holds(line, "load_module") || holds(line, "loadmodule");
}

static bool is_comment(struct slim_blob line)
{
	return *line.ptr == '#' || *line.ptr == ';' || slim_blob_starts(line, "//") || slim_blob_starts(line, "<!--");
}

static void read_line(struct reading *r, struct slim_blob line)
{
	line = slim_blob_trim(line);
	if (!line.len || (is_comment(line) && !slim_blob_starts(line, "#include")))
		return;
	r->rule = is_include(line) ? SLIM_RULE_CONFIG_INCLUDE : SLIM_RULE_CONFIG_PATH;
	if (!r->programs && !r->off)
		slim_config_commands(r->t, r->file, line, r->source);
	struct slim_blob word;
	while (slim_blob_split_bytes(&line, &r->separators, &word))
		read_word(r, word);
}

static void add_base(struct reading *r, struct slim_node *dir)
{
	if (dir && dir->parent && slim_node_is_dir(dir) && r->base_count < SLIM_COUNT(r->bases))
		r->bases[r->base_count++] = dir;
}

/*
 * Where relative names may start: the file's folder, those above it that belong to the same thing, and the prefix
 * that goes with /etc/NAME (nginx -p /usr/share/nginx).
 */
static void find_bases(struct reading *r)
{
	static const char *const prefixes[] = { "/usr/share", "/usr/lib", "/usr/local" };
	struct slim_node *dir = r->file->parent, *top = dir;
	add_base(r, dir);
	for (size_t i = 0; i < 3 && top->parent && !slim_is_shared_folder(r->t, top->parent); i++) {
		top = top->parent;
		add_base(r, top);
	}
	if (top->parent != r->s->etc || !r->s->etc)
		return;
	for (size_t i = 0; i < SLIM_COUNT(prefixes); i++) {
		slim_autofree char *path = slim_format("%s/%s", prefixes[i], top->name);
		add_base(r, slim_tree_find(slim_trace_tree(r->t), path));
	}
}

static bool is_named(const struct slim_trace *t, const struct slim_node *node)
{
	static const enum slim_rule_id rules[] = { SLIM_RULE_ARGUMENT, SLIM_RULE_ENVIRONMENT, SLIM_RULE_CONFIG_INCLUDE,
						   SLIM_RULE_CONFFILE };
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		if (slim_has_reason(t, node, rules[i]))
			return true;
	return false;
}

static void read_config(struct slim_trace *t, struct state *s, const struct slim_node *file)
{
	struct reading r = { .t = t, .s = s, .file = file, .separators = slim_bytes_of(" \t\"'=,;()<>{}|&:`$!") };
	r.programs = slim_is_system_path(file) && !(s->etc && slim_node_within(file, s->etc)) &&
		     slim_name_in(package_settings, file->name) && !is_named(t, file);
	r.source = app_language_of(t, (struct slim_node *)file, SLIM_KIND_TEXT);
	r.off = slim_is_switched_off(t, file);
	size_t length = 0;
	slim_autofree char *text =
		file->inode->size <= CONFIG_MAX ? slim_trace_read(t, file, CONFIG_MAX, &length) : NULL;
	if (!text)
		return;
	find_bases(&r);
	struct slim_blob rest = slim_blob(text, length), line;
	while (slim_blob_line(&rest, &line))
		read_line(&r, line);
}

static bool is_config(struct slim_trace *t, const struct state *s, const struct slim_node *node)
{
	if (slim_name_in(not_scanned, node->name) || slim_name_in(not_scanned_folders, node->parent->name) ||
	    slim_is_junk(t, node))
		return false;
	if (s->etc && slim_node_within(node, s->etc))
		return true;
	if (!slim_is_followed(t, node) && !slim_has_reason(t, node, SLIM_RULE_APPLICATION) &&
	    !slim_has_reason(t, node, SLIM_RULE_LOCAL_FILE))
		return false;
	if (slim_is_managed(t, node))
		return false;
	return slim_name_in(config_names, node->name) || is_named(t, node) ||
	       slim_name_in(package_settings, node->name) ||
	       (!slim_is_system_path(node) && slim_name_in(source_names, node->name));
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	if (is_config(t, s, node))
		read_config(t, s, node);
	else if (!slim_is_managed(t, node))
		slim_waiting_add(&s->waiting, node);
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->waiting);
	for (size_t i = 0; i < now.count; i++) {
		if (is_config(t, s, now.nodes[i]))
			read_config(t, s, now.nodes[i]);
		else
			slim_waiting_add(&s->waiting, now.nodes[i]);
	}
}

static void clear(void *state)
{
	struct state *s = state;
	slim_waiting_clear(&s->waiting);
}

const struct slim_tracer slim_config_tracer = {
	.name = "configuration", .kinds = SLIM_KIND_TEXT, .state_size = sizeof(struct state),
	.start = start, .visit = visit, .settle = settle, .clear = clear,
};
