/* Shells, interpreters and package managers by their names; setuid files and capabilities by what the tree says. */
#include <string.h>
#include <sys/stat.h>

#include "slim/match.h"

#include "compare.h"

const struct slim_finding_words *slim_finding_words(enum slim_finding finding)
{
	static const struct slim_finding_words words[SLIM_FINDING_COUNT] = {
		[SLIM_FINDING_SHELL] = { "shells", "shells" },
		[SLIM_FINDING_INTERPRETER] = { "interpreters", "interpreters" },
		[SLIM_FINDING_PACKAGE_MANAGER] = { "package_managers", "package managers" },
		[SLIM_FINDING_SETUID] = { "setuid", "setuid files" },
		[SLIM_FINDING_CAPABILITY] = { "capabilities", "capability files" },
	};
	return &words[finding];
}

/* Names of programs, as shell patterns. */
static const struct {
	enum slim_finding finding;
	const char *pattern;
} programs[] = {
	{ SLIM_FINDING_SHELL, "sh" },
	{ SLIM_FINDING_SHELL, "bash" },
	{ SLIM_FINDING_SHELL, "dash" },
	{ SLIM_FINDING_SHELL, "ash" },
	{ SLIM_FINDING_SHELL, "busybox" },
	{ SLIM_FINDING_SHELL, "toybox" },
	{ SLIM_FINDING_SHELL, "zsh" },
	{ SLIM_FINDING_SHELL, "ksh*" },
	{ SLIM_FINDING_SHELL, "mksh" },
	{ SLIM_FINDING_SHELL, "yash" },
	{ SLIM_FINDING_SHELL, "fish" },
	{ SLIM_FINDING_SHELL, "csh" },
	{ SLIM_FINDING_SHELL, "tcsh" },
	{ SLIM_FINDING_SHELL, "pwsh" },
	{ SLIM_FINDING_SHELL, "nu" },
	{ SLIM_FINDING_INTERPRETER, "python[0-9]*.[0-9]" },
	{ SLIM_FINDING_INTERPRETER, "python[0-9]*.[0-9][0-9]" },
	{ SLIM_FINDING_INTERPRETER, "python" },
	{ SLIM_FINDING_INTERPRETER, "python[0-9]" },
	{ SLIM_FINDING_INTERPRETER, "pypy*" },
	{ SLIM_FINDING_INTERPRETER, "perl" },
	{ SLIM_FINDING_INTERPRETER, "perl[0-9]*" },
	{ SLIM_FINDING_INTERPRETER, "ruby" },
	{ SLIM_FINDING_INTERPRETER, "ruby[0-9]*" },
	{ SLIM_FINDING_INTERPRETER, "node" },
	{ SLIM_FINDING_INTERPRETER, "nodejs" },
	{ SLIM_FINDING_INTERPRETER, "deno" },
	{ SLIM_FINDING_INTERPRETER, "bun" },
	{ SLIM_FINDING_INTERPRETER, "php" },
	{ SLIM_FINDING_INTERPRETER, "php[0-9]*" },
	{ SLIM_FINDING_INTERPRETER, "lua" },
	{ SLIM_FINDING_INTERPRETER, "lua[0-9]*" },
	{ SLIM_FINDING_INTERPRETER, "luajit*" },
	{ SLIM_FINDING_INTERPRETER, "tclsh*" },
	{ SLIM_FINDING_INTERPRETER, "java" },
	{ SLIM_FINDING_INTERPRETER, "dotnet" },
	{ SLIM_FINDING_INTERPRETER, "beam.smp" },
	{ SLIM_FINDING_INTERPRETER, "erl" },
	{ SLIM_FINDING_INTERPRETER, "guile*" },
	{ SLIM_FINDING_INTERPRETER, "Rscript" },
	{ SLIM_FINDING_INTERPRETER, "julia" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "apt" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "apt-get" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "dpkg" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "apk" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "rpm" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "dnf*" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "yum" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "microdnf" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "tdnf" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "zypper" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "pacman" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "opkg" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "xbps-install" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "nix" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "pip" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "pip[0-9]*" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "pipx" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "poetry" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "uv" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "conda" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "npm" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "yarn" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "pnpm" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "corepack" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "gem" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "gem[0-9]*" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "bundle*" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "composer" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "cpan" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "cargo" },
	{ SLIM_FINDING_PACKAGE_MANAGER, "luarocks" },
};

static enum slim_finding finding_of(struct slim_blob name)
{
	for (size_t i = 0; i < SLIM_COUNT(programs); i++)
		if (slim_wildcard(slim_blob_of(programs[i].pattern), name))
			return programs[i].finding;
	return SLIM_FINDING_COUNT;
}

/* A folder that people start programs from. */
static bool holds_programs(const struct slim_node *dir)
{
	return dir && (!strcmp(dir->name, "bin") || !strcmp(dir->name, "sbin"));
}

/* The program that NODE is, or links to; NULL: none. */
static const struct slim_node *program_of(const struct slim_tree *tree, const struct slim_node *node)
{
	if (slim_node_is_link(node))
		node = slim_tree_walk(tree, node->parent, slim_blob(node->name, node->name_length), true, NULL, NULL);
	return node && slim_node_is_executable(node) ? node : NULL;
}

static bool has_capability(const struct slim_inode *inode)
{
	for (const struct slim_xattr *x = inode->xattrs; x; x = x->next)
		if (!strcmp(x->name, "security.capability"))
			return true;
	return false;
}

static bool is_setuid(const struct slim_inode *inode)
{
	return (inode->mode & S_ISUID) || ((inode->mode & S_ISGID) && (inode->mode & S_IXGRP));
}

/* MARKS: one bit a finding, of each node. */
static void mark(const struct slim_tree *tree, const struct slim_node *node, unsigned char *marks)
{
	enum slim_finding finding = SLIM_FINDING_COUNT;
	if (slim_node_is_file(node) && is_setuid(node->inode))
		marks[node->id] |= 1U << SLIM_FINDING_SETUID;
	if (slim_node_is_file(node) && has_capability(node->inode))
		marks[node->id] |= 1U << SLIM_FINDING_CAPABILITY;
	if (holds_programs(node->parent) && !slim_node_is_dir(node))
		finding = finding_of(slim_blob(node->name, node->name_length));
	const struct slim_node *program = finding == SLIM_FINDING_COUNT ? NULL : program_of(tree, node);
	if (program)
		marks[program->id] |= (unsigned char)(1U << finding);
}

void slim_findings_of(const struct slim_tree *tree, struct slim_arena *arena, const char **lists[SLIM_FINDING_COUNT])
{
	size_t nodes = slim_tree_count(tree);
	slim_autofree unsigned char *marks = slim_calloc(nodes, sizeof(*marks));
	for (uint32_t id = 0; id < nodes; id++)
		mark(tree, slim_tree_node(tree, id), marks);
	for (unsigned f = 0; f < SLIM_FINDING_COUNT; f++) {
		size_t count = 0, next = 0;
		for (uint32_t id = 0; id < nodes; id++)
			count += marks[id] >> f & 1;
		lists[f] = slim_arena_alloc(arena, (count + 1) * sizeof(*lists[f]));
		for (uint32_t id = 0; id < nodes; id++)
			if (marks[id] >> f & 1)
				lists[f][next++] = slim_node_path(arena, slim_tree_node(tree, id));
	}
}
