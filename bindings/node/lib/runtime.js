// What depends on the runtime (Node or Bun) and on where the package lies.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

// The native module, loaded: the one named in the environment, else the one built here, else the one shipped.
function loadNative() {
  const override = process.env.USQUIC_NODE_BINARY;
  if (override) return require(path.resolve(override));
  const root = path.join(__dirname, "..");
  const platform = `${process.platform}-${process.arch}`;
  const candidates = [
    path.join(root, "build", "Release", "usquic.node"),
    path.join(root, "prebuilds", platform, "usquic.node"),
  ];
  const found = candidates.find((candidate) => fs.existsSync(candidate));
  if (found === undefined) {
    const error = new Error(`usquic: no native module for ${platform}; looked for ${candidates.join(" and ")}`);
    error.code = "ERR_USQUIC_NO_BINARY";
    throw error;
  }
  return require(found);
}

// As if the error had left a callback of the event loop. Thrown later, so that the caller's work goes on.
function reportUncaught(error) {
  setImmediate(() => {
    throw error;
  });
}

module.exports = { loadNative, reportUncaught };
