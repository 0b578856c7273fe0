/*
 * load makes a machine busy, and measures programs on it.
 *
 *   load hold PROCESSES LISTENERS COPIES PROGRAM ARG...
 *       PROCESSES idle processes; the first LISTENERS of them hold three TCP sockets each: a listener on 127.x.y.z:7000, and both ends of a
 *       connection to it. COPIES processes of PROGRAM beside them; %d in an argument becomes the number of the copy. Says "ready" when all
 *       idle processes stand, and holds them until its standard input ends. It is meant to be PID 1 of a PID and network namespace of its
 *       own, whose processes the kernel ends with it.
 *
 *   load storm RATE PROGRAM ARG...
 *       Starts PROGRAM RATE times a second, until it is killed.
 *
 *   load time RUNS FIRST... -- SECOND...
 *       Runs the two commands by turns, after one run of each that does not count, both at nice 19, which a2c gives itself: what else the
 *       machine does takes from both alike. Prints for each run "a" or "b", the microseconds from fork to exit, those of processor time, and
 *       the largest resident size in KiB of the program or one of its children (getrusage(2)).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void loopback_up(void) {
	struct ifreq r = {0};
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	strcpy(r.ifr_name, "lo");
	if (s < 0 || ioctl(s, SIOCGIFFLAGS, &r) < 0)
		fail("loopback");
	r.ifr_flags |= IFF_UP;
	if (ioctl(s, SIOCSIFFLAGS, &r) < 0)
		fail("loopback");
	close(s);
}

static void sockets(int number) {
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(7000), .sin_addr.s_addr = htonl(0x7f010001 + number)};
	int l = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0);
	if (l < 0 || c < 0 || bind(l, (void *)&at, sizeof at) < 0 || listen(l, 8) < 0)
		fail("listen");
	if (connect(c, (void *)&at, sizeof at) < 0 || accept(l, 0, 0) < 0)
		fail("connect");
}

static void idle(int number, int listeners, int ready) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (number < listeners)
		sockets(number);
	if (write(ready, "+", 1) != 1)
		fail("tell");
	close(ready);
	for (;;)
		pause();
}

static void copy(int number, char **argv) {
	for (char **a = argv; *a; a++) {
		char *d = strstr(*a, "%d"), *text;
		if (d && asprintf(&text, "%.*s%d%s", (int)(d - *a), *a, number, d + 2) > 0)
			*a = text;
	}
	int quiet = open("/dev/null", O_RDWR);
	dup2(quiet, 0);
	dup2(quiet, 1);
	execvp(argv[0], argv);
	fail(argv[0]);
}

static void start(int n, int listeners, int ready, int copies, char **argv) {
	for (int i = 0; i < n + copies; i++) {
		pid_t p = fork();
		if (p < 0)
			fail("fork");
		if (p > 0)
			continue;
		if (i < n)
			idle(i, listeners, ready);
		close(ready);
		copy(i - n, argv);
	}
}

static int hold(int n, int listeners, int copies, char **argv) {
	int pipes[2];
	char text[4096];
	loopback_up();
	if (pipe2(pipes, O_CLOEXEC) < 0)
		fail("pipe");
	start(n, listeners, pipes[1], copies, argv);
	close(pipes[1]);
	for (int told = 0; told < n;) {
		int got = read(pipes[0], text, sizeof text);
		if (got <= 0)
			fail("a process did not come up");
		told += got;
	}
	puts("ready");
	fflush(stdout);
	signal(SIGCHLD, SIG_IGN); /* the kernel reaps whatever comes to end here */
	while (read(0, text, sizeof text) > 0)
		;
	return 0;
}

static int storm(long rate, char **argv) {
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0;; i++) {
		pid_t p = fork();
		if (p < 0)
			fail("fork");
		if (p == 0) {
			execv(argv[0], argv);
			_exit(127);
		}
		at.tv_nsec += 1000000000 / rate;
		at.tv_sec += at.tv_nsec / 1000000000;
		at.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, 0); /* what was late is caught up */
	}
}

static long micros(struct timeval user, struct timeval system) {
	return (user.tv_sec + system.tv_sec) * 1000000L + user.tv_usec + system.tv_usec;
}

static void once(const char *name, char **argv) {
	struct timespec begin, end;
	struct rusage used;
	int status;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid_t p = fork();
	if (p < 0)
		fail("fork");
	if (p == 0) {
		int quiet = open("/dev/null", O_RDWR);
		dup2(quiet, 1);
		dup2(quiet, 2);
		setpriority(PRIO_PROCESS, 0, 19);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(p, &status, 0, &used) < 0)
		fail("wait");
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 4)) { /* 4: a2c could not see all */
		fprintf(stderr, "load: %s ended with status %#x\n", argv[0], status);
		exit(1);
	}
	if (name)
		printf("%s %ld %ld %ld\n", name, (end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000,
		       micros(used.ru_utime, used.ru_stime), used.ru_maxrss);
}

static int by_turns(int runs, char **first) {
	char **second = first;
	while (*second && strcmp(*second, "--"))
		second++;
	if (!*second)
		return 2;
	*second++ = 0;
	once(0, first);
	once(0, second);
	for (int i = 0; i < runs; i++) {
		once("a", first);
		once("b", second);
	}
	return 0;
}

int main(int argc, char **argv) {
	if (argc >= 5 && !strcmp(argv[1], "hold"))
		return hold(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), argv + 5);
	if (argc >= 6 && !strcmp(argv[1], "time"))
		return by_turns(atoi(argv[2]), argv + 3);
	if (argc >= 4 && !strcmp(argv[1], "storm") && atoi(argv[2]) > 0)
		return storm(atoi(argv[2]), argv + 3);
	fputs("usage: load hold PROCESSES LISTENERS COPIES [PROGRAM ARG...] | load storm RATE PROGRAM [ARG...] | load time RUNS FIRST... -- SECOND...\n", stderr);
	return 2;
}
