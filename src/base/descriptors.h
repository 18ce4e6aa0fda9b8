#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/*
 * For the start of a program: takes those of the descriptors 0 to 2 that it
 * was started without, so that no file gets their number. What is printed
 * would else be written into a store. They refuse to be read and written.
 */
static inline bool
descriptors_guard(void)
{
	int fd;

	do {
		fd = open("/", O_PATH | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

#endif
