#include "tar_watch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "slim/alloc.h"

/* Offsets within a header (POSIX ustar; GNU). */
enum { SIZE_AT = 124, SIZE_LENGTH = 12, CHECKSUM_AT = 148, CHECKSUM_LENGTH = 8, TYPE_AT = 156, MAGIC_AT = 257,
       GNU_EXTENDED_AT = 482, MAP_EXTENDED_AT = 504 };
/* As Go's archive/tar and libarchive. */
enum { BODY_LIMIT = 1 << 20 };

static int fail(const struct slim_tar_watch *w, const char *message, struct slim_error **err)
{
	return slim_fail(err, SLIM_BAD_INPUT, "tar header at byte %" PRIu64 ": %s", w->offset, message);
}

/* Base-256: bit 7 of the first byte marks it, bit 6 is the sign (GNU tar manual, "Extensions"). */
static bool parse_binary(const unsigned char *field, size_t length, uint64_t *out)
{
	uint64_t value = field[0] & 0x7f;
	if (field[0] & 0x40)
		return false;
	for (size_t i = 1; i < length; i++) {
		if (value >> 55)
			return false;
		value = value << 8 | field[i];
	}
	*out = value;
	return true;
}

static bool parse_number(const unsigned char *field, size_t length, uint64_t *out)
{
	if (field[0] & 0x80)
		return parse_binary(field, length, out);
	size_t i = 0;
	uint64_t value = 0;
	while (i < length && field[i] == ' ')
		i++;
	for (; i < length && field[i] >= '0' && field[i] <= '7'; i++)
		value = value << 3 | (unsigned)(field[i] - '0');
	*out = value;
	return i == length || field[i] == '\0' || field[i] == ' ';
}

/* The sum of all bytes, the checksum's own as blanks; old writers took bytes as signed. */
static bool checksum_is_right(const unsigned char *block)
{
	uint64_t said;
	uint32_t sum = 0, high = 0;
	for (size_t i = 0; i < SLIM_TAR_BLOCK; i++) {
		sum += block[i];
		high += block[i] >> 7;
	}
	for (size_t i = CHECKSUM_AT; i < CHECKSUM_AT + CHECKSUM_LENGTH; i++) {
		sum += ' ' - (uint32_t)block[i];
		high -= block[i] >> 7;
	}
	if (!parse_number(block + CHECKSUM_AT, CHECKSUM_LENGTH, &said))
		return false;
	return said == sum || said == (uint32_t)(sum - 256 * high);
}

static bool is_zero(const unsigned char *block)
{
	return block[0] == 0 && memcmp(block, block + 1, SLIM_TAR_BLOCK - 1) == 0;
}

/* --- headers -------------------------------------------------------------------------------------------------- */

static int start_body(struct slim_tar_watch *w, char type, uint64_t size, struct slim_error **err)
{
	if (size > BODY_LIMIT)
		return fail(w, "a name or attribute of more than 1 MiB", err);
	if (type == 'x' && w->pax)
		return fail(w, "a second pax header for one entry", err);
	w->pax = w->pax || type == 'x';
	w->special = w->special || type != 'g';
	w->body_type = type;
	w->body_size = (size_t)size;
	w->body_filled = 0;
	free(w->body);
	w->body = slim_alloc(w->body_size + 1);
	w->left = (SLIM_TAR_BLOCK - size % SLIM_TAR_BLOCK) % SLIM_TAR_BLOCK;
	w->padding = 0;
	w->state = SLIM_TAR_BODY;
	return 0;
}

static int start_content(struct slim_tar_watch *w, uint64_t size, struct slim_error **err)
{
	uint64_t padding = (SLIM_TAR_BLOCK - size % SLIM_TAR_BLOCK) % SLIM_TAR_BLOCK;
	if (size > INT64_MAX - SLIM_TAR_BLOCK)
		return fail(w, "size field: out of range", err);
	w->left = size + padding;
	w->padding = padding;
	w->state = SLIM_TAR_CONTENT;
	return 0;
}

/* Types that have no content whatever their size field says; a pax record that gives them some is no accident. */
static int start_bare_entry(struct slim_tar_watch *w, struct slim_error **err)
{
	if (w->said.has_size && w->said.size)
		return fail(w, "an entry that can have no content has a size", err);
	return start_content(w, 0, err);
}

static int start_old_sparse(struct slim_tar_watch *w, uint64_t size, struct slim_error **err)
{
	if (memcmp(w->block + MAGIC_AT, "ustar  ", 8) != 0)
		return fail(w, "unknown type 'S'", err);
	if (start_content(w, size, err))
		return -1;
	if (w->block[GNU_EXTENDED_AT])
		w->state = SLIM_TAR_SPARSE_MAP;
	return 0;
}

static int fail_type(const struct slim_tar_watch *w, unsigned char type, struct slim_error **err)
{
	bool printable = type > ' ' && type < 0x7f;
	slim_autofree char *text = printable ? slim_format("unknown type '%c'", type)
					     : slim_format("unknown type 0x%02x", type);
	return fail(w, text, err);
}

/* An entry proper: whatever was said before it is used up. */
static int start_entry(struct slim_tar_watch *w, unsigned char type, uint64_t size, struct slim_error **err)
{
	uint64_t content = w->said.has_size ? w->said.size : size;
	w->entries++;
	w->special = w->pax = false;
	int failed = -1;
	switch (type) {
	case '0': case '\0': case '7':
		failed = start_content(w, content, err);
		break;
	case '1': case '2': case '3': case '4': case '5': case '6':
		failed = start_bare_entry(w, err);
		break;
	case 'S':
		failed = start_old_sparse(w, content, err);
		break;
	default:
		failed = fail_type(w, type, err);
	}
	*slim_push(&w->notes, &w->note_count, &w->note_capacity) =
		(struct slim_tar_note){ content, w->said.just_before_1970 };
	w->said = (struct slim_pax){ 0 };
	return failed;
}

static int take_header(struct slim_tar_watch *w, struct slim_error **err)
{
	uint64_t size;
	if (is_zero(w->block)) {
		w->state = w->zero_block ? SLIM_TAR_END : SLIM_TAR_HEADER;
		w->zero_block = true;
		return 0;
	}
	if (w->zero_block)
		return fail(w, "stands behind a zero block", err);
	if (!checksum_is_right(w->block))
		return fail(w, "wrong checksum", err);
	if (!parse_number(w->block + SIZE_AT, SIZE_LENGTH, &size))
		return fail(w, "size field: no number, or out of range", err);
	unsigned char type = w->block[TYPE_AT];
	if (type == 'x' || type == 'g' || type == 'L' || type == 'K')
		return start_body(w, (char)type, size, err);
	return start_entry(w, type, size, err);
}

/* GNU: the name ends at a NUL, and nothing but NULs follows. */
static int check_long_name(const struct slim_tar_watch *w, struct slim_error **err)
{
	size_t length = strnlen(w->body, w->body_size);
	for (size_t i = length; i < w->body_size; i++)
		if (w->body[i])
			return fail(w, "a NUL in a long name", err);
	return 0;
}

static int take_body(struct slim_tar_watch *w, struct slim_error **err)
{
	w->state = SLIM_TAR_CONTENT;
	struct slim_blob body = slim_blob(w->body, w->body_size);
	/* of global headers nothing is used: engines let them be */
	if (w->body_type == 'g')
		return 0;
	if (w->body_type != 'x')
		return check_long_name(w, err);
	if (slim_pax_check(body, &w->said, err))
		return slim_wrap(err, "tar header at byte %" PRIu64, w->offset);
	return 0;
}

/* --- bytes ---------------------------------------------------------------------------------------------------- */

static void take(struct slim_blob *bytes, void *to, size_t *filled, size_t size)
{
	size_t room = size - *filled, n = bytes->len < room ? bytes->len : room;
	memcpy((char *)to + *filled, bytes->ptr, n);
	*filled += n;
	*bytes = slim_blob(bytes->ptr + n, bytes->len - n);
}

static int step_block(struct slim_tar_watch *w, struct slim_blob *bytes, struct slim_error **err)
{
	take(bytes, w->block, &w->filled, SLIM_TAR_BLOCK);
	if (w->filled < SLIM_TAR_BLOCK)
		return 0;
	w->filled = 0;
	if (w->state == SLIM_TAR_HEADER) {
		if (take_header(w, err))
			return -1;
	} else if (!w->block[MAP_EXTENDED_AT]) {
		w->state = SLIM_TAR_CONTENT;
	}
	w->offset += SLIM_TAR_BLOCK;
	return 0;
}

static int step_body(struct slim_tar_watch *w, struct slim_blob *bytes, struct slim_error **err)
{
	take(bytes, w->body, &w->body_filled, w->body_size);
	if (w->body_filled < w->body_size)
		return 0;
	if (take_body(w, err))
		return -1;
	w->offset += w->body_size;
	return 0;
}

uint64_t slim_tar_watch_content(const struct slim_tar_watch *w)
{
	return w->state == SLIM_TAR_CONTENT ? w->left : 0;
}

void slim_tar_watch_skip(struct slim_tar_watch *w, uint64_t bytes)
{
	w->left -= bytes;
	w->offset += bytes;
	if (!w->left)
		w->state = SLIM_TAR_HEADER;
}

static void step_content(struct slim_tar_watch *w, struct slim_blob *bytes)
{
	size_t n = bytes->len < w->left ? bytes->len : (size_t)w->left;
	*bytes = slim_blob(bytes->ptr + n, bytes->len - n);
	slim_tar_watch_skip(w, n);
}

int slim_tar_watch(struct slim_tar_watch *w, struct slim_blob bytes, struct slim_error **err)
{
	while (bytes.len) {
		switch (w->state) {
		case SLIM_TAR_HEADER:
		case SLIM_TAR_SPARSE_MAP:
			if (step_block(w, &bytes, err))
				return -1;
			break;
		case SLIM_TAR_BODY:
			if (step_body(w, &bytes, err))
				return -1;
			break;
		case SLIM_TAR_CONTENT:
			step_content(w, &bytes);
			break;
		case SLIM_TAR_END:
			return 0;
		}
	}
	return 0;
}

int slim_tar_watch_end(const struct slim_tar_watch *w, struct slim_error **err)
{
	bool between = w->state == SLIM_TAR_HEADER && !w->filled && !w->special;
	bool whole = w->state == SLIM_TAR_CONTENT && !w->left && !w->special;
	if (between || whole || w->state == SLIM_TAR_END)
		return 0;
	return slim_fail(err, SLIM_BAD_INPUT, "the tar ends in the middle of an entry");
}

size_t slim_tar_watch_padding(const struct slim_tar_watch *w)
{
	return w->state == SLIM_TAR_CONTENT && !w->special && w->left <= w->padding ? (size_t)w->left : 0;
}

bool slim_tar_watch_note(struct slim_tar_watch *w, struct slim_tar_note *out)
{
	if (w->note_next == w->note_count)
		return false;
	*out = w->notes[w->note_next++];
	if (w->note_next == w->note_count)
		w->note_next = w->note_count = 0;
	return true;
}

void slim_tar_watch_clear(struct slim_tar_watch *w)
{
	free(w->notes);
	w->notes = NULL;
	free(w->body);
	w->body = NULL;
}
