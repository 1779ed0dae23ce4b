/*
 * The native libraries that an assembly declares (DllImport): the names of the table ModuleRef in its metadata. And the
 * texts of its code, from the stream #US.
 * Source: ECMA-335, partition II, 22 to 25; the rows of tables before ModuleRef have to be measured to pass over them.
 */
#include <string.h>

#include "dotnet.h"
#include "slim/path.h"

enum { TABLES = 64, MODULE_REF = 26, MODULES_MAX = 4096, SECTIONS_MAX = 96 };

/* What is read, and how wide its indexes are. */
struct metadata {
	struct slim_blob strings, tables, texts; /* the streams #Strings, #~ and #US */
	uint32_t rows[TABLES];
	size_t string_width, guid_width, blob_width;
};

static uint64_t number(struct slim_blob bytes, uint64_t at, size_t width)
{
	uint64_t value = 0;
	for (size_t i = 0; i < width && at < bytes.len && width <= bytes.len - at; i++)
		value |= (uint64_t)(unsigned char)bytes.ptr[at + i] << (8 * i);
	return value;
}

static struct slim_blob part(struct slim_blob whole, uint64_t at, uint64_t length)
{
	if (at > whole.len)
		return slim_blob(whole.ptr, 0);
	return slim_blob(whole.ptr + at, length < whole.len - at ? (size_t)length : whole.len - (size_t)at);
}

/* --- the file: 25 ------------------------------------------------------------------------------------------------- */

/* Where the loaded address RVA lies in the file: the rest of it from there; empty: nowhere. */
static struct slim_blob at_address(struct slim_blob file, uint64_t pe, uint64_t address)
{
	uint64_t count = number(file, pe + 6, 2), table = pe + 24 + number(file, pe + 20, 2);
	for (uint64_t i = 0; i < count && i < SECTIONS_MAX; i++) {
		uint64_t section = table + i * 40, start = number(file, section + 12, 4);
		uint64_t size = number(file, section + 16, 4);
		if (address >= start && address - start < size)
			return part(file, number(file, section + 20, 4) + (address - start), UINT64_MAX);
	}
	return slim_blob(file.ptr, 0);
}

/* The metadata of an assembly; empty: FILE is none. */
static struct slim_blob metadata_of(struct slim_blob file)
{
	static const uint64_t directory = 14;
	uint64_t pe = number(file, 0x3c, 4);
	if (file.len < 64 || memcmp(file.ptr, "MZ", 2) || number(file, pe, 4) != 0x4550)
		return slim_blob(file.ptr, 0);
	uint64_t optional = pe + 24, wide = number(file, optional, 2) == 0x20b ? 16 : 0;
	struct slim_blob header = at_address(file, pe, number(file, optional + 96 + wide + directory * 8, 4));
	struct slim_blob metadata = at_address(file, pe, number(header, 8, 4));
	return number(metadata, 0, 4) == 0x424a5342 ? part(metadata, 0, number(header, 12, 4)) : slim_blob(file.ptr, 0);
}

static bool find_streams(struct slim_blob file, struct metadata *m)
{
	struct slim_blob root = metadata_of(file);
	uint64_t at = 16 + number(root, 12, 4), count = number(root, at + 2, 2);
	at += 4;
	for (uint64_t i = 0; i < count && i < 16 && at < root.len; i++) {
		struct slim_blob name = part(root, at + 8, 32);
		name.len = strnlen(name.ptr, name.len);
		struct slim_blob stream = part(root, number(root, at, 4), number(root, at + 4, 4));
		if (slim_blob_is(name, "#Strings"))
			m->strings = stream;
		else if (slim_blob_is(name, "#~") || slim_blob_is(name, "#-"))
			m->tables = stream;
		else if (slim_blob_is(name, "#US"))
			m->texts = stream;
		at += 8 + (name.len / 4 + 1) * 4;
	}
	return m->strings.len && m->tables.len;
}

/* --- tables: 22, 24.2.6 ------------------------------------------------------------------------------------------- */

/*
 * The columns of a row, by table: a digit is that many bytes, S, G and B an index into #Strings, #GUID and #Blob, a
 * small letter one into another table or set of tables, below.
 */
static const char *const columns[MODULE_REF] = {
	"2SGGG", "rSS", "4SStfm", "f",  "2SB", "m",  "422SBp", "p",   "22S", "yt", "dSB", "2cB", "aiB",
	"hB",    "2eB", "24y",    "4f", "B",   "yv", "v",      "2St", "yq",  "q",  "2SB", "2ms", "yoo",
};

/* Sets of tables that one index may mean, and how many of its bits say which. */
static const struct {
	char letter;
	uint8_t bits, count, tables[24];
} indexes[] = {
	{ 'y', 0, 1, { 2 } },
	{ 'f', 0, 1, { 4 } },
	{ 'm', 0, 1, { 6 } },
	{ 'p', 0, 1, { 8 } },
	{ 'v', 0, 1, { 20 } },
	{ 'q', 0, 1, { 23 } },
	{ 't', 2, 3, { 2, 1, 27 } },
	{ 'r', 2, 4, { 0, 26, 35, 1 } },
	{ 'd', 3, 5, { 2, 1, 26, 6, 27 } },
	{ 'c', 2, 3, { 4, 8, 23 } },
	{ 'a', 5, 22, { 6, 4, 1, 2, 8, 9, 10, 0, 14, 23, 20, 17, 26, 27, 32, 35, 38, 39, 40, 42, 44, 43 } },
	{ 'i', 3, 2, { 6, 10 } },
	{ 'h', 1, 2, { 4, 8 } },
	{ 'e', 2, 3, { 2, 6, 32 } },
	{ 's', 1, 2, { 20, 23 } },
	{ 'o', 1, 2, { 6, 10 } },
};

static size_t index_width(const struct metadata *m, char letter)
{
	for (size_t i = 0; i < SLIM_COUNT(indexes); i++) {
		uint32_t most = 0;
		for (size_t k = 0; indexes[i].letter == letter && k < indexes[i].count; k++)
			most = m->rows[indexes[i].tables[k]] > most ? m->rows[indexes[i].tables[k]] : most;
		if (indexes[i].letter == letter)
			return most < 1u << (16 - indexes[i].bits) ? 2 : 4;
	}
	return 2;
}

static size_t row_width(const struct metadata *m, const char *column)
{
	size_t width = 0;
	for (; *column; column++) {
		if (*column >= '0' && *column <= '9')
			width += (size_t)(*column - '0');
		else if (*column == 'S')
			width += m->string_width;
		else if (*column == 'G')
			width += m->guid_width;
		else if (*column == 'B')
			width += m->blob_width;
		else
			width += index_width(m, *column);
	}
	return width;
}

/* Where the table ModuleRef begins in m->tables. */
static uint64_t measure(struct metadata *m)
{
	uint64_t heaps = number(m->tables, 6, 1), valid = number(m->tables, 8, 8), at = 24;
	m->string_width = heaps & 1 ? 4 : 2;
	m->guid_width = heaps & 2 ? 4 : 2;
	m->blob_width = heaps & 4 ? 4 : 2;
	for (size_t i = 0; i < TABLES; i++)
		if (valid >> i & 1) {
			m->rows[i] = (uint32_t)number(m->tables, at, 4);
			at += 4;
		}
	at += heaps & 0x40 ? 4 : 0;
	for (size_t i = 0; i < MODULE_REF; i++)
		at += (uint64_t)m->rows[i] * row_width(m, columns[i]);
	return at;
}

void dotnet_modules_read(struct slim_blob file, dotnet_word_sink *sink, void *context)
{
	struct metadata m = { .strings = { NULL, 0 } };
	if (!find_streams(file, &m))
		return;
	uint64_t at = measure(&m);
	for (uint32_t i = 0; i < m.rows[MODULE_REF] && i < MODULES_MAX && at < m.tables.len; i++) {
		struct slim_blob name = part(m.strings, number(m.tables, at, m.string_width), SLIM_NAME_MAX + 1);
		name.len = strnlen(name.ptr, name.len);
		if (name.len && name.len <= SLIM_NAME_MAX)
			sink(context, name);
		at += m.string_width;
	}
}

/* --- texts: 24.2.4 ------------------------------------------------------------------------------------------------ */

/* The length before a text at *AT, which goes behind it. */
static uint64_t read_length(struct slim_blob heap, uint64_t *at)
{
	uint64_t first = number(heap, *at, 1);
	size_t width = first < 0x80 ? 1 : first < 0xc0 ? 2 : 4;
	uint64_t value = 0;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | number(heap, *at + i, 1);
	*at += width;
	return width == 1 ? value : width == 2 ? value & 0x3fff : value & 0x1fffffff;
}

/* UTF-16 that is ASCII alone, as bytes; 0: it is not, or too long. */
static size_t plain_text(struct slim_blob text, char *out)
{
	size_t count = text.len / 2;
	for (size_t i = 0; i < count && count < DOTNET_TEXT_MAX; i++) {
		out[i] = text.ptr[2 * i];
		if (text.ptr[2 * i + 1] || out[i] < ' ' || out[i] > '~')
			return 0;
	}
	return count < DOTNET_TEXT_MAX ? count : 0;
}

static bool has_name(const struct metadata *m, const char *name)
{
	return m->strings.len && memmem(m->strings.ptr, m->strings.len, name, strlen(name) + 1);
}

bool dotnet_texts_read(struct slim_blob file, dotnet_word_sink *sink, void *context)
{
	struct metadata m = { .strings = { NULL, 0 } };
	if (!find_streams(file, &m) || !has_name(&m, "System.Diagnostics") ||
	    (!has_name(&m, "Process") && !has_name(&m, "ProcessStartInfo")))
		return false;
	char text[DOTNET_TEXT_MAX];
	for (uint64_t at = 1; at < m.texts.len;) {
		uint64_t length = read_length(m.texts, &at);
		size_t count = plain_text(part(m.texts, at, length), text);
		if (count)
			sink(context, slim_blob(text, count));
		at += length;
	}
	return true;
}
