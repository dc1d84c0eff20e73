"""A client of WebTransport over aioquic, to be run in Debian 13. It asks a server that does what
tests/interop/webtransport_server.cpp says for sessions, all on one connection, and prints what it saw as JSON.
aioquic_webtransport_client.py PORT CERT"""

import asyncio
import json
import ssl
import sys

from aioquic.asyncio import connect
from aioquic.h3.connection import H3_ALPN
from aioquic.quic.configuration import QuicConfiguration

from aioquic_webtransport import WebTransportPeer, from_http3_code, pattern, to_http3_code

PORT, CERT = int(sys.argv[1]), sys.argv[2]
COUNTS = [0, 1, 1200, 65_536, 3_000_000]
CODES = [0, 1, 29, 30, 31, 255, 0xFFFFFFFF]


class Client(WebTransportPeer):
    """Each thing that happens is put into the queue of the session, or of the stream, that it happens to."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.queues = {}

    def queue(self, stream):
        return self.queues.setdefault(stream, asyncio.Queue())

    def headers(self, stream, fields, ended):
        self.queue(stream).put_nowait(("status", fields[":status"]))

    def data(self, session, stream, data, ended):
        if stream & 1 and stream not in self.queues:
            self.queue(session).put_nowait(("stream", stream))
        self.queue(stream).put_nowait(("data", data, ended))

    def datagram(self, session, data):
        self.queue(session).put_nowait(("datagram", data))

    def reset(self, stream, code):
        self.queue(stream).put_nowait(("reset", from_http3_code(code)))

    def stopped(self, stream, code):
        self.queue(stream).put_nowait(("stop", from_http3_code(code)))

    def session_closed(self, session, code, reason):
        self.queue(session).put_nowait(("closed", code, reason))

    def drained(self, session):
        self.queue(session).put_nowait(("drain",))

    async def next(self, stream, kind):
        """The next of this kind; what is of others is passed over."""
        while (told := await self.queue(stream).get())[0] != kind:
            pass
        return told[1:]

    async def ask(self, path):
        """A session, and the status of its answer."""
        session = self._quic.get_next_available_stream_id()
        self.http.send_headers(session, [(b":method", b"CONNECT"), (b":protocol", b"webtransport"), (b":scheme", b"https"),
                                         (b":authority", b"localhost"), (b":path", path.encode())])
        self.transmit()
        return session, int((await self.next(session, "status"))[0])

    async def open(self, path):
        session, status = await self.ask(path)
        assert status == 200, f"{path}: {status}"
        return session

    async def read_all(self, stream):
        body = b""
        ended = False
        while not ended:
            data, ended = await self.next(stream, "data")
            body += data
        return len(body) if body == pattern(len(body)) else "other bytes"

    def start(self, session, data, ended=False, is_unidirectional=False):
        stream = self.create_stream(session, is_unidirectional)
        self.send(stream, data, ended)
        self.transmit()
        return stream

    async def bidirectional(self):
        session = await self.open("/echo")
        streams = [self.start(session, pattern(count), True) for count in COUNTS]
        return [await self.read_all(stream) for stream in streams]

    async def unidirectional(self):
        session = await self.open("/echo")
        lengths = []
        for count in COUNTS[1:]:  # aioquic does not tell of a stream before it has bytes
            self.start(session, pattern(count), True, True)
            lengths.append(await self.read_all((await self.next(session, "stream"))[0]))
        return lengths

    async def pushed(self):
        session = await self.open("/push?streams=2&bytes=100000")
        lengths = []
        for _ in range(2):
            stream = (await self.next(session, "stream"))[0]
            lengths.append(await self.read_all(stream))
            self.send(stream, pattern(100_000), True)
            self.transmit()
        return [lengths, list(await self.next(session, "closed"))]

    async def datagrams(self):
        session = await self.open("/echo")
        lengths = []
        for count in (1, 100, 1000):
            self.http.send_datagram(session, pattern(count))
            self.transmit()
            lengths.append(len((await self.next(session, "datagram"))[0]))
        return lengths

    async def given_up(self, what):
        session = await self.open("/give-up")
        streams = [self.start(session, f"{what} {code}".encode()) for code in CODES]
        return [(await self.next(stream, what))[0] for stream in streams]

    async def gives_up(self):
        session = await self.open("/echo")
        for code in (1, 0xFFFFFFFF):
            stream = self.start(session, b"x")
            await self.next(stream, "data")
            self._quic.reset_stream(stream, to_http3_code(code))
            stream = self.start(session, b"x")
            await self.next(stream, "data")
            self._quic.stop_stream(stream, to_http3_code(code))
            self.transmit()
        return "done"

    async def drained_session(self):
        session = await self.open("/drain")
        await self.next(session, "drain")
        return await self.read_all(self.start(session, pattern(10), True))

    async def closed(self):
        session = await self.open("/close?code=4294967295&reason=last")
        self.http.send_datagram(session, b"x")
        self.transmit()
        return list(await self.next(session, "closed"))

    async def closes(self):
        session = await self.open("/client-closes")
        self.close_session(session, 9, "nine")
        self.transmit()
        return "done"

    async def refused(self):
        return [(await self.ask(path))[1] for path in ("/refuse/403", "/none")]


async def main():
    configuration = QuicConfiguration(is_client=True, alpn_protocols=H3_ALPN, max_datagram_frame_size=65536,
                                      server_name="localhost", verify_mode=ssl.CERT_REQUIRED)
    configuration.load_verify_locations(CERT)
    async with connect("127.0.0.1", PORT, configuration=configuration, create_protocol=Client) as client:
        client.start_http()
        saw = {}
        for name, check in (("bidirectional", client.bidirectional), ("unidirectional", client.unidirectional),
                            ("pushed", client.pushed), ("datagrams", client.datagrams),
                            ("resets", lambda: client.given_up("reset")), ("stops", lambda: client.given_up("stop")),
                            ("gives up", client.gives_up), ("drained", client.drained_session),
                            ("closed", client.closed), ("closes", client.closes), ("refused", client.refused)):
            try:
                saw[name] = await asyncio.wait_for(check(), 15)
            except Exception as error:  # said, and looked at by the test
                saw[name] = repr(error)
        print(json.dumps(saw))


asyncio.run(main())
