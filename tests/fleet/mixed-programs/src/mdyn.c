#include <stdio.h>
#include <netdb.h>
int main()
{
	struct hostent *h = gethostbyname("localhost");
	printf("musl dynamic %s\n", h ? "ok" : "no");
	return 0;
}
