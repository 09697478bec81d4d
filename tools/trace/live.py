"""The viewer over HTTP, to this computer only: the page, and the trace as it grows.

GET / is the page; GET /chunk/N the chunk of that number (tools/trace/columns.py), as soon as there is
one; 204 when none has come for a while, and the page asks again.
"""

import http.server
import threading

import columns
import page

PATIENCE = 10  # seconds that a request for the next chunk waits


class Chunks:
    """What the pages can have, filled by the reader's thread."""

    def __init__(self, reader):
        self.reader = reader
        self.cutter = columns.Cutter(reader.model)
        self.list = []
        self.ended = False
        self.changed = threading.Condition()

    def cut(self, ended=False):
        """Makes what the reader has taken in since a chunk."""
        chunk = self.cutter.next(ended, self.reader.note())
        if chunk is not None:
            with self.changed:
                self.list.append(chunk)
                self.ended = ended
                self.changed.notify_all()

    def get(self, number):
        with self.changed:
            self.changed.wait_for(lambda: number < len(self.list) or self.ended, PATIENCE)
            return self.list[number] if number < len(self.list) else None


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.chunks`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        if host not in ("127.0.0.1", "localhost"):  # a name that somebody made point here
            self._answer(403, b"", "text/plain")
        elif self.path == "/":
            self._answer(200, page.page().encode(), "text/html; charset=utf-8")
        elif self.path.startswith("/chunk/") and self.path[7:].isdecimal():
            chunk = self.server.chunks.get(int(self.path[7:]))
            self._answer(204 if chunk is None else 200, chunk or b"", "application/octet-stream")
        else:
            self._answer(404, b"", "text/plain")

    def _answer(self, status, body, kind):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nobody reads a log of one's own page."""


class Server(http.server.ThreadingHTTPServer):
    """Runs in a thread of its own until closed."""

    daemon_threads = True

    def __init__(self, reader, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.chunks = Chunks(reader)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request, client_address):
        """A page that was closed while it waited."""
