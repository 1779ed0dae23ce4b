#include <ctype.h>
#include <string.h>

#include "java.h"

static const struct {
	unsigned use;
	const char *text;
} signs[] = {
	/* packages of java.desktop with native code behind them: in classes with slashes, in texts with dots */
	{ JAVA_DESKTOP, "java/awt" }, { JAVA_DESKTOP, "java.awt" }, { JAVA_DESKTOP, "javax/swing" },
	{ JAVA_DESKTOP, "javax.swing" }, { JAVA_DESKTOP, "javax/imageio" }, { JAVA_DESKTOP, "javax.imageio" },
	{ JAVA_DESKTOP, "javax/print" }, { JAVA_DESKTOP, "javax.print" }, { JAVA_DESKTOP, "javax/sound" },
	{ JAVA_DESKTOP, "javax.sound" }, { JAVA_DESKTOP, "sun/awt" }, { JAVA_DESKTOP, "sun.awt" },
	{ JAVA_DESKTOP, "sun/java2d" }, { JAVA_DESKTOP, "sun.java2d" }, { JAVA_DESKTOP, "sun/font" },
	{ JAVA_DESKTOP, "javafx/" }, { JAVA_DESKTOP, "libawt" },
	{ JAVA_WIDE_POINTERS, "-UseCompressedOops" }, { JAVA_WIDE_POINTERS, "+UseZGC" }, { JAVA_WIDE_POINTERS, "Xshare:on" },
	{ JAVA_COMPACT, "+UseCompactObjectHeaders" },
	{ JAVA_PROXIES, "java.net.useSystemProxies" },
	{ JAVA_COMPILER, "getSystemJavaCompiler" }, { JAVA_COMPILER, "com/sun/tools/" }, { JAVA_COMPILER, "com.sun.tools" },
	{ JAVA_COMPILER, "tools.jar" }, { JAVA_COMPILER, "jdk/jshell" }, { JAVA_COMPILER, "jrt-fs.jar" },
};

/* Calls by which classes load native libraries: System, JNA, jnr-ffi, java.lang.foreign. */
static const char *const loaders[] = { "loadLibrary", "com/sun/jna", "jnr/ffi", "java/lang/foreign" };

/* java.awt.headless is the setting of those that use none of it. */
static bool is_a_setting(struct slim_blob text, const char *found, const char *sign)
{
	static const char setting[] = ".headless";
	const char *end = found + strlen(sign);
	size_t left = (size_t)(text.ptr + text.len - end);
	return left >= sizeof(setting) - 1 && !memcmp(end, setting, sizeof(setting) - 1);
}

static bool holds(struct slim_blob text, const char *sign)
{
	const char *found;
	while ((found = memmem(text.ptr, text.len, sign, strlen(sign)))) {
		if (!is_a_setting(text, found, sign))
			return true;
		text.len -= (size_t)(found + 1 - text.ptr);
		text.ptr = found + 1;
	}
	return false;
}

static void look_for_signs(struct java_facts *facts, struct slim_blob text)
{
	for (size_t i = 0; i < SLIM_COUNT(signs); i++)
		if (!(facts->uses & signs[i].use) && holds(text, signs[i].text))
			facts->uses |= signs[i].use;
}

void java_read_text(struct java_facts *facts, struct slim_blob text)
{
	look_for_signs(facts, text);
	if (java_heap_is_wide(text))
		facts->uses |= JAVA_WIDE_POINTERS;
}

static void add_name(struct java_facts *facts, struct java_names *names, struct slim_blob name)
{
	for (size_t i = 0; i < names->count; i++)
		if (slim_blob_equal(names->items[i], name))
			return;
	if (names->count == JAVA_NAMES_MAX) {
		facts->whole = false;
		return;
	}
	names->items[names->count++] = slim_blob(slim_arena_strndup(facts->arena, name.ptr, name.len), name.len);
}

static bool is_library_word(struct slim_blob text)
{
	if (text.len < 2 || text.len > 48 || !isalpha((unsigned char)text.ptr[0]))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!isalnum((unsigned char)text.ptr[i]) && !strchr("_-+.", text.ptr[i]))
			return false;
	return true;
}

/* Bytes behind each tag of a constant: JVMS 4.4. 0: no such tag; 1 (Utf8) tells its own length. */
static size_t constant_size(unsigned char tag)
{
	static const unsigned char sizes[] = { 0, 0, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2 };
	return tag < sizeof(sizes) ? sizes[tag] : 0;
}

/* The texts among a class's constants: names, and the literals of its code. */
static void read_constants(struct java_facts *facts, struct slim_blob bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr;
	size_t at = 10;
	while (at + 3 <= bytes.len) {
		size_t length = p[at] == 1 ? 2u + (size_t)(p[at + 1] << 8 | p[at + 2]) : constant_size(p[at]);
		if (!length || length > bytes.len - at - 1)
			return;
		struct slim_blob text = slim_blob(bytes.ptr + at + 3, p[at] == 1 ? length - 2 : 0);
		if (is_library_word(text) && facts->known && facts->known(facts->context, text))
			add_name(facts, &facts->loads, text);
		at += 1 + length;
	}
}

void java_read_class(struct java_facts *facts, struct slim_blob bytes)
{
	facts->code = true;
	look_for_signs(facts, bytes);
	for (size_t i = 0; i < SLIM_COUNT(loaders); i++)
		if (holds(bytes, loaders[i])) {
			read_constants(facts, bytes);
			return;
		}
}

static bool is_library_file(struct slim_blob text)
{
	static const char ending[] = ".so";
	if (!slim_blob_starts(text, "lib") || text.len > 80)
		return false;
	const char *so = memmem(text.ptr, text.len, ending, 3);
	for (size_t i = 0; so && i < text.len; i++)
		if (!isalnum((unsigned char)text.ptr[i]) && !strchr("_-+.", text.ptr[i]))
			return false;
	return so && (so[3] == '.' || so + 3 == text.ptr + text.len);
}

/* A native library that is unpacked when the program runs: the names of libraries that it needs or loads. */
static void read_native(struct java_facts *facts, struct slim_blob bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr;
	bool big = p[5] == 2;
	unsigned machine = big ? (unsigned)p[18] << 8 | p[19] : (unsigned)p[19] << 8 | p[18];
	if (facts->machine && machine != facts->machine)
		return;
	struct slim_blob rest = bytes, text;
	while (slim_blob_split(&rest, '\0', &text))
		if (is_library_file(text))
			add_name(facts, &facts->natives, text);
}

/* The value of NAME in a manifest, lines joined: JAR File Specification, "Name-Value pairs and Sections". */
static struct slim_blob manifest_value(struct slim_arena *arena, struct slim_blob manifest, const char *name)
{
	char *value = slim_arena_alloc(arena, manifest.len + 1);
	size_t length = 0;
	bool mine = false;
	struct slim_blob line;
	while (slim_blob_line(&manifest, &line)) {
		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (!line.len)
			break; /* the main section's end */
		bool more = line.ptr[0] == ' ';
		size_t skip = more ? 1 : strlen(name) + 1;
		if (!more)
			mine = line.len > skip && !strncasecmp(line.ptr, name, skip - 1) && line.ptr[skip - 1] == ':';
		if (!mine)
			continue;
		memcpy(value + length, line.ptr + skip, line.len - skip);
		length += line.len - skip;
	}
	return slim_blob_trim(slim_blob(value, length));
}

static void read_member(void *context, const struct java_member *member)
{
	struct java_facts *facts = context;
	if (member->bytes.len > 52 && !memcmp(member->bytes.ptr, "\177ELF", 4))
		read_native(facts, member->bytes);
	else if (slim_blob_ends(member->name, ".class"))
		java_read_class(facts, member->bytes);
	else
		look_for_signs(facts, member->bytes);
	if (!member->depth && slim_blob_is(member->name, "META-INF/MANIFEST.MF"))
		facts->class_path = manifest_value(facts->arena, member->bytes, "Class-Path");
}

void java_read_archive(struct java_facts *facts, const struct slim_inode *archive)
{
	facts->whole &= java_zip_read(archive, &facts->spent, read_member, facts);
}

void java_read_archive_bytes(struct java_facts *facts, struct slim_blob archive)
{
	facts->whole &= java_zip_read_bytes(archive, &facts->spent, read_member, facts);
}
