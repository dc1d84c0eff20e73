// The streams that the peer opened, for the program to take one by one.
"use strict";

class Arrivals {
  #refuse;
  #waiting = new Set();
  #controller;
  #wake;
  #isOver = false;
  readable;

  // refuse(stream): the program wants no more of them.
  constructor(refuse) {
    this.#refuse = refuse;
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#cancel(),
      },
      { highWaterMark: 0 },
    );
  }

  add(stream) {
    if (this.#isOver) return this.#refuse(stream);
    this.#waiting.add(stream);
    this.#goOn();
    return undefined;
  }

  // It was over before anybody took it.
  drop(stream) {
    this.#waiting.delete(stream);
  }

  // No more come. error: why, where the session broke off.
  end(error) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting.clear();
    if (error === undefined) this.#controller.close();
    else this.#controller.error(error);
    this.#goOn();
  }

  #pull() {
    if (this.#isOver) return undefined;
    if (this.#waiting.size > 0) return this.#give();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #goOn() {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake === undefined) return;
    if (!this.#isOver) this.#give();
    wake();
  }

  #give() {
    const [stream] = this.#waiting;
    this.#waiting.delete(stream);
    this.#controller.enqueue(stream.open());
  }

  #cancel() {
    this.#isOver = true;
    for (const stream of this.#waiting) this.#refuse(stream);
    this.#waiting.clear();
  }
}

module.exports = { Arrivals };
