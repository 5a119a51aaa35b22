"""The door: the sockets that the desk listens on, taken before anything else is touched."""

from __future__ import annotations

import errno
import socket


class CannotListen(Exception):
    """The address cannot be listened on; the text says why and what to do."""


def take(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of `host`; port 0 takes a free one. Raises `CannotListen`.

    Whoever connects from now on waits until the desk accepts.
    """
    taken: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            at = (address[0], taken[0].getsockname()[1] if taken else port, *address[2:])
            taken.append(_listen(family, at))
    except OSError as error:
        for one in taken:
            one.close()
        raise CannotListen(_in_words(error, host, port)) from None
    return taken


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # A name may have several addresses, and the same one more than once.
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listen(family: socket.AddressFamily, address: tuple[object, ...]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A desk that stopped a moment ago must not keep its port from the next one.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(128)
        one.setblocking(False)
    except BaseException:
        one.close()
        raise
    return one


def _in_words(error: OSError, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return f'DESK_HOST: there is no machine called "{host}".'
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} on {host} is taken, perhaps by a desk that runs already. "
                f"Stop that program, or choose another port: DESK_PORT={port % 65535 + 1}"
            )
        case errno.EADDRNOTAVAIL:
            return f"DESK_HOST: {host} is no address of this machine. Use 127.0.0.1 or 0.0.0.0."
        case errno.EACCES:
            return f"Port {port} is not for this account. Choose one above 1023: DESK_PORT=8080"
        case _:
            return f"{host}:{port} cannot be listened on: {error.strerror or error}"
