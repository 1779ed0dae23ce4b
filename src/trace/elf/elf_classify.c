/* What a string constant may mean: A17, A18, A22. */
#include <ctype.h>
#include <string.h>

#include "elf_strings.h"

enum { WORD_LIMIT = 31 };

void elf_classes(unsigned char classes[256])
{
	for (int c = 0; c < 256; c++) {
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			classes[c] = ELF_HAS_SPACE;
		else if (c < 0x20 || c > 0x7e)
			classes[c] = ELF_HAS_BINARY;
		else if (isalnum(c) || strchr("._+-", c))
			classes[c] = 0;
		else
			classes[c] = c == '%' ? ELF_HAS_PERCENT : c == '$' ? ELF_HAS_DOLLAR : c == '/' ? ELF_HAS_SLASH :
				     c == ':' || c == ';' ? ELF_HAS_COLON : ELF_HAS_OTHER;
	}
}

bool elf_is_soname(struct slim_blob text)
{
	if (text.len < 7 || memcmp(text.ptr, "lib", 3))
		return false;
	const char *so = memmem(text.ptr + 4, text.len - 4, ".so", 3);
	if (!so)
		return false;
	for (const char *p = so + 3; p < text.ptr + text.len; p++)
		if (!isdigit((unsigned char)*p) && *p != '.')
			return false;
	for (const char *p = text.ptr; p < so; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._+-", *p))
			return false;
	return true;
}

/* Begins as paths do: of a table of numbers, little that is taken for text does. */
static bool is_path(struct slim_blob word)
{
	return word.len >= 2 && word.ptr[0] == '/' &&
	       (isalnum((unsigned char)word.ptr[1]) || strchr("._", word.ptr[1]));
}

/* A path, or several of them with colons between. */
static void found_paths(struct elf_strings *s, struct slim_blob text)
{
	struct slim_blob part;
	while (slim_blob_split_any(&text, ":;", &part))
		if (is_path(part))
			elf_found(s, ELF_PATH, part.ptr, part.len);
}

static bool is_name(struct slim_blob word)
{
	if (word.len < 2 || word.len > WORD_LIMIT || !isalnum((unsigned char)word.ptr[0]))
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (!isalnum((unsigned char)word.ptr[i]) && !strchr("._+-", word.ptr[i]))
			return false;
	return true;
}

static bool is_program(struct slim_blob word)
{
	if (word.len < 4 || word.ptr[0] != '/')
		return is_name(word);
	for (size_t i = 0; i < word.len; i++)
		if (!isalnum((unsigned char)word.ptr[i]) && !strchr("/._+-", word.ptr[i]))
			return false;
	return is_path(word);
}

/* LC_ALL=C before a command */
static bool is_assignment(struct slim_blob word)
{
	size_t at = 0;
	while (at < word.len && (isupper((unsigned char)word.ptr[at]) || word.ptr[at] == '_'))
		at++;
	return at && at < word.len && word.ptr[at] == '=';
}

/* The place behind > >> < and the like, 0: none. What follows must look like a file: "size < 8" is a comparison. */
static size_t redirection(struct slim_blob word)
{
	size_t at = word.len > 1 && isdigit((unsigned char)word.ptr[0]), begin = at;
	while (at < word.len && strchr("<>", word.ptr[at]))
		at++;
	return at > begin ? at : 0;
}

static bool is_file_word(struct slim_blob word)
{
	return word.len && strchr("/%\"'&.", word.ptr[0]);
}

static bool is_option(struct slim_blob word)
{
	size_t dashes = word.len > 2 && word.ptr[1] == '-' ? 2 : 1;
	return word.len > dashes && word.ptr[0] == '-' && isalnum((unsigned char)word.ptr[dashes]);
}

static bool is_joint(struct slim_blob word)
{
	return slim_blob_is(word, "|") || slim_blob_is(word, "||") || slim_blob_is(word, "&&") ||
	       slim_blob_is(word, ";");
}

/*
 * [exec ][VAR=x ]NAME( -opt| %s| >file| 2>&1| | NAME)*, with at least one part that English has not (A22 b), or
 * whatever starts with the path of a program (A22 a). In a pipe and behind an option the arguments may be any words.
 */
static bool is_command(struct slim_blob text)
{
	struct slim_blob word;
	bool first = true, telling = false, name_next = true, file_next = false;
	bool plain = false, free = false;
	while (slim_blob_split_any(&text, " \t\r\n", &word)) {
		if (!word.len)
			continue;
		if (first && (is_assignment(word) || slim_blob_is(word, "exec")))
			continue;
		if (name_next && !is_program(word))
			return false;
		if (first && word.ptr[0] == '/')
			return true;
		first = false;
		if (file_next && !is_file_word(word))
			return false;
		bool was_name = name_next || file_next;
		name_next = file_next = false;
		if (was_name)
			continue;
		size_t behind = redirection(word);
		name_next = is_joint(word);
		file_next = behind && behind == word.len;
		if (behind && !file_next && !is_file_word(slim_blob(word.ptr + behind, word.len - behind)))
			return false;
		free |= slim_blob_is(word, "|") || (is_option(word) && !telling && !plain);
		plain |= !name_next && !behind && !is_option(word) && !memchr(word.ptr, '%', word.len) &&
			 !slim_blob_is(word, "&");
		telling |= behind || is_option(word) || slim_blob_is(word, "|");
	}
	return telling && !name_next && !file_next && (!plain || free);
}

/* "%s%sxkbcomp" -w %d: a program in a folder that is put before it when the program runs. Its name, or nothing. */
static struct slim_blob behind_folder(struct slim_blob text)
{
	size_t at = text.len && strchr("\"'", *text.ptr) ? 1 : 0, begin = at;
	while (at + 2 < text.len && (!memcmp(text.ptr + at, "%s", 2) || text.ptr[at] == '/'))
		at += text.ptr[at] == '/' ? 1 : 2;
	size_t end = at;
	while (end < text.len && (isalnum((unsigned char)text.ptr[end]) || strchr("._+-", text.ptr[end])))
		end++;
	struct slim_blob name = slim_blob(text.ptr + at, end - at), rest, word;
	rest = slim_blob(text.ptr + end, text.len - end);
	if (at == begin || name.len < 3 || !slim_blob_split(&rest, ' ', &word) || word.len > 1 || !rest.len)
		return SLIM_BLOB("");
	slim_blob_split(&rest, ' ', &word);
	return is_option(word) ? name : SLIM_BLOB("");
}

/* Has a part that ends in ".so", or goes on with a version. */
static bool names_library(struct slim_blob text)
{
	for (size_t at = 0; at + 3 <= text.len; at++)
		if (!memcmp(text.ptr + at, ".so", 3) && (at + 3 == text.len || strchr(".%", text.ptr[at + 3])))
			return true;
	return false;
}

static bool has_letter(struct slim_blob text)
{
	for (size_t i = 0; i < text.len; i++)
		if (isalpha((unsigned char)text.ptr[i]))
			return true;
	return false;
}

/* A name of the time zone database, which is open to new ones: its areas are known. */
static bool is_zone(struct slim_blob text)
{
	static const char *const areas[] = { "Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/",
					     "Etc/", "Europe/", "Indian/", "Pacific/" };
	for (size_t i = 0; i < SLIM_COUNT(areas); i++)
		if (slim_blob_starts(text, areas[i]) && text.len > strlen(areas[i]))
			return isupper((unsigned char)text.ptr[strlen(areas[i])]);
	return false;
}

void elf_classify(struct elf_strings *s, const char *text, size_t length, unsigned has)
{
	struct slim_blob all = slim_blob(text, length);
	bool open = has & (ELF_HAS_PERCENT | ELF_HAS_DOLLAR);
	if (has & ELF_HAS_SPACE) {
		all = slim_blob_trim(all);
		struct slim_blob name = behind_folder(all);
		if (name.len)
			elf_found(s, ELF_STARTED, name.ptr, name.len);
		else if (is_command(all))
			elf_found(s, ELF_COMMAND, all.ptr, all.len);
	} else if (open) {
		if (is_path(all) || names_library(all))
			elf_found(s, ELF_TEMPLATE, text, length);
	} else if (text[0] == '/') {
		found_paths(s, all);
	} else if (!has && elf_is_soname(all)) {
		elf_found(s, ELF_SONAME, text, length);
	} else if (!has && is_name(all) && has_letter(all)) {
		elf_found(s, ELF_WORD, text, length);
	} else if (has == ELF_HAS_SLASH && isupper((unsigned char)text[0])) {
		s->names_zones |= is_zone(all);
	}
}
