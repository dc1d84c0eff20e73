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
    if (newNames.length > 0) this.#names.push(...newNames);
    const numbers = new Float64Array(buffer);
    let at = 0;
    let textAt = 0;
    let othersAt = 0;
    while (at < numbers.length) {
      const name = this.#names[numbers[at]];
      const id = numbers[at + 1];
      const items = new Array(numbers[at + 2]);
      at += 3;
      for (let i = 0; i < items.length; i++, at += 2) {
        const value = numbers[at + 1];
        switch (numbers[at]) {
          case NUMBER:
            items[i] = value;
            break;
          case FLAG:
            items[i] = value === 1;
            break;
          case TEXT:
          case LINES:
            items[i] = text.slice(textAt, textAt + value);
            textAt += value;
            break;
          case OTHER:
            items[i] = others[othersAt++];
            break;
          default:
            throw new Error(`usquic: the native module and lib/events.js differ: tag ${numbers[at]}`);
        }
      }
      visit(name, id, items);
    }
  }
}

module.exports = { EventReader };
