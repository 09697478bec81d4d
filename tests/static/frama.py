"""Runs Frama-C over sources of the tree; what eva.py and wp.py share."""

import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCLUDES = ("ipc/include", "ipc", "kernel", "arch/include", "arch/host/include")


def find(*tools):
    """Ends the run with a package's name when one of the pairs (tool, package) is missing."""
    for tool, package in tools:
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: install the Debian package {package}")


def run(arguments, headers, environment=None):
    """What Frama-C says. `headers` are put in front of each source."""
    flags = [f"-I{folder}" for folder in INCLUDES]
    flags += [f"-include tests/static/{header}" for header in ("builtins.h", *headers)]
    command = ["frama-c", "-c11", "-machdep", "x86_32", f"-cpp-extra-args={' '.join(flags)}"]
    answer = subprocess.run(command + arguments, cwd=ROOT, capture_output=True, text=True,
                            env={**os.environ, **(environment or {})})
    if answer.returncode != 0:
        sys.exit(f"{answer.stdout[-4000:]}{answer.stderr}frama-c ended with {answer.returncode}")
    return answer.stdout
