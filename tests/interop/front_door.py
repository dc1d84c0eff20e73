"""A site on one port for all versions of HTTP, and a page that tells by which of them a browser loaded it."""

import os

from support import Serve

IMAGES = 6
IMAGE = (b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00"
         b"\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
DATA_BYTES = 1_000_000

PAGE = f"""<!doctype html>
<title>front door</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<script src="script.js"></script>
<body>{"".join(f'<img src="{number}.gif">' for number in range(IMAGES))}
"""
STYLE = "body { color: rgb(1, 2, 3) }\n"
SCRIPT = """
async function state() {
  const data = new Uint8Array(await (await fetch("data")).arrayBuffer());
  return [getComputedStyle(document.body).color,
          [...document.images].filter((image) => image.naturalWidth === 1).length,
          data.length, data.reduce((sum, byte) => sum + byte, 0)].join(" ");
}
function versions() {
  const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return [...new Set(entries.map((entry) => entry.nextHopProtocol))].sort().join(" ");
}
"""
DATA = bytes(index % 251 for index in range(DATA_BYTES))
# What state() of the page says when all of it came.
WHOLE = f"rgb(1, 2, 3) {IMAGES} {DATA_BYTES} {sum(DATA)}"


def write_site(folder):
    files = {"index.html": PAGE.encode(), "style.css": STYLE.encode(), "script.js": SCRIPT.encode(), "data": DATA,
             **{f"{number}.gif": IMAGE for number in range(IMAGES)}}
    for name, content in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)


def serve_site(place, identity, port=0):
    """On all addresses: of a name's, Chromium tries HTTP/3 at the first alone, which of localhost is ::1. Browsers keep
    nothing, so that each load tells by which version it came."""
    return Serve(place.site, *identity, "-H", "cache-control: no-store", host="::", port=port)
