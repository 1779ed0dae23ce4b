/*
 * Composer's packages for development: an installation without them is what its authors and their users run. Sources:
 * getcomposer.org, "The composer.json schema" (require-dev, autoload, extra) and "Runtime Composer utilities";
 * installed.json as Composer 1 and 2 write it. docs/rules.md D4.
 */
#ifndef SLIM_TRACE_PHP_COMPOSER_H
#define SLIM_TRACE_PHP_COMPOSER_H

#include "php.h"
#include "slim/trace.h"

/* A package for development. */
struct php_dev {
	struct slim_node *dir, *vendor;
	const char *name;
	struct php_names {
		const char **items; /* the trace's arena owns the texts */
		size_t count, capacity;
	} spaces, /* namespaces and prefixes of its classes */
		classes, /* its classes outside of namespaces */
		requires, files, /* sources that run at each start, whoever loads the package: below dir */
		bins;
	bool open; /* which classes it has is not known */
	bool announces; /* has settings for others that look for such: "extra" */
	bool kept;
};

struct php_composer {
	struct php_dev *devs;
	size_t dev_count, dev_capacity;
	struct php_vendor {
		struct slim_node *dir;
		struct php_names spaces; /* of all its packages */
	} * vendors;
	size_t vendor_count, vendor_capacity;
	bool read, files_kept;
};

/* Whether DIR is a folder of packages (vendor) that Composer filled. */
bool php_is_vendor(const struct slim_tree *tree, const struct slim_node *dir);
/* The folder of packages that NODE lies in; NULL: in none. */
struct slim_node *php_vendor_of(const struct slim_tree *tree, const struct slim_node *node);
/* Folders of packages for development are for the tracer of PHP to judge. */
void php_mark_development(const struct slim_tree *tree, uint8_t *marks);

void php_composer_clear(struct php_composer *c);
/* What a source says about others. */
void php_composer_said(struct slim_trace *t, struct php_composer *c, enum php_said said, struct slim_blob text,
		       const struct slim_node *source);
/* Whether the class NAME, written in SOURCE, is one of the packages around it. */
bool php_composer_provides(const struct php_composer *c, const struct slim_node *source, struct slim_blob name);
/* Whether SOURCE can run: it lies in no package for development that has left so far, and starts no such. */
bool php_composer_counts(struct slim_trace *t, const struct php_composer *c, const struct slim_node *source);
/* At every settling once PHP is in use. */
void php_composer_settle(struct slim_trace *t, struct php_composer *c);

#endif
