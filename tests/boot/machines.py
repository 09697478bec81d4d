"""The machines that Parley is booted on: the one table of variants.py and matrix.py."""

import dataclasses
import subprocess
from collections.abc import Callable

from bochs import Bochs, BochsGuest
from parley_machine import Guest, Machine, check


def has_no_keyboard(guest):
    check("i8042" not in guest.monitor("info qtree"), "this QEMU gave the machine a keyboard controller")


def has_no_screen(guest):
    check("VGA" not in guest.monitor("info qtree"), "this QEMU gave the machine a screen")


def uses_protection(guest):
    log = guest.command("dmesg")
    for feature in ("SMEP", "SMAP", "UMIP"):
        check(feature.lower() in log.lower(), f"the boot log does not say {feature}:\n{log}")


def has_processors(guest):
    check(guest.monitor("info cpus").count("CPU #") == 4, "this QEMU gave the machine no four processors")


@dataclasses.dataclass(frozen=True)
class Entry:
    """One machine: what it is, for people; the fields of Machine; what else must hold once it runs."""

    what: str
    options: dict
    also: Callable | None = None
    disk: str | None = None  # the image is converted to this kind of disk
    serial: bool = True
    keyboard: bool = True
    screen: bool = True
    bochs: bool = False  # instead of QEMU
    clear: bool = False  # first, since QEMU does not show the screen's last line of pixels

    def machine(self, build, folder, **defaults):
        """The Machine; files that it needs go into the folder."""
        if self.bochs:
            return Bochs(build=build, **self.options)
        result = Machine(build=build, **{**defaults, **self.options})
        if not self.disk:
            return result
        source = build / "parley.iso"
        image = f"{folder}/parley.{self.disk}"
        subprocess.run(["qemu-img", "convert", "-O", self.disk, source, image], check=True)
        return dataclasses.replace(result, image=type(source)(image))

    def kind(self):
        return BochsGuest if self.bochs else Guest

    def words(self):
        """QEMU's arguments for it, but for those of firmware and medium, which `what` names; Bochs's words."""
        if self.bochs:
            return " ".join(f"{'cpu: model' if name == 'cpu' else name}={value}" for name, value in self.options.items())
        options = [("-machine", "machine"), ("-cpu", "cpu"), ("-m", "memory")]
        words = [f"{word} {self.options[name]}" for word, name in options if name in self.options]
        return " ".join([*words, *self.options.get("extra", ()), *([] if self.serial else ["-serial none"])])


def vga(card):
    return {"extra": ("-vga", card)}


MACHINES = {
    "quick": Entry("pc, QEMU's own loader instead of GRUB", {"boot": "quick"}),
    "cd": Entry("pc, BIOS, CD", {"boot": "cd"}),
    "disk": Entry("pc, BIOS, hard disk", {"boot": "disk"}),
    "usb": Entry("pc, BIOS, USB stick on EHCI", {"boot": "usb"}),
    "usb-xhci": Entry("pc, BIOS, USB stick on xHCI", {"boot": "usb-xhci"}),
    "vdi": Entry("pc, BIOS, VirtualBox's VDI as a disk", {"boot": "disk"}, disk="vdi"),
    "vmdk": Entry("pc, BIOS, VMware's VMDK as a disk", {"boot": "disk"}, disk="vmdk"),
    "uefi-x64": Entry("pc, UEFI x64, hard disk", {"boot": "disk", "uefi": "x64"}),
    "uefi-x64-cd": Entry("pc, UEFI x64, CD", {"boot": "cd", "uefi": "x64"}),
    "uefi-x64-usb": Entry("pc, UEFI x64, USB stick on xHCI", {"boot": "usb-xhci", "uefi": "x64"}),
    "uefi-x64-q35": Entry("q35, UEFI x64, CD", {"boot": "cd", "uefi": "x64", "machine": "q35"}),
    "uefi-ia32": Entry("q35, UEFI ia32, CD", {"boot": "cd", "uefi": "ia32"}),
    "uefi-ia32-disk": Entry("q35, UEFI ia32, hard disk", {"boot": "disk", "uefi": "ia32"}),
    "uefi-ia32-usb": Entry("q35, UEFI ia32, USB stick on EHCI", {"boot": "usb", "uefi": "ia32"}),
    "uefi-x64-least": Entry("pc, UEFI x64, 52 MB: the firmware's least", {"boot": "cd", "uefi": "x64", "memory": 52}),
    "uefi-ia32-least": Entry("q35, UEFI ia32, 64 MB: the firmware's least", {"boot": "cd", "uefi": "ia32", "memory": 64}),
    "8mb": Entry("pc, 8 MB", {"memory": 8}),
    "16mb": Entry("pc, 16 MB", {"memory": 16}),
    "1gb": Entry("pc, 1 GB", {"memory": 1024}),
    "3gb": Entry("pc, 3 GB", {"memory": 3072}),
    "q35-3gb": Entry("q35, 3 GB", {"machine": "q35", "memory": 3072}),
    "486": Entry("pc, 486", {"cpu": "486"}),
    "pentium": Entry("pc, Pentium", {"cpu": "pentium"}),
    "pentium3": Entry("pc, Pentium III", {"cpu": "pentium3"}),
    "qemu32": Entry("pc, QEMU's 32-bit processor", {"cpu": "qemu32"}),
    "max": Entry("pc, all that QEMU's processor can do", {"cpu": "max"}, also=uses_protection),
    "smp4": Entry("pc, four processors", {"extra": ("-smp", "4")}, also=has_processors),
    "q35": Entry("q35, BIOS, CD", {"boot": "cd", "machine": "q35"}),
    "q35-disk": Entry("q35, BIOS, hard disk (AHCI)", {"boot": "disk", "machine": "q35"}),
    "q35-usb": Entry("q35, BIOS, USB stick on xHCI", {"boot": "usb-xhci", "machine": "q35"}),
    "q35-486": Entry("q35, 486", {"machine": "q35", "cpu": "486"}),
    "q35-smp4": Entry("q35, four processors", {"machine": "q35", "extra": ("-smp", "4")}, also=has_processors),
    "isapc": Entry("isapc (no PCI), 486, 16 MB", {"machine": "isapc", "cpu": "486", "memory": 16}),
    "isapc-8mb": Entry("isapc (no PCI), 486, 8 MB", {"machine": "isapc", "cpu": "486", "memory": 8}),
    "vga-std": Entry("pc, QEMU's standard screen", vga("std")),
    "vga-cirrus": Entry("pc, Cirrus screen", vga("cirrus"), clear=True),
    "vga-vmware": Entry("pc, VMware screen", vga("vmware")),
    "vga-virtio": Entry("pc, virtio screen", vga("virtio")),
    "no-vga": Entry("pc, no screen", vga("none"), also=has_no_screen, screen=False),
    "no-keyboard": Entry("pc, no keyboard controller", {"machine": "pc,i8042=off"}, also=has_no_keyboard,
                         keyboard=False),
    "q35-no-keyboard": Entry("q35, no keyboard controller", {"machine": "q35,i8042=off"}, also=has_no_keyboard,
                             keyboard=False),
    "no-serial": Entry("pc, no serial port", {}, serial=False),
    "q35-no-serial": Entry("q35, no serial port", {"machine": "q35"}, serial=False),
    "no-input": Entry("pc, neither keyboard controller nor serial port", {"machine": "pc,i8042=off"},
                      also=has_no_keyboard, serial=False, keyboard=False),
    "bochs-pentium": Entry("Bochs, Pentium", {"cpu": "pentium"}, bochs=True),
    "bochs-pentium-mmx": Entry("Bochs, Pentium MMX", {"cpu": "pentium_mmx"}, bochs=True),
    "bochs-k6": Entry("Bochs, AMD K6-2", {"cpu": "amd_k6_2_chomper"}, bochs=True),
    "bochs-pentium3": Entry("Bochs, Pentium III", {"cpu": "p3_katmai"}, bochs=True),
    "bochs-pentium4": Entry("Bochs, Pentium 4", {"cpu": "p4_willamette"}, bochs=True),
    "bochs-athlon64": Entry("Bochs, Athlon 64", {"cpu": "athlon64_venice"}, bochs=True),
    "bochs-core2": Entry("Bochs, Core 2", {"cpu": "core2_penryn_t9600"}, bochs=True),
    "bochs-skylake": Entry("Bochs, Skylake (SMEP, SMAP)", {"cpu": "corei7_skylake_x"}, bochs=True),
    "bochs-ryzen": Entry("Bochs, Ryzen", {"cpu": "ryzen"}, bochs=True),
    "no-acpi": Entry("pc, ACPI off", {"machine": "pc,acpi=off"}),
    "q35-no-acpi": Entry("q35, ACPI off", {"machine": "q35,acpi=off"}),
}  # fmt: skip
