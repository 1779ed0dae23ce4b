/* Compiler attributes under one set of names. */
#ifndef SLIM_ATTR_H
#define SLIM_ATTR_H

#define SLIM_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SLIM_MUST_CHECK __attribute__((warn_unused_result))
#define SLIM_NORETURN __attribute__((noreturn))
#define SLIM_UNUSED __attribute__((unused))

/* Run FN(&variable) when the variable leaves its scope. */
#define slim_cleanup(fn) __attribute__((cleanup(fn)))

/* Define a cleanup function `NAME_p` that hands *variable to FREE. */
#define SLIM_DEFINE_CLEANUP(type, free) \
	static inline void free##_p(type **p) { free(*p); }

/* Give up ownership: the pointer's value, and NULL in its place. */
#define slim_steal(p) ({ __typeof__(*(p)) slim_stolen_ = *(p); *(p) = NULL; slim_stolen_; })

#define SLIM_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
