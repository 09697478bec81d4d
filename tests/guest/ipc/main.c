/*
 * Runs the IPC conformance suite with four partners.
 */
#include "ipc.h"

endpoint_t p1, p2, p3, p4;
endpoint_t me;

int main(void)
{
    me = self();
    p1 = partner_start("p1");
    p2 = partner_start("p2");
    p3 = partner_start("p3");
    p4 = partner_start("p4");

    test_calls();
    test_timeouts();
    test_events();
    test_order();
    test_requests();
    test_masked();
    test_loop();
    test_select();
    test_cancel();
    test_faults();
    test_boxes();
    test_loop_boxes();
    test_pointers();
    test_deadlock();
    test_death();
    test_generations();
    test_permissions();
    test_registers();
    test_peers();

    OK(answers(p1) && answers(p2) && answers(p3) && answers(p4), "at the end everybody answers");
    tap_done();
}
