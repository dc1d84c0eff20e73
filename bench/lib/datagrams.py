"""How large the datagrams are that two programs send each other: a relay between them looks.

A socket that did not ask for GRO gets one datagram at a time, however many the kernel was given at once."""

import collections
import selectors
import socket
import threading


def usual_size(sizes):
    """That of the datagrams which carried the most bytes: the largest one may be a probe that found no way."""
    return max(sizes, key=lambda size: size * sizes[size])


class Relay:
    """Carries datagrams between clients and a server, in a thread of its own, until the `with` block ends. To a client
    it is the server."""

    def __init__(self, server):
        self.process = server.process
        # Size of the UDP payload -> datagrams: to the server, and from it.
        self.up, self.down = collections.Counter(), collections.Counter()
        self._server = server
        self._front = self._socket()
        self._front.bind(("127.0.0.1", 0))
        self.port = self._front.getsockname()[1]
        self._end, self._stop = socket.socketpair()
        self._backs = {}  # client's address -> socket to the server
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._front, selectors.EVENT_READ, self._up)
        self._selector.register(self._end, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def url(self, path="/"):
        return self._server.url(path).replace(f":{self._server.port}/", f":{self.port}/")

    @staticmethod
    def _socket():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            made.setsockopt(socket.SOL_SOCKET, buffer, 4 << 20)
        made.setblocking(False)
        return made

    def _run(self):
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                try:
                    for _ in range(64):
                        key.data()
                except (BlockingIOError, ConnectionRefusedError):
                    pass  # nothing left to read, or a side that is there no more

    def _up(self):
        data, client = self._front.recvfrom(1 << 16)
        self.up[len(data)] += 1
        if client not in self._backs:
            back = self._backs[client] = self._socket()
            back.connect(("127.0.0.1", self._server.port))
            self._selector.register(back, selectors.EVENT_READ, lambda: self._down(back, client))
        self._backs[client].send(data)

    def _down(self, back, client):
        data = back.recv(1 << 16)
        self.down[len(data)] += 1
        self._front.sendto(data, client)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._stop.send(b"x")
        self._thread.join()
        self._selector.close()
        for open_socket in (self._front, self._end, self._stop, *self._backs.values()):
            open_socket.close()
