"""Runs Frama-C over sources of the tree; what the proofs share."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Freestanding, as the kernel is: what the core asserts on a workstation alone must not help.
FLAGS = ("-ffreestanding", "-include tests/static/builtins.h", "-Iipc/include", "-Iipc",
         "-iquotekernel", "-Iarch/include", "-Ilibc/include")


def find(*tools):
    """Ends the run with a package's name when one of the pairs (tool, package) is missing."""
    for tool, package in tools:
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing, so nothing was proven: apt-get install "
                     f"--no-install-recommends {package}")


def run(arguments, root=ROOT, machine="arch/host/include", environment=None):
    """What Frama-C says of sources that are named from the tree's root."""
    flags = " ".join((*FLAGS, f"-I{machine}"))
    command = ["frama-c", "-c11", "-machdep", "x86_32", f"-cpp-extra-args={flags}"]
    # Frama-C looks for relative names below $PWD, whatever folder it runs in.
    environment = {**os.environ, "PWD": root, **(environment or {})}
    answer = subprocess.run(command + arguments, cwd=root, env=environment, capture_output=True,
                            text=True, stdin=subprocess.DEVNULL, check=False)
    if answer.returncode != 0:
        sys.exit(f"{answer.stdout[-4000:]}{answer.stderr}frama-c ended with {answer.returncode}")
    return answer.stdout
