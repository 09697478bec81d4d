"""How a lab's program is made of a hand-in: by the build's own commands for the skeleton, with other files in its place.

The build folder knows the commands of every target, those of targets that it never builds too (labs/CMakeLists.txt).
"""

import functools
import json
import os
import pathlib
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPILE_SECONDS = 60
LINES = 20  # of what a compiler says


class Wrong(Exception):
    """The hand-in can't be built; the text says why."""


class Broken(Exception):
    """The grader can't do its work; the text says why."""


@functools.cache
def compile_commands(build):
    try:
        return json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise Broken(f"{build}: not a build folder: {error.strerror}") from error


def sources_of(build, target):
    """A target's sources: (source, words of the command that compiles it, object)."""
    found = []
    for entry in compile_commands(build):
        if f"/{target}.dir/" in entry["command"]:
            words = shlex.split(entry["command"])
            found.append((pathlib.Path(entry["file"]), words, words[words.index("-o") + 1]))
    if not found:
        raise Broken(f"{build} knows no target {target}: configure it again")
    return found


def run(words, build):
    try:
        return subprocess.run(words, cwd=build, capture_output=True, text=True, errors="replace", check=False,
                              timeout=COMPILE_SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise Wrong(f"{os.path.basename(words[0])} took more than {COMPILE_SECONDS} s") from error


def shortened(said, *places):
    """What a compiler or linker said, without the folders that everything is in."""
    for place in places:
        said = said.replace(f"{place}/", "")
    lines = said.strip().splitlines()
    return "\n".join(lines[:LINES] + ["..."] * (len(lines) > LINES))


class Recipe:
    """A target's commands."""

    def __init__(self, build, target):
        self.build, self.target = build, target
        self.sources = sources_of(build, target)

    def link_words(self):
        # Its own command is the last one: with -s, ninja shows none for a target that is a name alone.
        answer = subprocess.run(["ninja", "-t", "commands", self.target], cwd=self.build, capture_output=True,
                                text=True, check=False)  # fmt: skip
        if answer.returncode != 0:
            raise Broken(f"ninja: {answer.stderr.strip() or answer.stdout.strip()}")
        return shlex.split(answer.stdout.splitlines()[-1].split(" && ")[1])

    def below(self, folder):
        """Those of its sources that are in this folder."""
        return [entry for entry in self.sources if entry[0].is_relative_to(folder)]

    def compile(self, like, source, scratch):
        """Compiles `source` as the source of the entry `like` is. Returns the object, and warnings."""
        _, words, obj = like
        output = str(scratch / f"{source.name}.o")
        words = [output if word == obj else word for word in words if word != "-Werror"]
        words[-1] = str(source)
        ran = run(words, self.build)
        said = shortened(ran.stderr, source.parent, ROOT)
        if ran.returncode != 0:
            raise Wrong(f"{source.name} does not compile:\n{said}")
        return output, said

    def link(self, replaced, objects, output):
        """Links with `objects` in the place of the objects `replaced`."""
        words = self.link_words()
        words[words.index("-o") + 1] = str(output)
        at = min(words.index(obj) for obj in replaced)
        words = words[:at] + objects + [word for word in words[at:] if word not in replaced]
        missing = [word for word in words if word.endswith((".o", ".a")) and not (self.build / word).exists()]
        if missing:
            raise Broken(f"{self.build}/{missing[0]} is not built: ./parley grade does that")
        ran = run(words, self.build)
        if ran.returncode != 0:
            raise Wrong(f"it does not link:\n{shortened(ran.stderr, self.build, ROOT)}")
        return output


def handed_in(recipe, skeleton, work, scratch):
    """Compiles what is in the folder `work` in the place of the skeleton's files. Returns the objects that are
    replaced, those that replace them, and warnings."""
    replaced, objects, warnings = [], [], []
    for entry in recipe.below(skeleton):
        source = work / entry[0].name
        if not source.is_file():
            raise Broken(f"{work} has no {source.name}: that is what you hand in; take it from {skeleton}")
        obj, said = recipe.compile(entry, source, scratch)
        replaced.append(entry[2])
        objects.append(obj)
        warnings += [said] if said else []
    return replaced, objects, warnings
