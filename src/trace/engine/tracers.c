/* Every tracer, one line each. The order decides nothing: all may only keep. */
#include "slim/trace.h"

#define SLIM_TRACERS(X) \
	X(slim_seeds_tracer)     /* the image's config */ \
	X(slim_allowlist_tracer) /* --keep, --drop, --entry, --package */ \
	X(slim_toolbox_tracer)   /* a command that is only a shell */ \
	X(slim_elf_tracer)       /* A1 to A15: what the loader reads */ \
	X(slim_dlopen_tracer)    /* A16 to A19: libraries loaded at run time */ \
	X(slim_helpers_tracer)   /* A21 to A25: programs that programs start */ \
	X(slim_links_tracer)     /* symbolic links */ \
	X(slim_skeleton_tracer)  /* folders */ \
	X(slim_system_data_tracer) /* what kept ELF files open by fixed names */ \
	X(slim_zoneinfo_tracer)  /* time zones */ \
	X(slim_pam_tracer)       /* PAM services and modules */ \
	X(slim_locale_tracer)    /* selected locales and languages */ \
	X(slim_package_tracer)   /* the package of a started program */ \
	X(slim_config_tracer)    /* paths in configuration */ \
	X(slim_path_strings_tracer) /* paths in programs */ \
	X(slim_app_tracer)       /* the application's folders, files owned by nobody */ \
	X(slim_app_commands_tracer) /* programs that an application's sources start */ \
	X(slim_python_tracer)    /* D1: Python, its modules and distributions */ \
	X(slim_ruby_tracer)      /* D3: Ruby, its gems and bundles */ \
	X(slim_php_tracer)       /* D4: PHP, its extensions and libraries */ \
	X(slim_perl_tracer)      /* D5: Perl's modules */ \
	X(slim_node_tracer)      /* D2: Node.js, its packages, and applications */ \
	X(slim_runtime_tracer)   /* language runtimes */ \
	X(slim_compiler_tracer)  /* D8: compilers and linkers */ \
	X(slim_script_data_tracer) /* C7: databases behind scripts */ \
	X(slim_shebang_tracer)   /* C1: interpreters of scripts */ \
	X(slim_shell_tracer)     /* C2 to C9, C13: what shell scripts run and read */ \
	X(slim_make_tracer)      /* C14: Makefiles */ \
	X(slim_wrappers_tracer)  /* C8: programs behind a script with many names */ \
	X(slim_applets_tracer)   /* C10: the names of multi-call programs */ \
	X(slim_init_tracer)      /* C12: supervisors and what they start */ \
	X(slim_java_tracer)      /* D6: Java */ \
	X(slim_dotnet_tracer)    /* D7: .NET */ \
	X(slim_dotnet_native_tracer) /* D7: native libraries of .NET and Mono */

#define X(tracer) extern const struct slim_tracer tracer;
SLIM_TRACERS(X)
#undef X

const struct slim_tracer *const slim_tracers[] = {
#define X(tracer) &tracer,
	SLIM_TRACERS(X)
#undef X
	NULL
};
