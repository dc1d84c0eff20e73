// Every test file in Node's test runner, in Bun's and in Deno's, then the types.
//   test.mjs [--asan] [FILE...]      --asan: in Node alone, with the addon of build:asan; without other programs
//                                    (peers), which would get the sanitizer too, and without memory figures
// USQUIC_NODE_BINARY names another addon.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const words = process.argv.slice(2);
const isAsan = words.includes("--asan");
const named = words.filter((word) => !word.startsWith("--"));

// It builds everything, which takes a minute: once, with Node. What else is there needs the packages (./scripts/test package).
const packageTests = "package/install.test.mjs";
const isLeftOut = (name) => name.startsWith("package/") || (isAsan && /(peers|memory)\.test\.mjs$/.test(name));
const files = named.length > 0 ? named : readdirSync(join(root, "test"), { recursive: true })
  .filter((name) => name.endsWith(".test.mjs") && !isLeftOut(name)).sort().map((name) => join("test", name));

let failed = 0;
function run(name, command, args, env = {}, cwd = root) {
  console.log(`\n== ${name}`);
  const done = spawnSync(command, args, { cwd, stdio: "inherit", env: { ...process.env, ...env } });
  if (done.status === 0) return;
  console.error(`usquic: ${name} failed (${done.status ?? done.signal ?? done.error?.message})`);
  ++failed;
}

// The path of the AddressSanitizer runtime that an addon was linked with, GCC's or clang's.
function sanitizerOf(addon) {
  const dynamic = spawnSync("readelf", ["-d", addon], { encoding: "utf8" }).stdout ?? "";
  const name = /NEEDED.*\[(\S*asan\S*)\]/.exec(dynamic)?.[1];
  if (name === undefined) throw new Error(`${addon} is not linked with AddressSanitizer`);
  const compiler = name.startsWith("libclang_rt") ? "clang++" : "c++";
  return spawnSync(compiler, [`-print-file-name=${name}`], { encoding: "utf8" }).stdout.trim();
}

if (isAsan) {
  const addon = process.env.USQUIC_NODE_BINARY ?? join(root, "build/Asan/usquic.node");
  run("node under AddressSanitizer", process.execPath, ["--test", "--test-concurrency=1", ...files], {
    LD_PRELOAD: sanitizerOf(addon),
    // Node and V8 keep what they need until the process ends.
    ASAN_OPTIONS: "detect_leaks=0",
    USQUIC_NODE_BINARY: addon,
  });
} else {
  const bin = (name) => join(root, "node_modules/.bin", name);
  // Where npm runs no scripts of dependencies, Bun's binary is not in its place yet.
  if (spawnSync(bin("bun"), ["--version"], { stdio: "ignore" }).status !== 0) {
    run("bun's postinstall", process.execPath, ["install.js"], {}, join(root, "node_modules/bun"));
  }
  run("node", process.execPath, ["--test", "--test-concurrency=1", ...files]);
  run("bun", bin("bun"), ["test", ...files.map((file) => `./${file}`)]);
  run("deno", bin("deno"), ["test", "--allow-all", "--no-check", ...files]);
  if (named.length === 0) run("package", process.execPath, ["--test", join("test", packageTests)]);
  if (existsSync(join(root, "test/types"))) run("types", bin("tsc"), ["-p", "test/types"]);
}
process.exit(failed > 0 ? 1 : 0);
