"""A session by keys into the emulated keyboard, the screen read back; with and without a serial
line; with other layouts, and back into what has left the screen."""

import re

from parley_machine import PROMPT, Machine, boot, check, machine, run

PROMPT_LAST = rf"^{PROMPT.rstrip()}\Z"


def session(guest):
    guest.expect_screen(PROMPT_LAST)
    guest.keys("echo Hello, World! (a_b) \"c\" 1+1=2\n")
    guest.expect_screen(r"^Hello, World! \(a_b\) c 1\+1=2$")
    guest.expect_screen(PROMPT_LAST)
    # Line editing: back, over a mistake; and history.
    guest.keys("echo wrnog")
    for _ in range(3):
        guest.press("left")
    guest.press("delete")
    guest.press("right")
    guest.keys("n\n")
    guest.expect_screen(r"^wrong$")
    guest.press("up")
    guest.press("up")
    guest.expect_screen(rf"^{PROMPT}echo Hello, World!.*\Z")
    guest.press("ctrl", "c")
    guest.keys("clear\n")
    screen = guest.expect_screen(rf"\A{PROMPT.rstrip()}\Z")
    check("Hello" not in screen, "clear left text on the screen")
    guest.keys("ps\n")
    guest.expect_screen(r"\bnames\b(.|\n)*\bshell\b")
    guest.expect_screen(PROMPT_LAST)
    guest.keys("ping names 1000000\n")
    guest.press("ctrl", "c")
    guest.expect_screen(PROMPT_LAST)
    guest.keys("poweroff 3\n")
    status = guest.status()
    check(status == 3, f"poweroff 3 by keys: status {status}")


def layouts(build):
    lines = [line + " -- layout=fr" if line.startswith("boot/tty ") else line for line in machine.default_modules()]
    with boot(Machine(build=build, boot="quick", modules=tuple(lines))) as guest:
        check(guest.command("keyboard").startswith("fr, of: us uk de fr es dvorak "), "the line's layout is not set")
        guest.keys("echo aqzw")  # as on a US keyboard
        guest.expect_screen(rf"^{PROMPT}echo qawz\Z")
        guest.press("ctrl", "c")
        guest.prompt()
        guest.command("keyboard de")
        guest.keys("echo ")
        for keys in (["z"], ["bracket_left"], ["alt_r", "q"], ["equal"], ["e"], ["equal"], ["spc"]):
            guest.press(*keys)
        guest.keys("\n")
        guest.prompt()
        check("yü@é´\n" in guest.text, f"the German keys gave:\n{guest.text[-200:]}")
        answer = guest.command("keyboard nowhere")
        check(answer == "keyboard: nowhere: no such name\n", f"an unknown layout: {answer}")
        guest.command("kill tty")
        check(guest.command("keyboard").startswith("de, "), "another tty has another layout")
        guest.power_off()


def scrollback(build):
    with boot(Machine(build=build, boot="quick")) as guest:
        guest.command("clear")
        lines = []
        for number in range(40):
            guest.command(f"echo line {number}")
            lines += [f"{PROMPT}echo line {number}", f"line {number}"]
        shown = guest.expect_screen(rf"^{PROMPT.rstrip()}\Z").split("\n")
        check(shown[:24] == lines[-24:], "the screen does not show the end of the text")
        for back in (12, 24, 36):
            guest.press("shift", "pgup")
            guest.expect_screen(rf"\A{re.escape(lines[-24 - back])}\n")
        guest.press("shift", "pgdn")
        guest.expect_screen(rf"\A{re.escape(lines[-48])}\n")
        guest.type("echo from elsewhere\r")  # the view stays
        guest.prompt()
        check(guest.screen()[0] == lines[-48], "output has moved the view")
        guest.keys("e")
        seen = guest.expect_screen(rf"^{PROMPT}e\Z")
        check("from elsewhere" in seen, seen)
        for _ in range(10):
            guest.press("shift", "pgup")
        check(PROMPT + "e" not in guest.screen(), "the screen did not go up")
        guest.press("backspace")
        guest.expect_screen(rf"^{PROMPT.rstrip()}\Z")
        guest.power_off()


def test(build, line):
    if line in ("layouts", "scrollback"):
        {"layouts": layouts, "scrollback": scrollback}[line](build)
        return
    with boot(Machine(build=build, boot="quick"), serial=line == "serial", prompt=False) as guest:
        session(guest)


if __name__ == "__main__":
    run(test, "serial", "no-serial", "layouts", "scrollback")
