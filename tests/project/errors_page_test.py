"""docs/errors.md says the same as include/usquic/error.h."""

import re
import unittest

from project_files import SOURCE


class ErrorsPage(unittest.TestCase):
    def test_lists_every_error_of_the_header_with_its_code_and_text(self):
        header = (SOURCE / "include/usquic/error.h").read_text()
        in_header = re.findall(r'^  X\((US_QUIC_\w+), (-?\d+), "([^"]+)"\)', header, re.MULTILINE)
        page = (SOURCE / "docs/errors.md").read_text()
        in_page = [(name, code, text)
                   for code, name, text in re.findall(r"^\| (-?\d+) \| (US_QUIC_\w+) \| ([^|]+?) \|", page, re.MULTILINE)]
        self.assertGreater(len(in_header), 30)
        self.assertEqual(in_header, in_page)


if __name__ == "__main__":
    unittest.main()
