"""Started by Python itself in every process of a test: no connection is made and no name looked up.

A look-up or a connection raises, and a line says so in the file that HEADWATER_TEST_CONNECTIONS names. Sockets within
the machine's own file system (AF_UNIX) stay: processes of one command talk over them.
"""

import os
import socket
from typing import Any, NoReturn


def _refuse(what: str, *arguments: object) -> NoReturn:
    place = os.environ.get("HEADWATER_TEST_CONNECTIONS")
    if place:
        with open(place, "a", encoding="utf-8") as file:
            file.write(f"{what} {arguments!r}\n")
    raise RuntimeError(f"a test forbids {what} {arguments!r}")


def _guarded(name: str) -> Any:
    real = getattr(socket.socket, name)

    def method(self: socket.socket, *arguments: Any) -> Any:
        return real(self, *arguments) if self.family == socket.AF_UNIX else _refuse(name, *arguments)

    return method


for _name in ("connect", "connect_ex", "sendto", "bind"):
    setattr(socket.socket, _name, _guarded(_name))
for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
    setattr(socket, _name, lambda *arguments, _what=_name, **options: _refuse(_what, *arguments))
