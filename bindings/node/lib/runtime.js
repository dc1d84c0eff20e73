// What depends on the runtime (Node, Bun or Deno) and on where the package lies.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const prebuiltFor = ["linux-x64", "linux-arm64"];
const oldestGlibc = [2, 36];

// The native module, loaded: the one named in the environment, else the one built here, else that of the platform's
// package, else one shipped inside this. The first that is there is taken; one that does not load is an error.
function loadNative() {
  const { file, source, lookedFor } = findNative();
  if (file === undefined) {
    throw binaryError(`no native module for ${platformName()}; looked for ${lookedFor.join(", ")}. ${adviceToInstall()}`);
  }
  try {
    return require(file);
  } catch (error) {
    throw binaryError(`the native module ${file} does not load: ${error.message}. ${adviceToReplace(source)}`, error);
  }
}

// {file, source, lookedFor}: file is undefined where there is none; source is "environment", "build", "package" or "shipped".
function findNative() {
  const named = process.env.USQUIC_NODE_BINARY;
  if (named) return { file: path.resolve(named), source: "environment", lookedFor: [] };
  const platform = platformName();
  const built = path.join(root, "build", "Release", "usquic.node");
  const shipped = path.join(root, "prebuilds", platform, "usquic.node");
  const lookedFor = [built, `the package ${packageName()}`, shipped];
  if (fs.existsSync(built)) return { file: built, source: "build", lookedFor };
  const packaged = findPackage();
  if (packaged !== undefined) return { file: packaged, source: "package", lookedFor };
  return { file: fs.existsSync(shipped) ? shipped : undefined, source: "shipped", lookedFor };
}

// The addon in the platform's package, or undefined. Throws where that is of another version, which may speak otherwise.
function findPackage() {
  let description;
  try {
    description = require.resolve(`${packageName()}/package.json`);
  } catch {
    return undefined;
  }
  const { version } = readJson(description);
  if (version !== ownVersion()) {
    throw binaryError(`${packageName()} has the version ${version}, and usquic ${ownVersion()}; both must be the same: ` +
      installCommand());
  }
  return path.join(path.dirname(description), "usquic.node");
}

function readJson(file) {
  return JSON.parse(fs.readFileSync(file, "utf8"));
}

function ownVersion() {
  return readJson(path.join(root, "package.json")).version;
}

function platformName() {
  return `${process.platform}-${process.arch}`;
}

function packageName() {
  return `usquic-${platformName()}`;
}

function installCommand() {
  return `npm install ${packageName()}@${ownVersion()}`;
}

// Why the platform's package cannot serve here, or undefined where it can.
function reasonAgainstPackage() {
  if (process.platform !== "linux") return `usquic runs on Linux alone, and this is ${process.platform}`;
  if (!prebuiltFor.includes(platformName())) return `there are binaries for ${prebuiltFor.join(" and ")} alone`;
  const version = glibcVersion();
  const needed = oldestGlibc.join(".");
  if (version === undefined) return `the binaries need glibc ${needed} or later, and this system has another C library (musl?)`;
  const [major, minor] = version.split(".").map(Number);
  const isOld = major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1]);
  return isOld ? `the binaries need glibc ${needed} or later, and this system has ${version}` : undefined;
}

// "2.36", or undefined where the C library is another.
function glibcVersion() {
  const { report } = process;
  // Deno gives a number that is not this system's.
  if (process.versions.deno !== undefined || typeof report?.getReport !== "function") return glibcVersionOfFiles();
  report.excludeNetwork = true; // its names would be looked up
  return report.getReport()?.header?.glibcVersionRuntime;
}

// Where the runtime does not say it: its number is unknown then, so the least that serves.
function glibcVersionOfFiles() {
  const loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
  return loaders.some((loader) => fs.existsSync(loader)) ? oldestGlibc.join(".") : undefined;
}

function adviceToBuild() {
  return "To build it from source: npx usquic-build in the project's folder, which says what it needs";
}

function adviceToInstall() {
  const reason = reasonAgainstPackage();
  if (reason === undefined) {
    return `The package ${packageName()} has it, an optional dependency that was left out when usquic was installed ` +
      `(--omit=optional, or a lock file of another system): ${installCommand()}. ${adviceToBuild()}`;
  }
  const sentence = `${reason[0].toUpperCase()}${reason.slice(1)}.`;
  return process.platform === "linux" ? `${sentence} ${adviceToBuild()}` : sentence;
}

function adviceToReplace(source) {
  if (source === "environment") return "USQUIC_NODE_BINARY names it";
  if (source === "build") {
    return "It was built here, and what it was built with may be gone; to build it again: npx usquic-build";
  }
  const reason = reasonAgainstPackage();
  if (reason !== undefined) return `${reason[0].toUpperCase()}${reason.slice(1)}. ${adviceToBuild()}`;
  return `To install it again: ${installCommand()} --force. ${adviceToBuild()}`;
}

function binaryError(message, cause) {
  const error = new Error(`usquic: ${message}`, cause === undefined ? undefined : { cause });
  error.code = "ERR_USQUIC_NO_BINARY";
  return error;
}

const peek = process.versions.bun === undefined ? undefined : Bun.peek;

// What a promise was fulfilled with, where the runtime tells that without waiting (Bun); else `value` itself.
function valueNow(value) {
  return peek !== undefined && value instanceof Promise && peek.status(value) === "fulfilled" ? peek(value) : value;
}

// As if the error had left a callback of the event loop. Thrown later, so that the caller's work goes on.
function reportUncaught(error) {
  setImmediate(() => {
    throw error;
  });
}

module.exports = { loadNative, reportUncaught, valueNow };
