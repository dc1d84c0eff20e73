"""Servers over TCP that the tests of clients need: one in Python that can be told to misbehave, and Caddy in front of it."""

import http.server
import os
import socket
import socketserver
import ssl
import threading

from support import Program, find_program, free_port


class ScriptedHandler(http.server.BaseHTTPRequestHandler):
    """What it does is in the path."""

    protocol_version = "HTTP/1.1"
    timeout = 20

    def log_message(self, *_):
        pass

    def do_GET(self):
        body = self.read_body()
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        action = getattr(self, "answer_" + self.path.split("?")[0].strip("/").replace("-", "_"), self.answer_echo)
        action(body)

    do_POST = do_PUT = do_HEAD = do_DELETE = do_GET

    def read_body(self):
        if self.headers.get("transfer-encoding") == "chunked":
            body = b""
            while length := int(self.rfile.readline(), 16):
                body += self.rfile.read(length)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status, body, **fields):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_echo(self, body):
        self.answer(200, body, method=self.command)

    def answer_old(self, _):
        self.answer(302, b"it is elsewhere", location="/new place")

    def answer_circle(self, _):
        self.answer(307, b"", location="/circle")

    def answer_elsewhere(self, _):
        self.answer(302, b"", location=self.server.elsewhere)

    def answer_status(self, _):
        self.answer(404, b"nothing here")

    def answer_cut(self, _):
        self.send_response(200)
        self.send_header("content-length", "100000")
        self.end_headers()
        self.wfile.write(b"x" * 1000)
        self.close_connection = True

    def answer_cut_chunks(self, _):
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n3e8\r\nxxx")
        self.close_connection = True

    def answer_trailers(self, _):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n")
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\nabc\r\n0\r\nsum: 6\r\n\r\n")

    def answer_drop_next(self, _):
        """An answer like any other; the connection's next request is read and gets none."""
        self.answer(200, b"once")
        self.rfile.readline()
        self.server.requests.append(("dropped", None, None, None))
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def answer_silence(self, _):
        self.server.is_over.wait(20)
        self.close_connection = True


class ScriptedServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """HTTP/1.1 on a free port of 127.0.0.1; alpn: what it offers by TLS, None = no TLS at all."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, cert, key, alpn=("http/1.1",)):
        super().__init__(("127.0.0.1", 0), ScriptedHandler)
        self.requests = []
        self.elsewhere = ""
        self.is_over = threading.Event()
        self.port = self.server_address[1]
        self.tls = None
        if alpn is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(cert, key)
            if alpn:
                self.tls.set_alpn_protocols(list(alpn))
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def finish_request(self, request, client_address):
        if self.tls is None:
            return super().finish_request(request, client_address)
        with self.tls.wrap_socket(request, server_side=True) as wrapped:
            return super().finish_request(wrapped, client_address)

    def handle_error(self, request, client_address):
        pass  # clients of these tests go away in the middle

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.is_over.set()
        self.shutdown()
        self.server_close()


class CaddyInFront(Program):
    """Caddy with all versions of HTTP: files of a folder, and below /scripted what a ScriptedServer without TLS answers."""

    def __init__(self, folder, cert, key, home, backend, protocols="h1 h2 h3"):
        self.port = free_port()
        config = os.path.join(home, "Caddyfile.front")
        with open(config, "w", encoding="ascii") as file:
            file.write(f"""{{
  admin off
  auto_https off
  servers {{
    protocols {protocols}
  }}
}}
https://localhost:{self.port} {{
  tls {cert} {key}
  handle_path /scripted/* {{
    reverse_proxy 127.0.0.1:{backend.port}
  }}
  handle {{
    root * {folder}
    file_server
  }}
}}
""")
        super().__init__(find_program("caddy"), "run", "--config", config, "--adapter", "caddyfile",
                         env={**os.environ, "HOME": home})
        self.wait_for("serving initial configuration")

    def url(self, path="/"):
        return f"https://localhost:{self.port}{path}"
