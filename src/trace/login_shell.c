/* Shells that su, login and sshd start: those of /etc/passwd. tracing.md B22, passwd(5) */
#include "system_data.h"

void slim_login_shells_keep(struct slim_trace *t, struct slim_node *from)
{
	const struct slim_node *passwd = slim_tree_find(slim_trace_tree(t), "/etc/passwd");
	size_t length = 0;
	slim_autofree char *text = passwd && slim_node_is_file(passwd) ? slim_trace_read(t, passwd, 1 << 20, &length) : NULL;
	struct slim_blob rest = slim_blob(text, length), line;
	while (text && slim_blob_line(&rest, &line)) {
		struct slim_blob fields = line, name = line, shell = { NULL, 0 }, field;
		for (unsigned n = 0; slim_blob_split(&fields, ':', &field); n++) {
			if (!n)
				name = field;
			if (n == 6)
				shell = slim_blob_trim(field);
		}
		if (shell.len)
			slim_keep_path(t, NULL, shell, SLIM_RULE_LOGIN_SHELL, from, "the shell of user '%.*s'",
				       (int)(name.len & 0xff), name.ptr);
	}
}
