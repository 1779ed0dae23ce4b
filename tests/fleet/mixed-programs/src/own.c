#include <stdio.h>
void run(const char *);
int main()
{
	char b[64];
	FILE *f = fopen("/usr/local/share/own/d", "r");
	run(f && fgets(b, 64, f) ? b : "none");
	return 0;
}
