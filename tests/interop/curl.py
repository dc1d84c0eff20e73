"""curl, by one version of HTTP alone: the program where it was built with HTTP/3 (Debian 13), else the same libcurl
through pycurl (Debian 12, whose backported program lost HTTP/3 while its library kept it)."""

import ctypes
import os
import subprocess

from support import find_program


# What CURLINFO_HTTP_VERSION says.
VERSIONS = {1: "1.0", 2: "1.1", 3: "2", 30: "3"}


class Answer:
    def __init__(self, status, http_version, headers, body, error):
        self.status = status
        self.http_version = http_version  # "1.1", "2" or "3"
        self.headers = headers  # [(lower-case name, value)] of the final response
        self.body = body  # bytes, empty when written to a file
        self.error = error  # "" or the reason; then status is 0


def program_speaks_http3():
    program = find_program("curl")
    if program is None:
        return False
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return "HTTP3" in version


def curl(url, cacert, output=None, method=None, data=None, headers=(), upload=None, version="3"):
    """One request. data: bytes to POST; upload: path of a file to PUT; output: path for the body."""
    if program_speaks_http3():
        return _by_program(url, cacert, output, method, data, headers, upload, version)
    return _by_library(url, cacert, output, method, data, headers, upload, version)


def _parse_headers(lines):
    fields = []
    for line in lines:
        if line.startswith("HTTP/"):
            fields = []  # an informational response came before
        elif ":" in line:
            name, value = line.split(":", 1)
            fields.append((name.strip().lower(), value.strip()))
    return fields


def _by_program(url, cacert, output, method, data, headers, upload, version):
    option = {"1.1": "--http1.1", "2": "--http2", "3": "--http3-only"}[version]
    command = [find_program("curl"), option, "-sS", "--cacert", cacert, "-D", "/dev/fd/2",
               "-w", "%{stderr}\n%{http_version} %{http_code}", "-o", output or "-"]
    if method == "HEAD":
        command.append("-I")
    elif method:
        command += ["-X", method]
    for header in headers:
        command += ["-H", header]
    if data is not None:
        command += ["--data-binary", "@-"]
    if upload is not None:
        command += ["-T", upload]
    command.append(url)
    done = subprocess.run(command, input=data or b"", capture_output=True, timeout=120, check=False)
    told = done.stderr.decode(errors="replace").splitlines()
    if done.returncode != 0:
        return Answer(0, "", [], b"", "\n".join(told))
    version, status = told[-1].split()
    body = b"" if output else done.stdout
    if method == "HEAD":
        body = body.partition(b"\r\n\r\n")[2]  # with -I, the header section comes first
    return Answer(int(status), version, _parse_headers(told[:-1]), body, "")


def _by_library(url, cacert, output, method, data, headers, upload, version):
    import pycurl

    lines, body = [], []
    easy = pycurl.Curl()
    easy.setopt(pycurl.URL, url)
    easy.setopt(pycurl.HTTP_VERSION, {"1.1": 2, "2": 4, "3": 31}[version])  # CURL_HTTP_VERSION_1_1, _2TLS, _3ONLY
    easy.setopt(pycurl.CAINFO, cacert)
    easy.setopt(pycurl.TIMEOUT, 120)
    easy.setopt(pycurl.HEADERFUNCTION, lambda line: lines.append(line.decode("latin-1").strip()))
    easy.setopt(pycurl.HTTPHEADER, list(headers))
    if method == "HEAD":
        easy.setopt(pycurl.NOBODY, True)
    if data is not None:
        easy.setopt(pycurl.POSTFIELDSIZE_LARGE, len(data))
        easy.setopt(pycurl.POSTFIELDS, data)
    source = None
    if upload is not None:
        source = open(upload, "rb")
        easy.setopt(pycurl.UPLOAD, True)
        easy.setopt(pycurl.READDATA, source)
        easy.setopt(pycurl.INFILESIZE_LARGE, os.path.getsize(upload))
    if method and method != "HEAD":
        easy.setopt(pycurl.CUSTOMREQUEST, method)
    target = open(output, "wb") if output else None
    if target:
        easy.setopt(pycurl.WRITEDATA, target)
    else:
        easy.setopt(pycurl.WRITEFUNCTION, body.append)
    try:
        easy.perform()
        return Answer(easy.getinfo(pycurl.RESPONSE_CODE), VERSIONS[easy.getinfo(pycurl.INFO_HTTP_VERSION)],
                      _parse_headers(lines), b"".join(body), "")
    except pycurl.error as failure:
        return Answer(0, "", [], b"", failure.args[1])
    finally:
        easy.close()
        for file in (source, target):
            if file:
                file.close()


def ask_with_target(url, cacert, method, target):
    """The header lines of an answer to a request whose :path is `target`, such as *, in place of the URL's."""
    # URL, CAINFO, CUSTOMREQUEST, REQUEST_TARGET; HTTP_VERSION: 3 only
    return _by_options({10002: url, 10065: cacert, 10036: method, 10266: target, 84: 31})[0]


def ask_by_alt_svc(url, cacert, cache):
    """The version of HTTP by which curl asks that is told none and keeps what Alt-Svc says in the file `cache`."""
    if program_speaks_http3():
        done = subprocess.run([find_program("curl"), "-sS", "--cacert", cacert, "--alt-svc", cache, "-o", "/dev/null",
                               "-w", "%{http_version}", url], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout
    # URL, CAINFO, ALTSVC; ALTSVC_CTRL: those of all versions, as the program has it. Who sets HTTP_VERSION to 2 stays there.
    return _by_options({10002: url, 10065: cacert, 10287: cache, 286: 0x38})[1]


def _by_options(options):
    """One request by libcurl itself, as pycurl has not all options. options: texts and numbers by their CURLOPT_.
    Returns the header lines and the version."""
    library = ctypes.CDLL("libcurl-gnutls.so.4")
    library.curl_easy_init.restype = ctypes.c_void_p
    easy = ctypes.c_void_p(library.curl_easy_init())
    lines = []
    data_function = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t,
                                     ctypes.c_void_p)

    @data_function
    def on_header(data, size, count, _):
        lines.append(ctypes.string_at(data, size * count).decode("latin-1").strip())
        return size * count

    @data_function
    def on_body(_data, size, count, _):
        return size * count

    for option, value in options.items():
        word = ctypes.c_char_p(value.encode()) if isinstance(value, str) else ctypes.c_long(value)
        library.curl_easy_setopt(easy, ctypes.c_int(option), word)
    library.curl_easy_setopt(easy, ctypes.c_int(20079), on_header)  # HEADERFUNCTION
    library.curl_easy_setopt(easy, ctypes.c_int(20011), on_body)  # WRITEFUNCTION
    status = library.curl_easy_perform(easy)
    version = ctypes.c_long()
    library.curl_easy_getinfo(easy, ctypes.c_int(0x200000 + 46), ctypes.byref(version))  # HTTP_VERSION
    library.curl_easy_cleanup(easy)  # writes the file of Alt-Svc
    if status != 0:
        raise AssertionError(f"libcurl failed with {status}")
    return lines, VERSIONS[version.value]
