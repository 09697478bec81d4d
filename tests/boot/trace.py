"""./parley trace with a real guest: what was typed is in each output, in the words of its protocol."""

import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from parley_machine import check, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def capture(build, folder):
    """The outputs' texts by kind."""
    files = {kind: folder / f"out.{kind}" for kind in ("json", "svg", "pcapng", "html")}
    result = subprocess.run(
        [sys.executable, ROOT / "tools" / "trace" / "main.py", "--build", build,
         *(f"--{kind}={path}" for kind, path in files.items()), "--", "greet Ada", "date"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300)  # fmt: skip
    check(result.returncode == 0, f"status {result.returncode}:\n{result.stdout}{result.stderr}")
    check("Hello, Ada!" in result.stdout, f"the guest said:\n{result.stdout}")
    check("clock to go by" not in result.stderr, f"the stream has no time:\n{result.stderr}")
    return files


def test(build):
    with tempfile.TemporaryDirectory() as name:
        files = capture(build, pathlib.Path(name))
        events = json.loads(files["json"].read_text())
        events = events["traceEvents"] if isinstance(events, dict) else events
        names = " ".join(event["name"] for event in events)
        tracks = {event["args"]["name"] for event in events if event["ph"] == "M" and "name" in event["args"]}
        check('greet(name="Ada")' in names and "wall(" in names, f"no such messages among {len(events)} events")
        check(any("greet" in track for track in tracks) and not any("tracer" in track for track in tracks),
              f"tracks: {tracks}")  # fmt: skip
        xml.etree.ElementTree.parse(files["svg"])
        page = files["html"].read_text()
        check("connect-src 'none'" in page and page.count("://") == page.count("http://www.w3.org/2000/svg"),
              "the page may ask the net for something")  # fmt: skip
        packets = subprocess.run(
            ["tshark", "-r", files["pcapng"], "-X", f"lua_script:{ROOT / 'tools/trace/parley.lua'}",
             "-Y", "parley.from == \"greet\" && parley.to == \"hello\""],
            capture_output=True, text=True, check=False, timeout=120)  # fmt: skip
        check("greet(name=" in packets.stdout, f"tshark shows:\n{packets.stdout}{packets.stderr}")


if __name__ == "__main__":
    run(test)
