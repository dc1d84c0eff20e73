#!/usr/bin/env python3
"""A bad network between a client and a server on real sockets, for kernels without netem.

udp_relay.py SERVER_PORT [--loss 0.02] [--corruption 0.02] ...: prints its own port, relays until it is ended.
Every client gets a socket of its own towards the server, as behind a NAT."""

import argparse
import heapq
import random
import select
import socket
import threading
import time
from dataclasses import dataclass, fields

LARGEST_DATAGRAM = 65535


@dataclass(frozen=True)
class Conditions:
    """What happens to datagrams, in both directions. Shares are 0 to 1."""
    loss: float = 0
    corruption: float = 0  # a bit is flipped
    duplication: float = 0
    reordering: float = 0  # held back by 20 ms
    delay: float = 0  # seconds, each way
    mtu: int = LARGEST_DATAGRAM  # larger UDP payloads vanish
    only_first: int = 0  # so many datagrams of each client meet all this, none after them; 0 = all do
    blackhole_on: float = 0  # seconds of silence...
    blackhole_off: float = 0  # ...after so many of normal work, in turn
    rebind_port_after: int = 0  # datagrams of a client: then it shows with another port...
    rebind_address_after: int = 0  # ...or with another address
    seed: int = 1


class Flow:
    """One client: its address, and the socket that stands for it."""

    def __init__(self, client, server, host):
        self.client = client
        self.outside = open_socket(server, host)
        self.from_client = 0
        self.datagrams = 0


def open_socket(server, host):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    made.bind((host, 0))
    made.connect(server)
    made.setblocking(False)
    return made


class Relay:
    """Relays in a thread of its own from `with` to its end; `port` is where clients go."""

    def __init__(self, server_port, conditions=Conditions()):
        self.conditions = conditions
        self.server = ("127.0.0.1", server_port)
        self.random = random.Random(conditions.seed)
        self.inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.inside.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.inside.bind(("127.0.0.1", 0))
        self.inside.setblocking(False)
        self.port = self.inside.getsockname()[1]
        self.flows = {}
        self.delayed = []  # (time, order, send function, bytes)
        self.order = 0
        self.relayed = self.dropped = self.rebound = 0
        self.began = time.monotonic()
        self.is_over = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.is_over = True
        self.thread.join()
        for one in [self.inside, *(flow.outside for flow in self.flows.values())]:
            one.close()

    def run(self):
        while not self.is_over:
            outsides = {flow.outside: flow for flow in self.flows.values()}
            wait = max(0.0, self.delayed[0][0] - time.monotonic()) if self.delayed else 0.05
            ready, _, _ = select.select([self.inside, *outsides], [], [], min(wait, 0.05))
            self.send_due()
            for one in ready:
                if one is self.inside:
                    self.take_from_clients()
                else:
                    self.take_from_server(outsides[one])

    def take_from_clients(self):
        for _ in range(64):
            try:
                data, client = self.inside.recvfrom(LARGEST_DATAGRAM)
            except BlockingIOError:
                return
            flow = self.flows.get(client)
            if flow is None:
                flow = self.flows[client] = Flow(client, self.server, "127.0.0.1")
            flow.from_client += 1
            self.rebind(flow)
            self.relay(flow, data, lambda piece, flow=flow: flow.outside.send(piece))

    def take_from_server(self, flow):
        for _ in range(64):
            try:
                data = flow.outside.recv(LARGEST_DATAGRAM)
            except (BlockingIOError, ConnectionRefusedError, OSError):
                return
            self.relay(flow, data, lambda piece, flow=flow: self.inside.sendto(piece, flow.client))

    def rebind(self, flow):
        c = self.conditions
        if flow.from_client not in (c.rebind_port_after, c.rebind_address_after):
            return
        flow.outside.close()  # the old mapping is gone, with what is on its way
        host = "127.0.0.2" if flow.from_client == c.rebind_address_after else "127.0.0.1"
        flow.outside = open_socket(self.server, host)
        self.rebound += 1

    def is_dark(self):
        c = self.conditions
        if c.blackhole_on == 0:
            return False
        return (time.monotonic() - self.began) % (c.blackhole_off + c.blackhole_on) >= c.blackhole_off

    def relay(self, flow, data, send):
        c = self.conditions
        flow.datagrams += 1
        is_spared = 0 < c.only_first < flow.datagrams
        if is_spared:
            return self.send_at(time.monotonic() + c.delay, send, data)
        if len(data) > c.mtu or self.is_dark() or self.random.random() < c.loss:
            self.dropped += 1
            return None
        if data and self.random.random() < c.corruption:
            changed = bytearray(data)
            changed[self.random.randrange(len(changed))] ^= 1 << self.random.randrange(8)
            data = bytes(changed)
        due = time.monotonic() + c.delay + (0.02 if self.random.random() < c.reordering else 0)
        if self.random.random() < c.duplication:
            self.send_at(due + 0.001, send, data)
        return self.send_at(due, send, data)

    def send_at(self, due, send, data):
        self.order += 1
        heapq.heappush(self.delayed, (due, self.order, send, data))
        self.send_due()

    def send_due(self):
        now = time.monotonic()
        while self.delayed and self.delayed[0][0] <= now:
            _, _, send, data = heapq.heappop(self.delayed)
            try:
                send(data)
                self.relayed += 1
            except OSError:  # the other side is gone, or its buffer full: a network may lose anything
                self.dropped += 1


def parse_arguments(words=None):
    """The server's port and the conditions that the words of a command line ask for; None = this program's own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server_port", type=int, help="UDP port of the server on 127.0.0.1")
    for field in fields(Conditions):
        # The declared type: a default of 0 is an int, also where it stands for a share or for seconds.
        parser.add_argument("--" + field.name.replace("_", "-"), type=field.type, default=field.default)
    options = vars(parser.parse_args(words))
    return options.pop("server_port"), Conditions(**options)


def main():
    with Relay(*parse_arguments()) as relay:
        print(relay.port, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(f"{relay.relayed} relayed, {relay.dropped} dropped")


if __name__ == "__main__":
    main()
