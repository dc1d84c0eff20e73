// What a user gets where there is no binary: the packed package, installed in an empty folder, where it builds itself when
// told to. In test.mjs it is run once, by Node; without optimization and debugging information the build takes half as long.
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, temporaryFolder, test } from "../runner.mjs";

const buildLimitMs = 600_000;

async function npm(folder, words, env = {}) {
  const command = ["npm", ...words, "--no-audit", "--no-fund", "--prefer-offline"];
  const given = { ...process.env, CMAKE_BUILD_TYPE: "None", ...env };
  delete given.USQUIC_NODE_BINARY;
  return run("", { command, cwd: folder, env: given, limitMs: buildLimitMs });
}

let packed;

// The tarball; packed once.
function tarball() {
  packed ??= pack();
  return packed;
}

async function pack() {
  const folder = temporaryFolder();
  const { code, stderr } = await npm(root, ["pack", "--pack-destination", folder]);
  assert.equal(code, 0, stderr);
  const [name] = readdirSync(folder);
  assert.match(name, /^usquic-.*\.tgz$/);
  return join(folder, name);
}

function emptyProject() {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  return folder;
}

const echo = `
  const server = quic({ server: true, hostname: "localhost", port: 0, message: (socket, bytes) => socket.write(bytes) });
  quic({
    hostname: "localhost",
    port: server.port,
    tls: { rejectUnauthorized: false },
    open: (socket) => socket.write("from " + process.env.HOW),
    message(socket, bytes) {
      console.log(String(bytes));
      socket.close();
      server.close();
    },
  });`;

const programs = {
  "require.cjs": `const { quic } = require("usquic");${echo}`,
  "import.mjs": `import { quic } from "usquic";${echo}`,
  "default.mjs": `import usquic from "usquic"; const { quic } = usquic;${echo}`,
};

function runtimes() {
  const bun = join(root, "node_modules/.bin/bun");
  return [process.execPath, ...(existsSync(bun) ? [bun] : [])];
}

test("npm install runs nothing; npx usquic-build makes the addon, which can be required and imported", async () => {
  const folder = emptyProject();
  const installed = await npm(folder, ["install", "--omit=optional", await tarball()]);
  assert.equal(installed.code, 0, installed.stderr + installed.stdout);
  // npm names packages that would run something.
  assert.doesNotMatch(installed.stderr + installed.stdout, /script/i);
  const addon = join(folder, "node_modules/usquic/build/Release/usquic.node");
  assert.ok(!existsSync(addon));
  const built = await npm(folder, ["exec", "--no", "usquic-build"]);
  assert.equal(built.code, 0, built.stderr + built.stdout);
  assert.ok(built.stdout.startsWith(`usquic: builds the addon, ${addon}\n`), built.stdout);
  assert.ok(built.stdout.endsWith(`usquic: built ${addon}\n`), built.stdout);
  // Ninja counts its steps, Make gives percents.
  assert.match(built.stdout, /^\[(\d+\/\d+|100%)\] /m);
  for (const runtime of runtimes()) {
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(folder, name), text);
      const env = { ...process.env, HOW: name };
      delete env.USQUIC_NODE_BINARY;
      const { code, stdout, stderr } = await run(text, { command: [runtime, join(folder, name)], cwd: folder, env });
      assert.deepEqual([code, stdout, stderr], [0, `from ${name}\n`, ""], runtime);
    }
  }
}, buildLimitMs);
