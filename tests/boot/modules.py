"""Malformed modules: each is refused by name and with its reason, and the boot goes on."""

import pathlib
import tempfile

from parley_machine import Machine, boot, check, machine, run

GOOD = "boot/hello-server"


def broken_files(build, folder):
    """Files that are no programs: (file name, expected reason)."""
    image = (build / GOOD).read_bytes()
    big_endian = bytearray(image)
    big_endian[5] = 2
    amd64 = bytearray(image)
    amd64[18] = 62
    note = image.index(b"\x07\0\0\0\x04\0\0\0\x01\0\0\0Parley\0\0")
    newer = bytearray(image)
    newer[note + 20] += 1
    unsaid = bytearray(image)
    unsaid[note + 12 : note + 18] = b"Barley"
    high = bytearray(image)
    high[24:28] = (0xC0100000).to_bytes(4, "little")  # the entry point
    files = {
        "text": (b"This is a letter, not a program.\n" * 4, "not an ELF file"),
        "short": (image[:20], "shorter than an ELF header"),
        "empty": (b"", ""),
        "cut": (image[: len(image) // 4], "outside the file"),
        "endian": (bytes(big_endian), "not 32-bit little-endian"),
        "amd": (bytes(amd64), "another processor"),
        "versioned": (bytes(newer), "built for version "),
        "unsaid": (bytes(unsaid), "does not say for which version"),
        "high": (bytes(high), "entry point"),
    }
    for name, (content, reason) in files.items():
        pathlib.Path(folder, name).write_bytes(content)
        yield name, f"{folder}/{name} {name}", reason


# lines that ask for what there is not: (name shown, line, expected reason); a module without a
# proper name is called by the beginning of its line
BROKEN_LINES = (
    ("key", f"{GOOD} key colour=red", "colour=red"),
    ("number", f"{GOOD} number priority=soon", "priority=soon"),
    ("call", f"{GOOD} call calls=shout", "shout"),
    ("target", f"{GOOD} target targets=nobody", "nobody"),
    ("port", f"{GOOD} port ports=0x10000", "ports"),
    ("line", f"{GOOD} line irq=16", "irq"),
    ("hole", f"{GOOD} hole map=0x100000+0x1000", "is memory"),
    ("heap", f"{GOOD} heap heap=200M", "not enough memory"),
    ("kind", f"{GOOD} kind type=music", "must be program or data"),
    ("listens", f"{GOOD} listens type=data irq=3", "irq: not with type=data"),
    ("nothing", "{folder}/empty nothing type=data", "an empty file"),
    ("large", "{folder}/large large type=data", "larger than the 64M"),
    ("reader", f"{GOOD} reader data=missing", "data=missing: no such module"),
    ("reader2", f"{GOOD} reader2 data=hello", "data=hello: a program, not data"),
    ("reader3", f"{GOOD} reader3 data=nothing", "data=nothing: refused itself"),
    ("handled", f"{GOOD} handled faults=letter", "faults=letter: data, not a program"),
    ("newer", f"{GOOD} newer updates=hello priority=3", "priority: not with updates"),
    ("newest", f"{GOOD} newest updates=nobody", "updates=nobody: no such module"),
    ("letters", f"{GOOD} letters updates=letter", "updates=letter: data, not a program"),
    ("renewed", f"{GOOD} renewed updates=handled", "updates=handled: that module is refused"),
    ("same", f"{GOOD} same image=nobody", "image=nobody: no such module"),
    ("self", f"{GOOD} self image=self", "image=self: the module itself"),
    ("glyph", f"{GOOD} glyph image=letter", "image=letter: data, not a program"),
    ("third", f"{GOOD} third image=shell-2", "image=shell-2: has another one's itself"),
    ("older", f"{GOOD} older image=newest", "image=newest: another module's update"),
    ("eager", f"{GOOD} eager start=supervised needs=letter", "needs=letter: data, not a program"),
    ("second", f"{GOOD} second data=letter", "data=letter: another module has it"),
    ("plain", f"{GOOD} plain identity=user ports=0x60", "identity=user"),
    ("needy", f"{GOOD} needy start=supervised needs=nobody", "needs=nobody: no such module"),
    ("lazy", f"{GOOD} lazy start=supervised needs=greet", "needs=greet: it is started on demand"),
    ("vain", f"{GOOD} vain start=supervised needs=vain", "needs=vain: the module itself"),
    ("ring-1", f"{GOOD} ring-1 start=supervised needs=names:ring-2", "needs: a cycle leads back to it"),
    ("ring-2", f"{GOOD} ring-2 start=supervised needs=ring-3:names", "needs: a cycle leads back to it"),
    ("ring-3", f"{GOOD} ring-3 start=supervised needs=ring-1", "needs: a cycle leads back to it"),
    ("alone", f"{GOOD} alone restart=always", "restart: only with start=supervised or asked"),
    ("boot/hello-serv", f"{GOOD} Name!", "Name!: not a name"),
)


def test(build):
    with tempfile.TemporaryDirectory(prefix="parley-modules-") as folder:
        broken = [*broken_files(build, folder), *BROKEN_LINES]
        with open(f"{folder}/large", "wb") as large:
            large.truncate((64 << 20) + 1)
        lines = [f"{folder}/text letter type=data", f"{GOOD} owner start=demand data=letter"]
        lines += [line.replace("{folder}", folder) for _, line, _ in broken] + machine.default_modules()
        lines.append(f"{GOOD} tty")  # a name in use
        with boot(Machine(build=build, boot="quick", memory=192, modules=tuple(lines))) as guest:
            log = guest.command("dmesg")
            refused = [line for line in log.splitlines() if "refused:" in line]
            for name, _, reason in broken:
                found = [line for line in refused if f" {name} " in f"{line} " and reason in line]
                check(found, f"{name}: not refused because of {reason!r}:\n{log}")
            check(any("tty: name in use" in line for line in refused), f"a second tty:\n{log}")
            check(len(refused) == len(broken) + 1, "refused more than was wrong:\n" + "\n".join(refused))
            check("names" in guest.command("ps"), "the system did not come up")
            listed = guest.command("modules")
            check("letter          data, 1K" in log, f"good data is not named:\n{log}")
            check("not an ELF file" in listed, f"`modules` hides the reason:\n{listed}")
            guest.power_off()


if __name__ == "__main__":
    run(test)
