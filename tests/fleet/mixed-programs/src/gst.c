#include <stdio.h>
#include <netdb.h>
#include <pwd.h>
#include <iconv.h>
int main()
{
	struct passwd *p = getpwnam("svc");
	struct servent *s = getservbyname("https", "tcp");
	iconv_t i = iconv_open("UTF-8", "KOI8-R");
	printf("static %s %s %s\n", p ? p->pw_dir : "?", s ? "https" : "?", i == (iconv_t)-1 ? "noiconv" : "iconv");
	return 0;
}
