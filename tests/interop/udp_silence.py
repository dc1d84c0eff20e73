"""A network that drops UDP and says nothing, as many firewalls do, while TCP goes on."""

import ctypes
import errno
import os
import socket
import struct

SYS_PIDFD_GETFD = 438
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # one instruction of BPF: return 0 bytes


class UdpSilence:
    """Inside of `with`, nothing reaches the UDP sockets of a server (support.Program) on its port. Unlike rules of a
    firewall, that takes no rights but those over a process of the same user."""

    def __init__(self, server):
        self._sockets = udp_sockets(server.process.pid, server.port)

    def __enter__(self):
        instructions = ctypes.create_string_buffer(DROP_ALL)
        program = struct.pack("HL", 1, ctypes.addressof(instructions))  # struct sock_fprog
        for one in self._sockets:
            one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        return self

    def __exit__(self, *exception):
        for one in self._sockets:
            one.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
            one.close()


def udp_sockets(pid, port):
    """Copies of that process's UDP sockets on that port."""
    library = ctypes.CDLL(None, use_errno=True)
    process = os.pidfd_open(pid)
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        # The server may close others of its descriptors meanwhile.
        try:
            is_socket = os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
        except FileNotFoundError:
            continue
        if not is_socket:
            continue
        descriptor = library.syscall(SYS_PIDFD_GETFD, process, int(name), 0)
        if descriptor < 0 and ctypes.get_errno() == errno.EBADF:
            continue
        if descriptor < 0:
            raise OSError(ctypes.get_errno(), f"cannot copy a descriptor of process {pid}")
        one = socket.socket(fileno=descriptor)
        if one.type == socket.SOCK_DGRAM and one.getsockname()[1] == port:
            found.append(one)
        else:
            one.close()
    os.close(process)
    if not found:
        raise AssertionError(f"process {pid} has no UDP socket on port {port}")
    return found
