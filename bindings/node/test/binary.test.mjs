// Where the native module is looked for, and what is said where it is not there or does not load: the JavaScript side in a
// folder of its own, with packages that are made here.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

// The install script, run as npm does.
function install({ installed }, path = process.env.PATH) {
  for (const name of ["install.mjs", "build.mjs"]) place(join(root, "scripts", name), installed, "scripts", name);
  const env = { ...process.env, PATH: path };
  delete env.USQUIC_NODE_BINARY;
  return run("", { command: fileProgram(join(installed, "scripts/install.mjs")).flat(), env });
}

test("the install script says nothing where the platform's package is there", async () => {
  const one = project();
  placePackage(one, addon);
  const { code, stdout, stderr } = await install(one, "/nowhere");
  assert.deepEqual([code, stdout, stderr], [0, "", ""]);
});

test("without a binary the install script says that it builds, why, and what is missing for it", async () => {
  const { code, stderr } = await install(project(), "/nowhere");
  assert.equal(code, 1);
  says(stderr, "building the addon from source", `no binary for ${platform}`, "cannot build the addon without: cmake pkg-config g++");
});
