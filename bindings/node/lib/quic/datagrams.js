// Datagrams (RFC 9221) of one connection.
"use strict";

const engine = require("../engine.js");

const E_UNSUPPORTED = -5;
// Given to the QUIC thread, which has not said yet what became of them.
const mostWaiting = 256;

class Datagrams {
  #connectionId;
  #maxSize; // as it was told last
  #traffic;
  #waiting = 0;
  #taken = { count: 0, bytes: 0 }; // and the QUIC thread does not know yet

  // maxSize 0: the peer takes none.
  constructor(connectionId, maxSize, traffic) {
    this.#connectionId = connectionId;
    this.#maxSize = maxSize;
    this.#traffic = traffic;
  }

  get maxSize() {
    return this.#maxSize;
  }

  // False: too many wait already, or the connection is gone.
  send(bytes) {
    if (this.#maxSize === 0) throw engine.error(E_UNSUPPORTED, { message: "the peer takes no datagrams" });
    if (bytes.length > this.#maxSize) {
      const size = engine.native.maxDatagramSize(this.#connectionId);
      if (size === 0) return false;
      this.#maxSize = size;
      if (bytes.length > size) throw tooLarge(bytes.length, size);
    }
    if (this.#waiting >= mostWaiting) {
      this.#traffic.count("datagramsDropped", 1);
      return false;
    }
    this.#waiting++;
    engine.native.sendDatagram(this.#connectionId, bytes);
    return true;
  }

  sent(isSent, maxSize) {
    this.#waiting--;
    if (maxSize > 0) this.#maxSize = maxSize;
    this.#traffic.count(isSent ? "datagramsSent" : "datagramsDropped", 1);
  }

  dropped(count) {
    this.#traffic.count("datagramsDropped", count);
  }

  // tell(bytes): the program's callback, which may give a promise. Until that settles the datagram is one of those that
  // the program has not taken.
  received(bytes, tell) {
    this.#traffic.count("datagramsReceived", 1);
    const done = () => this.#take(bytes.length);
    const running = tell(bytes);
    if (running === undefined) done();
    else running.then(done, done);
  }

  #take(byteCount) {
    if (this.#taken.count === 0) queueMicrotask(() => this.#report());
    this.#taken.count++;
    this.#taken.bytes += byteCount;
  }

  #report() {
    const { count, bytes } = this.#taken;
    this.#taken = { count: 0, bytes: 0 };
    engine.native.datagramsTaken(this.#connectionId, count, bytes);
  }
}

function tooLarge(length, size) {
  const error = new RangeError(`"bytes" must be at most ${size} bytes long (maxDatagramSize); received ${length}`);
  error.code = "ERR_OUT_OF_RANGE";
  return error;
}

module.exports = { Datagrams };
