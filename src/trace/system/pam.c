/* PAM: pam.conf(5), pam.d(5). The services of a program, what they include, and their modules. docs/rules.md B7 */
#include <string.h>

#include "system_data.h"

/* Read by modules and by programs that use PAM: pam_env, pam_limits, pam_unix, pam_access, shadow's suite */
static const char *const common[] = {
	"/etc/pam.conf", "/etc/security/**", "/etc/environment", "/etc/default/locale", "/etc/login.defs", "/etc/pam.d/other",
	"/usr/sbin/unix_chkpwd", "/sbin/unix_chkpwd", "/usr/bin/unix_chkpwd", "/etc/default/passwd", NULL
};

static bool has_word(const char *const *words, const char *word)
{
	for (; *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

/* A program names its service; a library may be asked for any. */
static void keep_services(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	const struct slim_node *dir = slim_tree_find(slim_trace_tree(t), "/etc/pam.d");
	for (struct slim_node *c = dir ? dir->first : NULL; c; c = c->next) {
		bool named = !strcmp(c->name, node->name) || has_word(elf->words, c->name);
		slim_autofree char *with_dash = slim_format("%s-", node->name); /* su-l, runuser-l: for login shells */
		if (!elf->program || named || !strncmp(c->name, with_dash, strlen(with_dash)))
			slim_keep_path(t, dir, slim_blob_of(c->name), SLIM_RULE_PAM, node, "its PAM service '%s'",
				       c->name);
	}
}

static void visit_elf(struct slim_trace *t, struct slim_node *node)
{
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (!elf || !slim_elf_imports(elf, "pam_start"))
		return;
	for (const char *const *place = common; *place; place++)
		slim_keep_place(t, *place, SLIM_RULE_PAM, node, "pam_start");
	keep_services(t, node, elf);
}

static struct slim_blob next_word(struct slim_blob *rest)
{
	while (rest->len && strchr(" \t\r", *rest->ptr))
		*rest = slim_blob(rest->ptr + 1, rest->len - 1);
	size_t n = 0;
	const char *stops = rest->len && *rest->ptr == '[' ? "]" : " \t\r";
	while (n < rest->len && !strchr(stops, rest->ptr[n]))
		n++;
	if (n < rest->len && rest->ptr[n] == ']')
		n++;
	struct slim_blob word = slim_blob(rest->ptr, n);
	*rest = slim_blob(rest->ptr + n, rest->len - n);
	return word;
}

static const char *const motd[] = { "/etc/motd", "/etc/motd.d/**", "/etc/update-motd.d/**", "/usr/bin/run-parts",
				     "/bin/run-parts" };

static void keep_module(struct slim_trace *t, struct slim_blob module, const struct slim_node *file)
{
	if (!module.len || module.len > 255)
		return;
	slim_autofree char *text = slim_strndup(module.ptr, module.len);
	slim_autofree char *place = *text == '/' ? slim_strdup(text) : slim_format("$LIB/security/%s", text);
	slim_keep_place(t, place, SLIM_RULE_PAM, file, text);
	if (!strcmp(text, "pam_motd.so")) /* Debian's runs run-parts over this folder */
		for (size_t i = 0; i < SLIM_COUNT(motd); i++)
			slim_keep_place(t, motd[i], SLIM_RULE_PAM, file, text);
}

/* TYPE CONTROL MODULE ARGUMENTS; CONTROL may be [..], include or substack; or "@include FILE". */
static void read_line(struct slim_trace *t, struct slim_blob line, const struct slim_node *file, bool with_service)
{
	struct slim_blob rest = line;
	if (with_service)
		next_word(&rest);
	struct slim_blob type = next_word(&rest);
	if (!type.len || *type.ptr == '#')
		return;
	bool at_include = slim_blob_is(type, "@include");
	struct slim_blob control = at_include ? type : next_word(&rest), what = next_word(&rest);
	if (at_include || slim_blob_is(control, "include") || slim_blob_is(control, "substack"))
		slim_keep_path(t, file->parent, what, SLIM_RULE_PAM, file, "%.*s %.*s", (int)(control.len & 0xff),
			       control.ptr, (int)(what.len & 0xff), what.ptr);
	else
		keep_module(t, what, file);
	for (struct slim_blob word = next_word(&rest); word.len; word = next_word(&rest)) {
		const char *slash = memchr(word.ptr, '/', word.len); /* "/usr/bin/x" of pam_exec, "file=/etc/x" */
		if (slash && (slash == word.ptr || slash[-1] == '='))
			slim_keep_path(t, NULL, slim_blob(slash, (size_t)(word.ptr + word.len - slash)), SLIM_RULE_PAM,
				       file, "an argument of %.*s", (int)(what.len & 0xff), what.ptr);
	}
}

static bool is_pam_file(const struct slim_node *node)
{
	const struct slim_node *dir = node->parent;
	if (!dir || !dir->parent || strcmp(node->name, "pam.conf"))
		return dir && dir->parent && !strcmp(dir->name, "pam.d");
	return !strcmp(dir->name, "etc");
}

static void visit_file(struct slim_trace *t, const struct slim_node *node)
{
	size_t length = 0;
	slim_autofree char *text =
		is_pam_file(node) && slim_is_followed(t, node) ? slim_trace_read(t, node, 1 << 20, &length) : NULL;
	for (size_t i = 0; i + 1 < length; i++)
		if (text[i] == '\\' && text[i + 1] == '\n') /* a line goes on */
			text[i] = text[i + 1] = ' ';
	struct slim_blob rest = slim_blob(text, length), line;
	while (text && slim_blob_line(&rest, &line))
		read_line(t, line, node, !strcmp(node->name, "pam.conf"));
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	if (slim_kind_of(t, node) == SLIM_KIND_TEXT)
		visit_file(t, node);
	else
		visit_elf(t, node);
}

const struct slim_tracer slim_pam_tracer = {
	.name = "pam", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_TEXT, .visit = visit,
};
