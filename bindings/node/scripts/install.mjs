// After npm install: nothing to do when a binary came with the package or beside it; else, on Linux, it is built here.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { findNative, loadNative } = require("../lib/runtime.js");

// Why it is to be built, or undefined where a binary is there and loads.
function reasonToBuild() {
  try {
    const { file, lookedFor } = findNative();
    if (file === undefined) return `there is no binary for ${process.platform}-${process.arch} (looked for ${lookedFor.join(", ")})`;
    loadNative();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

const reason = reasonToBuild();
if (reason !== undefined && process.platform !== "linux") {
  // The types are of use there.
  console.error(`usquic: it runs on Linux alone, and this is ${process.platform}; nothing to build`);
} else if (reason !== undefined) {
  console.error(`usquic: ${reason}; building the addon from source, which takes some minutes`);
  await import("./build.mjs");
}
