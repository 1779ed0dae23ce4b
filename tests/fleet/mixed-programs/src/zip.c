#include <stdio.h>
extern const char *zlibVersion(void);
void run(const char *s)
{
	printf("zlib %s %s\n", zlibVersion(), s);
}
