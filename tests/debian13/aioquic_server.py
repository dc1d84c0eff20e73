"""An HTTP/3 server over aioquic, to be run in Debian 13: it answers every request with 200 and "hello".
aioquic_server.py CERT KEY version-2              speaks QUIC version 2 alone
aioquic_server.py CERT KEY updates                updates its keys, once it was acknowledged again, before it answers
aioquic_server.py CERT KEY unacknowledged-updates updates its keys twice; the packet between is lost"""

import asyncio
import sys

from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.packet import QuicProtocolVersion

CERT, KEY, MODE = sys.argv[1:]


class Server(QuicConnectionProtocol):
    http = None

    def quic_event_received(self, event):
        if self.http is None:
            self.http = H3Connection(self._quic)
        for told in self.http.handle_event(event):
            if isinstance(told, HeadersReceived):
                asyncio.ensure_future(self.answer(told.stream_id))

    async def answer(self, stream):
        if MODE == "updates":
            for _ in range(3):
                self._quic.request_key_update()
                await self.ping()
        if MODE == "unacknowledged-updates":
            self._quic.request_key_update()
            self._quic.send_ping(1)
            self._quic.datagrams_to_send(asyncio.get_event_loop().time())  # the network drops them
            self._quic.request_key_update()
        self.http.send_headers(stream, [(b":status", b"200")])
        self.http.send_data(stream, b"hello", True)
        self.transmit()


async def main():
    configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN, idle_timeout=20)
    if MODE == "version-2":
        configuration.supported_versions = [QuicProtocolVersion.VERSION_2]
    configuration.load_cert_chain(CERT, KEY)
    server = await serve("127.0.0.1", 0, configuration=configuration, create_protocol=Server)
    print("port", server._transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
