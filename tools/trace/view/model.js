// What the facts amount to, for a guest that runs in the browser itself: model.py's items and states in the same words,
// held to the same result by tests/web/reader.py. The words of the messages are tools/protocol_decode.py's.
// Enter at Reader.

const PAYLOAD_ESCAPES = { 10: "\\n", 13: "\\r", 9: "\\t", 34: '\\"', 92: "\\\\" };
const hexWord = (word) => `0x${word.toString(16)}`;
const hexWords = (words) => words.map(hexWord).join(", ");

// A message in the words of its protocol; `known` is what tools/protocols.py knows.
class Decoder {
  constructor(known) {
    this.protocols = known.protocols;
    this.endpoints = known.endpoints;
    this.errorNames = new Map(Object.entries(known.errors).map(([name, number]) => [number, name]));
    this.endpointNames = new Map(Object.entries(known.endpoints).map(([name, number]) => [number, name]));
  }

  find(type, source, server) {
    const toSystem = server === this.endpoints.SYSTEM, from = this.endpointNames.get(source) ?? null;
    for (const protocol of this.protocols) {
      if ((protocol.to === "SYSTEM") !== toSystem) continue;
      for (const message of protocol.messages)
        if (message.type === type && (message.from === null || message.from === from)) return { protocol, message };
    }
    return null;
  }

  // [name, fields, text] of a message; a request's type where it is an answer to one that somebody saw.
  describe({ type, words }, source, server, asked, isAnswer) {
    const found = isAnswer ? (asked === null ? null : this.find(asked, 0, server)) : this.find(type, source, server);
    const structure = found ? found.message[isAnswer ? "answer" : "request"] : null;
    const fields = found ? this.fields(found.protocol, structure, words) : words.map((word, i) => [`word ${i}`, hexWord(word)]);
    const name = found ? found.message.name : isAnswer ? "answer" : `type ${hexWord(type >>> 0)}`;
    return [name, fields, isAnswer ? this.answer(type, words, found, fields) : this.request(type, words, found, fields)];
  }

  inside(words, found, fields) {
    if (found) return fields.map(([name, value]) => `${name}=${value}`).join(", ");
    return hexWords(words.slice(0, words.findLastIndex((word) => word !== 0) + 1));
  }

  request(type, words, found, fields) {
    return `${found ? found.message.name : `type ${hexWord(type >>> 0)}`}(${this.inside(words, found, fields)})`;
  }

  answer(type, words, found, fields) {
    if (type < 0) return `= ${this.errorNames.get(-type) ?? type}`;
    const inside = this.inside(words, found, fields);
    return inside ? `= ${type} (${inside})` : `= ${type}`;
  }

  fields(protocol, structure, words) {
    if (structure === null) return [];
    const fields = protocol.structures[structure], places = Object.fromEntries(fields.map((field) => [field.name, field.word]));
    return fields.map((field) => [field.name, this.value(protocol, field, places, words)]);
  }

  value(protocol, field, places, words) {
    const mine = words.slice(field.word, field.word + field.words);
    const wide = () => BigInt(mine[1]) << 32n | BigInt(mine[0]);
    switch (field.format) {
      case "uint32": return String(mine[0]);
      case "int32": return String(mine[0] | 0);
      case "hex": return mine.length > 1 ? `{${hexWords(mine)}}` : hexWord(mine[0]);
      case "endpoint": return this.endpointNames.get(mine[0]) ?? String(mine[0] | 0);
      case "uint64": return String(wide());
      case "microseconds": return `${wide()}us`;
      case "text": return this.text(mine, "count" in field ? words[places[field.count]] : null);
      case "enumeration": return this.enumeration(protocol.values[field.values].values, mine[0]);
      case "flags": return this.flags(protocol.values[field.values].values, mine[0]);
      default: return "None";
    }
  }

  text(words, count) {
    let data = words.flatMap((word) => [word & 255, word >>> 8 & 255, word >>> 16 & 255, word >>> 24]);
    data = data.slice(0, count ?? (data.indexOf(0) < 0 ? data.length : data.indexOf(0)));
    const character = (byte) => PAYLOAD_ESCAPES[byte]
      ?? (byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`);
    return `"${data.map(character).join("")}"`;
  }

  enumeration(values, word) {
    return Object.keys(values).find((name) => values[name] === word) ?? String(word);
  }

  flags(values, word) {
    const names = Object.keys(values).filter((name) => word & values[name]);
    const rest = (word & ~Object.values(values).reduce((sum, value) => sum + value, 0)) >>> 0;
    return (rest || !names.length ? [...names, hexWord(rest)] : names).join("|");
  }
}

const NO_LANE = -1, ANY_LANE = -2;

class Model {
  constructor(abi, decoder, kinds, unknownState, hidden) {
    Object.assign(this, { abi, decoder, kinds, unknownState });
    this.hiddenNames = new Set(hidden);
    this.hidden = new Set();
    this.lanes = [];
    this.laneOf = new Map();
    this.calls = new Map(); // endpoint -> the call that it is in
    this.open = new Map(); // client's endpoint -> its exchange
    this.taken = new Map(); // server's endpoint -> the exchange whose ticket it learns next
    this.raised = new Map(); // "source,target" -> events that nobody took yet
    this.reset();
    const { abi: a } = this;
    this.handlers = new Map([[a.CALL, this.onCall], [a.DELIVER, this.onDeliver], [a.WAKE, this.onWake], [a.RETURN, this.onReturn],
      [a.BLOCK, this.onBlock], [a.SWITCH, this.onSwitch], [a.EVENT, this.onEvent], [a.IRQ, this.onIrq], [a.FAULT, this.onFault],
      [a.BIRTH, this.onBirth], [a.DEATH, this.onDeath], [a.CLOCK, () => {}]]);
  }

  reset() {
    this.textOf = new Map();
    this.texts = []; // what has come since the last cut, as items and states
    this.items = [];
    this.states = [];
    this.count = 0;
    this.lastNumber = NaN; // of the last item's record
  }

  // An empty picture of the processes that live: what was under way is forgotten.
  startOver() {
    this.reset();
    for (const table of [this.calls, this.open, this.taken, this.raised]) table.clear();
    const former = this.lanes, living = former.filter(({ state }) => state !== this.abi.FREE);
    this.lanes = [];
    this.laneOf.clear();
    for (const { endpoint, name } of living) this.lanes[this.lane(endpoint)].name = name;
    for (const { endpoint, state, peer, time } of living)
      this.set(this.lane(endpoint), state, peer < 0 ? peer : this.laneOf.get(former[peer].endpoint) ?? NO_LANE, time ?? 0, NaN);
  }

  // ---- What comes in

  add(fact) {
    if (fact.kind === this.abi.BIRTH) this.noteHidden(fact.source, this.nameIn(fact));
    if (fact.kind !== this.abi.SWITCH && (this.hidden.has(fact.source) || this.hidden.has(fact.target))) return;
    this.handlers.get(fact.kind).call(this, fact);
  }

  nameIn(birth) {
    const bytes = new Uint8Array(16), view = new DataView(bytes.buffer);
    birth.message.words.slice(0, 4).forEach((word, i) => view.setUint32(4 * i, word, true));
    return textOf(bytes);
  }

  noteHidden(endpoint, name) {
    if (this.hiddenNames.has(name)) this.hidden.add(endpoint);
  }

  name(endpoint, name) {
    this.noteHidden(endpoint, name);
    if (this.hidden.has(endpoint)) return;
    const lane = this.lane(endpoint);
    if (lane >= 0) this.lanes[lane].name = name;
  }

  lost(count, before, time) {
    this.forget(time, before);
    this.mark("lost", NO_LANE, NO_LANE, time, before - 1, ["lost", [], `${count} records lost`]);
  }

  restart(number, time) {
    this.forget(time, number);
    this.laneOf.clear();
    this.hidden.clear();
  }

  // ---- Lanes, states, items

  isProcess(endpoint) {
    return endpoint > 0 && (endpoint & this.abi.SLOT_MASK) < this.abi.FIRST_NAME;
  }

  lane(endpoint) {
    const { abi } = this, known = this.laneOf.get(endpoint);
    if (known !== undefined) return known;
    if (endpoint === abi.ANY) return ANY_LANE;
    if (endpoint !== abi.SYSTEM && endpoint !== abi.HARDWARE && !this.isProcess(endpoint)) return NO_LANE;
    const lane = this.lanes.length;
    this.laneOf.set(endpoint, lane);
    this.lanes.push({ endpoint, name: abi.NAMES[endpoint] ?? `?${endpoint}`, state: null, peer: NO_LANE });
    return lane;
  }

  laneName(lane) {
    return lane === NO_LANE ? "nobody" : lane === ANY_LANE ? "anyone" : this.lanes[lane].name;
  }

  set(lane, state, peer, time, number) {
    if (lane < 0) return;
    const entry = this.lanes[lane];
    if (entry.state === state && entry.peer === peer) return;
    Object.assign(entry, { state, peer, time });
    const last = this.count - 1, row = last >= 0 && this.lastNumber === number ? last : last + 0.5;
    this.states.push({ lane, time, row, state: state ?? this.unknownState, peer });
  }

  runs(endpoint, fact) {
    const lane = this.lane(endpoint);
    if (lane >= 0 && [null, this.abi.READY].includes(this.lanes[lane].state))
      this.set(lane, this.abi.RUNNING, NO_LANE, fact.time, fact.number);
  }

  text(key, make) {
    let index = this.textOf.get(key);
    if (index === undefined) {
      index = this.textOf.size;
      this.textOf.set(key, index);
      this.texts.push(make());
    }
    return index;
  }

  push(item) {
    this.items.push({ call: 0, type: 0, result: 0, partner: NO_LANE, ...item, kind: this.kinds.indexOf(item.kind) });
    this.lastNumber = item.number;
    return this.count++;
  }

  mark(kind, source, target, time, number, text, more = {}) {
    const index = typeof text === "number" ? text : this.text(JSON.stringify(text), () => text);
    this.push({ kind, source, target, begin: time, end: time, beginRow: this.count, number, text: index, ...more });
  }

  forget(time, number) {
    for (const table of [this.calls, this.open, this.taken, this.raised]) table.clear();
    this.lanes.forEach(({ state }, lane) => state !== this.abi.FREE && this.set(lane, null, NO_LANE, time, number));
  }

  // ---- Calls and their ends

  onCall(fact) {
    const { abi } = this;
    this.runs(fact.source, fact);
    const number = fact.call & abi.CALL_MASK;
    const call = { time: fact.time, row: this.count - 0.5, call: fact.call, target: fact.target, message: fact.message, settled: false };
    this.calls.set(fact.source, call);
    if ((number === abi.REQUEST || number === abi.SEND_REC) && this.isProcess(fact.source))
      this.open.set(fact.source, this.exchange(fact.target, fact.message?.type ?? null));
    if (fact.target !== abi.SYSTEM || !fact.message) return;
    this.lane(abi.SYSTEM); // the kernel takes it at once, and no record of its own says so
    const exchange = this.open.get(fact.source), item = this.arrow("request", fact, call, null);
    if (exchange) exchange.request = item;
  }

  exchange(server, type) {
    return { server, type, ticket: null, request: null, reply: null };
  }

  onWake(fact) {
    const lane = this.lane(fact.target);
    if (lane >= 0 && this.lanes[lane].state !== this.abi.RUNNING) this.set(lane, this.abi.READY, NO_LANE, fact.time, fact.number);
    this.ended(fact.target, fact);
  }

  onReturn(fact) {
    this.runs(fact.source, fact);
    this.ended(fact.source, fact);
  }

  ended(endpoint, fact) {
    const { abi } = this, call = this.calls.get(endpoint), taken = this.taken.get(endpoint);
    this.calls.delete(endpoint);
    this.taken.delete(endpoint);
    this.open.delete(endpoint);
    if (fact.result >= 0 && taken && abi.CAME_WITH_TICKET.includes((fact.second & abi.CAME_MASK) >>> 0))
      taken.ticket = fact.second >>> abi.TICKET_SHIFT;
    if (call) this.sayHowItEnded(endpoint, call, fact);
  }

  sayHowItEnded(endpoint, call, fact) {
    const { abi } = this, number = call.call & abi.CALL_MASK, lane = this.lane(endpoint);
    const name = abi.CALL_NAMES[number] ?? `call 0x${number.toString(16)}`;
    const beside = fact.result === 0 ? fact.second >>> abi.ERROR_SHIFT & 0xff : 0;
    let kind = "call", error = fact.result;
    if (fact.result === -abi.ENOTREADY && this.isPoll(call.call)) kind = "poll";
    else if (fact.result < 0) kind = "error";
    else if (number === abi.REPLY_RECEIVE && beside && call.target !== abi.NONE) [kind, error] = ["error", -beside];
    else if (call.settled) return;
    const how = kind === "poll" ? "nothing there" : abi.ERRORS[-error] ?? String(error);
    this.mark(kind, lane, this.lane(call.target), fact.time, fact.number, [name, [], error ? `${name}: ${how}` : name],
      { call: call.call, type: call.message?.type ?? 0, result: error });
  }

  isPoll(call) {
    const { abi } = this;
    return Boolean(call & abi.NONBLOCK) && [abi.RECEIVE, abi.RECEIVE_EX, abi.REPLY_RECEIVE, abi.SELECT].includes(call & abi.CALL_MASK);
  }

  // ---- Messages

  onDeliver(fact) {
    const { abi } = this, { source, target } = fact, received = this.calls.get(target);
    if (received) received.settled = true;
    let call = this.calls.get(source) ?? null;
    if (call && (call.target !== target || !call.message)) call = null;
    if (fact.message.type === abi.EVENT_MESSAGE && !call) return this.takeEvent(fact);
    if (call) call.settled = true;
    const number = call ? call.call & abi.CALL_MASK : null, answered = this.answered(source, target, number, call);
    const isFault = (fact.message.type & ~0xff) === abi.FAULT_MESSAGE;
    const asks = number === abi.REQUEST || number === abi.SEND_REC || isFault;
    const item = this.arrow(asks ? "request" : answered ? "reply" : "send", fact, call, answered);
    if (answered) answered.reply = item;
    if (asks) this.noteTaken(fact, item);
  }

  // The exchange that a message from `source` to `target` answers, or null.
  answered(source, target, number, call) {
    const { abi } = this, exchange = this.open.get(target);
    if (!exchange || exchange.server !== source || exchange.reply !== null) return null;
    if ((number === abi.REPLY || number === abi.REPLY_RECEIVE) && exchange.ticket !== null)
      return call.call >>> abi.TICKET_SHIFT === exchange.ticket ? exchange : null;
    return exchange;
  }

  noteTaken(fact, item) {
    const { abi } = this, { source: client, target: server } = fact;
    let exchange = this.open.get(client);
    if (!exchange || exchange.server !== server) this.open.set(client, exchange = this.exchange(server, fact.message.type));
    exchange.request = item;
    this.taken.set(server, exchange);
    const lane = this.lane(client);
    if (lane < 0) return;
    const state = { [abi.CALLING]: abi.ANSWER, [abi.REQUESTING]: abi.AWAITING }[this.lanes[lane].state];
    if (state !== undefined) this.set(lane, state, this.lane(server), fact.time, fact.number);
  }

  // Appends a message's item; returns its index.
  arrow(kind, fact, call, answered) {
    const { source, target, message, time } = fact;
    const begin = call ? call.time : time;
    let row = call ? call.row : this.count;
    if (row === this.count - 0.5) row = this.count; // nothing lies between
    const text = this.words(message, source, kind === "reply" ? source : target, answered ? answered.type : null, kind === "reply");
    return this.push({ kind, source: this.lane(source), target: this.lane(target), begin, end: time, beginRow: row, number: fact.number,
      call: call ? call.call : 0, type: message.type, text, partner: answered?.request ?? NO_LANE });
  }

  words(message, from, to, asked = null, isAnswer = false) {
    const [source, server] = [from, to].map((end) => (end in this.abi.NAMES ? end : 0));
    const key = `${message.type} ${message.words} ${source} ${server} ${asked} ${isAnswer}`;
    return this.text(key, () => this.decoder.describe(message, source, server, asked, isAnswer));
  }

  // ---- Events, interrupts, faults, births, deaths

  onEvent(fact) {
    const { abi } = this, call = this.calls.get(fact.source), pair = `${fact.source},${fact.target}`;
    if (call && call.target === fact.target) call.settled = true;
    if (!this.raised.has(pair)) this.raised.set(pair, [fact.time, this.count]);
    const message = { type: abi.EVENT_MESSAGE, words: fact.message.words };
    this.mark("raised", this.lane(fact.source), this.lane(fact.target), fact.time, fact.number,
      this.words(message, fact.source, fact.target), { type: abi.EVENT_MESSAGE });
  }

  takeEvent(fact) {
    const pair = `${fact.source},${fact.target}`, [begin, row] = this.raised.get(pair) ?? [fact.time, this.count];
    this.raised.delete(pair);
    const text = this.words(fact.message, fact.source, fact.target);
    this.push({ kind: "event", source: this.lane(fact.source), target: this.lane(fact.target), begin, end: fact.time, beginRow: row,
      number: fact.number, type: this.abi.EVENT_MESSAGE, text });
  }

  onIrq(fact) {
    const text = ["irq", [["line", String(fact.call)]], `irq ${fact.call}`];
    this.mark("irq", this.lane(this.abi.HARDWARE), this.lane(fact.target), fact.time, fact.number, text);
  }

  onFault(fact) {
    this.runs(fact.source, fact);
    const long = (word) => `0x${word.toString(16).padStart(8, "0")}`, [error, ip, address] = fact.message.words;
    const fields = [["vector", String(fact.call)], ["error code", hexWord(error)], ["instruction", long(ip)], ["address", long(address)]];
    this.mark("fault", this.lane(fact.source), NO_LANE, fact.time, fact.number, ["fault", fields, `fault ${fact.call} at ${long(ip)}`]);
  }

  onBirth(fact) {
    const name = this.nameIn(fact);
    this.name(fact.source, name);
    const lane = this.lane(fact.source);
    this.mark("birth", lane, NO_LANE, fact.time, fact.number, ["birth", [], `${name} is born`]);
    this.set(lane, this.abi.READY, NO_LANE, fact.time, fact.number);
  }

  onDeath(fact) {
    const lane = this.lane(fact.source), how = this.abi.DEATHS[fact.call] ?? `cause ${fact.call}`;
    const text = `${this.laneName(lane)} dies: ${how}${how === "kill" ? "" : ` ${fact.result}`}`;
    const fields = [["cause", how], ["status or vector", String(fact.result)]];
    this.mark("death", lane, NO_LANE, fact.time, fact.number, ["death", fields, text], { result: fact.result });
    this.set(lane, this.abi.FREE, NO_LANE, fact.time, fact.number);
    for (const table of [this.calls, this.taken, this.open]) table.delete(fact.source);
    for (const pair of [...this.raised.keys()]) if (pair.split(",").includes(String(fact.source))) this.raised.delete(pair);
  }

  // ---- Who waits, who runs

  onBlock(fact) {
    const lane = this.lane(fact.source), peer = this.lane(fact.target);
    this.set(lane, this.abi.WAITS.includes(fact.call) ? fact.call : this.abi.RECEIVING, peer, fact.time, fact.number);
  }

  onSwitch(fact) {
    const { abi } = this, [source, target] = [fact.source, fact.target].map((end) => (this.hidden.has(end) ? abi.NONE : end));
    const lane = this.lane(source);
    if (lane >= 0 && this.lanes[lane].state === abi.RUNNING) this.set(lane, abi.READY, NO_LANE, fact.time, fact.number);
    this.set(this.lane(target), abi.RUNNING, NO_LANE, fact.time, fact.number);
  }
}

// A stream's bytes to what a Trace appends. `known` is what page.py put into the page.
class Reader {
  constructor(known, constants, hidden = known.hidden) {
    this.stream = new Stream(known.abi);
    this.timeline = new Timeline(known.abi);
    this.facts = new Facts(known.abi);
    this.model = new Model(known.abi, new Decoder(known.protocols), constants.kinds, constants.unknown, hidden);
    this.columns = known.columns;
    this.records = 0;
    this.lanes = "[]"; // at the last cut
  }

  feed(bytes) {
    for (const entry of this.stream.feed(bytes)) this.take(this.timeline.push(entry));
  }

  // What waits for the time to be known does not wait any longer.
  flush() {
    this.take(this.timeline.flush());
  }

  take(timed) {
    const { model } = this;
    for (const entry of timed) {
      if (entry.record) {
        this.records++;
        for (const fact of this.facts.of(entry.record, entry.time)) model.add(fact);
      } else if ("name" in entry) model.name(entry.endpoint, entry.name);
      else if ("lost" in entry) model.lost(entry.lost, entry.before, entry.time);
      else model.restart(entry.restart, entry.time);
    }
  }

  note() {
    const { stream, timeline } = this, parts = [`${this.records} records`];
    if (stream.lost) parts.push(`${stream.lost} records lost`);
    if (stream.skipped) parts.push(`${stream.skipped} bytes were no trace`);
    if (stream.unknown) parts.push(`${stream.unknown} records with facts unknown here`);
    if (timeline.assumed) parts.push("without a clock to go by: times are only relative");
    return parts.join(", ");
  }

  // What is new, as columns; null: nothing.
  cut() {
    const { model } = this, { items, states, texts } = model;
    const lanes = model.lanes.map(({ endpoint, name }) => ({ endpoint, name, process: model.isProcess(endpoint) }));
    const former = this.lanes;
    this.lanes = JSON.stringify(lanes);
    if (!items.length && !states.length && this.lanes === former) return null;
    [model.items, model.states, model.texts] = [[], [], []];
    const columns = {};
    for (const [table, rows] of [["item", items], ["state", states]])
      for (const [name, code] of this.columns[table]) columns[`${table}.${name}`] = TYPES[code].from(rows, (row) => row[name]);
    return { head: { lanes, texts, ended: false, note: this.note() }, columns };
  }
}
