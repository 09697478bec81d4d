// Draws the part of the trace that is in sight. Where messages are further apart than a pixel or two
// each is an arrow; where they are closer, a lane shows by its width how many touch it.
//
// The picture's ordinate is a place: the rank among the shown items, or the time in microseconds.

const HEAD = 34; // pixels, for the lanes' names
const GUTTER = 96; // for times
const LEAST_LANE = 60;
const MOST_ARROWS = 1500;
const CLOSE = 7; // pixels between arrows below which they are drawn without dashes and points
const LABEL = 14; // pixels from one label to the next
const BAND = 3; // pixels, of a row where messages are counted
const ARROW_KINDS = ["send", "request", "reply", "event"];
const BAD_KINDS = ["error", "fault", "lost"];
const DASHES = { reply: [6, 3], event: [2, 3] };

function formatTime(micro) {
  const grouped = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (micro < 1e5) return `${grouped(micro, 1)} µs`;
  if (micro < 1e7) return `${grouped(micro / 1e3, 3)} ms`;
  return `${grouped(micro / 1e6, 5)} s`;
}

class Picture {
  constructor(canvas, trace) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.trace = trace;
    this.scale = "order";
    this.top = -1;
    this.perPixel = 1 / 24;
    this.sideways = 0;
    this.selected = -1;
    this.cursor = null; // the moment that the graph is of: a row, a time
    this.hits = null; // of each text: whether the search finds it
    this.lanes = [];
    this.readColours();
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    this.colours = {};
    for (const name of ["ground", "panel", "ink", "soft", "line", "run", "ready", "queued", "owed", "open",
      "request", "reply", "send", "event", "bad", "mark", "hit", "chosen", "cursor"])
      this.colours[name] = style.getPropertyValue(`--${name}`).trim();
  }

  show(shown) {
    this.shown = shown;
    this.orderLanes();
  }

  orderLanes() {
    // The kernel's names first, then the processes as they appeared.
    const { lanes } = this.trace, key = (lane) => (lanes[lane].process ? 1e6 + lane : lanes[lane].endpoint);
    this.lanes = [...this.shown.used].sort((a, b) => key(a) - key(b));
  }

  resize() {
    const ratio = window.devicePixelRatio || 1, box = this.canvas.getBoundingClientRect();
    this.width = box.width;
    this.height = box.height;
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  // ---- Places -------------------------------------------------------------------------------------

  get body() {
    return this.height - HEAD;
  }

  get bounds() {
    if (this.scale === "order") return [-1, Math.max(1, this.shown.length)];
    const { items } = this.shown, { begin, end } = this.trace.item;
    if (!items.length) return [0, 1];
    const first = begin.data[items.data[0]], last = end.data[items.data[items.length - 1]];
    const margin = Math.max(1, (last - first) * 0.01);
    return [first - margin, last + margin];
  }

  get finest() {
    return this.scale === "order" ? 1 / 48 : 1 / 500;
  }

  clamp() {
    const [low, high] = this.bounds;
    this.perPixel = Math.min(Math.max(this.perPixel, this.finest), Math.max(this.finest, (high - low) / this.body));
    this.top = Math.max(low, Math.min(this.top, high - this.perPixel * this.body));
    this.sideways = Math.max(0, Math.min(this.sideways, this.lanes.length * this.laneWidth - (this.width - GUTTER)));
  }

  get laneWidth() {
    return Math.max(LEAST_LANE, Math.min(260, (this.width - GUTTER - 12) / Math.max(1, this.lanes.length)));
  }

  laneX(lane) {
    return this.xs[lane];
  }

  placeOfItem(rank) {
    return this.scale === "order" ? rank : this.trace.item.end.data[this.shown.items.data[rank]];
  }

  placeOfState(state) {
    const { row, time } = this.trace.state;
    return this.scale === "order" ? this.shown.rankOfRow(row.data[state]) : time.data[state];
  }

  y(place) {
    return HEAD + (place - this.top) / this.perPixel;
  }

  placeAt(y) {
    return this.top + (y - HEAD) * this.perPixel;
  }

  // Ranks in sight: [low, high).
  inSight(top = this.top, bottom = this.placeAt(this.height)) {
    const { shown } = this;
    const at = this.scale === "order" ? (place) => Math.ceil(place) : (place) => shown.rankOfTime(place);
    const low = Math.max(0, Math.min(shown.length, at(top)));
    return [low, Math.max(low, Math.min(shown.length, at(bottom)))];
  }

  rankNear(y) {
    const rank = this.scale === "order" ? Math.round(this.placeAt(y)) : this.shown.rankOfTime(this.placeAt(y));
    return Math.max(0, Math.min(this.shown.length - 1, rank));
  }

  // ---- Moving -------------------------------------------------------------------------------------

  scrollBy(pixels) {
    this.top += pixels * this.perPixel;
    this.clamp();
  }

  zoomAt(y, factor) {
    const place = this.placeAt(y);
    this.perPixel *= factor;
    const [low, high] = this.bounds;
    this.perPixel = Math.min(Math.max(this.perPixel, this.finest), Math.max(this.finest, (high - low) / this.body));
    this.top = place - (y - HEAD) * this.perPixel;
    this.clamp();
  }

  showAll() {
    const [low, high] = this.bounds;
    this.top = low;
    this.perPixel = (high - low) / this.body;
    this.clamp();
  }

  reveal(rank, middle = false) {
    const place = this.placeOfItem(rank), y = this.y(place);
    if (middle || y < HEAD + 30 || y > this.height - 30) this.top = place - (this.body / 2) * this.perPixel;
    this.clamp();
  }

  follow() {
    this.top = Infinity;
    this.clamp();
  }

  setScale(scale) {
    if (scale === this.scale) return;
    const [low, high] = this.inSight();
    this.scale = scale;
    if (!this.shown.length) return;
    const from = this.placeOfItem(low), to = this.placeOfItem(Math.max(low, Math.min(high, this.shown.length) - 1));
    this.perPixel = Math.max(this.finest, (to - from) / Math.max(1, this.body - 60));
    this.top = from - 30 * this.perPixel;
    this.clamp();
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  draw() {
    const { context: c, colours } = this;
    this.xs = [];
    this.lanes.forEach((lane, i) => (this.xs[lane] = GUTTER + (i + 0.5) * this.laneWidth - this.sideways));
    c.fillStyle = colours.ground;
    c.fillRect(0, 0, this.width, this.height);
    const [low, high] = this.inSight();
    this.arrows = high - low <= MOST_ARROWS;
    this.close = (high - low) * CLOSE > this.body;
    this.drawLines();
    if (this.arrows) this.drawDetails(low, high);
    else this.drawCounts();
    this.drawTimes(low, high);
    this.drawCursor();
    this.drawHead();
  }

  visibleLanes() {
    return this.lanes.filter((lane) => this.xs[lane] > GUTTER - 60 && this.xs[lane] < this.width + 60);
  }

  drawLines() {
    const { context: c } = this;
    c.strokeStyle = this.colours.line;
    c.lineWidth = 1;
    c.beginPath();
    for (const lane of this.visibleLanes()) {
      const x = Math.round(this.xs[lane]) + 0.5;
      c.moveTo(x, HEAD);
      c.lineTo(x, this.height);
    }
    c.stroke();
  }

  drawDetails(low, high) {
    const ranks = this.ranksInSight(low, high);
    this.drawChosen();
    for (const lane of this.visibleLanes()) this.drawStates(lane);
    const byKind = new Map();
    for (const rank of ranks) {
      const item = this.shown.items.data[rank], kind = this.trace.kind(item);
      if (!byKind.has(kind)) byKind.set(kind, []);
      byKind.get(kind).push([rank, item]);
    }
    for (const [kind, list] of byKind) {
      if (ARROW_KINDS.includes(kind)) this.drawArrows(kind, list);
      else this.drawMarks(kind, list);
    }
    this.drawLabels(ranks);
  }

  // Those that end in sight, and those that end below it but were sent above its end.
  ranksInSight(low, high) {
    const { shown, trace } = this, { begin, end } = trace.item, result = [];
    for (let rank = low; rank < high; rank++) result.push(rank);
    const bottom = high > 0 ? this.timeBelow(high) : 0;
    for (let block = Math.floor(high / BLOCK); block < shown.earliest.length; block++) {
      if (shown.earliest.data[block] >= bottom) continue;
      const last = Math.min(shown.length, (block + 1) * BLOCK);
      for (let rank = Math.max(high, block * BLOCK); rank < last; rank++) {
        const item = shown.items.data[rank];
        if (begin.data[item] < bottom && begin.data[item] < end.data[item]) result.push(rank);
      }
    }
    return result;
  }

  timeBelow(high) {
    if (this.scale === "time") return this.placeAt(this.height);
    return this.trace.item.end.data[this.shown.items.data[Math.min(high, this.shown.length) - 1]];
  }

  drawStates(lane) {
    const { trace, context: c } = this, changes = trace.changes[lane], states = trace.state;
    const { running, ready, unknown, free } = trace.constants, x = this.xs[lane];
    let i = firstIndex(0, changes.length, (at) => this.placeOfState(changes.data[at]) > this.top);
    i = Math.max(0, i - 1);
    let top = i < changes.length ? this.y(this.placeOfState(changes.data[i])) : 0;
    for (; i < changes.length && top < this.height; i++) {
      const bottom = i + 1 < changes.length ? this.y(this.placeOfState(changes.data[i + 1])) : this.height;
      const state = states.state.data[changes.data[i]];
      if (state !== unknown && state !== free && bottom - top >= 0.4) {
        c.fillStyle = this.stateColour(state);
        const width = state === running ? 8 : state === ready ? 6 : 4;
        const from = Math.max(top, HEAD - 4);
        c.fillRect(x - width / 2, from, width, Math.min(bottom, this.height) - from);
      }
      top = bottom;
    }
  }

  stateColour(state) {
    const { running, ready } = this.trace.constants, name = this.trace.constants.states[state];
    if (state === running) return this.colours.run;
    if (state === ready) return this.colours.ready;
    if (name.includes("queued")) return this.colours.queued;
    return name.includes("waits for") ? this.colours.owed : this.colours.open;
  }

  drawArrows(kind, list) {
    const { context: c } = this;
    c.strokeStyle = c.fillStyle = this.colours[kind];
    if (this.close) this.drawCloseArrows(list);
    else this.drawFineArrows(kind, list);
  }

  // Where an arrow of the list begins and ends, [y of its begin, y of its end, x, x].
  *ends(list) {
    const { source, target } = this.trace.item;
    for (const [rank, item] of list) {
      const a = this.xs[source.data[item]], b = this.xs[target.data[item]];
      if (a === undefined || b === undefined) continue;
      const y = Math.round(this.y(this.placeOfItem(rank))) + 0.5; // a whole row of pixels: sharp
      yield [Math.min(y, this.beginY(item, y)), y, a, b];
    }
  }

  drawFineArrows(kind, list) {
    const { context: c } = this, arrows = [...this.ends(list)];
    c.lineWidth = 1.5;
    c.setLineDash(DASHES[kind] ?? []);
    c.beginPath();
    for (const [begin, y, a, b] of arrows) {
      const side = b >= a ? 1 : -1;
      c.moveTo(a + side * 4, Math.max(begin, -10));
      if (y - begin > 1) c.lineTo(a + side * 4, Math.min(y, this.height + 10));
      c.lineTo(b - side * 10, y);
    }
    c.stroke();
    c.setLineDash([]);
    c.beginPath();
    for (const [, y, a, b] of arrows) {
      const side = b >= a ? 1 : -1, x = b - side * 4;
      c.moveTo(x, y);
      c.lineTo(x - side * 9, y - 4.5);
      c.lineTo(x - side * 9, y + 4.5);
    }
    c.fill();
  }

  // Rectangles, which cost next to nothing, where one cannot see more anyway.
  drawCloseArrows(list) {
    const { context: c } = this;
    c.globalAlpha = 0.75;
    for (const [begin, y, a, b] of this.ends(list)) {
      const side = b >= a ? 1 : -1;
      if (y - begin > 2) c.fillRect(a + side * 4, Math.max(begin, HEAD), 1, Math.min(y, this.height) - Math.max(begin, HEAD));
      c.fillRect(Math.min(a, b) + 4, y, Math.abs(b - a) - 8, 1);
      c.fillRect(b - side * 4 - (side > 0 ? 5 : 0), y - 1, 5, 3);
    }
    c.globalAlpha = 1;
  }

  beginY(item, y) {
    const { begin, beginRow } = this.trace.item;
    if (this.scale === "time") return this.y(begin.data[item]);
    return beginRow.data[item] === item ? y : this.y(this.shown.rankOfRow(beginRow.data[item]));
  }

  markLane(kind, item) {
    const { source, target } = this.trace.item;
    return kind === "irq" || kind === "raised" ? target.data[item] : source.data[item];
  }

  drawMarks(kind, list) {
    const { context: c, colours } = this;
    c.strokeStyle = BAD_KINDS.includes(kind) ? colours.bad : kind === "irq" || kind === "raised" ? colours.event : colours.mark;
    c.fillStyle = colours.ground;
    c.lineWidth = 1.6;
    const size = this.close ? 3 : kind === "poll" ? 2.5 : 5;
    c.beginPath();
    for (const [rank, item] of list) {
      const y = this.y(this.placeOfItem(rank)), x = this.xs[this.markLane(kind, item)];
      if (x === undefined) {
        c.moveTo(GUTTER, y);
        c.lineTo(this.width, y);
      } else if (BAD_KINDS.includes(kind)) {
        c.moveTo(x - size, y - size);
        c.lineTo(x + size, y + size);
        c.moveTo(x + size, y - size);
        c.lineTo(x - size, y + size);
      } else {
        c.moveTo(x, y - size);
        c.lineTo(x + size, y);
        c.lineTo(x, y + size);
        c.lineTo(x - size, y);
        c.closePath();
      }
    }
    if (!BAD_KINDS.includes(kind)) c.fill();
    c.stroke();
  }

  // As many labels as there is room for.
  drawLabels(ranks) {
    const { context: c } = this;
    c.font = this.font(12);
    c.textAlign = "left";
    let last = -Infinity;
    for (const rank of ranks) {
      const y = this.y(this.placeOfItem(rank));
      if (y - last < LABEL || y > this.height + LABEL) continue;
      last = y;
      this.drawLabel(this.shown.items.data[rank], y);
    }
  }

  drawLabel(item, y) {
    const { context: c, trace, colours } = this, kind = trace.kind(item), { source, target, type } = trace.item;
    const arrow = ARROW_KINDS.includes(kind);
    const ends = [this.xs[source.data[item]], this.xs[target.data[item]]];
    let x = arrow ? Math.min(...ends) + 16 : (this.xs[this.markLane(kind, item)] ?? GUTTER) + 12;
    x = Math.max(x, GUTTER + 4);
    const whole = trace.text(item)[2];
    let words = this.fit(whole, this.width - x - 8);
    if (words !== whole && !arrow) { // there is more room on the lane's other side
      words = this.fit(whole, x - 24 - GUTTER);
      x -= 24 + c.measureText(words).width;
    }
    if (!words) return;
    const base = arrow ? y - 4 : y + 4;
    const hit = this.hits && this.hits[trace.item.text.data[item]];
    c.fillStyle = hit ? colours.hit : item === this.selected ? colours.chosen : colours.ground;
    c.globalAlpha = hit ? 1 : 0.85;
    c.fillRect(x - 2, base - 10, c.measureText(words).width + 4, 12);
    c.globalAlpha = 1;
    const bad = BAD_KINDS.includes(kind) || (kind === "reply" && type.data[item] < 0);
    c.fillStyle = bad ? colours.bad : arrow ? colours.ink : colours.soft;
    c.fillText(words, x, base);
  }

  fit(words, width) {
    const most = Math.floor(width / 6.6);
    return words.length <= most ? words : most > 3 ? words.slice(0, most - 1) + "…" : "";
  }

  font(size, weight = "") {
    return `${weight} ${size}px system-ui, "Segoe UI", "DejaVu Sans", Arial, sans-serif`.trim();
  }

  // Per band and lane: to the left what it got, to the right what it sent.
  drawCounts() {
    const { context: c, shown, colours } = this, lanes = this.visibleLanes();
    const [sent, got] = [0, 1].map(() => new Float64Array(this.trace.lanes.length));
    const room = this.laneWidth / 2 - 8, full = Math.log1p(this.mostInBand());
    const bars = [];
    // Bands lie at whole multiples of their height, so that they do not flicker while one scrolls.
    const step = BAND * this.perPixel;
    for (let place = Math.floor(this.top / step) * step; this.y(place) < this.height; place += step) {
      const [low, high] = this.inSight(place, place + step);
      if (low === high) continue;
      shown.touches(low, high, sent, got);
      const y = this.y(place);
      for (const lane of lanes) {
        if (got[lane]) bars.push(this.xs[lane], y, -Math.max(1, (Math.log1p(got[lane]) / full) * room));
        if (sent[lane]) bars.push(this.xs[lane], y, Math.max(1, (Math.log1p(sent[lane]) / full) * room));
      }
    }
    for (const [sign, colour] of [[-1, colours.reply], [1, colours.request]]) {
      c.fillStyle = colour;
      for (let i = 0; i < bars.length; i += 3)
        if (Math.sign(bars[i + 2]) === sign) c.fillRect(bars[i], bars[i + 1], bars[i + 2], BAND - 1);
    }
  }

  mostInBand() {
    const [low, high] = this.bounds;
    const bands = (high - low) / (BAND * this.perPixel);
    return this.scale === "order" ? BAND * this.perPixel : Math.max(8, (8 * this.shown.length) / bands);
  }

  drawTimes(low, high) {
    const { context: c, trace } = this;
    c.fillStyle = this.colours.ground;
    c.fillRect(0, HEAD, GUTTER - 8, this.height);
    c.fillStyle = this.colours.soft;
    c.font = this.font(11);
    c.textAlign = "right";
    let last = -Infinity;
    const put = (y, time) => {
      if (y - last < LABEL + 4 || y < HEAD + 6) return;
      last = y;
      c.fillText(formatTime(time), GUTTER - 16, y + 4);
    };
    if (this.arrows && this.scale === "order") {
      for (let rank = low; rank < high; rank++) put(this.y(rank), trace.item.end.data[this.shown.items.data[rank]]);
      return;
    }
    for (let y = HEAD + 20; y < this.height; y += 60) {
      const rank = this.rankNear(y);
      if (this.shown.length) put(y, this.scale === "time" ? this.placeAt(y) : trace.item.end.data[this.shown.items.data[rank]]);
    }
  }

  drawChosen() {
    const rank = this.rankOfSelected();
    if (rank < 0) return;
    const y = this.y(this.placeOfItem(rank));
    this.context.fillStyle = this.colours.chosen;
    this.context.fillRect(0, y - 14, this.width, 19);
  }

  rankOfSelected() {
    if (this.selected < 0) return -1;
    const rank = this.shown.ranks.data[this.selected];
    return this.shown.items.data[rank] === this.selected && rank < this.shown.length ? rank : -1;
  }

  drawCursor() {
    if (!this.cursor) return;
    const place = this.scale === "order" ? this.shown.rankOfRow(this.cursor.row) : this.cursor.time;
    const { context: c } = this, y = this.y(place);
    c.fillStyle = this.colours.cursor;
    c.beginPath();
    c.moveTo(GUTTER - 4, y);
    c.lineTo(GUTTER - 13, y - 5);
    c.lineTo(GUTTER - 13, y + 5);
    c.fill();
    if (this.arrows && this.rankOfSelected() >= 0) return;
    c.fillRect(GUTTER - 4, y, this.width, 1);
  }

  drawHead() {
    const { context: c, colours } = this;
    c.fillStyle = colours.panel;
    c.fillRect(0, 0, this.width, HEAD);
    c.fillStyle = colours.line;
    c.fillRect(0, HEAD - 1, this.width, 1);
    c.textAlign = "center";
    for (const lane of this.visibleLanes()) {
      const { name, process, endpoint } = this.trace.lanes[lane], x = this.xs[lane];
      c.font = this.font(13, "600");
      const narrow = (this.laneWidth - 6) / c.measureText(name).width;
      if (narrow < 1) c.font = this.font(Math.max(9, 13 * narrow), "600");
      c.fillStyle = colours.ink;
      c.fillText(this.fit(name, this.laneWidth + 40), x, 15);
      c.font = this.font(10.5);
      c.fillStyle = colours.soft;
      c.fillText(process ? String(endpoint) : "kernel", x, 28);
    }
    c.fillStyle = colours.panel;
    c.fillRect(0, 0, GUTTER - 30, HEAD - 1);
    c.fillStyle = colours.cursor;
    c.font = this.font(13, "600");
    const hidden = this.lanes.length * this.laneWidth - (this.width - GUTTER) - this.sideways;
    if (this.sideways > 4) c.fillText("\u2039 more", GUTTER - 56, 20);
    if (hidden > 4) {
      c.fillStyle = colours.panel;
      c.fillRect(this.width - 52, 0, 52, HEAD - 1);
      c.fillStyle = colours.cursor;
      c.fillText("more \u203a", this.width - 26, 20);
    }
  }
}

// The whole trace beside the picture, with a frame around what is in sight.
class Minimap {
  constructor(canvas, frame, picture) {
    this.canvas = canvas;
    this.frame = frame;
    this.picture = picture;
    this.context = canvas.getContext("2d", { alpha: false });
  }

  resize() {
    const box = this.canvas.getBoundingClientRect();
    this.width = this.canvas.width = Math.max(1, Math.round(box.width));
    this.height = this.canvas.height = Math.max(1, Math.round(box.height));
  }

  draw() {
    const { context: c, picture } = this, { shown, lanes, colours } = picture, [low, high] = picture.bounds;
    c.fillStyle = colours.panel;
    c.fillRect(0, 0, this.width, this.height);
    if (!lanes.length) return;
    const sent = new Float64Array(picture.trace.lanes.length), got = new Float64Array(sent.length);
    const wide = this.width / lanes.length, step = (2 * (high - low)) / this.height;
    c.fillStyle = colours.run;
    for (let y = 0; y < this.height; y += 2) {
      const [from, to] = picture.inSight(low + (y / 2) * step, low + (y / 2 + 1) * step);
      if (from === to) continue;
      shown.touches(from, to, sent, got);
      lanes.forEach((lane, i) => {
        const share = (sent[lane] + got[lane]) / (to - from);
        if (!share) return;
        c.globalAlpha = Math.min(1, 0.2 + share);
        c.fillRect(i * wide + 0.5, y, Math.max(1, wide - 1), 2);
      });
    }
    c.globalAlpha = 1;
  }

  place() {
    const { picture } = this, [low, high] = picture.bounds, all = high - low;
    this.frame.style.top = `${(100 * (picture.top - low)) / all}%`;
    this.frame.style.height = `${Math.min(100, (100 * picture.perPixel * picture.body) / all)}%`;
  }

  // The pointer at that height: what lies there comes to the picture's middle.
  go(y) {
    const { picture } = this, [low, high] = picture.bounds;
    picture.top = low + (y / this.height) * (high - low) - (picture.perPixel * picture.body) / 2;
    picture.clamp();
  }
}
