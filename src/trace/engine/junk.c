#include "junk.h"

#include <string.h>

#include "../dotnet/dotnet.h"
#include "../java/java.h"
#include "../php/php_composer.h"
#include "engine.h"
#include "owners.h"

struct place {
	const char *pattern; /* components may have * and ?; links are not followed: both names of a merged /usr */
	uint8_t mark;
};

/*
 * Whole places. Sources: docs/rules.md E9 (docs, headers, locales), E10 (caches), D1 to D6 (named junk of runtimes);
 * FHS 3.0 for the folders; apt.conf(5), apk(8), yum.conf(5) for the caches.
 */
static const struct place places[] = {
	/* documentation, and what only people at a shell or compilers read */
	{ "/usr/share/doc", SLIM_JUNK }, { "/usr/share/man", SLIM_JUNK }, { "/usr/share/info", SLIM_JUNK },
	{ "/usr/share/lintian", SLIM_JUNK }, { "/usr/share/bug", SLIM_JUNK }, { "/usr/share/doc-base", SLIM_JUNK },
	{ "/usr/share/gtk-doc", SLIM_JUNK }, { "/usr/share/help", SLIM_JUNK }, { "/usr/share/gnome/help", SLIM_JUNK },
	{ "/usr/share/linda", SLIM_JUNK }, { "/usr/share/apport", SLIM_JUNK }, { "/usr/share/licenses", SLIM_JUNK },
	{ "/usr/share/bash-completion", SLIM_JUNK }, { "/usr/share/zsh", SLIM_JUNK }, { "/usr/share/fish", SLIM_JUNK },
	{ "/usr/share/gdb", SLIM_JUNK }, { "/usr/share/systemtap", SLIM_JUNK }, { "/usr/share/vala", SLIM_JUNK },
	{ "/usr/lib/.build-id", SLIM_JUNK },
	{ "/usr/share/gir-1.0", SLIM_JUNK }, { "/usr/share/aclocal*", SLIM_JUNK }, { "/usr/share/gcc*", SLIM_JUNK },
	{ "/usr/local/share/doc", SLIM_JUNK }, { "/usr/local/share/man", SLIM_JUNK }, { "/usr/local/man", SLIM_JUNK },
	{ "/usr/local/share/info", SLIM_JUNK }, { "/usr/local/share/systemtap", SLIM_JUNK },
	{ "/usr/local/doc", SLIM_JUNK }, { "/usr/local/share/bash-completion", SLIM_JUNK },
	/* message catalogues and sources of locales: rule B4 keeps those that are selected */
	{ "/usr/share/locale/*/LC_MESSAGES", SLIM_JUNK }, { "/usr/share/locale/*/LC_TIME", SLIM_JUNK },
	{ "/usr/share/locale-langpack", SLIM_JUNK }, { "/usr/share/i18n", SLIM_JUNK },
	{ "/usr/local/share/locale/*/LC_MESSAGES", SLIM_JUNK }, { "/usr/lib/locale", SLIM_JUNK_BELOW },
	/* building */
	{ "/usr/include", SLIM_JUNK }, { "/usr/local/include", SLIM_JUNK },
	{ "/usr/lib/gcc", SLIM_JUNK }, { "/usr/lib/gcc-cross", SLIM_JUNK }, { "/usr/libexec/gcc", SLIM_JUNK },
	{ "/usr/local/lib/gcc", SLIM_JUNK }, { "/usr/local/libexec/gcc", SLIM_JUNK },
	{ "/usr/lib/debug", SLIM_JUNK }, { "/usr/lib/*/pkgconfig", SLIM_JUNK }, { "/usr/lib/pkgconfig", SLIM_JUNK },
	{ "/usr/lib64/pkgconfig", SLIM_JUNK }, { "/usr/share/pkgconfig", SLIM_JUNK },
	{ "/usr/local/lib/pkgconfig", SLIM_JUNK }, { "/usr/local/lib/*/pkgconfig", SLIM_JUNK },
	{ "/usr/lib/*/cmake", SLIM_JUNK }, { "/usr/lib/cmake", SLIM_JUNK }, { "/usr/lib64/cmake", SLIM_JUNK },
	{ "/usr/share/cmake*", SLIM_JUNK }, { "/usr/local/lib/cmake", SLIM_JUNK },
	{ "/usr/src", SLIM_JUNK_OWNED }, { "/usr/src/linux-*", SLIM_JUNK }, { "/usr/src/php.tar.xz*", SLIM_JUNK },
	{ "/usr/src/python", SLIM_JUNK },
	/* caches of package managers, and their databases (kept by rule E1 where something asks for them) */
	{ "/var/lib/apt", SLIM_JUNK_BELOW }, { "/var/lib/dpkg", SLIM_JUNK_BELOW }, { "/lib/apk", SLIM_JUNK_BELOW },
	{ "/usr/lib/apk", SLIM_JUNK_BELOW }, { "/var/lib/rpm", SLIM_JUNK_BELOW },
	{ "/usr/lib/sysimage/rpm", SLIM_JUNK_BELOW }, { "/var/lib/ucf", SLIM_JUNK_BELOW },
	{ "/var/lib/yum", SLIM_JUNK_BELOW }, { "/var/lib/dnf", SLIM_JUNK_BELOW }, { "/etc/apk/cache", SLIM_JUNK_BELOW },
	{ "/var/lib/systemd/deb-systemd-helper-*", SLIM_JUNK }, { "/var/lib/pam", SLIM_JUNK_BELOW },
	{ "/var/cache/apt", SLIM_JUNK_BELOW }, { "/var/cache/debconf", SLIM_JUNK_BELOW },
	{ "/var/cache/ldconfig", SLIM_JUNK_BELOW }, { "/var/cache/apk", SLIM_JUNK_BELOW },
	{ "/var/cache/yum", SLIM_JUNK_BELOW }, { "/var/cache/dnf", SLIM_JUNK_BELOW },
	{ "/var/cache/man", SLIM_JUNK_BELOW }, { "/var/cache/libdnf5", SLIM_JUNK_BELOW },
	{ "/etc/apt", SLIM_JUNK_FILES }, { "/etc/dpkg", SLIM_JUNK_FILES }, { "/etc/yum.repos.d", SLIM_JUNK_FILES },
	{ "/var/backups", SLIM_JUNK_FILES }, { "/etc/.pwd.lock", SLIM_JUNK },
	{ "/root/.cache", SLIM_JUNK_BELOW }, { "/home/*/.cache", SLIM_JUNK_BELOW }, { "/root/.npm", SLIM_JUNK_BELOW },
	{ "/home/*/.npm", SLIM_JUNK_BELOW }, { "/root/.cargo/registry", SLIM_JUNK_BELOW },
	{ "/usr/local/cargo/registry", SLIM_JUNK_BELOW }, { "/root/go/pkg", SLIM_JUNK_BELOW },
	{ "/root/.node-gyp", SLIM_JUNK_BELOW }, { "/root/.gradle/caches", SLIM_JUNK_BELOW },
	/* pnpm's store, of which node_modules has links: pnpm.io/npmrc, "store-dir" */
	{ "/root/.local/share/pnpm/store", SLIM_JUNK }, { "/home/*/.local/share/pnpm/store", SLIM_JUNK },
	/* left over from building and running */
	{ "/tmp", SLIM_JUNK_BELOW }, { "/var/tmp", SLIM_JUNK_BELOW }, { "/var/log", SLIM_JUNK_FILES },
	/* runtimes: tests, editors and build recipes of standard libraries */
	{ "/usr/lib/python3*/test", SLIM_JUNK }, { "/usr/local/lib/python3*/test", SLIM_JUNK },
	{ "/usr/lib/python3*/*/test*s", SLIM_JUNK }, { "/usr/local/lib/python3*/*/tests", SLIM_JUNK },
	{ "/usr/lib/python3*/idlelib", SLIM_JUNK }, { "/usr/local/lib/python3*/idlelib", SLIM_JUNK },
	{ "/usr/lib/python3*/turtledemo", SLIM_JUNK }, { "/usr/local/lib/python3*/turtledemo", SLIM_JUNK },
	{ "/usr/lib/python3*/ensurepip", SLIM_JUNK }, { "/usr/local/lib/python3*/ensurepip", SLIM_JUNK },
	{ "/usr/lib/python3*/pydoc_data", SLIM_JUNK }, { "/usr/local/lib/python3*/pydoc_data", SLIM_JUNK },
	{ "/usr/lib/python3*/config-*", SLIM_JUNK }, { "/usr/local/lib/python3*/config-*", SLIM_JUNK },
	{ "/usr/share/perl/*/pod", SLIM_JUNK }, { "/usr/lib/*/perl/*/pod", SLIM_JUNK },
	{ "/usr/lib/*/perl/*/CORE", SLIM_JUNK }, { "/usr/local/lib/perl5/*/pod", SLIM_JUNK },
	{ "/usr/lib/php/*/build", SLIM_JUNK }, { "/usr/local/lib/php/build", SLIM_JUNK },
	{ "/usr/lib/php/*/php.ini-*", SLIM_JUNK }, { "/usr/local/etc/php/php.ini-*", SLIM_JUNK },
	{ "/usr/local/lib/php/doc", SLIM_JUNK }, { "/usr/local/lib/php/test", SLIM_JUNK },
	{ "/usr/share/php/docs", SLIM_JUNK }, { "/usr/share/php/tests", SLIM_JUNK },
	{ "/usr/share/ri", SLIM_JUNK }, { "/usr/local/share/ri", SLIM_JUNK },
	{ "/usr/lib/R/doc", SLIM_JUNK }, { "/usr/lib/R/tests", SLIM_JUNK }, { "/usr/lib/R/include", SLIM_JUNK },
	{ "/usr/local/lib/R/doc", SLIM_JUNK }, { "/usr/local/lib/R/tests", SLIM_JUNK }, { "/usr/local/lib/R/include", SLIM_JUNK },
	{ "/usr/share/R/doc", SLIM_JUNK }, { "/usr/share/R/include", SLIM_JUNK },
	{ "/usr/lib/R/*library/*/help", SLIM_JUNK }, { "/usr/lib/R/*library/*/html", SLIM_JUNK },
	{ "/usr/lib/R/*library/*/doc", SLIM_JUNK }, { "/usr/lib/R/*library/*/demo", SLIM_JUNK },
	{ "/usr/lib/R/*library/*/tests", SLIM_JUNK }, { "/usr/lib/R/*library/*/include", SLIM_JUNK },
	{ "/usr/local/lib/R/*library/*/help", SLIM_JUNK }, { "/usr/local/lib/R/*library/*/html", SLIM_JUNK },
	{ "/usr/local/lib/R/*library/*/doc", SLIM_JUNK }, { "/usr/local/lib/R/*library/*/demo", SLIM_JUNK },
	{ "/usr/local/lib/R/*library/*/tests", SLIM_JUNK }, { "/usr/local/lib/R/*library/*/include", SLIM_JUNK },
	{ "/usr/lib/erlang/lib/*/src", SLIM_JUNK }, { "/usr/lib/erlang/lib/*/include", SLIM_JUNK },
	{ "/usr/lib/erlang/lib/*/doc", SLIM_JUNK }, { "/usr/lib/erlang/lib/*/examples", SLIM_JUNK },
	{ "/usr/lib/erlang/usr", SLIM_JUNK }, { "/usr/lib/erlang/man", SLIM_JUNK }, { "/usr/lib/erlang/erts-*/src", SLIM_JUNK },
	{ "/usr/lib/erlang/erts-*/include", SLIM_JUNK }, { "/usr/lib/erlang/erts-*/doc", SLIM_JUNK },
	{ "/usr/local/lib/erlang/lib/*/src", SLIM_JUNK }, { "/usr/local/lib/erlang/lib/*/include", SLIM_JUNK },
	{ "/usr/local/lib/erlang/lib/*/doc", SLIM_JUNK }, { "/usr/local/lib/erlang/lib/*/examples", SLIM_JUNK },
	{ "/usr/local/lib/erlang/usr", SLIM_JUNK }, { "/usr/local/lib/erlang/man", SLIM_JUNK },
	{ "/usr/local/lib/erlang/erts-*/src", SLIM_JUNK }, { "/usr/local/lib/erlang/erts-*/include", SLIM_JUNK },
	{ "/usr/share/tcltk/*/demos", SLIM_JUNK }, { "/usr/lib/tk*/demos", SLIM_JUNK }, { "/usr/local/lib/tk*/demos", SLIM_JUNK },
	{ "/usr/local/julia/include", SLIM_JUNK }, { "/usr/local/julia/share/doc", SLIM_JUNK },
	{ "/usr/local/julia/share/man", SLIM_JUNK }, { "/usr/local/julia/share/julia/test", SLIM_JUNK },
	/* trees that a language's own tools fill, and toolchains that are copied in whole */
	{ "/usr/local/go", SLIM_MANAGED }, { "/usr/local/rustup", SLIM_MANAGED }, { "/usr/local/cargo", SLIM_MANAGED },
	{ "/usr/local/bundle", SLIM_MANAGED }, { "/var/lib/gems", SLIM_MANAGED }, { "/usr/lib/go*", SLIM_MANAGED },
	{ "/usr/share/go*", SLIM_MANAGED }, { "/usr/lib/rustlib", SLIM_MANAGED },
	{ "/usr/local/lib/python[23]*", SLIM_MANAGED }, { "/usr/lib/python[23]*", SLIM_MANAGED },
	{ "/usr/local/lib/ruby", SLIM_MANAGED }, { "/usr/lib/ruby", SLIM_MANAGED },
	{ "/usr/local/lib/php", SLIM_MANAGED }, { "/usr/local/php", SLIM_MANAGED },
	{ "/usr/lib/*-linux-*/perl*", SLIM_MANAGED }, { "/usr/local/lib/perl5", SLIM_MANAGED }, { "/usr/local/share/perl*", SLIM_MANAGED },
	{ "/usr/share/perl*", SLIM_MANAGED }, { "/usr/share/nodejs", SLIM_MANAGED }, { "/usr/lib/nodejs", SLIM_MANAGED },
	{ "/usr/local/lib/erlang", SLIM_MANAGED }, { "/usr/local/lib/elixir", SLIM_MANAGED },
	{ "/usr/lib/erlang", SLIM_MANAGED }, { "/usr/local/lib/R", SLIM_MANAGED }, { "/usr/lib/R", SLIM_MANAGED },
	{ "/usr/lib/jvm", SLIM_MANAGED }, { "/usr/lib/llvm-*", SLIM_MANAGED },
	{ "/usr/share/dotnet", SLIM_MANAGED }, { "/usr/lib/dotnet", SLIM_MANAGED },
	{ "/opt/yarn-*", SLIM_MANAGED }, { "/usr/local/share/.cache", SLIM_JUNK },
	/* folders of system libraries */
	{ "/usr/lib", SLIM_LIBRARY_TREE }, { "/usr/lib64", SLIM_LIBRARY_TREE }, { "/usr/local/lib", SLIM_LIBRARY_TREE },
	{ "/usr/local/lib64", SLIM_LIBRARY_TREE }, { "/lib", SLIM_LIBRARY_TREE }, { "/lib64", SLIM_LIBRARY_TREE },
};

/* Names at any depth. */
static const struct place names[] = {
	{ ".git", SLIM_JUNK }, { ".svn", SLIM_JUNK }, { ".hg", SLIM_JUNK },
	{ "*.dpkg-old", SLIM_JUNK }, { "*.dpkg-new", SLIM_JUNK }, { "*.dpkg-dist", SLIM_JUNK },
	{ "*.ucf-old", SLIM_JUNK }, { "*.ucf-dist", SLIM_JUNK }, { "*.apk-new", SLIM_JUNK }, { "*.rpmsave", SLIM_JUNK },
	{ "*.rpmnew", SLIM_JUNK },
	{ "site-packages", SLIM_MANAGED }, { "dist-packages", SLIM_MANAGED }, { "node_modules", SLIM_MANAGED },
	{ ".cargo", SLIM_MANAGED }, { ".rustup", SLIM_MANAGED }, { ".m2", SLIM_MANAGED }, { ".gradle", SLIM_MANAGED },
	{ ".nuget", SLIM_MANAGED }, { ".gem", SLIM_MANAGED },
};

/*
 * Programs that official images of toolchains put into /usr/local/bin next to what people put there: they stay only
 * when something starts them.
 */
static const char *const toolchain_programs[] = {
	"2to3*", "bundle*", "cargo*", "clang*", "clippy-driver", "composer*", "corepack", "cpan*", "docker-php-*", "elixir*",
	"erb", "erl*", "gem", "go", "gofmt", "g++*", "gcc*", "c++", "cpp", "gcov*", "gfortran*", "idle3*", "iex", "irb*",
	"mix", "node", "nodejs", "npm*", "npx", "pear*", "pecl", "perl*", "phar*", "php", "php-*", "phpdbg", "phpize",
	"pip*", "pydoc3*", "python*", "racc*", "rake*", "rbs", "rdbg", "rdoc*", "ri", "ruby", "rust*", "syntax_suggest",
	"typeprof", "wheel", "yarn*", "*-linux-gnu-gcc*",
};

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

/* Of init systems and of the host's own tools. */
static const char *const integrations[] = {
	"/etc/init.d", "/etc/rc?.d", "/etc/rcS.d", "/etc/systemd", "/lib/systemd", "/usr/lib/systemd", "/etc/logrotate.d",
	"/etc/cron.*", "/etc/ufw", "/etc/apparmor.d", "/usr/lib/sysusers.d", "/usr/lib/tmpfiles.d", "/etc/alternatives",
	"/usr/share/applications", "/usr/share/metainfo", "/usr/share/initramfs-tools", "/etc/kernel", "/etc/apt",
	"/etc/network", "/etc/update-motd.d", "/etc/bash_completion.d", "/usr/lib/firewalld", "/etc/insserv.conf.d",
	"/etc/resolvconf/*.d", "/etc/ppp/ip*.d", "/etc/dhcp/*-hooks.d", "/etc/NetworkManager/*.d", "/etc/logcheck/*.d*",
};

static bool has_suffix(const struct slim_node *node, const char *suffix)
{
	return slim_blob_ends(slim_blob(node->name, node->name_length), suffix);
}

struct level {
	struct slim_node **items;
	size_t count, capacity;
};

/* All nodes that PATTERN names, links not followed, get MARK. */
static void mark_place(const struct slim_tree *tree, const struct place *place, uint8_t *marks)
{
	struct level now = { 0 };
	*slim_push(&now.items, &now.count, &now.capacity) = slim_tree_root(tree);
	struct slim_blob rest = slim_blob_of(place->pattern + 1), part;
	while (slim_blob_split(&rest, '/', &part)) {
		struct level further = { 0 };
		for (size_t i = 0; i < now.count; i++) {
			struct slim_node *exact =
				slim_is_wildcard(part) ? NULL : slim_node_child(tree, now.items[i], part);
			if (exact)
				*slim_push(&further.items, &further.count, &further.capacity) = exact;
			for (struct slim_node *c = slim_is_wildcard(part) ? now.items[i]->first : NULL; c; c = c->next)
				if (slim_wildcard(part, slim_blob(c->name, c->name_length)))
					*slim_push(&further.items, &further.count, &further.capacity) = c;
		}
		free(now.items);
		now = further;
	}
	for (size_t i = 0; i < now.count; i++)
		if (!(place->mark & SLIM_LIBRARY_TREE) || slim_node_is_dir(now.items[i]))
			marks[now.items[i]->id] |= place->mark;
	free(now.items);
}

static void mark_programs(const struct slim_tree *tree, uint8_t *marks)
{
	for (size_t i = 0; i < SLIM_COUNT(toolchain_programs); i++) {
		slim_autofree char *pattern = slim_format("/usr/local/bin/%s", toolchain_programs[i]);
		mark_place(tree, &(struct place){ pattern, SLIM_MANAGED }, marks);
	}
}

static void mark_common_places(const struct slim_tree *tree, uint8_t *marks)
{
	marks[slim_tree_root(tree)->id] |= SLIM_SHARED;
	for (size_t i = 0; i < SLIM_COUNT(shared); i++)
		mark_place(tree, &(struct place){ shared[i], SLIM_SHARED }, marks);
	for (size_t i = 0; i < SLIM_COUNT(integrations); i++)
		mark_place(tree, &(struct place){ integrations[i], SLIM_INTEGRATION }, marks);
}

/* crt1.o, libx.a and libx.la are for the linker; only plugins in folders of their own are opened by their .la file. */
static bool is_for_the_linker(const struct slim_node *node, const uint8_t *marks)
{
	if (!slim_node_is_file(node) && !slim_node_is_link(node))
		return false;
	if (has_suffix(node, ".a"))
		return true;
	const struct slim_node *dir = node->parent;
	bool top =
		!(marks[dir->parent ? dir->parent->id : dir->id] & SLIM_LIBRARY_TREE) || strstr(dir->name, "-linux-");
	return top && (has_suffix(node, ".la") || has_suffix(node, ".o"));
}

static uint8_t marks_by_name(const struct slim_node *node)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	uint8_t mark = 0;
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (name.ptr[0] == names[i].pattern[0] || names[i].pattern[0] == '*')
			if (slim_wildcard(slim_blob_of(names[i].pattern), name))
				mark |= names[i].mark;
	/* a vendored copy named so is a folder; a file of that name is somebody's own */
	return slim_node_is_dir(node) ? mark : mark & (uint8_t)~SLIM_MANAGED;
}

/* A job of cron's or logrotate's of what every system has: it keeps a host's packages, accounts and disks in order. */
static bool is_host_job(const struct slim_node *node, const struct slim_packages *packages)
{
	const struct slim_node *dir = node->parent, *etc = dir->parent;
	if (!packages || !etc || !etc->parent || etc->parent->parent || strcmp(etc->name, "etc") ||
	    (strncmp(dir->name, "cron.", 5) && strcmp(dir->name, "logrotate.d")))
		return false;
	const struct slim_package *owner = slim_packages_owner(packages, node);
	return owner && owner->required;
}

/* Parents come first in the order of numbers, so each node takes over what its folder says. */
static void inherit(const struct slim_node *node, const struct slim_packages *packages, uint8_t *marks)
{
	uint8_t above = marks[node->parent->id], mark = marks[node->id];
	mark |= above & (SLIM_JUNK | SLIM_MANAGED | SLIM_JUNK_FILES | SLIM_JUNK_OWNED | SLIM_LIBRARY_TREE |
			 SLIM_INTEGRATION);
	if (above & SLIM_JUNK_BELOW)
		mark |= SLIM_JUNK;
	if (above & SLIM_JUNK_FILES && slim_node_is_file(node))
		mark |= SLIM_JUNK;
	if (above & SLIM_JUNK_OWNED && packages && slim_packages_owner(packages, node))
		mark |= SLIM_JUNK;
	if (above & SLIM_INTEGRATION && is_host_job(node, packages))
		mark |= SLIM_JUNK;
	if (above & SLIM_LIBRARY_TREE && is_for_the_linker(node, marks))
		mark |= SLIM_JUNK;
	marks[node->id] = mark | marks_by_name(node);
}

uint8_t *slim_junk_marks(const struct slim_tree *tree, const struct slim_packages *packages)
{
	size_t count = slim_tree_count(tree);
	uint8_t *marks = slim_calloc(count, sizeof(*marks));
	for (size_t i = 0; i < SLIM_COUNT(places); i++)
		mark_place(tree, &places[i], marks);
	mark_programs(tree, marks);
	mark_common_places(tree, marks);
	java_mark_homes(tree, marks);
	dotnet_mark_roots(tree, marks);
	php_mark_development(tree, marks);
	for (uint32_t id = 1; id < count; id++)
		inherit(slim_tree_node(tree, id), packages, marks);
	return marks;
}

bool slim_is_junk(struct slim_trace *t, const struct slim_node *node)
{
	return t->junk[node->id] & SLIM_JUNK;
}

bool slim_is_managed(struct slim_trace *t, const struct slim_node *node)
{
	return t->junk[node->id] & SLIM_MANAGED;
}

bool slim_is_shared_folder(const struct slim_trace *t, const struct slim_node *dir)
{
	return t->junk[dir->id] & SLIM_SHARED;
}

bool slim_is_integration(const struct slim_trace *t, const struct slim_node *node)
{
	return t->junk[node->id] & SLIM_INTEGRATION;
}
