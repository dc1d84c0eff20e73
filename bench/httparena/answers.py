"""What HttpArena asks of a server over HTTP/3, and what has to come back.

Its own checks look at these things over HTTP/2, where a server has that; here they are done over HTTP/3, and bodies are
compared byte by byte. A fetch is a function (path, header lines) -> (status, {name: value}, body)."""

import os
import random
import subprocess

# Of its twenty files: name, bytes of it, of NAME.br and of NAME.gz where there are such.
FILES = (
    ("analytics.js", 12288, 3899, 4390), ("app.js", 204800, 47275, 54813), ("bold.woff2", 22528, None, None),
    ("components.css", 204800, 33268, 39348), ("footer.html", 56320, 6974, 8256), ("header.html", 122880, 9390, 11769),
    ("helpers.js", 22528, 6612, 7442), ("hero.webp", 46080, None, None), ("icon-sprite.svg", 71680, 11739, 13657),
    ("layout.css", 25600, 5615, 6380), ("logo.svg", 15344, 3028, 3654), ("manifest.json", 2883, 735, 927),
    ("regular.woff2", 18432, None, None), ("reset.css", 8192, 2420, 2838), ("router.js", 35840, 9665, 10856),
    ("theme.css", 18432, 4520, 5138), ("thumb1.webp", 8192, None, None), ("thumb2.webp", 6144, None, None),
    ("utilities.css", 61440, 11595, 13040), ("vendor.js", 307200, 67294, 79899))
ACCEPT_ENCODING = "br;q=1, gzip;q=0.8"  # of its load generator
TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".json": "application/json",
         ".svg": "image/svg+xml", ".webp": "image/webp", ".woff2": "font/woff2"}


def make_files(folder):
    """Files of these names and sizes. What is in them is random: that of the compressed forms, too."""
    os.makedirs(folder, exist_ok=True)
    for name, *sizes in FILES:
        for size, ending in zip(sizes, ("", ".br", ".gz"), strict=True):
            if size is not None:
                with open(os.path.join(folder, name + ending), "wb") as file:
                    file.write(random.Random(name + ending).randbytes(size))


def fetch_with(tool, origin):
    """Fetches by `usquic get`, whatever the server's certificate."""
    def fetch(path, header_lines):
        headers = [word for line in header_lines for word in ("-H", line)]
        done = subprocess.run([tool, "get", "-k", "-s", "-S", "-i", "-m", "20", "--path-as-is", *headers, origin + path],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"usquic get {path}: {done.stderr.decode(errors='replace').strip()}")
        section, _, body = done.stdout.partition(b"\r\n\r\n")
        status, *lines = section.decode("latin-1").split("\r\n")
        fields = (line.split(":", 1) for line in lines)
        return int(status.split()[1]), {name.lower(): value.strip() for name, value in fields}, body
    return fetch


def expect(what, found, wanted):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def check_sums(fetch):
    a, b = random.randint(100, 999), random.randint(100, 999)
    for query, total in (("a=1&b=1", 2), ("a=13&b=42", 55), (f"a={a}&b={b}", a + b), ("b=-7&a=3", -4)):
        status, fields, body = fetch(f"/baseline2?{query}", [])
        expect(f"/baseline2?{query}", (status, body), (200, str(total).encode()))
        expect("its content-type", fields["content-type"].split(";")[0], "text/plain")


def check_file(fetch, folder, name, accept_encoding):
    """In the best form that is there. Returns its bytes."""
    ending, coding = next(((ending, coding) for ending, coding in ((".br", "br"), (".gz", "gzip"))
                           if accept_encoding and coding in accept_encoding
                           and os.path.exists(os.path.join(folder, name + ending))), ("", None))
    headers = [f"accept-encoding: {accept_encoding}"] if accept_encoding else []
    status, fields, body = fetch(f"/static/{name}", headers)
    expect(f"/static/{name}", status, 200)
    expect(f"content-encoding of {name}", fields.get("content-encoding"), coding)
    expect(f"content-type of {name}", fields["content-type"].split(";")[0], TYPES[os.path.splitext(name)[1]])
    expect(f"content-length of {name}", fields["content-length"], str(len(body)))
    with open(os.path.join(folder, name + ending), "rb") as file:
        if file.read() != body:
            raise AssertionError(f"/static/{name} is not what is in {name}{ending}")
    return len(body)


def check_files(fetch, folder):
    for accept_encoding in (None, "gzip", ACCEPT_ENCODING):
        for name, *_ in FILES:
            check_file(fetch, folder, name, accept_encoding)


def check_missing(fetch):
    for path in ("/static/nonexistent.txt", "/static/", "/static/..%2fstatic%2freset.css", "/none"):
        expect(path, fetch(path, [])[0], 404)


def check_all(fetch, folder):
    check_sums(fetch)
    check_files(fetch, folder)
    check_missing(fetch)
