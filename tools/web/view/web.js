// The page: runs Parley in v86, gives its trace to the lanes beside it, and plays the scenes.
import { Console, options, TRACE_ON } from "./machine.js";
import { SCENES } from "./scenes.js";

const byId = (id) => document.getElementById(id);
const PASS_ON = 30; // milliseconds between two looks for what came on the trace's line
const QUIET = 250; // milliseconds without a message: what a scene did has come
const MOST_QUIET = 5000; // and how long that is waited for
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer;
}

// A server may have unpacked what it knows to be gzip.
async function unpack(url) {
  const buffer = await (await load(url)).arrayBuffer(), head = new Uint8Array(buffer, 0, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return buffer;
  return new Response(new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

function say(words, bad = false) {
  byId("status").textContent = words;
  byId("status").className = bad ? "bad" : "";
}

// The lanes' page in its frame: lanes.html, the viewer of ./parley trace with its own reader.
class Lanes {
  constructor(frame) {
    this.frame = frame;
    this.pending = [];
    setInterval(() => this.pass(), PASS_ON);
  }

  get window() {
    return this.frame.contentWindow;
  }

  // A page without anything that was.
  async renew() {
    this.pending = [];
    this.ready = false;
    const loaded = new Promise((resolve) => this.frame.addEventListener("load", resolve, { once: true }));
    if (this.frame.src) this.window.location.reload();
    else this.frame.src = "lanes.html";
    await loaded;
    this.ready = true;
  }

  byte(byte) {
    this.pending.push(byte);
  }

  bytes(bytes) {
    for (const byte of bytes) this.pending.push(byte);
  }

  pass() {
    if (!this.ready || !this.pending.length) return;
    this.window.guest.take(Uint8Array.from(this.pending));
    this.pending = [];
  }

  // Waits until nothing new has come for a while; the tracer itself, which is not shown, never rests.
  async settled() {
    const { model } = this.window.guest.reader, since = performance.now();
    for (let count = -1; count !== model.count && performance.now() - since < MOST_QUIET; await pause(QUIET)) count = model.count;
  }
}

const lanes = new Lanes(byId("lanes"));

class Page {
  constructor() {
    this.emulator = null;
    this.image = null; // the CD, once it is here
    this.console = null;
    this.busy = false;
  }

  // Ends the machine that runs, and starts one.
  async start(media, text) {
    await this.emulator?.destroy();
    await lanes.renew();
    this.emulator = new V86(options({
      screen: { container: byId("screen") }, wasm_path: "v86/v86.wasm",
      bios: { url: "bios/bios.bin" }, vga_bios: { url: "bios/vgabios.bin" }, ...media,
    }));
    this.emulator.add_listener("serial1-output-byte", (byte) => lanes.byte(byte));
    this.emulator.add_listener("download-error", ({ file_name: name }) => say(`${name} could not be loaded.`, true));
    this.console = new Console(this.emulator, text);
    await new Promise((resolve) => this.emulator.add_listener("emulator-started", resolve));
    this.type();
  }

  // Keys go to the guest while its screen has the focus.
  type() {
    byId("screen").focus();
    this.emulator.keyboard_set_enabled(document.activeElement === byId("screen"));
  }

  async restore(since = performance.now()) {
    const [state, stream] = await Promise.all([unpack("boot/prompt.state"), load("boot/prompt.stream").then((answer) => answer.arrayBuffer())]);
    await this.start({ initial_state: { buffer: state } }, "parley> ");
    lanes.bytes(new Uint8Array(stream));
    say(`At the prompt after ${((performance.now() - since) / 1000).toFixed(1)} s, from a saved state.`);
    await this.emulator.set_cdrom({ buffer: await this.cd() }); // for who types reboot
  }

  async cold() {
    const since = performance.now();
    say("Booting from the CD…");
    await this.start({ cdrom: { buffer: await this.cd() } });
    await this.console.prompt();
    say(`At the prompt after ${((performance.now() - since) / 1000).toFixed(1)} s, booted from the CD.`);
    await this.console.run(TRACE_ON);
  }

  async cd() {
    this.image ??= await (await load("boot/parley.iso")).arrayBuffer();
    return this.image.slice(0);
  }

  async play(scene) {
    byId("look").textContent = scene.look;
    this.type();
    lanes.window.guest.startOver();
    for (const command of scene.commands) await this.console.run(command);
    await lanes.settled();
    lanes.window.guest.present(scene.lanes, scene.words);
  }

  // One thing at a time: the buttons wait, and a failure is said.
  async during(work) {
    if (this.busy) return;
    this.busy = true;
    this.buttons(true);
    try {
      await work();
    } catch (error) {
      say(`This did not work: ${error.message}`, true);
      console.error(error);
    }
    this.busy = false;
    this.buttons(false);
  }

  buttons(disabled) {
    for (const button of document.querySelectorAll("button")) button.disabled = disabled;
    document.documentElement.dataset.state = disabled ? "busy" : "idle";
  }

  listen() {
    const screen = byId("screen");
    screen.addEventListener("focus", () => this.emulator?.keyboard_set_enabled(true));
    screen.addEventListener("blur", () => this.emulator?.keyboard_set_enabled(false));
    byId("saved").addEventListener("click", () => this.during(() => this.restore()));
    byId("cold").addEventListener("click", () => this.during(() => this.cold()));
    for (const scene of SCENES) {
      const button = Object.assign(document.createElement("button"), { type: "button", id: scene.id, textContent: scene.title });
      button.title = scene.commands.join(", then ");
      button.addEventListener("click", () => this.during(() => this.play(scene)));
      byId("scenes").append(button);
    }
  }
}

byId("alone").hidden = true;
byId("page").hidden = false;
const page = new Page();
globalThis.parley = page; // for tests, and for who looks from the browser's console
page.listen();
page.during(() => page.restore(0)); // since the page began to load
