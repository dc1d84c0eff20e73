// scripts/junit.mjs: what the runners' own JUnit files become. The texts here are theirs, cut.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Results } from "../scripts/junit.mjs";
import { temporaryFolder, test } from "./runner.mjs";

const ofNode = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testcase name="a &lt;b> &amp; c" time="0.005" classname="test"/>
	<testcase name="fails" time="0.003" classname="test" failure="\x1b[31mred ]]> \x02">
		<failure type="testCodeFailure" message="\x1b[31mred ]]> \x02&#10;">
Error: \x1b[31mred\x1b[39m ]]> \x02 end
		</failure>
	</testcase>
	<testcase name="is skipped" time="0.0" classname="test">
		<skipped type="skipped" message="true"/>
	</testcase>
	<!-- tests 3 -->
</testsuites>`;
const ofBun = `<testsuites name="bun test" tests="1">
  <testsuite name="test/one.test.mjs" file="test/one.test.mjs">
    <testcase name="one" classname="" time="0" file="test/one.test.mjs" line="22" assertions="0" />
  </testsuite>
</testsuites>`;
const ofDeno = `<testsuites name="deno test" tests="1">
    <testsuite name="./test/runner.mjs" tests="1" disabled="0" errors="0" failures="0">
        <testcase name="two" classname="./test/runner.mjs" time="0.001" line="23" col="15">
        </testcase>
    </testsuite>
</testsuites>`;

// What addRun() makes of `runs`, [name, text, problem]; a text that is undefined was not written.
function merged(runs, file = join(temporaryFolder(), "all.xml")) {
  const results = new Results(file);
  for (const [name, text, problem] of runs) {
    const from = join(temporaryFolder(), "run.xml");
    if (text !== undefined) writeFileSync(from, text);
    results.addRun(name, from, problem);
  }
  results.write();
  return readFileSync(file, "utf8");
}

const namesIn = (text) => Array.from(text.matchAll(/<testcase name="([^"]*)"/g), ([, name]) => name);

test("the tests of all runs are in one file, by the runtime and the file where the runner names it", () => {
  const text = merged([["node", ofNode, "exit status 1"], ["bun", ofBun], ["deno", ofDeno]]);
  assert.deepEqual(namesIn(text), [
    "node: a &lt;b> &amp; c", "node: fails", "node: is skipped", "bun: test/one.test.mjs: one", "deno: two",
  ]);
  assert.match(text, /<testsuite name="node" tests="5" failures="1">/);
  assert.equal(text.split("<skipped").length, 2);
});

test("what XML does not have is left out of what a test said", () => {
  const text = merged([["node", ofNode, "exit status 1"]]);
  assert.ok(text.includes("Error: red ]]&gt;  end"), text);
  assert.doesNotMatch(text, /[\x00-\x08\x0b\x0c\x0e-\x1f]|\]\]>/);
});

test("a run that failed, and no test of it, is a failure of its own", () => {
  const crashed = merged([["bun", undefined, "SIGSEGV"], ["deno", ofDeno, "exit status 1"]]);
  assert.deepEqual(namesIn(crashed), ["bun: the run", "deno: two", "deno: the run"]);
  assert.ok(crashed.includes('<failure message="SIGSEGV"/>'), crashed);
  assert.match(crashed, /tests="3" failures="2"/);
});

test("what is in the file already stays", () => {
  const file = join(temporaryFolder(), "all.xml");
  merged([["node", ofNode, "exit status 1"]], file);
  const text = merged([["bun", ofBun]], file);
  assert.deepEqual(namesIn(text), ["node: a &lt;b> &amp; c", "node: fails", "node: is skipped", "bun: test/one.test.mjs: one"]);
  assert.match(text, /tests="4" failures="1"/);
});
