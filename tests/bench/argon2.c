/*
 * The bare rate of the hash that a sign-in costs. Usage: argon2 CONFIG CORES
 * SECONDS: on each of these cores ("0" or "0,2") a process verifies a hash with
 * the parameters of that configuration, over and over, and does nothing else.
 * Prints how many were verified a second by all of them, and the milliseconds
 * of processor that one took.
 */
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "identity/password.h"

#define CORES_MAX 256

/* What a process has to tell, in memory that all of them share. */
struct tally {
	unsigned long verified;
	double seconds;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
pin(uint64_t core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)core, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static int
verify_on(
    const struct conf *conf, uint64_t core, double seconds, struct tally *tally)
{
	struct str password = STR("a password of a usual length");
	char hash[PASSWORD_HASH];
	double begun;

	if (pin(core) != 0 || password_hash(conf, password, hash) != 0)
		return 1;
	begun = now();
	do {
		if (password_verify(conf, str_of(hash), password) != 0)
			return 1;
		tally->verified++;
		tally->seconds = now() - begun;
	} while (tally->seconds < seconds);
	return 0;
}

static double
processor_ms(void)
{
	struct rusage use;

	getrusage(RUSAGE_CHILDREN, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 +
	    (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e3;
}

static int
print(const struct tally *tally, unsigned int n)
{
	unsigned long verified = 0;
	double rate = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (tally[i].verified == 0)
			return 1;
		verified += tally[i].verified;
		rate += (double)tally[i].verified / tally[i].seconds;
	}
	printf("%.3f %.3f\n", rate, processor_ms() / (double)verified);
	return 0;
}

static int
run(const struct conf *conf, struct str cores, double seconds)
{
	struct tally *tally = mmap(NULL, CORES_MAX * sizeof(*tally),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int n = 0;
	struct str core;
	int status, failed = tally == MAP_FAILED;

	while (!failed && cores.n > 0 && str_split(&cores, ',', &core)) {
		uint64_t number;
		pid_t child;

		if (n == CORES_MAX ||
		    !str_u64(core, CPU_SETSIZE - 1, &number)) {
			failed = 1;
			break;
		}
		child = fork();
		if (child == 0)
			_exit(verify_on(conf, number, seconds, &tally[n]));
		failed = child < 0;
		n++;
	}
	while (wait(&status) > 0)
		failed |= status != 0;
	return failed || n == 0 || print(tally, n) != 0;
}

int
main(int argc, char **argv)
{
	struct why why = { .text = "" };
	struct conf conf;
	uint64_t seconds;

	if (argc != 4 || !str_u64(str_of(argv[3]), 3600, &seconds)) {
		fputs("Usage: argon2 CONFIG CORES SECONDS\n", stderr);
		return 2;
	}
	if (conf_load(&conf, argv[1], &why) != 0 ||
	    run(&conf, str_of(argv[2]), (double)seconds) != 0) {
		fprintf(stderr, "argon2: %s\n",
		    why.text[0] != '\0' ? why.text : "a process failed");
		return 1;
	}
	return 0;
}
