"""A trace as a sequence diagram: a lane a process, time downwards, a row a message.

Readable on light and dark grounds, by its own style sheet. A diagram has MOST_ROWS rows at most;
what is left out is said below it.
"""

from xml.sax.saxutils import escape

import abi
from model import ARROWS

MOST_ROWS = 400
ROW = 26
LANE = 150
MOST_BOX = 124  # around a name
LEFT = 96  # for times
TOP = 64
BOTTOM = 44
CHARACTER = 6.5  # pixels, of the labels' font, on the safe side
MOST_CHARACTERS = 80
GAP = 8  # between a lane and what is written beside it

STYLE = """
:root { --ground:#ffffff; --ink:#1f2933; --soft:#6b7785; --line:#cfd6de; --run:#4a7fb5; --ready:#b9cfe6;
  --request:#1f5fa8; --reply:#2f7d4f; --send:#7a4fa3; --event:#a8660b; --bad:#b3261e; --box:#eef2f6; }
@media (prefers-color-scheme: dark) {
  :root { --ground:#14181d; --ink:#e6eaee; --soft:#97a3b0; --line:#38424d; --run:#5d9bd8; --ready:#2f4d6b;
    --request:#7db4f0; --reply:#79c99a; --send:#c39be8; --event:#e5ac52; --bad:#ff8a80; --box:#212830; } }
.ground { fill:var(--ground); } .box { fill:var(--box); stroke:var(--line); }
text { font:12px system-ui, "Segoe UI", "DejaVu Sans", Arial, sans-serif; fill:var(--ink);
  paint-order:stroke; stroke:var(--ground); stroke-width:4px; stroke-linejoin:round; }
.name { font-weight:600; font-size:13px; text-anchor:middle; stroke:none; }
.sub { font-size:10.5px; fill:var(--soft); text-anchor:middle; stroke:none; }
.time { font-size:11px; fill:var(--soft); text-anchor:end; font-variant-numeric:tabular-nums; }
.life { stroke:var(--line); stroke-width:1.2; } .running { fill:var(--run); } .ready { fill:var(--ready); }
.arrow { fill:none; stroke-width:1.6; } .reply.arrow { stroke-dasharray:6 3; }
.event.arrow { stroke-dasharray:2 3; }
.request { stroke:var(--request); color:var(--request); } .reply { stroke:var(--reply); }
.send { stroke:var(--send); } .event, .raised, .irq { stroke:var(--event); }
.error, .fault, .lost { stroke:var(--bad); } .birth, .death, .call, .poll { stroke:var(--soft); }
.mark { fill:var(--ground); stroke-width:1.8; } .note { fill:var(--soft); }
text.bad { fill:var(--bad); }
.head { stroke:none; } .head.request { fill:var(--request); } .head.reply { fill:var(--reply); }
.head.send { fill:var(--send); } .head.event { fill:var(--event); }
"""

BAD = ("error", "fault", "lost")


class Diagram:
    """Places for everything; the methods return SVG elements."""

    def __init__(self, model, lane):
        self.model = model
        self.items = model.items[:MOST_ROWS]
        used = {lane for item in self.items for lane in (item.source, item.target) if lane >= 0}
        self.lanes = [lane for lane in model.lane_order() if lane in used]
        self.x = {index: LEFT + lane * (i + 0.5) for i, index in enumerate(self.lanes)}
        self.right = LEFT + lane * max(1, len(self.lanes))
        self.box = min(MOST_BOX, lane - GAP)
        self.height = TOP + ROW * max(1, len(self.items)) + BOTTOM

    def y(self, row):
        return TOP + ROW * (min(row, len(self.items) - 1) + 0.8)

    def text(self, x, y, words, style="", end=False):
        """A label; the diagram grows to the right where it needs to."""
        if len(words) > MOST_CHARACTERS:
            words = words[: MOST_CHARACTERS - 1] + "…"
        if not end:
            self.right = max(self.right, x + len(words) * CHARACTER + GAP)
        anchor = ' text-anchor="end"' if end else ""
        style = f' class="{style}"' if style else ""
        return f'<text x="{x:.1f}" y="{y:.1f}"{anchor}{style}>{escape(words)}</text>'

    def life(self, lane):
        """The lane's line with what its process does upon it."""
        x, last = self.x[lane], self.height - BOTTOM + 8
        yield f'<line class="life" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{last}"/>'
        changes = [self.model.states[index] for index in self.model.lanes[lane].changes]
        for change, following in zip(changes, [*changes[1:], None]):
            top = self.y(change.row)
            bottom = self.y(following.row) if following else last
            if change.state in (abi.RUNNING, abi.READY) and bottom > top and change.row < len(self.items):
                style, width = ("running", 7) if change.state == abi.RUNNING else ("ready", 5)
                yield (f'<rect class="{style}" x="{x - width / 2:.1f}" y="{top:.1f}" width="{width}"'
                       f' height="{bottom - top:.1f}" rx="2"/>')  # fmt: skip

    def head(self, lane):
        entry, x = self.model.lanes[lane], self.x[lane]
        yield f'<rect class="box" x="{x - self.box / 2:.1f}" y="12" width="{self.box}" height="40" rx="6"/>'
        sub = "the kernel" if entry.endpoint in abi.NAMES else f"endpoint {entry.endpoint}"
        yield f'<text class="name" x="{x:.1f}" y="29">{escape(entry.name)}</text>'
        yield f'<text class="sub" x="{x:.1f}" y="44">{escape(sub)}</text>'

    def row(self, index, item):
        y = self.y(index)
        yield self.text(LEFT - 12, y + 4, f"{item.end:,.1f} µs", "time", end=True)
        if item.kind in ARROWS and item.source in self.x and item.target in self.x:
            yield from self.arrow(index, item, y)
        else:
            yield from self.mark(item, y)

    def arrow(self, index, item, y):
        a, b = self.x[item.source], self.x[item.target]
        side = 1 if b >= a else -1
        start, tip = a + side * 5, b - side * 5
        begin = self.y(item.begin_row) if item.begin_row < index else y
        yield (f'<path class="arrow {item.kind}" d="M{start:.1f} {begin:.1f}'
               + (f"L{start:.1f} {y:.1f}" if begin < y else "") + f'L{tip - side * 6:.1f} {y:.1f}"/>')  # fmt: skip
        yield (f'<path class="head {item.kind}" d="M{tip:.1f} {y:.1f}l{-side * 9} -4.5v9z"/>')
        refused = item.kind == "reply" and item.type < 0
        yield self.text(min(a, b) + 2 * GAP, y - 6, self.model.text_of(item), "bad" if refused else "")

    def mark(self, item, y):
        words = self.model.text_of(item)
        lane = item.target if item.kind in ("irq", "raised") else item.source
        style = "bad" if item.kind in BAD else "note"
        if lane not in self.x:
            yield f'<path class="arrow {item.kind}" d="M{LEFT} {y:.1f}H{self.right:.1f}"/>'
            yield self.text(LEFT + GAP, y - 5, words, style)
            return
        x = self.x[lane]
        if item.kind in BAD:
            yield f'<path class="mark {item.kind}" d="M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"/>'
        else:
            size = 2.5 if item.kind == "poll" else 5
            yield (f'<path class="mark {item.kind}" d="M{x:.1f} {y - size:.1f}'
                   f'l{size} {size}l-{size} {size}l-{size} -{size}z"/>')  # fmt: skip
        yield self.text(x + GAP + 4, y + 4, words, style)

    def elements(self):
        for lane in self.lanes:
            yield from self.life(lane)
        for index, item in enumerate(self.items):
            yield from self.row(index, item)
        for lane in self.lanes:
            yield from self.head(lane)
        left_out = len(self.model.items) - len(self.items)
        foot = "time since boot; a thick lane: it runs; a pale one: it could"
        if left_out:
            foot = f"{left_out:,} more are left out; {foot}"
        yield self.text(LEFT, self.height - 14, foot, "note")


def write(model, file, lane=LANE):
    """`lane`: pixels from one lane to the next."""
    diagram = Diagram(model, lane)
    body = "\n".join(diagram.elements())
    width, height = round(diagram.right + 12), round(diagram.height)
    file.write(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">\n<title>What passed between Parley\'s processes</title>\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="ground" width="{width}" height="{height}"/>\n{body}\n</svg>\n'
    )
