"""`usquic serve --listing` of a large folder that many clients ask for at once."""

import json
import os
import unittest

from curl import curl
from support import TOOL, Serve, Workplace, has_capability, run

ENTRIES = 4000
REQUESTS = 300


class ServeListing(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(names=[])
        self.addCleanup(self.place.cleanup)
        self.folder = os.path.join(self.place.site, "large")
        os.mkdir(self.folder)
        for i in range(ENTRIES):
            os.close(os.open(os.path.join(self.folder, f"an-entry-of-a-large-folder-{i:05}"), os.O_CREAT | os.O_WRONLY))
        self.server = Serve(self.place.site, self.place.cert, self.place.key, "--listing")
        self.addCleanup(self.server.stop)

    def test_many_requests_cost_the_memory_and_the_time_of_few(self):
        done = run(TOOL, "load", "-s", "-k", self.server.url("/large/"), "-c", 3, "-m", 100, "-n", REQUESTS, "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertIn(f'"200": {REQUESTS}', json.dumps(json.loads(done.stdout)))
        page = curl(self.server.url("/large/"), self.place.cert).body
        self.assertEqual(page.count(b"<tr>"), ENTRIES + 1)
        if has_capability("prepared_responses"):  # else each answer on its way is a copy
            self.server.check_peak_memory(self)
        self.assertEqual(self.server.stop(), 0, self.server.output)

    def test_a_list_tells_what_is_in_the_folder_by_then(self):
        small = os.path.join(self.place.site, "small")
        os.mkdir(small)
        self.assertNotIn(b"arrived", curl(self.server.url("/small/"), self.place.cert).body)
        with open(os.path.join(small, "arrived"), "wb"):
            pass
        for _ in range(1000):
            if b"arrived" in curl(self.server.url("/small/"), self.place.cert).body:
                return
        self.fail("it never came")


if __name__ == "__main__":
    unittest.main()
