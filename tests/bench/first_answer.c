/*
 * How long a start takes. Usage: first_answer SOCKET TOKEN-FILE COMMAND...:
 * starts the command, asks at the socket for /account/mine until the first 200
 * comes, prints the milliseconds since the start and ends the command.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "fcgi_client.h"

#define PATIENCE_MS 30000
#define REST_NS 200000

/* Finer than what the programs need. */
static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static bool
is_answered(const char *path, const char *authorization)
{
	const char *const params[] = { "HTTP_AUTHORIZATION", authorization,
		NULL };
	struct client_request request = { .uri = "/account/mine",
		.params = params };
	struct client_answer answer;
	struct client c;
	bool good;

	if (!client_open(&c, path))
		return false;
	good = client_call(&c, &request, &answer) == 0 && answer.status == 200;
	client_answer_free(&answer);
	client_close(&c);
	return good;
}

static bool
read_token(const char *path, char *line, size_t room)
{
	FILE *f = fopen(path, "r");
	bool good = f != NULL && fgets(line, (int)room, f) != NULL;

	if (f != NULL)
		fclose(f);
	if (good)
		line[strcspn(line, "\n")] = '\0';
	return good;
}

int
main(int argc, char **argv)
{
	const struct timespec rest = { .tv_nsec = REST_NS };
	char authorization[4200] = "Bearer ";
	double start, took = 0;
	bool answered = false;
	pid_t child;

	if (argc < 4 ||
	    !read_token(
		argv[2], authorization + 7, sizeof(authorization) - 7)) {
		fputs("Usage: first_answer SOCKET TOKEN-FILE COMMAND...\n",
		    stderr);
		return 2;
	}
	start = now_ms();
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execv(argv[3], argv + 3);
		perror(argv[3]);
		_exit(127);
	}
	while (child > 0 && !answered && took < PATIENCE_MS) {
		answered = is_answered(argv[1], authorization);
		took = now_ms() - start;
		if (!answered)
			nanosleep(&rest, NULL);
	}
	if (child > 0) {
		kill(child, SIGTERM);
		waitpid(child, NULL, 0);
	}
	if (!answered) {
		fputs("first_answer: none came\n", stderr);
		return 1;
	}
	printf("%.2f\n", took);
	return 0;
}
