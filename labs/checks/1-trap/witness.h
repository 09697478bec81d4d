/* What the lab's kernel (gates.c) says instead of a result where the hand-in did not keep to what C
   may expect. No error has these numbers. */
#pragma once

enum witness {
    WITNESS_SEGMENTS = -1001,  /* DS or ES is not the flat selector in lab_call */
    WITNESS_DIRECTION = -1002, /* the direction flag is set there */
    WITNESS_STACK = -1003,     /* it does not run on the kernel's stack, from the top */
    WITNESS_CONTEXT = -1004,   /* its argument is not the process that made the call */
    WITNESS_ENTERED = -1005,   /* after it the kernel still does not know that the process runs */
};
