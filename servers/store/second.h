/*
 * The first store's side of the second one, which holds the same and answers no clients.
 *
 * Requests go from the first to the second only, so that the two can never wait for each other.
 */
#pragma once

#include "records.h"

#include <abi/endpoint.h>

/* Knows it by its process's name and takes over what it holds. An empty name: there is none. */
void second_start(const char *name, struct records *records);

/* Tells it of a change: STORE_COPY or STORE_UNCOPY. When it does not answer the first goes on
   alone. */
void second_tell(int32_t type, const struct store_record *record);

bool second_holds_all(void);

void second_death(endpoint_t dead);
/* Looks for a new one after a death and gives it all records. */
void second_look(const struct records *records);
