#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <libgen.h>
#include <stdlib.h>
static char base[512];
const char *core_base(void)
{
	Dl_info i;
	dladdr((void *)core_base, &i);
	char *r = realpath(i.dli_fname, NULL);
	strcpy(base, dirname(dirname(r)));
	return base;
}
int core_plug(const char *n, const char *arg)
{
	char p[600];
	snprintf(p, sizeof p, "%s/lib/%s/%s.so", core_base(), PLUG, n);
	void *h = dlopen(p, RTLD_NOW);
	if (!h) {
		puts(dlerror());
		return 1;
	}
	void (*f)(const char *) = dlsym(h, "run");
	f(arg);
	return 0;
}
