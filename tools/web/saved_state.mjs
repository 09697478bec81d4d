// saved_state.mjs V86 ISO BIOS VGABIOS FOLDER: boots the image in v86 until the prompt, turns the trace on, and writes
// the machine as it stands there: FOLDER/prompt.state (gzip), and what came on the trace's line until then:
// FOLDER/prompt.stream. Prints how long the boot took.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { pathToFileURL } from "node:url";
import { Console, options, TRACE_ON, translate } from "./view/machine.js";

const SETTLE = 500; // milliseconds until who was busy with the boot is at rest
const [v86, iso, bios, vgaBios, folder] = process.argv.slice(2);
const { V86 } = await import(pathToFileURL(path.join(v86, "libv86.mjs")));

function image(file) {
  const data = fs.readFileSync(file);
  return { buffer: data.buffer.slice(data.byteOffset, data.byteOffset + data.length) };
}

const began = performance.now(), stream = [];
const emulator = new V86(options({
  wasm_path: path.join(v86, "v86.wasm"), bios: image(bios), vga_bios: image(vgaBios), cdrom: image(iso),
}));
emulator.add_listener("serial1-output-byte", (byte) => stream.push(byte));
const console_ = new Console(emulator);
try {
  await console_.prompt();
} catch (error) {
  console.error(`${error.message}; it said:\n${console_.text}`);
  process.exit(1);
}
const booted = performance.now() - began;
translate(emulator);
await console_.run(TRACE_ON);
await new Promise((done) => setTimeout(done, SETTLE));
await emulator.stop();
const state = new Uint8Array(await emulator.save_state());
if (!stream.length || !console_.atPrompt()) {
  console.error(`the trace did not begin; the guest said:\n${console_.text}`);
  process.exit(1);
}
fs.writeFileSync(path.join(folder, "prompt.state"), zlib.gzipSync(state, { level: 6 }));
fs.writeFileSync(path.join(folder, "prompt.stream"), Uint8Array.from(stream));
console.log(`booted in ${(booted / 1000).toFixed(1)} s; ${(state.length / 1e6).toFixed(1)} MB of state`);
process.exit(0);
