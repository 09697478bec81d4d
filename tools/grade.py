"""Grades a lab: builds the hand-in into the lab's program, makes every check, prints a line and the points of each.
Called by ./parley grade; docs/labs/README.md says how a lab and hidden tests are written.
"""

import argparse
import dataclasses
import pathlib
import sys
import tempfile
import textwrap
import tomllib

import grade_build
import grade_guest
import grade_run
from grade_build import ROOT, Broken, Recipe, Wrong

LABS = ROOT / "labs"
MOST_SECONDS = 600
FULL, LOST, UNUSABLE = 0, 1, 2  # exit statuses


def points_of(checks):
    return sum(check["points"] for check in checks)


@dataclasses.dataclass
class Lab:
    """`name` is that of its folders, N-NAME; `table` is its grade.toml."""

    name: str
    table: dict

    @property
    def number(self):
        return int(self.name.partition("-")[0])

    @property
    def skeleton(self):
        return LABS / self.name

    @property
    def checks(self):
        return LABS / "checks" / self.name

    def points(self):
        return points_of(self.table["check"])


def read_table(folder):
    """A folder's grade.toml, with what every check must have."""
    path = folder / "grade.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Broken(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Broken(f"{path}: {error}") from error
    checks = table.get("check")
    if not isinstance(checks, list) or not checks:
        raise Broken(f"{path}: no [[check]]")
    for number, check in enumerate(checks, 1):
        for key, kind in (("name", str), ("points", int), ("says", str)):
            if not isinstance(check.get(key), kind):
                raise Broken(f"{path}: check {number} has no '{key}'")
        if check["points"] < 1:
            raise Broken(f"{path}: check '{check['name']}' is worth no points")
    return table


def all_labs():
    folders = sorted((LABS / "checks").glob("[0-9]*-*"), key=lambda folder: int(folder.name.partition("-")[0]))
    return [Lab(folder.name, read_table(folder)) for folder in folders]


def find_lab(number):
    labs = all_labs()
    for lab in labs:
        if str(lab.number) == number:
            return lab
    raise Broken(f"there is no lab '{number}'; there are {', '.join(str(lab.number) for lab in labs)}")


class Grading:
    """One hand-in, built once: for the lab's own checks, and for a teacher's."""

    def __init__(self, lab, options, scratch):
        self.lab, self.seconds = lab, options.time_out or lab.table["time_out"]
        self.build, self.scratch = options.build, scratch
        self.work = (options.work or lab.skeleton).resolve()
        if not self.work.is_dir():
            raise Broken(f"{options.work}: no such folder")
        target = f"lab-{lab.name}"
        in_guest = "boot" in lab.table
        self.is_kernel = in_guest and lab.table["boot"].get("handin") == "kernel"
        self.recipe = Recipe(self.build, f"{target}.elf" if in_guest and not self.is_kernel else target)
        self.checks_recipe = Recipe(self.build, f"{target}-judge.elf" if in_guest else f"{target}-checks")
        replaced, objects, self.warnings = grade_build.handed_in(self.recipe, lab.skeleton, self.work, scratch)
        self.replaced, self.objects = replaced, objects
        self.program = self.recipe.link(replaced, objects, scratch / "handin")

    def handed_in(self):
        return [entry[0].name for entry in self.recipe.below(self.lab.skeleton)]

    def hidden_objects(self, folder):
        """The lab's checks that are replaced, and the teacher's that replace them."""
        own = self.checks_recipe.below(self.lab.checks)
        sources = sorted(folder.glob("*.c"))
        if not sources:
            raise Broken(f"{folder}: no checks (a file *.c)")
        objects = [self.checks_recipe.compile(own[0], source, self.scratch)[0] for source in sources]
        return [entry[2] for entry in own], objects

    def link_hidden(self, folder):
        replaced, objects = self.hidden_objects(folder)
        if "boot" in self.lab.table:
            return self.checks_recipe.link(replaced, objects, self.scratch / "judge")
        return self.recipe.link(self.replaced + replaced, self.objects + objects, self.scratch / "hidden")

    def prepare(self, folder):
        """What makes the checks in this folder: the program they are in, or the judge."""
        if folder == self.lab.checks:
            return self.build / "boot" / f"lab-{self.lab.name}-judge" if "boot" in self.lab.table else self.program
        try:
            return self.link_hidden(folder)
        except Wrong as error:
            raise Broken(f"{folder}: {error}") from error

    def run_on_host(self, program, checks):
        return {check["name"]: grade_run.check_on_host(program, check["name"], self.seconds, self.handed_in())
                for check in checks}  # fmt: skip

    def run_in_guest(self, folder, judge, checks):
        suites = folder if (folder / "suite.conf").exists() else self.lab.checks
        table = {"check": checks, "boot": self.lab.table["boot"]}
        if self.is_kernel:
            return grade_guest.run(self.build, suites, table, self.seconds, kernel=self.program, judge=judge)
        return grade_guest.run(self.build, suites, table, self.seconds, handin=self.program, judge=judge)

    def run(self, folder, prepared, checks):
        """Check -> "" when it passed, else what was seen."""
        try:
            if "boot" in self.lab.table:
                return self.run_in_guest(folder, prepared, checks)
            return self.run_on_host(prepared, checks)
        except LookupError as error:
            raise Broken(f"{folder}: grade.toml has a check '{error.args[0]}' that its program has not") from error


def show(text, columns):
    """What compilers, kernels and hand-ins said, indented, without what a terminal would obey."""
    plain = "".join(character if character.isprintable() or character in "\n\t" else "?" for character in text)
    print(textwrap.indent(plain, " " * columns))


def print_checks(checks, seen):
    """A line a check; the points."""
    sum_of_points = 0
    width = max(len(check["name"]) for check in checks)
    for check in checks:
        wrong = seen.get(check["name"], "")
        got = 0 if wrong else check["points"]
        sum_of_points += got
        print(f"  {got}/{check['points']}  {check['name']:{width}}  {check['says']}")
        if wrong:
            show(wrong, width + 9)
    return sum_of_points


def grade(lab, options):
    """Prints everything; returns the points and how many there are."""
    print(f"lab {lab.number}, {lab.table['title']}: {options.work or lab.skeleton.relative_to(ROOT)}")
    sets = [(lab.checks, lab.table["check"])]
    if options.hidden:
        folder = options.hidden.resolve()
        sets.append((folder, read_table(folder)["check"]))
    got, most = 0, sum(points_of(checks) for _, checks in sets)
    with tempfile.TemporaryDirectory(prefix="grade-", dir=options.build) as scratch:
        try:
            grading = Grading(lab, options, pathlib.Path(scratch))
            prepared = [grading.prepare(folder) for folder, _ in sets]
            for said in grading.warnings:
                show(said, 2)
            for (folder, checks), program in zip(sets, prepared):
                hidden = folder != lab.checks
                if hidden:
                    print(f"  hidden: {options.hidden}")
                points = print_checks(checks, grading.run(folder, program, checks))
                if hidden:
                    print(f"lab {lab.number}, hidden: {points} of {points_of(checks)} points")
                got += points
        except Wrong as error:
            show(str(error), 2)
    print(f"lab {lab.number}: {got} of {most} points")
    return got, most


def list_labs():
    for lab in all_labs():
        print(f"{lab.number}  {lab.table['title']:15} {lab.points():3} points  labs/{lab.name}  docs/labs/{lab.name}.md")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./parley grade", usage="./parley grade [OPTION...] N")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--hidden", type=pathlib.Path)
    parser.add_argument("--time-out", type=int)
    parser.add_argument("--targets", action="store_true", help="only say what is to be built first")
    parser.add_argument("number", nargs="?")
    options = parser.parse_args(arguments)
    if not options.list and options.number is None:
        parser.error("say which lab: ./parley grade N, or ./parley grade --list")
    if options.time_out is not None and not 1 <= options.time_out <= MOST_SECONDS:
        parser.error(f"--time-out takes a number from 1 to {MOST_SECONDS}; not '{options.time_out}'")
    options.build = options.build.resolve()
    return options


def main(arguments=None):
    options = parse(arguments)
    try:
        if options.list:
            if not options.targets:
                list_labs()
            return FULL
        lab = find_lab(options.number)
        if options.targets:
            print(f"lab-{lab.name}-parts")
            return FULL
        got, most = grade(lab, options)
        return FULL if got == most else LOST
    except Broken as error:
        sys.stdout.flush()
        print(f"./parley grade: {error}", file=sys.stderr)
        return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
