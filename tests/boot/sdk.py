"""The SDK: installed and moved, it builds, tests and boots a server in an empty folder, without this tree."""

import pathlib
import shutil
import subprocess
import tempfile

from parley_machine import ROOT, Machine, boot, check, run

SERVES = "calls=ipc_request:ipc_reply:ipc_receive"
HAND = """\
cmake_minimum_required(VERSION 3.25)
set(CMAKE_C_COMPILER {compiler})
project(hand LANGUAGES C)
find_package(Parley REQUIRED)
{rest}
"""


def call(folder, *words, text=None, status=0):
    result = subprocess.run([str(word) for word in words], cwd=folder, input=text,
                            stdin=None if text else subprocess.DEVNULL, capture_output=True, text=True, check=False,
                            timeout=600)  # fmt: skip
    said = result.stdout + result.stderr
    check(result.returncode == status, f"{' '.join(map(str, words))}: status {result.returncode}, expected {status}\n{said[-4000:]}")
    return said


def install(build, folder):
    """Into one folder, then moved to another."""
    call(folder, "cmake", "--install", build, "--prefix", folder / "first", "--component", "sdk")
    sdk = folder / "sdk"
    (folder / "first").rename(sdk)
    for path in sdk.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            check(str(ROOT).encode() not in content and str(build).encode() not in content, f"{path} knows {ROOT}")
    return sdk


def configure(project, sdk, status=0):
    return call(project, "cmake", "-G", "Ninja", "-B", "build", f"-DCMAKE_PREFIX_PATH={sdk}", status=status)


def written(folder, sdk):
    """What new-server writes: built, tested, asked at the prompt, on a CD."""
    call(ROOT, "./parley", "new-server", "counter", "--outside", folder)
    project = folder / "counter"
    check("is there already" in call(ROOT, "./parley", "new-server", "counter", "--outside", folder, status=1), "written twice")
    configure(project, sdk)
    call(project, "cmake", "--build", "build")
    said = call(project, "ctest", "--test-dir", "build", "--output-on-failure")
    check("100% tests passed, 0 tests failed out of 2" in said, said)
    for command in (["cmake", "--build", "build", "--target", "run"], [sdk / "bin/parley-run", "build"]):
        said = call(project, *command, text="counter 5\nls bin/c\n")
        check("sum 5, additions 1" in said and "bin/cat" in said, f"{command}:\n{said[-2000:]}")
    call(project, "cmake", "--build", "build", "--target", "iso")
    with boot(Machine(build=project / "build", boot="cd")) as guest:
        check(guest.command("counter 7") == "sum 7, additions 1\n", "the CD image's counter does not count")
        guest.power_off()
    description = project / "counter.toml"
    description.write_text(description.read_text().replace("0x8000", "0x400"))
    said = call(project, "cmake", "--build", "build", status=1)
    check("the base 0x400 is that of" in said, f"a number that hello has:\n{said}")


def by_hand(folder, sdk):
    """A CMakeLists.txt of one's own, and what is refused in it."""
    project = folder / "hand"
    project.mkdir()
    (project / "main.c").write_text('#include <stdio.h>\n\nint main(void)\n{\n    puts("by hand");\n    return 4;\n}\n')
    lists = project / "CMakeLists.txt"
    for compiler, rest, words in (
            ("gcc", "", "the C compiler has to be clang"),
            ("clang", "parley_server(nothing)", "has no nothing-server.c"),
            ("clang", "parley_command(one 0x50000000 main.c)\nparley_command(two 0x50000000 main.c)", "at 0x50000000 already"),
    ):  # fmt: skip
        if not shutil.which(compiler):
            continue
        lists.write_text(HAND.format(compiler=compiler, rest=rest))
        said = " ".join(configure(project, sdk, status=1).split())
        check(words in said, f"{compiler}, {rest}: does not say {words!r}:\n{said}")
        shutil.rmtree(project / "build")
    lists.write_text(HAND.format(compiler="clang", rest="parley_command(hand 0x50000000 main.c)"))
    configure(project, sdk)
    said = call(project, "cmake", "--build", "build", "--target", "run", text="hand\n")
    check("by hand\nhand: exit status 4" in said, f"hand:\n{said[-2000:]}")


def one_file(folder, sdk):
    """parley-cc and parley-run."""
    compiler, runner = sdk / "bin/parley-cc", sdk / "bin/parley-run"
    project = folder / "counter"
    description = project / "counter.toml"
    description.write_text(description.read_text().replace("0x400", "0x8000"))
    for part in ("server", "client"):
        call(folder, compiler, "--protocol", description, "-o", f"the-{part}", project / f"counter-{part}.c")
    said = call(folder, runner, "--add", f"./the-server counter {SERVES}", "--add", "the-client ask start=demand",
                text="ask 9\n")  # fmt: skip
    check("sum 9, additions 1" in said, f"one file each:\n{said[-2000:]}")
    wrong = folder / "wrong.c"
    wrong.write_text("int main(void) { return nothing(); }\n")
    check("nothing" in call(folder, compiler, wrong, status=1) and not (folder / "wrong").exists(), "wrong.c is a module")
    for words, said in (([], "no .c file"), (["x.h"], "is no .c file"), (["--address", "12", wrong], "--address takes"),
                        (["--nonsense"], "--nonsense")):  # fmt: skip
        check(said in call(folder, compiler, *words, status=1), f"parley-cc {words} does not say {said}")
    for words, said in (([folder], "is no build folder"), (["--add", "missing name"], "there is no file 'missing'"),
                        (["--memory", "much"], "takes a number"), (["--nonsense"], "--nonsense")):  # fmt: skip
        check(said in call(folder, runner, *words, status=2), f"parley-run {words} does not say {said}")
    for tool in (compiler, runner):
        check(f"Usage: {tool.name}" in call(folder, tool, "--help"), f"{tool.name} has no help")


def test(build):
    with tempfile.TemporaryDirectory(prefix="parley-sdk-") as name:
        folder = pathlib.Path(name)
        sdk = install(build, folder)
        written(folder, sdk)
        by_hand(folder, sdk)
        one_file(folder, sdk)


if __name__ == "__main__":
    run(test)
