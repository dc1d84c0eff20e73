// What the parts of a fetch handler's request cost in this runtime, in microseconds of processor time each, over and over:
//   node bench/npm_parts.mjs        bun bench/npm_parts.mjs
const rounds = 100_000;
const url = "https://127.0.0.1:4433/path";
const fields = [["host", "127.0.0.1:4433"], ["user-agent", "usquic"], ["accept", "*/*"]];
const bytes = new Uint8Array(6);
const init = { headers: { "content-type": "text/plain; charset=utf-8" } };
let kept;

const parts = {
  "new Request(url)": () => (kept = new Request(url)),
  "its headers, three fields": () => {
    const headers = new Headers();
    for (const [name, value] of fields) headers.append(name, value);
    kept = headers;
  },
  "its signal (new AbortController)": () => (kept = new AbortController().signal),
  "new Response(bytes, { headers })": () => (kept = new Response(bytes, init)),
  "the same, and its body by a reader": async () => {
    const reader = new Response(bytes, init).body.getReader();
    while (!(await reader.read()).done);
  },
};

for (const [name, run] of Object.entries(parts)) {
  for (let i = 0; i < rounds / 10; ++i) await run();
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; ++i) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(before);
  console.log(`${((user + system) / rounds).toFixed(2).padStart(7)}  ${name}`);
}
