#!/usr/bin/env python3
"""What ./parley web makes, in Chromium, as a person uses it: from a web server's subfolder, and as a file.

    page.py --build BUILD [--picture FILE]

Says how long each way to the prompt took; none is asserted beyond a hang's bound.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "trace"))

from browser import Browser, served  # noqa: E402
from selenium.webdriver import ActionChains, Keys  # noqa: E402

SUBFOLDER = "some/where"
IDLE = "return document.documentElement.dataset.state === 'idle'"
# What the screen shows, where it is text; a framebuffer's letters are pixels, and what they are the serial line says as well.
SCREEN = """const [text, canvas] = document.querySelector('#screen').children;
return canvas.checkVisibility() ? heard : text.innerText.replaceAll('\\u00a0', ' ')"""
LISTEN = """window.heard = ''; parley.emulator.add_listener('serial0-output-byte', (byte) => byte === 13 || (heard += String.fromCharCode(byte)));"""
# How many pixels of a framebuffer are lit; null where the screen is text.
LIT = """const canvas = document.querySelector('#screen canvas');
if (!canvas.checkVisibility()) return null;
const data = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
return data.reduce((sum, pixel) => sum + ((pixel & 0xffffff) !== 0), 0);"""
LETTERS = 300  # pixels that a short line of text lights at least
ROWS = """return Array.from({length: app.shown.length}, (_, rank) => {
  const item = app.shown.items.data[rank];
  return [app.trace.laneName(app.trace.item.source.data[item]), app.trace.laneName(app.trace.item.target.data[item]),
          app.trace.kind(item), app.trace.text(item)[2]];
})"""
LANES = "return app.picture.lanes.map((lane) => app.trace.lanes[lane].name)"
CHOSEN = "return app.picture.selected < 0 ? null : app.trace.text(app.picture.selected)[2]"
EDGES = """const c = app.picture.cursor; return app.graph.draw(c.row, c.time).map(
  (pair) => pair.map((lane) => app.trace.lanes[lane].name))"""
options = root = folder = None


def make(folder):
    command = [sys.executable, ROOT / "tools/web/build.py", "--build", options.build, folder]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


class Page(unittest.TestCase):
    """One folder, one server, one browser; the tests go on where the one before ended, in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.base = cls.enterClassContext(served(root)) + f"{SUBFOLDER}/"
        cls.browser = cls.enterClassContext(Browser(1500, 960))
        cls.browser.driver.get(cls.base)
        cls.browser.until(IDLE, "the page does not come to rest")
        cls.browser.js(LISTEN)

    def tearDown(self):
        log = [line for line in self.browser.log() if "readback" not in line]
        self.assertEqual(log, [])

    def lanes(self, script):
        """The script's answer in the lanes' frame."""
        self.browser.driver.switch_to.frame("lanes")
        try:
            return self.browser.js(script)
        finally:
            self.browser.driver.switch_to.default_content()

    def report(self, words):
        print(f"{words}: {self.browser.text('status')}", flush=True)

    def screen_has(self, pattern):
        script = SCREEN.replace("return ", "const shown = ") + f"; return {pattern}.test(shown)"
        try:
            self.browser.until(script, f"the screen does not show {pattern}")
        except AssertionError as error:
            raise AssertionError(f"{error}; it shows\n{self.browser.js(SCREEN)}") from None

    def play(self, scene):
        self.browser.js("document.getElementById(arguments[0]).click()", scene)
        self.browser.until(IDLE, f"{scene} does not end")
        self.assertNotIn("did not work", self.browser.text("status"))
        look = self.browser.text("look")
        return look

    def is_another_guest(self):
        """It counts its visitors anew, and so does the listening to what it says."""
        self.browser.js(LISTEN)
        self.browser.js("parley.console.run('greet again')")
        self.screen_has(r"/Hello, again! You are visitor 1\./")

    def test_1_it_is_at_the_prompt(self):
        self.report("opened")
        self.assertRegex(self.browser.text("status"), r"^At the prompt after [\d.]+ s, from a saved state\.$")
        self.assertTrue(self.browser.js("return parley.console.atPrompt()"))
        self.assertFalse(self.browser.js("return document.getElementById('alone').checkVisibility()"))
        names = self.lanes("return app.trace.lanes.map((lane) => lane.name)")
        self.assertLessEqual({"supervisor", "names", "tty", "hello", "shell"}, set(names))
        self.assertNotIn("tracer", names)

    def test_2_keys_reach_the_guest_and_lanes_move(self):
        before, lit = self.lanes("return app.trace.count"), self.browser.js(LIT)
        self.browser.driver.find_element("id", "screen").click()
        ActionChains(self.browser.driver).send_keys("greet grace", Keys.ENTER).perform()
        self.screen_has(r"/Hello, grace! You are visitor \d+\./")
        if lit is not None:
            self.browser.until(f"return (() => {{{LIT}}})() > {lit + LETTERS}", "the letters are not on the framebuffer")
        # Keys that are for the page do not reach it.
        self.browser.js("document.activeElement.blur()")
        ActionChains(self.browser.driver).send_keys("x").perform()
        self.browser.driver.find_element("id", "screen").click()
        ActionChains(self.browser.driver).send_keys("echo y", Keys.ENTER).perform()
        self.screen_has(r"/parley> echo y *\n/")
        self.browser.driver.switch_to.frame("lanes")
        self.browser.until(f"return app.trace.count > {before} && app.trace.texts.some((text) => text[2].includes('Hello, grace!'))",
                           "the lanes do not show the greeting")  # fmt: skip
        rows = self.browser.js(ROWS)
        self.browser.driver.switch_to.default_content()
        self.assertIn(["greet", "hello", "request", 'greet(name="grace")'], rows)
        self.assertTrue(any(row[:3] == ["HARDWARE", "tty", "irq"] and row[3] == "irq 1" for row in rows), "no key's interrupt")

    def test_3_ping_pong(self):
        self.assertIn("ten times", self.play("ping"))
        self.screen_has(r"/hello: 10 sent, 10 answered, 0 wrong/")
        rows = self.lanes(ROWS)
        self.assertEqual([row[:3] for row in rows], [["shell", "hello", "request"], ["hello", "shell", "reply"]] * 10)
        self.assertEqual(self.lanes(LANES), ["hello", "shell"])

    def test_4_deadlock(self):
        self.assertIn("refuses", self.play("deadlock"))
        self.screen_has(r"/deadlock refused: bob -> alice -> bob/")
        self.screen_has(r"/alice: bob answered, nobody hangs/")
        self.assertIn("ELOCKED", self.lanes(CHOSEN))
        self.assertIn(["alice", "bob"], self.lanes(EDGES))
        if options.picture:
            self.browser.screenshot(options.picture)

    def test_5_killed_drivers(self):
        for scene, name, said in (("terminal", "tty", r"/\nthe terminal is back/"), ("clock", "clock", r"/\w{3} 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC/")):
            self.play(scene)
            self.screen_has(said)
            self.assertEqual(self.lanes(CHOSEN), f"{name} dies: kill")
            self.assertIn(f"{name} is born", [row[3] for row in self.lanes(ROWS)])
            self.assertEqual(self.lanes(LANES).count(name), 2)

    def test_6_flood(self):
        self.assertIn("as wide as it is busy", self.play("flood"))
        self.screen_has(r"/hello: 3000 sent, 3000 answered, 0 wrong/")
        self.assertFalse(self.lanes("return app.picture.arrows"))
        self.assertGreater(self.lanes("return app.trace.count"), 3000)

    def test_6_whatever_was_begun_gives_way(self):
        browser = self.browser
        browser.driver.find_element("id", "screen").click()
        ActionChains(browser.driver).send_keys("spin", Keys.ENTER).perform()
        browser.until("return parley.console.text.endsWith('spin\\n')", "spin does not begin")
        self.play("ping")
        self.assertEqual(len(self.lanes(ROWS)), 20)
        browser.js("parley.console.run('trace stream off').then(() => parley.console.run('echo half a line')).then(() => window.off = true)")
        browser.until("return window.off", "the trace cannot be switched off")
        browser.driver.find_element("id", "screen").click()
        ActionChains(browser.driver).send_keys("half a li").perform()
        time.sleep(2.5)  # until the page can tell that nothing comes any more
        self.play("deadlock")
        self.assertIn("ELOCKED", self.lanes(CHOSEN))

    def test_7_boot_from_the_cd_and_back(self):
        # A scene that waits for a guest that is off gives way.
        self.browser.js("parley.console.run('poweroff').catch(() => {})")
        self.screen_has(r"/It is now safe to switch off/")
        self.browser.js("document.getElementById('ping').click(); document.getElementById('cold').click()")
        self.browser.until("return document.getElementById('status').textContent.includes('booted from the CD')", "it does not boot")
        self.browser.until(IDLE, "the trace does not begin")
        self.report("cold")
        self.is_another_guest()
        self.play("ping")
        self.assertEqual(len(self.lanes(ROWS)), 20)
        self.browser.js("document.getElementById('saved').click()")
        self.browser.until(IDLE, "it does not go back")
        self.report("back")
        self.is_another_guest()
        self.play("deadlock")
        self.assertIn("ELOCKED", self.lanes(CHOSEN))

    def test_8_no_request_leaves_the_folder(self):
        asked = [url for url in self.browser.requests() if not url.startswith(("data:", "blob:"))]
        self.assertIn(f"{self.base}boot/parley.iso", asked)
        self.assertEqual([url for url in asked if not url.startswith(self.base)], [])
        policy = self.browser.js("return document.querySelector('meta[http-equiv]').content")
        self.assertIn("default-src 'none'", policy)
        self.browser.js("fetch('http://127.0.0.1:1/').catch(() => {})")
        self.browser.until("return true", "")
        self.assertRegex(" ".join(self.browser.log()), "Content Security Policy")

    def test_9_as_a_file_it_says_what_to_do(self):
        browser = self.browser
        browser.driver.get((folder / "index.html").as_uri())
        self.assertIn("python3 -m http.server", browser.text("alone"))
        self.assertTrue(browser.js("return document.getElementById('alone').checkVisibility()"))
        self.assertFalse(browser.js("return document.getElementById('page').checkVisibility()"))
        log = browser.log()
        self.assertTrue(all("web.js" in line for line in log), log)


class Folder(unittest.TestCase):
    """What can be said without a browser."""

    def test_docs_lead_back(self):
        """What else the docs have to do, tests/site asks."""
        for page in ("en/ipc.html", "zh/design/trap.html"):
            way = "../" * page.count("/") + "../index.html"
            self.assertIn(f'href="{way}"', (folder / "docs" / page).read_text(encoding="utf-8"))
        self.assertTrue((folder / "v86/LICENSE").is_file() and (folder / "bios/copyright").is_file())

    def test_a_folder_with_something_in_it_stays(self):
        with tempfile.TemporaryDirectory(prefix="parley-web-test-") as temporary:
            mine = pathlib.Path(temporary) / "mine"
            mine.write_text("mine")
            answer = make(pathlib.Path(temporary))
            self.assertEqual((answer.returncode, mine.read_text()), (1, "mine"), answer.stdout)
            self.assertIn("has something in it", answer.stdout)
            self.assertEqual(make(mine).returncode, 1)


def main():
    global options, root, folder
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--picture", type=pathlib.Path)
    options, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="parley-web-test-") as temporary:
        root = pathlib.Path(temporary).resolve()
        folder = root / SUBFOLDER
        made = make(folder)
        print(made.stdout, flush=True)
        if made.returncode:
            sys.exit("the folder could not be made")
        unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
