"""Selects tests by name or label and runs them with ctest, a line a test. Called by ./parley test."""

import argparse
import json
import os
import re
import subprocess
import sys

LONG = "long"  # label of what runs only when asked for
COUNTED = "model|mutants|mechanical|conformance|fuzz|scripts|proof|faults|matrix"  # what closing lines begin with


def parse():
    parser = argparse.ArgumentParser(prog="./parley test", usage="./parley test [OPTION...] [NAME...]")
    parser.add_argument("--build", required=True)
    parser.add_argument("--keep-going", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--faults", type=int, help="a campaign of so many faults instead of the tests")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--first", type=int)
    parser.add_argument("--log")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--matrix", action="store_true", help="the image on every machine instead of the tests")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--pictures")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if options.faults is None and (options.seed, options.first, options.log) != (None, None, None):
        parser.error("--seed, --first and --log belong to --faults")
    if not options.matrix and (options.jobs, options.pictures) != (None, None):
        parser.error("--jobs and --pictures belong to --matrix")
    try:
        options.patterns = [re.compile(name) for name in options.names]
    except re.error as error:
        parser.error(f"not a regular expression: {error}")
    return options


def known_tests(build):
    """Pairs (name, labels) of all tests of the build folder, in their order."""
    answer = subprocess.run(
        ["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, check=True
    )
    for test in json.loads(answer.stdout)["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        yield test["name"], properties.get("LABELS", [])


def run_script(options, script, given, further):
    """A script of tests/ in place of the tests, with those of the options in `given` that were given."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", script)
    command = [sys.executable, path, "--build", options.build, *further]
    for name in given:
        if getattr(options, name) is not None:
            command += [f"--{name}", str(getattr(options, name))]
    return subprocess.run(command, check=False).returncode


def run_campaign(options):
    """Faults into running servers: shows how far it is, ends with the line `faults: ...`."""
    recording = os.path.join(options.build, "recordings", "campaign")
    return run_script(options, "faults/run.py", ("seed", "first", "log"),
                      ["--faults", str(options.faults), "--recording", recording])  # fmt: skip


def always_long(tests):
    """Labels of which every test is long: to name one is to ask for it."""
    short = {label for _, labels in tests if LONG not in labels for label in labels}
    return {label for _, labels in tests for label in labels} - short - {LONG}


def matches(options, asked, name, labels):
    if LONG in labels and not (options.long or {name, *(asked & set(labels))} & set(options.names)):
        return False
    words = [name, *labels]
    return not options.patterns or any(p.search(word) for p in options.patterns for word in words)


def run(options, names):
    exact = "^(" + "|".join(re.escape(name) for name in names) + ")$"
    command = ["ctest", "--test-dir", options.build, "--output-on-failure", "--no-label-summary"]
    # One more than processors: a test that talks to a guest waits half of its time.
    command += ["--parallel", str(max(2, os.cpu_count() or 1) + 1), "--tests-regex", exact]
    if not options.keep_going:
        command.append("--stop-on-failure")
    remove_log(options.build)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as ctest:
        for line in ctest.stdout:
            if not re.match(rb"\s+Start\s+\d+: |Internal ctest changing|Test project ", line):
                sys.stdout.buffer.write(line)
                sys.stdout.buffer.flush()
    return ctest.returncode


def log_path(build):
    return os.path.join(build, "Testing", "Temporary", "LastTest.log")


def remove_log(build):
    """So that no former run's counts are taken for this one's."""
    if os.path.exists(log_path(build)):
        os.remove(log_path(build))


def print_counts(build):
    """The lines "KIND: N what, N what" of the tests that count; of each kind the sum."""
    counts = {}
    try:
        with open(log_path(build), encoding="utf-8", errors="replace") as log:
            lines = re.findall(rf"^({COUNTED}): (\d.*)$", log.read(), re.MULTILINE)
    except OSError:
        return
    for kind, rest in lines:
        words = re.sub(r"\d+", "{}", rest)
        numbers = [int(number) for number in re.findall(r"\d+", rest)]
        former = counts.get((kind, words), [0] * len(numbers))
        # How many processes a model had is no count of anything.
        counts[kind, words] = [max(a, b) if kind == "model" and i == 0 else a + b
                               for i, (a, b) in enumerate(zip(former, numbers))]
    for (kind, words), numbers in counts.items():
        print(f"{kind}: {words.format(*numbers)}")


def print_left_out(known, tests, asked):
    """Whole kinds that this run did not ask for, so that nobody takes them for passed."""
    for label in sorted(asked - {label for _, labels in tests for label in labels}):
        count = sum(label in labels for _, labels in known)
        print(f"{label}: not run ({count} tests: ./parley test {label})")


def main():
    options = parse()
    if options.faults is not None:
        return run_campaign(options)
    if options.matrix:
        return run_script(options, "boot/matrix.py", ("jobs", "pictures"), options.names)
    known = list(known_tests(options.build))
    asked = always_long(known)
    tests = [test for test in known if matches(options, asked, *test)]
    if not tests:
        what = f" named or labelled {' '.join(options.names)}" if options.names else ""
        print(f"./parley test: there is no test{what}", file=sys.stderr)
        return 1
    if options.list:
        width = max(len(name) for name, _ in tests)
        for name, labels in tests:
            print(f"{name:{width}}  {' '.join(labels)}".rstrip())
        return 0
    status = run(options, [name for name, _ in tests])
    print_counts(options.build)
    if not options.names:
        print_left_out(known, tests, asked)
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
