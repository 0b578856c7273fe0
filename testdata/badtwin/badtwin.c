/* A program that misbehaves in the way that its first argument names; the second is a TCP port, the third a folder to fill. It stands in an image in place of
 * the application, to see what verify makes of it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define is(name) (strcmp(mode, name) == 0)

static const char *mode;

static int listening(int port) {
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 64) != 0) {
		perror("bind");
		exit(1);
	}
	return fd;
}

static void forever(void) {
	for (;;)
		pause();
}

static void say(int fd, const char *text) {
	if (write(fd, text, strlen(text)) < 0)
		return;
}

/* answer reads what has come and says what the mode wants. */
static void answer(int fd) {
	static char block[1 << 16];
	if (read(fd, block, sizeof block) <= 0)
		return;
	if (is("redirects")) {
		say(fd, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	} else if (is("huge")) {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5000000000\r\nConnection: close\r\n\r\n");
		memset(block, 'x', sizeof block);
		for (long left = 5000000000; left > 0; left -= sizeof block)
			if (write(fd, block, sizeof block) < 0)
				return;
	} else if (is("drips")) {
		for (const char *c = "HTTP/1.1 200 OK\r\nX-Slow: "; *c; c++, usleep(200000))
			if (write(fd, c, 1) < 0)
				return;
		for (; write(fd, "a", 1) == 1; usleep(200000))
			;
	} else if (is("holds")) {
		sleep(3600);
	} else if (is("dies")) {
		sleep(10);
		kill(getppid(), SIGUSR1);
		forever();
	} else {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbad\n");
	}
}

static void fill(const char *dir) {
	static char block[1 << 20];
	char name[4096];
	memset(block, 'x', sizeof block);
	snprintf(name, sizeof name, "%s/filled", dir);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0) {
		perror(name);
		exit(1);
	}
	for (int i = 0; i < 6 << 10; i++) /* at most 6 GiB, should nobody stop it */
		if (write(fd, block, sizeof block) < 0) {
			perror(name);
			break;
		}
	forever();
}

int main(int argc, char **argv) {
	if (argc < 3)
		return 2;
	mode = argv[1];
	int port = atoi(argv[2]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	if (is("never"))
		forever();
	if (is("fills"))
		fill(argc > 3 ? argv[3] : "/tmp");
	if (is("deaf")) {
		signal(SIGTERM, SIG_IGN);
		signal(SIGINT, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
	}
	if (is("forks"))
		for (;;)
			if (fork() < 0)
				usleep(1000);
	if (is("taken"))
		listening(port);
	int fd = listening(is("elsewhere") ? port + 7 : port);
	if (is("floods") && fork() == 0)
		for (;;)
			say(1, "something happened that nobody wants to know, and here it is in full length, again and again and again\n");
	signal(SIGUSR1, _exit); /* a PID 1 dies of no signal that it does not handle */
	for (;;) {
		int c = accept(fd, NULL, NULL);
		if (c < 0)
			continue;
		if (fork() == 0) {
			answer(c);
			_exit(0);
		}
		close(c);
	}
}
