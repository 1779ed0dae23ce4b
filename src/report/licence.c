#include "licence.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "slim/error.h"

enum { TEXT_MAX = 400, ID_MAX = 64, NAMES_MAX = 32 };

/* Identifiers of the SPDX licence list that packages use most, and what Debian and others call the same. */
static const char *const identifiers[] = {
	"0BSD", "AFL-2.1", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-1.1", "Apache-2.0", "Artistic-1.0-Perl",
	"Artistic-2.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause", "BSL-1.0", "BlueOak-1.0.0",
	"CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0", "CDDL-1.0", "CDDL-1.1", "EPL-1.0",
	"EPL-2.0", "FSFAP", "FSFUL", "FSFULLR", "FTL", "GFDL-1.2-or-later", "GFDL-1.3-only", "GFDL-1.3-or-later",
	"GPL-1.0-only", "GPL-1.0-or-later", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later",
	"ICU", "IJG", "ISC", "LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later",
	"LGPL-3.0-only", "LGPL-3.0-or-later", "Libpng", "MIT", "MIT-0", "MPL-1.1", "MPL-2.0", "MS-PL", "NCSA", "OFL-1.1",
	"OLDAP-2.8", "OpenSSL", "PHP-3.01", "PSF-2.0", "PostgreSQL", "Python-2.0", "Ruby", "SSPL-1.0",
	"Unicode-DFS-2016", "Unlicense", "Vim", "W3C", "WTFPL", "X11", "ZPL-2.1", "Zlib", "blessing", "bzip2-1.0.6",
	"curl", "zlib-acknowledgement",
};

static const char *const aliases[][2] = {
	{ "AGPL-3", "AGPL-3.0-only" }, { "AGPL-3+", "AGPL-3.0-or-later" }, { "Apache-2", "Apache-2.0" },
	{ "Apache2", "Apache-2.0" }, { "Artistic", "Artistic-1.0-Perl" }, { "Artistic-1", "Artistic-1.0-Perl" },
	{ "Artistic-2", "Artistic-2.0" }, { "ASL-2.0", "Apache-2.0" }, { "BSD-2", "BSD-2-Clause" },
	{ "BSD-3", "BSD-3-Clause" }, { "CC0", "CC0-1.0" }, { "Expat", "MIT" }, { "GFDL-1.3", "GFDL-1.3-only" },
	{ "GFDL-1.3+", "GFDL-1.3-or-later" }, { "GPL-1", "GPL-1.0-only" }, { "GPL-1+", "GPL-1.0-or-later" },
	{ "GPL-2", "GPL-2.0-only" }, { "GPL-2+", "GPL-2.0-or-later" }, { "GPL-2.0", "GPL-2.0-only" },
	{ "GPL-2.0+", "GPL-2.0-or-later" }, { "GPL-3", "GPL-3.0-only" }, { "GPL-3+", "GPL-3.0-or-later" },
	{ "GPL-3.0", "GPL-3.0-only" }, { "GPL-3.0+", "GPL-3.0-or-later" }, { "GPLv2", "GPL-2.0-only" },
	{ "GPLv2+", "GPL-2.0-or-later" }, { "GPLv3", "GPL-3.0-only" }, { "GPLv3+", "GPL-3.0-or-later" },
	{ "LGPL-2", "LGPL-2.0-only" }, { "LGPL-2+", "LGPL-2.0-or-later" }, { "LGPL-2.0", "LGPL-2.0-only" },
	{ "LGPL-2.0+", "LGPL-2.0-or-later" }, { "LGPL-2.1", "LGPL-2.1-only" }, { "LGPL-2.1+", "LGPL-2.1-or-later" },
	{ "LGPL-3", "LGPL-3.0-only" }, { "LGPL-3+", "LGPL-3.0-or-later" }, { "LGPL-3.0", "LGPL-3.0-only" },
	{ "LGPL-3.0+", "LGPL-3.0-or-later" }, { "LGPLv2", "LGPL-2.0-only" }, { "LGPLv2+", "LGPL-2.0-or-later" },
	{ "LGPLv3", "LGPL-3.0-only" }, { "LGPLv3+", "LGPL-3.0-or-later" }, { "MPL-2", "MPL-2.0" },
	{ "MPLv2.0", "MPL-2.0" }, { "PSF-2", "PSF-2.0" }, { "Python", "Python-2.0" },
};

static const char *const exceptions[] = {
	"Autoconf-exception-2.0", "Autoconf-exception-3.0", "Bison-exception-2.2", "Classpath-exception-2.0",
	"Font-exception-2.0", "GCC-exception-2.0", "GCC-exception-3.1", "LLVM-exception", "Libtool-exception",
	"Linux-syscall-note", "OpenJDK-assembly-exception-1.0", "u-boot-exception-2.0",
};

static bool same(struct slim_blob a, const char *b)
{
	return a.len == strlen(b) && !strncasecmp(a.ptr, b, a.len);
}

static const char *known(struct slim_blob word)
{
	for (size_t i = 0; i < SLIM_COUNT(identifiers); i++)
		if (same(word, identifiers[i]))
			return identifiers[i];
	for (size_t i = 0; i < SLIM_COUNT(aliases); i++)
		if (same(word, aliases[i][0]))
			return aliases[i][1];
	return NULL;
}

static const char *known_exception(struct slim_blob word)
{
	for (size_t i = 0; i < SLIM_COUNT(exceptions); i++)
		if (same(word, exceptions[i]))
			return exceptions[i];
	return NULL;
}

/* A LicenseRef for words that are on no list. */
static const char *reference(struct slim_licences *l, struct slim_blob text)
{
	char id[ID_MAX + 1];
	size_t n = 0;
	text.len = text.len < TEXT_MAX ? text.len : TEXT_MAX;
	for (size_t i = 0; i < text.len && n < ID_MAX; i++) {
		bool plain = isalnum((unsigned char)text.ptr[i]) || text.ptr[i] == '.';
		if (plain || (n && id[n - 1] != '-'))
			id[n++] = plain ? text.ptr[i] : '-';
	}
	while (n && id[n - 1] == '-')
		n--;
	if (!n)
		return NULL;
	id[n] = 0;
	struct slim_licence_ref *ref = slim_push(&l->refs, &l->count, &l->capacity);
	ref->id = slim_arena_format(l->arena, "LicenseRef-%s", id);
	ref->text = slim_arena_strndup(l->arena, text.ptr, text.len);
	return ref->id;
}

static bool next_word(struct slim_blob *rest, struct slim_blob *word)
{
	while (rest->len && strchr(" \t\r\n,", rest->ptr[0]))
		*rest = slim_blob(rest->ptr + 1, rest->len - 1);
	size_t n = 0;
	while (n < rest->len && !strchr(" \t\r\n,()", rest->ptr[n]))
		n++;
	n = n || !rest->len ? n : 1; /* a parenthesis */
	*word = slim_blob(rest->ptr, n);
	*rest = slim_blob(rest->ptr + n, rest->len - n);
	return n > 0;
}

/* An expression that is being read: what may come next, and what has come. */
struct reading {
	char text[TEXT_MAX * 2];
	size_t length;
	unsigned depth;
	bool operand_next, exception_next;
};

static bool add(struct reading *r, const char *before, const char *word)
{
	size_t b = strlen(before), n = strlen(word);
	if (r->length + b + n + 1 > sizeof(r->text))
		return false;
	memcpy(r->text + r->length, before, b);
	memcpy(r->text + r->length + b, word, n + 1);
	r->length += b + n;
	return true;
}

static bool read_operand(struct slim_licences *l, struct reading *r, struct slim_blob word)
{
	if (slim_blob_is(word, "(")) {
		r->depth++;
		return add(r, "", "(");
	}
	const char *id = r->exception_next ? known_exception(word) : known(word);
	if (!id && !r->exception_next && !slim_blob_is(word, ")"))
		id = reference(l, word);
	r->operand_next = false;
	return id && add(r, "", id);
}

static bool read_operator(struct reading *r, struct slim_blob word)
{
	if (slim_blob_is(word, ")"))
		return r->depth && r->depth-- && add(r, "", ")");
	const char *name = same(word, "and") ? " AND " : same(word, "or") ? " OR " : same(word, "with") ? " WITH " : NULL;
	r->operand_next = true;
	r->exception_next = name && same(word, "with");
	return name && add(r, name, "");
}

const char *slim_licence_expression(struct slim_licences *l, struct slim_blob text)
{
	struct reading r = { .operand_next = true };
	struct slim_blob rest = slim_blob_trim(text), word;
	size_t refs = l->count;
	if (!rest.len)
		return NULL;
	bool sound = rest.len <= TEXT_MAX;
	while (sound && next_word(&rest, &word)) {
		sound = r.operand_next ? read_operand(l, &r, word) : read_operator(&r, word);
		if (!r.operand_next)
			r.exception_next = false;
	}
	if (sound && !r.operand_next && !r.depth)
		return slim_arena_strndup(l->arena, r.text, r.length);
	l->count = refs;
	return reference(l, slim_blob_trim(text));
}

const char *slim_licence_join(struct slim_licences *l, const char *const *parts, size_t count, const char *word)
{
	const char *out = NULL;
	for (size_t i = 0; i < count; i++) {
		if (!parts[i])
			continue;
		bool compound = strchr(parts[i], ' ') && !(parts[i][0] == '(' && parts[i][strlen(parts[i]) - 1] == ')');
		const char *part = compound && count > 1 ? slim_arena_format(l->arena, "(%s)", parts[i]) : parts[i];
		out = out ? slim_arena_format(l->arena, "%s %s %s", out, word, part) : part;
	}
	return out;
}

struct names {
	const char *items[NAMES_MAX];
	size_t count;
};

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; name && i < names->count; i++)
		if (!strcmp(names->items[i], name))
			return;
	if (name && names->count < NAMES_MAX)
		names->items[names->count++] = name;
}

/* DEP-5, "License" field: its first line is the short name. */
static void read_dep5(struct slim_licences *l, struct slim_blob text, struct names *names)
{
	static const char field[] = "License:";
	struct slim_blob line;
	while (slim_blob_line(&text, &line))
		if (line.len >= sizeof(field) - 1 && !strncasecmp(line.ptr, field, sizeof(field) - 1))
			add_name(names, slim_licence_expression(l, slim_blob(line.ptr + sizeof(field) - 1,
									     line.len - (sizeof(field) - 1))));
}

/* A full stop may also end a sentence. */
static bool is_name_byte(const char *at, const char *end)
{
	bool stop = at < end && *at == '.' && at + 1 < end && isalnum((unsigned char)at[1]);
	return stop || (at < end && (isalnum((unsigned char)*at) || *at == '-'));
}

static void read_common(struct slim_licences *l, struct slim_blob text, struct names *names)
{
	static const char folder[] = "/usr/share/common-licenses/";
	const char *at = text.ptr, *end = text.ptr + text.len;
	while ((at = memmem(at, (size_t)(end - at), folder, sizeof(folder) - 1))) {
		at += sizeof(folder) - 1;
		size_t n = 0;
		while (is_name_byte(at + n, end))
			n++;
		add_name(names, slim_licence_expression(l, slim_blob(at, n)));
	}
}

const char *slim_licence_of_copyright(struct slim_licences *l, struct slim_blob text)
{
	struct names names = { .count = 0 };
	struct slim_blob rest = text, first;
	static const char mark[] = "Format";
	if (slim_blob_line(&rest, &first) && first.len > sizeof(mark) &&
	    !strncasecmp(first.ptr, mark, sizeof(mark) - 1))
		read_dep5(l, text, &names);
	else
		read_common(l, text, &names);
	return slim_licence_join(l, names.items, names.count, "AND");
}

static int by_id(const void *a, const void *b)
{
	const struct slim_licence_ref *x = a, *y = b;
	int order = strcmp(x->id, y->id);
	return order ? order : strcmp(x->text, y->text);
}

void slim_licences_settle(struct slim_licences *l)
{
	size_t kept = 0;
	if (l->count)
		qsort(l->refs, l->count, sizeof(*l->refs), by_id);
	for (size_t i = 0; i < l->count; i++)
		if (!kept || strcmp(l->refs[i].id, l->refs[kept - 1].id))
			l->refs[kept++] = l->refs[i];
	l->count = kept;
}

void slim_licences_clear(struct slim_licences *l)
{
	free(l->refs);
	*l = (struct slim_licences){ 0 };
}
