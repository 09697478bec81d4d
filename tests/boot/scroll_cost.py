"""What drawing costs: instructions of the tty for each of 400 full rows that scroll and change every cell of the screen,
on the framebuffer and on VGA text, written at once, and with a pause in which each picture is drawn; and for each of
1000 heartbeats, which draw one row anew. Not a test:

    python3 tests/boot/scroll_cost.py --build build/check

QEMU counts one nanosecond an instruction, so a tick of the guest's 1000 Hz clock is a million.
"""

import re
import tempfile

from parley_machine import Machine, boot, image_with_module, machine, run

PROGRAM = "boot/t-sequences sequences start=demand identity=user"
KINDS = (("sequences 4", "at once", 400, "row"), ("sequences 5", "with pauses", 400, "row"),
         ("sequences 7", "heartbeats", 1000, "beat"))  # fmt: skip
COUNTED = ("-icount", "shift=0,sleep=off")


def ticks(guest):
    return int(re.search(r"^tty +\d+ \S+ +\S+ +\d+ +(\d+)", guest.command("ps"), re.M).group(1))


def cost(build, how, **options):
    with boot(Machine(build=build, extra=COUNTED, **options)) as guest:
        for program, kind, times, what in KINDS:
            before = ticks(guest)
            guest.command(program, bound=600)
            print(f"{how}, {kind}: {(ticks(guest) - before) / times:.3f} million instructions a {what}")
        guest.power_off()


def costs(build):
    modules = (*machine.default_modules(), PROGRAM)
    cost(build, "VGA text, 80 x 25", boot="quick", modules=modules)
    with tempfile.TemporaryDirectory(prefix="parley-image-") as folder:
        cost(build, "framebuffer, 128 x 48", image=image_with_module(build, folder, PROGRAM))


if __name__ == "__main__":
    run(costs)
