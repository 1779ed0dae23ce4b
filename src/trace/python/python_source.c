/*
 * Sources: The Python Language Reference, 7.11 "The import statement"; The Python Standard Library, importlib, pkgutil,
 * runpy, ctypes, importlib.metadata. Conditional, late and guarded imports count like any other.
 */
#include "python_source.h"

#include <ctype.h>

enum { NAME_MAX_LENGTH = 300 };

struct reader {
	struct lang_lexer *lexer;
	struct lang_token now, next; /* one token of foresight */
	struct lang_token before;
	python_fact_sink *sink;
	void *context;
	struct python_manner manner;
	size_t condition_column;
	size_t condition; /* behind the "if" of the statement; 0: it is another one */
	size_t unreal; /* the column of an "if TYPE_CHECKING", + 1, in whose block we are; 0: in none */
	char buffer[NAME_MAX_LENGTH]; /* dotted names with blanks between their parts are put together here */
	size_t length;
};

/* Calls by which modules are imported: importlib, runpy, zope.dottedname, werkzeug.utils, django.utils, kombu. */
static const char *const importers[] = {
	"import_module", "__import__",    "run_module",     "find_spec",      "find_loader", "get_loader",
	"import_string", "import_object", "import_by_path", "symbol_by_name", "lazy_import", "try_import",
	"safe_import",   "resolve_name",  "load_module",    "importorskip",   NULL
};
/* Of these, those that import: for the others a name that is not known is no loss. */
static const char *const computing[] = { "import_module", "__import__", "run_module", NULL };
static const char *const loaders[] = { "CDLL", "PyDLL", "LoadLibrary", "dlopen", "WinDLL", "OleDLL", NULL };
static const char *const dist_calls[] = { "distribution", "get_distribution", "version", "metadata",    "require",
					  "requires",     "load_entry_point", "files",   "working_set", NULL };
static const char *const listers[] = { "iter_modules", "walk_packages", "listdir",  "scandir", "glob",
				       "iglob",        "rglob",         "contents", "iterdir", NULL };

static void advance(struct reader *r)
{
	r->before = r->now;
	r->now = r->next;
	r->next = lex_python(r->lexer);
}

static inline bool is_mark(const struct lang_token *token, const char *mark)
{
	return token->kind == LANG_MARK && slim_blob_is(token->text, mark);
}

static inline bool is_word(const struct lang_token *token, const char *word)
{
	return token->kind == LANG_NAME && slim_blob_is(token->text, word);
}

static bool ends_statement(const struct lang_token *token)
{
	return token->kind == LANG_END || token->kind == LANG_LINE || is_mark(token, ";");
}

static void put(struct reader *r, struct slim_blob text)
{
	size_t room = NAME_MAX_LENGTH - r->length, length = text.len < room ? text.len : room;
	if (length)
		memcpy(r->buffer + r->length, text.ptr, length);
	r->length += length;
}

/* a.b.c, however it is spaced; moves behind it. Lives until the next one is read. */
static struct slim_blob dotted_name(struct reader *r)
{
	r->length = 0;
	while (r->now.kind == LANG_NAME) {
		put(r, r->now.text);
		advance(r);
		if (!is_mark(&r->now, ".") || r->next.kind != LANG_NAME)
			break;
		put(r, SLIM_BLOB("."));
		advance(r);
	}
	return slim_blob(r->buffer, r->length);
}

static void tell(struct reader *r, struct python_fact fact)
{
	if (fact.kind != PYTHON_IMPORT || !r->unreal)
		r->sink(r->context, &fact);
}

static size_t column(const struct reader *r)
{
	size_t at = r->now.from;
	while (at && !strchr("\r\n", r->lexer->source.ptr[at - 1]) && isspace((unsigned char)r->lexer->source.ptr[at - 1]))
		at--;
	return r->now.from - at;
}

/* The first token of a line. */
static void start_line(struct reader *r)
{
	if (r->unreal && column(r) < r->unreal)
		r->unreal = 0;
}

/* "if TYPE_CHECKING:", "if typing.TYPE_CHECKING:": the block is for type checkers and never runs (PEP 484). */
static void see_condition(struct reader *r)
{
	if (!r->condition || r->unreal || !is_word(&r->now, "TYPE_CHECKING") || !is_mark(&r->next, ":"))
		return;
	const char *source = r->lexer->source.ptr;
	size_t at = r->now.from;
	while (at > r->condition && (isalnum((unsigned char)source[at - 1]) || strchr("_.", source[at - 1])))
		at--;
	while (at > r->condition && isblank((unsigned char)source[at - 1]))
		at--;
	if (at == r->condition)
		r->unreal = r->condition_column;
}

/* as NAME */
static void skip_alias(struct reader *r)
{
	if (!is_word(&r->now, "as"))
		return;
	advance(r);
	if (r->now.kind == LANG_NAME)
		advance(r);
}

/* Whether the statement that starts here is indented, or follows another one on its line. */
static bool is_nested(const struct reader *r)
{
	size_t at = r->now.from;
	return at && !strchr("\r\n", r->lexer->source.ptr[at - 1]);
}

static void import_statement(struct reader *r)
{
	bool nested = is_nested(r);
	do {
		advance(r);
		struct slim_blob name = dotted_name(r);
		if (!name.len)
			return;
		tell(r, (struct python_fact){ .kind = PYTHON_IMPORT, .name = name, .nested = nested });
		skip_alias(r);
	} while (is_mark(&r->now, ","));
}

static unsigned leading_dots(struct reader *r)
{
	unsigned level = 0;
	for (; is_mark(&r->now, ".") || is_mark(&r->now, "..."); advance(r))
		level += (unsigned)r->now.text.len;
	return level;
}

static void from_statement(struct reader *r)
{
	bool nested = is_nested(r);
	advance(r);
	unsigned level = leading_dots(r);
	slim_autofree char *name = NULL;
	/* "from . import x" has no name: there "import" is the keyword */
	struct slim_blob found = is_word(&r->now, "import") ? SLIM_BLOB("") : dotted_name(r);
	if (!is_word(&r->now, "import") || (!found.len && !level))
		return;
	name = slim_strndup(found.ptr, found.len);
	struct python_fact fact = {
		.kind = PYTHON_IMPORT, .name = slim_blob_of(name), .level = level, .nested = nested
	};
	advance(r);
	if (is_mark(&r->now, "("))
		advance(r);
	while (r->now.kind == LANG_NAME || is_mark(&r->now, "*")) {
		fact.item = r->now.text;
		tell(r, fact);
		advance(r);
		skip_alias(r);
		if (!is_mark(&r->now, ","))
			break;
		advance(r);
	}
}

/* Two literals with nothing but blanks between them. In the fields of an f-string others may follow closely, too. */
static bool touches(const struct reader *r)
{
	if (r->now.kind != LANG_STRING || r->next.kind != LANG_STRING || r->now.to > r->next.from)
		return false;
	const char *between = r->lexer->source.ptr + r->now.to;
	size_t length = r->next.from - r->now.to;
	return !memchr(between, '{', length) && !memchr(between, '}', length);
}

/* "a" "b" is one literal. The parts of an f-string come behind it, so that those are not joined further. */
static struct slim_blob joined(struct reader *r, bool *open)
{
	r->length = 0;
	put(r, r->now.text);
	*open = r->now.partial;
	while (touches(r) && !*open) {
		advance(r);
		put(r, r->now.text);
		*open = r->now.partial;
	}
	return slim_blob(r->buffer, r->length);
}

/* Of "x.%s", "x.{}" and "x.\0" the part that is known; *OPEN when that is not all. */
static struct slim_blob known_part(struct slim_blob text, bool *open)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] && text.ptr[i] != '%' && text.ptr[i] != '{')
			continue;
		*open = true;
		return slim_blob(text.ptr, i);
	}
	return text;
}

/* __name__, __package__, __spec__.parent, self.__module__, x.__name__ */
static bool is_own_name(const struct lang_token *token)
{
	return is_word(token, "__name__") || is_word(token, "__package__") || is_word(token, "__module__") ||
	       is_word(token, "__path__");
}

/* The first argument of a call of FUNCTION; NOW is the opening bracket. */
static void read_argument(struct reader *r, struct slim_blob function, enum python_fact_kind kind)
{
	struct python_fact fact = { .kind = kind };
	bool computes = kind == PYTHON_CALL && slim_blob_in(function, computing);
	advance(r);
	if (is_mark(&r->now, "*") || ends_statement(&r->now)) {
		r->manner.computes |= computes;
		return;
	}
	if (is_word(&r->now, "name") && is_mark(&r->next, "=")) {
		advance(r);
		advance(r);
	}
	if (is_own_name(&r->now) && (is_mark(&r->next, "+") || is_mark(&r->next, ",") || is_mark(&r->next, ")"))) {
		fact.own = fact.open = true;
		advance(r);
		if (is_mark(&r->now, "+"))
			advance(r);
	}
	if (r->now.kind == LANG_STRING) {
		fact.name = known_part(joined(r, &fact.open), &fact.open);
		fact.open |= !is_mark(&r->next, ",") && !is_mark(&r->next, ")");
		/* f"{__name__}.x": the field comes behind the literal */
		if (!fact.name.len && is_own_name(&r->next))
			fact.own = true;
	}
	if (fact.name.len || fact.own)
		tell(r, fact);
	else if (kind == PYTHON_FIND)
		tell(r, fact);
	else
		r->manner.computes |= computes && r->now.kind != LANG_STRING && !is_mark(&r->now, ")");
	r->manner.computes |= computes && !fact.name.len && !fact.own && fact.open;
}

/* "import" or "Import" as a word of the name FUNCTION: optional_import, import_optional_dependency, LazyImport. */
static bool is_import_helper(struct slim_blob function)
{
	static const char word[] = "mport";
	if (slim_blob_ends(function, "Error") || slim_blob_ends(function, "Warning"))
		return false;
	for (size_t at = 1; at + sizeof(word) - 1 <= function.len; at++) {
		size_t end = at + sizeof(word) - 1;
		bool named = !memcmp(function.ptr + at, word, sizeof(word) - 1);
		bool small = function.ptr[at - 1] == 'i' && (at == 1 || function.ptr[at - 2] == '_');
		if (named && (small || function.ptr[at - 1] == 'I') &&
		    (end == function.len || !islower((unsigned char)function.ptr[end])))
			return true;
	}
	return false;
}

/* iter_modules(), iter_modules(None), iter_modules(sys.path), iter_modules(prefix="x"); NOW is the opening bracket. */
static bool lists_everything(const struct reader *r)
{
	return is_mark(&r->next, ")") || is_word(&r->next, "None") || is_word(&r->next, "sys") ||
	       is_word(&r->next, "prefix");
}

/* A helper's first argument, if that is a literal. */
static void read_helper(struct reader *r)
{
	bool open = false;
	if (r->next.kind != LANG_STRING)
		return;
	advance(r);
	struct slim_blob name = known_part(joined(r, &open), &open);
	if (name.len && !open && (is_mark(&r->next, ",") || is_mark(&r->next, ")")))
		tell(r, (struct python_fact){ .kind = PYTHON_CALL, .name = name, .nested = true });
}

/* Calls that say more about the manner than about names. NOW is the opening bracket. True: it was one. */
static bool read_manner(struct reader *r, struct slim_blob function)
{
	static const char *const runners[] = { "exec", "run_path", "execfile", "InteractiveConsole", NULL };
	if (slim_blob_is(function, "iter_modules") || slim_blob_is(function, "walk_packages"))
		r->manner.lists_all |= lists_everything(r);
	else if (slim_blob_is(function, "distributions"))
		r->manner.lists_all = true;
	else if (slim_blob_in(function, runners))
		r->manner.runs = true;
	else if (!slim_blob_is(function, "startswith"))
		return false;
	else if (r->next.kind == LANG_STRING)
		tell(r, (struct python_fact){ .kind = PYTHON_PREFIX, .name = r->next.text });
	return true;
}

/* A name followed by an opening bracket. */
static bool call(struct reader *r)
{
	struct slim_blob function = r->now.text;
	if (is_word(&r->before, "def") || is_word(&r->before, "class"))
		return false;
	bool imports = slim_blob_in(function, importers), loads = slim_blob_in(function, loaders);
	bool finds = slim_blob_is(function, "find_library"), names = slim_blob_in(function, dist_calls);
	advance(r);
	if (!imports && is_import_helper(function)) {
		read_helper(r);
		return true;
	}
	if (read_manner(r, function) || (!imports && !loads && !finds && !names))
		return true;
	read_argument(r, function, imports ? PYTHON_CALL : loads ? PYTHON_LIBRARY : finds ? PYTHON_FIND : PYTHON_DIST);
	return true;
}

static void read_name(struct reader *r, bool first)
{
	if (is_word(&r->now, "import")) {
		import_statement(r);
		return;
	}
	if (first && is_word(&r->now, "from")) {
		from_statement(r);
		return;
	}
	if (first) {
		r->condition = is_word(&r->now, "if") ? r->now.to : 0;
		r->condition_column = r->condition ? column(r) + 1 : 0;
	}
	see_condition(r);
	r->manner.lists |= slim_blob_in(r->now.text, listers);
	r->manner.lists_all |= is_word(&r->now, "working_set") && (is_mark(&r->next, ":") || is_mark(&r->next, "]"));
	r->manner.extends |= is_word(&r->now, "extend_path") || is_word(&r->now, "declare_namespace");
	if (is_mark(&r->next, "(") && call(r))
		return;
	advance(r);
}

static void read_string(struct reader *r)
{
	struct python_fact fact = { .kind = PYTHON_STRING };
	fact.name = known_part(joined(r, &fact.open), &fact.open);
	/* cdll["libx.so"] and the like are found by the name alone */
	if (fact.name.len && fact.name.len < NAME_MAX_LENGTH)
		tell(r, fact);
	advance(r);
}

struct python_manner python_read_source(struct slim_blob source, python_fact_sink *sink, void *context)
{
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	struct reader r = { .lexer = lexer, .sink = sink, .context = context };
	r.before.kind = r.now.kind = LANG_LINE;
	r.next = lex_python(lexer);
	advance(&r);
	bool first = true;
	while (r.now.kind != LANG_END) {
		if (r.before.kind == LANG_LINE && r.now.kind != LANG_LINE)
			start_line(&r);
		if (r.now.kind == LANG_NAME) {
			read_name(&r, first);
			first = false;
		} else if (r.now.kind == LANG_STRING) {
			read_string(&r);
			first = false;
		} else {
			/* a clause may stand on its header's line: try: import x */
			first = r.now.kind == LANG_LINE || is_mark(&r.now, ";") || is_mark(&r.now, ":");
			advance(&r);
		}
	}
	return r.manner;
}
