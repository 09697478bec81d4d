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
    high = bytearray(image)
    high[24:28] = (0xC0100000).to_bytes(4, "little")  # the entry point
    files = {
        "text": (b"This is a letter, not a program.\n" * 4, "not an ELF file"),
        "short": (image[:20], "shorter than an ELF header"),
        "empty": (b"", ""),
        "cut": (image[: len(image) // 4], "outside the file"),
        "endian": (bytes(big_endian), "not 32-bit little-endian"),
        "amd": (bytes(amd64), "another processor"),
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
    ("plain", f"{GOOD} plain identity=user ports=0x60", "identity=user"),
    ("needy", f"{GOOD} needy start=supervised needs=nobody", "needs=nobody: no such module"),
    ("lazy", f"{GOOD} lazy start=supervised needs=greet", "needs=greet: it is started on demand"),
    ("vain", f"{GOOD} vain start=supervised needs=vain", "needs=vain: the module itself"),
    ("ring-1", f"{GOOD} ring-1 start=supervised needs=names:ring-2", "needs: a cycle leads back to it"),
    ("ring-2", f"{GOOD} ring-2 start=supervised needs=ring-3:names", "needs: a cycle leads back to it"),
    ("ring-3", f"{GOOD} ring-3 start=supervised needs=ring-1", "needs: a cycle leads back to it"),
    ("alone", f"{GOOD} alone restart=always", "restart: only with start=supervised"),
    ("boot/hello-serv", f"{GOOD} Name!", "Name!: not a name"),
)


def test(build):
    with tempfile.TemporaryDirectory(prefix="parley-modules-") as folder:
        broken = [*broken_files(build, folder), *BROKEN_LINES]
        lines = [line for _, line, _ in broken] + machine.default_modules()
        lines.append(f"{GOOD} tty")  # a name in use
        with boot(Machine(build=build, boot="quick", modules=tuple(lines))) as guest:
            log = guest.command("dmesg")
            refused = [line for line in log.splitlines() if "refused:" in line]
            for name, _, reason in broken:
                found = [line for line in refused if f" {name} " in f"{line} " and reason in line]
                check(found, f"{name}: not refused because of {reason!r}:\n{log}")
            check(any("tty: name in use" in line for line in refused), f"a second tty:\n{log}")
            check(len(refused) == len(broken) + 1, "refused more than was wrong:\n" + "\n".join(refused))
            check("names" in guest.command("ps"), "the system did not come up")
            listed = guest.command("modules")
            check("not an ELF file" in listed, f"`modules` hides the reason:\n{listed}")
            guest.power_off()


if __name__ == "__main__":
    run(test)
