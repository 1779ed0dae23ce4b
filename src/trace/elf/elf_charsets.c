/*
 * Whether a program has to do with charsets that are neither UTF-8 nor the locale's: then its texts say so, be it as
 * names of charsets, as options, or in messages.
 */
#include <string.h>

#include "elf_strings.h"

/* In lower case; letters alone, so that "ISO-8859-1", "iso8859_1" and "character set" are all found. */
static const char *const marks[] = {
	"charset", "codeset", "encoding", "characterset", "fromcode", "tocode", "codepage", "iso8859", "utf16", "utf32",
	"utf7", "ucs2", "ucs4", "windows125", "cp125", "cp437", "cp85", "cp93", "koi8", "euc", "sjis", "shiftjis",
	"gb2312", "gbk", "gb18030", "big5", "latin1", "iso2022", "tis620", "viscii", "ebcdic",
};

bool elf_is_about_charsets(const char *text, size_t length)
{
	char plain[ELF_TEXT_LIMIT + 1];
	size_t count = 0;
	for (size_t i = 0; i < length && count < sizeof(plain) - 1; i++) {
		char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 32) : text[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			plain[count++] = c;
	}
	plain[count] = 0;
	for (size_t i = 0; i < SLIM_COUNT(marks); i++)
		if (strstr(plain, marks[i]))
			return true;
	return false;
}
