/*
 * Java: the runtimes in use, less the parts that no application here can use, and what class paths name. What an
 * application uses is read from all of its classes: whoever uses a class of the runtime has its name. docs/rules.md D6.
 */
#include <string.h>

#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../lang/lang.h"
#include "../system/system_data.h"
#include "java_path.h"
#include "slim/path.h"

enum { TEXT_MAX = 1 << 20, CLASS_MAX = 4 << 20, COMMANDS_MAX = 4096 };

struct home {
	struct slim_node *dir, *asker;
	unsigned given; /* the uses whose parts are kept */
	bool base;      /* what everybody uses is kept */
};

struct state {
	struct slim_waiting programs; /* of a home, until something starts them */
	struct slim_waiting files;    /* archives, classes, texts, until a runtime is in use */
	struct home *homes;
	size_t home_count, home_capacity;
	struct java_command *commands; /* until a runtime is in use; the trace's arena owns what they point to */
	size_t command_count, command_capacity, command_done;
	struct java_path path;
	unsigned uses;
	const struct slim_node *users[JAVA_USE_BITS]; /* who was the first with that use; NULL: the config */
	uint64_t spent; /* bytes read of archives */
	bool code, config_done, fallback_done;
};

static bool is_class_name(const struct slim_node *node)
{
	static const char *const endings[] = { ".class", ".java", ".jsp", ".groovy", ".kts", ".clj", ".jmod" };
	struct slim_blob name = slim_blob(node->name, node->name_length);
	for (size_t i = 0; i < SLIM_COUNT(endings); i++)
		if (slim_blob_ends(name, endings[i]))
			return true;
	return false;
}

static bool is_code(const struct slim_node *node)
{
	return is_class_name(node) || java_is_archive_name(slim_blob(node->name, node->name_length));
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	enum slim_kind kind = slim_kind_of(t, node);
	if (kind == SLIM_KIND_PROGRAM || kind == SLIM_KIND_LIBRARY) {
		if (kind == SLIM_KIND_PROGRAM ? java_home_of(slim_trace_tree(t), node) != NULL :
						!strcmp(node->name, "libjvm.so"))
			slim_waiting_add(&s->programs, node);
	} else if (kind == SLIM_KIND_SCRIPT || kind == SLIM_KIND_TEXT || is_code(node)) {
		slim_waiting_add(&s->files, node);
	}
}

static bool is_launcher(struct slim_blob word)
{
	struct slim_blob name = slim_path_base(word);
	return slim_blob_is(name, "java") || slim_blob_is(name, "jsvc");
}

/* Remembered, since most command lines are found before it is known whether a runtime is in use. */
static void command(struct slim_trace *t, void *state, const struct slim_command_line *line)
{
	struct state *s = state;
	if (!line->count || !line->words[0].ptr || !is_launcher(line->words[0]) || s->command_count == COMMANDS_MAX)
		return;
	size_t length = 0;
	for (size_t i = 1; i < line->count; i++)
		length += line->words[i].len + 1;
	char *words = slim_arena_alloc(slim_trace_arena(t), length + 1), *end = words;
	for (size_t i = 1; i < line->count; i++) {
		if (line->words[i].ptr)
			end = mempcpy(end, line->words[i].ptr, line->words[i].len);
		*end++ = '\n';
	}
	const struct slim_node **folders =
		slim_arena_alloc(slim_trace_arena(t), (line->folder_count + 1) * sizeof(*folders));
	for (size_t i = 0; i < line->folder_count; i++)
		folders[i] = line->folders[i];
	*slim_push(&s->commands, &s->command_count, &s->command_capacity) = (struct java_command){
		.words = slim_blob(words, (size_t)(end - words)), .from = line->from, .folders = folders,
		.folder_count = line->folder_count,
	};
}

static void add_uses(struct state *s, unsigned uses, const struct slim_node *user)
{
	for (unsigned bit = 0; bit < JAVA_USE_BITS; bit++)
		if (uses & ~s->uses & 1u << bit)
			s->users[bit] = user;
	s->uses |= uses;
}

/* --- runtimes --- */

static void use_home(struct state *s, struct slim_node *dir, struct slim_node *asker)
{
	for (size_t i = 0; i < s->home_count; i++)
		if (s->homes[i].dir == dir)
			return;
	*slim_push(&s->homes, &s->home_count, &s->home_capacity) = (struct home){ .dir = dir, .asker = asker };
}

static void take_programs(struct slim_trace *t, struct state *s)
{
	const bool *started = slim_started(t);
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->programs);
	for (size_t i = 0; i < now.count; i++) {
		struct slim_node *node = now.nodes[i], *home = java_home_of(slim_trace_tree(t), node);
		if (!started[node->id] && slim_kind_of(t, node) == SLIM_KIND_PROGRAM) {
			slim_waiting_add(&s->programs, node);
			continue;
		}
		add_uses(s, java_uses_of_program(node), node);
		if (home)
			use_home(s, home, node);
		else
			slim_doubt(t, node, "no Java runtime around it is known: what it loads is not followed");
	}
}

static void keep_part(struct slim_trace *t, const struct state *s, const struct home *home, struct slim_node *node)
{
	unsigned for_uses = java_uses_of_file(node), now = for_uses & s->uses & ~home->given;
	for (unsigned bit = 0; bit < JAVA_USE_BITS; bit++)
		if (now & 1u << bit)
			slim_keep(t, node, SLIM_RULE_JAVA_RUNTIME, s->users[bit], "the part of Java for %s",
				  java_use_name(1u << bit));
	if (!for_uses && !home->base && !slim_is_junk(t, node))
		slim_keep(t, node, SLIM_RULE_JAVA_RUNTIME, home->asker, "the runtime");
}

/* The library that libnet.so opens then: DefaultProxySelector.c of OpenJDK. */
static void keep_proxies(struct slim_trace *t, const struct state *s, const struct home *home)
{
	const char *name = java_use_name(JAVA_PROXIES);
	if (s->uses & ~home->given & JAVA_PROXIES)
		slim_keep_library(t, "libgio-2.0.so.0", SLIM_RULE_JAVA_RUNTIME, home->asker, name);
}

/* A runtime's own settings turn on what nobody's code does: net.properties. */
static void read_settings(struct slim_trace *t, struct state *s, const struct home *home)
{
	static const char *const files[] = { "conf/net.properties", "lib/net.properties" };
	for (size_t i = 0; i < SLIM_COUNT(files); i++) {
		struct slim_node *node =
			slim_tree_walk(slim_trace_tree(t), home->dir, slim_blob_of(files[i]), true, NULL, NULL);
		size_t length;
		slim_autofree char *text =
			node && slim_node_is_file(node) ? slim_trace_read(t, node, TEXT_MAX, &length) : NULL;
		if (text && strstr(text, "\njava.net.useSystemProxies=true"))
			add_uses(s, JAVA_PROXIES, node);
	}
}

/* A JDK 8 has its runtime in jre; what is beside that is for development. */
static bool is_beside_jre(const struct slim_tree *tree, const struct slim_node *home, const struct slim_node *node)
{
	const struct slim_node *jre = slim_node_child(tree, home, SLIM_BLOB("jre"));
	return jre && jre != node && !slim_node_within(node, jre) && strcmp(node->parent->name, "bin");
}

static void keep_home(struct slim_trace *t, struct state *s, struct home *home)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	if (home->base && !(s->uses & ~home->given))
		return;
	if (!home->base)
		read_settings(t, s, home);
	keep_proxies(t, s, home);
	uint32_t end = slim_node_end(tree, home->dir);
	for (uint32_t id = home->dir->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (!is_beside_jre(tree, home->dir, node) || java_uses_of_file(node))
			keep_part(t, s, home, node);
	}
	home->base = true;
	home->given |= s->uses;
}

/* --- what applications use --- */

/* A text that may speak for an application: not the settings of Java itself, which name all that it has. */
static bool is_worth_reading(struct slim_trace *t, const struct slim_node *node)
{
	const struct slim_node *top = node, *second = node;
	for (; top->parent->parent; top = top->parent)
		second = top;
	bool etc = !strcmp(top->name, "etc");
	if (slim_is_junk(t, node) || (etc && slim_name_in((const char *const[]){ "java*", ".java", NULL }, second->name)))
		return false;
	return etc || !strcmp(top->name, "var") || slim_is_followed(t, node) || !slim_is_system_path(node);
}

static void read_text(struct slim_trace *t, struct state *s, struct slim_node *node, struct java_facts *facts)
{
	bool class = is_class_name(node);
	size_t length;
	slim_autofree char *bytes = slim_trace_read(t, node, class ? CLASS_MAX : TEXT_MAX, &length);
	if (!bytes)
		return;
	struct slim_blob text = slim_blob(bytes, length);
	if (slim_blob_ends(slim_blob(node->name, node->name_length), ".class"))
		java_read_class(facts, text);
	else
		java_read_text(facts, text);
	if (!class)
		java_path_of_script(t, &s->path, node, text);
}

static void read_file(struct slim_trace *t, struct state *s, struct slim_node *node)
{
	bool archive = java_is_archive_name(slim_blob(node->name, node->name_length));
	if (java_home_of(slim_trace_tree(t), node) || (!archive && !is_code(node) && !is_worth_reading(t, node)))
		return;
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_autofree struct java_facts *facts = slim_calloc(1, sizeof(*facts));
	java_path_begin(t, &s->path, facts, arena);
	facts->spent = s->spent;
	if (archive)
		java_read_archive(facts, node->inode);
	else
		read_text(t, s, node, facts);
	s->spent = facts->spent;
	s->code |= archive || is_class_name(node);
	add_uses(s, facts->uses, node);
	if (!facts->whole) {
		add_uses(s, JAVA_DESKTOP | JAVA_COMPILER, node);
		slim_doubt(t, node, "cannot be read whole: all parts of the Java runtime stay");
	}
	java_path_of_archive(t, &s->path, node, facts);
}

static void read_files(struct slim_trace *t, struct state *s)
{
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->files);
	for (size_t i = 0; i < now.count; i++)
		if (slim_node_is_link(now.nodes[i]))
			java_path_of_link(t, &s->path, now.nodes[i]);
		else
			read_file(t, s, now.nodes[i]);
}

static void read_words(struct slim_trace *t, struct state *s, const char *words)
{
	struct java_facts *facts = slim_calloc(1, sizeof(*facts));
	java_read_text(facts, slim_blob_of(words));
	add_uses(s, facts->uses, NULL);
	free(facts);
	java_path_of_words(t, &s->path, words);
}

static void read_config(struct slim_trace *t, struct state *s)
{
	const struct slim_config *c = slim_trace_config(t);
	const char *const *const lists[] = { (const char *const *)c->entrypoint, (const char *const *)c->cmd,
					      (const char *const *)c->healthcheck, (const char *const *)c->env };
	for (size_t i = 0; !s->config_done && i < SLIM_COUNT(lists); i++) {
		char *line = slim_strdup("");
		for (const char *const *word = lists[i]; *word; word++) {
			char *longer = slim_format("%s%s\n", line, *word);
			free(line);
			line = longer;
		}
		read_words(t, s, line);
		free(line);
	}
	if (!s->config_done)
		java_path_of_environment(t, &s->path);
	s->config_done = true;
}

static void read_commands(struct slim_trace *t, struct state *s)
{
	for (; s->command_done < s->command_count; s->command_done++) {
		const struct java_command *line = &s->commands[s->command_done];
		slim_autofree struct java_facts *facts = slim_calloc(1, sizeof(*facts));
		java_read_text(facts, line->words);
		add_uses(s, facts->uses, line->from);
		java_path_of_command(t, &s->path, line);
	}
}

/* --- fallbacks --- */

/* A kept archive or class outside of every runtime; NULL: there is none. */
static struct slim_node *kept_code(struct slim_trace *t)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	uint32_t count = (uint32_t)slim_tree_count(tree);
	for (uint32_t id = 1; id < count; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (slim_trace_kept(t, node) && slim_node_is_file(node) && is_code(node) &&
		    !slim_name_in((const char *const[]){ "*-wrapper.jar", "*.java", "*.kts", NULL }, node->name) &&
		    !java_home_of(tree, node))
			return node;
	}
	return NULL;
}

/* Something else than a script or a command line starts Java, and says nowhere how. */
static void keep_unstarted(struct slim_trace *t, struct state *s)
{
	struct slim_node *code = kept_code(t), *java = NULL;
	const char *home = slim_trace_env(t, "JAVA_HOME");
	if (!code)
		return;
	slim_autofree char *path = slim_format("%s/bin/java", home ? home : "");
	if (home)
		java = slim_keep_path(t, NULL, slim_blob_of(path), SLIM_RULE_JAVA_FALLBACK, code, "JAVA_HOME");
	if (!java)
		java = slim_keep_program(t, SLIM_BLOB("java"), SLIM_RULE_JAVA_FALLBACK, code, "the image's java");
	struct slim_node *dir = java ? java_home_of(slim_trace_tree(t), java) : NULL;
	if (!dir)
		return;
	slim_doubt(t, code, "nothing that is known starts Java for it: the image's Java stays");
	use_home(s, dir, java);
}

/* The classes are made or found in a way that is not known. */
static void keep_without_code(struct slim_trace *t, struct state *s)
{
	add_uses(s, JAVA_EVERY_USE, s->homes[0].asker);
	slim_doubt(t, s->homes[0].asker, "none of the classes that it runs are kept: all of Java's parts and /usr/share/java stay");
	slim_keep_place(t, "/usr/share/java/**", SLIM_RULE_JAVA_FALLBACK, s->homes[0].asker, "archives for all");
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	take_programs(t, s);
	if (!s->home_count)
		keep_unstarted(t, s);
	if (!s->home_count)
		return;
	s->path.launcher = s->homes[0].asker;
	read_config(t, s);
	read_commands(t, s);
	read_files(t, s);
	if (!s->code && !s->fallback_done && !kept_code(t)) {
		s->fallback_done = true;
		keep_without_code(t, s);
	}
	for (size_t i = 0; i < s->home_count; i++)
		keep_home(t, s, &s->homes[i]);
	java_path_keep_system(t, &s->path);
}

static void clear(void *state)
{
	struct state *s = state;
	slim_waiting_clear(&s->programs);
	slim_waiting_clear(&s->files);
	free(s->homes);
	free(s->commands);
	java_path_clear(&s->path);
}

const struct slim_tracer slim_java_tracer = {
	.name = "Java", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT | SLIM_KIND_DATA |
				 SLIM_KIND_LINK,
	.state_size = sizeof(struct state), .visit = visit, .command = command, .settle = settle, .clear = clear,
};
