"""Times of records in microseconds since boot.

With the time-stamp counter, CLOCK records say what time it was at theirs, and everything between two
of them lies on a straight line; before the first and behind the last the nearest line goes on. Until
there are two, a rate has to be assumed. Times never go back: where a guess was too far ahead, time
stands still until the truth has caught up.
"""

import abi
from stream import TIMES

ASSUMED_RATE = 1000.0  # ticks in a microsecond


class Timeline:
    """Takes entries in their order and gives them back with their times, as soon as these are known."""

    def __init__(self):
        self.waiting = []
        self.anchor = None  # (ticks, microseconds) of the last CLOCK
        self.rate = None
        self.last = 0.0
        self.assumed = False  # whether a time was ever made up

    def push(self, entry, ticks=None, micro=None, clock=None):
        """An entry and its ticks, or None where it has no time of its own; `micro` if it is a CLOCK's.
        Returns pairs (entry, microseconds) that are ready."""
        self.waiting.append((entry, ticks))
        if clock == abi.CLOCK_MICROSECONDS:
            self.anchor, self.rate = (ticks, ticks), 1.0
            return self.flush()
        if micro is None:
            return ()
        former, self.anchor = self.anchor, (ticks, micro)
        if former is not None and micro > former[1]:
            self.rate = ((ticks - former[0]) % TIMES) / (micro - former[1])
        return self.flush() if self.rate else ()

    def flush(self):
        """Everything that waits, with the best that is known."""
        result = [(entry, self._time(ticks)) for entry, ticks in self.waiting]
        self.waiting = []
        return result

    def _time(self, ticks):
        if ticks is not None:
            if self.rate is None:
                self.assumed = True
            if self.anchor is None:
                self.anchor = (ticks, self.last)
            base_ticks, base_micro = self.anchor
            ahead = (ticks - base_ticks) % TIMES
            if ahead >= TIMES // 2:
                ahead -= TIMES
            self.last = max(self.last, base_micro + ahead / (self.rate or ASSUMED_RATE))
        return self.last
