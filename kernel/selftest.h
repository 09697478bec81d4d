/* Breaks the kernel when the option selftest= asks for it: so the tests can read a real panic. */
#pragma once

/* To be called at each trap; acts at the sixtieth, when processes run and wait for each other. */
void selftest_call(void);
