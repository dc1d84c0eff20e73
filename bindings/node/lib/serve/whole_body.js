// Bodies of Responses that are there as a whole, without a stream in between: where the runtime lets it be known. In Bun,
// whose streams are dear and of unknown length.
"use strict";

const { isUtf8 } = require("node:buffer");

const isBun = process.versions.bun !== undefined;
const memoryOf = isBun ? require("bun:jsc").estimateShallowMemoryUsageOf : undefined;
const emptyMemory = isBun ? memoryOf(new Response(null)) : 0;
// A Response's memory is more than an empty one's by its body, as long as that is a text or bytes, by its status text and by
// its URL, which those of fetch() have.
const tellsBytes = isBun && memoryOf(new Response("x")) > emptyMemory &&
  memoryOf(new Response(new ReadableStream())) === emptyMemory;
// How a Response is shown tells a Blob, or a file, from a stream, of which nothing or a part came.
const shownBlob = /^ {2}(Blob|FileRef) \(/m;
const showsBlobs = isBun && shownBlob.test(Bun.inspect(new Response(new Blob(["x"])))) &&
  !shownBlob.test(Bun.inspect(new Response(new ReadableStream())));

// {bytes, type}, or a promise of them, or of {stream, size, type} where the bytes are a file's; undefined where the body can
// only be read as a stream. hasType: whether the Response says its content-type; type: what it is where that does not, or "".
function wholeBody(response, hasType) {
  if (!isBun) return undefined;
  const isOwn = response.url === "" && response.statusText === "";
  if (tellsBytes && isOwn && memoryOf(response) > emptyMemory) return bytesOf(response, hasType);
  return showsBlobs && shownBlob.test(Bun.inspect(response)) ? blobOf(response) : undefined;
}

function bytesOf(response, hasType) {
  if (hasType) {
    const bytes = response.bytes();
    return Bun.peek.status(bytes) === "fulfilled" ? { bytes: Bun.peek(bytes), type: "" } : fromBytes(bytes, "");
  }
  const blob = Bun.peek(response.blob());
  if (blob instanceof Promise) return blob.then((value) => fromBytes(value.bytes(), value.type));
  const bytes = blob.bytes();
  return Bun.peek.status(bytes) === "fulfilled" ? typed(Bun.peek(bytes), blob.type) : fromBytes(bytes, blob.type);
}

async function fromBytes(bytes, type) {
  return typed(await bytes, type);
}

// Bun calls bytes of no type a text, as it calls texts.
function typed(bytes, type) {
  return { bytes, type: type.startsWith("text/plain") && !isUtf8(bytes) ? "" : type };
}

async function blobOf(response) {
  const blob = await response.blob();
  const { size, type } = blob;
  return blob.name === undefined ? typed(await blob.bytes(), type) : { stream: blob.stream(), size, type };
}

module.exports = { wholeBody };
