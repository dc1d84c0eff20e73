"""SECURITY.md names tests that exist, and what it says of the sources is so."""

import re
import unittest

from project_files import SOURCE

PAGE = SOURCE / "SECURITY.md"


def known_tests():
    """Suite.Test, as the page writes them."""
    known = set()
    for file in (SOURCE / "tests").rglob("*_test.cpp"):
        for suite, name in re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", file.read_text(), re.MULTILINE):
            known.add(f"{suite}.{name}")
    for file in (SOURCE / "tests").rglob("*_test.py"):
        suite = None
        for line in file.read_text().splitlines():
            if found := re.match(r"class (\w+)\(", line):
                suite = found.group(1)
            if found := re.match(r"    def (test_\w+)\(", line):
                known.add(f"{suite}.{found.group(1)}")
    return known


class SecurityPage(unittest.TestCase):
    def test_names_tests_that_exist(self):
        named = re.findall(r"`([A-Z]\w+\.\w+)`", PAGE.read_text())
        self.assertGreater(len(named), 20)
        self.assertEqual(set(named) - known_tests(), set())

    def test_no_source_hands_ngtcp2_a_qlog_callback(self):
        for file in (SOURCE / "src").rglob("*.*"):
            self.assertNotIn("qlog", file.read_text(), file)

    def test_is_linked_from_the_readme(self):
        self.assertIn("](SECURITY.md)", (SOURCE / "README.md").read_text())


if __name__ == "__main__":
    unittest.main()
