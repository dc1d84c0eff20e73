// What a user gets: the packages that ./scripts/package npm left in build/packages, installed in an empty folder of a machine
// without a compiler, in every runtime; and the addon for arm64, which an emulator runs. After ./scripts/install-node --all;
// in `./scripts/test package`, by Node.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repository, root, run, temporaryFolder, test } from "../runner.mjs";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const tarball = (name) => {
  const file = join(repository, "build/packages", `${name}-${version}.tgz`);
  assert.ok(existsSync(file), `${file} is not there: ./scripts/package npm makes it`);
  return file;
};
const node = (release) => join(repository, "build/runtimes", release, "bin/node");
const bun = join(root, "node_modules/bun/bin/bun.exe");
// Its package runs this by a script; from here it is called by name.
const deno = join(root, `node_modules/@deno/${process.platform}-${process.arch}-glibc/deno`);
const runtimes = {
  "Node 20": [join(repository, "build/node/bin/node")],
  "Node 22": [node("22")],
  "Node 24": [node("24")],
  "Node 26": [node("26")],
  Bun: [bun],
  Deno: [deno, "run", "--allow-all"],
};
// The emulator's own figures of speed are no user's.
const emulationLimitMs = 600_000;

const body = `
  const server = serve({ port: 0, hostname: "localhost", fetch: async (request) => new Response("echo: " + await request.text()) });
  const response = await fetch3(new URL("/", server.url), {
    method: "POST", body: "over HTTP", tls: { rejectUnauthorized: false },
  });
  console.log(response.status, await response.text());
  await server.stop();
  const echo = quic({ server: true, hostname: "localhost", port: 0, message: (socket, bytes) => socket.write(bytes) });
  quic({
    hostname: "localhost", port: echo.port, tls: { rejectUnauthorized: false },
    open: (socket) => socket.write("over QUIC"),
    message(socket, bytes) { console.log(String(bytes)); socket.close(); echo.close(); },
  });`;
const programs = {
  "import.mjs": `import { fetch3, quic, serve } from "usquic";${body}`,
  "require.cjs": `const { fetch3, quic, serve } = require("usquic"); (async () => {${body}})();`,
};
const expected = "200 echo: over HTTP\nover QUIC\n";

// Programs that are found by name: the shell and Node, so no compiler, no CMake and no pkg-config.
function barePath() {
  const folder = temporaryFolder();
  for (const [name, file] of Object.entries({ node: process.execPath, sh: "/bin/sh", env: "/usr/bin/env" })) {
    symlinkSync(realpathSync(file), join(folder, name));
  }
  return folder;
}

const bareEnvironment = { PATH: barePath(), HOME: temporaryFolder(), NO_COLOR: "1" };

function project() {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  return folder;
}

async function must(command, cwd, env = bareEnvironment, limitMs = 120_000) {
  const { code, signal, stdout, stderr } = await run("", { command, cwd, env, limitMs });
  assert.deepEqual([code, signal], [0, null], `${command.join(" ")}\n${stderr}${stdout}`);
  return stdout;
}

// npm ("install scripts"), and Bun ("Blocked 1 postinstall"), tell of what a package would run; this has nothing to run.
async function mustInstall(command, cwd, env = bareEnvironment) {
  const { code, stdout, stderr } = await run("", { command, cwd, env, limitMs: 120_000 });
  const said = `${stderr}${stdout}`;
  assert.equal(code, 0, said);
  assert.doesNotMatch(said, /script|postinstall|blocked/i);
}

// npm's own program: what PATH has may be a script of the shell.
const npm = realpathSync(join(dirname(realpathSync(spawnSync("which", ["npm"], { encoding: "utf8" }).stdout.trim())), "npm-cli.js"));
const npmInstall = (words) => [process.execPath, npm, "install", "--offline", "--no-audit", "--no-fund", ...words];

let installed;

// One project, which npm filled; nothing is taken from the network.
function byNpm() {
  installed ??= (async () => {
    const folder = project();
    await mustInstall(npmInstall([tarball("usquic-linux-x64"), tarball("usquic")]), folder);
    return folder;
  })();
  return installed;
}

for (const [name, command] of Object.entries(runtimes)) {
  test(`what npm install puts in place works at once in ${name}`, async () => {
    const folder = await byNpm();
    for (const program of Object.keys(programs)) {
      assert.equal(await must([...command, join(folder, program)], folder), expected, program);
    }
  });
}

test("what bun add puts in place works at once in Bun", async () => {
  const folder = project();
  // Nobody answers at this registry.
  const env = { ...bareEnvironment, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };
  await mustInstall([bun, "add", tarball("usquic-linux-x64"), tarball("usquic")], folder, env);
  assert.equal(await must([bun, join(folder, "import.mjs")], folder), expected);
});

test("without the platform's package the import says what to install", async () => {
  const folder = project();
  await mustInstall(npmInstall(["--omit=optional", tarball("usquic")]), folder);
  const { code, stderr } = await run("", { command: [process.execPath, join(folder, "import.mjs")], cwd: folder, env: bareEnvironment });
  assert.equal(code, 1);
  assert.ok(stderr.includes(`npm install usquic-linux-x64@${version}`), stderr);
  assert.ok(stderr.includes("npx usquic-build"), stderr);
});

test("a copy of OpenSSL, nghttp2 or GnuTLS that the process has does not get in the way", async () => {
  const folder = await byNpm();
  // node:http2 and node:crypto run Node's own; the system's GnuTLS is loaded before, where there is one.
  const program = `
    require("node:http2").createServer().close();
    require("node:crypto").generateKeyPairSync("ec", { namedCurve: "P-256" });
    require("./require.cjs");`;
  writeFileSync(join(folder, "beside.cjs"), program);
  for (const [name, command] of Object.entries(runtimes)) {
    assert.equal(await must([...command, join(folder, "beside.cjs")], folder), expected, name);
  }
  const [gnutls] = ["/usr/lib/x86_64-linux-gnu/libgnutls.so.30", "/usr/lib64/libgnutls.so.30"].filter((file) => existsSync(file));
  if (gnutls === undefined) return;
  const env = { ...bareEnvironment, LD_PRELOAD: gnutls };
  assert.equal(await must([process.execPath, join(folder, "import.mjs")], folder, env), expected);
});

for (const arch of ["x64", "arm64"]) {
  test(`the package for ${arch} has the terms of every library in it, and needs none of the system's but the C library`, async () => {
    const folder = temporaryFolder();
    await must(["tar", "-xzf", tarball(`usquic-linux-${arch}`), "-C", folder], folder, process.env);
    const at = join(folder, "package");
    const files = (await must(["ls", at], folder, process.env)).trim().split("\n");
    const binaries = files.filter((name) => name.endsWith(".node") || name.includes(".so."));
    const list = readFileSync(join(at, "licenses/README.txt"), "utf8");
    for (const name of binaries) {
      assert.ok(name === "usquic.node" || list.includes(`${name}: `), `${name} is not in licenses/README.txt`);
      const dynamic = await must(["readelf", "-d", join(at, name)], folder, process.env);
      const needed = Array.from(dynamic.matchAll(/NEEDED.*\[(.*)\]/g), ([, library]) => library);
      const others = needed.filter((library) => !binaries.includes(library) && !/^(libc|libm|ld-linux.*)\.so/.test(library));
      assert.deepEqual(others, [], name);
    }
    for (const part of ["openssl", "nghttp2", "ngtcp2", "gcc"]) assert.ok(list.includes(`in usquic.node: ${part}`), part);
  });
}

// --- arm64, in an emulator ---

const emulator = ["qemu-aarch64-static", "-L", join(repository, "build/debian12"), node("arm64")];
// Those that need no other program of this architecture, and end within minutes there.
const emulated = ["serve/headers", "serve/errors", "quic/basic", "quic/echo-stream-mode", "quic/server-and-client", "fetch3/request"];

let arm64;

// A project with the packages as npm puts them on arm64.
function onArm64() {
  arm64 ??= (async () => {
    const folder = project();
    for (const name of ["usquic", "usquic-linux-arm64"]) {
      const at = join(folder, "node_modules", name);
      mkdirSync(at, { recursive: true });
      await must(["tar", "-xzf", tarball(name), "-C", at, "--strip-components=1"], folder, process.env);
    }
    return folder;
  })();
  return arm64;
}

test("the packages work at once on arm64", async () => {
  const folder = await onArm64();
  for (const program of Object.keys(programs)) {
    const said = await must([...emulator, join(folder, program)], folder, process.env, emulationLimitMs);
    assert.equal(said, expected, program);
  }
}, emulationLimitMs);

for (const name of emulated) {
  test(`test/${name}.test.mjs passes on arm64`, async () => {
    const env = { ...process.env, USQUIC_NODE_BINARY: join(await onArm64(), "node_modules/usquic-linux-arm64/usquic.node") };
    // Else it would report to the runner of this test.
    delete env.NODE_TEST_CONTEXT;
    const said = await must([...emulator, "--test-reporter=tap", join(root, "test", `${name}.test.mjs`)], root, env, emulationLimitMs);
    assert.match(said, /^# pass [1-9]/m);
    assert.match(said, /^# fail 0$/m);
  }, emulationLimitMs);
}
