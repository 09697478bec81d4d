/*
 * The suite of calls to SYSTEM: every call with what it gives and every error that it documents.
 * Enter at main.c.
 */
#pragma once

#include "../lib/judge.h"

#include <abi/layout.h>
#include <abi/privilege.h>
#include <string.h>

extern endpoint_t me;
extern endpoint_t p1;    /* a partner with all rights */
extern endpoint_t pnone; /* one that may only exit and look up */

/* Where the module's line puts it; see suites/system.conf. */
#define JUDGE_PRIORITY 6
#define JUDGE_HEAP     (64 * 1024)

/* Asks SYSTEM with these words 0..5; the answer in *answer, m_type is returned. */
int ask(int32_t number, const uint32_t words[6], message *answer);

/* Calls that take a buffer at word `index`: every bad address must be EFAULT and change nothing. */
void expect_bad_buffers(int32_t number, unsigned index, const uint32_t words[6], bool written,
                        const char *name);

void test_dispatch(void);
void test_permissions(void);
void test_time(void);
void test_lookup(void);
void test_process(void);
void test_module(void);
void test_memory(void);
void test_start(void);
void test_kill(void);
void test_irq(void);
void test_alarm(void);
void test_watch(void);
void test_log(void);
void test_power(void);
void test_asked(void);
