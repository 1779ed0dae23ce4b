#include "check.h"

/* What the runtime itself looks for before and while it starts the image. */

static bool numeric(struct slim_blob text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return true;
}

/* OCI image-spec config.md: user, uid, user:group, …; names are looked up in the image. */
static void check_user(struct slim_check *check)
{
	struct slim_blob rest = slim_blob_of(check->config->user), user = { 0 }, group = { 0 };
	slim_blob_split(&rest, ':', &user);
	slim_blob_split(&rest, ':', &group);
	if (user.len && !numeric(user))
		slim_check_path(check, "the user", NULL, SLIM_BLOB("/etc/passwd"));
	if (group.len && !numeric(group))
		slim_check_path(check, "the user's group", NULL, SLIM_BLOB("/etc/group"));
}

/* Arguments that are files of the image: `nginx -c /etc/nginx.conf`. */
static void check_arguments(struct slim_check *check, const char *who, const char *const *words)
{
	for (; words && *words; words++) {
		const struct slim_node *node = **words == '/' ? slim_tree_find(check->before, *words) : NULL;
		if (node && slim_node_is_file(node))
			slim_check_path(check, who, NULL, slim_blob_of(*words));
	}
}

static void check_command(struct slim_check *check, const char *who, const char *const *words)
{
	if (!words || !*words)
		return;
	slim_check_program(check, who, slim_blob_of(*words));
	check_arguments(check, who, words + 1);
}

static void check_start(struct slim_check *check)
{
	const struct slim_config *config = check->config;
	if (!config->entrypoint || !*config->entrypoint) {
		check_command(check, "the command", config->cmd);
		return;
	}
	check_command(check, "the entrypoint", config->entrypoint);
	check_arguments(check, "the command", config->cmd);
}

/* A line for the shell: the shell, and the first word when it is plainly a program. */
static void check_shell_line(struct slim_check *check, const char *who, const char *line)
{
	struct slim_blob rest = slim_blob_of(line), word = { 0 };
	const char **shell = check->config->shell;
	slim_check_program(check, who, slim_blob_of(shell && *shell ? *shell : "/bin/sh"));
	while (slim_blob_split_any(&rest, " \t\n;&|", &word) && !word.len)
		;
	for (size_t i = 0; i < word.len; i++)
		if (strchr("=$`'\"\\(){}<>!*?[]#~", word.ptr[i]))
			return;
	slim_check_program(check, who, word);
}

/* Docker image spec v1.3: NONE, CMD and its words, or CMD-SHELL and a line. */
static void check_health(struct slim_check *check)
{
	const char **words = check->config->healthcheck;
	if (!words || !*words)
		return;
	if (!strcmp(*words, "CMD"))
		check_command(check, "the health check", words + 1);
	if (!strcmp(*words, "CMD-SHELL") && words[1])
		check_shell_line(check, "the health check", words[1]);
}

void slim_check_config(struct slim_check *check)
{
	check_user(check);
	if (check->config->working_dir && *check->config->working_dir)
		slim_check_path(check, "the working folder", NULL, slim_blob_of(check->config->working_dir));
	check_start(check);
	check_health(check);
}
