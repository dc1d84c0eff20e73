// check-versions.mjs VERSION: the npm package has the library's version, and takes the packages with its addon at that version.
import { readFileSync } from "node:fs";

const [, , version] = process.argv;
const file = new URL("../../bindings/node/package.json", import.meta.url);
const described = JSON.parse(readFileSync(file, "utf8"));
const stated = { "the package": described.version, ...described.optionalDependencies };
for (const [name, found] of Object.entries(stated)) {
  if (found === version) continue;
  console.error(`package: bindings/node/package.json gives ${name} the version ${found}; the library has ${version}`);
  process.exit(1);
}
