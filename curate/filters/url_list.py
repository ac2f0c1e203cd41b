"""Lists of domains and addresses, looked up by domain suffix."""

from collections.abc import Iterator
from dataclasses import dataclass

from .word_list import read_entries

_MOST_LABELS = 20


@dataclass(frozen=True, slots=True)
class UrlList:
    """Domains, and paths below hosts. ``paths`` maps a host to its path prefixes."""

    domains: frozenset[str]
    paths: dict[str, tuple[str, ...]]

    def entry_for(self, host: str, path: str) -> str:
        """The entry that an address falls under, or ""."""
        for domain in _suffixes(host):
            if domain in self.domains:
                return domain
            for prefix in self.paths.get(domain, ()):
                if path == prefix or path.startswith(prefix if prefix.endswith("/") else f"{prefix}/"):
                    return f"{domain}{prefix}"
        return ""


def host_of(name: str) -> str:
    """A host name lower-cased, without the last dot, international letters in their ASCII form where they have one.

    >>> host_of("Bücher.EXAMPLE.")
    'xn--bcher-kva.example'
    """
    lowered = name.lower().strip(".")
    if lowered.isascii():
        return lowered
    try:
        return lowered.encode("idna").decode("ascii")
    except UnicodeError:
        return lowered


def read_urls(path: str, option: str) -> tuple[UrlList, str]:
    """A list from a file with an entry a line, and the SHA-256 of its bytes; ``http://`` and ``*.`` may lead one."""
    entries, digest = read_entries(path, option)
    domains: set[str] = set()
    paths: dict[str, set[str]] = {}
    for entry in entries:
        host, slash, rest = entry.split("://", 1)[-1].removeprefix("*.").partition("/")
        host = host_of(host.rsplit("@", 1)[-1].split(":", 1)[0])
        if rest:
            paths.setdefault(host, set()).add(slash + rest)
        elif host:
            domains.add(host)
    return UrlList(frozenset(domains), {host: tuple(sorted(found)) for host, found in sorted(paths.items())}), digest


def _suffixes(host: str) -> Iterator[str]:
    labels = host.split(".")[-_MOST_LABELS:]
    for start in range(len(labels)):
        yield ".".join(labels[start:])
