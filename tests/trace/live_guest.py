#!/usr/bin/env python3
"""./parley trace --view with a guest that runs: what is typed at its shell comes to the page by and by, in
Chromium, where it can be searched and read while the guest goes on.

    live_guest.py --build BUILD
"""

import argparse
import contextlib
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import time

from browser import Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOUND = 120  # seconds without what was expected: a hang
PROMPT = r"parley> \Z"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\r")

COUNT = "return app.trace.count"
LANES = "return app.trace.lanes.map((lane) => lane.name)"
SHOWN = "return document.getElementById('status').innerText"
# Where the found message lies on the picture, between its lanes.
CHOSEN = """
  const {picture, trace} = app, item = picture.selected, rank = picture.rankOfSelected();
  const [a, b] = [trace.item.source, trace.item.target].map((column) => picture.xs[column.data[item]]);
  return [(a + b) / 2, picture.y(picture.placeOfItem(rank)), trace.text(item)[2]];"""
DETAILS = """return Object.fromEntries([...document.querySelectorAll('#details dl')].flatMap(
  (list) => [...list.querySelectorAll('dt')].map((dt) => [dt.textContent, dt.nextSibling.textContent])));"""


class Session:
    """The command in a terminal of its own, as a person has it."""

    def __init__(self, build):
        self.terminal, far = pty.openpty()
        surroundings = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "tools" / "trace" / "main.py", "--build", build, "--view"],
            stdin=far, stdout=far, stderr=far, cwd=ROOT, env=surroundings, start_new_session=True)  # fmt: skip
        os.close(far)
        self.text = ""

    def expect(self, pattern, since=0):
        """Listens until the pattern is in what came since then."""
        end = time.monotonic() + BOUND
        while not (found := re.search(pattern, self.text[since:])):
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(f"{pattern!r} did not come; the terminal says:\n{self.text[-3000:]}")
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.text = ESCAPE.sub("", self.text + os.read(self.terminal, 65536).decode(errors="replace"))
        return found

    def command(self, line):
        """What the guest's shell answers, when its prompt is back."""
        since = len(self.text)
        os.write(self.terminal, line.encode() + b"\r")
        self.expect(r"\n", since)
        self.expect(PROMPT, since)
        return self.text[since:]

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.terminal)


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def more_than(browser, count, what):
    browser.until(f"return app.trace.count > {count}", f"{what}: the page stays at {count} messages")
    return browser.js(COUNT)


def finds(browser, words, what):
    """The search's first match becomes the chosen one."""
    browser.choose("search", words)
    browser.until("app.search(false); return app.matches.length", f"{what}: the search does not find {words!r}")
    browser.choose("search", words)
    browser.drawn()
    return browser.js(CHOSEN)


def grows(session, browser):
    """Lanes and counts, as commands are typed."""
    session.command("trace stream on")
    first = more_than(browser, 0, "after the stream was switched on")
    check({"shell", "tty", "names"} <= set(browser.js(LANES)), f"lanes: {browser.js(LANES)}")
    check("greet" not in browser.js(LANES), "greet has a lane before it was started")
    check("Hello, live!" in session.command("greet live"), "the guest does not greet")
    browser.until("return app.trace.lanes.some((lane) => lane.name === 'greet')", "greet gets no lane")
    second = more_than(browser, first, "after greet")
    browser.until("return document.getElementById('status').innerText.startsWith('Live. ')", "it does not say that it is live")
    check(session.process.poll() is None, "the session has ended")
    return second


def is_read(session, browser):
    """A message is found, clicked, and read, while the guest goes on."""
    x, y, words = finds(browser, 'greet(name="live")', "a request")
    check(words == 'greet(name="live")', f"found {words!r}")
    browser.js("app.picture.selected = -1; document.getElementById('details').replaceChildren()")
    browser.click(x, y)
    details = browser.js(DETAILS)
    expected = {"from": "greet", "to": "hello", "call": "ipc_request", "name": '"live"'}
    check(expected.items() <= details.items(), f"the details are {details}, not {expected}")
    browser.keys("g")
    details = browser.js(DETAILS)
    check((details["from"], details["text"], details["visitor"]) == ("hello", '"Hello, live!"', "1"), f"its answer: {details}")


def pauses(session, browser):
    browser.keys("ESCAPE")
    browser.js("document.getElementById('search').blur(); document.getElementById('pause').click()")
    session.command("date")
    browser.until("return document.getElementById('status').innerText.startsWith('Paused. ')", "it does not pause")
    browser.js("document.getElementById('pause').click()")
    finds(browser, "wall()", "what was said while it was paused")


def ends(session, browser):
    session.command("trace stream off")
    os.write(session.terminal, b"poweroff\r")
    browser.until("return app.trace.ended", "the end is not there")
    status = browser.js(SHOWN)
    check(status.startswith("The stream has ended. ") and "lost" not in status, status)
    said = session.expect(r"parley: (\d+) messages and marks, (\d+) lanes")
    check([int(said[1]), int(said[2])] == browser.js("return [app.trace.count, app.trace.lanes.length]"),
          f"the page has not what the terminal says: {said[0]}, {status}")  # fmt: skip
    session.expect(r"stays until Ctrl-C")
    check([line for line in browser.log() if "readback" not in line] == [], f"the browser says {browser.log()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "check")
    session = Session(parser.parse_args().build.resolve())
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(session.end)
        address = session.expect(r"the viewer is at (http://127\.0\.0\.1:\d+/)")[1]
        browser = stack.enter_context(Browser())
        session.expect(PROMPT)
        browser.driver.get(address)
        for part in (grows, is_read, pauses, ends):
            part(session, browser)


if __name__ == "__main__":
    main()
