// The guest's stream in the page: bytes in, facts with their times out. For a guest that runs in the browser itself
// (docs/web.md), where no Python is: what stream.py, timeline.py and facts.py do, in the same words, and held to the
// same result by tests/web/reader.py. `abi` are the kernel's numbers, as tools/trace/abi.py reads them.

const HEADER_BYTES = 32, RECORD_BYTES = 64, NAME_BYTES = 24;
const RECORDS = 1, NAMES = 2, END = 3;
const ENTRY_BYTES = { [RECORDS]: RECORD_BYTES, [NAMES]: NAME_BYTES, [END]: 0 };
const MOST_ENTRIES = 1 << 16; // in one chunk: more than any ring holds
const HIGH = 2 ** 32;
const ASSUMED_RATE = 1000; // ticks in a microsecond

// A name as C keeps it: up to the first NUL, whatever else is there made visible.
function textOf(bytes) {
  const end = bytes.indexOf(0);
  return [...(end < 0 ? bytes : bytes.subarray(0, end))]
    .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join("");
}

class Stream {
  constructor(abi) {
    this.abi = abi;
    this.buffer = new Uint8Array(0);
    this.expected = null; // the next record's number
    this.skipped = this.lost = this.unknown = 0;
    const magic = new DataView(new ArrayBuffer(4));
    magic.setUint32(0, abi.MAGIC, true);
    this.magic = new Uint8Array(magic.buffer);
  }

  // Yields what these bytes complete: {record}, {name}, {lost}, {restart}.
  *feed(data) {
    const joined = new Uint8Array(this.buffer.length + data.length);
    joined.set(this.buffer);
    joined.set(data, this.buffer.length);
    this.buffer = joined;
    for (let header = this.nextHeader(); header; header = this.nextHeader()) {
      const size = HEADER_BYTES + header.count * ENTRY_BYTES[header.kind], inner = this.chunkInside(size);
      if (inner >= 0 && inner + HEADER_BYTES <= this.buffer.length) this.skip(inner);
      else if (inner >= 0 || this.buffer.length < size) return;
      else {
        const body = this.buffer.subarray(HEADER_BYTES, size);
        this.buffer = this.buffer.subarray(size);
        yield* this.entries(header, body);
      }
    }
  }

  skip(count) {
    this.skipped += count;
    this.buffer = this.buffer.subarray(count);
  }

  find(from, end = this.buffer.length) {
    const { buffer, magic } = this;
    for (let at = buffer.indexOf(magic[0], from); at >= 0 && at + 4 <= end; at = buffer.indexOf(magic[0], at + 1))
      if (buffer[at + 1] === magic[1] && buffer[at + 2] === magic[2] && buffer[at + 3] === magic[3]) return at;
    return -1;
  }

  // The header at that place, or null where there is none that could be meant.
  readHeader(at) {
    const { abi } = this, view = new DataView(this.buffer.buffer, this.buffer.byteOffset + at, HEADER_BYTES);
    const word = (offset) => view.getUint32(offset, true);
    const kind = view.getUint16(6, true), count = word(8), clock = word(20);
    const good = word(0) === abi.MAGIC && view.getUint16(4, true) === abi.VERSION && kind in ENTRY_BYTES
      && count <= MOST_ENTRIES && word(28) === 0
      && (kind !== RECORDS || clock === abi.CLOCK_CYCLES || clock === abi.CLOCK_MICROSECONDS)
      && (kind !== END || count === 0);
    return good ? { kind, count, first: word(16) * HIGH + word(12), clock, lost: word(24) } : null;
  }

  nextHeader() {
    for (;;) {
      const at = this.find(0);
      if (at < 0) { // its first bytes may be the last that have come
        this.skip(Math.max(0, this.buffer.length - this.magic.length + 1));
        return null;
      }
      this.skip(at);
      if (this.buffer.length < HEADER_BYTES) return null;
      const header = this.readHeader(0);
      if (header) return header;
      this.skip(1);
    }
  }

  // Where in this chunk another one begins, or might begin once more bytes have come, or -1.
  chunkInside(size) {
    const { buffer, magic } = this;
    for (let at = this.find(1, size + magic.length - 1); at >= 0; at = this.find(at + 1, size + magic.length - 1))
      if (at + HEADER_BYTES > buffer.length || this.readHeader(at)) return at;
    if (size <= buffer.length && buffer.length < size + magic.length - 1)
      for (let at = size - magic.length + 1; at < size; at++)
        if (buffer.subarray(at).every((byte, i) => byte === magic[i])) return at;
    return -1;
  }

  *entries(header, body) {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    if (header.kind === NAMES) {
      for (let at = 0; at < body.length; at += NAME_BYTES)
        yield { name: textOf(body.subarray(at + 8, at + NAME_BYTES)), endpoint: view.getInt32(at, true) };
    } else if (header.kind === RECORDS) {
      yield* this.gap(header);
      for (let i = 0; i < header.count; i++) yield { record: this.record(view, i * RECORD_BYTES, header.first + i), clock: header.clock };
      this.expected = header.first + header.count;
    }
  }

  *gap(header) {
    if (this.expected !== null && header.first < this.expected) {
      yield { restart: header.first };
      this.expected = null;
    }
    const missing = this.expected === null ? header.lost : header.first - this.expected;
    if (!missing) return;
    this.lost += missing;
    yield { lost: missing, before: header.first };
  }

  record(view, at, number) {
    const word = (offset) => view.getUint32(at + offset, true), signed = (offset) => view.getInt32(at + offset, true);
    const what = word(8);
    if (what & ~this.abi.KNOWN_BITS) this.unknown++;
    const words = Array.from({ length: 7 }, (_, i) => word(36 + 4 * i));
    return { number, time: view.getBigUint64(at, true), what, source: signed(12), target: signed(16), call: word(20),
      result: signed(24), second: word(28), type: signed(32), words };
  }
}

// Gives entries back with their times in microseconds since boot, as soon as these are known.
class Timeline {
  constructor(abi) {
    this.abi = abi;
    this.waiting = [];
    this.anchor = null; // [ticks, microseconds] of the last CLOCK
    this.rate = null;
    this.last = 0;
    this.assumed = false; // whether a time was ever made up
  }

  push(entry) {
    const { record } = entry;
    this.waiting.push(entry);
    if (!record) return [];
    if (entry.clock === this.abi.CLOCK_MICROSECONDS) {
      this.anchor = [record.time, Number(record.time)];
      this.rate = 1;
      return this.flush();
    }
    if (!(record.what & this.abi.CLOCK)) return [];
    const former = this.anchor, micro = record.words[0] + record.words[1] * HIGH;
    this.anchor = [record.time, micro];
    if (former && micro > former[1]) this.rate = Number(BigInt.asUintN(64, record.time - former[0])) / (micro - former[1]);
    return this.rate ? this.flush() : [];
  }

  // Everything that waits, with the best that is known.
  flush() {
    const result = this.waiting.map((entry) => ({ ...entry, time: this.time(entry.record) }));
    this.waiting = [];
    return result;
  }

  time(record) {
    if (!record) return this.last;
    if (this.rate === null) this.assumed = true;
    this.anchor ??= [record.time, this.last];
    const ahead = Number(BigInt.asIntN(64, record.time - this.anchor[0]));
    this.last = Math.max(this.last, this.anchor[1] + ahead / (this.rate || ASSUMED_RATE));
    return this.last;
  }
}

// A record of several bits says several things: each as a fact of its own, in the order in which they happened.
class Facts {
  constructor(abi) {
    this.abi = abi;
    this.bits = ["CALL", "DELIVER", "WAKE", "RETURN", "BLOCK", "SWITCH", "EVENT", "IRQ", "FAULT", "BIRTH", "DEATH", "CLOCK"]
      .map((name) => abi[name]);
    this.alone = { [abi.SEND]: abi.SENDING, [abi.SEND_REC]: abi.CALLING, [abi.REQUEST]: abi.REQUESTING,
      [abi.RECEIVE]: abi.RECEIVING, [abi.RECEIVE_EX]: abi.RECEIVING, [abi.REPLY_RECEIVE]: abi.RECEIVING, [abi.SELECT]: abi.SELECTING };
    this.delivered = { ...this.alone, [abi.SEND_REC]: abi.ANSWER, [abi.REQUEST]: abi.AWAITING };
  }

  *of(record, time) {
    const what = record.what & ~this.abi.MESSAGE;
    const single = this.bits.includes(what);
    for (const bit of this.bits) if (what & bit) yield this.fact(bit, record, time, single);
  }

  fact(kind, r, time, alone) {
    const { abi } = this, message = { type: r.type, words: r.words };
    const fact = { kind, number: r.number, time, source: r.source, target: r.target, call: 0, result: 0, second: 0, message: null };
    switch (kind) {
      case abi.CALL:
        return { ...fact, call: r.call, second: alone ? r.second : 0, message: r.what & abi.MESSAGE ? message : null };
      case abi.DELIVER:
        return { ...fact, message };
      case abi.WAKE:
        return { ...fact, source: abi.NONE, result: r.result, second: r.second };
      case abi.RETURN:
        return { ...fact, target: abi.NONE, ...(r.what & abi.WAKE ? {} : { result: r.result, second: r.second }) };
      case abi.BLOCK:
        return alone ? { ...fact, call: r.call } : this.block(fact, r);
      default:
        return { ...fact, call: r.call, result: r.result, second: r.second, message };
    }
  }

  // Beside a call, the call says in what its caller waits; `call` of the fact is that state.
  block(fact, r) {
    const { abi } = this, number = r.what & abi.CALL ? r.call & abi.CALL_MASK : 0;
    const states = r.what & abi.DELIVER ? this.delivered : this.alone;
    return { ...fact, target: number === abi.REPLY_RECEIVE ? abi.ANY : r.target, call: states[number] ?? abi.FREE };
  }
}
