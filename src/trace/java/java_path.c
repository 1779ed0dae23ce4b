#include "java_path.h"

#include <string.h>

#include "../engine/owners.h"
#include "../lang/lang.h"
#include "../system/system_data.h"
#include "slim/path.h"

enum { BASES_MAX = 24, ARGUMENTS_MAX = 64 << 10 };

/* --- libraries for all --- */

static int by_name(const void *a, const void *b)
{
	const struct slim_node *x = *(struct slim_node *const *)a, *y = *(struct slim_node *const *)b;
	int order = strcmp(x->name, y->name);
	return order ? order : (x->id > y->id) - (x->id < y->id);
}

static bool is_library_folder(const struct slim_node *dir)
{
	static const char *const folders[] = { "lib", "lib64", "*-linux-*", "jni", NULL };
	const struct slim_node *top = dir;
	size_t depth = 1;
	for (; top->parent->parent; top = top->parent)
		depth++;
	return depth <= 4 && slim_name_in(folders, dir->name) &&
	       slim_name_in((const char *const[]){ "usr", "lib", "lib64", NULL }, top->name);
}

static void list_libraries(struct slim_trace *t, struct java_path *p)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	uint32_t count = (uint32_t)slim_tree_count(tree);
	for (uint32_t id = 1; id < count; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (!strncmp(node->name, "lib", 3) && strstr(node->name, ".so") && !slim_node_is_dir(node) &&
		    node->parent->parent && is_library_folder(node->parent))
			*slim_push(&p->libraries, &p->library_count, &p->library_capacity) = node;
	}
	if (p->library_count)
		qsort(p->libraries, p->library_count, sizeof(struct slim_node *), by_name);
}

/* Whether NAME is libWORD.so, or that and a version; else how it compares. */
static int compare_library(const char *name, struct slim_blob word)
{
	const char *stem = name + 3;
	int order = strncmp(stem, word.ptr, word.len);
	return order ? order : strncmp(stem + word.len, ".so", 3);
}

/* The first of the libraries of WORD; the count behind the last: there is none. */
static size_t first_library(const struct java_path *p, struct slim_blob word)
{
	size_t from = 0, to = p->library_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (compare_library(p->libraries[middle]->name, word) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < p->library_count && !compare_library(p->libraries[from]->name, word) ? from : p->library_count;
}

static bool is_known(void *context, struct slim_blob word)
{
	const struct java_path *p = context;
	return first_library(p, word) < p->library_count;
}

static void keep_loaded(struct slim_trace *t, const struct java_path *p, const struct slim_node *from,
			struct slim_blob word)
{
	for (size_t i = first_library(p, word);
	     i < p->library_count && !compare_library(p->libraries[i]->name, word); i++)
		slim_keep(t, p->libraries[i], SLIM_RULE_JAVA_NATIVE, from, "its classes name '%.*s'", (int)word.len,
			  word.ptr);
}

void java_path_begin(struct slim_trace *t, struct java_path *p, struct java_facts *facts, struct slim_arena *arena)
{
	if (!p->class_path_of) {
		p->class_path_of = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(*p->class_path_of));
		list_libraries(t, p);
	}
	const struct slim_elf *elf = slim_trace_elf(t, p->launcher);
	*facts = (struct java_facts){
		.arena = arena, .whole = true, .machine = elf ? elf->machine : 0, .known = is_known, .context = p,
	};
}

/* --- words --- */

struct reading {
	struct slim_trace *t;
	struct java_path *p;
	const struct slim_node *from;                   /* NULL: the config */
	const struct slim_node *bases[BASES_MAX];       /* where relative names may start */
	size_t base_count;
	bool bare;                                      /* names without a folder may be those of archives for all */
	struct slim_node *arguments[8];                 /* files of further words */
	size_t argument_count;
};

static void add_base(struct reading *r, const struct slim_node *dir)
{
	for (size_t i = 0; i < r->base_count; i++)
		if (r->bases[i] == dir)
			return;
	if (dir && slim_node_is_dir(dir) && r->base_count < BASES_MAX)
		r->bases[r->base_count++] = dir;
}

/* The working folder, and those that the environment names. */
static void add_config_bases(struct reading *r)
{
	const struct slim_config *c = slim_trace_config(r->t);
	add_base(r, slim_tree_find(slim_trace_tree(r->t), *c->working_dir ? c->working_dir : "/"));
	for (const char **e = c->env; *e; e++) {
		const char *value = strchr(*e, '=');
		if (value && value[1] == '/' && strlen(value) < SLIM_PATH_MAX)
			add_base(r, slim_tree_find(slim_trace_tree(r->t), value + 1));
	}
}

static void keep_archives_in(struct reading *r, const struct slim_node *dir)
{
	for (struct slim_node *c = slim_node_is_dir(dir) ? dir->first : NULL; c; c = c->next)
		if (java_is_archive_name(slim_blob(c->name, c->name_length)))
			slim_keep(r->t, c, SLIM_RULE_CLASS_PATH, r->from, "an archive in a folder of the class path");
}

static void keep_folder(struct reading *r, struct slim_node *dir)
{
	if (!slim_node_is_dir(dir) || slim_is_shared_folder(r->t, dir) || slim_is_managed(r->t, dir))
		return;
	slim_keep_below(r->t, dir, SLIM_RULE_CLASS_PATH, r->from, "a folder of the class path");
}

static void keep_word_from(struct reading *r, const struct slim_node *base, const struct java_word *word)
{
	struct slim_node *node = slim_tree_walk(slim_trace_tree(r->t), base, word->path, true, NULL, NULL);
	if (!node || !node->parent)
		return;
	if (word->folder)
		keep_archives_in(r, node);
	else if (word->below)
		keep_folder(r, node);
	else
		slim_keep_path(r->t, base, word->path, SLIM_RULE_CLASS_PATH, r->from, "'%.*s'", (int)word->path.len,
			       word->path.ptr);
	if (word->arguments && slim_node_is_file(node) && r->argument_count < SLIM_COUNT(r->arguments))
		r->arguments[r->argument_count++] = node;
}

/* find_jars and build-classpath look for names in one folder. */
static void keep_bare(struct reading *r, struct slim_blob name)
{
	slim_autofree char *path = slim_format("/usr/share/java/%.*s%s", (int)name.len, name.ptr,
					       java_is_archive_name(name) ? "" : ".jar");
	if (r->bare && slim_tree_find(slim_trace_tree(r->t), path))
		slim_keep_path(r->t, NULL, slim_blob_of(path), SLIM_RULE_CLASS_PATH, r->from, "the word '%.*s'", (int)name.len,
			       name.ptr);
}

static void see_word(void *context, const struct java_word *word)
{
	struct reading *r = context;
	if (word->bare || word->jar)
		keep_bare(r, word->path);
	if (word->bare || word->path.len >= SLIM_PATH_MAX)
		return;
	for (size_t i = 0; i < r->base_count; i++)
		keep_word_from(r, r->bases[i], word);
}

static void read_words(struct reading *r, struct slim_blob text)
{
	java_words_of(text, see_word, r);
	for (size_t i = 0; i < r->argument_count; i++) { /* argument files name no further ones: java(1) */
		size_t length;
		slim_autofree char *bytes = slim_trace_read(r->t, r->arguments[i], ARGUMENTS_MAX, &length);
		if (bytes)
			java_words_of(slim_blob(bytes, length), see_word, r);
	}
}

void java_path_of_words(struct slim_trace *t, struct java_path *p, const char *words)
{
	struct reading r = { .t = t, .p = p };
	add_config_bases(&r);
	read_words(&r, slim_blob_of(words));
}

void java_path_of_command(struct slim_trace *t, struct java_path *p, const struct java_command *command)
{
	struct reading r = { .t = t, .p = p, .from = command->from };
	for (size_t i = 0; i < command->folder_count; i++)
		add_base(&r, command->folders[i]);
	add_config_bases(&r);
	read_words(&r, command->words);
}

/* CATALINA_BASE, JETTY_HOME and their like: all of a server. Those of build tools say nothing about what runs. */
void java_path_of_environment(struct slim_trace *t, struct java_path *p)
{
	static const char *const names[] = { "*_HOME", "*_BASE", NULL };
	static const char *const others[] = { "JAVA_HOME", "JDK_HOME", "JRE_HOME", "MAVEN_HOME", "M2_HOME", "GRADLE_*", "ANT_HOME",
					      "KOTLIN_HOME", "SCALA_HOME", "SBT_HOME", "XDG_*", NULL };
	struct reading r = { .t = t, .p = p };
	for (const char **e = slim_trace_config(t)->env; *e; e++) {
		const char *value = strchr(*e, '=');
		slim_autofree char *name = slim_strndup(*e, value ? (size_t)(value - *e) : 0);
		if (value && value[1] == '/' && slim_name_in(names, name) && !slim_name_in(others, name))
			keep_word_from(&r, NULL, &(struct java_word){ .path = slim_blob_of(value + 1), .below = true });
	}
}

/* Files of options for a launcher that is no script. */
static bool is_options_file(const struct slim_node *node)
{
	return slim_name_in((const char *const[]){ "*.vmoptions", "*.options", "wrapper*.conf", "*.args", NULL }, node->name);
}

void java_path_of_script(struct slim_trace *t, struct java_path *p, struct slim_node *script, struct slim_blob text)
{
	bool names_java = memmem(text.ptr, text.len, "java", 4) || memmem(text.ptr, text.len, "JAVA", 4);
	if (!slim_is_followed(t, script) || !(names_java || is_options_file(script)))
		return;
	struct reading r = { .t = t, .p = p, .from = script, .bare = slim_kind_of(t, script) == SLIM_KIND_SCRIPT };
	add_base(&r, script->parent);
	add_base(&r, script->parent->parent);
	add_config_bases(&r);
	read_words(&r, text);
}

/* --- manifests --- */

/* An entry of a manifest's Class-Path: a URL, relative to the archive; a folder's ends with a slash. */
static void keep_entry(struct reading *r, const struct slim_node *base, struct slim_blob entry)
{
	if (slim_blob_starts(entry, "file:"))
		entry = slim_blob(entry.ptr + 5, entry.len - 5);
	bool folder = slim_blob_ends(entry, "/");
	if (!entry.len || entry.len >= SLIM_PATH_MAX)
		return;
	keep_word_from(r, base, &(struct java_word){ .path = entry, .jar = !folder, .below = folder });
}

static void keep_class_path(struct slim_trace *t, struct java_path *p, const struct slim_node *from,
			    struct slim_blob class_path)
{
	struct reading r = { .t = t, .p = p, .from = from };
	struct slim_blob entry;
	while (slim_blob_split_any(&class_path, " \t", &entry))
		keep_entry(&r, from->parent, entry);
}

void java_path_of_archive(struct slim_trace *t, struct java_path *p, struct slim_node *archive,
			  const struct java_facts *facts)
{
	struct slim_blob path = facts->class_path;
	if (path.len && !p->class_path_of[archive->id]) {
		*slim_push(&p->class_paths, &p->class_path_count, &p->class_path_capacity) =
			slim_blob(slim_arena_strndup(slim_trace_arena(t), path.ptr, path.len), path.len);
		p->class_path_of[archive->id] = (uint32_t)p->class_path_count;
	}
	keep_class_path(t, p, archive, path);
	for (size_t i = 0; i < facts->loads.count; i++)
		keep_loaded(t, p, archive, facts->loads.items[i]);
	for (size_t i = 0; i < facts->natives.count; i++) {
		slim_autofree char *evidence = slim_format("named by a native library in %s", archive->name);
		slim_keep_library(t, facts->natives.items[i].ptr, SLIM_RULE_JAVA_NATIVE, p->launcher, evidence);
	}
}

void java_path_of_link(struct slim_trace *t, struct java_path *p, struct slim_node *link)
{
	const struct slim_node *target =
		slim_tree_walk(slim_trace_tree(t), link->parent, link->inode->target, true, NULL, NULL);
	uint32_t at = target && p->class_path_of ? p->class_path_of[target->id] : 0;
	if (at)
		keep_class_path(t, p, link, p->class_paths[at - 1]);
}

void java_path_keep_system(struct slim_trace *t, struct java_path *p)
{
	static const char *const places[] = { "/etc/java-*/**", "/etc/ssl/certs/java/**", "/etc/pki/java/**",
					      "/etc/pki/ca-trust/extracted/java/**", "/usr/lib/jni/**", "$LIB/jni/**", "/etc/.java/**",
					      "/usr/share/ca-certificates-java/**" };
	if (p->system_done)
		return;
	p->system_done = true;
	for (size_t i = 0; i < SLIM_COUNT(places); i++)
		slim_keep_place(t, places[i], SLIM_RULE_JAVA_RUNTIME, p->launcher, "what a Java runtime looks for");
	lang_keep_shell(t, p->launcher, "Java");
}

void java_path_clear(struct java_path *p)
{
	free(p->libraries);
	free(p->class_paths);
	free(p->class_path_of);
}
