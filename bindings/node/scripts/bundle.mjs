// Before npm pack: copies the library's sources in, so that the package can build itself; --remove: out again.
import { cpSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const repository = join(root, "../..");
const copy = join(root, "usquic");

rmSync(copy, { recursive: true, force: true });
if (!process.argv.includes("--remove")) {
  for (const name of ["CMakeLists.txt", "LICENSE", "cmake", "include", "src"]) {
    if (!existsSync(join(repository, name))) throw new Error(`${name} is not in ${repository}`);
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
}
