// After npm install: nothing to do when a prebuilt binary came with the package, else it is built here.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const prebuilt = join(root, "prebuilds", `${process.platform}-${process.arch}`, "usquic.node");

function loads(file) {
  try {
    createRequire(import.meta.url)(file);
    return true;
  } catch (error) {
    console.error(`usquic: the prebuilt binary does not load (${error.message}); building from source`);
    return false;
  }
}

if (!existsSync(prebuilt) || !loads(prebuilt)) await import("./build.mjs");
