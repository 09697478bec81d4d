"""Runs Frama-C over sources of the tree; what the proofs share."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
INCLUDES = ("ipc/include", "ipc", "kernel", "arch/include", "arch/host/include")


def find(*tools):
    """Ends the run with a package's name when one of the pairs (tool, package) is missing."""
    for tool, package in tools:
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing, so nothing was proven: apt-get install "
                     f"--no-install-recommends {package}")


def run(arguments, environment=None):
    """What Frama-C says of sources that are named from the tree's root."""
    flags = [f"-I{folder}" for folder in INCLUDES] + ["-include tests/static/builtins.h"]
    command = ["frama-c", "-c11", "-machdep", "x86_32", f"-cpp-extra-args={' '.join(flags)}"]
    answer = subprocess.run(command + arguments, cwd=ROOT, capture_output=True, text=True,
                            env={**os.environ, **(environment or {})})
    if answer.returncode != 0:
        sys.exit(f"{answer.stdout[-4000:]}{answer.stderr}frama-c ended with {answer.returncode}")
    return answer.stdout
