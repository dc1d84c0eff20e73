#!/usr/bin/env node
// Builds build/Release/usquic.node with CMake; --asan: build/Asan/usquic.node, under AddressSanitizer.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const isAsan = process.argv.includes("--asan");

const packages = {
  "libngtcp2 >= 1.11": "libngtcp2-dev",
  "libnghttp2 >= 1.52": "libnghttp2-dev",
};
// One of them will do; Debian 12 has no OpenSSL that is new enough.
const tlsLibraries = { "openssl >= 3.5": "libssl-dev", "gnutls >= 3.7": "libgnutls28-dev" };
const programs = { cmake: "cmake", "pkg-config": "pkg-config", "c++": "g++" };

function works(command, ...words) {
  return spawnSync(command, words, { stdio: "ignore" }).status === 0;
}

function fail(text) {
  console.error(`usquic: ${text}`);
  process.exit(1);
}

function run(command, ...words) {
  const done = spawnSync(command, words, { cwd: root, stdio: "inherit" });
  if (done.status !== 0) fail(`${command} failed (exit status ${done.status ?? done.error?.code})`);
}

const missing = Object.keys(programs).filter((program) => !works(program, "--version")).map((program) => programs[program]);
if (!missing.includes("pkg-config")) {
  missing.push(...Object.keys(packages).filter((library) => !works("pkg-config", "--exists", library))
    .map((library) => packages[library]));
  if (!Object.keys(tlsLibraries).some((library) => works("pkg-config", "--exists", library))) {
    missing.push(tlsLibraries["gnutls >= 3.7"]);
  }
}
if (missing.length > 0) {
  fail(`cannot build the addon without: ${missing.join(" ")}\n` +
    `  Debian 13: apt-get install ${missing.join(" ")}\n` +
    "  Debian 12: the same with -t bookworm-backports");
}

// The published package has a copy of them beside the library's sources.
function headersFolder() {
  const copy = join(root, "usquic/node-api");
  if (existsSync(copy)) return copy;
  return join(dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json")), "include");
}

const headers = headersFolder();
const folder = isAsan ? "build/cmake-asan" : "build/cmake";
const generator = works("ninja", "--version") ? ["-G", "Ninja"] : [];
// The files of a target are compiled as one, which takes a third of the time.
run("cmake", "-S", ".", "-B", folder, ...generator, `-DNODE_API_HEADERS=${headers}`, "-DCMAKE_UNITY_BUILD=ON",
  ...(isAsan ? ["-DUSQUIC_SANITIZE=address,undefined", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
    `-DUSQUIC_ADDON_FOLDER=${join(root, "build/Asan")}`] : []));
run("cmake", "--build", folder, "--target", "usquic_node", "--parallel");
