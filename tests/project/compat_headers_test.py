"""A file that includes µSockets' quic.h and usquic's own is refused with a text that says so, in whichever order."""

import shutil
import subprocess
import unittest

from project_files import SOURCE

OURS = ("usquic/quic.h", "usquic/quic_options.h", "usquic/webtransport.h", "usquic/usquic.h")


def compiled(*headers):
    """What a C compiler says of a program that includes them, and whether it takes it."""
    program = "".join(f'#include "{header}"\n' for header in headers) + "int main(void) { return 0; }\n"
    done = subprocess.run(
        [shutil.which("cc") or "gcc", "-std=c11", "-fsyntax-only", "-I", SOURCE / "include",
         "-I", SOURCE / "include/usquic/compat/usockets", "-x", "c", "-"],
        input=program, text=True, capture_output=True, check=False)
    return done.returncode == 0, done.stderr


class CompatHeaders(unittest.TestCase):
    def test_the_two_interfaces_do_not_meet_in_a_file(self):
        for ours in OURS:
            for headers in (("usquic/compat/usockets_quic.h", ours), (ours, "usquic/compat/usockets_quic.h")):
                with self.subTest(headers=headers):
                    taken, said = compiled(*headers)
                    self.assertFalse(taken)
                    self.assertIn("have the same names: include one of them in a file", said)

    def test_the_functions_below_the_names_go_with_both(self):
        self.assertEqual(compiled("usquic/compat/usockets_calls.h", "usquic/usquic.h"), (True, ""))
        self.assertEqual(compiled("usquic/usquic.h", "usquic/compat/usockets_beside.h"), (True, ""))

    def test_usockets_own_file_names_are_there(self):
        self.assertEqual(compiled("libusockets.h", "quic.h"), (True, ""))
        self.assertEqual(compiled("quic.h", "libusockets.h"), (True, ""))


if __name__ == "__main__":
    unittest.main()
