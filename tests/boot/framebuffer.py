"""The console on the loader's framebuffer: what QEMU shows is read back by the glyphs' shapes, on all of
QEMU's display cards and several modes; also after the tty has died, and in a panic."""

import pathlib
import re
import tempfile

from parley_machine import PROMPT, Machine, alike, boot, check, run

WORDS = "Grüße, Ελληνικά, Кириллица, 你好, 中文字符, 万物皆为消息, かな, 한국어 ─│┌┐└┘├┤┬┴┼═║█╬"


def image_with(build, folder, modes, words=None):
    """The image with another list of modes in its menu, or with words for the kernel. The menu's length stays, so
    that the file can be changed in place."""
    data = (build / "parley.iso").read_bytes()
    menu = re.search(rb"    multiboot /boot/parley trace=on\n(    #[^\n]*\n)(    set gfxpayload=[^\n]*\n)", data)
    check(menu, "the image's menu is not as expected")
    lines = f"    multiboot /boot/parley {words or 'trace=on'}\n    set gfxpayload={modes}\n".encode()
    new = lines + b"#".ljust(len(menu.group()) - len(lines) - 1) + b"\n"
    image = pathlib.Path(folder) / "parley.iso"
    image.write_bytes(data.replace(menu.group(), new))
    return image


def session(guest, scale=1):
    guest.expect_picture(rf"^{PROMPT.rstrip()}\Z", scale)
    guest.keys("echo Hello (a_b) 1+1=2\n")
    guest.expect_picture(rf"^Hello \(a_b\) 1\+1=2\n{PROMPT.rstrip()}\Z", scale)


def cards(build):
    for card in ("std", "cirrus", "vmware", "virtio"):
        with boot(Machine(build=build, extra=("-vga", card))) as guest:
            # The kernel wrote the first lines, the tty found them there.
            guest.expect_picture(r"\A\[ +0\.\d{3}\] Parley \d(.|\n)*Type help for the commands")
            session(guest)
            guest.type(f"echo \"{WORDS}\"\r")
            guest.prompt()
            guest.expect_picture(rf"^{alike(WORDS)}$")
            guest.power_off()


def modes(build):
    for mode, columns, rows, scale in (("640x480x16", 80, 30, 1), ("800x600x24", 100, 37, 1),
                                       ("1280x1024x32", 160, 64, 1), ("1600x1200x16", 100, 37, 2)):  # fmt: skip
        with tempfile.TemporaryDirectory(prefix="parley-modes-") as folder:
            with boot(Machine(build=build, image=image_with(build, folder, mode))) as guest:
                width, height, _ = guest.pixels()
                check(mode.startswith(f"{width}x{height}x"), f"{mode}: the screen has {width} x {height} pixels")
                lines = guest.picture(scale)
                check(len(lines) == rows, f"{mode}: {len(lines)} rows")
                guest.keys("clear\n" + "0123456789" * (columns // 10))
                typed = PROMPT + "0123456789" * (columns // 10)
                guest.expect_picture(rf"\A{typed[:columns]}\n{typed[columns:]}\Z", scale)
                guest.press("ctrl", "c")
                guest.prompt()
                session(guest, scale)
                guest.power_off()


def text(build):
    """A loader without a framebuffer: VGA text, as ever."""
    with tempfile.TemporaryDirectory(prefix="parley-modes-") as folder:
        with boot(Machine(build=build, image=image_with(build, folder, "text"))) as guest:
            guest.expect_screen(rf"^{PROMPT.rstrip()}\Z")
            guest.power_off()


def restart(build):
    """Another tty goes on where the one before it was, with what it has written."""
    with boot(Machine(build=build)) as guest:
        guest.command("clear")
        guest.command(f"echo \"{WORDS}\"")
        guest.command("kill tty")
        guest.command("echo after")
        seen = guest.expect_picture(rf"^after\n{PROMPT.rstrip()}\Z")
        check(alike(WORDS) in seen.split("\n"), f"what stood there is gone:\n{seen}")
        check(re.search(r"tty was killed: restart 1, in 1 ms\n", seen), f"the log's line is not whole:\n{seen}")
        guest.power_off()


def panic(build):
    with tempfile.TemporaryDirectory(prefix="parley-modes-") as folder:
        image = image_with(build, folder, "1024x768x32", "selftest=panic")
        with boot(Machine(build=build, image=image), prompt=False) as guest:
            guest.expect(r"^\*\*\* PANIC", panic_allowed=True)
            guest.expect(r"^processes, and whom", panic_allowed=True)
            seen = "\n".join(guest.picture())
            check("*** PANIC" in seen, f"the screen does not show the panic:\n{seen}")


def memory(build):
    """8 MB: no room for the large font, and it says so; boxes stand for its characters."""
    with boot(Machine(build=build, memory=8)) as guest:
        log = guest.command("dmesg")
        check(re.search(r"cjk +refused: left out: the machine has less memory", log), log)
        guest.command('echo "中 ok"')
        guest.expect_picture("^\ufffd\ufffd ok$")
        guest.power_off()


CASES = {"cards": cards, "modes": modes, "text": text, "restart": restart, "panic": panic, "memory": memory}


if __name__ == "__main__":
    run(lambda build, case: CASES[case](build), *CASES)
