"""./parley debug: GDB stops in the kernel and in a server, by name, with source lines; the machine's
console is at tools/console. (What tools/gdb adds: commands.py.)"""

import contextlib
import subprocess
import sys
import time

from parley_machine import BOUND, POLL, PROMPT, ROOT, check, free_port, run

COMMANDS = (
    "info address kernel_main",
    "info line names.c:main",
    "hbreak kernel_main",
    "continue",
    "backtrace 1",
    "delete",
    "hbreak names.c:main",
    "continue",
    "backtrace 1",
    "print $pc",
)


def debugger(build, commands):
    words = [word for command in commands for word in ("--command", command)]
    return subprocess.Popen(
        [sys.executable, "tools/debugger.py", "--build", build, "--batch", "--port",
         str(free_port()), *words],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def symbols(build):
    with debugger(build, COMMANDS) as process:
        said, _ = process.communicate(timeout=5 * BOUND)
    check(process.returncode == 0, f"status {process.returncode}\n{said}")
    for text in ('Symbol "kernel_main" is', "kernel/main.c", "servers/names/names.c",
                 "#0  kernel_main (", "#0  main ("):  # fmt: skip
        check(text in said, f"GDB did not say {text!r}:\n{said}")


def console(build):
    """`poweroff` typed at tools/console ends the machine, and so GDB's session."""
    (build / "serial.log").unlink(missing_ok=True)
    with contextlib.ExitStack() as stack:
        gdb = stack.enter_context(debugger(build, ["continue"]))
        stack.callback(gdb.terminate)
        end = time.monotonic() + BOUND
        log = build / "serial.log"
        while not (log.exists() and PROMPT in log.read_text(errors="replace")):
            check(time.monotonic() < end and gdb.poll() is None, "no prompt on the debugged machine")
            time.sleep(POLL)
        said = subprocess.run(["tools/console", build], cwd=ROOT, input="poweroff\r",
                              capture_output=True, text=True, check=False, timeout=BOUND)  # fmt: skip
        check(said.returncode == 0, f"tools/console: {said.stderr}")
        try:
            gdb.wait(BOUND)
        except subprocess.TimeoutExpired:
            check(False, "poweroff at tools/console did not reach the machine")


def test(build):
    symbols(build)
    console(build)


if __name__ == "__main__":
    run(test)
