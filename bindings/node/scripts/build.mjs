#!/usr/bin/env node
// usquic-build: makes build/Release/usquic.node of the package's sources with CMake, where lib/runtime.js looks first.
//   build.mjs [--asan]      --asan: build/Asan/usquic.node, under AddressSanitizer
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const words = process.argv.slice(2);
const isAsan = words.includes("--asan");

// What pkg-config is asked, and the Debian package that has it.
const libraries = { "libngtcp2 >= 1.11": "libngtcp2-dev", "libnghttp2 >= 1.52": "libnghttp2-dev" };
// One of them will do; Debian 12 has no OpenSSL that is new enough.
const tlsLibraries = { "openssl >= 3.5": "libssl-dev", "gnutls >= 3.7": "libgnutls28-dev" };
const compilers = [process.env.CXX, "c++", "g++", "clang++"].filter(Boolean);

function works(command, ...options) {
  return spawnSync(command, options, { stdio: "ignore" }).status === 0;
}

function fail(text) {
  console.error(`usquic: ${text}`);
  process.exit(1);
}

function run(command, ...options) {
  const done = spawnSync(command, options, { cwd: root, stdio: "inherit" });
  if (done.status === 0) return;
  const how = done.error?.code ?? done.signal ?? `exit status ${done.status}`;
  fail(`${command} failed (${how}); why is said above`);
}

// The Debian packages without which there is nothing to begin.
function missingPackages() {
  const has = (library) => works("pkg-config", "--exists", library);
  const missing = ["cmake", "pkg-config"].filter((program) => !works(program, "--version"));
  if (!compilers.some((program) => works(program, "--version"))) missing.push("g++");
  missing.push(...Object.keys(libraries).filter((library) => !has(library)).map((library) => libraries[library]));
  if (!Object.keys(tlsLibraries).some(has)) missing.push(tlsLibraries["gnutls >= 3.7"]);
  return missing;
}

function checkFirst() {
  const unknown = words.find((word) => word !== "--asan");
  if (unknown !== undefined) fail(`usquic-build takes no ${unknown}; it takes nothing, or --asan`);
  if (process.platform !== "linux") fail(`it runs on Linux alone, and this is ${process.platform}; nothing to build`);
  try {
    accessSync(root, constants.W_OK);
  } catch {
    fail(`the addon is built in ${root}, and this user cannot write there`);
  }
  const missing = missingPackages();
  if (missing.length === 0) return;
  fail(`cannot build the addon without: ${missing.join(" ")}\n` +
    `  Debian 13: apt-get install ${missing.join(" ")}\n` +
    `  Debian 12: apt-get install -t bookworm-backports ${missing.join(" ")}\n` +
    "  elsewhere: CMake >= 3.25, pkg-config, g++ >= 12 or clang++ >= 14, ngtcp2 >= 1.11, nghttp2 >= 1.52, and\n" +
    "             OpenSSL >= 3.5 or GnuTLS >= 3.7, each with its headers");
}

// The published package has a copy of them beside the library's sources.
function headersFolder() {
  const copy = join(root, "usquic/node-api");
  if (existsSync(copy)) return copy;
  return join(dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json")), "include");
}

checkFirst();
const addon = join(root, "build", isAsan ? "Asan" : "Release", "usquic.node");
console.log(`usquic: builds the addon, ${addon}\n` +
  "  It is compiled from C++ together with the whole library under it, so that this takes some minutes.");
const folder = isAsan ? "build/cmake-asan" : "build/cmake";
const generator = works("ninja", "--version") ? ["-G", "Ninja"] : [];
// The files of a target are compiled as one, which takes a third of the time.
run("cmake", "-S", ".", "-B", folder, ...generator, `-DNODE_API_HEADERS=${headersFolder()}`, "-DCMAKE_UNITY_BUILD=ON",
  `-DUSQUIC_ADDON_FOLDER=${dirname(addon)}`,
  ...(isAsan ? ["-DUSQUIC_SANITIZE=address,undefined", "-DCMAKE_BUILD_TYPE=RelWithDebInfo"] : []));
run("cmake", "--build", folder, "--target", "usquic_node", "--parallel");
console.log(`usquic: built ${addon}`);
