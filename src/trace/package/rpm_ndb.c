#include "rpm_ndb.h"

#include "rpm_header.h"

enum { PAGE = 4096, SLOT = 16, BLOCK = 16, FIRST_SLOT = 32, BLOB_HEAD = 16, BLOB_TAIL = 12 };

static uint32_t number_at(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;
	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* "BlbS", the package's number, a generation, the length; the header; a checksum, the length, "BlbE". */
static bool find_header(struct slim_blob bytes, const char *slot, struct slim_blob *header)
{
	uint64_t offset = (uint64_t)number_at(slot + 8) * BLOCK, room = (uint64_t)number_at(slot + 12) * BLOCK;
	if (offset > bytes.len || room > bytes.len - offset || room < BLOB_HEAD + BLOB_TAIL)
		return false;
	const char *head = bytes.ptr + offset;
	uint32_t length = number_at(head + 12);
	if (memcmp(head, "BlbS", 4) != 0 || number_at(head + 4) != number_at(slot + 4) ||
	    length > room - BLOB_HEAD - BLOB_TAIL)
		return false;
	*header = slim_blob(head + BLOB_HEAD, length);
	return true;
}

int slim_rpm_ndb_each(struct slim_blob bytes, slim_rpm_visit *visit, void *arg, struct slim_error **err)
{
	if (bytes.len < PAGE || memcmp(bytes.ptr, "RpmP", 4) != 0 || number_at(bytes.ptr + 4))
		return slim_fail(err, SLIM_BAD_INPUT, "no database of rpm's own form");
	uint64_t slots = (uint64_t)number_at(bytes.ptr + 12) * PAGE, all = 0;
	if (slots > bytes.len)
		return slim_fail(err, SLIM_BAD_INPUT, "its slots lie behind its end");
	for (uint64_t at = FIRST_SLOT; at < slots; at += SLOT) {
		const char *slot = bytes.ptr + at;
		struct slim_blob header;
		if (memcmp(slot, "Slot", 4) != 0)
			return slim_fail(err, SLIM_BAD_INPUT, "a slot is damaged");
		if (!number_at(slot + 8))
			continue;
		if (!find_header(bytes, slot, &header))
			return slim_fail(err, SLIM_BAD_INPUT, "package %u is damaged", number_at(slot + 4));
		all += header.len;
		if (all > bytes.len)
			return slim_fail(err, SLIM_BAD_INPUT, "its packages overlap");
		int result = visit(arg, number_at(slot + 4), header, err);
		if (result)
			return result;
	}
	return 0;
}
