"""./parley debug: GDB stops in the kernel and in a server, by name, with source lines."""

import subprocess
import sys

from parley_machine import ROOT, check, free_port, run

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


def test(build):
    words = [word for command in COMMANDS for word in ("--command", command)]
    result = subprocess.run(
        [sys.executable, "tools/debugger.py", "--build", build, "--batch", "--port",
         str(free_port()), *words],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    said = result.stdout + result.stderr
    check(result.returncode == 0, f"status {result.returncode}\n{said}")
    for text in ('Symbol "kernel_main" is', "kernel/main.c", "servers/names/names.c",
                 "#0  kernel_main (", "#0  main ("):  # fmt: skip
        check(text in said, f"GDB did not say {text!r}:\n{said}")


if __name__ == "__main__":
    run(test)
