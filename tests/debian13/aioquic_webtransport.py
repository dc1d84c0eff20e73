"""WebTransport over aioquic, for the programs that are run in Debian 13: what both sides need beyond aioquic's own."""

from aioquic.asyncio import QuicConnectionProtocol
from aioquic.buffer import Buffer, encode_uint_var
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DatagramReceived, DataReceived, HeadersReceived, WebTransportStreamDataReceived
from aioquic.quic.events import ConnectionTerminated, StopSendingReceived, StreamDataReceived, StreamReset

CLOSE = 0x2843
DRAIN = 0x78AE
FIRST_CODE = 0x52E4A40FA8DB


def to_http3_code(code):
    return FIRST_CODE + code + code // 30


def from_http3_code(http3_code):
    """None for a code of HTTP/3 itself."""
    offset = http3_code - FIRST_CODE
    if not 0 <= offset <= to_http3_code(0xFFFFFFFF) - FIRST_CODE or offset % 31 == 30:
        return None
    return offset - offset // 31


def pattern(length):
    """The bytes that both sides expect."""
    return bytes(range(251)) * (length // 251) + bytes(range(length % 251))


def capsule(kind, payload):
    return encode_uint_var(kind) + encode_uint_var(len(payload)) + payload


def close_capsule(code, reason):
    return capsule(CLOSE, code.to_bytes(4, "big") + reason.encode())


class CapsuleReader:
    """Capsules from the DATA of a CONNECT stream."""

    def __init__(self):
        self._bytes = b""

    def read(self, data):
        self._bytes += data
        found = []
        while True:
            buffer = Buffer(data=self._bytes)
            try:
                kind, length = buffer.pull_uint_var(), buffer.pull_uint_var()
                payload = buffer.pull_bytes(length)
            except ValueError:  # BufferReadError is one
                return found
            self._bytes = self._bytes[buffer.tell():]
            found.append((kind, payload))


class WebTransportPeer(QuicConnectionProtocol):
    """A connection. Subclasses say what happens by the methods below; ids are those of streams."""

    http = None

    def headers(self, stream, fields, ended): ...
    def data(self, session, stream, data, ended): ...
    def datagram(self, session, data): ...
    def reset(self, stream, code): ...
    def stopped(self, stream, code): ...
    def session_closed(self, session, code, reason): ...
    def session_ended(self, session): ...
    def drained(self, session): ...
    def terminated(self, code, reason): ...

    def start_http(self):
        if self.http is None:
            self.http = H3Connection(self._quic, enable_webtransport=True)
            self.own = {}  # the session of each stream that this side opened
            self.capsules = {}

    def create_stream(self, session, is_unidirectional=False):
        stream = self.http.create_webtransport_stream(session, is_unidirectional)
        if not is_unidirectional:
            self.own[stream] = session
        return stream

    def send(self, stream, data, ended=False):
        self._quic.send_stream_data(stream, data, ended)

    def close_session(self, session, code, reason):
        self.http.send_data(session, close_capsule(code, reason), True)

    def quic_event_received(self, event):
        self.start_http()
        if isinstance(event, StreamReset):
            self.reset(event.stream_id, event.error_code)
        elif isinstance(event, StopSendingReceived):
            self.stopped(event.stream_id, event.error_code)
        elif isinstance(event, ConnectionTerminated):
            self.terminated(event.error_code, event.reason_phrase)
        elif isinstance(event, StreamDataReceived) and event.stream_id in self.own:
            # aioquic takes what comes back on them for frames.
            self.data(self.own[event.stream_id], event.stream_id, event.data, event.end_stream)
        else:
            for told in self.http.handle_event(event):
                self.http_event_received(told)
        self.transmit()

    def http_event_received(self, event):
        if isinstance(event, HeadersReceived):
            fields = {name.decode(): value.decode() for name, value in event.headers}
            self.headers(event.stream_id, fields, event.stream_ended)
        elif isinstance(event, WebTransportStreamDataReceived):
            self.data(event.session_id, event.stream_id, event.data, event.stream_ended)
        elif isinstance(event, DatagramReceived):
            self.datagram(event.stream_id, event.data)
        elif isinstance(event, DataReceived):
            self.connect_data(event.stream_id, event.data, event.stream_ended)

    def connect_data(self, session, data, ended):
        reader = self.capsules.setdefault(session, CapsuleReader())
        for kind, payload in reader.read(data):
            if kind == CLOSE:
                self.session_closed(session, int.from_bytes(payload[:4], "big"), payload[4:].decode())
            elif kind == DRAIN:
                self.drained(session)
        if ended:
            self.session_ended(session)
