"""A copy of this tree, for tests that change one."""

import pathlib
import shutil
import subprocess
import sys

from parley_machine import ROOT, check

sys.path.insert(0, str(ROOT / "tests" / "lint"))

import tree  # noqa: E402


class Tree:
    """What git tracks here, as it is now, in another folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.build = self.folder / "build" / "release"
        for path in tree.tracked():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, target)

    def call(self, *words, text=None, status=0):
        """A command in it; what it said."""
        result = subprocess.run(words, cwd=self.folder, input=text, stdin=None if text else subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                                timeout=900)  # fmt: skip
        said = result.stdout
        check(result.returncode == status, f"{' '.join(words)}: status {result.returncode}, expected {status}\n{said[-4000:]}")
        return said
