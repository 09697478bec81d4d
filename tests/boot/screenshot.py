"""Makes docs/images/shell.png: boots, types a short session on the emulated keyboard, and keeps what
the screen shows. Not a test; run it when the screen has changed:

    python3 tests/boot/screenshot.py --build build/check
"""

from parley_machine import ROOT, Machine, boot, run

SESSION = ("clear", "greet Parley", "ps", "ping names 1000", "mem", "date")
PICTURE = ROOT / "docs" / "images" / "shell.png"


def picture(build):
    with boot(Machine(build=build, boot="quick")) as guest:
        for command in SESSION:
            guest.keys(command + "\n")
            guest.prompt()
        guest.ask("screendump", filename=str(PICTURE), format="png")
        guest.power_off()
    print(f"{PICTURE.relative_to(ROOT)}: written")


if __name__ == "__main__":
    run(picture)
