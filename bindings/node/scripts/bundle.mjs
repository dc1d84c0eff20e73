// Before npm pack: copies the library's sources, its license and Node-API's headers in, so that the package can build itself;
// --remove: out again.
import { cpSync, existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const repository = join(root, "../..");
const copy = join(root, "usquic");

const license = join(root, "LICENSE");

rmSync(copy, { recursive: true, force: true });
rmSync(license, { force: true });
if (!process.argv.includes("--remove")) {
  for (const name of ["CMakeLists.txt", "LICENSE", "cmake", "include", "src"]) {
    if (!existsSync(join(repository, name))) throw new Error(`${name} is not in ${repository}`);
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
  cpSync(join(repository, "LICENSE"), license);
  const headers = createRequire(import.meta.url).resolve("node-api-headers/package.json");
  cpSync(join(dirname(headers), "include"), join(copy, "node-api"), { recursive: true });
  cpSync(join(dirname(headers), "LICENSE"), join(copy, "node-api/LICENSE"));
}
