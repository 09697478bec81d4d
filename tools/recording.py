"""A run of the machine that can be repeated: a folder with all that QEMU needs, and what it said.

  recording.json   QEMU's arguments (paths in this folder), the commands that were typed, how it ended
  events.rr        everything that came to the machine from outside, and when (QEMU's record)
  snapshots.qcow2  where QEMU keeps the machine's state at the start, from which it goes to go back
  terminal.txt     the bytes of the serial line
  boot/, files/    the kernel, the modules and other files that it booted with
  kernel/, servers/, protocols.json   symbols for GDB, as in a build folder

Enter at record() and Recording.
"""

import json
import pathlib
import re
import shutil
import subprocess

import machine

DESCRIPTION, EVENTS, SNAPSHOTS, TERMINAL = "recording.json", "events.rr", "snapshots.qcow2", "terminal.txt"
MODULE = re.compile(r"(?:[^,]|,,)+")  # one of -initrd's: two commas stand for one
FILE_OPTION = re.compile(r"(.*\bfile=)((?:[^,]|,,)+)(.*)", re.S)
END_SECONDS = 20  # for QEMU to finish its record


class Unusable(Exception):
    """The folder is no recording, or one can't be made there; the text says why."""


def keep(path, folder, base):
    """Copies a file that QEMU reads; returns its place in the recording, relative to it."""
    source = pathlib.Path(base, path)
    place = pathlib.Path("boot" if source.parent.name == "boot" else "files", source.name)
    if (folder / place).exists() and (folder / place).read_bytes() != source.read_bytes():
        place = place.with_name(f"{len(list((folder / place.parent).iterdir()))}-{place.name}")
    (folder / place.parent).mkdir(exist_ok=True)
    shutil.copyfile(source, folder / place)
    return str(place)


def keep_modules(value, folder, base):
    kept = []
    for module in MODULE.findall(value):
        path, blank, rest = module.partition(" ")
        kept.append(keep(path.replace(",,", ","), folder, base).replace(",", ",,") + blank + rest)
    return ",".join(kept)


def keep_file_option(value, folder, base):
    found = FILE_OPTION.fullmatch(value)
    if not found:
        return value
    return found[1] + keep(found[2].replace(",,", ","), folder, base) + found[3]


KEEPERS = {"-kernel": keep, "-initrd": keep_modules, "-fw_cfg": keep_file_option}
LEFT_OUT = ("-icount", "-serial", "-monitor", "-chardev", "-mon", "-qmp")  # the recording has its own
# To go back, QEMU loads a snapshot, and for that resets the devices. This one, there for old guests of another
# make, then waits for the processor's thread, which may wait for the lock that a replay's main thread holds.
NO_DEADLOCK = ("-global", "apic.vapic=off")


def self_contained(arguments, folder, base):
    """QEMU's arguments with every file copied into the folder; without those for which a recording has its
    own. Only by -kernel: QEMU 7.2 does not come to the end of a replay from a CD."""
    if "-kernel" not in arguments:
        raise Unusable("only a machine that QEMU gives its kernel (--quick) can be recorded")
    result, words = arguments[:1], iter(arguments[1:])
    for word in words:
        if word in LEFT_OUT:
            next(words)
        elif word in KEEPERS:
            result += [word, KEEPERS[word](next(words), folder, base)]
        else:
            result.append(word)
    return result


def keep_symbols(build, folder):
    for path in (build / "kernel" / "parley", build / "protocols.json"):
        if path.is_file():
            (folder / path.relative_to(build)).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, folder / path.relative_to(build))
    (folder / "servers").mkdir()
    for program in (folder / "boot").iterdir():
        symbols = build / "servers" / program.name
        if symbols.is_file():
            shutil.copyfile(symbols, folder / "servers" / program.name)


class Recording:
    """A recording that is there."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        try:
            self.known = json.loads((self.folder / DESCRIPTION).read_text())
        except (OSError, ValueError) as wrong:
            raise Unusable(f"{folder} is no recording: {wrong}") from None

    @property
    def terminal(self):
        return self.folder / TERMINAL

    def arguments(self, mode, serial, extra=()):
        """QEMU's, to be run in the folder. `mode`: record or replay; `serial`: a -chardev without its id."""
        # Where there was a second line, it was for nobody to hear.
        others = ["-serial", "null"] * (self.known["serial_lines"] - 1)
        icount = f"shift={self.known['shift']},rr={mode},rrfile={EVENTS},rrsnapshot=start"
        kind, _, options = serial.partition(",")
        return [*self.known["arguments"], "-icount", icount,
                "-drive", f"file={SNAPSHOTS},if=none,id=snapshots,format=qcow2",
                "-chardev", ",".join(filter(None, [kind, "id=console", options])),
                "-serial", "chardev:console", *others, "-monitor", "none", *extra]  # fmt: skip

    def start(self, mode, serial="stdio,signal=off", extra=(), **options):
        return machine.start(self.arguments(mode, serial, extra), cwd=self.folder, **options)


def create(folder, arguments, build, shift="auto", base=None, **notes):
    """An empty recording of a machine with these arguments, whose files are relative to `base` (the build).
    `notes` go into its description."""
    folder, build = pathlib.Path(folder).resolve(), pathlib.Path(build).resolve()
    if not shutil.which("qemu-img"):
        raise machine.Unavailable("qemu-img is missing (Debian package qemu-utils)")
    if folder.exists() and any(folder.iterdir()) and not (folder / DESCRIPTION).exists():
        raise Unusable(f"{folder} is not empty, and no recording")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = [*self_contained(arguments, folder, base or build), *NO_DEADLOCK]
    known = {"arguments": kept, "shift": shift,
             "serial_lines": max(1, arguments.count("-serial")), **notes}  # fmt: skip
    keep_symbols(build, folder)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", SNAPSHOTS, "8M"], cwd=folder, check=True)
    (folder / DESCRIPTION).write_text(json.dumps(known, indent=1) + "\n")
    return Recording(folder)


def finish(process):
    """Lets QEMU write the end of its record, if it has not ended by itself."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            machine.end(process)


def record_again(folder, arguments, build, timeout, **notes):
    """Runs a machine that needs no input once more, now recorded, until it ends or the time is over. For
    tests that failed: returns the words to print, and what the guest said. Time passes as under `-icount shift=0`."""
    try:
        kept = create(folder, arguments, build, shift=0, base=".", **notes)
        with open(kept.terminal, "wb") as terminal:
            process = kept.start("record", stdin=subprocess.DEVNULL, stdout=terminal)
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
            finish(process)
    except (Unusable, machine.Unavailable, OSError, subprocess.CalledProcessError) as wrong:
        return f"it could not be recorded: {wrong}", ""
    said = kept.terminal.read_text(encoding="utf-8", errors="replace")
    return f"recorded: ./parley replay {kept.folder} repeats it, with --gdb under GDB", said
