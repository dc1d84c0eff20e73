// Batches of events, as src/event_batch.h writes them.
"use strict";

const NUMBER = 0;
const FLAG = 1;
const TEXT = 2;
const LINES = 3;
const OTHER = 4;

// Names of events by their index.
class EventReader {
  #names = [];

  // Calls visit(name, id, items) for each event.
  //   buffer, text, others, newNames: the arguments of the native module's onEvents
  read(buffer, text, others, newNames, visit) {
    this.#names.push(...newNames);
    const numbers = new Float64Array(buffer);
    let at = 0;
    let textAt = 0;
    let othersAt = 0;
    const next = () => {
      const tag = numbers[at];
      const value = numbers[at + 1];
      at += 2;
      switch (tag) {
        case NUMBER:
          return value;
        case FLAG:
          return value === 1;
        case TEXT:
        case LINES:
          textAt += value;
          return text.slice(textAt - value, textAt);
        case OTHER:
          return others[othersAt++];
        default:
          throw new Error(`usquic: the native module and lib/events.js differ: tag ${tag}`);
      }
    };
    while (at < numbers.length) {
      const name = this.#names[numbers[at]];
      const id = numbers[at + 1];
      const items = new Array(numbers[at + 2]);
      at += 3;
      for (let i = 0; i < items.length; i++) items[i] = next();
      visit(name, id, items);
    }
  }
}

module.exports = { EventReader };
