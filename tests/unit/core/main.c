/* Runs the core's tests, group by group; fails when any of them does. With an argument, only the
   tests of that name, which may have * and ? in it. */
#include "harness.h"

int main(int argc, char **argv)
{
    int failed = 0;

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);

    failed += run_host_tests();
    failed += run_table_tests();
    failed += run_check_tests();
    failed += run_rendezvous_tests();
    failed += run_request_tests();
    failed += run_reply_receive_tests();
    failed += run_events_tests();
    failed += run_masks_tests();
    failed += run_select_tests();
    failed += run_ends_tests();
    failed += run_deadlock_tests();
    failed += run_fault_tests();
    failed += run_peers_tests();
    failed += run_invariants_tests();
    failed += run_open_tests();
    failed += run_asserts_tests();
    return failed != 0;
}
