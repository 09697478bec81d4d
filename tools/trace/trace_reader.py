"""A stream's bytes to a Model and, for who wants them, timed records. Enter at Reader or read_file()."""

import abi
from facts import expand
from model import Model
from stream import End, Lost, Name, Record, Restart, Stream
from timeline import Timeline

BITE = 1 << 20
WATCHERS = ("tracer",)  # whose own messages are no news to who watches


class Reader:
    """Feed it bytes; `model` grows. `on_record(record, microseconds)` sees each record, after the
    model has. Processes with `hidden` names are left out."""

    def __init__(self, on_record=None, hidden=WATCHERS):
        self.stream = Stream()
        self.timeline = Timeline()
        self.model = Model(hidden)
        self.on_record = on_record
        self.records = 0

    def feed(self, data):
        for entry in self.stream.feed(data):
            self._push(entry)

    def flush(self):
        """What waits for the time to be known does not wait any longer."""
        self._take(self.timeline.flush())

    def finish(self):
        for entry in self.stream.finish():
            self._push(entry)
        self.flush()

    def _push(self, entry):
        if not isinstance(entry, Record):
            self._take(self.timeline.push(entry))
            return
        micro = None
        if entry.what & abi.CLOCK:
            micro = entry.words[0] | entry.words[1] << 32
        self._take(self.timeline.push(entry, entry.time, micro, entry.clock))

    def _take(self, timed):
        model = self.model
        for entry, time in timed:
            if isinstance(entry, Record):
                self.records += 1
                for fact in expand(entry, time):
                    model.add(fact)
                if self.on_record and not model.hides(entry):
                    self.on_record(entry, time)
            elif isinstance(entry, Name):
                model.name(entry.endpoint, entry.name, entry.priority)
            elif isinstance(entry, Lost):
                model.lost(entry.count, entry.before, time)
            elif isinstance(entry, Restart):
                model.restart(entry.number, time)
            else:
                assert isinstance(entry, End)

    def summary(self):
        """One line about what came, with what did not."""
        return f"{len(self.model.items)} messages and marks, {len(self.model.lanes)} lanes; {self.note()}"

    def note(self):
        """How many records these are made of, and what is wrong with them."""
        stream = self.stream
        parts = [f"{self.records} records"]
        if stream.lost:
            parts.append(f"{stream.lost} records lost")
        if stream.skipped:
            parts.append(f"{stream.skipped} bytes were no trace")
        if stream.unknown:
            parts.append(f"{stream.unknown} records with facts unknown here")
        if self.timeline.assumed:
            parts.append("without a clock to go by: times are only relative")
        return ", ".join(parts)


def read_file(path, on_record=None):
    """A whole captured stream."""
    reader = Reader(on_record)
    with open(path, "rb") as file:
        while data := file.read(BITE):
            reader.feed(data)
    reader.finish()
    return reader
