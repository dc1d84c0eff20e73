"""The built command and library carry the protections that cmake/hardening.cmake asks for."""

import os
import platform
import re
import subprocess
import unittest
from pathlib import Path

BUILD = Path(os.environ["USQUIC_BUILD"])
TOOL = BUILD / "bin/usquic"
SHARED = BUILD / "libusquic.so"
ADDON = BUILD / "bin/usquic.node"


def cmake_variable(name):
    cache = (BUILD / "CMakeCache.txt").read_text()
    found = re.search(rf"^{name}:[^=]*=(.*)$", cache, re.MULTILINE)
    return found.group(1) if found else ""


def readelf(what, file):
    return subprocess.run(["readelf", "--wide", what, file], capture_output=True, text=True, check=True).stdout


def functions(file):
    """The first instruction of every function that the library shows, by name."""
    lines = subprocess.run(["objdump", "-d", "--no-show-raw-insn", file], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    first = {}
    for line, following in zip(lines, lines[1:]):
        if name := re.match(r"[0-9a-f]+ <(us_quic_\w+)>:", line):
            first[name.group(1)] = following.split()[1]
    return first


class Hardening(unittest.TestCase):
    def setUp(self):
        if cmake_variable("USQUIC_HARDENING") != "ON":
            self.skipTest("built without protections")
        self.files = [file for file in (TOOL, SHARED, ADDON) if file.exists()]
        self.assertIn(SHARED, self.files)

    def test_the_command_can_be_loaded_anywhere(self):
        self.assertRegex(readelf("--file-header", TOOL), r"Type:\s+DYN")
        self.assertRegex(readelf("--dynamic", TOOL), r"\(FLAGS_1\).*\bPIE\b")

    def test_relocations_are_done_at_start_and_read_only_from_then_on(self):
        for file in self.files:
            with self.subTest(file=file.name):
                self.assertRegex(readelf("--dynamic", file), r"BIND_NOW|\(FLAGS_1\).*\bNOW\b")
                self.assertIn("GNU_RELRO", readelf("--segments", file))

    def test_the_stack_cannot_be_executed_and_no_segment_is_writable_and_executable(self):
        for file in self.files:
            with self.subTest(file=file.name):
                segments = readelf("--segments", file)
                stack = re.search(r"GNU_STACK(?:\s+0x[0-9a-f]+){5}\s+(\S+(?: \S+)?)\s+0x", segments)
                self.assertEqual(stack.group(1), "RW")
                self.assertNotRegex(segments, r"LOAD(?:\s+0x[0-9a-f]+){5}\s+RWE")

    def test_overwritten_stacks_and_overrun_buffers_are_noticed(self):
        for file in self.files:
            with self.subTest(file=file.name):
                wanted = readelf("--dyn-syms", file)
                self.assertRegex(wanted, r"UND __stack_chk_fail\b")
                if cmake_variable("CMAKE_BUILD_TYPE") != "Debug":
                    # Of the C library's checked functions at least one is always called.
                    self.assertRegex(wanted, r"UND __\w+_chk@")

    @unittest.skipUnless(platform.machine() == "x86_64", "x86 alone has it")
    def test_indirect_calls_land_on_marked_places_alone(self):
        found = functions(SHARED)
        self.assertIn("us_quic_version", found)
        self.assertEqual({name for name, instruction in found.items() if instruction != "endbr64"}, set())

    def test_the_compiler_was_asked_for_every_protection(self):
        commands = (BUILD / "compile_commands.json").read_text()
        library = [line for line in commands.splitlines() if '"command"' in line and "/src/base/" in line]
        self.assertTrue(library)
        for line in library:
            for flag in ("-fstack-protector-strong", "-fstack-clash-protection", "-D_FORTIFY_SOURCE=2"):
                self.assertIn(flag, line)


if __name__ == "__main__":
    unittest.main()
