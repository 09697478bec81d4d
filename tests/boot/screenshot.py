"""Makes docs/images/shell.png and framebuffer.png: boots, types a short session, and keeps what the screen
shows, VGA text and 1024 x 768 pixels. Not a test; run it when the screen has changed:

    python3 tests/boot/screenshot.py --build build/check
"""

import tempfile

from parley_machine import ROOT, Machine, boot, image_with_module, run

SESSION = ("clear", "greet Parley", "ps", "ping names 1000", "date")
PICTURE = ROOT / "docs" / "images" / "shell.png"
PIXELS = ROOT / "docs" / "images" / "framebuffer.png"
PROGRAM = "boot/t-sequences sequences start=demand identity=user"


def pixels(build):
    with tempfile.TemporaryDirectory(prefix="parley-image-") as folder:
        with boot(Machine(build=build, image=image_with_module(build, folder, PROGRAM))) as guest:
            guest.type("sequences 6\r")
            guest.expect_picture(r"reverse\n\nparley>\Z")
            for command in ("ps", "ping names 1000"):
                guest.type(command + "\r")
                guest.expect(r"\n")
                guest.prompt()
            guest.expect_picture(r"round trip.*\nparley>\Z")
            guest.ask("screendump", filename=str(PIXELS), format="png")
            guest.power_off()
    print(f"{PIXELS.relative_to(ROOT)}: written")


def picture(build):
    with boot(Machine(build=build, boot="quick")) as guest:
        for command in SESSION:
            guest.keys(command + "\n")
            guest.prompt()
        guest.ask("screendump", filename=str(PICTURE), format="png")
        guest.power_off()
    print(f"{PICTURE.relative_to(ROOT)}: written")


def pictures(build):
    picture(build)
    pixels(build)


if __name__ == "__main__":
    run(pictures)
