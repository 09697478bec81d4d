// The page: reads the data, listens to pointer and keys, and keeps picture, map, details and graph
// together. `app` is there for the tests, too.

const byId = (id) => document.getElementById(id);
const WHEEL_LINE = 40; // pixels
const RETRY = 1000; // milliseconds

// Where a page without data gets it: the server that it came from (tools/trace/live.py).
class Served {
  constructor() {
    this.chunk = 0;
  }

  // What has come since, or null when there is nothing yet.
  async next() {
    const answer = await fetch(`chunk/${this.chunk}`);
    if (answer.status !== 200) return null;
    this.chunk++;
    return readChunk(await answer.arrayBuffer());
  }
}

class App {
  constructor(source) {
    this.source = source;
    this.trace = new Trace(JSON.parse(byId("constants").textContent));
    this.picture = new Picture(byId("picture"), this.trace);
    this.map = new Minimap(byId("mapcanvas"), byId("window"), this.picture);
    this.graph = new WaitGraph(byId("graph"), byId("states"), byId("moment"), this.picture);
    this.noDetails = [...byId("details").children];
    this.isLive = false;
    this.paused = false;
    this.matches = [];
    this.dirty = this.mapDirty = false;
  }

  async start() {
    const text = byId("data").textContent.trim();
    if (text) {
      this.trace.append(readChunk(await unpack(text)));
      byId("data").textContent = "";
    } else {
      this.isLive = true;
      byId("live").hidden = false;
      while (!(await this.load()));
    }
    this.picture.resize();
    this.map.resize();
    this.refilter();
    this.listen();
    if (this.isLive) this.run();
    document.documentElement.dataset.ready = "true";
  }

  // ---- What comes while the machine runs ----------------------------------------------------------

  async load() {
    const more = await this.source.next();
    if (more) this.trace.append(more);
    return more !== null;
  }

  async tryToLoad() {
    try {
      return await this.load();
    } catch {
      this.say("The trace's server does not answer; trying again.");
      await new Promise((done) => setTimeout(done, RETRY));
      return false;
    }
  }

  async run() {
    while (!this.trace.ended) {
      if (this.paused) await new Promise((done) => (this.resume = done));
      if (await this.tryToLoad()) this.grow();
    }
    this.say();
  }

  grow() {
    this.shown.extend();
    this.picture.orderLanes();
    this.fillFilters();
    if (byId("follow").checked) this.picture.follow();
    this.search(false);
    this.redraw(true);
    this.say();
  }

  // An empty picture, for what comes from now on; what was chosen stays chosen.
  startOver() {
    this.trace.clear();
    Object.assign(this.picture, { selected: -1, cursor: null, top: -1 });
    byId("follow").checked = true;
    byId("details").replaceChildren(...this.noDetails);
    this.graph.clear();
    this.refilter();
  }

  // For who drives the page: only what fits, and of that the last message with these words chosen, or all in sight.
  present(wanted, words) {
    for (const id of ["process", "peer", "call", "kind", "type", "search"]) byId(id).value = wanted[id] ?? "";
    this.refilter();
    byId("follow").checked = false;
    const { shown, trace } = this;
    let rank = words ? shown.length - 1 : -1;
    while (rank >= 0 && !trace.text(shown.items.data[rank])[2].includes(words)) rank--;
    if (rank >= 0) this.select(shown.items.data[rank], true);
    else this.showAll();
    return rank >= 0;
  }

  setPaused(paused) {
    this.paused = paused;
    byId("pause").setAttribute("aria-pressed", paused);
    byId("pause").textContent = paused ? "Go on" : "Pause";
    if (!paused) this.resume?.();
    this.say();
  }

  say(words) {
    const { trace, shown } = this;
    const count = trace.count.toLocaleString("en-US"), part = shown.length.toLocaleString("en-US");
    const state = this.isLive ? (trace.ended ? "The stream has ended. " : this.paused ? "Paused. " : "Live. ") : "";
    byId("status").textContent = words ?? `${state}${part} of ${count} messages and marks shown, ${trace.lanes.length} lanes. ${trace.note}`;
  }

  // ---- Filters and search -------------------------------------------------------------------------

  get wanted() {
    const value = (id) => byId(id).value;
    return { process: value("process"), peer: value("peer"), call: Number(value("call")), type: value("type"), kind: value("kind") };
  }

  refilter() {
    const chosen = this.picture.cursor;
    this.shown = new Shown(this.trace, makeFilter(this.trace, this.wanted));
    this.picture.show(this.shown);
    this.fillFilters();
    this.search(false);
    this.picture.clamp();
    if (chosen && this.picture.rankOfSelected() >= 0) this.picture.reveal(this.picture.rankOfSelected());
    this.redraw(true);
    this.say();
  }

  fillFilters() {
    const { trace } = this, { constants } = trace;
    const names = [...new Set(trace.lanes.map((lane) => lane.name))].sort();
    for (const id of ["process", "peer"]) this.fill(byId(id), names.map((name) => [name, name]));
    this.fill(byId("call"), Object.entries(constants.calls));
    this.fill(byId("kind"), constants.kinds.map((kind) => [kind, kind]), 2);
    const types = [...new Set(trace.texts.map((text) => text[0]))].sort();
    if (byId("types").childElementCount !== types.length)
      byId("types").replaceChildren(...types.map((name) => Object.assign(document.createElement("option"), { value: name })));
  }

  // Options behind the first `fixed`, added where they are not there yet.
  fill(select, entries, fixed = 1) {
    if (select.options.length - fixed === entries.length) return;
    const value = select.value;
    select.length = fixed;
    for (const [key, name] of entries) select.add(new Option(name, key));
    select.value = value;
  }

  search(move = true) {
    const query = byId("search").value.toLowerCase(), { trace, shown } = this;
    this.matches = [];
    this.picture.hits = null;
    if (query) {
      const hits = Uint8Array.from(trace.texts, (text) => text[2].toLowerCase().includes(query));
      const texts = trace.item.text.data, items = shown.items.data;
      for (let rank = 0; rank < shown.length; rank++) if (hits[texts[items[rank]]]) this.matches.push(rank);
      this.picture.hits = hits;
    }
    byId("found").textContent = query ? `${this.matches.length.toLocaleString("en-US")} found` : "";
    if (move && this.matches.length) this.step(1, true);
    this.redraw();
  }

  // The next match in that direction, from what is chosen or in sight.
  step(direction, here = false) {
    const { matches, picture } = this;
    if (!matches.length) return;
    const chosen = picture.rankOfSelected(), from = chosen >= 0 ? chosen : picture.inSight()[0] - 1;
    let at = firstIndex(0, matches.length, (i) => (direction > 0 && !here ? matches[i] > from : matches[i] >= from));
    if (direction < 0) at--;
    at = (at + matches.length) % matches.length;
    this.select(this.shown.items.data[matches[at]], true);
    byId("found").textContent = `${(at + 1).toLocaleString("en-US")} of ${matches.length.toLocaleString("en-US")}`;
  }

  // ---- Choosing a message -------------------------------------------------------------------------

  select(item, middle = false) {
    this.picture.selected = item;
    this.setCursor(item, this.trace.item.end.data[item]);
    const rank = this.picture.rankOfSelected();
    if (rank >= 0) this.picture.reveal(rank, middle);
    this.showDetails(item);
    this.redraw();
  }

  setCursor(row, time) {
    this.picture.cursor = { row, time };
    this.graph.draw(row, time);
    this.redraw();
  }

  showDetails(item) {
    const { trace } = this, [, fields, words] = trace.text(item), parts = [heading("Message", trace.kind(item))];
    parts.push(Object.assign(document.createElement("p"), { className: "words", textContent: words }));
    parts.push(list(this.facts(item)));
    if (fields.length) parts.push(list(fields, "fields"));
    const other = this.otherHalf(item);
    if (other >= 0) {
      const button = Object.assign(document.createElement("button"), { textContent: trace.kind(item) === "reply" ? "To its request (g)" : "To its answer (g)" });
      button.addEventListener("click", () => this.select(other));
      parts.push(button);
    }
    byId("details").replaceChildren(...parts);
  }

  facts(item) {
    const { trace } = this, column = (name) => trace.item[name].data[item];
    const begin = column("begin"), end = column("end"), asked = column("partner"), answer = trace.answer.data[item];
    const facts = [["from", trace.laneName(column("source"))], ["to", trace.laneName(column("target"))]];
    if (column("call")) facts.push(["call", trace.callName(item)]);
    if (column("result")) facts.push(["result", this.resultName(column("result"))]);
    facts.push(["type", `0x${(column("type") >>> 0).toString(16)} (${column("type")})`]);
    facts.push(["sent", formatTime(begin)], ["arrived", formatTime(end)], ["under way", formatTime(end - begin)]);
    if (asked >= 0) facts.push(["answered after", formatTime(end - trace.item.begin.data[asked])]);
    if (answer >= 0) facts.push(["answered after", formatTime(trace.item.end.data[answer] - begin)]);
    facts.push(["record", column("number").toLocaleString("en-US")]);
    return facts;
  }

  resultName(result) {
    return this.trace.constants.errors[-result] ?? String(result);
  }

  otherHalf(item) {
    const asked = this.trace.item.partner.data[item];
    return asked >= 0 ? asked : this.trace.answer.data[item];
  }

  // ---- Pointer and keys ---------------------------------------------------------------------------

  listen() {
    const canvas = byId("picture");
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    document.addEventListener("keydown", (event) => this.key(event));
    for (const id of ["process", "peer", "call", "kind", "type"]) byId(id).addEventListener("input", () => this.refilter());
    byId("search").addEventListener("input", () => this.search());
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("search").addEventListener("keydown", (event) => event.key === "Enter" && this.step(event.shiftKey ? -1 : 1));
    byId("reset").addEventListener("click", () => this.reset());
    byId("scale").addEventListener("change", () => this.setScale(byId("scale").value));
    byId("in").addEventListener("click", () => this.zoom(0.5));
    byId("out").addEventListener("click", () => this.zoom(2));
    byId("all").addEventListener("click", () => this.showAll());
    byId("pause").addEventListener("click", () => this.setPaused(!this.paused));
    byId("help").addEventListener("click", () => byId("keys").showModal());
    this.listenToMap();
    new ResizeObserver(() => this.resize()).observe(byId("stage"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
  }

  listenToMap() {
    const map = byId("map");
    const go = (event) => {
      this.map.go(event.clientY - map.getBoundingClientRect().top);
      this.unfollow();
      this.redraw();
    };
    map.addEventListener("pointerdown", (event) => {
      map.setPointerCapture(event.pointerId);
      go(event);
    });
    map.addEventListener("pointermove", (event) => map.hasPointerCapture(event.pointerId) && go(event));
  }

  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? WHEEL_LINE : event.deltaMode === 2 ? this.picture.body : 1;
    if (event.ctrlKey || event.metaKey) this.picture.zoomAt(event.offsetY, Math.exp(event.deltaY * pixels * 0.003));
    else if (event.shiftKey) this.picture.sideways += (event.deltaX || event.deltaY) * pixels;
    else {
      this.picture.scrollBy(event.deltaY * pixels);
      this.picture.sideways += event.deltaX * pixels;
    }
    this.picture.clamp();
    this.unfollow();
    this.redraw();
  }

  unfollow() {
    if (this.isLive && !this.trace.ended) byId("follow").checked = false;
  }

  press(event) {
    const item = this.itemAt(event.offsetX, event.offsetY);
    if (item >= 0) this.select(item);
    else if (this.shown.length) {
      const rank = this.picture.rankNear(event.offsetY), row = this.shown.items.data[rank];
      this.setCursor(row, this.picture.scale === "time" ? this.picture.placeAt(event.offsetY) : this.trace.item.end.data[row]);
    }
  }

  // The item whose arrow or mark lies there, or -1.
  itemAt(x, y) {
    const { picture, shown, trace } = this, [low, high] = picture.inSight(picture.placeAt(y - 16), picture.placeAt(y + 16));
    let best = -1, nearest = Infinity;
    for (let rank = low; rank < Math.min(high, low + 2000); rank++) {
      const item = shown.items.data[rank], from = picture.xs[trace.item.source.data[item]], to = picture.xs[trace.item.target.data[item]];
      const left = Math.min(from ?? to, to ?? from), right = Math.max(from ?? to, to ?? from);
      const beside = x < left - 12 || x > Math.max(right, left + 160) + 12 ? 40 : 0;
      const off = Math.abs(picture.y(picture.placeOfItem(rank)) - 3 - y) + beside;
      if (off < nearest) [nearest, best] = [off, item];
    }
    return nearest <= 16 ? best : -1;
  }

  key(event) {
    if (event.target.matches("input, select") || byId("keys").open) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { picture } = this, page = picture.body * 0.9;
    const acts = {
      ArrowDown: () => picture.scrollBy(60), ArrowUp: () => picture.scrollBy(-60),
      PageDown: () => picture.scrollBy(page), PageUp: () => picture.scrollBy(-page),
      Home: () => picture.scrollBy(-Infinity), End: () => picture.follow(),
      ArrowRight: () => this.neighbour(1), ArrowLeft: () => this.neighbour(-1),
      "+": () => this.zoom(0.7), "=": () => this.zoom(0.7), "-": () => this.zoom(1.4),
      a: () => this.showAll(), o: () => this.setScale(picture.scale === "order" ? "time" : "order"),
      g: () => this.goToOtherHalf(), n: () => this.step(1), N: () => this.step(-1),
      "/": () => byId("search").focus(), "?": () => byId("keys").showModal(),
      Enter: () => this.neighbour(0), Escape: () => this.reset(),
    };
    if (this.isLive) {
      acts[" "] = () => this.setPaused(!this.paused);
      acts.f = () => (byId("follow").checked = !byId("follow").checked);
    }
    const button = event.target.matches("button") && (event.key === " " || event.key === "Enter");
    if (!acts[event.key] || button) return;
    event.preventDefault();
    if (event.key.startsWith("Arrow") || event.key.startsWith("Page") || event.key === "Home") this.unfollow();
    acts[event.key]();
    picture.clamp();
    this.redraw();
  }

  // The shown item so many places after the chosen one.
  neighbour(step) {
    const { picture, shown } = this, chosen = picture.rankOfSelected();
    const rank = chosen < 0 ? picture.rankNear(HEAD + picture.body / 2) : chosen + step;
    if (rank >= 0 && rank < shown.length) this.select(shown.items.data[rank]);
  }

  goToOtherHalf() {
    const other = this.picture.selected >= 0 ? this.otherHalf(this.picture.selected) : -1;
    if (other >= 0) this.select(other);
  }

  zoom(factor) {
    const chosen = this.picture.rankOfSelected();
    const y = chosen >= 0 ? this.picture.y(this.picture.placeOfItem(chosen)) : HEAD + this.picture.body / 2;
    const inSight = y >= HEAD && y <= this.picture.height;
    this.picture.zoomAt(inSight ? y : HEAD + this.picture.body / 2, factor);
    this.redraw();
  }

  showAll() {
    this.picture.showAll();
    this.redraw();
  }

  setScale(scale) {
    this.picture.setScale(scale);
    byId("scale").value = scale;
    this.redraw(true);
  }

  reset() {
    for (const id of ["process", "peer", "call", "kind", "type", "search"]) byId(id).value = "";
    this.refilter();
  }

  // ---- Frames -------------------------------------------------------------------------------------

  recolour() {
    this.picture.readColours();
    if (this.picture.cursor) this.graph.draw(this.picture.cursor.row, this.picture.cursor.time);
    this.redraw(true);
  }

  resize() {
    this.picture.resize();
    this.map.resize();
    this.picture.clamp();
    this.redraw(true);
  }

  // Draws before the next frame is shown, however often it is asked until then.
  redraw(map = false) {
    this.mapDirty ||= map;
    if (this.dirty) return;
    this.dirty = true;
    requestAnimationFrame(() => this.frame());
  }

  frame() {
    this.dirty = false;
    if (!this.picture.width) return;
    const began = performance.now();
    this.picture.draw();
    if (this.mapDirty) this.map.draw();
    this.mapDirty = false;
    this.map.place();
    this.drawTime = performance.now() - began;
  }
}

function heading(words, kind) {
  const made = document.createElement("h2");
  made.textContent = `${words}: ${kind}`;
  return made;
}

function list(pairs, style = "") {
  const made = document.createElement("dl");
  made.className = style;
  for (const [name, value] of pairs)
    made.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
  return made;
}

// Base64 of a gzip stream to its bytes.
async function unpack(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

const app = new App(globalThis.guest ?? new Served());
app.start().catch((error) => {
  byId("status").textContent = `This page could not show its data: ${error.message}`;
  throw error;
});
