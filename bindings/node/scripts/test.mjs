// Every test file in Node's test runner, in Bun's and in Deno's, the packed package and the types: two runs at a time, as
// tests wait more than they compute. What a run printed is shown when it has ended.
//   test.mjs [--node | --asan] [--junit=OUT] [FILE...]
//     --node: in Node alone
//     --asan: in Node alone, with the addon of build:asan; without other programs (peers), which would get the sanitizer
//             too, and without memory figures
//     --junit: adds to the file OUT what became of each test
// USQUIC_NODE_BINARY names another addon.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Results } from "./junit.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const words = process.argv.slice(2);
const isAsan = words.includes("--asan");
const isNodeAlone = words.includes("--node");
const junit = words.find((word) => word.startsWith("--junit="))?.slice("--junit=".length);
const unknown = words.find((word) => word.startsWith("--") && !["--asan", "--node", `--junit=${junit}`].includes(word));
if (unknown !== undefined) throw new Error(`test.mjs takes no ${unknown}`);
const named = words.filter((word) => !word.startsWith("--"));

// It builds everything, which takes a minute: once, with Node. What else is there needs the packages (./scripts/test package).
const packageTests = "package/install.test.mjs";
const isLeftOut = (name) => name.startsWith("package/") || (isAsan && /(peers|memory)\.test\.mjs$/.test(name));
const files = named.length > 0 ? named : readdirSync(join(root, "test"), { recursive: true })
  .filter((name) => name.endsWith(".test.mjs") && !isLeftOut(name)).sort().map((name) => join("test", name));

const results = junit === undefined ? undefined : new Results(junit);
const written = mkdtempSync(join(tmpdir(), "usquic-test-results-"));
process.on("exit", () => rmSync(written, { recursive: true, force: true }));
// Escape sequences are for terminals; Deno writes them to files, too.
const colors = process.stdout.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: "1" };

let failed = 0;

// Undefined, or what it came to.
async function problemOf(name, command, args, env = {}, cwd = root) {
  // Of both streams, in the order in which it was written.
  const child = spawn("sh", ["-c", 'exec "$0" "$@" 2>&1', command, ...args], {
    cwd, stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...colors, ...env },
  });
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (status, signal) => resolve(status === 0 ? undefined : signal ?? `exit status ${status}`));
  });
  const [said, how] = await Promise.all([buffer(child.stdout), ended]);
  process.stdout.write(`\n== ${name}\n`);
  process.stdout.write(said);
  if (how === undefined) return undefined;
  console.error(`usquic: ${name} failed (${how})`);
  ++failed;
  return how;
}

async function runTests(name, command, argsFor, env) {
  const report = join(written, `${name}.xml`);
  const problem = await problemOf(name, command, argsFor(report), env);
  results?.addRun(name, report, problem);
}

function runNode(name, which, env) {
  return runTests(name, process.execPath, (report) => [
    "--test", "--test-concurrency=1", "--test-reporter=spec", "--test-reporter-destination=stdout",
    "--test-reporter=junit", `--test-reporter-destination=${report}`, ...which,
  ], env);
}

// The path of the AddressSanitizer runtime that an addon was linked with, GCC's or clang's.
function sanitizerOf(addon) {
  const dynamic = spawnSync("readelf", ["-d", addon], { encoding: "utf8" }).stdout ?? "";
  const name = /NEEDED.*\[(\S*asan\S*)\]/.exec(dynamic)?.[1];
  if (name === undefined) throw new Error(`${addon} is not linked with AddressSanitizer`);
  const compiler = name.startsWith("libclang_rt") ? "clang++" : "c++";
  return spawnSync(compiler, [`-print-file-name=${name}`], { encoding: "utf8" }).stdout.trim();
}

async function runBun(name, which) {
  const bun = join(root, "node_modules/.bin/bun");
  // Where npm runs no scripts of dependencies, Bun's binary is not in its place yet.
  if (spawnSync(bun, ["--version"], { stdio: "ignore" }).status !== 0) {
    await problemOf("bun's postinstall", process.execPath, ["install.js"], {}, join(root, "node_modules/bun"));
  }
  const paths = which.map((file) => `./${file}`);
  await runTests(name, bun, (report) => ["test", "--reporter=junit", `--reporter-outfile=${report}`, ...paths]);
}

function runDeno(name, which) {
  const deno = join(root, "node_modules/.bin/deno");
  return runTests(name, deno, (report) => ["test", "--allow-all", "--no-check", `--junit-path=${report}`, ...which]);
}

async function checkTypes() {
  results?.addCase("types", await problemOf("types", join(root, "node_modules/.bin/tsc"), ["-p", "test/types"]));
}

// Figures of memory depend on what else runs.
const isAboutMemory = (file) => file.endsWith("memory.test.mjs");
const others = files.filter((file) => !isAboutMemory(file));

async function runNodeAndBun() {
  if (others.length === 0) return;
  await runNode("node", others);
  await runBun("bun", others);
}

async function runDenoAndPackage() {
  if (others.length > 0) await runDeno("deno", others);
  if (named.length === 0) await runNode("package", [join("test", packageTests)]);
  await checkTypes();
}

async function runMemory() {
  const which = files.filter(isAboutMemory);
  if (which.length === 0) return;
  await runNode("node, memory", which);
  await runBun("bun, memory", which);
  await runDeno("deno, memory", which);
}

if (isAsan) {
  const addon = process.env.USQUIC_NODE_BINARY ?? join(root, "build/Asan/usquic.node");
  await runNode("node under AddressSanitizer", files, {
    LD_PRELOAD: sanitizerOf(addon),
    // Node and V8 keep what they need until the process ends.
    ASAN_OPTIONS: "detect_leaks=0",
    USQUIC_NODE_BINARY: addon,
  });
} else if (isNodeAlone) {
  await runNode("node", files);
} else {
  await Promise.all([runNodeAndBun(), runDenoAndPackage()]);
  await runMemory();
}
results?.write();
process.exitCode = failed > 0 ? 1 : 0;
