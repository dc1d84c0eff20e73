"""README.md shows code that is built, and names files that exist."""

import re
import unittest

from project_files import SOURCE


class Readme(unittest.TestCase):
    def setUp(self):
        self.text = (SOURCE / "README.md").read_text()

    def test_shows_the_hello_example_as_it_is_built(self):
        blocks = re.findall(r"^```c\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        self.assertEqual(blocks, [(SOURCE / "examples/hello.c").read_text()])

    def test_shows_the_app_example_as_it_is_built(self):
        block = re.search(r"^```cpp\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL).group(1)
        self.assertIn(block, (SOURCE / "examples/hello_app.cpp").read_text())

    def test_links_lead_to_files(self):
        pages = [SOURCE / "README.md", SOURCE / "CONTRIBUTING.md", SOURCE / "SECURITY.md", SOURCE / "bench/README.md",
                 *(SOURCE / "docs").rglob("*.md")]
        for page in pages:
            prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)  # a lambda looks like a link
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
                self.assertTrue((page.parent / link).exists(), f"{page.relative_to(SOURCE)} links to {link}")


if __name__ == "__main__":
    unittest.main()
