#!/usr/bin/env python3
"""Tests a lab's grader: the answer has all points, the skeleton compiles and has not, and each wrong answer fails at the
checks that name its mistake, and at no others.

    run.py --build BUILD NAME

NAME is a lab's folder. A wrong answer is a file of tests/labs/NAME as those of tests/mutants/seeded: what differs from
the answer. It begins with "# Fails: CHECK..." and a sentence about the mistake.
"""

import argparse
import contextlib
import io
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "mutants")]

import fault  # noqa: E402
import grade  # noqa: E402

WRONG_ONES = 5  # at least
SECONDS = 2  # for what loops on the workstation
LINE = re.compile(r"^  (\d+)/(\d+)  (\w+)", re.M)


def graded(lab, build, work):
    """(points, check -> whether it passed or None where nothing was built, what was printed)."""
    seconds = None if "boot" in lab.table else SECONDS  # all checks of a boot share its time
    options = argparse.Namespace(build=build, work=work, hidden=None, time_out=seconds)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        points, _ = grade.grade(lab, options)
    checks = {name: got == most for got, most, name in LINE.findall(text.getvalue())}
    return points, checks or None, text.getvalue()


def failed_checks(checks):
    return {name for name, passed in checks.items() if not passed}


def check_answer(lab, build, answer):
    points, _, text = graded(lab, build, answer)
    if points != lab.points():
        yield f"the answer has {points} of {lab.points()} points:\n{text}"
    if "warning" in text:
        yield f"the answer compiles with warnings:\n{text}"


def check_skeleton(lab, build):
    points, checks, text = graded(lab, build, None)
    if checks is None:
        yield f"the skeleton can't be built:\n{text}"
    elif points == lab.points():
        yield f"labs/{lab.name} has all points: it is to be what a student begins with"


def write_wrong(mutant, answer, folder):
    """The answer with the mistake, in `folder`; the checks that must fail."""
    lines = mutant.read_text(encoding="utf-8").splitlines()
    if not lines[0].startswith("# Fails: ") or not lines[1].startswith("# "):
        raise fault.Misfit("begins with '# Fails: CHECK...' and '# what the mistake is'")
    path, hunks = fault.parse(lines)
    for source in answer.iterdir():
        text = source.read_text(encoding="utf-8")
        if (ROOT / path) == source:
            text = fault.mutate(text, hunks)
        (folder / source.name).write_text(text, encoding="utf-8")
    return set(lines[0].removeprefix("# Fails: ").split())


def check_wrong(lab, build, answer, mutant):
    with tempfile.TemporaryDirectory() as folder:
        try:
            expected = write_wrong(mutant, answer, pathlib.Path(folder))
        except fault.Misfit as misfit:
            yield f"{mutant.name}: {misfit}"
            return
        _, checks, text = graded(lab, build, pathlib.Path(folder))
        if checks is None:
            yield f"{mutant.name}: can't be built:\n{text}"
        elif failed_checks(checks) != expected:
            yield f"{mutant.name}: expected to fail at {' '.join(sorted(expected))}:\n{text}"


def check_page(lab):
    """The page's table of points is that of grade.toml."""
    page = ROOT / "docs" / "labs" / f"{lab.name}.md"
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.*) \|$", page.read_text(encoding="utf-8"), re.M)
    checks = [(check["name"], str(check["points"]), check["says"]) for check in lab.table["check"]]
    if rows != checks:
        yield f"{page.relative_to(ROOT)}: its table is not that of grade.toml; the rows are:\n" + "\n".join(
            f"| `{name}` | {points} | {says} |" for name, points, says in checks)  # fmt: skip


def problems(lab, build):
    answer = grade.LABS / "answers" / lab.name
    wrong_ones = sorted((HERE / lab.name).glob("*.mutant"))
    if len(wrong_ones) < WRONG_ONES:
        yield f"{len(wrong_ones)} wrong answers, {WRONG_ONES} are due"
    yield from check_page(lab)
    yield from check_answer(lab, build, answer)
    yield from check_skeleton(lab, build)
    for mutant in wrong_ones:
        yield from check_wrong(lab, build, answer, mutant)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("name")
    options = parser.parse_args()
    lab = grade.find_lab(options.name.partition("-")[0])
    found = list(problems(lab, options.build.resolve()))
    print("\n".join(found + [f"lab {options.name}: {len(found)} problems"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
