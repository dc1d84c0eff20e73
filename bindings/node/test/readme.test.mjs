// Every program that README.md shows is run.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificate, fileProgram, root, run, temporaryFolder, test } from "./runner.mjs";

const programs = Array.from(readFileSync(join(root, "README.md"), "utf8").matchAll(/```js\n(.*?)```/gs), ([, text]) => text);
const expected = [
  "hello\n", "1000000 bytes came\n", /^200 you asked for https:\/\/localhost:\d+\/hello\n$/,
  "</style.css>; rel=preload; as=style\nHTTP/2, 0 trailers\n" +
    `${createHash("sha256").update("a text").digest("hex").slice(0, 8)}\n`,
  "200 ok\n200 user 7\n200 posted a text\n200 hello from a file\n404 no such page\n",
  "you asked for /hello\n",
  "hello\n",
  'WebTransportError 401\nblue: a question\nwelcome\n{"closeCode":1,"reason":"done"}\n',
];

// A folder in which the package is installed, with a certificate and a folder to serve.
function userFolder() {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "node_modules"));
  mkdirSync(join(folder, "public"));
  writeFileSync(join(folder, "public/hello.txt"), "hello from a file");
  symlinkSync(root, join(folder, "node_modules/usquic"));
  // Deno looks at it.
  writeFileSync(join(folder, "package.json"), '{ "dependencies": { "usquic": "*" } }');
  const { cert, key } = certificate();
  writeFileSync(join(folder, "cert.pem"), cert);
  writeFileSync(join(folder, "key.pem"), key);
  return folder;
}

test("README.md has a program for each of the expected outputs", () => assert.equal(programs.length, expected.length));

for (const [index, text] of programs.entries()) {
  test(`program ${index + 1} of README.md says what it should, and ends`, async () => {
    const folder = userFolder();
    writeFileSync(join(folder, "program.mjs"), text);
    const command = fileProgram(join(folder, "program.mjs")).flat();
    const { code, stdout, stderr } = await run(text, { command, cwd: folder });
    assert.equal(code, 0, stderr);
    if (typeof expected[index] === "string") assert.equal(stdout, expected[index]);
    else assert.match(stdout, expected[index]);
  });
}
