// Where the native module is looked for, and what is said where it is not there or does not load: the JavaScript side in a
// folder of its own, with packages that are made here.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileProgram, isDeno, root, run, skip, temporaryFolder, test } from "./runner.mjs";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const addon = process.env.USQUIC_NODE_BINARY ?? join(root, "build/Release/usquic.node");
const platform = `${process.platform}-${process.arch}`;
const platformPackage = `usquic-${platform}`;

// A project that has the package as npm puts it, without any binary.
function project() {
  const folder = temporaryFolder();
  const installed = join(folder, "node_modules/usquic");
  for (const name of ["lib", "index.cjs", "index.mjs", "package.json"]) {
    cpSync(join(root, name), join(installed, name), { recursive: true });
  }
  return { folder, installed };
}

// Also the libraries that lie beside an addon.
function place(from, ...to) {
  const file = join(...to);
  mkdirSync(dirname(file), { recursive: true });
  cpSync(from, file);
  for (const name of readdirSync(dirname(from))) {
    if (name.startsWith("libusquic-")) cpSync(join(dirname(from), name), join(dirname(file), name));
  }
  return file;
}

// The platform's package beside usquic, with `file` as the addon.
function placePackage({ folder }, file, packageVersion = version) {
  const at = join(folder, "node_modules", platformPackage);
  place(file, at, "usquic.node");
  writeFileSync(join(at, "package.json"), JSON.stringify({ name: platformPackage, version: packageVersion }));
}

function textFile(folder) {
  const file = join(folder, "text.node");
  writeFileSync(file, "no addon");
  return file;
}

// What the error of `require("usquic")` says, in a process of its own; `before` is done first in it. "" if none is thrown.
async function errorOf({ folder }, before = "", environment = {}) {
  const env = { ...process.env, ...environment };
  if (environment.USQUIC_NODE_BINARY === undefined) delete env.USQUIC_NODE_BINARY;
  const text = `${before}
    try {
      require("usquic");
      console.log(JSON.stringify({ message: "" }));
    } catch (error) {
      console.log(JSON.stringify({ message: error.message, code: error.code }));
    }`;
  const file = join(folder, "program.cjs");
  writeFileSync(file, text);
  const { code, stdout, stderr } = await run(text, { command: fileProgram(file).flat(), env, cwd: folder });
  assert.equal(code, 0, stderr);
  const { message, code: errorCode } = JSON.parse(stdout);
  if (message !== "") assert.equal(errorCode, "ERR_USQUIC_NO_BINARY", message);
  return message;
}

function pretend(name, value) {
  return `Object.defineProperty(process, ${JSON.stringify(name)}, { value: ${value} });\n`;
}

function pretendGlibc(text) {
  return pretend("report", `{ getReport: () => ({ header: { glibcVersionRuntime: ${JSON.stringify(text)} } }) }`);
}

// Deno's `process` does not take another report, and what it says of glibc is not used.
const testOfGlibc = isDeno ? skip : test;

function says(message, ...parts) {
  for (const part of parts) assert.ok(message.includes(part), `${JSON.stringify(part)} is not in: ${message}`);
}

test("the platform's package is found and loaded", async () => {
  const one = project();
  placePackage(one, addon);
  assert.equal(await errorOf(one), "");
});

test("a binary that was built there goes before the platform's package, and one of the environment before both", async () => {
  const one = project();
  placePackage(one, addon);
  const built = place(textFile(one.folder), one.installed, "build/Release/usquic.node");
  says(await errorOf(one), built, "npx usquic-build");
  assert.equal(await errorOf(one, "", { USQUIC_NODE_BINARY: addon }), "");
});

test("a binary in prebuilds is taken where there is no other", async () => {
  const one = project();
  place(addon, one.installed, "prebuilds", platform, "usquic.node");
  assert.equal(await errorOf(one), "");
});

test("without a binary the error names the package to install, and how to build", async () => {
  const one = project();
  const message = await errorOf(one);
  says(message, `no native module for ${platform}`, `npm install ${platformPackage}@${version}`, "optional", "npx usquic-build");
  says(message, join("build", "Release", "usquic.node"), join("prebuilds", platform, "usquic.node"), `the package ${platformPackage}`);
});

testOfGlibc("with an old glibc the error says which one it takes, and not to install what cannot load", async () => {
  const message = await errorOf(project(), pretendGlibc("2.31"));
  says(message, "glibc 2.36 or later", "has 2.31", "npx usquic-build");
  assert.ok(!message.includes("npm install"), message);
});

testOfGlibc("with another C library the error says that it takes glibc", async () => {
  const message = await errorOf(project(), pretendGlibc(undefined));
  says(message, "glibc 2.36 or later", "another C library", "npx usquic-build");
  assert.ok(!message.includes("npm install"), message);
});

for (const name of ["darwin", "win32"]) {
  test(`on ${name} the error says that it runs on Linux alone`, async () => {
    const message = await errorOf(project(), pretend("platform", JSON.stringify(name)));
    says(message, `no native module for ${name}-`, "runs on Linux alone");
    assert.ok(!message.includes("npx"), message);
  });
}

test("on another processor the error says for which there are binaries", async () => {
  const message = await errorOf(project(), pretend("arch", '"riscv64"'));
  says(message, "no native module for linux-riscv64", "linux-x64 and linux-arm64", "npx usquic-build");
});

test("a package that does not load: the error gives the loader's reason", async () => {
  const one = project();
  placePackage(one, textFile(one.folder));
  const message = await errorOf(one);
  says(message, "does not load", `npm install ${platformPackage}@${version} --force`);
  assert.match(message, /does not load: .*(invalid ELF header|file too short)/);
});

testOfGlibc("where glibc is too old for a package that is there, the error says so", async () => {
  const one = project();
  placePackage(one, textFile(one.folder));
  says(await errorOf(one, pretendGlibc("2.31")), "does not load", "has 2.31");
});

test("a binary of the environment that is not there is named", async () => {
  says(await errorOf(project(), "", { USQUIC_NODE_BINARY: "/nowhere/usquic.node" }), "/nowhere/usquic.node", "USQUIC_NODE_BINARY");
});

test("a package of another version is refused", async () => {
  const one = project();
  placePackage(one, addon, "0.0.1");
  says(await errorOf(one), `${platformPackage} has the version 0.0.1`, `usquic ${version}`,
    `npm install ${platformPackage}@${version}`);
});

// usquic-build in a package without a binary; `before` is done first in the process.
function build({ folder, installed }, { path = process.env.PATH, before = "", words = [] } = {}) {
  const script = place(join(root, "scripts/build.mjs"), installed, "scripts/build.mjs");
  const file = join(folder, "build.cjs");
  writeFileSync(file, `${before}import(${JSON.stringify(script)});`);
  return run("", { command: [...fileProgram(file).flat(), ...words], env: { ...process.env, PATH: path } });
}

test("usquic-build without what it needs names the Debian packages, and begins nothing", async () => {
  const one = project();
  const { code, stdout, stderr } = await build(one, { path: "/nowhere" });
  assert.deepEqual([code, stdout], [1, ""]);
  const packages = "cmake pkg-config g++ libngtcp2-dev libnghttp2-dev libgnutls28-dev";
  says(stderr, `cannot build the addon without: ${packages}\n`, `Debian 13: apt-get install ${packages}\n`,
    `Debian 12: apt-get install -t bookworm-backports ${packages}\n`, "OpenSSL >= 3.5 or GnuTLS >= 3.7");
  assert.ok(!existsSync(join(one.installed, "build")));
});

test("usquic-build on another system says that there is nothing to build", async () => {
  const { code, stdout, stderr } = await build(project(), { before: pretend("platform", '"darwin"') });
  assert.deepEqual([code, stdout], [1, ""]);
  says(stderr, "runs on Linux alone, and this is darwin; nothing to build");
});

test("usquic-build says which words it does not take", async () => {
  const { code, stderr } = await build(project(), { words: ["--debug"] });
  assert.equal(code, 1);
  says(stderr, "takes no --debug");
});

// With programs in the place of CMake and pkg-config.
test("usquic-build says what it builds before it begins, shows what CMake says, and that CMake failed", async () => {
  const one = project();
  const programs = temporaryFolder();
  const program = (name, text) => writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  for (const name of ["pkg-config", "c++", "ninja"]) program(name, "exit 0");
  program("cmake", 'echo "cmake was told $1"; [ "$1" != --build ]');
  mkdirSync(join(one.installed, "usquic/node-api"), { recursive: true });
  const { code, stdout, stderr } = await build(one, { path: programs });
  assert.equal(code, 1);
  const built = join(one.installed, "build/Release/usquic.node");
  assert.match(stdout, /^usquic: builds the addon, .*takes some minutes\.\ncmake was told -S\ncmake was told --build\n$/s);
  says(stdout, built);
  says(stderr, "cmake failed (exit status 1)");
});
