#include "tar_watch.h"

/* The digits before C, which must be there; false: no number, or too large. */
static bool take_number(struct slim_blob *rest, char c, uint64_t *out)
{
	struct slim_blob digits;
	*out = 0;
	if (!memchr(rest->ptr, c, rest->len) || !slim_blob_split(rest, c, &digits) || !digits.len)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9' || __builtin_mul_overflow(*out, 10u, out) ||
		    __builtin_add_overflow(*out, (uint64_t)(digits.ptr[i] - '0'), out))
			return false;
	}
	return true;
}

/* The next record: "LENGTH KEY=VALUE\n", where LENGTH counts all of it. */
static bool take_record(struct slim_blob *body, struct slim_blob *key, struct slim_blob *value)
{
	struct slim_blob rest = *body;
	uint64_t length;
	if (!take_number(&rest, ' ', &length) || length > body->len)
		return false;
	const char *end = body->ptr + length;
	if (end <= rest.ptr || end[-1] != '\n')
		return false;
	rest = slim_blob(rest.ptr, (size_t)(end - 1 - rest.ptr));
	const char *equals = memchr(rest.ptr, '=', rest.len);
	if (!equals || equals == rest.ptr)
		return false;
	*key = slim_blob(rest.ptr, (size_t)(equals - rest.ptr));
	*value = slim_blob(equals + 1, (size_t)(rest.ptr + rest.len - equals - 1));
	*body = slim_blob(end, (size_t)(body->ptr + body->len - end));
	return true;
}

static bool has_nul(struct slim_blob b)
{
	return b.len && memchr(b.ptr, '\0', b.len);
}

static int check_size(struct slim_blob value, struct slim_pax *out, struct slim_error **err)
{
	/* POSIX: an empty value takes the record back */
	out->has_size = value.len != 0;
	if (!value.len)
		return 0;
	char text[32];
	if (value.len >= sizeof(text))
		return slim_fail(err, SLIM_BAD_INPUT, "pax header: size: out of range");
	memcpy(text, value.ptr, value.len);
	text[value.len] = '\n';
	struct slim_blob number = slim_blob(text, value.len + 1);
	if (!take_number(&number, '\n', &out->size) || out->size > INT64_MAX)
		return slim_fail(err, SLIM_BAD_INPUT, "pax header: size: no number, or out of range");
	return 0;
}

/* "-0.5": a sign, no second, a part of one that nine digits show. */
static bool is_just_below_zero(struct slim_blob value)
{
	size_t at = 1, end;
	if (!value.len || *value.ptr != '-')
		return false;
	while (at < value.len && value.ptr[at] == '0')
		at++;
	if (at == value.len || value.ptr[at] != '.')
		return false;
	end = value.len - at > 10 ? at + 10 : value.len;
	while (++at < end)
		if (value.ptr[at] >= '1' && value.ptr[at] <= '9')
			return true;
	return false;
}

int slim_pax_check(struct slim_blob body, struct slim_pax *out, struct slim_error **err)
{
	*out = (struct slim_pax){ 0 };
	while (body.len) {
		struct slim_blob key, value;
		if (!take_record(&body, &key, &value))
			return slim_fail(err, SLIM_BAD_INPUT, "pax header: malformed record");
		bool name = slim_blob_is(key, "path") || slim_blob_is(key, "linkpath") ||
			    slim_blob_is(key, "GNU.sparse.name");
		if (has_nul(key) || (name && has_nul(value)))
			return slim_fail(err, SLIM_BAD_INPUT, "pax header: a NUL in a name");
		if (slim_blob_is(key, "size") && check_size(value, out, err))
			return -1;
		if (slim_blob_is(key, "mtime"))
			out->just_before_1970 = is_just_below_zero(value);
	}
	return 0;
}
