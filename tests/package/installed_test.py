"""What cmake --install gives works for programs outside this tree."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["USQUIC_SOURCE"])
BUILD = Path(os.environ["USQUIC_BUILD"])
OUTSIDE = SOURCE / "tests/package/outside"
SAYS = "usquic 0.1.0: no error\n"


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.work = Path(folder.name)
        run("cmake", "--install", BUILD, "--prefix", cls.work / "first")
        # Nothing in it may depend on where it was installed to.
        cls.prefix = (cls.work / "first").rename(cls.work / "moved")
        cls.libraries = next(cls.prefix.rglob("libusquic.a")).parent
        cls.environment = {**os.environ, "PKG_CONFIG_PATH": str(cls.libraries / "pkgconfig")}

    def build_with_cmake(self, target, components=""):
        build = self.work / target.replace(":", "_")
        run("cmake", "-G", "Ninja", "-S", OUTSIDE, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DUSQUIC_TARGET={target}", f"-DUSQUIC_COMPONENTS={components}")
        run("cmake", "--build", build)
        return build / "outside"

    def pkg_config(self, *arguments):
        return run("pkg-config", *arguments, env=self.environment).split()

    def compile_c(self, name, *flags):
        program = self.work / name
        run("cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", OUTSIDE / "main.c", "-o", program, *flags)
        return program

    def test_find_package_gives_the_shared_library(self):
        program = self.build_with_cmake("usquic::usquic")
        self.assertIn(str(self.libraries / "libusquic.so.0.1"), run("ldd", program))
        self.assertEqual(run(program), SAYS)

    def test_find_package_gives_the_static_library(self):
        program = self.build_with_cmake("usquic::static", "static")
        self.assertNotIn("libusquic", run("ldd", program))
        self.assertEqual(run(program), SAYS)

    def test_pkg_config_serves_a_c11_program(self):
        program = self.compile_c("c_shared", *self.pkg_config("--cflags", "--libs", "usquic"),
                                 f"-Wl,-rpath,{self.libraries}")
        self.assertIn(str(self.libraries / "libusquic.so.0.1"), run("ldd", program))
        self.assertEqual(run(program), SAYS)

    def test_pkg_config_names_what_the_static_library_needs(self):
        only_static = self.work / "only_static"
        only_static.mkdir()
        (only_static / "libusquic.a").symlink_to(self.libraries / "libusquic.a")
        # Not --static: that would ask for the static libraries below GnuTLS as well.
        needed = [word for word in self.pkg_config("--print-requires-private", "usquic") if word.startswith(("lib", "gnu"))]
        described = (self.libraries / "pkgconfig/usquic.pc").read_text(encoding="utf-8")
        others = next(line for line in described.splitlines() if line.startswith("Libs.private:")).split()[1:]
        program = self.compile_c("c_static", f"-L{only_static}", *self.pkg_config("--cflags", "--libs", "usquic"),
                                 *self.pkg_config("--libs", *needed), *others)
        self.assertNotIn("libusquic", run("ldd", program))
        self.assertEqual(run(program), SAYS)

    def test_all_public_headers_are_there_and_no_others(self):
        def headers(root):
            return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.h"))

        self.assertEqual(headers(self.prefix / "include"), headers(SOURCE / "include"))

    def test_the_tool_is_there(self):
        self.assertIn("0.1.0", run(self.prefix / "bin/usquic", "--version"))

    def test_the_systemd_unit_is_there(self):
        self.assertTrue((self.prefix / "lib/systemd/system/usquic.service").is_file())


if __name__ == "__main__":
    unittest.main()
