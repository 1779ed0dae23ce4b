/* What PHP's settings ask for: extensions, files, folders of sources. docs/rules.md D4. */
#ifndef SLIM_TRACE_PHP_CONF_H
#define SLIM_TRACE_PHP_CONF_H

#include "php.h"
#include "slim/trace.h"

/* A text of settings or sources, and what it stands in. */
struct php_word {
	const char *text;
	const struct slim_node *from; /* NULL: the config */
};

struct php_words {
	struct php_word *items;
	size_t count, capacity;
};

struct php_conf {
	struct php_words extensions; /* their names or paths */
	struct php_words files; /* sources that are looked up in the include path */
	struct php_words roots; /* folders of the include path */
	struct slim_node **folders; /* with extensions */
	size_t folder_count, folder_capacity;
	size_t read; /* files of settings */
	bool *done; /* by node number: read */
	const struct slim_node *computed; /* names extensions that only the run knows; NULL: none does */
	bool unknown; /* the same of the config */
	const struct slim_node *asker; /* the first interpreter; NULL: none yet */
	bool searched, all;
};

void php_conf_clear(struct php_conf *conf);
/* Read what INTERPRETER reads when it starts, and find its folder of extensions. */
void php_conf_start(struct slim_trace *t, struct php_conf *conf, struct slim_node *interpreter);
/* Read a file of settings. */
void php_conf_read(struct slim_trace *t, struct php_conf *conf, struct slim_node *file);
/* Read the files of settings in DIR, as --with-config-file-path and the folders scanned behind it. */
void php_conf_read_folder(struct slim_trace *t, struct php_conf *conf, struct slim_node *dir);
void php_conf_add_extension(struct slim_trace *t, struct php_conf *conf, struct slim_blob name,
			    const struct slim_node *from);
void php_conf_add(struct slim_trace *t, struct php_words *words, struct slim_blob text, const struct slim_node *from);
/* Whether NODE is an extension: it stays by its name alone. */
bool php_conf_is_extension(const struct slim_node *node);
/* Keep the extensions that are named; all of them where that cannot be told. */
void php_conf_keep(struct slim_trace *t, struct php_conf *conf, const struct slim_node *interpreter);

#endif
