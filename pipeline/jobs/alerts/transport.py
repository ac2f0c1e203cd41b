"""The only place of the jobs that talks to a network: to the addresses that the file of jobs names, and nowhere else.

No redirect is followed and no proxy asked; http and unencrypted mail are for this machine only.
"""

import http.client
import ipaddress
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from urllib.parse import urlsplit

from ....core import TemporaryError, UsageError

TIMEOUT = 10.0
MOST = 65_536


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float = TIMEOUT) -> None:
    """POST JSON. Any answer but 2xx is a :class:`TemporaryError`; the address is a secret and stands in no message."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise UsageError("the address of a channel is no http address, or holds a name and password")
    if parts.scheme == "http" and not is_local(parts.hostname):
        raise UsageError("the address of a channel has to be https; http is for this machine only")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname, parts.port, timeout=timeout)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            answer.read(MOST)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TemporaryError(f"the server could not be reached ({type(error).__name__})") from None
    if not 200 <= answer.status < 300:
        raise TemporaryError(f"the server answered {answer.status}")


def send_mail(
    message: EmailMessage, host: str, port: int, *, starttls: bool, login: tuple[str, str] | None,
    timeout: float = TIMEOUT,
) -> None:  # fmt: skip
    """Hand a mail to a server; without encryption to this machine only."""
    if not starttls and not is_local(host):
        raise UsageError("starttls: false is for a mail server on this machine only")
    try:
        with smtplib.SMTP(host, port, timeout=timeout) as server:
            if starttls:
                server.starttls(context=ssl.create_default_context())
            if login:
                server.login(*login)
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise TemporaryError(f"the mail server refused or could not be reached ({type(error).__name__})") from None


def is_local(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
