/*
 * Shells that su, login and sshd start, and the homes they start in: those of /etc/passwd.
 * docs/rules.md B22, passwd(5)
 */
#include <string.h>

#include "../engine/owners.h"
#include "system_data.h"

static bool refuses_login(struct slim_blob shell)
{
	return !shell.len || slim_blob_ends(shell, "/nologin") || slim_blob_ends(shell, "/false") ||
	       slim_blob_ends(shell, "/sync");
}

static void keep_home(struct slim_trace *t, struct slim_blob path, struct slim_node *from)
{
	struct slim_node *home = slim_tree_walk(slim_trace_tree(t), NULL, path, true, NULL, NULL);
	bool own = home && home->parent && slim_node_is_dir(home) && !slim_is_system_path(home);
	if (own &&
	    (!slim_is_shared_folder(t, home) || !strcmp(home->parent->name, "home") || !strcmp(home->name, "root")))
		slim_keep_below(t, home, SLIM_RULE_LOGIN_SHELL, from, "a home in /etc/passwd");
}

void slim_login_shells_keep(struct slim_trace *t, struct slim_node *from)
{
	const struct slim_node *passwd = slim_tree_find(slim_trace_tree(t), "/etc/passwd");
	size_t length = 0;
	slim_autofree char *text =
		passwd && slim_node_is_file(passwd) ? slim_trace_read(t, passwd, 1 << 20, &length) : NULL;
	struct slim_blob rest = slim_blob(text, length), line;
	while (text && slim_blob_line(&rest, &line)) {
		struct slim_blob fields = line, name = line, shell = { NULL, 0 }, home = { NULL, 0 }, field;
		for (unsigned n = 0; slim_blob_split(&fields, ':', &field); n++) {
			if (!n)
				name = field;
			if (n == 5)
				home = field;
			if (n == 6)
				shell = slim_blob_trim(field);
		}
		if (shell.len)
			slim_keep_path(t, NULL, shell, SLIM_RULE_LOGIN_SHELL, from, "the shell of user '%.*s'",
				       (int)(name.len & 0xff), name.ptr);
		if (home.len && !refuses_login(shell))
			keep_home(t, home, from);
	}
}
