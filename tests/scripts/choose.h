/*
 * Makes up steps at random, such as mean something where the model stands: servers that answer
 * those who asked them, clients that ask servers that wait, and now and then anything at all.
 */
#pragma once

#include "model.h"

#define CHOOSE_PATIENCE 6

struct chooser {
    const struct model *model;
    uint64_t state; /* of the random numbers */
    unsigned style;
    unsigned used;     /* steps of the script so far */
    int timed;         /* who waits with a deadline that comes, or -1 */
    unsigned patience; /* steps until that deadline's own must come */
};

/* The script of this number, of this seed. */
void choose_begin(struct chooser *c, const struct model *m, uint32_t seed, uint32_t number);

/* 0..bound - 1 */
uint32_t choose_number(struct chooser *c, uint32_t bound);
bool choose_chance(struct chooser *c, unsigned percent);

/* A call of this process, which runs. Fills in all but tag and index. */
void choose_call(struct chooser *c, unsigned process, struct script_step *step,
                 struct script_pair *pairs);

/* Its first call: sets boxes. */
void choose_boxes(struct chooser *c, unsigned process, struct script_step *step);

/* At the end of a script: takes what is there. */
void choose_last_receive(struct chooser *c, unsigned process, struct script_step *step);

/* Something that happens to a process: cancel, kill, birth, deadline, exit. False: nothing can. */
bool choose_event(struct chooser *c, struct script_step *step);

/* Who makes the next call, or -1: nobody runs. */
int choose_caller(struct chooser *c);
