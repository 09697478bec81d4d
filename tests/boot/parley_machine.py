"""Boots Parley in QEMU and talks to it as a person would: over the serial line, by keys, by looking
at the screen.

Always: a panic, a machine that ends by itself, and a silence longer than a generous bound each raise
Failure at once, with the last 50 lines; QEMU never outlives its Guest. Bounds only end a hang: no
test asserts how long something took.

Enter at boot() and run().
"""

import argparse
import codecs
import contextlib
import functools
import json
import os
import pathlib
import re
import select
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import machine  # noqa: E402
import session  # noqa: E402
from machine import Machine  # noqa: E402,F401

BOUND = 60  # seconds without what was expected: a hang
POLL = 0.05
KEYS_TAKEN = 5  # seconds; a guest that has not taken a key then will not
KEYBOARD_STATUS = 0x64  # its port
PROMPT = session.PROMPT.decode()
UNIFONT = pathlib.Path("/usr/share/unifont/unifont.hex")
SCREEN = 0xB8000
COLUMNS, ROWS = 80, 25
TEXT_SIZE = 720, 400  # of text, as QEMU displays it
MOST_COLUMNS, MOST_ROWS = 160, 64  # of pixels: on larger screens the tty's glyphs are

KEYS = {" ": "spc", "\n": "ret", "\b": "backspace", "\t": "tab", "-": "minus", "=": "equal",
        ".": "dot", ",": "comma", "/": "slash", ";": "semicolon", "'": "apostrophe",
        "[": "bracket_left", "]": "bracket_right", "\\": "backslash", "`": "grave_accent"}  # fmt: skip
SHIFTED = dict(zip('!@#$%^&*()_+{}|:"<>?~', "1234567890-=[]\\;',./`"))


class Failure(Exception):
    """A test failed; the text says how."""


class Ended(Failure):
    """The machine ended while it was asked something."""


def check(condition, text):
    if not condition:
        raise Failure(text)


@functools.cache
def unifont():
    """Characters by their glyphs in GNU Unifont: tuples of 16 rows, the leftmost pixel the highest bit."""
    glyphs = {}
    for line in UNIFONT.read_text().split():
        code, bits = line.split(":")
        digits = len(bits) // 16
        glyph = tuple(int(bits[at : at + digits], 16) for at in range(0, len(bits), digits))
        glyphs.setdefault(glyph, chr(int(code, 16)))
    return glyphs


def alike(text):
    """The text as a screen's picture is read: of characters that look the same, the first."""
    wanted = {ord(character) for character in text}
    first = {}
    for line in UNIFONT.read_text().split():
        code, bits = line.split(":")
        first.setdefault(bits, chr(int(code, 16)))
        if int(code, 16) in wanted:
            text = text.replace(chr(int(code, 16)), first[bits])
    return text.replace("█", " ")


def shape(rows, left, scale):
    """The 16 rows of a cell's glyph: which of its pixels are not the background's, which most pixels have."""
    pixels = [row[3 * (left + x * scale) : 3 * (left + x * scale) + 3] for row in rows for x in range(8)]
    background = max(set(pixels), key=pixels.count)
    bits = [pixel != background for pixel in pixels]
    return tuple(sum(bit << 7 - x for x, bit in enumerate(bits[at : at + 8])) for at in range(0, 128, 8))


class Guest:
    """One running machine. Use boot(), which ends it."""

    def __init__(self, guest_machine, serial, folder):
        self.begin_text()
        control = f"{folder}/qmp"
        console = ["-qmp", f"unix:{control},server=on,wait=off", "-monitor", "none"]
        if serial:
            console += ["-chardev", "stdio,id=serial,signal=off", "-serial", "chardev:serial"]
        else:
            console += ["-serial", "none"]
        self.process = machine.start(
            guest_machine.arguments(console),
            cwd=guest_machine.build,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.serial = serial
        self.qmp = self._open_control(control)

    def begin_text(self):
        self.text = ""  # all that came over the serial line, without terminal sequences
        self.position = 0  # where the next expect() begins to look
        self.rest = b""
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.closed = False

    def _open_control(self, path):
        for _ in range(int(BOUND / POLL)):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
            except OSError:
                connection.close()
                if self.process.poll() is not None:
                    said = self.process.stdout.read().decode(errors="replace")
                    raise Failure(f"QEMU did not start: {said}") from None
                time.sleep(POLL)
                continue
            connection.settimeout(BOUND)
            control = connection.makefile("rw")
            control.readline()  # the greeting
            self.connection = connection
            self.qmp = control
            self.ask("qmp_capabilities")
            return control
        raise Failure("QEMU's control socket did not come up")

    # ---- control ---------------------------------------------------------------------------

    def ask(self, command, **arguments):
        """One QMP command; returns its answer."""
        try:
            print(json.dumps({"execute": command, "arguments": arguments}), file=self.qmp, flush=True)
            for line in self.qmp:
                answer = json.loads(line)
                if "error" in answer:
                    raise Failure(f"{command}: {answer['error']['desc']}")
                if "return" in answer:
                    return answer["return"]
        except ConnectionError:
            pass
        raise Ended(f"QEMU ended during {command}\n{self.last_lines()}")

    def monitor(self, line):
        """One command of QEMU's human monitor; returns its text."""
        return self.ask("human-monitor-command", **{"command-line": line})

    def _wait_for_keyboard(self):
        """Until the guest has taken what was typed: the controller holds 16 bytes, eight keys, and QEMU drops what comes
        while a busy host does not run the guest."""
        end = time.monotonic() + KEYS_TAKEN
        while time.monotonic() < end:
            status = int(self.monitor(f"i /b {KEYBOARD_STATUS:#x}").rpartition("=")[2], 16)
            if not status & 1 or status == 0xFF:
                return
            time.sleep(POLL)

    def press(self, *keys):
        """Presses keys (QEMU's names) together and lets them go."""
        with contextlib.suppress(Ended):
            self._wait_for_keyboard()
        with contextlib.suppress(Ended):  # a key may be the machine's last; status() judges that
            self.ask("send-key", keys=[{"type": "qcode", "data": key} for key in keys],
                     **{"hold-time": 15})  # fmt: skip
        time.sleep(0.03)  # QEMU answers before the key is up again

    def keys(self, text):
        """Types text on the emulated US keyboard."""
        for character in text:
            shift = character.isupper() or character in SHIFTED
            base = SHIFTED.get(character, character.lower())
            key = KEYS.get(base, base)
            self.press(*(["shift", key] if shift else [key]))

    def screen(self):
        """The lines of the text screen, blanks at their ends cut off."""
        with tempfile.NamedTemporaryFile(prefix="parley-screen-") as file:
            self.ask("pmemsave", val=SCREEN, size=COLUMNS * ROWS * 2, filename=file.name)
            cells = file.read()[::2].decode("cp437").replace("\0", " ")
        lines = [cells[row * COLUMNS : (row + 1) * COLUMNS].rstrip() for row in range(ROWS)]
        return lines

    def pixels(self):
        """What QEMU displays: width, height, rows of red, green, blue bytes."""
        with tempfile.NamedTemporaryFile(prefix="parley-picture-") as file:
            self.ask("screendump", filename=file.name)
            kind, size, most, data = file.read().split(b"\n", 3)
        check((kind, most) == (b"P6", b"255"), "QEMU's screendump is no PPM file")
        width, height = map(int, size.split())
        return width, height, [data[3 * width * y : 3 * width * (y + 1)] for y in range(height)]

    def take_picture(self, file):
        """The same as a PNG file."""
        self.ask("screendump", filename=str(file), format="png")

    def picture(self, scale=1):
        """The lines of text on a screen of pixels, read by the glyphs' shapes; what is no glyph is U+FFFD. The
        cursor's underline does not count."""
        glyphs = unifont()
        width, height, rows = self.pixels()
        lines = []
        for top in range(0, height - 16 * scale + 1, 16 * scale):
            samples = [rows[top + y * scale] for y in range(16)]
            cells = [shape(samples, left, scale) for left in range(0, width - 8 * scale + 1, 8 * scale)]
            line, at = "", 0
            while at < len(cells):
                wide = tuple(a << 8 | b for a, b in zip(cells[at], cells[at + 1])) if at + 1 < len(cells) else None
                whole = cells[at][:13] + (0, 0) + cells[at][15:]
                if cells[at] in glyphs:
                    line += glyphs[cells[at]]
                elif wide in glyphs:
                    line += glyphs[wide]
                    at += 1
                else:
                    line += glyphs.get(whole, "\ufffd")
                at += 1
            lines.append(line.rstrip())
        return lines

    def expect_picture(self, pattern, scale=1, bound=BOUND):
        """As expect_screen, on a screen of pixels."""
        return self._expect_text(lambda: self.picture(scale), pattern, bound)

    def seen(self):
        """The lines of the screen, whether it is text or pixels."""
        width, height, _ = self.pixels()
        if (width, height) == TEXT_SIZE:
            return self.screen()
        return self.picture(2 if width > 8 * MOST_COLUMNS or height > 16 * MOST_ROWS else 1)

    def expect_seen(self, pattern, bound=BOUND):
        """As expect_screen, on whatever screen there is."""
        return self._expect_text(self.seen, pattern, bound)

    def expect_screen(self, pattern, bound=BOUND):
        """Waits until the screen shows the pattern; returns the screen as one text."""
        return self._expect_text(self.screen, pattern, bound)

    def _expect_text(self, look, pattern, bound):
        end = time.monotonic() + bound
        while True:
            text = "\n".join(look()).rstrip()
            if re.search(pattern, text, re.MULTILINE):
                return text
            if session.PANIC.search(text.encode()):
                raise Failure(f"the guest panicked. The screen:\n{text}")
            if time.monotonic() > end:
                raise Failure(f"the screen never showed {pattern!r}. It shows:\n{text}")
            time.sleep(POLL)

    # ---- serial ----------------------------------------------------------------------------

    def source(self):
        """The file that the serial line's text comes from."""
        return self.process.stdout.fileno()

    def listen(self, seconds):
        """Takes what comes over the serial line within `seconds`; whether something did."""
        out = self.source()
        if self.closed or not select.select([out], [], [], seconds)[0]:
            return False
        data = os.read(out, 65536)
        self.closed = not data
        data = self.rest + data
        begun = session.ESCAPE_BEGUN.search(data)
        self.rest = data[begun.start() :] if begun and not self.closed else b""
        data = data[: begun.start()] if self.rest else data
        self.text += self.decoder.decode(session.plain(data))
        return not self.closed

    def last_lines(self):
        return "\n".join(self.text.split("\n")[-session.LAST_LINES :])

    def panicked(self, since):
        return session.PANIC.search(self.text[since:].encode(errors="replace"))

    def _wait(self, done, what, bound, panic_allowed=False):
        """Listens until done() gives something; returns that."""
        end = time.monotonic() + bound
        while True:
            result = done()
            if result:
                return result
            if not panic_allowed and self.panicked(self.position):
                while self.listen(session.PANIC_SECONDS):
                    pass
                raise Failure(f"the guest panicked. Last lines:\n{self.last_lines()}")
            if self.closed:
                raise Failure(f"the guest ended; expected {what}. "
                              f"Last lines:\n{self.last_lines()}")  # fmt: skip
            if time.monotonic() > end:
                raise Failure(f"{what} did not come in {bound} s. "
                              f"Last lines:\n{self.last_lines()}")  # fmt: skip
            self.listen(POLL)

    def expect(self, pattern, bound=BOUND, panic_allowed=False):
        """Waits for the pattern in what comes from here on; returns the match."""
        regex = re.compile(pattern, re.MULTILINE)
        found = self._wait(lambda: regex.search(self.text, self.position), repr(pattern), bound,
                           panic_allowed)  # fmt: skip
        self.position = found.end()
        return found

    def type(self, text):
        """Characters, as they are, onto the serial line."""
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the next expect() says that the guest ended

    def prompt(self, bound=BOUND):
        """Waits until the shell's prompt is the last that was said."""
        begin = self.position
        # Only a quiet line: what follows may make the prompt part of an echoed command.
        self._wait(
            lambda: not self.listen(POLL) and re.search(rf"^{PROMPT}\Z", self.text[begin:], re.M),
            "the prompt",
            bound,
        )
        self.position = len(self.text)

    def command(self, line, bound=BOUND):
        """Types a command at the prompt; returns what it printed, once the prompt is back."""
        begin = len(self.text)
        self.type(line + "\r")
        self.expect(r"\n", bound)
        self.prompt(bound)
        return self.text[begin:].partition("\n")[2].rpartition(PROMPT)[0]

    # ---- the end ---------------------------------------------------------------------------

    def status(self, bound=BOUND):
        """Waits until the machine ends by itself; the status that the guest gave."""
        end = time.monotonic() + bound
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise Failure(f"the machine did not end. Last lines:\n{self.last_lines()}")
            if not self.listen(POLL):
                time.sleep(POLL)
        while self.listen(0):
            pass
        return machine.guest_status(self.process.returncode)

    def power_off(self):
        """`poweroff` at the prompt; the machine must end with status 0."""
        self.type("poweroff\r")
        status = self.status()
        check(status == 0, f"poweroff: status {status}, expected 0\n{self.last_lines()}")

    def end(self):
        machine.end(self.process)
        self.connection.close() if hasattr(self, "connection") else None
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


@contextlib.contextmanager
def boot(guest_machine, serial=True, prompt=True, kind=Guest):
    """A running guest, at its first prompt unless told otherwise; ended at the end."""
    with tempfile.TemporaryDirectory(prefix="parley-boot-") as folder:
        guest = kind.__new__(kind)
        try:
            guest.__init__(guest_machine, serial, folder)
            if prompt and serial:
                guest.prompt()
            yield guest
        finally:
            if hasattr(guest, "process"):
                guest.end()


def image_with_module(build, folder, line):
    """The boot image with one module more."""
    menu = (build / "iso" / "grub.cfg").read_text()
    files = [build / "boot" / name for name in re.findall(r"(?:module|multiboot) /boot/(\S+)", menu)]
    last = menu.rindex("}")
    config = pathlib.Path(folder) / "grub.cfg"
    config.write_text(f"{menu[:last]}    module /{line}\n{menu[last:]}")
    files = sorted({*files, build / line.split()[0]})
    image = pathlib.Path(folder) / "parley.iso"
    subprocess.run([ROOT / "iso" / "make-image", image, f"{folder}/root", config, *files],
                   check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    return image


def free_port():
    """A TCP port of this computer that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(test, *choices):
    """A script's main: calls test(build) or, with choices, test(build, choice) for the one named on
    the command line; a Failure is printed and ends the script with status 1."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "check")
    if choices:
        parser.add_argument("choice", choices=choices)
    options = parser.parse_args()
    arguments = [options.build.resolve()] + ([options.choice] if choices else [])
    try:
        test(*arguments)
    except (Failure, machine.Unavailable) as failure:
        print(f"FAILED: {failure}")
        sys.exit(1)
