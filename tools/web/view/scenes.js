// The guided scenes: what is typed; what to look at; `last`, words of a message that ends it; and what the lanes show then
// (App.present in lanes.html): which processes, and the last message with `words` chosen, or everything.

export const SCENES = [
  {
    id: "ping",
    title: "Ping-pong",
    commands: ["ping hello"],
    look: "The shell asks the server hello ten times and waits for each answer. Solid arrows are requests, dashed ones answers; "
      + "the server takes the next request in the same call that answers the last one. Click an arrow to read the message.",
    last: "round trip: ",
    lanes: { process: "shell", peer: "hello" },
    words: "",
  },
  {
    id: "deadlock",
    title: "A deadlock, refused",
    commands: ["alice"],
    look: "alice asks bob and waits; bob, before he answers, asks alice. Each would wait for the other for ever, so the kernel refuses "
      + "bob's call (the red cross: ELOCKED) and names the ring in its log. The graph at the right shows alice waiting for bob.",
    last: "alice: bob answered",
    lanes: { process: "bob" },
    words: "ELOCKED",
  },
  {
    id: "terminal",
    title: "Kill the terminal",
    commands: ["kill tty", "echo the terminal is back"],
    look: "The terminal's driver dies: the keyboard and this screen are its work. The supervisor hears of it, starts it again, and it says "
      + "its name to the name server; the shell asks the new one. There are two lanes called tty now, the dead and the living.",
    last: "the terminal is back",
    lanes: { process: "tty" },
    words: "tty dies",
  },
  {
    id: "clock",
    title: "Kill the clock",
    commands: ["kill clock", "date"],
    look: "The same with the driver of the real-time clock: killed, started again a millisecond later, and the next command that wants "
      + "to know the date is answered by the new one as if nothing had happened.",
    last: "UTC",
    lanes: { process: "clock" },
    words: "clock dies",
  },
  {
    id: "flood",
    title: "A flood",
    commands: ["ping hello 3000"],
    look: "Three thousand round trips. Where messages lie closer than the eye can part them, a lane is as wide as it is busy: to the left "
      + "what it got, to the right what it sent. Drag the frame in the strip, or zoom with Ctrl and the wheel.",
    last: "round trip: ",
    lanes: { process: "shell", peer: "hello" },
    words: "",
  },
];
