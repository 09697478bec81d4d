#!/usr/bin/env python3
"""Makes the console's fonts and character tables from GNU Unifont (Debian package unifont).

    tools/fonts.py --kernel FILE     ASCII, for the kernel's own text: a C table
    tools/fonts.py --narrow FILE     Latin, Greek, Cyrillic, box drawing, symbols: C, in the tty
    tools/fonts.py --wide FILE       Chinese, Japanese, Korean: a data module for the tty
    tools/fonts.py --unicode FILE    which characters are wide, which combine, and into what: C

Glyphs are 8 x 16 pixels, of wide characters 16 x 16. A font file is, all numbers little-endian:

    8 bytes   "PLYFONT1"
    uint32    number of runs
    a run     uint32 first character, uint16 characters, uint16 cells of each (1 or 2),
              uint32 offset of the first glyph in the file; runs ascend and do not overlap
    glyphs    row by row from the top, the leftmost pixel in the highest bit, two bytes a row if wide
"""

import argparse
import functools
import pathlib
import struct
import sys
import unicodedata

HEX = pathlib.Path("/usr/share/unifont/unifont.hex")
MAGIC = b"PLYFONT1"
ROWS = 16

NARROW = (
    (0x20, 0x7E), (0xA0, 0x52F), (0x1E00, 0x1EFF), (0x2000, 0x209F), (0x20A0, 0x20CF),
    (0x2100, 0x27BF), (0x2800, 0x28FF), (0xFFFD, 0xFFFD),
)  # fmt: skip
WIDE = (
    (0x2E80, 0x33FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F),
    (0xFF01, 0xFF60), (0xFFE0, 0xFFE6),
)  # fmt: skip
MARKS = (0x300, 0x36F)  # what a cell can have above or below its character


def width(code):
    """Columns that a terminal gives a character: 0, 1 or 2."""
    character = chr(code)
    if 0x1160 <= code <= 0x11FF or unicodedata.category(character) in ("Mn", "Me", "Cf") and code != 0xAD:
        return 0
    if unicodedata.category(character) == "Cn":  # not assigned: of them Python says nothing useful
        return 2 if 0x20000 <= code <= 0x3FFFD else 1
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@functools.cache
def read_glyphs():
    glyphs = {}
    for line in HEX.read_text(encoding="ascii").split():
        code, _, bits = line.partition(":")
        glyphs[int(code, 16)] = bytes.fromhex(bits)
    return glyphs


def squeeze(glyph):
    """A glyph of 16 x 16 in 8 x 16: a pixel is set if one of two neighbours is."""
    rows = []
    for row in range(ROWS):
        bits = glyph[2 * row] << 8 | glyph[2 * row + 1]
        rows.append(sum(1 << i for i in range(8) if bits >> 2 * i & 3))
    return bytes(rows)


def chosen(glyphs, ranges, cells):
    """(character, glyph) of those in the ranges that take so many cells."""
    for first, last in ranges:
        for code in range(first, last + 1):
            is_mark = MARKS[0] <= code <= MARKS[1]
            if code not in glyphs or unicodedata.category(chr(code)) in ("Cc", "Cn", "Cf"):
                continue
            if not is_mark and width(code) != cells:
                continue
            glyph = glyphs[code]
            if cells == 1:
                yield code, glyph if len(glyph) == ROWS else squeeze(glyph)
            elif len(glyph) == 2 * ROWS:
                yield code, glyph


def font(ranges, cells):
    runs, bitmaps = [], b""
    for code, glyph in chosen(read_glyphs(), ranges, cells):
        if not runs or code != runs[-1][0] + runs[-1][1] or runs[-1][1] == 0xFFFF:
            runs.append([code, 0, len(bitmaps)])
        runs[-1][1] += 1
        bitmaps += glyph
    head = len(MAGIC) + 4 + 12 * len(runs)
    data = MAGIC + struct.pack("<I", len(runs))
    for first, count, offset in runs:
        data += struct.pack("<IHHI", first, count, cells, head + offset)
    return data + bitmaps


def numbers(values, form="{}"):
    lines, line = [], "   "
    for value in values:
        text = " " + form.format(value) + ","
        if len(line) + len(text) > 100:
            lines.append(line)
            line = "   "
        line += text
    return "\n".join(lines + [line])


MADE = "// clang-format off\n/* Made by tools/fonts.py{}. */\n"
FROM = " from GNU Unifont, SIL Open Font License 1.1 (tools/OFL.txt)"


def kernel_source():
    glyphs = read_glyphs()
    rows = b"".join(glyphs[code] for code in range(0x20, 0x7F))
    return (
        MADE.format(FROM)
        + '#include "pixels.h"\n\nconst uint8_t pixels_font[PIXELS_GLYPHS][16] = {\n'
        + "".join("    {" + ", ".join(map(str, rows[i : i + ROWS])) + "},\n" for i in range(0, len(rows), ROWS))
        + "};\n"
    )


def narrow_source():
    data = font(NARROW, 1)
    return (
        MADE.format(FROM)
        + f'#include "font.h"\n\nconst uint8_t font_narrow[] = {{\n{numbers(data)}\n}};\n'
        + f"const size_t font_narrow_bytes = {len(data)};\n"
    )


def intervals(wanted):
    result = []
    for code in range(0xA0, 0x110000):
        if not wanted(code):
            continue
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return result


def compositions():
    for code in range(0xC0, 0x2000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) != 2 or not all(part.isalnum() for part in parts):
            continue
        base, mark = (int(part, 16) for part in parts)
        if MARKS[0] <= mark <= MARKS[1]:
            yield base, mark, code


def unicode_source():
    def table(name, wanted):
        pairs = intervals(wanted)
        return f"const struct unicode_range {name}[] = {{\n" + numbers(
            [f"{{{a:#x}, {b:#x}}}" for a, b in pairs]
        ) + f"\n}};\nconst size_t {name}_count = {len(pairs)};\n"

    composed = sorted(compositions())
    return (
        MADE.format(f" from Unicode {unicodedata.unidata_version}")
        + '#include <parley/unicode.h>\n\n'
        + table("unicode_wide", lambda code: width(code) == 2)
        + table("unicode_combining", lambda code: width(code) == 0)
        + "const struct unicode_composition unicode_compositions[] = {\n"
        + numbers([f"{{{base:#x}, {mark:#x}, {code:#x}}}" for base, mark, code in composed])
        + f"\n}};\nconst size_t unicode_composition_count = {len(composed)};\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("kernel", "narrow", "wide", "unicode"):
        parser.add_argument(f"--{name}", type=pathlib.Path)
    options = parser.parse_args()
    if not HEX.exists():
        sys.exit(f"{HEX} is missing (Debian package unifont); './parley doctor' lists everything")
    for name, source in (("kernel", kernel_source), ("narrow", narrow_source), ("unicode", unicode_source)):
        if getattr(options, name):
            getattr(options, name).write_text(source(), encoding="ascii")
    if options.wide:
        options.wide.write_bytes(font(WIDE, 2))


if __name__ == "__main__":
    main()
