/*
 * The IPC conformance suite: one function a page of docs/ipc.md. Enter at main.c.
 */
#pragma once

#include "../lib/judge.h"

#include <abi/layout.h>
#include <string.h>

extern endpoint_t p1, p2, p3, p4; /* partners, alive and idle between tests */
extern endpoint_t me;

/* An endpoint that no process ever had: a slot in use, at a generation far ahead. */
#define NEVER_BORN ENDPOINT(0x1ffff0, 3)

void test_calls(void);
void test_timeouts(void);
void test_events(void);
void test_order(void);
void test_requests(void);
void test_masked(void);
void test_loop(void);
void test_loop_boxes(void);
void test_select(void);
void test_cancel(void);
void test_faults(void);
void test_boxes(void);
void test_pointers(void);
void test_deadlock(void);
void test_death(void);
void test_generations(void);
void test_permissions(void);
void test_registers(void);
void test_peers(void);
