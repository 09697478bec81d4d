"""What a program writes with the common sequences stands on the screen as on any terminal; and again, though nobody
types or writes, after another program has written over it. What a program leaves the terminal in ends when the screen
is cleared."""

import re

from parley_machine import PROMPT, Machine, boot, machine, run

PROGRAM = "boot/t-sequences sequences start=demand identity=user"
DAMAGE = "boot/same damage image=sequences start=demand map=0xb8000+0x1000"
LINE = PROMPT.rstrip()
SCREENS = (
    ["┌───┐", "│abc│", "└───┘", "", LINE],
    ["1", "", "2", "", "5", "6", "A", "8", "", "", "", LINE],
    ["b  cdefgh", "12   67<8", "==========", "    x   y", " " * 77 + "xyw", LINE],
    ["before after", "été .", LINE],
)


def test(build):
    modules = (*machine.default_modules(), PROGRAM, DAMAGE)
    with boot(Machine(build=build, boot="quick", modules=modules)) as guest:
        for number, expected in enumerate(SCREENS):
            guest.type(f"sequences {number}\r")
            guest.expect_screen(rf"\A{re.escape(chr(10).join(expected))}\Z", bound=10)
        guest.type("damage 8\r")
        whole = (*SCREENS[-1][:-1], PROMPT + "damage 8", LINE)
        guest.expect_screen(rf"\A{re.escape(chr(10).join(whole))}\Z")
        for clear in ("clear\r", "\f"):
            guest.type(f"sequences 9\r{clear}echo on\r")
            guest.expect_screen(rf"\A{PROMPT}echo on\non\n{LINE}\Z")
        guest.power_off()


if __name__ == "__main__":
    run(test)
