/* The inside of slim_selection_strip. */
#ifndef SLIM_WRITE_STRIP_H
#define SLIM_WRITE_STRIP_H

#include "slim/write.h"

/*
 * Append to SPOOL what INODE's file is without symbol tables and debug sections. 1: done; 0: it is left as it is,
 * since it is no ELF program or shared object, not fully understood, or would not get smaller by a tar block.
 */
int slim_strip_elf(const struct slim_inode *inode, struct slim_file *spool, struct slim_error **err) SLIM_MUST_CHECK;

/* Which files must not change, whatever is in them. */
struct slim_strip_guard;
struct slim_strip_guard *slim_strip_guard_new(const struct slim_selection *selection,
					      const struct slim_packages *packages);
void slim_strip_guard_free(struct slim_strip_guard *guard); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_strip_guard, slim_strip_guard_free)
bool slim_strip_is_guarded(const struct slim_strip_guard *guard, const struct slim_node *node);

#endif
