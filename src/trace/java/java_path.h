/* What class paths name stays; docs/rules.md D6. */
#ifndef SLIM_TRACE_JAVA_PATH_H
#define SLIM_TRACE_JAVA_PATH_H

#include "java.h"

struct java_path {
	struct slim_node *launcher;    /* set by the tracer before anything else is asked */
	struct slim_node **libraries;  /* of the folders for all, sorted by name */
	size_t library_count, library_capacity;
	struct slim_blob *class_paths; /* of archives that have one */
	size_t class_path_count, class_path_capacity;
	uint32_t *class_path_of;       /* by node number: place in class_paths + 1; 0: none */
	bool system_done;
};

/* FACTS ready for reading: ARENA owns what they point to. */
void java_path_begin(struct slim_trace *t, struct java_path *p, struct java_facts *facts, struct slim_arena *arena);
/* What the archive's manifest names, and what its native libraries and its classes load. */
void java_path_of_archive(struct slim_trace *t, struct java_path *p, struct slim_node *archive,
			  const struct java_facts *facts);
/* A link to an archive: the manifest's class path starts from the link's folder as well. */
void java_path_of_link(struct slim_trace *t, struct java_path *p, struct slim_node *link);
void java_path_of_script(struct slim_trace *t, struct java_path *p, struct slim_node *script, struct slim_blob text);
void java_path_of_words(struct slim_trace *t, struct java_path *p, const char *words); /* the config's own */
/* A command line that starts Java, of a script or an application; its words are apart by newlines. */
struct java_command {
	struct slim_blob words;
	const struct slim_node *from;
	const struct slim_node *const *folders; /* where relative words may start */
	size_t folder_count;
};
void java_path_of_command(struct slim_trace *t, struct java_path *p, const struct java_command *command);
void java_path_of_environment(struct slim_trace *t, struct java_path *p);
/* What every runtime looks for beyond its home: trust stores, libraries for JNI, the shell. */
void java_path_keep_system(struct slim_trace *t, struct java_path *p);
void java_path_clear(struct java_path *p);

#endif
