// What the tests of nodeHandler() share.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { withServer } from "../web.mjs";

export const { nodeHandler } = createRequire(import.meta.url)("../../index.cjs");

// withServer() whose requests go to a listener of node:http.
export const listening = (listener, options, use) => withServer({ fetch: nodeHandler(listener), ...options }, use);

// The same where nothing may be told to the error handler.
export async function flawless(listener, use, options) {
  const told = [];
  await listening(listener, { error: (failure) => void told.push(failure), ...options }, use);
  assert.deepEqual(told, []);
}
