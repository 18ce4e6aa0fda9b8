/*
 * What a service manager does about a socket, for scripts/restarts: listens at
 * a path and runs a program that is passed the socket by the protocol of
 * sd_listen_fds(3), again and again as it ends. TERM ends both.
 *
 *	keep_socket PATH PROGRAM [ARGUMENT]...
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hubd/socket.h"

#define PASSED 3

static _Noreturn void
become(int fd, const sigset_t *before, char **words)
{
	char pid[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_SETMASK, before, NULL);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (dup2(fd, PASSED) != PASSED || setenv("LISTEN_PID", pid, 1) != 0 ||
	    setenv("LISTEN_FDS", "1", 1) != 0)
		_exit(1);
	execvp(words[0], words);
	fprintf(stderr, "keep_socket: %s: %s\n", words[0], strerror(errno));
	_exit(1);
}

/* A descriptor of the socket that is not the one it will be passed as. */
static int
out_of_the_way(int fd)
{
	int other = fd == PASSED ? dup(fd) : fd;

	if (other != fd)
		close(fd);
	return other;
}

int
main(int argc, char **argv)
{
	struct pool_socket kept;
	sigset_t signals, before;
	struct why why;
	pid_t child;
	int came = 0;

	if (argc < 3) {
		fputs(
		    "Usage: keep_socket PATH PROGRAM [ARGUMENT]...\n", stderr);
		return 2;
	}
	if (pool_socket_open(&kept, argv[1], "", &why) != 0) {
		fprintf(stderr, "keep_socket: %s\n", why.text);
		return 1;
	}
	kept.fd = out_of_the_way(kept.fd);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	do {
		child = fork();
		if (child == 0)
			become(kept.fd, &before, argv + 2);
		while (waitpid(child, NULL, WNOHANG) == 0 && came != SIGTERM)
			sigwait(&signals, &came);
	} while (came != SIGTERM);
	kill(child, SIGTERM);
	waitpid(child, NULL, 0);
	pool_socket_close(&kept);
	return 0;
}
