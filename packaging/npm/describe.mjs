// describe.mjs x64|arm64 VERSION FOLDER: writes package.json and README.md of the package in FOLDER, which holds the addon.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , arch, version, folder] = process.argv;
const main = JSON.parse(readFileSync(new URL("../../bindings/node/package.json", import.meta.url), "utf8"));

const described = {
  name: `usquic-linux-${arch}`,
  version,
  description: `usquic's addon for Linux ${arch} with glibc 2.36 or later`,
  license: "Apache-2.0 AND LGPL-2.1-or-later AND LGPL-3.0-or-later AND BSD-3-Clause AND MIT",
  repository: main.repository,
  homepage: main.homepage,
  bugs: main.bugs,
  main: "./usquic.node",
  os: ["linux"],
  cpu: [arch],
  libc: ["glibc"],
  preferUnplugged: true,
};

const readme = `# ${described.name}

The native part of the npm package [usquic](https://www.npmjs.com/package/usquic) for Linux ${arch} with glibc 2.36 or later
(Debian 12, Ubuntu 24.04, Fedora 37 and what came after). \`npm install usquic\` takes it along; programs do not use it directly.

It holds GnuTLS and the libraries that GnuTLS needs, as Debian 12 has them, under names of their own: no library of the system
takes their place, and they take the place of none. \`licenses/README.txt\` lists them, with their terms.
`;

writeFileSync(join(folder, "package.json"), `${JSON.stringify(described, null, 2)}\n`);
writeFileSync(join(folder, "README.md"), readme);
