"""JSON over HTTP with patience and limits. The one place that opens a connection and that reads a key.

The key is read from the environment when it is needed and stands in one header of a request; it is taken out of
everything that a server sends back, so that neither an answer nor an error can carry it further.
"""

import email.utils
import json
import os
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from ...core import ConfigError, InputError, TemporaryError
from ...curate import redact

PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
LONGEST_PAUSE = 60.0
ERROR_BYTES = 4_096
SHOWN = 200
BLOCK = 65_536
KEY_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how often and how much. Seconds; bytes of one answer; requests a minute (None: no limit)."""

    timeout: float = 60.0
    retries: int = 5
    per_minute: float | None = None
    maximum_bytes: int = 8 << 20


@dataclass
class Client:
    """Posts and gets JSON below one address. ``wait`` and ``now`` are time.sleep and time.monotonic but in tests."""

    url: str
    key: str | None = None
    limits: Limits = field(default_factory=Limits)
    wait: Any = time.sleep
    now: Any = time.monotonic

    def __post_init__(self) -> None:
        check_address(self.url, self.key)
        self._next = 0.0
        self._lock = threading.Lock()
        handlers: list[Any] = [_NoRedirect()]
        if is_loopback(self.url):
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The object that the server answers with.

        A passing fault (busy, slow, cut off) is tried again, ``retries`` times, with a pause that doubles or that the
        server names; then :class:`TemporaryError`. A refusal raises :class:`InputError`.
        """
        return self._patiently(path, body)

    def get(self, path: str) -> dict[str, Any]:
        """The object that stands there; errors as in :meth:`post`."""
        return self._patiently(path, None)

    def _patiently(self, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        trouble = ""
        for attempt in range(self.limits.retries + 1):
            self._take_turn()
            try:
                return self._once(path, body)
            except _Passing as fault:
                trouble = str(fault)
                if attempt < self.limits.retries:
                    self.wait(min(LONGEST_PAUSE, max(0.5 * 2**attempt, fault.pause)))
        way = "start the server or correct the address, and " if "cannot be reached" in trouble else ""
        raise TemporaryError(
            f"{self.url}{path}: {trouble} ({self.limits.retries + 1} tries); {way}give the same command again later: "
            "what has been answered is kept"
        )

    def _take_turn(self) -> None:
        if not self.limits.per_minute:
            return
        with self._lock:
            mine = max(self.now(), self._next)
            self._next = mine + 60.0 / self.limits.per_minute
        if (pause := mine - self.now()) > 0:
            self.wait(pause)

    def _once(self, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        secret = self._secret()
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "headwater"}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        content = None if body is None else json.dumps(body, ensure_ascii=True).encode()
        request = urllib.request.Request(self.url + path, content, headers, method="GET" if body is None else "POST")
        try:
            return self._exchange(request, secret)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(path, error, secret) from None
        except urllib.error.URLError as error:
            reason = "time-out" if isinstance(error.reason, TimeoutError) else without(str(error.reason), secret)
            raise _Passing(f"cannot be reached: {reason[:SHOWN]}") from None
        except TimeoutError:
            raise _Passing(f"no answer within {self.limits.timeout:g} s") from None
        except (HTTPException, OSError) as error:
            raise _Passing(f"the connection broke off ({type(error).__name__})") from None

    def _exchange(self, request: urllib.request.Request, secret: str) -> dict[str, Any]:
        deadline = self.now() + self.limits.timeout
        content = bytearray()
        with self._opener.open(request, timeout=self.limits.timeout) as response:
            while block := response.read1(BLOCK):
                content += block
                if len(content) > self.limits.maximum_bytes:
                    raise InputError(
                        f"{self.url}: an answer has more than {self.limits.maximum_bytes:,} bytes; raise maximum_bytes "
                        "or ask for fewer tokens"
                    )
                if self.now() > deadline:
                    raise TimeoutError
        try:
            found = _clean(json.loads(content.decode("utf-8", "replace")), secret)
        except (ValueError, RecursionError):
            raise _Passing(f"the answer is no whole JSON ({len(content):,} bytes)") from None
        if not isinstance(found, dict):
            raise InputError(f"{self.url}: the answer is no JSON object; is this an OpenAI-compatible server?")
        return found

    def _refusal(self, path: str, error: urllib.error.HTTPError, secret: str) -> Exception:
        try:
            said = _message(error.read(ERROR_BYTES), secret)
        except (OSError, HTTPException):
            said = ""
        what = f"status {error.code}" + (f": {said}" if said else "")
        if error.code in PASSING:
            return _Passing(what, _retry_after(error.headers))
        if error.code in (401, 403) and self.key:
            return TemporaryError(
                f"{self.url}{path}: {what}; put the right key into the environment variable {self.key} and give the "
                "same command again"
            )
        if error.code in (401, 403):
            way = "name the environment variable that holds the key, with key:"
        elif 300 <= error.code < 400:
            way = "redirects are not followed, as the key would go with them; give the final address"
        elif error.code == 404:
            way = "check url (it ends in /v1 for most servers) and the name of the model"
        else:
            way = "the server does not take this request; see what it says"
        return InputError(f"{self.url}{path}: {what}; {way}")

    def _secret(self) -> str:
        if self.key is None:
            return ""
        secret = os.environ.get(self.key, "")
        if not secret:
            raise TemporaryError(
                f"the environment variable {self.key} is not set; put the key for {self.url} into it and give the same "
                "command again"
            )
        if not (secret.isascii() and secret.isprintable() and " " not in secret):
            raise InputError(f"the environment variable {self.key} holds white space or characters no key has")
        return secret


class _Passing(Exception):
    """A fault that may be gone at the next try, and how long the server asks to wait."""

    def __init__(self, what: str, pause: float = 0.0) -> None:
        super().__init__(what)
        self.pause = pause


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none: a redirect would carry the key to another host."""
        return None


def without(text: str, secret: str) -> str:
    """The text with the key taken out."""
    return text.replace(secret, "[key]") if secret else text


def _clean(value: Any, secret: str) -> Any:
    """JSON values with the key taken out of every text."""
    if isinstance(value, str):
        return without(value, secret)
    if isinstance(value, list):
        return [_clean(item, secret) for item in value]
    if isinstance(value, dict):
        return {without(name, secret): _clean(item, secret) for name, item in value.items()}
    return value


def check_address(url: str, key: str | None) -> None:
    """Refuse what could leak a key; no message repeats the address, which may hold one."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError("url: is no address; write for example https://host/v1") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError("url: must begin with http:// or https:// and name a host")
    if parts.username or parts.password or parts.query or parts.fragment or "@" in parts.netloc:
        raise ConfigError("url: must hold no user, password or query; put the key into an environment variable")
    if key is not None and not KEY_NAME.fullmatch(key):
        raise ConfigError("key: is the NAME of an environment variable (capitals, digits, _), never the key itself")
    if key is not None and parts.scheme == "http" and not is_loopback(url):
        raise ConfigError("url: a key must not travel unencrypted; use https://, or a server on this machine")


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _message(content: bytes, secret: str) -> str:
    text = without(content.decode("utf-8", "replace"), secret)
    try:
        error = json.loads(text).get("error", "")
        text = str(error.get("message", "")) if isinstance(error, dict) else str(error)
    except (ValueError, AttributeError, RecursionError):
        pass
    text = without(text, secret)
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return redact(shown[:SHOWN])


def _retry_after(headers: Message) -> float:
    """Seconds that the server asks to wait, given as a number or as a date; 0 where it does not say."""
    value = headers.get("Retry-After", "") or ""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return 0.0
