"""Makes docs/images/shell.png, consoles.png and framebuffer.png: boots, types a short session, and keeps what
the screen shows, VGA text and 1024 x 768 pixels. Not a test; run it when the screen has changed:

    python3 tests/boot/screenshot.py --build build/check
"""

import struct
import tempfile
import zlib

from parley_machine import ROOT, Machine, boot, image_with_module, run

SESSION = ("clear", "greet Parley", "ps", "ping names 1000", "date")
PICTURE = ROOT / "docs" / "images" / "shell.png"
CONSOLES = ROOT / "docs" / "images" / "consoles.png"
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


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, width, rows):
    """Rows of red, green, blue bytes, as a PNG file."""
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def consoles(build):
    """The second console with a program of its own; below it the first, which lists both shells."""
    prompt = r"^parley>\Z"
    with boot(Machine(build=build, boot="quick")) as guest:
        guest.press("alt", "f2")
        guest.expect_screen(prompt)
        guest.keys("primes 100 | wc\n")
        guest.expect_screen(r"^25 .*\nparley>\Z")
        guest.keys("idle\n")
        guest.expect_screen(r"^parley> idle\Z")
        width, _, second = guest.pixels()
        guest.press("alt", "f1")
        guest.expect_screen(prompt)
        for command in ("clear", "ps", "echo the first console"):
            guest.keys(command + "\n")
            guest.prompt()
        first = guest.pixels()[2]
        guest.power_off()
    write_png(CONSOLES, width, second[:200] + [b"\x80" * 3 * width] * 8 + first)
    print(f"{CONSOLES.relative_to(ROOT)}: written")


def pictures(build):
    picture(build)
    consoles(build)
    pixels(build)


if __name__ == "__main__":
    run(pictures)
