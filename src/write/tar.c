#include "tar.h"

#include <stddef.h>
#include <stdio.h>

enum { NAME_SIZE = 100, PREFIX_SIZE = 155 };

struct ustar {
	char name[NAME_SIZE], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[NAME_SIZE];
	char magic[6], version[2], uname[32], gname[32], dev_major[8], dev_minor[8], prefix[PREFIX_SIZE], unused[12];
};
_Static_assert(sizeof(struct ustar) == SLIM_TAR_BLOCK, "a header is one block");
_Static_assert(offsetof(struct ustar, prefix) == 345, "ustar's layout");

#define MAX_SHORT UINT64_C(07777777)      /* 7 octal digits */
#define MAX_LONG UINT64_C(077777777777)   /* 11 of them */

static void octal(char *field, size_t size, uint64_t value)
{
	field[size - 1] = '\0';
	for (size_t i = size - 1; i-- > 0; value >>= 3)
		field[i] = (char)('0' + (value & 7));
}

static void seal(struct ustar *header)
{
	memcpy(header->magic, "ustar", 6);
	memcpy(header->version, "00", 2);
	memset(header->checksum, ' ', sizeof(header->checksum));
	unsigned sum = 0;
	for (size_t i = 0; i < sizeof(*header); i++)
		sum += ((const unsigned char *)header)[i];
	octal(header->checksum, 7, sum);
}

static bool ascii(struct slim_blob text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	return true;
}

/* How many bytes the UTF-8 sequence at TEXT has; 0 when it is none (RFC 3629: no overlong forms, no surrogates). */
static size_t utf8_length(const unsigned char *text, size_t left)
{
	static const struct { unsigned char lead, mask, size, low, high; } forms[] = {
		{ 0x00, 0x80, 1, 0, 0 },       { 0xe0, 0xff, 3, 0xa0, 0xbf }, { 0xed, 0xff, 3, 0x80, 0x9f },
		{ 0xf0, 0xff, 4, 0x90, 0xbf }, { 0xf4, 0xff, 4, 0x80, 0x8f }, { 0xc0, 0xfe, 0, 0, 0 },
		{ 0xc0, 0xe0, 2, 0x80, 0xbf }, { 0xe0, 0xf0, 3, 0x80, 0xbf }, { 0xf0, 0xfc, 4, 0x80, 0xbf },
	};
	for (size_t i = 0; i < SLIM_COUNT(forms); i++) {
		if ((text[0] & forms[i].mask) != forms[i].lead)
			continue;
		if (forms[i].size > left || (forms[i].size > 1 && (text[1] < forms[i].low || text[1] > forms[i].high)))
			return 0;
		for (size_t k = 2; k < forms[i].size; k++)
			if ((text[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].size;
	}
	return 0;
}

static bool utf8(struct slim_blob text)
{
	for (size_t i = 0, step; i < text.len; i += step) {
		step = utf8_length((const unsigned char *)text.ptr + i, text.len - i);
		if (!step)
			return false;
	}
	return true;
}

/* Where NAME is cut into prefix and name: the place of the slash between them, or 0 when it cannot be. */
static size_t split_at(struct slim_blob name)
{
	size_t latest = name.len < PREFIX_SIZE + 1 ? name.len - 1 : PREFIX_SIZE + 1;
	for (size_t i = latest; i-- > 1;)
		if (name.ptr[i] == '/' && i + 1 < name.len && name.len - i - 1 <= NAME_SIZE)
			return i;
	return 0;
}

/* False: only a pax record can hold it; its beginning stands there for readers that know no pax. */
static bool put_name(struct ustar *header, struct slim_blob name)
{
	if (ascii(name)) {
		size_t split = name.len <= NAME_SIZE ? 0 : split_at(name);
		if (split) {
			memcpy(header->prefix, name.ptr, split);
			memcpy(header->name, name.ptr + split + 1, name.len - split - 1);
			return true;
		}
	}
	memcpy(header->name, name.ptr, name.len < NAME_SIZE ? name.len : NAME_SIZE);
	return name.len <= NAME_SIZE && ascii(name);
}

static bool put_link(struct ustar *header, struct slim_blob link)
{
	if (link.len)
		memcpy(header->link, link.ptr, link.len < NAME_SIZE ? link.len : NAME_SIZE);
	return link.len <= NAME_SIZE && ascii(link);
}

/* A value that does not fit goes to a pax record alone, and the field holds 0, as Go's archive/tar writes it. */
static bool put_number(char *field, size_t size, uint64_t value)
{
	bool fits = value <= (size == 8 ? MAX_SHORT : MAX_LONG);
	octal(field, size, fits ? value : 0);
	return fits;
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts its own digits. */
static void add_record(struct slim_buffer *records, const char *prefix, const char *key, struct slim_blob value)
{
	size_t rest = 1 + strlen(prefix) + strlen(key) + 1 + value.len + 1;
	size_t length = rest + 1;
	char digits[24];
	while (rest + (size_t)snprintf(digits, sizeof(digits), "%zu", length) != length)
		length = rest + strlen(digits);
	slim_buffer_add(records, slim_blob_of(digits));
	slim_buffer_add(records, SLIM_BLOB(" "));
	slim_buffer_add(records, slim_blob_of(prefix));
	slim_buffer_add(records, slim_blob_of(key));
	slim_buffer_add(records, SLIM_BLOB("="));
	slim_buffer_add(records, value);
	slim_buffer_add(records, SLIM_BLOB("\n"));
}

static void add_number(struct slim_buffer *records, const char *key, uint64_t value)
{
	char text[24];
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	add_record(records, "", key, slim_blob_of(text));
}

/* Seconds with a fraction as short as can be. Nanoseconds count forward, also before 1970. */
static void add_mtime(struct slim_buffer *records, const struct slim_inode *inode)
{
	char text[48];
	uint64_t seconds = inode->mtime < 0 ? -(uint64_t)inode->mtime : (uint64_t)inode->mtime;
	uint32_t fraction = inode->mtime_nsec;
	if (inode->mtime < 0 && fraction) {
		seconds--;
		fraction = 1000000000 - fraction;
	}
	int length = snprintf(text, sizeof(text), "%s%llu.%09u", inode->mtime < 0 ? "-" : "",
			      (unsigned long long)seconds, fraction);
	while (text[length - 1] == '0')
		length--;
	if (text[length - 1] == '.')
		length--;
	add_record(records, "", "mtime", slim_blob(text, (size_t)length));
}

static char type_of(const struct slim_tar_entry *entry)
{
	if (entry->hard_link.ptr)
		return '1';
	switch (entry->inode->mode & S_IFMT) {
	case S_IFDIR: return '5';
	case S_IFLNK: return '2';
	case S_IFCHR: return '3';
	case S_IFBLK: return '4';
	case S_IFIFO: return '6';
	default: return '0';
	}
}

/*
 * A sparse file is written with its holes as zeros: the OCI image-spec says that sparse formats should not be used,
 * and old engines refuse them. The layer grows by the holes before compression, and hardly by any after it.
 */
uint64_t slim_tar_data_size(const struct slim_tar_entry *entry)
{
	return type_of(entry) == '0' ? entry->inode->size : 0;
}

static struct slim_blob link_of(const struct slim_tar_entry *entry)
{
	if (entry->hard_link.ptr)
		return entry->hard_link;
	return slim_inode_is_link(entry->inode) ? entry->inode->target : slim_blob("", 0);
}

static void put_device(struct ustar *header, struct slim_buffer *records, const struct slim_tar_entry *entry)
{
	char type = type_of(entry);
	if (type != '3' && type != '4')
		return;
	if (!put_number(header->dev_major, sizeof(header->dev_major), entry->inode->dev_major))
		add_number(records, "SCHILY.devmajor", entry->inode->dev_major);
	if (!put_number(header->dev_minor, sizeof(header->dev_minor), entry->inode->dev_minor))
		add_number(records, "SCHILY.devminor", entry->inode->dev_minor);
}

/*
 * Fill the header, and collect in RECORDS, sorted by key, what it cannot hold. A further name of a file repeats the
 * xattrs: engines change the owner for each header, which clears a capability, and then set the header's xattrs.
 */
static void fill(struct ustar *header, struct slim_buffer *records, const struct slim_tar_entry *entry)
{
	const struct slim_inode *inode = entry->inode;
	struct slim_blob link = link_of(entry);
	put_device(header, records, entry);
	for (const struct slim_xattr *x = inode->xattrs; x; x = x->next)
		add_record(records, "SCHILY.xattr.", x->name, x->value);
	octal(header->mode, sizeof(header->mode), inode->mode & 07777);
	if (!put_number(header->gid, sizeof(header->gid), inode->gid))
		add_number(records, "gid", inode->gid);
	if (!utf8(entry->name) || !utf8(link))
		add_record(records, "", "hdrcharset", SLIM_BLOB("BINARY"));
	if (!put_link(header, link))
		add_record(records, "", "linkpath", link);
	uint64_t seconds = inode->mtime < 0 ? UINT64_MAX : (uint64_t)inode->mtime;
	if (!put_number(header->mtime, sizeof(header->mtime), seconds) || inode->mtime_nsec)
		add_mtime(records, inode);
	if (!put_name(header, entry->name))
		add_record(records, "", "path", entry->name);
	if (!put_number(header->size, sizeof(header->size), slim_tar_data_size(entry)))
		add_number(records, "size", slim_tar_data_size(entry));
	if (!put_number(header->uid, sizeof(header->uid), inode->uid))
		add_number(records, "uid", inode->uid);
	header->type = type_of(entry);
}

static void plain(struct ustar *header, const char *name, uint32_t mode, uint64_t size, char type)
{
	memset(header, 0, sizeof(*header));
	memcpy(header->name, name, strnlen(name, NAME_SIZE));
	octal(header->mode, sizeof(header->mode), mode & 07777);
	octal(header->uid, sizeof(header->uid), 0);
	octal(header->gid, sizeof(header->gid), 0);
	octal(header->mtime, sizeof(header->mtime), 0);
	header->type = type;
	if (put_number(header->size, sizeof(header->size), size))
		return;
	/* A blob over 8 GiB: base 256 as GNU tar writes it, which fits a header that is filled in afterwards. */
	header->size[0] = (char)0x80;
	for (size_t i = sizeof(header->size); i-- > 1; size >>= 8)
		header->size[i] = (char)(size & 0xff);
}

void slim_tar_header(struct slim_buffer *out, const struct slim_tar_entry *entry)
{
	slim_autobuffer struct slim_buffer records = { 0 };
	struct ustar header = { 0 };
	fill(&header, &records, entry);
	seal(&header);
	if (records.length) {
		struct ustar pax;
		plain(&pax, "PaxHeader", 0644, records.length, 'x');
		seal(&pax);
		slim_buffer_add(out, slim_blob((const char *)&pax, sizeof(pax)));
		slim_buffer_add(out, slim_blob(records.bytes, records.length));
		slim_buffer_extend(out, slim_tar_padding(records.length));
	}
	slim_buffer_add(out, slim_blob((const char *)&header, sizeof(header)));
}

void slim_tar_plain_header(char out[SLIM_TAR_BLOCK], const struct slim_tar_plain *member)
{
	struct ustar header;
	plain(&header, member->name, member->mode, member->size, S_ISDIR(member->mode) ? '5' : '0');
	seal(&header);
	memcpy(out, &header, sizeof(header));
}
