"""GDB driven in batch: a script of commands, each with what its output must show."""

import re
import subprocess
import sys

from parley_machine import BOUND, ROOT, check, free_port

MARK = "@@ "


class Script:
    """Commands and expectations; run() gives each command's output to its patterns."""

    def __init__(self):
        self.steps = []

    def do(self, command, *patterns, never=()):
        """Runs the command; every pattern must be found in what it prints, in any order, and none of `never`."""
        self.steps.append((command, patterns, never))
        return self

    def words(self):
        for number, (command, _, _) in enumerate(self.steps):
            yield from ("--command", f"echo {MARK}{number}\\n", "--command", command)

    def judge(self, said):
        parts = dict(re.findall(rf"^{MARK}(\d+)\n(.*?)(?=^{MARK}|\Z)", said, re.M | re.S))
        for number, (command, patterns, never) in enumerate(self.steps):
            printed = parts.get(str(number))
            check(printed is not None, f"GDB did not come to {command!r}. It said:\n{said[-3000:]}")
            for pattern in patterns:
                check(re.search(pattern, printed, re.M), f"{command!r} did not print {pattern!r} but:\n{printed}")
            for pattern in never:
                check(not re.search(pattern, printed, re.M), f"{command!r} printed {pattern!r}:\n{printed}")


def start(tool, *arguments):
    return subprocess.Popen(
        [sys.executable, f"tools/{tool}.py", "--batch", "--port", str(free_port()), *map(str, arguments)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def run(script, tool, *arguments):
    """Under ./parley debug's or replay's program; returns all that was said."""
    with start(tool, *arguments, *script.words()) as process:
        try:
            said, _ = process.communicate(timeout=5 * BOUND)
        except subprocess.TimeoutExpired:
            process.terminate()
            said, _ = process.communicate()
            check(False, f"GDB hangs. It said:\n{said[-3000:]}")
    script.judge(said)
    return said
