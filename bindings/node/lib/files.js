// file() and folder(): what routes of serve() give out from the disk, without JavaScript.
"use strict";

const { statSync } = require("node:fs");
const { basename, dirname, resolve } = require("node:path");
const { fileURLToPath } = require("node:url");

const errors = require("./errors.js");

// What the native side gets of it; the rest of a route goes beside it.
class FileRoute {
  constructor(native) {
    this.native = Object.freeze(native);
    Object.freeze(this);
  }
}

class FolderRoute extends FileRoute {}

// The file need not be there yet: until then it is answered 404.
function file(path, options = {}) {
  errors.checkNames(errors.checkObject(options, "options"), "options", ["type", "maxAge"]);
  const whole = checkPath(path, "path");
  if (kindOf(whole)?.isDirectory()) throw errors.invalidValue("path", "a file (folder() is for folders)", path);
  if (basename(whole).includes("\\")) throw errors.invalidValue("path", "a file without a backslash in its name", path);
  const folderOfFile = dirname(whole);
  checkFolder(folderOfFile, "path", path);
  return new FileRoute({
    folder: folderOfFile,
    name: basename(whole),
    type: checkType(options.type, "options.type"),
    maxAge: checkMaxAge(options.maxAge),
    dotfiles: true,
  });
}

function folder(path, options = {}) {
  errors.checkNames(
    errors.checkObject(options, "options"), "options", ["index", "listing", "maxAge", "dotfiles", "singlePage"],
  );
  const whole = checkPath(path, "path");
  checkFolder(whole, "path", path);
  return new FolderRoute({
    folder: whole,
    index: checkIndex(options.index),
    listing: errors.optionalBoolean(options.listing, "options.listing") ?? false,
    maxAge: checkMaxAge(options.maxAge),
    dotfiles: errors.optionalBoolean(options.dotfiles, "options.dotfiles") ?? false,
    singlePage: errors.optionalBoolean(options.singlePage, "options.singlePage") ?? false,
  });
}

// A whole BunFile is taken for file(); undefined for anything else.
function fromBunFile(value) {
  if (process.versions.bun === undefined || !(value instanceof Blob) || value instanceof File) return undefined;
  if (typeof value.name !== "string") return undefined;
  const size = kindOf(value.name)?.size ?? 0;
  if (value.size !== size) {
    throw errors.invalidValue("a Bun.file() of a route", `all of its file (${size} bytes)`, value.size);
  }
  const isKnown = value.type !== "" && value.type !== "application/octet-stream";
  return file(value.name, isKnown ? { type: value.type } : {});
}

function checkPath(path, name) {
  if (path instanceof URL) {
    if (path.protocol !== "file:") throw errors.invalidValue(name, "a path or a file: URL", path.href);
    return fileURLToPath(path);
  }
  if (typeof path !== "string") throw errors.invalidType(name, "a string or a file: URL", path);
  if (path === "" || path.includes("\0")) throw errors.invalidValue(name, "a path", path);
  return resolve(path);
}

function kindOf(path) {
  return statSync(path, { throwIfNoEntry: false });
}

function checkFolder(path, name, given) {
  if (kindOf(path)?.isDirectory()) return;
  throw errors.invalidValue(name, `in or at a folder that is there (${path} is none)`, String(given));
}

function checkMaxAge(value) {
  return errors.optionalInteger(value, "options.maxAge", 0, 2 ** 31 - 1);
}

function checkType(value, name) {
  const type = errors.optionalString(value, name);
  if (type === undefined) return undefined;
  if (/^[\x21-\x7e]+\/[\x20-\x7e]*[\x21-\x7e]$/.test(type)) return type;
  throw errors.invalidValue(name, "a media type such as text/plain", type);
}

function checkIndex(value) {
  const index = errors.optionalString(value, "options.index");
  if (index === "" || /[/\\\0]/.test(index ?? "") || index === "." || index === "..") {
    throw errors.invalidValue("options.index", "the name of a file", index);
  }
  return index;
}

module.exports = { FileRoute, FolderRoute, file, folder, fromBunFile };
