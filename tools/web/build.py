"""./parley web DIR: fills a folder with a page that runs Parley's image in the browser, in v86.

What the folder needs comes from here, from the build, from Debian's package seabios, and, of npm, v86: one package,
whose version and hash stand in package-lock.json. Nothing in the folder asks anybody for anything.
"""

import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools" / "trace"), str(ROOT / "tools" / "site")]

import made_folder  # noqa: E402
import page  # noqa: E402
import site_folder  # noqa: E402
import stage  # noqa: E402

SEABIOS = pathlib.Path("/usr/share/seabios")
BIOS, VGA_BIOS = SEABIOS / "bios.bin", SEABIOS / "vgabios-stdvga.bin"
COPYRIGHT = pathlib.Path("/usr/share/doc/seabios/copyright")
VIEW = ("index.html", "web.css", "web.js", "machine.js", "scenes.js")


class Failed(Exception):
    """What cannot be done, in words for who asked."""


def say(words):
    print(f"parley: {words}", file=sys.stderr)


def run(command, what, **more):
    """The command's output; Failed with what it said where it fails."""
    try:
        answer = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                check=False, **more)  # fmt: skip
    except OSError as error:
        raise Failed(f"{what}: {error}") from error
    text = answer.stdout.decode(errors="replace").strip()
    if answer.returncode:
        raise Failed(f"{what}:\n{text}")
    return text


def stamp(*paths, words=()):
    """What those files hold, as one number."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def fresh(folder, number):
    """Whether the folder was filled from what has that number; if not, it is empty now."""
    mark = folder / "stamp"
    if mark.is_file() and mark.read_text() == number:
        return True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return False


def fetch_v86(cache):
    """v86's folder, from npm where it is not here yet. npm compares the package with the lock's hash."""
    folder, lists = cache / "npm", [HERE / "package.json", HERE / "package-lock.json"]
    number = stamp(*lists)
    if not fresh(folder, number):
        say("fetching v86 from npm")
        for path in lists:
            shutil.copy(path, folder)
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "npm could not fetch v86", cwd=folder)
        (folder / "stamp").write_text(number)
    return folder / "node_modules" / "v86"


def save_state(cache, v86, iso):
    """The machine as it stands at its first prompt, booted here where the image or the machine has changed."""
    folder, script = cache / "state", HERE / "saved_state.mjs"
    wasm = v86 / "build" / "v86.wasm"
    number = stamp(iso, BIOS, VGA_BIOS, wasm, script, HERE / "view" / "machine.js")
    if not fresh(folder, number):
        say("booting in v86 until the prompt, to save the state there")
        say(run(["node", script, v86 / "build", iso, BIOS, VGA_BIOS, folder], "v86 could not boot the image"))
        (folder / "stamp").write_text(number)
    return folder


def copy(folder, paths):
    folder.mkdir()
    for path in paths:
        shutil.copy(path, folder)


def fill(folder, v86, state, iso):
    for name in VIEW:
        shutil.copy(HERE / "view" / name, folder)
    shutil.copy(page.VIEW / "colours.css", folder)
    (folder / "lanes.html").write_text(page.page(guest=True), encoding="utf-8")
    copy(folder / "v86", [v86 / "build" / "libv86.js", v86 / "build" / "v86.wasm", v86 / "LICENSE"])
    copy(folder / "bios", [COPYRIGHT])
    shutil.copy(BIOS, folder / "bios" / "bios.bin")
    shutil.copy(VGA_BIOS, folder / "bios" / "vgabios.bin")
    copy(folder / "boot", [iso, state / "prompt.state", state / "prompt.stream"])
    (folder / "docs").mkdir()
    site_folder.fill(folder / "docs", beside="../index.html")


def make(folder, build):
    iso, cache = build / "parley.iso", build / "web"
    for path in (iso, BIOS, VGA_BIOS):
        if not path.is_file():
            raise Failed(f"{path} is missing")
    with made_folder.filled(folder, "./parley web") as new:
        v86 = fetch_v86(cache)
        fill(new, v86, save_state(cache, v86, iso), iso)
    say(f"{folder} is ready, {made_folder.size(folder)}; look at it with: python3 -m http.server --directory {folder}")


def main():
    parser = argparse.ArgumentParser(prog="./parley web")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("folder", type=pathlib.Path, metavar="DIR")
    options = parser.parse_args()
    try:
        make(options.folder.absolute(), options.build.resolve())
    except (Failed, made_folder.Refused, stage.Failed, OSError) as error:
        print(f"./parley web: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
