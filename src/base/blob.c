#include "slim/blob.h"

int slim_blob_compare(struct slim_blob a, struct slim_blob b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

/* The part is what lies before byte AT of *rest; at its end the rest is used up. */
static bool split_at(struct slim_blob *rest, size_t at, struct slim_blob *part)
{
	*part = slim_blob(rest->ptr, at);
	*rest = at == rest->len ? slim_blob(NULL, 0) : slim_blob(rest->ptr + at + 1, rest->len - at - 1);
	return true;
}

bool slim_blob_split(struct slim_blob *rest, char separator, struct slim_blob *part)
{
	if (!rest->ptr)
		return false;
	const char *end = memchr(rest->ptr, separator, rest->len);
	return split_at(rest, end ? (size_t)(end - rest->ptr) : rest->len, part);
}

struct slim_bytes slim_bytes_of(const char *list)
{
	struct slim_bytes set = { { 0 } };
	for (; *list; list++)
		set.bits[(unsigned char)*list / 64] |= UINT64_C(1) << (unsigned char)*list % 64;
	return set;
}

static bool has(const struct slim_bytes *set, unsigned char c)
{
	return set->bits[c / 64] >> c % 64 & 1;
}

bool slim_blob_split_bytes(struct slim_blob *rest, const struct slim_bytes *separators, struct slim_blob *part)
{
	if (!rest->ptr)
		return false;
	size_t at = 0;
	while (at < rest->len && !has(separators, (unsigned char)rest->ptr[at]))
		at++;
	return split_at(rest, at, part);
}

bool slim_blob_split_any(struct slim_blob *rest, const char *separators, struct slim_blob *part)
{
	struct slim_bytes set = slim_bytes_of(separators);
	return slim_blob_split_bytes(rest, &set, part);
}

bool slim_blob_line(struct slim_blob *rest, struct slim_blob *line)
{
	return rest->len > 0 && slim_blob_split(rest, '\n', line);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slim_blob slim_blob_trim(struct slim_blob a)
{
	while (a.len && is_blank(*a.ptr))
		a = slim_blob(a.ptr + 1, a.len - 1);
	while (a.len && is_blank(a.ptr[a.len - 1]))
		a.len--;
	return a;
}
