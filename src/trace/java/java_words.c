/*
 * Words of command lines, settings and start scripts that name parts of a class path. No grammar of options: what
 * looks like a path of an archive is one, whatever stands before it. Sources: java(1), "The java Command-Line Argument
 * Files", "Class Path Wild Cards"; find_jars of Debian's java-wrappers; the start scripts of Gradle and Maven.
 */
#include <ctype.h>
#include <string.h>

#include "java.h"

/* Options whose next word is a list of folders and archives. */
static const char *const list_options[] = { "-cp", "-classpath", "--class-path", "-p", "--module-path",
					    "--upgrade-module-path", NULL };

/* Endings of properties whose value is such a list: -Dcatalina.base=…, -Djava.ext.dirs=… */
static const char *const list_properties[] = { ".path", ".dir", ".dirs", ".home", ".base", ".root", "class-path",
					       "module-path", "CLASSPATH", "CLASS_PATH", NULL };

static bool ends_in(const char *const *list, struct slim_blob word)
{
	for (; *list; list++)
		if (slim_blob_ends(word, *list))
			return true;
	return false;
}

/* "$APP_HOME/lib/x", "${basedir}/lib/x": what is behind the variable. Whose it is decides the caller. */
static struct slim_blob without_variable(struct slim_blob word)
{
	if (!word.len || word.ptr[0] != '$')
		return word;
	const char *slash = memchr(word.ptr, '/', word.len);
	if (!slash)
		return SLIM_BLOB("");
	return slim_blob(slash + 1, word.len - (size_t)(slash + 1 - word.ptr));
}

static bool is_bare_name(struct slim_blob word)
{
	if (word.len < 2 || word.len > 100 || !isalpha((unsigned char)word.ptr[0]))
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (!isalnum((unsigned char)word.ptr[i]) && !strchr("_-+./", word.ptr[i]))
			return false;
	return true;
}

/* FOLDERS: a folder of the list belongs to the class path. */
static void see_path(struct slim_blob part, bool folders, java_word_sink *sink, void *context)
{
	struct java_word word = { .path = without_variable(part) };
	if (slim_blob_ends(word.path, "/*") || slim_blob_ends(word.path, "/*.jar")) {
		word.path.len = (size_t)((const char *)memrchr(word.path.ptr, '/', word.path.len) - word.path.ptr);
		word.folder = true;
	} else if (java_is_archive_name(word.path)) {
		word.jar = true;
	} else {
		word.below = folders;
		word.bare = !folders && is_bare_name(part);
	}
	if (word.path.len && (word.folder || word.jar || word.below || word.bare))
		sink(context, &word);
}

static void see_list(struct slim_blob list, bool folders, java_word_sink *sink, void *context)
{
	struct slim_blob part;
	while (slim_blob_split_any(&list, ":;,", &part))
		if (part.len && part.len < 4096)
			see_path(part, folders, sink, context);
}

static void see_word(struct slim_blob word, bool folders, java_word_sink *sink, void *context)
{
	if (word.len > 1 && word.ptr[0] == '@') {
		struct java_word file = { .path = slim_blob(word.ptr + 1, word.len - 1), .arguments = true };
		sink(context, &file);
		return;
	}
	const char *equals = memchr(word.ptr, '=', word.len);
	struct slim_blob name = slim_blob(word.ptr, equals ? (size_t)(equals - word.ptr) : 0);
	struct slim_blob value = equals ? slim_blob(equals + 1, word.len - name.len - 1) : word;
	/* -javaagent:x.jar=options, -Xbootclasspath/a:x.jar: a colon in front counts as the list's own */
	if (equals && word.ptr[0] == '-' && memchr(name.ptr, ':', name.len))
		see_list(name, false, sink, context);
	see_list(value, folders || ends_in(list_properties, name), sink, context);
}

void java_words_of(struct slim_blob text, java_word_sink *sink, void *context)
{
	struct slim_blob word;
	bool folders = false;
	while (slim_blob_split_any(&text, " \t\r\n\"'`()<>|&[]", &word)) {
		if (!word.len)
			continue;
		if (!slim_blob_in(word, list_options))
			see_word(word, folders, sink, context);
		folders = slim_blob_in(word, list_options);
	}
}

/* -Xmx40g, -XX:MaxHeapSize=40g: from 32 GB on pointers are not compressed. */
bool java_heap_is_wide(struct slim_blob text)
{
	static const char *const options[] = { "-Xmx", "MaxHeapSize=" };
	for (size_t i = 0; i < SLIM_COUNT(options); i++) {
		struct slim_blob rest = text;
		const char *found;
		while ((found = memmem(rest.ptr, rest.len, options[i], strlen(options[i])))) {
			const char *p = found + strlen(options[i]), *end = text.ptr + text.len;
			uint64_t n = 0;
			for (; p < end && isdigit((unsigned char)*p); p++)
				n = n < UINT64_MAX / 100 ? n * 10 + (uint64_t)(*p - '0') : n;
			char unit = p < end ? (char)tolower((unsigned char)*p) : 0;
			unsigned shift = unit == 't' ? 40 : unit == 'g' ? 30 : unit == 'm' ? 20 : unit == 'k' ? 10 : 0;
			if (n && n >= (UINT64_C(31) << 30) >> shift)
				return true;
			rest = slim_blob(p, (size_t)(end - p));
		}
	}
	return false;
}
