#!/usr/bin/env python3
"""The viewer's page in Chromium, as a person uses it: from a file, and live from its server."""

import pathlib
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "trace"))

import live  # noqa: E402
import page  # noqa: E402
import stream_builder as s  # noqa: E402
from browser import Browser  # noqa: E402
from trace_reader import Reader  # noqa: E402

PLACE = """
  const wanted = arguments[0];
  for (let rank = 0; rank < app.shown.length; rank++) {
    const item = app.shown.items.data[rank];
    if (app.trace.text(item)[2] !== wanted) continue;
    const xs = [app.trace.item.source.data[item], app.trace.item.target.data[item]].map((lane) => app.picture.xs[lane]);
    return [(xs[0] + (xs[1] ?? xs[0])) / 2, app.picture.y(app.picture.placeOfItem(rank)), item];
  }
  return null;"""

# How many points of the picture's part [x, y, width, height] have that colour.
COUNT = """
  const [[x, y, w, h], name] = arguments, c = document.createElement('canvas').getContext('2d');
  c.fillStyle = app.picture.colours[name];
  c.fillRect(0, 0, 1, 1);
  const [r, g, b] = c.getImageData(0, 0, 1, 1).data, data = app.picture.context.getImageData(x, y, w, h).data;
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) count++;
  return count;"""

DETAILS = """return Object.fromEntries([...document.querySelectorAll('#details dl')].flatMap(
  (list) => [...list.querySelectorAll('dt')].map((dt) => [dt.textContent, dt.nextSibling.textContent])));"""


def read(data):
    reader = Reader()
    reader.feed(data)
    reader.finish()
    return reader


class Viewer(unittest.TestCase):
    """One browser for all; each test opens the page anew."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.folder = tempfile.TemporaryDirectory(prefix="parley-view-test-")
        cls.path = pathlib.Path(cls.folder.name) / "trace.html"
        with open(cls.path, "w", encoding="utf-8") as file:
            page.write(read(s.greeting().end()), file)

    @classmethod
    def tearDownClass(cls):
        cls.browser.driver.quit()
        cls.folder.cleanup()

    def setUp(self):
        if self._testMethodName.startswith("test_live"):
            return
        self.browser.open(self.path.as_uri())

    def tearDown(self):
        self.assertEqual([line for line in self.browser.log() if "readback" not in line], [])

    def shown(self):
        return self.browser.js("return Array.from({length: app.shown.length}, (_, r) => app.trace.text(app.shown.items.data[r])[2])")

    def test_it_loads_by_itself_and_draws(self):
        requests = self.browser.js("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        self.assertEqual([name for name in requests if not name.startswith("data:")], [])
        self.assertIn("connect-src 'none'", self.path.read_text(encoding="utf-8"))
        lanes = self.browser.js("return app.picture.lanes.map((lane) => app.trace.lanes[lane].name)")
        self.assertEqual(lanes, ["HARDWARE", "SYSTEM", "names", "tty", "hello", "shell", "greet"])
        self.assertEqual(len(self.shown()), 27)
        self.assertIn("27 of 27 messages and marks shown, 8 lanes", self.browser.text("status"))
        # A request's arrow is there, in its colour, between its lanes and nowhere else.
        x, y, _ = self.browser.js(PLACE, 'greet(name="Ada")')
        self.assertGreater(self.browser.js(COUNT, [x - 20, y - 1, 40, 3], "request"), 30)
        self.assertEqual(self.browser.js(COUNT, [100, y - 1, 100, 3], "request"), 0)

    def test_a_click_shows_the_messages_fields(self):
        x, y, _ = self.browser.js(PLACE, '= 0 (text="Hello, Ada!", visitor=0)')
        self.browser.click(x, y)
        details = self.browser.js(DETAILS)
        for name, value in (("from", "hello"), ("to", "greet"), ("call", "ipc_reply+receive"),
                            ("text", '"Hello, Ada!"'), ("visitor", "0"), ("answered after", "9.0 µs")):  # fmt: skip
            self.assertEqual(details.get(name), value, details)
        self.browser.js("document.querySelector('#details button').click()")
        self.assertEqual(self.browser.js(DETAILS)["name"], '"Ada"')
        self.browser.keys("g")
        self.assertEqual(self.browser.js(DETAILS)["text"], '"Hello, Ada!"')
        self.browser.keys("g")
        self.assertEqual(self.browser.js(DETAILS)["name"], '"Ada"')
        self.browser.keys("ARROW_RIGHT", "ARROW_RIGHT")
        self.assertEqual(self.browser.js(DETAILS)["name"], '"printer"')

    def test_a_poll_is_a_small_plain_mark(self):
        b = s.Builder()
        b.names(*s.SERVERS)
        s.write(b, s.SHELL, 1, "so that there is more than one lane")
        for result in (s.ENOTREADY, s.EDEADSRCDST):
            s.poll(b, s.SHELL, result=result)
        s.poll(b, s.SHELL, s.IN_OUTBOX, 0, 0)
        other = self.path.with_name("polls.html")
        with open(other, "w", encoding="utf-8") as file:
            page.write(read(b.end()), file)
        self.browser.open(other.as_uri())
        inked = {}
        for words in ("receive: nothing there", "receive: EDEADSRCDST", "in_outbox"):
            x, y, _ = self.browser.js(PLACE, words)
            box = [round(x) - 9, round(y) - 9, 18, 18]
            inked[words] = [self.browser.js(COUNT, box, colour) for colour in ("bad", "mark")]
        self.assertEqual(inked["receive: nothing there"][0], 0, inked)
        self.assertGreater(inked["receive: EDEADSRCDST"][0], 0, inked)
        self.assertLess(inked["receive: nothing there"][1], inked["in_outbox"][1], inked)
        self.browser.choose("kind", "poll")
        self.assertEqual(self.shown(), ["receive: nothing there"])

    def test_the_graph_is_of_the_chosen_moment(self):
        edges = """const c = app.picture.cursor; return app.graph.draw(c.row, c.time).map(
            (pair) => pair.map((lane) => app.trace.lanes[lane].name))"""
        x, y, _ = self.browser.js(PLACE, 'greet(name="Ada")')
        self.browser.click(x, y)
        self.assertEqual(self.browser.js(edges), [["shell", "HARDWARE"], ["greet", "hello"]])
        self.assertEqual(self.browser.js("return document.querySelectorAll('#graph .edge').length"), 2)
        self.assertIn("greet waits for hello's reply", self.browser.text("states").replace("\n", " "))
        x, y, _ = self.browser.js(PLACE, "greet dies: exit 0")
        self.browser.click(x, y)
        self.assertNotIn("greet", self.browser.text("states"))

    def test_filters_hide_what_does_not_fit(self):
        self.browser.choose("process", "greet")
        self.assertEqual(len(self.shown()), 14)
        self.browser.choose("peer", "names")
        self.assertEqual(self.shown(), ['lookup(name="hello", index=0)', '= 0 (name="hello", endpoint=1027)',
                                        'lookup(name="printer", index=0)', "= ENOENT"])  # fmt: skip
        self.assertEqual(self.browser.js("return app.picture.lanes.length"), 2)
        self.browser.choose("call", "16")
        self.assertEqual(len(self.shown()), 2)
        self.browser.keys("ESCAPE")
        self.browser.choose("type", "write")
        self.assertEqual(self.shown(), ['write(console=0, text="\\r\\n")', "= 0",
                                        'write(console=0, text="Hello, Ada! You are")', "= 0"])  # fmt: skip
        self.browser.choose("type", "")
        self.browser.choose("kind", "death")
        self.assertEqual(self.shown(), ["greet dies: exit 0"])
        self.browser.js("document.getElementById('reset').click()")
        self.assertEqual(len(self.shown()), 27)

    def test_search_finds(self):
        self.browser.keys("/", "ada", "ENTER")
        self.assertEqual(self.browser.text("found"), "2 of 4")
        self.assertEqual(self.browser.js(DETAILS)["name"], '"Ada"')
        self.browser.js("document.getElementById('search').blur()")
        for key, where in (("n", "3 of 4"), ("n", "4 of 4"), ("n", "1 of 4"), ("N", "4 of 4")):
            self.browser.keys(key)
            self.assertEqual(self.browser.text("found"), where)
        self.browser.choose("search", "no such thing")
        self.assertEqual(self.browser.text("found"), "0 found")

    def test_scales_zoom_and_map(self):
        self.browser.keys("o", "a")
        self.assertEqual(self.browser.js("return [app.picture.scale, document.getElementById('scale').value]"), ["time", "time"])
        low, high = self.browser.js("return app.picture.bounds")
        self.assertTrue(low < 1005 and high > 1169)
        before = self.browser.js("return app.picture.perPixel")
        self.browser.js("""document.getElementById('picture').dispatchEvent(new WheelEvent('wheel',
            {deltaY: -300, ctrlKey: true, clientX: 300, clientY: 400, bubbles: true, cancelable: true}))""")
        self.assertAlmostEqual(self.browser.js("return app.picture.perPixel") / before, 2.71828 ** -0.9, places=3)
        self.browser.keys("-", "-", "-", "+", "END")
        for _ in range(6):
            self.browser.keys("+")
        self.browser.click(30, 5, "map")
        self.assertAlmostEqual(self.browser.js("return app.picture.top"), low, places=3)

    def test_many_messages_are_counted(self):
        b = s.Builder()
        for ticket in range(1, 3001):
            s.write(b, s.SHELL, ticket, f"line {ticket}")
        other = self.path.with_name("many.html")
        with open(other, "w", encoding="utf-8") as file:
            page.write(read(b.end()), file)
        self.browser.open(other.as_uri())
        self.browser.keys("a")
        self.assertEqual(self.browser.js("return [app.picture.arrows, app.shown.length]"), [False, 6000])
        counted = self.browser.js("""const n = app.trace.lanes.length, sent = new Float64Array(n), got = new Float64Array(n);
            app.shown.touches(0, 6000, sent, got); return [[...sent], [...got]]""")
        self.assertEqual(counted, [[3000, 3000], [3000, 3000]])
        self.assertGreater(self.browser.js(COUNT, [100, 40, 800, 700], "request"), 5000)
        self.browser.choose("search", "line 2999")
        self.assertEqual(self.browser.text("found"), "1 of 1")
        self.assertIn("line 2999", self.browser.text("details"))

    def test_live(self):
        reader, b = Reader(), s.Builder()
        server = live.Server(reader)
        try:
            b.names(*s.SERVERS)
            s.write(b, s.SHELL, 1, "one")
            b.tick()
            self.more(reader, server, b)
            self.browser.open(server.address)
            self.assertEqual(len(self.shown()), 2)
            s.write(b, s.SHELL, 2, "two")
            self.more(reader, server, b)
            self.browser.until("return app.trace.count === 4", "what came is not there")
            self.assertIn("Live. 4 of 4", self.browser.text("status"))
            self.browser.js("document.getElementById('pause').click()")
            for ticket in range(3, 103):
                s.write(b, s.SHELL, ticket, "more")
            self.more(reader, server, b)
            # One request was under way when it was paused; none follows it.
            self.browser.until("return app.trace.count === 204", "what was asked for before the pause is not there")
            s.write(b, s.SHELL, 103, "last")
            self.more(reader, server, b)
            self.browser.driver.execute_async_script("fetch('chunk/3').then((answer) => answer.arrayBuffer()).then(arguments[0])")
            self.browser.drawn()
            self.assertIn("Paused", self.browser.text("status"))
            self.assertEqual(self.browser.js("return app.trace.count"), 204)
            self.browser.js("document.getElementById('pause').click()")
            self.browser.until("return app.trace.count === 206", "what came while it was paused is not there")
            self.browser.drawn()
            self.assertEqual(self.browser.js("return app.picture.inSight()[1]"), 206)
            reader.finish()
            server.chunks.cut(ended=True)
            self.browser.until("return app.trace.ended", "the end is not there")
            self.assertIn("The stream has ended. 206 of 206", self.browser.text("status"))
        finally:
            server.shutdown()
            server.server_close()

    def test_live_server_answers_nobody_else(self):
        server = live.Server(read(s.greeting().end()))
        try:
            for path, host, status in (("", "elsewhere.example", 403), ("secret", None, 404), ("chunk/x", None, 404)):
                request = urllib.request.Request(server.address + path, headers={"Host": host} if host else {})
                with self.assertRaises(urllib.error.HTTPError) as error:
                    urllib.request.urlopen(request)
                error.exception.close()
                self.assertEqual(error.exception.code, status)
        finally:
            server.shutdown()
            server.server_close()

    @staticmethod
    def more(reader, server, b):
        data = b.bytes()
        b.out.clear()
        reader.feed(data)
        reader.flush()
        server.chunks.cut()


if __name__ == "__main__":
    unittest.main()
