"""A kernel that breaks says what broke, in whom, and where; and the harness notices.

The kernel's own words selftest=... break it on purpose.
"""

import subprocess
import sys

from parley_machine import ROOT, Failure, Machine, boot, check, run, session

# the kernel's word: (what the panic names, a function in its backtrace)
BREAKS = {
    "panic": ("asked for by selftest=panic", "selftest_call"),
    "assert": ("selftest", "kernel_assert_failed"),
    "overflow": ("[Dd]ouble fault", "overflow"),
}


def report(build, word):
    what, function = BREAKS[word]
    with boot(Machine(build=build, boot="quick", command_line=f"selftest={word} panic=off"),
              prompt=False) as guest:  # fmt: skip
        for pattern in (rf"^\*\*\* PANIC: .*{what}", r"^running: \w+", "^backtrace:",
                        rf"^  [0-9a-f]{{8}} {function}\+0x", "^processes, and whom they wait for:",
                        r"^  hello +endpoint +\d+ .*"):  # fmt: skip
            guest.expect(pattern, panic_allowed=True)
        status = guest.status()
        check(status == 101, f"panic=off: status {status}, expected 101")


def notices(build):
    """A panic and a hang each fail at once, with the last lines."""
    for words, bound, said in (("selftest=panic", 60, "guest panicked"), ("", 2, "did not come")):
        frozen = ("-S",) if not words else ()
        try:
            with boot(Machine(build=build, boot="quick", command_line=words, extra=frozen),
                      prompt=False) as guest:  # fmt: skip
                guest.prompt(bound)
        except Failure as failure:
            check(said in str(failure), f"the harness says: {failure}")
            if words:
                check("asked for by" in str(failure) and "backtrace" in str(failure),
                      f"the harness keeps the report for itself: {failure}")  # fmt: skip
        else:
            raise Failure("the harness did not notice")


def entry(build):
    """./parley run: status and last lines after a panic in a session."""
    result = subprocess.run(
        [sys.executable, "tools/session.py", "--build", build, "--boot", "quick", "--timeout", "60",
         "--append", "selftest=panic"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    check(result.returncode == session.STATUS_PANIC, f"status {result.returncode} after a panic")
    check("panicked" in result.stderr and "backtrace" in result.stderr, result.stderr)


def test(build):
    for word in BREAKS:
        report(build, word)
    notices(build)
    entry(build)


if __name__ == "__main__":
    run(test)
