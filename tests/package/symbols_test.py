"""The libraries show their interface and nothing else, and keep no state of their own."""

import os
import re
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["USQUIC_SOURCE"])
BUILD = Path(os.environ["USQUIC_BUILD"])
STATIC = BUILD / "libusquic.a"
SHARED = BUILD / "libusquic.so"
COMMAND = BUILD / "bin/usquic"
# OpenSSL and BoringSSL number, once in a process, what others keep with their objects.
OBJECT_INDEX = re.compile(r"usquic::tls::\w+::\(anonymous namespace\)::\w+_index\(\)::index\b")
TLS_LIBRARY = re.compile(r"_*(SSL|EVP|X509|BIO|CRYPTO|OPENSSL|gnutls)_|_ZN4bssl")
# us_quic_..., us_loop_...; members, vtables and type names of classes right in namespace usquic.
INTERFACE = re.compile(r"us_[a-z]|_ZT[VIS]N6usquic|_ZNK?6usquic")
WRITABLE = re.compile(r"\.(data|bss|tdata|tbss)\b(?!\.rel\.ro)|\*COM\*")
# What the README says that it is built on, and the compiler's own.
LIBRARIES = {"libngtcp2", "libnghttp2", "libgnutls", "libssl", "libcrypto", "libIPSec_MB", "libstdc++", "libgcc_s",
             "libm", "libc"}


def lines_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def is_visible(symbol_line):
    """symbol_line: of readelf --symbols: number, value, size, type, binding, visibility, section, name."""
    fields = symbol_line.split()
    if len(fields) < 8 or not fields[0].rstrip(":").isdigit():
        return None
    binding, visibility, section, name = fields[4], fields[5], fields[6], fields[7]
    if section in ("UND", "ABS") or visibility not in ("DEFAULT", "PROTECTED") or binding == "LOCAL":
        return None
    return binding, name


class Symbols(unittest.TestCase):
    def test_the_shared_library_exports_only_the_interface(self):
        visible = [found[1] for found in map(is_visible, lines_of("readelf", "-W", "--dyn-syms", SHARED)) if found]
        names = [name.split("@")[0] for name in visible]
        self.assertIn("us_quic_version", names)
        self.assertEqual([name for name in names if not INTERFACE.match(name)], [])

    def test_no_function_of_the_tls_library_can_be_taken_for_anothers(self):
        # A TLS library that is linked in statically stands beside that of libcurl in one process, with the same names.
        for path in (SHARED, COMMAND):
            shown = [line.split()[-1] for line in lines_of("nm", "-D", "--defined-only", path)]
            self.assertEqual([name for name in shown if TLS_LIBRARY.match(name)], [], path)

    def test_of_namespace_usquic_the_shared_library_exports_only_what_public_headers_declare(self):
        declared = set()
        for header in (SOURCE / "include/usquic").rglob("*.h"):
            declared.update(re.findall(r"\w+", header.read_text()))
        for line in lines_of("nm", "-DC", "--defined-only", SHARED):
            for name in re.findall(r"^\S+ \S (?:\w+ )*for usquic::(\w+)|^\S+ \S usquic::(\w+)", line):
                self.assertIn("".join(name), declared, line)

    def test_the_shared_library_needs_only_the_libraries_of_the_readme(self):
        needed = set(re.findall(r"\(NEEDED\).*\[(lib.*?)\.so", "\n".join(lines_of("readelf", "-d", "-W", SHARED))))
        self.assertIn("libngtcp2", needed)
        self.assertEqual(needed - LIBRARIES, set())

    def test_the_static_library_has_no_strong_symbol_beside_the_interface(self):
        # Weak ones are the standard library's templates, which every program may have.
        found = filter(None, map(is_visible, lines_of("readelf", "-W", "--symbols", STATIC)))
        strong = sorted({name for binding, name in found if binding == "GLOBAL"})
        self.assertIn("us_quic_version", strong)
        self.assertEqual([name for name in strong if not INTERFACE.match(name)], [])

    def test_the_library_has_no_writable_state(self):
        writable = []
        for line in lines_of("objdump", "--syms", "--demangle", STATIC):
            # value, 7 flag characters, section, tab, size, name
            match = re.match(r"[0-9a-f]+ (.{7}) (\S+)\t[0-9a-f]+ +(?:\.hidden )?(.*)", line)
            if match is None:
                continue
            flags, section, name = match.groups()
            is_section_or_file = "d" in flags or "f" in flags
            # A pointer to the C++ runtime's personality routine, made by the compiler and relocated at start.
            if is_section_or_file or name.startswith("DW.ref."):
                continue
            if WRITABLE.match(section) and not OBJECT_INDEX.search(name):
                writable.append(f"{name} in {section}")
        self.assertEqual(writable, [])


if __name__ == "__main__":
    unittest.main()
