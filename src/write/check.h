/* What the parts of the self-check share: the tree before and after, and what was found missing. */
#ifndef SLIM_WRITE_CHECK_H
#define SLIM_WRITE_CHECK_H

#include "slim/ldso.h"
#include "slim/write.h"

struct slim_fact; /* an ELF file's facts, by inode */

struct slim_check {
	const struct slim_selection *selection;
	const struct slim_config *config;
	const struct slim_wishes *wishes;
	struct slim_log *log;
	const struct slim_tree *before; /* all that the input has */
	const struct slim_tree *after;  /* its view: the selection alone, the same nodes */
	const bool *stays;              /* by number: it is in the selection */
	struct slim_arena *arena;
	struct slim_fact *facts;
	struct slim_ldso *ldso_before, *ldso_after;
	char *first;                    /* what was found missing first, for the message */
	size_t missing;
};

/* WHO (a path, or what it is in the config) has NODE in the input and not in the selection. */
void slim_check_missing(struct slim_check *check, const char *who, const struct slim_node *node);

/*
 * Look PATH up in the input, links followed, from a folder (NULL: the root): the first of the links on the way, or the
 * end of it, that the selection lacks. NULL: nothing is lacking, or the input has no such file. FOUND may be NULL.
 */
const struct slim_node *slim_check_gap(struct slim_check *check, const struct slim_node *from, struct slim_blob path,
				       struct slim_node **found);

/*
 * Look PATH up before and after, links followed, from a folder of the input (NULL: the root). Found before and not
 * after: missing. Returns what the input has, or NULL.
 */
struct slim_node *slim_check_path(struct slim_check *check, const char *who, const struct slim_node *from,
				  struct slim_blob path);
/* The same for a command's first word, as execvp finds it. */
struct slim_node *slim_check_program(struct slim_check *check, const char *who, struct slim_blob word);
bool slim_check_stays(const struct slim_check *check, const struct slim_node *node);

void slim_check_elf(struct slim_check *check, struct slim_node *node);
void slim_check_elf_begin(struct slim_check *check);
void slim_check_elf_end(struct slim_check *check);
void slim_check_script(struct slim_check *check, const struct slim_node *node);
void slim_check_config(struct slim_check *check);

#endif
