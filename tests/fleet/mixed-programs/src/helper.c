#include <stdio.h>
#include <pwd.h>
#include <unistd.h>
#if defined(__i386__)
#include <dlfcn.h>
#endif
int main()
{
	printf("bits %zu\n", sizeof(void *) * 8);
	struct passwd *p = getpwuid(getuid());
	printf("user %s\n", p ? p->pw_name : "?");
#if defined(__i386__)
	void *h = dlopen("libsqlite3.so.0", RTLD_NOW);
	printf("sqlite %s\n", h ? "yes" : dlerror());
#endif
	return 0;
}
