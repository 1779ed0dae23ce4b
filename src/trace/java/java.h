/* Java: runtimes, class paths, and what archives of classes tell about what they use. docs/rules.md D6. */
#ifndef SLIM_TRACE_JAVA_H
#define SLIM_TRACE_JAVA_H

#include "slim/trace.h"

/* What only some applications use of a runtime. */
enum java_use {
	JAVA_DESKTOP = 1,      /* java.awt, javax.swing, javax.imageio, …: native libraries, and with them fonts */
	JAVA_WIDE_POINTERS = 2, /* a heap of 32 GB or more, or a collector without compressed pointers */
	JAVA_COMPACT = 4,      /* -XX:+UseCompactObjectHeaders */
	JAVA_COMPILER = 8,     /* javax.tools, javac and its kin */
	JAVA_LINKER = 16,      /* jlink and its kin */
	JAVA_DEBUGGER = 32,    /* jhsdb */
	JAVA_PROXIES = 64,     /* the proxy settings of a desktop */
	JAVA_BY_NAME = 128,    /* only when something starts it by name */
};
enum { JAVA_USE_BITS = 7 }; /* but for the last */
#define JAVA_EVERY_USE (JAVA_DESKTOP | JAVA_WIDE_POINTERS | JAVA_COMPACT | JAVA_COMPILER | JAVA_PROXIES)

const char *java_use_name(unsigned use); /* of one of them, for people */

/* --- java_home.c: the folders of a runtime --- */

bool java_is_home(const struct slim_tree *tree, const struct slim_node *dir);
/* The innermost home that holds NODE, or NULL. */
struct slim_node *java_home_of(const struct slim_tree *tree, const struct slim_node *node);
/* The uses without any of which NODE, a file of a home, is not needed; 0: it always is. */
unsigned java_uses_of_file(const struct slim_node *node);
/* What a program of a home's bin uses besides the runtime. */
unsigned java_uses_of_program(const struct slim_node *node);

/* Whether NODE is a library of a home whose names of further ones are followed here, and not as any file's. */
bool java_knows_loads_of(const struct slim_tree *tree, const struct slim_node *node);
/* Whether NAME is there before ASKER is loaded, since the launcher of its home opens that by its path. */
bool java_has_loaded(const struct slim_tree *tree, const struct slim_node *asker, const char *name);
/* Named junk of every home (enum slim_junk_mark), and which of them are no part of an application. */
void java_mark_homes(const struct slim_tree *tree, uint8_t *marks);

/* --- java_zip.c: archives (.jar, .war, …), those within archives too --- */

struct java_member {
	struct slim_blob name;
	struct slim_blob bytes;
	unsigned depth; /* 0: of the archive itself; 1: of an archive in it, … */
};

/* MEMBER lives only during the call. */
typedef void java_member_sink(void *context, const struct java_member *member);

/*
 * Every member that is no archive itself. False when some could not be read: the archive is broken, or too large.
 * SPENT: the bytes that were read of all archives so far, which is bounded; counts on.
 */
bool java_zip_read(const struct slim_inode *archive, uint64_t *spent, java_member_sink *sink, void *context);
bool java_zip_read_bytes(struct slim_blob archive, uint64_t *spent, java_member_sink *sink, void *context);
bool java_is_archive_name(struct slim_blob name);

/* --- java_facts.c: what is in them --- */

enum { JAVA_NAMES_MAX = 512 };

struct java_names {
	struct slim_blob items[JAVA_NAMES_MAX];
	size_t count;
};

struct java_facts {
	struct slim_arena *arena;    /* owns all text */
	uint16_t machine;            /* e_machine of the image */
	unsigned uses;               /* enum java_use */
	bool code;                   /* there are classes */
	bool whole;                  /* all was read */
	uint64_t spent;              /* bytes read of archives: java_zip_read */
	struct slim_blob class_path; /* of the manifest: URLs apart by blanks */
	struct java_names natives;   /* libraries that native libraries in it name */
	struct java_names loads;     /* words of classes that load libraries, if `known` says so: "sodium" */
	bool (*known)(void *context, struct slim_blob word); /* whether there is a library of that name; NULL: none */
	void *context;
};

void java_read_text(struct java_facts *facts, struct slim_blob text);
void java_read_class(struct java_facts *facts, struct slim_blob bytes);
void java_read_archive(struct java_facts *facts, const struct slim_inode *archive);
void java_read_archive_bytes(struct java_facts *facts, struct slim_blob archive);

/* --- java_words.c: what command lines, settings and scripts name --- */

struct java_word {
	struct slim_blob path; /* with a variable's name in front taken off; "lib/x.jar" */
	bool jar;              /* an archive */
	bool folder;           /* all archives of this folder: "lib" from "lib/…*" */
	bool below;            /* a folder that an option names, with all below */
	bool arguments;        /* a file of further words: @file */
	bool bare;             /* a name without a folder: maybe one of /usr/share/java */
};

/* WORD lives only during the call. */
typedef void java_word_sink(void *context, const struct java_word *word);

void java_words_of(struct slim_blob text, java_word_sink *sink, void *context);
/* Whether TEXT asks for a heap that is too large for compressed pointers. */
bool java_heap_is_wide(struct slim_blob text);

#endif
