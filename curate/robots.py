"""Robots exclusion (RFC 9309): which paths a host keeps from which user agents. Nothing is fetched.

``urllib.robotparser`` knows neither stars nor the longest match and opens the network, and parsers that turn a rule
into a backtracking regular expression let a hostile file take any time; so the two pages of RFC 9309 stand here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

from .wildcards import matches

LIMIT = 500 * 1024  # bytes that a crawler must read (RFC 9309, section 2.5)
LONGEST_RULE = 2_000
MOST_RULES = 5_000
_LINE = re.compile(r"\s*([A-Za-z-]{1,20})\s*:\s*([^#]*)")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_SAFE = "/%:@!$&'()*+,;=-._~?"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a group: ``pattern`` is percent-encoded, ``allow`` is False for Disallow."""

    allow: bool
    pattern: str
    line: str


@dataclass(frozen=True, slots=True)
class Robots:
    """The groups of a robots.txt: user agents in lower case, and their rules in order."""

    groups: tuple[tuple[frozenset[str], tuple[Rule, ...]], ...]

    def agents(self) -> frozenset[str]:
        """Every user agent that the file names."""
        return frozenset().union(*(agents for agents, _ in self.groups))

    def rule_for(self, agent: str, path: str) -> Rule | None:
        """The rule that decides on a path: the longest that fits, Allow before Disallow; None where none fits.

        All groups of the agent count as one; without one, those of ``*`` (sections 2.2.1 and 2.2.2).
        """
        own = [rules for agents, rules in self.groups if agent.lower() in agents]
        wild = [rules for agents, rules in self.groups if "*" in agents]
        target = encode(path)
        fitting = [rule for rules in own or wild for rule in rules if _fits(rule.pattern, target)]
        return max(fitting, key=lambda rule: (len(rule.pattern), rule.allow), default=None)


def parse_robots(content: bytes | str) -> Robots:
    """The groups of a file; lines that are none of RFC 9309's are passed over, whatever they hold."""
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    text = raw[:LIMIT].decode("utf-8-sig", "replace")
    groups: list[tuple[frozenset[str], tuple[Rule, ...]]] = []
    agents: list[str] = []
    rules: list[Rule] = []
    count, open_for_agents = 0, False
    for line in re.split(r"\r\n|\r|\n", text):
        found = _LINE.match(line)
        key, value = (found[1].lower(), found[2].strip()) if found else ("", "")
        if key == "user-agent":
            if not open_for_agents:
                groups.append((frozenset(agents), tuple(rules)))
                agents, rules = [], []
            open_for_agents = True
            agents.append(_product(value))
        elif key in ("allow", "disallow"):
            open_for_agents = False
            if agents and value[:1] in ("/", "*", "$") and len(value) <= LONGEST_RULE and count < MOST_RULES:
                rules.append(Rule(key == "allow", encode(value), line.strip()[:200]))
                count += 1
    groups.append((frozenset(agents), tuple(rules)))
    return Robots(tuple((names, found_rules) for names, found_rules in groups if names))


def path_of(url: str) -> tuple[str, str]:
    """Host in lower case, and path with query; ("", "") for what is no address of the web."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return "", ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return "", ""
    return host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def encode(path: str) -> str:
    """A path in one spelling: percent-encoded UTF-8, but for what needs no encoding (section 2.2.2).

    >>> encode("/caf\u00e9/%7Ejoe?x=a b")
    '/caf%C3%A9/~joe?x=a%20b'
    """
    kept = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", path)
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", kept)
    return "".join(_escape(piece) if place % 2 else quote(piece, safe=_SAFE) for place, piece in enumerate(pieces))


def refusals(robots: Robots, agents: Sequence[str], path: str) -> list[tuple[str, Rule]]:
    """The agents, in the given order, that may not fetch the path, each with the rule that says so."""
    judged = ((agent, robots.rule_for(agent, path)) for agent in agents)
    return [(agent, rule) for agent, rule in judged if rule is not None and not rule.allow]


def _escape(code: str) -> str:
    byte = unquote_to_bytes(code)
    plain = byte.decode("latin-1")
    return plain if plain.isascii() and (plain.isalnum() or plain in "-._~") else code.upper()


def _product(value: str) -> str:
    if value.startswith("*"):
        return "*"
    found = _TOKEN.match(value)
    return found[0].lower() if found else ""


def _fits(pattern: str, path: str) -> bool:
    end = pattern.endswith("$")
    return matches(pattern[:-1] if end else pattern, path, anchored=end)
