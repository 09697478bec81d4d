"""What is rubbed out over the ends of rows is gone from the screen as if it had never been typed: in the shell's editor
and in line mode, behind wide characters, too; on the text screen and on pixels."""

import re

from parley_machine import COLUMNS, PROMPT, TEXT_SIZE, Machine, boot, check, run

BACKSPACE, LINE, WORD = "\x7f", "\x15", "\x17"


def columns(guest):
    width, height, _ = guest.pixels()
    return COLUMNS if (width, height) == TEXT_SIZE else width // 8


def shows(guest, text):
    """The screen shows this and nothing else, which may be more than one row long."""
    wide = columns(guest)
    rows = [line[at : at + wide].rstrip() for line in text.split("\n") for at in range(0, max(len(line), 1), wide)]
    guest.expect_seen(rf"\A{re.escape(chr(10).join(rows).rstrip())}\Z")


def rub_out(guest, above, before):
    """Types at a clear screen's end, behind `before`; all that is above it stays."""
    wide = columns(guest)
    row = "x" * (wide - len(before) - 1)
    # The first wide character does not fit the row's last cell, and leaves it free.
    more = "中" * (wide // 2 + 3) + "é" * 4 + "e\u0301" * 4
    whole = above + before + row
    guest.type(row + more)
    guest.expect_seen(re.escape(before + row) + "$(.|\n)*\n.*éééé")
    guest.type(BACKSPACE * (len(more) - 4))  # a mark goes with its character
    shows(guest, whole)
    guest.type("!?")
    shows(guest, whole + "!?")
    guest.type(BACKSPACE)
    shows(guest, whole + "!")
    guest.type(BACKSPACE * (len(row) + 1) + "a " + more + WORD)
    shows(guest, above + before + "a")
    guest.type(row + more + LINE)
    shows(guest, above + before)


def test(build, screen):
    with boot(Machine(build=build, boot="quick" if screen == "text" else "cd")) as guest:
        guest.command("clear")
        rub_out(guest, "", PROMPT)
        guest.type("cat\r")
        rub_out(guest, f"{PROMPT}cat\n", "")
        guest.type("x" * 2 * columns(guest) + BACKSPACE * (2 * columns(guest) - 2) + "y\r")
        shows(guest, f"{PROMPT}cat\nxxy\nxxy\n")
        guest.type("\x04")
        guest.prompt()
        check(guest.command("echo on") == "on\n", "the shell does not go on")
        guest.power_off()


if __name__ == "__main__":
    run(test, "text", "pixels")
