// read.mjs VIEW KNOWN STREAM...: what the page's own reader makes of each stream, a line of JSON a stream.
import fs from "node:fs";
import vm from "node:vm";

const [view, knownPath, ...streams] = process.argv.slice(2);
const { known, constants } = JSON.parse(fs.readFileSync(knownPath, "utf8"));
const scripts = ["data.js", "stream.js", "model.js"].map((name) => fs.readFileSync(`${view}/${name}`, "utf8"));
const BITE = 1000; // bytes at a time, so that chunks come in parts

for (const path of streams) {
  const context = vm.createContext({ known, constants, Uint8Array });
  vm.runInContext(`${scripts.join("\n")}\nglobalThis.reader = new Reader(known, constants);`, context);
  const { reader } = context, bytes = new Uint8Array(fs.readFileSync(path)), whole = { lanes: [], texts: [], columns: {} };
  const cut = () => {
    const part = reader.cut();
    if (!part) return;
    whole.lanes = part.head.lanes;
    whole.texts.push(...part.head.texts);
    for (const [name, values] of Object.entries(part.columns)) whole.columns[name] = [...(whole.columns[name] ?? []), ...values];
  };
  for (let at = 0; at < bytes.length; at += BITE) {
    reader.feed(bytes.subarray(at, at + BITE));
    cut();
  }
  reader.flush();
  cut();
  fs.writeSync(1, `${JSON.stringify({ ...whole, note: reader.note() })}\n`);
}
