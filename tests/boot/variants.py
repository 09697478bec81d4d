"""The same short session on machines of machines.py; loaded by QEMU itself where the way of booting is not the point."""

import tempfile

from machines import MACHINES
from parley_machine import boot, check, run

SERVERS = ("memory", "names", "tty", "clock", "hello", "shell")


def session(guest):
    check(guest.command("echo one two") == "one two\n", "echo does not print its words")
    processes = guest.command("ps")
    for server in SERVERS:
        check(server in processes, f"ps does not show {server}:\n{processes}")
    answer = guest.command("ping hello 3")
    check("3" in answer and "min" in answer, f"ping printed:\n{answer}")
    guest.power_off()


def test(build, name):
    entry = MACHINES[name]
    with tempfile.TemporaryDirectory(prefix="parley-image-") as folder:
        with boot(entry.machine(build, folder, boot="quick")) as guest:
            if entry.also:
                entry.also(guest)
            session(guest)


if __name__ == "__main__":
    run(test, *(name for name, entry in MACHINES.items() if entry.serial))
