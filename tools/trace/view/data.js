// The trace in the page: columns of numbers that grow, and which of its items a filter shows.
// tools/trace/columns.py writes what is read here; tools/trace/model.py says what it means.

const TYPES = { B: Uint8Array, h: Int16Array, i: Int32Array, I: Uint32Array, f: Float32Array, d: Float64Array };
const NOBODY = -1;

class Column {
  constructor(type) {
    this.data = new type(1024);
    this.length = 0;
  }

  reserve(length) {
    if (length <= this.data.length) return;
    const larger = new this.data.constructor(Math.max(length, this.data.length * 2));
    larger.set(this.data.subarray(0, this.length));
    this.data = larger;
  }

  push(value) {
    this.reserve(this.length + 1);
    this.data[this.length++] = value;
  }

  append(values) {
    this.reserve(this.length + values.length);
    this.data.set(values, this.length);
    this.length += values.length;
  }
}

// The first index in [low, high) at which `beyond` is true, as it is from there on.
function firstIndex(low, high, beyond) {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (beyond(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function readChunk(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let at = 4 + length;
  const columns = {};
  for (const [name, code, count] of head.columns) {
    columns[name] = new TYPES[code](buffer, at, count);
    at += Math.ceil((count * TYPES[code].BYTES_PER_ELEMENT) / 8) * 8;
  }
  return { head, columns };
}

class Trace {
  constructor(constants) {
    this.constants = constants;
    this.item = {};
    this.state = {};
    this.clear();
  }

  clear() {
    for (const column of [...Object.values(this.item), ...Object.values(this.state)]) column.length = 0;
    this.lanes = [];
    this.texts = [];
    this.changes = []; // of each lane: a column of indices into state
    this.answer = new Column(Int32Array); // of each item: the item that answers it
    this.count = 0;
    this.ended = false;
    this.note = "";
    this.linked = 0; // states that are in `changes`
  }

  append({ head, columns }) {
    for (const [name, values] of Object.entries(columns)) {
      const [table, field] = name.split(".");
      this[table][field] ??= new Column(values.constructor);
      this[table][field].append(values);
    }
    this.lanes = head.lanes;
    for (const text of head.texts) this.texts.push(text);
    while (this.changes.length < this.lanes.length) this.changes.push(new Column(Uint32Array));
    this.linkStates();
    this.linkAnswers();
    this.ended = head.ended;
    this.note = head.note || this.note;
  }

  linkStates() {
    const { lane } = this.state;
    for (; this.linked < lane.length; this.linked++)
      this.changes[lane.data[this.linked]].push(this.linked);
  }

  linkAnswers() {
    const partner = this.item.partner;
    for (; this.count < partner.length; this.count++) {
      this.answer.push(NOBODY);
      const asked = partner.data[this.count];
      if (asked >= 0) this.answer.data[asked] = this.count;
    }
  }

  laneName(lane) {
    return lane >= 0 ? this.lanes[lane].name : lane === NOBODY ? "nobody" : "anyone";
  }

  laneTitle(lane) {
    const { name, endpoint, process } = this.lanes[lane];
    return process ? `${name} ${endpoint}` : name;
  }

  kind(item) {
    return this.constants.kinds[this.item.kind.data[item]];
  }

  text(item) {
    return this.texts[this.item.text.data[item]];
  }

  // What a message is called; an answer is called as its request.
  messageName(item) {
    const asked = this.item.partner.data[item];
    return this.text(asked >= 0 ? asked : item)[0];
  }

  callName(item) {
    const call = this.item.call.data[item] & this.constants.callMask;
    return call ? this.constants.calls[call] ?? `call 0x${call.toString(16)}` : "";
  }

  // What the lane's process does at that place: the index of its state, or -1.
  stateAt(lane, row) {
    const changes = this.changes[lane], rows = this.state.row.data;
    const after = firstIndex(0, changes.length, (i) => rows[changes.data[i]] > row);
    return after ? changes.data[after - 1] : -1;
  }

  stateText(state) {
    const words = this.constants.states[this.state.state.data[state]] ?? "not known";
    return words.replace("%s", this.laneName(this.state.peer.data[state]));
  }

  lastTime() {
    return this.count ? this.item.end.data[this.count - 1] : 0;
  }
}

// Which items are shown, in their order. An item's place among them is its rank. Sums over blocks of
// ranks say how many messages touch a lane without looking at each.
const BLOCK = 256;

class Shown {
  constructor(trace, filter) {
    this.trace = trace;
    this.filter = filter;
    this.items = new Column(Uint32Array);
    this.ranks = new Column(Uint32Array); // of each item: how many are shown before it
    this.sums = []; // of each lane: two columns, sent and received before block n
    this.used = new Set();
    this.earliest = new Column(Float64Array); // of each block: when the first of its messages was sent
    this.seen = 0;
    this.extend();
  }

  get length() {
    return this.items.length;
  }

  // Takes the items that have come since.
  extend() {
    const { trace, filter } = this, { source, target, begin } = trace.item;
    this.items.reserve(trace.count);
    this.ranks.reserve(trace.count + 1);
    for (; this.seen < trace.count; this.seen++) {
      this.ranks.data[this.seen] = this.items.length;
      if (!filter(this.seen)) continue;
      const rank = this.items.length;
      this.items.push(this.seen);
      if (rank % BLOCK === 0) this.earliest.push(Infinity);
      const block = this.earliest.length - 1;
      this.earliest.data[block] = Math.min(this.earliest.data[block], begin.data[this.seen]);
      this.count(source.data[this.seen], 0, block);
      this.count(target.data[this.seen], 1, block);
    }
    this.ranks.data[trace.count] = this.items.length;
    this.ranks.length = trace.count + 1;
  }

  count(lane, side, block) {
    if (lane < 0) return;
    this.used.add(lane);
    const sums = (this.sums[lane] ??= [new Column(Uint32Array), new Column(Uint32Array)])[side];
    const last = sums.length ? sums.data[sums.length - 1] : 0;
    while (sums.length < block + 2) sums.push(last);
    sums.data[block + 1]++;
  }

  // Writes into sent[lane] and got[lane] how many of the ranks in [low, high) touch each lane; far
  // ones to the nearest block.
  touches(low, high, sent, got) {
    sent.fill(0);
    got.fill(0);
    if (high - low >= 2 * BLOCK) {
      for (const lane of this.used) {
        sent[lane] = this.between(lane, 0, low, high);
        got[lane] = this.between(lane, 1, low, high);
      }
      return;
    }
    const source = this.trace.item.source.data, target = this.trace.item.target.data, items = this.items.data;
    for (let rank = low; rank < high; rank++) {
      const item = items[rank];
      if (source[item] >= 0) sent[source[item]]++;
      if (target[item] >= 0) got[target[item]]++;
    }
  }

  between(lane, side, low, high) {
    const sums = this.sums[lane][side];
    if (!sums.length) return 0;
    const last = sums.length - 1, at = (rank) => sums.data[rank >= this.length ? last : Math.min(Math.round(rank / BLOCK), last)];
    return at(high) - at(low);
  }

  // Where a place between items lies among the ranks.
  rankOfRow(row) {
    const item = Math.floor(row);
    if (item < 0) return -0.5;
    if (item >= this.trace.count) return this.length - 0.5;
    const rank = this.ranks.data[item];
    const shown = rank < this.length && this.items.data[rank] === item;
    if (row === item) return shown ? rank : rank - 0.5;
    return (shown ? rank + 1 : rank) - 0.5;
  }

  rankOfTime(time) {
    const { items } = this, end = this.trace.item.end.data;
    return firstIndex(0, items.length, (rank) => end[items.data[rank]] >= time);
  }
}

function makeFilter(trace, wanted) {
  const { kinds, callMask } = trace.constants;
  const is = (lane, name) => !name || (lane >= 0 && trace.lanes[lane].name === name);
  const wantedType = wanted.type.toLowerCase();
  const arrows = kinds.indexOf("event"); // the last of the arrows
  const names = [];
  const named = (index) => (names[index] ??= trace.texts[index][0].toLowerCase().includes(wantedType) ? 1 : 2) === 1;
  return (item) => {
    const { kind, source, target, call, text, partner } = trace.item;
    if (wanted.kind === "arrows" ? kind.data[item] > arrows : wanted.kind && kinds[kind.data[item]] !== wanted.kind) return false;
    if (wanted.call && (call.data[item] & callMask) !== wanted.call) return false;
    if (wantedType) {
      const asked = partner.data[item];
      if (!named(text.data[asked >= 0 ? asked : item])) return false;
    }
    const a = source.data[item], b = target.data[item];
    return (is(a, wanted.process) && is(b, wanted.peer)) || (is(b, wanted.process) && is(a, wanted.peer));
  };
}
