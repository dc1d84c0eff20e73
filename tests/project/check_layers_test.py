"""scripts/check-layers finds each kind of offence, and nothing in this tree."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from project_files import SOURCE

ARCHITECTURE = """# A small house

<!-- modules: read by scripts/check-layers -->

| Module | Folder | Modules it may include | Libraries | What it is for |
|---|---|---|---|---|
| public | include/usquic | | | |
| base | src/base | | | |
| tls | src/tls | base | | |
| tls_gnutls | src/tls/gnutls | base, tls | gnutls | |
| engine | src/engine | base, tls | | |
| engine_ngtcp2 | src/engine/ngtcp2 | base, engine | ngtcp2 | |
| quic | src/quic | base, engine | | |
| tools | tools | | fmt | |
"""

CMAKE = """usquic_module(base SOURCES ${base_sources})
usquic_module(tls MAY_INCLUDE base SOURCES ${tls_sources})
usquic_module(tls_gnutls FOLDER tls/gnutls MAY_INCLUDE base tls SOURCES ${tls_gnutls_sources} LINK PkgConfig::gnutls)
usquic_module(engine MAY_INCLUDE base tls SOURCES ${engine_sources})
usquic_module(engine_ngtcp2 FOLDER engine/ngtcp2 MAY_INCLUDE base engine
            SOURCES ${engine_ngtcp2_sources})
usquic_module(quic MAY_INCLUDE base engine SOURCES ${quic_sources})
"""


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("docs/architecture.md", ARCHITECTURE)
        self.write("src/CMakeLists.txt", CMAKE)
        self.write("include/usquic/loop.h", "struct us_loop_t;\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self):
        done = subprocess.run([SOURCE / "scripts/check-layers", self.root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def assert_refused(self, *fragments):
        status, output = self.check()
        self.assertEqual(status, 1, output)
        self.assertEqual(len(output.splitlines()), 1, output)
        for fragment in fragments:
            self.assertIn(fragment, output)

    def test_accepts_what_the_table_allows(self):
        self.write("src/quic/socket.cpp",
                   '#include "quic/socket.h"\n#include "engine/engine.h"\n#include "base/list.h"\n'
                   '#include "usquic/loop.h"\n#include <vector>\n#include <sys/socket.h>\n')
        self.write("src/tls/gnutls/session.cpp", "#include <gnutls/gnutls.h>\nvoid f() { gnutls_global_init(); }\n")
        self.write("tools/main.cpp", '#include "serve/files.h"\n#include <fmt/format.h>\n#include "usquic/loop.h"\n')
        self.write("tools/serve/files.h", "#include <string>\n")
        self.assertEqual(self.check(), (0, ""))

    def test_refuses_an_include_of_a_module_that_is_not_in_the_table_row(self):
        self.write("src/base/list.h", '#include "base/time.h"\n#include "quic/socket.h"\n')
        self.assert_refused("src/base/list.h:2:", "base may not include quic")

    def test_tells_the_engine_behind_the_seam_from_the_seam(self):
        self.write("src/quic/socket.cpp", '#include "engine/ngtcp2/endpoint.h"\n')
        self.assert_refused("quic may not include engine_ngtcp2")

    def test_refuses_an_internal_header_in_a_tool(self):
        self.write("tools/main.cpp", '#include "base/list.h"\n')
        self.assert_refused("tools may not include base")

    def test_refuses_an_include_that_climbs(self):
        self.write("src/quic/socket.cpp", '#include "../tls/context.h"\n')
        self.assert_refused("without ..")

    def test_refuses_an_include_that_leads_to_no_module(self):
        self.write("src/quic/socket.cpp", '#include "elsewhere/thing.h"\n')
        self.assert_refused("neither in a module nor beside this file")

    def test_refuses_a_library_that_is_not_the_modules(self):
        self.write("src/quic/socket.cpp", "#include <ngtcp2/ngtcp2.h>\n")
        self.assert_refused("no library of this module")

    def test_refuses_names_of_the_engines_libraries_elsewhere(self):
        for name in ("ngtcp2_conn_del", "nghttp3_conn", "gnutls_deinit"):
            self.write("src/quic/socket.cpp", f"int x;\nvoid f() {{ {name}(nullptr); }}\n")
            self.assert_refused("src/quic/socket.cpp:2:", name)

    def test_refuses_names_of_each_library_where_another_one_is_wrapped(self):
        homes = {"ngtcp2_conn_del": "src/engine/ngtcp2", "gnutls_deinit": "src/tls/gnutls"}
        for name in homes:
            for folder in ("src/tls", "src/engine", *homes.values()):
                with self.subTest(name=name, folder=folder):
                    self.write(f"{folder}/place.cpp", f"void f() {{ {name}(nullptr); }}\n")
                    if folder == homes[name]:
                        self.assertEqual(self.check(), (0, ""))
                    else:
                        self.assert_refused(f"{folder}/place.cpp:1:", name)
                    (self.root / folder / "place.cpp").unlink()

    def test_refuses_names_of_a_library_that_tests_alone_use(self):
        for folder in ("src/base", "src/engine/ngtcp2", "include/usquic"):
            with self.subTest(folder=folder):
                self.write(f"{folder}/place.h", "int nghttp3_version(int);\n")
                self.assert_refused(f"{folder}/place.h:1:", "nghttp3_version", "outside the tests")
                (self.root / folder / "place.h").unlink()

    def test_refuses_names_that_say_nothing(self):
        for name in ("src/base/utils.h", "src/base/common.h", "src/quic/internal.h", "tools/common/list.h"):
            with self.subTest(name=name):
                self.write(name, "int f();\n")
                self.assert_refused(name, "says nothing")
                (self.root / name).unlink()

    def test_refuses_a_file_outside_all_modules(self):
        self.write("src/attic/old.cpp", "int x;\n")
        self.assert_refused("src/attic/old.cpp", "is in no module")

    def test_refuses_a_public_header_that_is_no_c11(self):
        self.write("include/usquic/loop.h", "us_loop_t* create();\n")
        status, output = self.check()
        self.assertEqual(status, 1)
        self.assertIn("include/usquic/loop.h: does not compile as C11", output)

    def test_refuses_a_public_header_of_a_folder_below_that_is_no_c11(self):
        self.write("include/usquic/compat/old.h", "us_loop_t* create();\n")
        status, output = self.check()
        self.assertEqual(status, 1)
        self.assertIn("include/usquic/compat/old.h: does not compile as C11", output)

    def test_refuses_cmake_that_allows_more_than_the_table(self):
        self.write("src/CMakeLists.txt", CMAKE.replace("MAY_INCLUDE base engine SOURCES", "MAY_INCLUDE base tls engine SOURCES"))
        self.assert_refused("module quic is not as in docs/architecture.md")

    def test_refuses_a_module_that_cmake_does_not_know(self):
        self.write("docs/architecture.md", ARCHITECTURE + "| udp | src/udp | base | | |\n")
        self.assert_refused("module udp is not as in docs/architecture.md")

    def test_refuses_a_page_without_the_table(self):
        self.write("docs/architecture.md", "# Nothing here\n")
        status, output = self.check()
        self.assertEqual(status, 1)
        self.assertIn("has no table of modules", output)

    def test_finds_nothing_in_this_tree(self):
        done = subprocess.run([SOURCE / "scripts/check-layers"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
