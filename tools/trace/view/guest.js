// The stream of a guest that runs in this browser: whoever runs it calls guest.take(bytes).

const SETTLE = 40; // milliseconds in which more may come, until what has come is shown
const CLOCKLESS = 2000; // milliseconds that who watches waits for the time
const MOST_ITEMS = 1000000; // then the picture starts over: a page may stay open for days

class Guest {
  constructor(known, constants) {
    this.reader = new Reader(known, constants);
    this.began = performance.now();
    this.renew();
  }

  renew() {
    this.news = new Promise((resolve) => (this.told = resolve));
  }

  take(bytes) {
    this.reader.feed(bytes);
    this.told();
  }

  startOver() {
    this.reader.model.startOver();
    app.startOver();
  }

  present(wanted, words) {
    return app.present(wanted, words);
  }

  // Whether such a message has come since the picture started over.
  has(words) {
    return app.trace.texts.some(([, , text]) => text.includes(words));
  }

  async next() {
    await this.news;
    await new Promise((resolve) => setTimeout(resolve, SETTLE));
    this.renew();
    // Without a rate, times would be made up: a record of the clock comes soon.
    if (this.reader.timeline.rate !== null || performance.now() - this.began > CLOCKLESS) this.reader.flush();
    if (this.reader.model.count > MOST_ITEMS) this.startOver();
    return this.reader.cut();
  }
}

const embedded = (id) => JSON.parse(document.getElementById(id).textContent);
globalThis.guest = new Guest(embedded("known"), embedded("constants"));
