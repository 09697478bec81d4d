#!/usr/bin/env python3
"""Makes the tty's keyboard layouts from the X keyboard extension's data: tools/keymaps.py FILE.

libxkbcommon (Debian packages libxkbcommon0 and xkb-data) reads it; FILE becomes C. Of each key four levels are
taken: plain, Shift, AltGr, Shift AltGr. A dead key becomes the combining character that it stands for.
"""

import ctypes
import pathlib
import sys

LAYOUTS = {  # name: (xkb's layout, its variant)
    "us": ("us", ""), "uk": ("gb", ""), "de": ("de", ""), "fr": ("fr", ""), "es": ("es", ""),
    "dvorak": ("us", "dvorak"), "it": ("it", ""), "pt": ("pt", ""), "se": ("se", ""), "no": ("no", ""),
    "dk": ("dk", ""), "fi": ("fi", ""), "ch": ("ch", ""), "be": ("be", ""), "pl": ("pl", ""), "cz": ("cz", ""),
}  # fmt: skip
# Scancodes of set 1 whose characters a layout decides; xkb's codes are 8 more.
CODES = [*range(0x02, 0x0E), *range(0x10, 0x1C), *range(0x1E, 0x2A), *range(0x2B, 0x36), 0x39, 0x56]
CODES_END = 0x57
LEVELS = 4
DEAD = {
    "grave": 0x300, "acute": 0x301, "circumflex": 0x302, "tilde": 0x303, "macron": 0x304, "breve": 0x306,
    "abovedot": 0x307, "diaeresis": 0x308, "hook": 0x309, "abovering": 0x30A, "doubleacute": 0x30B, "caron": 0x30C,
    "horn": 0x31B, "belowdot": 0x323, "cedilla": 0x327, "ogonek": 0x328,
}  # fmt: skip
LIBRARY = "libxkbcommon.so.0"


class Names(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")]


class Xkb:
    def __init__(self):
        try:
            self.library = ctypes.CDLL(LIBRARY)
        except OSError:
            sys.exit(f"{LIBRARY} is missing (Debian package libxkbcommon0); './parley doctor' lists everything")
        pointer, number = ctypes.c_void_p, ctypes.c_uint32
        self.library.xkb_context_new.restype = pointer
        self.library.xkb_keymap_new_from_names.restype = pointer
        self.library.xkb_keymap_new_from_names.argtypes = [pointer, pointer, ctypes.c_int]
        self.library.xkb_keymap_key_get_syms_by_level.argtypes = [
            pointer, number, number, number, ctypes.POINTER(ctypes.POINTER(number)),
        ]  # fmt: skip
        self.library.xkb_keysym_get_name.argtypes = [number, ctypes.c_char_p, ctypes.c_size_t]
        self.context = self.library.xkb_context_new(0)

    def keymap(self, layout, variant):
        names = Names(b"evdev", b"pc105", layout.encode(), variant.encode(), b"")
        keymap = self.library.xkb_keymap_new_from_names(self.context, ctypes.byref(names), 0)
        if not keymap:
            sys.exit(f"xkb has no layout {layout} {variant} (Debian package xkb-data)")
        return keymap

    def character(self, keymap, code, level):
        """A character, or a combining one for a dead key; 0: none."""
        symbols = ctypes.POINTER(ctypes.c_uint32)()
        count = self.library.xkb_keymap_key_get_syms_by_level(keymap, code + 8, 0, level, ctypes.byref(symbols))
        if count != 1:
            return 0
        name = ctypes.create_string_buffer(64)
        self.library.xkb_keysym_get_name(symbols[0], name, 64)
        text = name.value.decode()
        if text.startswith("dead_"):
            return DEAD.get(text.removeprefix("dead_"), 0)
        character = self.library.xkb_keysym_to_utf32(symbols[0])
        return character if 0x20 <= character <= 0xFFFF and character != 0x7F else 0


def is_letter(plain, shifted):
    return plain != shifted and chr(plain).isalpha() and chr(plain).upper() == chr(shifted)


def source(name, levels):
    caps = [0, 0, 0]
    for code in CODES:
        if is_letter(*levels[code][:2]):
            caps[code // 32] |= 1 << code % 32
    third = any(levels[code][2] for code in CODES)
    text = f'    {{"{name}", {str(third).lower()}, {{{", ".join(f"{word:#x}" for word in caps)}}}, {{\n'
    for code in CODES:
        text += f"        [{code:#04x}] = {{{', '.join(f'{value:#x}' for value in levels[code])}}},\n"
    return text + "    }},\n"


def main():
    xkb = Xkb()
    text = (
        "// clang-format off\n/* Made by tools/keymaps.py from the X keyboard extension's data. */\n"
        f'#include "keymap.h"\n\n_Static_assert(KEYMAP_CODES == {CODES_END:#x}, "as they are counted here");\n\n'
        "const struct keymap keymaps[] = {\n"
    )
    for name, (layout, variant) in LAYOUTS.items():
        keymap = xkb.keymap(layout, variant)
        levels = {code: [xkb.character(keymap, code, level) for level in range(LEVELS)] for code in CODES}
        text += source(name, levels)
    text += f"}};\nconst size_t keymap_count = {len(LAYOUTS)};\n"
    pathlib.Path(sys.argv[1]).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
