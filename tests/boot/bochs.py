"""Boots Parley in Bochs: the same Guest as in QEMU, with its serial line on a socket, and its keys and screen over RFB, the
protocol of VNC (RFC 6143), of which this file speaks as much as Bochs does."""

import contextlib
import dataclasses
import functools
import pathlib
import re
import socket
import struct
import subprocess
import threading
import time
import zlib

from parley_machine import BOUND, COLUMNS, POLL, ROWS, Failure, Guest, machine, shape

FIRMWARE = "/usr/share/bochs/BIOS-bochs-latest"
VIDEO = "/usr/share/vgabios/vgabios-stdvga.bin"
INSTRUCTIONS = 100_000_000  # that Bochs takes for a second

CONFIGURATION = """
config_interface: textconfig
display_library: rfb, options="timeout={bound}"
cpu: model={cpu}, count=1, ips={instructions}, reset_on_triple_fault=0
memory: guest={memory}, host={memory}
romimage: file={firmware}
vgaromimage: file={video}
vga: extension=vbe, update_freq=10
pci: enabled=1, chipset=i440fx
ata0-master: type=cdrom, path={image}, status=inserted
boot: cdrom
com1: enabled=1, mode=socket-client, dev=127.0.0.1:{port}
clock: sync=none
speaker: enabled=0
log: {folder}/log
panic: action=fatal
error: action=report
info: action=report
"""

BAR = 32  # pixels that Bochs's own buttons take above the guest's screen
CELL_WIDTH, CELL_HEIGHT = 9, 16
FACE = bytes.fromhex("00007e81a58181bd9981817e00000000")  # the character after the first in every VGA font

RAW, DESKTOP_SIZE = 0, -223  # of RFB's encodings
KEYSYMS = {"shift": 0xFFE1, "ret": 0xFF0D, "backspace": 0xFF08, "tab": 0xFF09, "spc": ord(" "), "minus": ord("-"),
           "equal": ord("="), "dot": ord("."), "comma": ord(","), "slash": ord("/"), "semicolon": ord(";"),
           "apostrophe": ord("'"), "bracket_left": ord("["), "bracket_right": ord("]"), "backslash": ord("\\"),
           "grave_accent": ord("`")}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Bochs:
    """One machine to start, by the name that `bochs -help cpu` has for its processor."""

    build: pathlib.Path
    cpu: str
    memory: int = machine.DEFAULT_MEMORY
    uefi = None

    def megabytes(self):
        return self.memory

    def write(self, folder, port):
        """Bochs's command line; its files go into the folder."""
        for file in (FIRMWARE, VIDEO):
            if not pathlib.Path(file).exists():
                raise machine.Unavailable(f"{file} is missing (Debian packages bochsbios, vgabios)")
        image = self.build / "parley.iso"
        if not image.exists():
            raise machine.Unavailable(f"{image} was not built")
        text = CONFIGURATION.format(bound=BOUND, cpu=self.cpu, instructions=INSTRUCTIONS, memory=self.memory,
                                    firmware=FIRMWARE, video=VIDEO, image=image, port=port, folder=folder)  # fmt: skip
        pathlib.Path(folder, "bochsrc").write_text(text)
        # Debian's Bochs begins in its debugger.
        pathlib.Path(folder, "debugger").write_text("c\n")
        return ["bochs", "-q", "-f", f"{folder}/bochsrc", "-rc", f"{folder}/debugger"]


@functools.cache
def glyphs():
    """Characters by their glyphs in the font of the video BIOS, as parley_machine.shape() makes them."""
    rom = pathlib.Path(VIDEO).read_bytes()
    font = rom[rom.index(FACE) - CELL_HEIGHT :]
    found = {}
    for code in (*range(ord(" "), 256), *range(ord(" "))):
        glyph = tuple(font[code * CELL_HEIGHT : (code + 1) * CELL_HEIGHT])
        found.setdefault(glyph, bytes([code]).decode("cp437"))
    return found


def read_cell(glyph):
    """Its character, with or without the cursor's underline; what is no glyph is U+FFFD."""
    known = glyphs()
    return known.get(glyph) or known.get(glyph[:13] + (0, 0, 0), "\ufffd")


class Screen:
    """An RFB client: what is shown, and keys."""

    def __init__(self, port):
        self.connection = socket.create_connection(("127.0.0.1", port), BOUND)
        self.stream = self.connection.makefile("rb")
        self.stream.read(12)
        self.connection.sendall(b"RFB 003.003\n")
        (security,) = struct.unpack(">I", self.stream.read(4))
        if security != 1:
            raise Failure(f"Bochs wants security type {security} for its screen, not none")
        self.connection.sendall(b"\1")
        self.width, self.height, _, name_bytes = struct.unpack(">HH16sI", self.stream.read(24))
        self.stream.read(name_bytes)
        self.cells = bytearray(self.width * self.height)
        self.connection.sendall(struct.pack(">BxHii", 2, 2, RAW, DESKTOP_SIZE))
        self.updates = 0
        self.connection.settimeout(None)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with contextlib.suppress(struct.error, OSError, ValueError):
            while True:
                kind = self.stream.read(1)
                if kind == b"":
                    return
                if kind == b"\0":
                    _, count = struct.unpack(">BH", self.stream.read(3))
                    for _ in range(count):
                        self._rectangle(*struct.unpack(">HHHHi", self.stream.read(12)))
                    self.updates += 1

    def _rectangle(self, left, top, width, height, encoding):
        if encoding == DESKTOP_SIZE:
            self.width, self.height, self.cells = width, height, bytearray(width * height)
            return
        data = self.stream.read(width * height)
        for row in range(height):
            at = (top + row) * self.width + left
            self.cells[at : at + width] = data[row * width : (row + 1) * width]

    def key(self, symbol, down):
        self.connection.sendall(struct.pack(">BBxxI", 4, down, symbol))

    def pixels(self):
        """Width, height, rows of red, green, blue bytes. Bochs sends three bits of red and of green, two of blue."""
        seen = self.updates
        self.connection.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))
        end = time.monotonic() + 1
        while self.updates == seen and time.monotonic() < end:
            time.sleep(POLL)
        colours = [bytes((255 * (c & 7) // 7, 255 * (c >> 3 & 7) // 7, 255 * (c >> 6) // 3)) for c in range(256)]
        width, height, cells = self.width, self.height, bytes(self.cells)
        rows = [b"".join(map(colours.__getitem__, cells[y * width : (y + 1) * width])) for y in range(height)]
        return width, height, rows


class BochsGuest(Guest):
    """One running machine. What only QEMU has (its monitor, the screen's memory) is not there."""

    def __init__(self, guest_machine, serial, folder):
        if not serial:
            raise Failure("a Bochs without a serial port: not written")
        self.begin_text()
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as line:
            arguments = guest_machine.write(folder, line.getsockname()[1])
            self.process = machine.start(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL, cwd=folder)  # fmt: skip
            self.display = Screen(self._find_port())
            line.settimeout(BOUND)
            self.line, _ = line.accept()
        self.serial = self.line

    def said(self):
        log = pathlib.Path(self.folder, "log")
        return log.read_text(errors="replace") if log.exists() else ""

    def _find_port(self):
        """Which port Bochs has found for its screen."""
        end = time.monotonic() + BOUND
        while time.monotonic() < end and self.process.poll() is None:
            match = re.search(r"listening for connections on port (\d+)", self.said())
            if match:
                return int(match[1])
            time.sleep(POLL)
        raise Failure(f"Bochs did not start: {self.said()}")

    def source(self):
        return self.line.fileno()

    def type(self, text):
        with contextlib.suppress(OSError):  # the next expect() says that the guest ended
            self.line.sendall(text.encode())

    def press(self, *keys):
        with contextlib.suppress(OSError):
            for down, order in ((1, keys), (0, reversed(keys))):
                for key in order:
                    self.display.key(KEYSYMS.get(key) or ord(key), down)
                    time.sleep(POLL)

    def pixels(self):
        return self.display.pixels()

    def screen(self):
        """The lines of the text screen, as read from its picture."""
        _, height, rows = self.pixels()
        if height < BAR + ROWS * CELL_HEIGHT:
            return []
        lines = []
        for top in range(BAR, BAR + ROWS * CELL_HEIGHT, CELL_HEIGHT):
            cells = [shape(rows[top : top + CELL_HEIGHT], column * CELL_WIDTH, 1) for column in range(COLUMNS)]
            lines.append("".join(map(read_cell, cells)).rstrip())
        return lines

    def seen(self):
        return self.screen()

    def take_picture(self, file):
        width, height, rows = self.pixels()

        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        data = zlib.compress(b"".join(b"\0" + row for row in rows))
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))

    def status(self, bound=BOUND):
        """Waits until it ends: 0 when the guest has switched it off by ACPI."""
        super().status(bound)
        return 0 if "soft power off" in self.said() else 1

    def end(self):
        machine.end(self.process)
        for part in (getattr(self, "line", None), getattr(self, "display", None) and self.display.connection):
            if part:
                part.close()
