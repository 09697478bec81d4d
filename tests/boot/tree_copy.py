"""A copy of this tree, for tests that change one. They share it, one after the other, so that it is built once."""

import filecmp
import pathlib
import shutil
import subprocess
import sys

from parley_machine import ROOT, check

sys.path.insert(0, str(ROOT / "tests" / "lint"))

import tree  # noqa: E402


class Tree:
    """What git tracks here, as it is now, in a folder of the build folder's; what an earlier test made there is gone, but
    for what it built."""

    def __init__(self, build):
        self.folder = pathlib.Path(build).resolve() / "tree"
        self.build = self.folder / "build" / "release"
        wanted = set(tree.tracked())
        there = (path for top in self.folder.glob("*") if top.name != "build" for path in (top, *top.rglob("*")))
        for path in sorted(there, reverse=True):
            if not path.is_dir() and str(path.relative_to(self.folder)) not in wanted:
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        for path in wanted:
            source, target = ROOT / path, self.folder / path
            if target.is_file() and filecmp.cmp(source, target, shallow=False):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)  # as of now: what was built of another version is older

    def call(self, *words, text=None, status=0):
        """A command in it; what it said."""
        result = subprocess.run(words, cwd=self.folder, input=text, stdin=None if text else subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                                timeout=900)  # fmt: skip
        said = result.stdout
        check(result.returncode == status, f"{' '.join(words)}: status {result.returncode}, expected {status}\n{said[-4000:]}")
        return said
