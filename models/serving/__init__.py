"""Our own checkpoints behind the protocol that others speak."""

from .request import Refused
from .server import Server, system_clock
from .service import Service

__all__ = ["Refused", "Server", "Service", "system_clock"]
