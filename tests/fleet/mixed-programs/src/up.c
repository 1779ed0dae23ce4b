#include <stdio.h>
#include <ctype.h>
void run(const char *s)
{
	for (; *s; s++)
		putchar(toupper(*s));
	putchar('\n');
}
