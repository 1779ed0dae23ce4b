/* PHP: its settings and its sources. docs/rules.md D4. */
#ifndef SLIM_TRACE_PHP_H
#define SLIM_TRACE_PHP_H

#include "../lang/lexer.h"

/*
 * The settings of a php.ini or of a pool of php-fpm, in their order: `key = value ; comment`. Sections are passed over;
 * php_admin_value[KEY] and php_value[KEY] count as KEY. A value is without its quotes, variables in it stay as they
 * stand. Sources: PHP's Zend/zend_ini_scanner.l, the manual's "The configuration file" and "php-fpm.conf directives".
 */
typedef void php_ini_sink(void *context, struct slim_blob key, struct slim_blob value);
void php_ini_scan(struct slim_blob text, php_ini_sink *sink, void *context);

/*
 * The tokens of PHP. A qualified name is one name, a variable one with its sigil; here-documents are strings. What lies
 * outside <?php … ?> is passed over, as are comments. Source: PHP's Zend/zend_language_scanner.l.
 */
struct lang_token php_next(struct lang_lexer *lexer);

/* What a source says about others. */
enum php_said {
	PHP_FILE, /* a text that ends like the name of a source: of an include, or a part of one */
	PHP_NAME, /* one of a single part, with a capital letter */
	PHP_TEXT, /* any other text, that may name a package */
	PHP_CLASS, /* a class or namespace with more than one part, by name or as a text: "A\B", "A_B" */
	PHP_EXTENSION, /* dl("name"), or "extension=name" in a text */
	PHP_COMPUTED_EXTENSION,
	PHP_COMPUTED_FILE, /* an include whose folder and beginning only the run knows */
};

typedef void php_source_sink(void *context, enum php_said said, struct slim_blob text);
/* Of any text: the extensions that "extension=" names. */
void php_settings_scan(struct slim_blob text, php_source_sink *sink, void *context);
void php_source_scan(struct slim_blob source, php_source_sink *sink, void *context);

#endif
