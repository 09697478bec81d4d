#!/usr/bin/env python3
"""What ./parley trace --from FILE writes: JSON against a schema of the trace-event format, pcapng as
tshark reads it with the dissector, SVG as XML; the numbers in all three against the story that the
stream tells (stream_builder.py)."""

import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from xml.etree import ElementTree

import jsonschema
import stream_builder as s

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
LUA = ROOT / "tools" / "trace" / "parley.lua"
sys.path.insert(0, str(ROOT / "tools" / "trace"))

import svg  # noqa: E402
from trace_reader import Reader  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def trace(*words):
    return subprocess.run([ROOT / "parley", "trace", *words], capture_output=True, text=True, cwd=ROOT)


class Outputs(unittest.TestCase):
    """All of them from one call of the command."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="parley-trace-test-")
        cls.path = pathlib.Path(cls.folder.name)
        (cls.path / "stream").write_bytes(b"noise" + s.greeting().end())
        wanted = [f"--{kind}={cls.path}/out.{kind}" for kind in ("json", "pcapng", "svg", "html")]
        cls.run_of_it = trace(f"--from={cls.path}/stream", *wanted)
        assert cls.run_of_it.returncode == 0, cls.run_of_it.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_what_it_says(self):
        self.assertIn("27 messages and marks, 8 lanes; 57 records, 5 bytes were no trace", self.run_of_it.stderr)

    # ---- JSON ------------------------------------------------------------------------------------

    def events(self):
        return json.loads((self.path / "out.json").read_text())["traceEvents"]

    def test_json_is_of_the_format(self):
        schema = json.loads((HERE / "trace_event.schema.json").read_text())
        validator = jsonschema.Draft202012Validator(schema)
        document = json.loads((self.path / "out.json").read_text())
        wrong = [error.message[:200] for error in validator.iter_errors(document)]
        self.assertEqual(wrong, [])
        for planted in ({"ph": "X", "pid": 1, "tid": 1, "name": "x", "cat": "y", "ts": 1},
                        {"ph": "s", "pid": 1, "tid": 1, "name": "x", "cat": "y", "ts": 1, "bp": "e"},
                        {"ph": "Q", "pid": 1, "tid": 1, "name": "x", "ts": 1},
                        {"ph": "i", "pid": 1, "tid": 1, "name": "x", "ts": -1, "s": "t"}):  # fmt: skip
            self.assertFalse(validator.is_valid({"traceEvents": [planted]}), planted)

    def tracks(self):
        return {e["tid"]: e["args"]["name"] for e in self.events() if e["name"] == "thread_name"}

    def test_json_has_a_track_a_process(self):
        self.assertEqual(sorted(self.tracks().values()),
                         ["HARDWARE", "SYSTEM", "clock 1026", "greet 2053", "hello 1027", "names 1024",
                          "shell 1028", "tty 1025"])  # fmt: skip

    def test_json_slices_lie_one_behind_the_other(self):
        end = {}
        slices = [e for e in self.events() if e["ph"] == "X" and e["cat"] == "state"]
        for event in slices:
            self.assertGreaterEqual(event["ts"] + 1e-6, end.get(event["tid"], 0))
            end[event["tid"]] = event["ts"] + event["dur"]
        named = {(self.tracks()[e["tid"]], e["name"]) for e in slices}
        for pair in (("greet 2053", "running"), ("greet 2053", "waits for hello's reply"),
                     ("shell 1028", "waits for tty's reply"), ("tty 1025", "receives from anyone")):  # fmt: skip
            self.assertIn(pair, named)

    def test_json_arrows_go_from_request_to_answer(self):
        tracks, flows = self.tracks(), {}
        for event in self.events():
            if event["ph"] in "stf":
                flows.setdefault(event["id"], []).append((event["ph"], tracks[event["tid"]].split()[0], event["ts"]))
        chains = ["".join(f"{phase}:{track} " for phase, track, _ in chain).strip() for chain in flows.values()]
        self.assertIn("s:greet t:hello t:hello f:greet", chains)
        self.assertIn("s:shell t:tty t:tty f:shell", chains)
        self.assertIn("s:HARDWARE f:tty", chains)
        for chain in flows.values():
            self.assertEqual([time for *_, time in chain], sorted(time for *_, time in chain))

    def test_json_instants(self):
        names = {event["name"] for event in self.events() if event["ph"] == "i"}
        self.assertEqual(names, {"irq 1", "interrupt(bits=0x2)", "interrupt(bits=death)", "greet is born",
                                 "greet dies: exit 0", "ipc_request: EDEADSRCDST"})  # fmt: skip

    # ---- pcapng ----------------------------------------------------------------------------------

    def tshark(self, *words):
        self.assertTrue(shutil.which("tshark"), "tshark is missing: install the Debian package tshark")
        run = subprocess.run(["tshark", "-X", f"lua_script:{LUA}", "-r", f"{self.path}/out.pcapng", *words],
                             capture_output=True, text=True)  # fmt: skip
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotRegex(run.stderr, "Lua|lua")
        return run.stdout.splitlines()

    def packets(self, *names, filter_=None):
        """Of each packet that the filter shows, those fields."""
        words = [word for name in names for word in ("-e", name)]
        lines = self.tshark(*(("-Y", filter_) if filter_ else ()), "-T", "fields", "-E", "separator=|", *words)
        return [tuple(line.split("|")) for line in lines]

    def test_pcapng_has_a_packet_a_record(self):
        rows = self.packets("frame.number", "parley.number", "frame.time_epoch", "parley.what", "parley.value",
                            "parley.result", "parley.from", "parley.text")  # fmt: skip
        self.assertEqual([(int(row[0]), int(row[1])) for row in rows], [(n + 1, n) for n in range(57)])
        self.assertEqual((float(rows[0][2]), float(rows[-1][2])), (0.001, 0.001173))
        self.assertEqual([row[4] for row in rows if row[3] == "0x00000080"], ["1"])  # the interrupt's line
        self.assertEqual([row[6:] for row in rows if row[5] == "-204"], [("shell", "ipc_request: EDEADSRCDST")])
        self.assertEqual(sum("Ada" in row[7] for row in rows), 5)

    def test_pcapng_filters_by_every_field(self):
        shows = ("parley.from", "parley.to", "parley.text", "parley.second", "parley.call.number")
        rows = self.packets(*shows, filter_='(parley.from == "greet" && parley.call == "ipc_request" &&'
            ' parley.type == 1024) || (parley.call.ticket == 4 && parley.to.endpoint == 2053)'
            ' || (parley.what.death == 1 && parley.result == 0) || parley.text contains "EDEAD"')  # fmt: skip
        self.assertEqual(rows, [
            ("greet", "hello", 'greet(name="Ada")', "0x00040003", "0x00000010"),
            ("hello", "greet", '= 0 (text="Hello, Ada!", visitor=0)', "0x00000005", "0x000000a0"),
            ("greet", "NONE", "greet dies: exit 0", "0x00000000", ""),
            ("shell", "NONE", "ipc_request: EDEADSRCDST", "0x00000805", ""),
        ])  # fmt: skip

    def test_the_dissectors_names_of_calls_are_the_kernels(self):
        header = (ROOT / "ipc/include/abi/calls.h").read_text()
        numbers = dict(re.findall(r"^#define (IPC_\w+) +(0x[0-9A-Fa-f]+)", header, re.M))
        privilege = (ROOT / "ipc/include/abi/privilege.h").read_text()
        wanted = {int(numbers[symbol], 16): name
                  for name, symbol in re.findall(r"X\((\w+), +(IPC_\w+), +\d+\)", privilege)}  # fmt: skip
        wanted[int(numbers["IPC_REPLY_RECEIVE"], 16)] = "ipc_reply+receive"
        calls = re.search(r"CALLS = \{(.*?)\}", LUA.read_text(), re.S)[1]
        self.assertEqual({int(n, 16): name for n, name in re.findall(r'\[(0x\w+)\] = "([^"]+)"', calls)}, wanted)

    # ---- SVG -------------------------------------------------------------------------------------

    def svg(self):
        return ElementTree.parse(self.path / "out.svg").getroot()

    def texts(self, style=None):
        return [e.text for e in self.svg().iter(f"{SVG}text") if style is None or e.get("class") == style]

    def test_svg_has_a_lane_a_process_and_an_arrow_a_message(self):
        self.assertEqual(self.texts("name"), ["HARDWARE", "SYSTEM", "names", "tty", "hello", "shell", "greet"])
        heads = [e.get("class") for e in self.svg().iter(f"{SVG}path") if "head" in e.get("class")]
        self.assertEqual((heads.count("head request"), heads.count("head reply"), heads.count("head event")),
                         (10, 9, 2))  # fmt: skip
        self.assertIn('= 0 (text="Hello, Ada!", visitor=0)', self.texts())
        self.assertIn("= ENOENT", self.texts("bad"))

    def test_svg_labels_do_not_overlap_and_stay_inside(self):
        root, boxes = self.svg(), []
        width, height = float(root.get("width")), float(root.get("height"))
        for e in root.iter(f"{SVG}text"):
            x, y, wide = float(e.get("x")), float(e.get("y")), 6.5 * len(e.text)
            if e.get("class") in ("name", "sub"):
                x -= wide / 2
            elif e.get("text-anchor") == "end":
                x -= wide
            boxes.append((x, y - 10, x + wide, y + 2, e.text))
            self.assertTrue(0 <= x and x + wide <= width + 1 and 0 < y < height, e.text)
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                self.assertTrue(apart, f"{a[4]!r} lies on {b[4]!r}")

    def test_svg_polls_are_small_and_plain(self):
        b = s.Builder()
        s.poll(b, s.SHELL)
        s.poll(b, s.SHELL, result=s.EDEADSRCDST)
        s.poll(b, s.SHELL, s.IN_OUTBOX, 0, 0)
        reader, file = Reader(), io.StringIO()
        reader.feed(b.end())
        reader.finish()
        svg.write(reader.model, file)
        root = ElementTree.fromstring(file.getvalue())
        marks = {e.get("class"): e.get("d").partition("l")[2] for e in root.iter(f"{SVG}path")}
        self.assertEqual(marks, {"mark poll": "2.5 2.5l-2.5 2.5l-2.5 -2.5z", "mark error": "10 10m0 -10l-10 10",
                                 "mark call": "5 5l-5 5l-5 -5z"})  # fmt: skip
        styles = {e.text: e.get("class") for e in root.iter(f"{SVG}text")}
        self.assertEqual((styles["receive: nothing there"], styles["receive: EDEADSRCDST"]), ("note", "bad"))
        self.assertRegex(root.find(f"{SVG}style").text, r"\.call, \.poll \{ stroke:var\(--soft\)")

    def test_svg_for_light_and_dark(self):
        style = self.svg().find(f"{SVG}style").text
        light, dark = re.findall(r":root \{(.*?)\}", style, re.S)
        self.assertEqual(set(re.findall(r"--\w+", light)), set(re.findall(r"--\w+", dark)))
        self.assertTrue(set(re.findall(r"var\((--\w+)\)", style)) <= set(re.findall(r"--\w+", light)))


class Command(unittest.TestCase):
    """What it says to those who ask for something else."""

    def test_it_says_what_is_wrong(self):
        with tempfile.TemporaryDirectory() as folder:
            empty = pathlib.Path(folder) / "empty"
            empty.write_bytes(b"nothing of the kind")
            for words, status, said in (
                ((f"--from={empty}",), 2, "say what to make of it"),
                ((f"--from={folder}/none", "--view"), 2, "cannot be read"),
                ((f"--from={empty}", "--svg=x", "--", "ps"), 2, "boots nothing"),
                ((f"--from={empty}", f"--svg={folder}/x"), 1, "holds no trace"),
                ((f"--from={empty}", f"--svg={folder}/no/x"), 1, "holds no trace"),
            ):
                run = trace(*words)
                self.assertEqual((run.returncode, said in run.stderr), (status, True), run.stderr)
            self.assertFalse((pathlib.Path(folder) / "x").exists())

    def test_a_long_trace_says_what_the_picture_leaves_out(self):
        with tempfile.TemporaryDirectory() as folder:
            b = s.Builder()
            for ticket in range(1, 302):
                s.write(b, s.SHELL, ticket, f"line {ticket}")
            (pathlib.Path(folder) / "stream").write_bytes(b.end())
            run = trace(f"--from={folder}/stream", f"--svg={folder}/out.svg")
            self.assertEqual(run.returncode, 0, run.stderr)
            text = (pathlib.Path(folder) / "out.svg").read_text()
            ElementTree.fromstring(text)
            self.assertIn("202 more are left out", text)


if __name__ == "__main__":
    sys.exit(unittest.main())
