// What became of the tests of several runs, each by a runner of its own, as one JUnit file.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

// The values of attributes may hold ">", as Node writes it.
const casePattern = /<testcase((?:\s+[\w-]+="[^"]*")*)\s*(?:\/>|>(.*?)<\/testcase>)/gs;

export class Results {
  #file;
  #cases = []; // {text, hasFailed}

  constructor(file) {
    this.#file = file;
  }

  // Takes the tests that a runner wrote to the file `from`. `problem` is what the run itself came to, if it failed: it counts
  // where no test tells of it, as when the process crashed.
  addRun(run, from, problem) {
    const cases = existsSync(from) ? casesOf(readFileSync(from, "utf8"), `${run}: `) : [];
    this.#cases.push(...cases);
    if (problem !== undefined && !cases.some((one) => one.hasFailed)) this.addCase(`${run}: the run`, problem);
  }

  // One that passed, where there is no problem.
  addCase(name, problem) {
    const failure = problem === undefined ? "" : `<failure message="${escaped(problem)}"/>`;
    this.#cases.push({ text: `<testcase name="${escaped(name)}">${failure}</testcase>`, hasFailed: problem !== undefined });
  }

  // What the file holds already, of a run that went on at the same time, stays in it.
  write() {
    const before = existsSync(this.#file) ? casesOf(readFileSync(this.#file, "utf8")) : [];
    const cases = [...before, ...this.#cases];
    const failures = cases.filter((one) => one.hasFailed).length;
    const lines = [
      '<?xml version="1.0" encoding="UTF-8"?>', `<testsuite name="node" tests="${cases.length}" failures="${failures}">`,
      ...cases.map((one) => one.text), "</testsuite>",
    ];
    writeFileSync(this.#file, `${lines.join("\n")}\n`);
  }
}

// Names begin with `prefix` then, and with the test's file where the runner names it.
function casesOf(text, prefix = "") {
  return Array.from(wellFormed(text).matchAll(casePattern), ([, attributes, content = ""]) => {
    const [name, file] = ["name", "file"].map((which) => new RegExp(`\\s${which}="([^"]*)"`).exec(attributes)?.[1]);
    const place = file?.endsWith(".test.mjs") && !name.includes(file) ? `${file}: ` : "";
    return {
      text: `<testcase name="${escaped(prefix)}${place}${name}">${content}</testcase>`,
      hasFailed: content.includes("<failure") || content.includes("<error"),
    };
  });
}

// Runners put in what tests said as it is: colors, and characters that XML does not have.
function wellFormed(text) {
  const isCharacter = (code) => code >= 0x20 ? code !== 0xfffe && code !== 0xffff : code === 9 || code === 10 || code === 13;
  const withoutColors = text.replace(/(?:\x1b|&#(?:27|x1b);)\[[0-9;]*m/gi, "").replaceAll("]]>", "]]&gt;");
  return Array.from(withoutColors).filter((one) => isCharacter(one.codePointAt(0))).join("")
    .replace(/&#(?:x([0-9a-f]+)|([0-9]+));/gi, (reference, hex, decimal) =>
      isCharacter(hex === undefined ? Number(decimal) : parseInt(hex, 16)) ? reference : "");
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
