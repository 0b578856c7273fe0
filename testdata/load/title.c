// Preloaded, it writes $TITLE over a program's arguments, as setproctitle(3) does: the program keeps them, /proc/PID/cmdline does not.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

__attribute__((constructor)) static void title(int argc, char **argv)
{
	const char *text = getenv("TITLE");
	if (!text || argc < 1)
		return;
	char *from = argv[0], *to = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	for (int i = 0; i < argc; i++)
		argv[i] = strdup(argv[i]);
	memset(from, 0, to - from);
	strncpy(from, text, to - from - 1);
}
