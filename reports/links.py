"""Which addresses from the corpus may become links."""

import re
from urllib.parse import urlsplit

from .hidden import HIDDEN

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]{1,2000}")


def safe_url(address: str) -> str:
    """The address where it is plain http or https with a host and without credentials; otherwise an empty string."""
    if not _ADDRESS.fullmatch(address) or HIDDEN.search(address):
        return ""
    try:
        parts = urlsplit(address)
        return address if parts.hostname and "@" not in parts.netloc else ""
    except ValueError:
        return ""
