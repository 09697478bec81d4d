"""The same short session on every machine and by every way of booting."""

import dataclasses
import subprocess
import tempfile

from parley_machine import Machine, boot, check, run

SERVERS = ("memory", "names", "tty", "clock", "hello", "shell")


def converted(kind):
    """The image as a disk of that kind, for other emulators."""

    def prepare(guest_machine, folder):
        image = f"{folder}/parley.{kind}"
        source = guest_machine.build / "parley.iso"
        subprocess.run(["qemu-img", "convert", "-O", kind, source, image], check=True)
        return dataclasses.replace(guest_machine, image=type(source)(image))

    return prepare


def has_no_keyboard(guest):
    check("i8042" not in guest.monitor("info qtree"), "this QEMU gave the machine a keyboard controller")


def has_no_screen(guest):
    check("VGA" not in guest.monitor("info qtree"), "this QEMU gave the machine a screen")


def uses_protection(guest):
    log = guest.command("dmesg")
    for feature in ("SMEP", "SMAP", "UMIP"):
        check(feature.lower() in log.lower(), f"the boot log does not say {feature}:\n{log}")


# name: (the machine, what else must hold, what prepares it)
VARIANTS = {
    "quick": ({"boot": "quick"}, None, None),
    "cd": ({"boot": "cd"}, None, None),
    "disk": ({"boot": "disk"}, None, None),
    "usb": ({"boot": "usb"}, None, None),
    "vdi": ({"boot": "disk"}, None, converted("vdi")),
    "vmdk": ({"boot": "disk"}, None, converted("vmdk")),
    "uefi-ia32": ({"boot": "cd", "uefi": "ia32"}, None, None),
    "uefi-x64": ({"boot": "disk", "uefi": "x64"}, None, None),
    "8mb": ({"boot": "quick", "memory": 8}, None, None),
    "3gb": ({"boot": "quick", "memory": 3072}, None, None),
    "486": ({"boot": "quick", "cpu": "486"}, None, None),
    "max": ({"boot": "quick", "cpu": "max"}, uses_protection, None),
    "q35": ({"boot": "cd", "machine": "q35"}, None, None),
    "isapc": ({"boot": "quick", "machine": "isapc", "cpu": "486", "memory": 16}, None, None),
    "no-keyboard": ({"boot": "quick", "machine": "pc,i8042=off"}, has_no_keyboard, None),
    "no-vga": ({"boot": "quick", "extra": ("-vga", "none")}, has_no_screen, None),
}


def session(guest):
    check(guest.command("echo one two") == "one two\n", "echo does not print its words")
    processes = guest.command("ps")
    for server in SERVERS:
        check(server in processes, f"ps does not show {server}:\n{processes}")
    answer = guest.command("ping hello 3")
    check("3" in answer and "min" in answer, f"ping printed:\n{answer}")
    guest.power_off()


def test(build, name):
    options, also, prepare = VARIANTS[name]
    with tempfile.TemporaryDirectory(prefix="parley-image-") as folder:
        guest_machine = Machine(build=build, **options)
        if prepare:
            guest_machine = prepare(guest_machine, folder)
        with boot(guest_machine) as guest:
            if also:
                also(guest)
            session(guest)


if __name__ == "__main__":
    run(test, *VARIANTS)
