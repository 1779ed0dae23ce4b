#include "owners.h"

#include <string.h>

#include "engine.h"

/* What is asked for by name, and what people put where programs are found. */
static bool is_root_rule(enum slim_rule_id rule)
{
	static const enum slim_rule_id rules[] = {
		SLIM_RULE_ENTRYPOINT, SLIM_RULE_HEALTHCHECK, SLIM_RULE_SHELL, SLIM_RULE_ARGUMENT, SLIM_RULE_KEEP,
		SLIM_RULE_ENTRY, SLIM_RULE_PACKAGE, SLIM_RULE_LOCAL_PROGRAM, SLIM_RULE_APP_COMMAND,
		SLIM_RULE_TOOLBOX,
	};
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		if (rule == rules[i])
			return true;
	return false;
}

/* What a started file starts in turn. */
static bool is_chain_rule(enum slim_rule_id rule)
{
	static const enum slim_rule_id rules[] = {
		SLIM_RULE_SHEBANG, SLIM_RULE_COMMAND, SLIM_RULE_SOURCED, SLIM_RULE_PACKAGE_QUERY, SLIM_RULE_SUPERVISED,
		SLIM_RULE_COMMAND_STRING, SLIM_RULE_LINK, SLIM_RULE_LINK_TARGET, SLIM_RULE_NODE_SCRIPT,
	};
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		if (rule == rules[i])
			return true;
	return false;
}

/* A script or a program that settings name is there to be started: a helper, a hook, a CGI script. */
static bool is_configured(const struct slim_node *node, enum slim_rule_id rule)
{
	return (rule == SLIM_RULE_CONFIG_COMMAND || rule == SLIM_RULE_CONFIG_PATH ||
		rule == SLIM_RULE_CONFIG_INCLUDE) &&
	       slim_node_is_executable(node);
}

static bool is_started(const struct slim_trace *t, const struct slim_node *node, const bool *started)
{
	for (const struct slim_reason *r = slim_trace_reasons(t, node); r; r = r->next)
		if (is_root_rule(r->rule) || is_configured(node, r->rule) ||
		    (is_chain_rule(r->rule) && (!r->from || started[r->from->id])))
			return true;
	return false;
}

/* As many passes as the longest chain of scripts that start scripts: a handful. Reasons are only ever added. */
const bool *slim_started(struct slim_trace *t)
{
	bool more = t->started_reasons != t->slot_count;
	if (!t->started)
		t->started = slim_calloc(t->count, sizeof(*t->started));
	t->started_reasons = t->slot_count;
	while (more) {
		more = false;
		for (uint32_t id = 0; id < t->count; id++) {
			if (t->started[id] || !t->reasons[id])
				continue;
			const struct slim_node *node = slim_tree_node(t->in.tree, id);
			t->started[id] = !slim_node_is_dir(node) && is_started(t, node, t->started);
			more |= t->started[id];
		}
	}
	return t->started;
}

bool slim_has_reason(const struct slim_trace *t, const struct slim_node *node, enum slim_rule_id rule)
{
	for (const struct slim_reason *r = slim_trace_reasons(t, node); r; r = r->next)
		if (r->rule == rule)
			return true;
	return false;
}

/* FHS 3.0, and the folders that Debian, Alpine and Red Hat share out among packages. Patterns of whole paths. */
static const char *const shared[] = {
	"/bin", "/boot", "/dev", "/etc", "/home", "/lib*", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv",
	"/sys", "/tmp", "/usr", "/var", "/usr/*", "/usr/local/bin", "/usr/local/sbin", "/usr/local/lib*",
	"/usr/local/share", "/usr/local/etc", "/usr/local/include", "/usr/local/games", "/usr/local/man", "/usr/local/src",
	"/usr/lib/*-linux-*", "/lib/*-linux-*", "/usr/lib/locale", "/usr/lib/systemd",
	"/usr/lib/systemd/*", "/lib/systemd", "/lib/systemd/*", "/usr/lib/modules", "/lib/modules", "/lib/firmware",
	"/usr/lib/firmware", "/var/*", "/var/lib/dpkg", "/var/lib/apt", "/var/log/*", "/var/spool/cron",
	"/etc/init.d", "/etc/rc?.d", "/etc/default", "/etc/ssl", "/etc/ssl/*", "/usr/lib/ssl", "/etc/alternatives", "/etc/profile.d",
	"/etc/pam.d", "/etc/security", "/etc/xdg", "/etc/cron.*", "/etc/X11", "/etc/pki", "/etc/skel", "/etc/opt",
	"/etc/sysconfig", "/etc/ld.so.conf.d", "/etc/systemd", "/etc/apt", "/etc/dpkg", "/etc/logrotate.d",
	"/usr/share/locale", "/usr/share/man", "/usr/share/doc", "/usr/share/info", "/usr/share/zoneinfo",
	"/usr/share/fonts", "/usr/share/icons", "/usr/share/applications", "/usr/share/misc", "/usr/share/X11",
	"/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo", "/usr/lib/terminfo", "/usr/share/i18n", "/usr/share/mime",
	"/usr/share/pixmaps", "/usr/share/themes", "/usr/share/common-licenses", "/usr/share/ca-certificates",
	"/usr/share/perl*", "/usr/share/perl/*", "/usr/share/java", "/usr/share/nodejs", "/usr/share/dict",
	"/usr/share/glib-2.0", "/usr/share/xml", "/usr/share/sgml", "/usr/lib/python*", "/usr/lib/jvm",
	"/usr/lib/*-linux-*/perl*", "/usr/lib/*-linux-*/gconv", "/usr/lib/gconv", "/usr/lib64/gconv", "/home/*",
};

/* Whether PATH matches PATTERN, component by component. */
static bool path_matches(struct slim_blob pattern, struct slim_blob path)
{
	struct slim_blob p, c;
	while (slim_blob_split(&path, '/', &c))
		if (!slim_blob_split(&pattern, '/', &p) || !slim_wildcard(p, c))
			return false;
	return !pattern.ptr;
}

static char *path_of(const struct slim_node *node)
{
	size_t length = 0;
	for (const struct slim_node *n = node; n->parent; n = n->parent)
		length += n->name_length + 1;
	char *path = slim_calloc(length + 2, 1), *end = path + length;
	for (const struct slim_node *n = node; n->parent; n = n->parent) {
		end -= n->name_length;
		memcpy(end, n->name, n->name_length);
		*--end = '/';
	}
	return path;
}

bool slim_is_shared_folder(const struct slim_trace *t, const struct slim_node *dir)
{
	if (!dir->parent)
		return true;
	slim_autofree char *path = path_of(dir);
	for (size_t i = 0; i < SLIM_COUNT(shared); i++)
		if (path_matches(slim_blob_of(shared[i]), slim_blob_of(path)))
			return true;
	return false;
}

static const char *const system_tops[] = { "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "var", "boot", "dev",
					   "proc", "sys", "run" };

bool slim_is_system_path(const struct slim_node *node)
{
	const struct slim_node *top = node, *second = NULL;
	for (; top->parent && top->parent->parent; top = top->parent)
		second = top;
	if (!top->parent)
		return true;
	bool is_var = !strcmp(top->name, "var");
	if (second && (is_var ? !strcmp(second->name, "www") : !strcmp(top->name, "usr") &&
		       (!strcmp(second->name, "local") || !strcmp(second->name, "src"))))
		return false;
	for (size_t i = 0; i < SLIM_COUNT(system_tops); i++)
		if (!strcmp(top->name, system_tops[i]))
			return true;
	return false;
}

bool slim_is_integration(struct slim_trace *t, const struct slim_node *node)
{
	static const char *const folders[] = {
		"/etc/init.d", "/etc/rc?.d", "/etc/rcS.d", "/etc/systemd", "/lib/systemd", "/usr/lib/systemd", "/etc/logrotate.d",
		"/etc/cron.*", "/etc/ufw", "/etc/apparmor.d", "/usr/lib/sysusers.d", "/usr/lib/tmpfiles.d", "/etc/alternatives",
		"/usr/share/applications", "/usr/share/metainfo", "/usr/share/initramfs-tools", "/etc/kernel", "/etc/apt",
		"/etc/network", "/etc/update-motd.d", "/etc/bash_completion.d", "/usr/lib/firewalld", "/etc/insserv.conf.d",
		"/etc/resolvconf/*.d", "/etc/ppp/ip*.d", "/etc/dhcp/*-hooks.d", "/etc/NetworkManager/*.d", "/etc/logcheck/*.d*",
	};
	for (const struct slim_node *dir = node; dir->parent; dir = dir->parent) {
		if (dir->parent->parent && dir->parent->parent->parent && dir->parent->parent->parent->parent)
			continue; /* the folders of the list lie at most three deep */
		slim_autofree char *path = path_of(dir);
		for (size_t i = 0; i < SLIM_COUNT(folders); i++)
			if (path_matches(slim_blob_of(folders[i]), slim_blob_of(path)))
				return true;
	}
	return false;
}

static bool same_source(const struct slim_packages *packages, uint32_t a, uint32_t b)
{
	return a == b || !strcmp(slim_packages_at(packages, a - 1)->source, slim_packages_at(packages, b - 1)->source);
}

uint32_t *slim_folder_owners(struct slim_trace *t)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	const struct slim_packages *packages = slim_trace_packages(t);
	size_t count = slim_tree_count(tree);
	uint32_t *owners = slim_calloc(count, sizeof(*owners));
	for (size_t id = count; id-- > 1;) { /* children come after their folder */
		const struct slim_node *node = slim_tree_node(tree, (uint32_t)id);
		const struct slim_package *owner = slim_node_is_dir(node) ? NULL : slim_packages_owner(packages, node);
		uint32_t mine = owner ? owner->index + 1 : owners[id], *above = &owners[node->parent->id];
		owners[id] = mine;
		if (!mine)
			continue;
		if (!*above)
			*above = mine;
		else if (mine == SLIM_OWNED_BY_MANY || *above == SLIM_OWNED_BY_MANY ||
			 !same_source(packages, mine, *above))
			*above = SLIM_OWNED_BY_MANY;
	}
	return owners;
}
