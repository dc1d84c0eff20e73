"""docs/walkthroughs.md names files that exist, and its figures are the lengths of its lists."""

import re
import unittest

from project_files import SOURCE

PAGE = (SOURCE / "docs/walkthroughs.md").read_text()
WALKS = re.findall(r"^## Walk: (.*?)$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)


def part(walk, title):
    """The text of the subsection of a walk's section."""
    return re.search(rf"^### {re.escape(title)}$(.*?)(?=^### |\Z)", walk, re.MULTILINE | re.DOTALL).group(1)


def files_of(name, walk):
    return re.findall(r"^\d+\. `([^`]+)`", part(walk, f"Files of {name}"), re.MULTILINE)


def hops_of(name, walk):
    return re.findall(r"^\| (\d+) \|", part(walk, f"Hops of {name}"), re.MULTILINE)


class Walkthroughs(unittest.TestCase):
    def test_there_are_three(self):
        self.assertEqual(len(WALKS), 3)

    def test_every_file_that_is_named_exists(self):
        prose = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
        named = re.findall(r"`((?:src|include|tests|docs|tools|bindings|scripts|examples|cmake)/[^`]*)`", prose)
        self.assertGreater(len(named), 60)
        for name in named:
            self.assertTrue((SOURCE / name).exists(), name)

    def test_the_figures_are_the_lengths_of_the_lists(self):
        for name, walk in WALKS:
            files, hops = re.search(r"\*\*(\d+) files, (\d+) hops\.\*\*", walk).groups()
            self.assertEqual(len(files_of(name, walk)), int(files), name)
            self.assertEqual(hops_of(name, walk), [str(number + 1) for number in range(int(hops))], name)

    def test_no_file_is_listed_twice(self):
        for name, walk in WALKS:
            self.assertEqual(len(set(files_of(name, walk))), len(files_of(name, walk)), name)

    def test_the_diagrams_show_the_files_in_order(self):
        for name, walk in WALKS:
            shown = re.findall(r"^    participant \w+ as (\S+)$", walk, re.MULTILINE)
            listed = files_of(name, walk)
            self.assertEqual(len(shown), len(listed), name)
            for short, path in zip(shown, listed):
                self.assertTrue(path.endswith("/" + short), f"{name}: {short} is not {path}")

    def test_the_diagrams_number_the_hops(self):
        for name, walk in WALKS:
            diagram = re.search(r"^```mermaid$(.*?)^```$", walk, re.MULTILINE | re.DOTALL).group(1)
            self.assertEqual(re.findall(r": (\d+) ", diagram), hops_of(name, walk), name)


if __name__ == "__main__":
    unittest.main()
