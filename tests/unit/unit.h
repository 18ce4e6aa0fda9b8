#ifndef UNIT_H
#define UNIT_H

/* What each unit test includes: cmocka, told to speak TAP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/*
 * Valgrind keeps limits of descriptors to itself, where the kernel and other
 * programs do not see them, and is twenty times slower.
 */
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* That a test passes without having looked: cmocka's skip() fails in TAP. */
#define SAY_SKIPPED(why) print_message("# the next one is skipped: " why "\n")
#define NO_RIGHTS "this user has not the rights that it needs"

#define UNIT_RUN(tests)                                                        \
	(cmocka_set_message_output(CM_OUTPUT_TAP),                             \
	    cmocka_run_group_tests(tests, NULL, NULL))

#endif
