/*
 * What a web server can be given by FastCGI at best: a file, by libfcgi, with
 * no work behind it. Usage: file_sender SOCKET PROCESSES FILE
 */
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD "Content-Type: application/json\r\n\r\n"

static void
serve(int socket, const char *file, int size)
{
	FCGX_Request request;

	if (FCGX_InitRequest(&request, socket, 0) != 0)
		exit(1);
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutStr(HEAD, sizeof(HEAD) - 1, request.out);
		FCGX_PutStr(file, size, request.out);
		FCGX_Finish_r(&request);
	}
	exit(1);
}

int
main(int argc, char **argv)
{
	struct stat status;
	const char *file;
	int fd, processes, listener;

	if (argc != 4 || (processes = atoi(argv[2])) < 1) {
		fprintf(stderr, "usage: file_sender SOCKET PROCESSES FILE\n");
		return 2;
	}
	fd = open(argv[3], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) != 0 || status.st_size < 1 ||
	    status.st_size > INT_MAX) {
		perror(argv[3]);
		return 1;
	}
	file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (file == MAP_FAILED || FCGX_Init() != 0 ||
	    (listener = FCGX_OpenSocket(argv[1], 1024)) < 0) {
		perror(argv[1]);
		return 1;
	}
	/* The library's own handler would only take note of it. */
	signal(SIGTERM, SIG_DFL);
	for (int i = 1; i < processes; i++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			serve(listener, file, (int)status.st_size);
		}
	}
	serve(listener, file, (int)status.st_size);
}
