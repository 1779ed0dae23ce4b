/* The checksums that package databases have of files: MD5 (dpkg) and SHA-1 (apk). No security rests on them here. */
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

#endif
