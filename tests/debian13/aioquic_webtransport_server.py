"""A server of WebTransport over aioquic, to be run in Debian 13. It does for each path what tests/interop/webtransport_server.cpp
does.
aioquic_webtransport_server.py CERT KEY"""

import asyncio
import json
import sys
from urllib.parse import parse_qsl, urlsplit

from aioquic.asyncio import serve
from aioquic.h3.connection import H3_ALPN
from aioquic.quic.configuration import QuicConfiguration

from aioquic_webtransport import DRAIN, WebTransportPeer, capsule, from_http3_code, pattern, to_http3_code

CERT, KEY = sys.argv[1:]


def tell(**what):
    print(json.dumps(what), flush=True)


class Server(WebTransportPeer):
    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.sessions = {}  # path and query of each
        self.answers = {}  # what goes back on which stream
        self.bodies = {}
        self.ended = set()
        self.left = {}  # streams of /push that did not come back yet

    def headers(self, stream, fields, ended):
        url = urlsplit(fields[":path"])
        if fields[":method"] != "CONNECT" or fields.get(":protocol") != "webtransport":
            return self.answer(stream, 400)
        if url.path.startswith("/refuse/"):
            return self.answer(stream, int(url.path.rsplit("/", 1)[1]))
        if url.path not in ("/echo", "/push", "/close", "/client-closes", "/drain", "/datagrams", "/give-up"):
            return self.answer(stream, 404)
        self.sessions[stream] = url.path, {name: value for name, value in parse_qsl(url.query, keep_blank_values=True)}
        self.http.send_headers(stream, [(b":status", b"200")])
        self.begin(stream)

    def answer(self, stream, status):
        self.http.send_headers(stream, [(b":status", b"%d" % status)], True)

    def begin(self, session):
        path, query = self.sessions[session]
        body = pattern(int(query.get("bytes", 0)))
        self.left[session] = int(query.get("streams", 0))
        tell(event="open", path=path)
        if path == "/drain":
            self.http.send_data(session, capsule(DRAIN, b""), False)
        for _ in range(int(query.get("streams", 0))):
            self.send(self.create_stream(session), body, True)
        for _ in range(int(query.get("uni", 0))):
            self.send(self.create_stream(session, True), body, True)
        if path == "/datagrams":
            self.http.send_datagram(session, body)

    def data(self, session, stream, data, ended):
        path, query = self.sessions[session]
        if stream in self.ended:
            return  # aioquic may tell an end twice
        if ended:
            self.ended.add(stream)
        if path == "/datagrams":
            if ended:
                self.http.send_datagram(session, pattern(int(query["bytes"])))
            return
        if path == "/give-up":
            if data:
                self.give_up(stream, data.decode())
            return
        if path == "/close":
            return
        if path == "/push":
            body = self.bodies[stream] = self.bodies.get(stream, b"") + data
            if ended:
                tell(event="pushed", bytes=len(body), same=body == pattern(int(query["bytes"])))
                self.left[session] -= 1
                if self.left[session] == 0:
                    self.close_session(session, 0, "")
            return
        if stream not in self.answers:
            self.answers[stream] = self.create_stream(session, True) if stream & 2 else stream
        self.send(self.answers[stream], data, ended)

    def datagram(self, session, data):
        path, query = self.sessions[session]
        if path == "/close":
            self.close_session(session, int(query["code"]), query["reason"])
            self.sessions[session] = "/client-closes", {}
            return
        self.http.send_datagram(session, data)

    def give_up(self, stream, order):
        what, _, code = order.partition(" ")
        (self._quic.reset_stream if what == "reset" else self._quic.stop_stream)(stream, to_http3_code(int(code)))

    def reset(self, stream, code):
        if from_http3_code(code) is not None:
            tell(event="reset", code=from_http3_code(code))

    def stopped(self, stream, code):
        if from_http3_code(code) is not None:
            tell(event="stop", code=from_http3_code(code))

    def session_closed(self, session, code, reason):
        tell(event="close", path=self.sessions[session][0], clean=True, code=code, reason=reason)


async def main():
    configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN, idle_timeout=60,
                                      max_datagram_frame_size=65536, max_stream_data=1 << 20, max_data=1 << 24)
    configuration.load_cert_chain(CERT, KEY)
    server = await serve("127.0.0.1", 0, configuration=configuration, create_protocol=Server)
    print(f"https://127.0.0.1:{server._transport.get_extra_info('sockname')[1]}/", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
