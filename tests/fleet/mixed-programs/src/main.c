#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <locale.h>
#include <libintl.h>
#include <unistd.h>
#include <sys/wait.h>
#include <time.h>
const char *core_base(void);
int core_plug(const char *, const char *);
int main(int c, char **v)
{
	char p[600];
	setlocale(LC_ALL, "");
	snprintf(p, 600, "%s/share/locale", core_base());
	bindtextdomain("app", p);
	textdomain("app");
	char *a = c > 1 ? v[1] : "ping";
	if (!strcmp(a, "ping")) {
		puts(gettext("Hello"));
		time_t t = 0;
		char b[50];
		strftime(b, 50, "%A %H %Z", localtime(&t));
		puts(b);
		return 0;
	}
	if (!strcmp(a, "plug"))
		return core_plug(v[2], v[3]);
	if (!strcmp(a, "help32")) {
		snprintf(p, 600, "%s/libexec/helper32", core_base());
		execl(p, p, (char *)0);
		perror(p);
		return 1;
	}
	if (!strcmp(a, "data")) {
		snprintf(p, 600, "%s/share/data/t.dat", core_base());
		FILE *f = fopen(p, "r");
		char l[50];
		if (!f)
			return 1;
		fputs(fgets(l, 50, f), stdout);
		return 0;
	}
	return 2;
}
