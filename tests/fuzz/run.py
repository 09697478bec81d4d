#!/usr/bin/env python3
"""Runs one fuzzer and says what came of it.

    run.py [--longest BYTES] [--runs N | --long] PROGRAM

With --runs a fixed number of inputs from a fixed seed, the same each time. With --long as many as
PARLEY_FUZZ_SECONDS allow (600 when it is not set), from a seed of the day's own. An input that fails
is kept beside the program, made shorter, and what it does is shown step by step.
"""

import argparse
import glob
import os
import re
import shutil
import signal
import subprocess
import sys

import seeds

HERE = os.path.dirname(os.path.abspath(__file__))
LONG_SECONDS = os.environ.get("PARLEY_FUZZ_SECONDS", "600")
HANG_SECONDS = 20
STEP_SECONDS = 15
SHORTER_SECONDS = 60
SHOWN_LINES = 60


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--longest", type=int, default=4096, metavar="BYTES")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("program")
    options = parser.parse_args()
    options.name = os.path.basename(options.program).removeprefix("fuzz-")
    options.folder = options.program + "-inputs"
    options.failures = options.program + "-failures"
    return options


def command(options, *arguments):
    flags = [f"-max_len={options.longest}", f"-timeout={HANG_SECONDS}", "-detect_leaks=0",
             f"-artifact_prefix={options.failures}/"]
    dictionary = os.path.join(HERE, options.name + ".dict")
    if os.path.exists(dictionary):
        flags.append(f"-dict={dictionary}")
    return [options.program, *flags, *arguments]


def say(call, **environment):
    """Runs a command; its status and all that it said."""
    run = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         errors="replace", env={**os.environ, **environment})
    return run.returncode, run.stdout


def fuzz(options):
    """The fuzzer's status and output."""
    for folder in (options.folder, options.failures):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    seeds.write(options.name, options.folder)
    limits = [f"-runs={options.runs}", "-seed=1", "-reload=0"]
    if options.long:
        limits = [f"-max_total_time={LONG_SECONDS}", "-use_value_profile=1"]
    return say(command(options, "-print_final_stats=1", *limits, options.folder))


def shorter(options, path):
    """A shorter input that fails, or the same one. libFuzzer's own limit is for each of its steps, and there may be
    many; what the last one left is taken."""
    target = os.path.join(options.failures, "shortest")
    steps = subprocess.Popen(command(options, "-minimize_crash=1", f"-max_total_time={STEP_SECONDS}", "-seed=1",
                                     f"-exact_artifact_path={target}", path),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        steps.wait(SHORTER_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(steps.pid, signal.SIGKILL)  # it and the fuzzer that it started
        steps.wait()
    return target if os.path.exists(target) and say(command(options, target))[0] else path


def tell_failure(options, output):
    kept = sorted(glob.glob(os.path.join(options.failures, "*-*")))
    if not kept:
        print("\n".join(output.splitlines()[-SHOWN_LINES:]))
        print("\n".join(re.findall(r"^INFO: Seed: .*", output, re.M)))
        print(f"{options.name}: the fuzzer did not run to its end, and no input is to blame")
        return
    print(f"{options.name}: an input fails; it is kept in {kept[0]}", flush=True)
    path = shorter(options, kept[0])
    _, told = say(command(options, path), FUZZ_TELL="1")
    lines = [line for line in told.splitlines() if not line.startswith("INFO:")]
    said = [number for number, line in enumerate(lines) if line.startswith("FAILURE:")]
    print("\n".join((lines[:said[0] + 1] if said else lines)[-SHOWN_LINES:]))
    print(f"Again, step by step: FUZZ_TELL=1 {options.program} {path}")


def main():
    options = parse()
    status, output = fuzz(options)
    stat = re.search(r"stat::number_of_executed_units:\s*(\d+)", output)
    reached = re.findall(r"^#(\d+)\s.*\bcov: (\d+) ft: (\d+)", output, re.M)
    runs = int(stat[1]) if stat else int(reached[-1][0]) if reached else 0
    enough = options.long or runs >= options.runs
    if status != 0 or not enough:
        tell_failure(options, output)
    elif reached:
        corpus = len(os.listdir(options.folder))
        print(f"{options.name}: {runs} runs reach {reached[-1][1]} edges, {reached[-1][2]} features, "
              f"{corpus} inputs kept")
    failures = 0 if status == 0 and enough else 1
    print(f"fuzz: 1 fuzzers, {runs} runs, {failures} failures")
    sys.exit(failures)


if __name__ == "__main__":
    main()
