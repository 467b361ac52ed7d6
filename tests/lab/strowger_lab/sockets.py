"""Sockets that live in a namespace of the lab."""
import ctypes
import os
import socket
import threading

from . import lab

_libc = ctypes.CDLL(None, use_errno=True)


def bound(namespace, kind, address, port):
    """A socket bound in one of the lab's namespaces. The calling thread is in its own namespace again afterwards."""
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/var/run/netns/{lab.PREFIX}-{namespace}", os.O_RDONLY)
    try:
        if _libc.setns(there, 0) != 0:
            raise OSError(ctypes.get_errno(), f"entering {lab.PREFIX}-{namespace}")
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    finally:
        _libc.setns(here, 0)
        os.close(here)
        os.close(there)
    if kind == socket.SOCK_STREAM:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((address, port))
    except OSError as error:
        made.close()
        raise OSError(error.errno, f"{error.strerror}: {address} port {port} in {lab.PREFIX}-{namespace}") from None
    return made


def udp(namespace, address, port=0):
    made = bound(namespace, socket.SOCK_DGRAM, address, port)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    return made


def close(made, *users):
    """Closes a socket that the threads `users` work with: a port is free only once the last of them has left it. They end by themselves
    when told; a datagram to itself wakes the one that reads."""
    try:
        made.sendto(b"\r\n", made.getsockname()[:2])
    except OSError:
        pass
    for user in users:
        if user is not threading.current_thread():
            user.join(5)
    made.close()
