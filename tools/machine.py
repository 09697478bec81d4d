"""The emulated machine: QEMU's command line, written once for `run`, `debug` and the boot tests.

Always: -accel tcg (the same processor everywhere), no network card, and the port at 0xf4 through
which a guest that powers off tells its status.
"""

import atexit
import ctypes
import dataclasses
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES_CONF = ROOT / "iso" / "modules.conf"

EXIT_PORT = "isa-debug-exit,iobase=0xf4,iosize=4"

# What a person's boot has in GRUB's menu as well (iso/grub.cfg.in).
USUAL_WORDS = "trace=on"

FIRMWARE = {  # name: (QEMU program, code, variables, machine, further arguments)
    "x64": (
        "qemu-system-x86_64",
        "/usr/share/OVMF/OVMF_CODE_4M.fd",
        "/usr/share/OVMF/OVMF_VARS_4M.fd",
        "pc",
        [],
    ),
    # Debian's only ia32 build is the one for secure boot, which needs SMM; without keys enrolled
    # it starts anything.
    "ia32": (
        "qemu-system-i386",
        "/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd",
        "/usr/share/OVMF/OVMF32_VARS_4M.fd",
        "q35,smm=on",
        ["-global", "driver=cfi.pflash01,property=secure,value=on"],
    ),
}
FIRMWARE_MEMORY = 256  # MB; OVMF's least is 52 (x64) and 64 (ia32)
DEFAULT_MEMORY = 64


class Unavailable(Exception):
    """Something that the machine needs is not there; the text says what."""


@dataclasses.dataclass(frozen=True)
class Machine:
    """One machine to start. `build` is the build folder."""

    build: pathlib.Path
    boot: str = "cd"  # quick (QEMU loads the kernel), cd, disk, usb (EHCI), usb-xhci
    memory: int | None = None  # MB
    machine: str | None = None
    cpu: str | None = None
    uefi: str | None = None  # None (BIOS), ia32, x64
    command_line: str = ""  # the kernel's; quick only
    modules: tuple[str, ...] | None = None  # lines instead of the build's modules.conf; quick only
    image: pathlib.Path | None = None  # instead of the build's parley.iso
    display: tuple[str, ...] = ("-display", "none")
    extra: tuple[str, ...] = ()

    def megabytes(self):
        return self.memory or (FIRMWARE_MEMORY if self.uefi else DEFAULT_MEMORY)

    def arguments(self, console):
        """QEMU's command line; `console` are the arguments that say where the serial line goes."""
        firmware = FIRMWARE[self.uefi] if self.uefi else None
        program = firmware[0] if firmware else "qemu-system-i386"
        if not shutil.which(program):
            raise Unavailable(f"{program} is missing (Debian package qemu-system-x86)")
        kind = self.machine or (firmware[3] if firmware else "pc")
        result = [program, "-accel", "tcg", "-machine", kind, "-m", str(self.megabytes()), "-nic", "none"]
        result += ["-device", EXIT_PORT, *self.display, *console]
        if self.cpu:
            result += ["-cpu", self.cpu]
        if firmware:
            result += self._firmware(firmware)
        return result + self._medium() + list(self.extra)

    @staticmethod
    def _firmware(firmware):
        _, code, variables, _, further = firmware
        for file in (code, variables):
            if not pathlib.Path(file).exists():
                raise Unavailable(f"{file} is missing (Debian packages ovmf, ovmf-ia32)")
        flash = "if=pflash,format=raw"
        return further + [
            "-drive", f"{flash},unit=0,readonly=on,file={code}",
            "-drive", f"{flash},unit=1,snapshot=on,file={variables}",
        ]  # fmt: skip

    def _medium(self):
        if self.boot == "quick":
            kernel = self.build / "boot" / "parley"
            if not kernel.exists():
                raise Unavailable(f"{kernel} was not built")
            lines = self.modules if self.modules is not None else default_modules(self.build / "modules.conf")
            # A comma would begin the next module; QEMU takes two for one.
            initrd = ",".join(line.replace(",", ",,") for line in lines)
            result = ["-kernel", str(kernel), "-append", self.command_line]
            return result + (["-initrd", initrd] if initrd else [])
        image = self.image or self.build / "parley.iso"
        if not image.exists():
            raise Unavailable(f"{image} was not built")
        if self.boot == "cd":
            return ["-cdrom", str(image)]
        kind = "raw" if image.suffix == ".iso" else image.suffix[1:]
        drive = f"file={image},format={kind},snapshot=on"
        if self.boot == "disk":
            return ["-drive", drive]
        host = "qemu-xhci" if self.boot == "usb-xhci" else "usb-ehci"
        return ["-device", host, "-device", "usb-storage,drive=stick",
                "-drive", f"if=none,id=stick,{drive}"]  # fmt: skip


def default_modules(path=MODULES_CONF):
    """A modules.conf's lines, for QEMU's -initrd; files are relative to the build folder. iso/modules.conf has those of
    the system alone, the build folder's those of all."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return [" ".join(line.split()) for line in lines if line and not line.startswith("#")]


def forward(stream):
    """QEMU's own words go on to standard error, but for its notice that its loader sets no video mode: the kernel
    asks a loader for one and takes what it gets."""
    for line in stream:
        if b"multiboot knows VBE" not in line:
            sys.stderr.buffer.write(line)
            sys.stderr.flush()


def start(arguments, **options):
    """Starts QEMU as a child that does not outlive this program, however that ends."""
    prctl = ctypes.CDLL(None).prctl
    set_death_signal = 1  # PR_SET_PDEATHSIG
    listens = "-kernel" in arguments and "stderr" not in options
    if listens:
        options["stderr"] = subprocess.PIPE
    process = subprocess.Popen(
        arguments, preexec_fn=lambda: prctl(set_death_signal, signal.SIGKILL), **options
    )
    if listens:
        thread = threading.Thread(target=forward, args=(process.stderr,), daemon=True)
        thread.start()
        atexit.register(thread.join, 1)  # its last words
    return process


def end(process):
    """Ends it now, if it still runs."""
    if process.poll() is None:
        process.kill()
        process.wait()


def guest_status(code):
    """What the guest meant by the exit status of QEMU: the exit port gives status * 2 + 1; a power
    off without a status is 0. None: QEMU was ended by a signal."""
    if code < 0:
        return None
    return code >> 1


def kernel_symbols(build):
    """The kernel's file with debugging information."""
    return build / "kernel" / "parley"
