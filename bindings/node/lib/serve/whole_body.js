// Bodies of Responses that are there as a whole, without a stream in between: where the runtime lets it be known. In Bun,
// whose streams are dear and of unknown length.
"use strict";

const { isUtf8 } = require("node:buffer");

const isBun = process.versions.bun !== undefined;
const memoryOf = isBun ? require("bun:jsc").estimateShallowMemoryUsageOf : undefined;
const emptyMemory = isBun ? memoryOf(new Response(null)) : 0;
// A Response's memory is more than an empty one's by its body, as long as that is a text or bytes, and by its status text.
const tellsBytes = isBun && memoryOf(new Response("x")) > emptyMemory &&
  memoryOf(new Response(new ReadableStream())) === emptyMemory;
const inspectedStream = isBun ? firstLine(new Response(new ReadableStream())) : "";

// {bytes, type}, or a promise of them, or of {stream, size, type} where the bytes are a file's; undefined where the body can
// only be read as a stream. type: what the content-type is unless the Response says another, or "".
function wholeBody(response) {
  if (!isBun) return undefined;
  if (tellsBytes && response.statusText === "" && memoryOf(response) > emptyMemory) return bytesOf(response);
  // How a Response is shown tells a Blob or a file, by its size, from a stream.
  return firstLine(response) === inspectedStream ? undefined : blobOf(response);
}

function bytesOf(response) {
  const bytes = response.bytes();
  return Bun.peek.status(bytes) === "fulfilled" ? typed(response, Bun.peek(bytes)) : bytes.then(typed.bind(null, response));
}

async function blobOf(response) {
  const blob = await response.blob();
  if (blob.name === undefined) return typed(response, await blob.bytes());
  return { stream: blob.stream(), size: blob.size, type: blob.type };
}

// Bun does not tell a text from bytes without a type, and without any a browser would guess: a text could pass for HTML.
function typed(response, bytes) {
  if (response.headers.has("content-type")) return { bytes, type: "" };
  return { bytes, type: isUtf8(bytes) ? "text/plain;charset=utf-8" : "application/octet-stream" };
}

function firstLine(response) {
  const text = Bun.inspect(response);
  return text.slice(0, text.indexOf("\n"));
}

module.exports = { wholeBody };
