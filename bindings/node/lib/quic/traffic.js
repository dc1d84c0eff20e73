// What a socket sent and received. A server's connections count for the server too.
"use strict";

class Traffic {
  bytesSent = 0;
  bytesReceived = 0;
  datagramsSent = 0;
  datagramsReceived = 0;
  datagramsDropped = 0;
  #parent;

  constructor(parent) {
    this.#parent = parent;
  }

  // name: of one of the numbers.
  count(name, amount) {
    this[name] += amount;
    this.#parent?.count(name, amount);
  }
}

module.exports = { Traffic };
