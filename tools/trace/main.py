"""./parley trace: takes a trace from the guest or from a file and writes or shows it."""

import argparse
import contextlib
import os
import pathlib
import sys
import tempfile
import threading
import time
import webbrowser

import capture
import live
import machine
import page
import pcapng
import perfetto
import session
import svg
from trace_reader import BITE, WATCHERS, Reader

POLL = 0.1  # seconds between looks at a stream that grows
PATIENCE = 10  # looks at which nothing has come, until what waits for a record of the clock is shown
STATUS_EMPTY = 1


def parse():
    parser = argparse.ArgumentParser(prog="./parley trace")
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--from", dest="source", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--stream", type=pathlib.Path, metavar="FILE")
    for kind in ("json", "pcapng", "svg", "html"):
        parser.add_argument(f"--{kind}", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--view", action="store_true")
    parser.add_argument("--tracer", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--append", default="")
    parser.add_argument("--timeout", type=int, default=600)
    parser.add_argument("commands", nargs="*", metavar="COMMAND")
    return parser.parse_args()


class Pump(threading.Thread):
    """Reads a file that grows into the reader, and on into the viewer, until told that it is whole."""

    def __init__(self, path, reader, server):
        super().__init__(daemon=True)
        self.path, self.reader, self.server = path, reader, server
        self.whole = threading.Event()
        self.error = None

    def run(self):
        try:
            with open(self.path, "rb") as file:
                self._follow(file)
        except Exception as error:  # noqa: BLE001: told to whoever waits for this thread
            self.error = error

    def _follow(self, file):
        quiet = 0
        while True:
            last = self.whole.is_set()
            data = file.read(BITE)
            self.reader.feed(data)
            if data:
                quiet = 0
                continue
            if last:
                break
            quiet += 1
            if self.server and quiet == PATIENCE:
                self.reader.flush()  # who watches live would rather see it without its exact time
            self._show()
            time.sleep(POLL)
        self.reader.finish()
        self._show(ended=True)

    def _show(self, ended=False):
        if self.server:
            self.server.chunks.cut(ended)

    def finish(self):
        """Everything has been written: waits until it is read."""
        self.whole.set()
        self.join()
        if self.error:
            raise self.error


def open_output(path, mode="w"):
    if mode == "w":
        return open(path, mode, encoding="utf-8")
    return open(path, mode)


@contextlib.contextmanager
def packets(options):
    """What the reader calls for each record: the pcapng writer's, where one is wanted."""
    if not options.pcapng:
        yield None
        return
    with open_output(options.pcapng, "wb") as file:
        yield pcapng.Writer(file).record


def make_reader(write_packet, hidden):
    reader = Reader(hidden=hidden)
    if write_packet:
        reader.on_record = lambda record, micro: write_packet(record, micro, reader.model)
    return reader


def take(options, stream, reader, server):
    """Fills the reader from the stream's file; boots the guest that writes it, if there is none yet."""
    pump = Pump(stream, reader, server)
    status = 0
    if options.source:
        pump.start()
    else:
        stream.write_bytes(b"")
        pump.start()
        status = capture.run(options.build.resolve(), options.append, stream, options.commands,
                             options.timeout)  # fmt: skip
    pump.finish()
    return status


def write_outputs(options, reader):
    writers = ((options.json, lambda file: perfetto.write(reader.model, file)),
               (options.svg, lambda file: svg.write(reader.model, file)),
               (options.html, lambda file: page.write(reader, file)))  # fmt: skip
    for path, write in writers:
        if path:
            with open_output(path) as file:
                write(file)
    for path in (options.json, options.pcapng, options.svg, options.html):
        if path:
            session.complain(f"wrote {path}")


def serve(reader, port):
    server = live.Server(reader, port)
    session.complain(f"the viewer is at {server.address}")
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(server.address)
    return server


def stay(server):
    """The page stays there until it is not wanted any more."""
    session.complain(f"{server.address} stays until Ctrl-C")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def run(options, stream):
    with packets(options) as write_packet:
        reader = make_reader(write_packet, () if options.tracer else WATCHERS)
        server = serve(reader, options.port) if options.view else None
        status = take(options, stream, reader, server)
    session.complain(reader.summary())
    if not reader.records:
        session.complain("no trace came: does this image have the server `tracer`?"
                         if not options.source else f"{options.source} holds no trace")  # fmt: skip
        return status or STATUS_EMPTY
    write_outputs(options, reader)
    if server:
        stay(server)
    return status


def main():
    options = parse()
    try:
        if options.source or options.stream:
            return run(options, (options.source or options.stream).resolve())
        with tempfile.TemporaryDirectory(prefix="parley-trace-") as folder:
            return run(options, pathlib.Path(folder) / "stream")
    except machine.Unavailable as missing:
        session.complain(missing)
        return session.STATUS_QEMU
    except OSError as error:
        session.complain(error)
        return STATUS_EMPTY


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
