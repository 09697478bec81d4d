// The machine that Parley runs on in v86, and its console: the same for the page and for saved_state.mjs, since v86
// restores a state only into the machine that it was saved from.

const MEGABYTE = 1 << 20;
const PROMPT = /(^|\n)parley> $/;
const PATIENCE = 120000; // milliseconds until what does not come is an error
const CONTROL_C = [0x1d, 0x2e, 0xae, 0x9d]; // scan codes
const LINE = 200; // characters: more than a prompt has

export const TRACE_ON = "trace stream on"; // what docs/trace.md calls the stream begins with it

// What V86 is made with; `media` is what differs: where wasm, BIOS, CD and state come from, and the screen. A boot is
// interpreted: BIOS, GRUB and the beginning of each process run once, and what translating them takes is never earned.
export function options(media) {
  return {
    disable_jit: !media.initial_state,
    memory_size: 64 * MEGABYTE,
    vga_memory_size: 8 * MEGABYTE,
    boot_order: 0x123, // the CD first
    uart1: true, // the trace's line
    disable_speaker: true,
    disable_mouse: true,
    autostart: true,
    ...media,
  };
}

// From the prompt on the guest's code is translated.
export function translate(emulator) {
  const JIT_DISABLED = 0; // v86's src/rust/config.rs; only its beginning is among the options
  emulator.v86.cpu.set_jit_config(JIT_DISABLED, 0);
}

export class Abandoned extends Error {}

// The guest's console over its first serial line, which shows what the screen shows; it types on the keyboard.
export class Console {
  constructor(emulator, text = "") {
    this.emulator = emulator;
    this.text = text; // what has come since a command was typed
    this.waiting = [];
    this.queue = Promise.resolve();
    this.ended = false;
    emulator.add_listener("serial0-output-byte", (byte) => this.heard(byte));
  }

  heard(byte) {
    if (byte === 13) return;
    this.text += String.fromCharCode(byte);
    if (this.atPrompt()) for (const { resolve } of this.waiting.splice(0)) resolve();
  }

  atPrompt() {
    return PROMPT.test(this.text.slice(-LINE));
  }

  async prompt() {
    if (this.ended) throw new Abandoned();
    if (this.atPrompt()) return;
    let timer;
    try {
      await new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(new Error("the guest shows no prompt")), PATIENCE);
        this.waiting.push({ resolve, reject });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  // Another machine is wanted: nobody waits for this one any longer.
  end() {
    this.ended = true;
    for (const { reject } of this.waiting.splice(0)) reject(new Abandoned());
  }

  // Ends what was begun at the prompt: a line, a program.
  async interrupt() {
    if (this.atPrompt()) return;
    this.emulator.keyboard_send_scancodes(CONTROL_C);
    await this.prompt();
  }

  // Types the command at the prompt; what the guest says until the next one. One after the other.
  run(command) {
    const answer = this.queue.then(async () => {
      await this.prompt();
      this.text = "";
      this.emulator.keyboard_send_text(`${command}\n`);
      await this.prompt();
      return this.text;
    });
    this.queue = answer.catch(() => {});
    return answer;
  }
}
