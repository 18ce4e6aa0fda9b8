#ifndef UNIT_H
#define UNIT_H

/* What each unit test includes: cmocka, told to speak TAP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define UNIT_RUN(tests)                                                        \
	(cmocka_set_message_output(CM_OUTPUT_TAP),                             \
	    cmocka_run_group_tests(tests, NULL, NULL))

#endif
