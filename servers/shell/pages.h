/*
 * The manual's pages that are not commands': of calls, functions and programs, in the archive's
 * folder man/ (made from docs/man).
 */
#pragma once

#include "match.h"

/* Shows the page NAME, or NAME.SECTION. Returns the status; says what is wrong. */
int page_show(const char *name);

/* Offers what page_show takes. */
void pages_offer(struct match *m, const char *prefix);
