/* Names of modules outside Python's sources: command lines, Env, shell scripts, settings. */
#include "python_state.h"

#include <ctype.h>

#include "../system/system_data.h"
#include "slim/path.h"

enum { WORDS_MAX = 1 << 20, BINARY_MAX = 64 << 20, NAME_LENGTH_MAX = 100 };

bool python_is_tool(struct slim_blob name)
{
	static const char *const tools[] = { "pytest",        "_pytest",    "py",     "mypy",       "sphinx",
					     "pip",           "setuptools", "wheel",  "tox",        "nox",
					     "coverage",      "black",      "flake8", "pylint",     "isort",
					     "ruff",          "hypothesis", "nose",   "build",      "test",
					     "tests",         "docs",       "doc",    "examples",   "scripts",
					     "pkg_resources", "distutils",  "twine",  "pre_commit", "ipython",
					     "IPython",       "virtualenv", "bandit", "pycodestyle" };
	for (size_t i = 0; i < SLIM_COUNT(tools); i++)
		if (slim_blob_is(name, tools[i]))
			return true;
	return false;
}

/* What a text tells about a word beside its letters. */
struct place {
	bool option; /* it follows "-x" or "--long": its value */
	bool module; /* it follows -m */
	bool scalar; /* it is the whole value of a setting */
	bool imports; /* it follows "import" or "from" */
};

static bool is_file_ending(struct slim_blob word)
{
	static const char *const endings[] = { ".py",   ".txt",  ".com",  ".org",   ".net", ".io",   ".json",
					       ".yml",  ".yaml", ".html", ".css",   ".js",  ".md",   ".log",
					       ".conf", ".ini",  ".so",   ".sock",  ".pid", ".toml", ".cfg",
					       ".sh",   ".db",   ".xml",  ".local", ".zip", ".gz" };
	for (size_t i = 0; i < SLIM_COUNT(endings); i++)
		if (slim_blob_ends(word, endings[i]))
			return true;
	return false;
}

/* "egg:name#entry" is a distribution's, "call:module:function" is called (PasteDeploy, gunicorn). True: WORD is one. */
static bool read_scheme(struct slim_trace *t, struct python_state *s, const struct slim_node *node,
			struct slim_blob word)
{
	struct slim_blob rest = word, scheme;
	slim_blob_split(&rest, ':', &scheme);
	bool egg = slim_blob_is(scheme, "egg");
	if (!rest.ptr || !rest.len || (!egg && !slim_blob_is(scheme, "call")))
		return false;
	slim_autofree char *evidence = slim_format("the word '%.*s'", (int)word.len, word.ptr);
	struct python_asker asker = { (struct slim_node *)node, SLIM_RULE_PYTHON_NAME, evidence, true, NULL };
	if (!egg) {
		python_name(t, s, &asker, rest);
		return true;
	}
	size_t count;
	struct python_dist **found =
		python_dists_named(s->dists, python_normal_name(slim_trace_arena(t), rest), &count);
	for (size_t i = 0; i < count; i++) {
		python_keep_dist(t, s, found[i], &asker);
		python_reach_points(t, s, &asker, found[i]);
	}
	return true;
}

static void read_word(struct slim_trace *t, struct python_state *s, const struct slim_node *node, struct slim_blob word,
		      struct place place)
{
	while (word.len && strchr(".:", word.ptr[word.len - 1]))
		word.len--;
	if (!word.len || word.len > NAME_LENGTH_MAX || (!isalpha((unsigned char)*word.ptr) && *word.ptr != '_'))
		return;
	if (read_scheme(t, s, node, word))
		return;
	bool joined = memchr(word.ptr, '.', word.len) || memchr(word.ptr, ':', word.len);
	if (joined ? is_file_ending(word) : !(place.option || place.module || place.scalar || place.imports))
		return;
	slim_autofree char *evidence = slim_format("the word '%.*s'", (int)word.len, word.ptr);
	const struct python_asker asker = { (struct slim_node *)node, SLIM_RULE_PYTHON_NAME, evidence, true, NULL };
	if (!place.module && !place.imports) {
		python_name(t, s, &asker, word);
		return;
	}
	slim_autofree char *main = slim_format("%.*s.__main__", (int)word.len, word.ptr);
	for (size_t i = 0; i < s->runtimes.count; i++)
		python_reach(t, s, s->runtimes.items[i], &asker, place.module ? slim_blob_of(main) : word, NULL);
}

static bool is_word_byte(unsigned char c)
{
	return isalnum(c) || c == '_' || c == '.' || c == ':';
}

/* Whether what surrounds a word on its line is no more than a key and quotes. */
static bool is_scalar(struct slim_blob line, struct slim_blob word)
{
	const char *end = line.ptr + line.len, *p = word.ptr + word.len, *start = word.ptr;
	while (p < end && strchr("\"' \t,]\r", *p))
		p++;
	while (start > line.ptr && strchr("\"' \t[", start[-1]))
		start--;
	return p == end && (start == line.ptr || strchr("=:-", start[-1]));
}

static void read_line(struct slim_trace *t, struct python_state *s, const struct slim_node *node, struct slim_blob line,
		      bool settings)
{
	struct slim_blob before = SLIM_BLOB("");
	for (size_t at = 0; at < line.len;) {
		size_t from = at;
		while (at < line.len && is_word_byte((unsigned char)line.ptr[at]))
			at++;
		while (slim_blob_starts(slim_blob(line.ptr + from, at - from), "egg:") && at < line.len &&
		       (is_word_byte((unsigned char)line.ptr[at]) || line.ptr[at] == '-'))
			at++;
		struct slim_blob word = slim_blob(line.ptr + from, at - from);
		if (!word.len) {
			at++;
			/* an option and its value: -k gevent, --pool=eventlet */
			if (line.ptr[from] == '-' && (!from || strchr(" \t\"'[,-", line.ptr[from - 1]))) {
				while (at < line.len &&
				       (is_word_byte((unsigned char)line.ptr[at]) || line.ptr[at] == '-'))
					at++;
				before = slim_blob(line.ptr + from, at - from);
			}
			continue;
		}
		struct place place = { .option = before.len && *before.ptr == '-',
				       .module = slim_blob_is(before, "-m"),
				       .imports = slim_blob_is(before, "import") || slim_blob_is(before, "from"),
				       .scalar = settings && is_scalar(line, word) };
		bool path =
			(from && strchr("/$@~", line.ptr[from - 1])) || (at < line.len && strchr("/@", line.ptr[at]));
		if (!path)
			read_word(t, s, node, word, place);
		before = word;
	}
}

static void read_text(struct slim_trace *t, struct python_state *s, const struct slim_node *node, struct slim_blob text,
		      bool settings)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob trimmed = slim_blob_trim(line);
		if (trimmed.len && *trimmed.ptr != '#' && *trimmed.ptr != ';')
			read_line(t, s, node, line, settings);
	}
}

void python_read_words(struct slim_trace *t, struct python_state *s, struct slim_node *node)
{
	size_t length = 0;
	slim_autofree char *text = node->inode->size <= WORDS_MAX ? slim_trace_read(t, node, WORDS_MAX, &length) : NULL;
	if (text)
		read_text(t, s, node, slim_blob(text, length), slim_kind_of(t, node) != SLIM_KIND_SCRIPT);
}

static void read_list(struct slim_trace *t, struct python_state *s, const char *const *words)
{
	const struct python_asker asker = { NULL, SLIM_RULE_PYTHON_NAME, "a command line", true, NULL };
	slim_autofree char *line = slim_strdup("");
	for (; *words; words++) {
		char *longer = slim_format("%s%s\n", line, *words);
		for (char *c = longer; *c; c++)
			if (*c == '\n')
				*c = ' ';
		free(line);
		line = longer;
		if (strstr(*words, "import")) /* python -c '…' */
			python_follow_text(t, s, slim_blob_of(*words), &asker);
	}
	read_text(t, s, NULL, slim_blob_of(line), false);
}

/* "python3", "tini -- python3 -i": an interpreter, and behind it no more than options. */
static bool is_alone(const char *const *words)
{
	static const char *const interpreters[] = { "python",    "python[23]", "python3.[0-9]*", "pypy", "pypy3",
						    "ipython", "ipython3", "bpython",        NULL };
	bool found = false;
	for (; *words; words++) {
		struct slim_blob name = slim_path_base(slim_blob_of(*words));
		slim_autofree char *base = slim_strndup(name.ptr, name.len);
		if (found && (**words != '-' || !strncmp(*words, "-m", 2) || !strncmp(*words, "-c", 2)))
			return false;
		found |= slim_name_in(interpreters, base);
	}
	return found;
}

void python_read_config(struct slim_trace *t, struct python_state *s)
{
	const struct slim_config *config = slim_trace_config(t);
	s->alone = is_alone(config->cmd) || (!*config->cmd && is_alone(config->entrypoint)) ||
		   (*config->cmd && **config->cmd == '-' && is_alone(config->entrypoint));
	read_list(t, s, config->entrypoint);
	read_list(t, s, config->cmd);
	read_list(t, s, config->healthcheck);
	for (const char **e = config->env; *e; e++)
		read_text(t, s, NULL, slim_blob_of(*e), true);
}

/*
 * The texts of a compiled module (Lib/marshal): a type, the length in one byte or four, the text. Calls SINK for what
 * may be a name.
 */
typedef void text_sink(void *context, struct slim_blob name);

static void find_texts(struct slim_blob code, text_sink *sink, void *context)
{
	for (size_t at = 0; at + 2 < code.len; at++) {
		const unsigned char *p = (const unsigned char *)code.ptr + at;
		char type = (char)(*p & 0x7f);
		size_t head = type == 'z' || type == 'Z' ? 2 : 5, length = p[1], from = 0;
		if (!strchr("zZaAut", type) || !type || code.len - at < head)
			continue;
		if (head == 5 && (p[2] || p[3] || p[4]))
			continue;
		if (length < 3 || length > NAME_LENGTH_MAX || length > code.len - at - head)
			continue;
		while (from < length && is_word_byte(p[head + from]) && p[head + from] != ':')
			from++;
		if (from == length && !isdigit(p[head]))
			sink(context, slim_blob((const char *)p + head, length));
	}
}

struct compiled {
	struct slim_trace *t;
	struct python_state *s;
	struct python_asker asker;
};

static void reach_text(void *context, struct slim_blob name)
{
	struct compiled *c = context;
	for (size_t i = 0; i < c->s->runtimes.count; i++) {
		const struct python_runtime *r = c->s->runtimes.items[i];
		if (python_serves(c->s, r, c->asker.node) && python_leads(c->t, c->s, r, c->asker.node, name, 1) &&
		    !python_leave_out(c->t, c->s, c->asker.node, python_target(c->t, c->s, r, &c->asker, name)))
			python_reach(c->t, c->s, r, &c->asker, name, NULL);
	}
}

void python_read_compiled(struct slim_trace *t, struct python_state *s, struct slim_node *node,
			  struct python_dist *only)
{
	size_t length = 0;
	slim_autofree char *bytes =
		node->inode->size <= BINARY_MAX ? slim_trace_read(t, node, BINARY_MAX, &length) : NULL;
	struct compiled c = { t, s, { node, SLIM_RULE_PYTHON_IMPORT, "a name in it", false, only } };
	if (bytes)
		find_texts(slim_blob(bytes, length), reach_text, &c);
}

/* Names of modules stand in constants of compiled code, each with a byte or two of another kind before it. */
void python_read_binary(struct slim_trace *t, struct python_state *s, struct slim_node *node)
{
	size_t length = 0;
	slim_autofree char *bytes =
		node->inode->size <= BINARY_MAX ? slim_trace_read(t, node, BINARY_MAX, &length) : NULL;
	const struct python_asker asker = { node, SLIM_RULE_PYTHON_NAME, "a name in it", true, NULL };
	for (size_t at = 0, from = 0; bytes && at <= length; at++) {
		if (at < length && (isalnum((unsigned char)bytes[at]) || bytes[at] == '_' || bytes[at] == '.'))
			continue;
		struct slim_blob name = slim_blob(bytes + from, at - from);
		if (name.len > 2 && name.len < NAME_LENGTH_MAX)
			python_name(t, s, &asker, name);
		from = at + 1;
	}
}
