// The content-length that a program gave, against the bytes of its body: one that does not fit is an error, and is never
// put right in silence (RFC 9110 section 8.6: such a message is malformed).
"use strict";

class DeclaredLength {
  #declared; // undefined: none was given
  #added = 0;

  // value: of the field, or null. size: of the body, where it is known and there is no such field. Throws a TypeError for a
  // value that is no number of bytes.
  constructor(value, size) {
    if (value === null) {
      this.#declared = size;
      return;
    }
    // A number that JavaScript does not hold exactly could not be counted up to.
    if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(Number(value))) {
      throw new TypeError(`content-length must be a number of bytes; received ${JSON.stringify(value)}`);
    }
    this.#declared = Number(value);
  }

  // Before `byteCount` more bytes of the body are sent. Throws a RangeError when they are beyond the length.
  add(byteCount) {
    this.#added += byteCount;
    if (this.#added > (this.#declared ?? Infinity)) throw this.#mismatch(`${this.#added} or more`);
  }

  // At the body's end. Throws a RangeError when it is shorter than the length.
  finish() {
    if (this.#added < (this.#declared ?? 0)) throw this.#mismatch(this.#added);
  }

  #mismatch(size) {
    return new RangeError(`content-length says ${this.#declared} bytes, and the body has ${size}`);
  }
}

module.exports = { DeclaredLength };
