/*
 * The checksums of package databases: MD5 (dpkg) and SHA-1 (apk) of files, SHA-1 and SHA-256 (rpm) of headers. No
 * security rests on them here.
 */
#ifndef SLIM_WRITE_CHECKSUM_H
#define SLIM_WRITE_CHECKSUM_H

#include "slim/inode.h"

enum { SLIM_CHECKSUM_TEXT = 64 };

/* As md5sum(1) prints it. */
int slim_checksum_dpkg(const struct slim_inode *inode, char text[SLIM_CHECKSUM_TEXT], struct slim_error **err)
	SLIM_MUST_CHECK;
/* "Q1" and SHA-1 in base64: apk-installed(5). */
int slim_checksum_apk(const struct slim_inode *inode, char text[SLIM_CHECKSUM_TEXT], struct slim_error **err)
	SLIM_MUST_CHECK;

/* Of PARTS, one after another, in hexadecimal digits: how rpm writes the digests of its headers. */
enum { SLIM_CHECKSUM_RPM_TEXT = 65 };
int slim_checksum_rpm(const char *kind, const struct slim_blob *parts, size_t count,
		      char text[SLIM_CHECKSUM_RPM_TEXT], struct slim_error **err) SLIM_MUST_CHECK;

#endif
