"""A lab's program, run so that nothing in it can hang the grader or fill its disk.

Its time is that of its processor, so that a workstation with other work takes no points; by the clock it has a multiple
of that. What it prints goes to a file with a limit, and what it has started ends with it.
"""

import dataclasses
import os
import re
import resource
import signal
import subprocess
import tempfile

CLOCK_FACTOR = 20  # a program that sleeps, or shares the processor, has so many times its processor's time
PRINT_BYTES = 1 << 20
MEMORY_MB = 1024
SANITIZERS = {"ASAN_OPTIONS": f"detect_leaks=0:handle_sigill=1:hard_rss_limit_mb={MEMORY_MB}:color=never"}


@dataclasses.dataclass
class Ran:
    """How a program ended: `ended` is "" when it ended by itself with `status`, else why it was ended."""

    status: int
    ended: str
    said: str
    verdict: str


def limit(seconds):
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (PRINT_BYTES, PRINT_BYTES))


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def why_ended(status, in_time, seconds):
    if not in_time:
        return f"it did not end within {CLOCK_FACTOR * seconds} s: does it wait for something that never comes?"
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"it took more than {seconds} s of the processor: does it loop for ever?"
    if status == -signal.SIGXFSZ:
        return f"it printed more than {PRINT_BYTES >> 20} MB"
    if status < 0:
        return f"it crashed ({signal.Signals(-status).name})"
    return ""


def run(command, seconds, with_verdict=False):
    """Runs the command; `with_verdict`: its last argument is a file descriptor for its verdict."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as verdict:
        pass_fds = [verdict.fileno()] if with_verdict else []
        process = subprocess.Popen([*command, *map(str, pass_fds)], stdin=subprocess.DEVNULL, stdout=said,
                                   stderr=said, pass_fds=pass_fds, start_new_session=True,
                                   env={**os.environ, **SANITIZERS}, preexec_fn=lambda: limit(seconds))
        try:
            process.wait(CLOCK_FACTOR * seconds)
            in_time = True
        except subprocess.TimeoutExpired:
            in_time = False
        finally:
            end_group(process)
        texts = []
        for file in (said, verdict):
            file.seek(0)
            texts.append(file.read(PRINT_BYTES).decode("utf-8", "replace"))
    return Ran(process.returncode, why_ended(process.returncode, in_time, seconds), *texts)


def sanitizers_word(said, handed_in):
    """What a sanitizer says of a crash and where in the hand-in, or ""."""
    place = re.search(rf" in \w+ .*?({'|'.join(map(re.escape, handed_in))}):(\d+)", said)
    where = f" at {place[1]}:{place[2]}" if place else ""
    found = re.search(r"^(?:.*/)?([\w.-]+:\d+):\d+: runtime error: (.*)", said, re.M)
    if found:
        return f"{found[2]} at {found[1]}"
    found = re.search(r"ERROR: AddressSanitizer:? ([\w-]+)", said)
    if not found:
        return ""
    known = {"use-after-poison": "it looks at an entry that it has no business with",
             "ILL": "an assertion of the core does not hold any more"}  # fmt: skip
    return known.get(found[1], found[1]) + where


def check_on_host(program, name, seconds, handed_in):
    """One check: "" when it passed, else what was seen."""
    ran = run([program, name], seconds, with_verdict=True)
    if ran.verdict == "passed":
        return ""
    if ran.verdict.startswith("failed: "):
        return ran.verdict.removeprefix("failed: ")
    if ran.verdict == "unknown":
        raise LookupError(name)
    word = sanitizers_word(ran.said, handed_in)
    if word:
        return f"it crashed: {word}"
    return ran.ended or f"it ended without a verdict (status {ran.status}): does it end the process?"
