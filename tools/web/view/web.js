// The page: runs Parley in v86, gives its trace to the lanes beside it, and plays the scenes.
import { Abandoned, Console, options, TRACE_ON, translate } from "./machine.js";
import { SCENES } from "./scenes.js";

const byId = (id) => document.getElementById(id);
const PASS_ON = 30; // milliseconds between two looks for what came on the trace's line
const LATE = 10000; // milliseconds that a scene waits for its last message on the lanes
const BESIDE = 200; // milliseconds for what comes close to it
const SILENCE = 2000; // milliseconds without a byte: the tracer, which itself makes records all the time, does not run
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
    this.last = 0; // when a byte came
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
    this.last = performance.now();
  }

  get silent() {
    return performance.now() - this.last > SILENCE;
  }

  bytes(bytes) {
    for (const byte of bytes) this.pending.push(byte);
  }

  pass() {
    if (!this.ready || !this.pending.length) return;
    this.window.guest.take(Uint8Array.from(this.pending));
    this.pending = [];
  }

  // Waits for a message with these words: the trace comes later than what the guest says on its console, and may have
  // lost some of it.
  async shows(words) {
    const since = performance.now();
    while (!this.window.guest.has(words) && performance.now() - since < LATE) await pause(PASS_ON);
    await pause(BESIDE);
  }
}

const lanes = new Lanes(byId("lanes"));

class Page {
  constructor() {
    this.emulator = null;
    this.image = null; // the CD, once it is here
    this.console = null;
    this.work = Promise.resolve();
    this.busy = 0;
    this.wanted = 0; // machines that were asked for and are not begun
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
    if (this.wanted) this.console.end();
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
    translate(this.emulator);
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
    await this.console.interrupt();
    if (lanes.silent) await this.console.run(TRACE_ON); // whoever was here has booted again, or switched it off
    lanes.window.guest.startOver();
    for (const command of scene.commands) await this.console.run(command);
    await lanes.shows(scene.last);
    lanes.window.guest.present(scene.lanes, scene.words);
  }

  // Another machine: what waits for the one that runs gives way.
  change(work) {
    this.console?.end();
    this.wanted++;
    this.during(() => {
      this.wanted--;
      return work();
    });
  }

  // One thing at a time, and a failure is said.
  during(work) {
    this.busy++;
    this.show();
    this.work = this.work.then(work).catch((error) => {
      if (error instanceof Abandoned) return;
      say(`This did not work: ${error.message}`, true);
      console.error(error);
    }).finally(() => {
      this.busy--;
      this.show();
    });
  }

  // A scene has to end before the next one; another machine can be had at any time.
  show() {
    for (const button of byId("scenes").children) button.disabled = this.busy > 0;
    document.documentElement.dataset.state = this.busy ? "busy" : "idle";
  }

  listen() {
    const screen = byId("screen");
    screen.addEventListener("focus", () => this.emulator?.keyboard_set_enabled(true));
    screen.addEventListener("blur", () => this.emulator?.keyboard_set_enabled(false));
    byId("saved").addEventListener("click", () => this.change(() => this.restore()));
    byId("cold").addEventListener("click", () => this.change(() => this.cold()));
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
page.change(() => page.restore(0)); // since the page began to load
