#include "slim/utf8.h"

#include <stdbool.h>

static size_t length_by_lead(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t slim_utf8(struct slim_blob text, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)text.ptr;
	size_t length = text.len ? length_by_lead(s[0]) : 0;
	if (length == 0 || length > text.len)
		return 0;
	*code = length == 1 ? s[0] : s[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3fU);
	}
	bool overlong = (length == 3 && *code < 0x800) || (length == 4 && *code < 0x10000);
	bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
	return overlong || surrogate || *code > 0x10ffff ? 0 : length;
}

size_t slim_utf8_printable(struct slim_blob text)
{
	uint32_t code;
	size_t length = slim_utf8(text, &code);
	if (length == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
		return 0;
	bool unseen = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
		      (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
	return unseen ? 0 : length;
}
