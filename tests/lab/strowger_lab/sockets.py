"""Sockets that live in a namespace of the lab."""
import ctypes
import os
import socket

from . import lab

_libc = ctypes.CDLL(None, use_errno=True)


def udp(namespace, address, port=0):
    """A UDP socket bound in one of the lab's namespaces. The calling thread is in its own namespace again afterwards."""
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/var/run/netns/{lab.PREFIX}-{namespace}", os.O_RDONLY)
    try:
        if _libc.setns(there, 0) != 0:
            raise OSError(ctypes.get_errno(), f"entering {lab.PREFIX}-{namespace}")
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    finally:
        _libc.setns(here, 0)
        os.close(here)
        os.close(there)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    made.bind((address, port))
    return made
