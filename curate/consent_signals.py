"""What authors and hosts say of the use of their works for AI, read from what was stored with a document.

A signal is a statement with a stance: ``refused``, ``allowed`` or ``none`` (it was looked at and says nothing of AI).
What was never looked at gives no signal. Sources: RFC 9309 (robots.txt); the directives noai and noimageai (DeviantArt
2022); TDM Reservation Protocol (W3C Community Group, 2024); ai.txt (Spawning 2023); C2PA 1.4 and CAWG 1.0, assertion
training-mining; PLUS and IPTC, property Data Mining (2023); Content Signals (Cloudflare 2025) and IETF AI Preferences
(Content-Usage).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .robots import Robots, encode, refusals
from .wildcards import matches

Stance = Literal["refused", "allowed", "none"]
REFUSED, ALLOWED, NONE = "refused", "allowed", "none"
# Crawlers that their operators publish for the collection of training data, November 2026.
AI_AGENTS = (
    "AI2Bot",
    "Amazonbot",
    "anthropic-ai",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "cohere-ai",
    "Diffbot",
    "FacebookBot",
    "Google-Extended",
    "GPTBot",
    "img2dataset",
    "meta-externalagent",
    "omgili",
    "PanguBot",
    "Timpibot",
)
LONGEST_VALUE = 200
LOCATIONS = 5_000
_ROBOTS = frozenset({"robots", "meta_robots", "robots_meta", "x_robots_tag", "http_x_robots_tag"})
_TDM = frozenset({"tdm_reservation", "meta_tdm_reservation", "http_tdm_reservation"})
_PREFERENCE = {"content_signal": ("ai-train", "no", "yes"), "content_usage": ("train-ai", "n", "y")}
_PLUS = "plus_data_mining"
# PLUS vocabulary of the property Data Mining, IPTC Photo Metadata 2023.1; every other value but these two refuses AI.
_PLUS_STANCE: dict[str, Stance] = {"DMI-ALLOWED": "allowed", "DMI-UNSPECIFIED": "none"}
_C2PA = re.compile(r"(?:c2pa|cawg)_(?:ai_generative_training|ai_training|data_mining)")
_C2PA_STANCE: dict[str, Stance] = {"notallowed": "refused", "constrained": "refused", "allowed": "allowed"}
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


@dataclass(frozen=True, slots=True)
class Signal:
    """``source`` says where it stood (``robots.txt``, ``tdmrep.json``, an attribute), ``value`` what stood there."""

    source: str
    value: str
    stance: Stance


@dataclass(frozen=True, slots=True)
class Location:
    """One rule of a tdmrep.json: a pattern of paths, and whether mining is reserved."""

    pattern: str
    reserved: bool


@dataclass(frozen=True, slots=True)
class HostRecord:
    """What was stored of one host: its files as they were at ``collected``."""

    collected: str
    robots: Robots | None = None
    ai_txt: Robots | None = None
    tdmrep: tuple[Location, ...] | None = None


def attribute_signals(
    attributes: Sequence[tuple[str, str]], modality: str, agents: Sequence[str], noindex: bool = False
) -> Iterator[Signal]:
    """The signals among the attributes of a document: meta tags and headers that its collector wrote down."""
    for key, value in attributes:
        name = re.sub(r"[^a-z0-9]+", "_", key.lower()).strip("_")
        place, shown = name.replace("_", "-"), value[:LONGEST_VALUE]
        if name in _ROBOTS:
            yield Signal(place, shown, _directives(value, modality, agents, noindex))
        elif name in _TDM:
            yield Signal(place, shown, _reservation(value))
        elif name in _PREFERENCE:
            yield Signal(place, shown, _preference(value, *_PREFERENCE[name]))
        elif name == _PLUS:
            word = value.strip().rpartition("/")[2].upper()
            yield Signal(
                "plus.data-mining", shown, _PLUS_STANCE.get(word, "refused" if word.startswith("DMI-") else "none")
            )
        elif _C2PA.fullmatch(name):
            yield Signal(
                name.replace("_", ".", 1), shown, _C2PA_STANCE.get(value.strip().lower().replace("_", ""), "none")
            )


def host_signals(record: HostRecord, path: str, agents: Sequence[str]) -> Iterator[Signal]:
    """The signals in the stored files of the document's host for its path."""
    for name, rules in (("robots.txt", record.robots), ("ai.txt", record.ai_txt)):
        if rules is not None:
            refused = refusals(rules, agents if name == "robots.txt" else (*agents, "*"), path)
            told = (
                f"{', '.join(agent for agent, _ in refused)}: {refused[0][1].line}" if refused else "no rule against AI"
            )
            yield Signal(name, told[:LONGEST_VALUE], "refused" if refused else "none")
    if record.tdmrep is not None:
        yield _located(record.tdmrep, path)


def parse_tdmrep(text: str) -> tuple[Location, ...]:
    """The rules of a tdmrep.json; raises ValueError with the reason where the file is none."""
    found = json.loads(text)
    if not isinstance(found, list) or len(found) > LOCATIONS:
        raise ValueError(f"must be a list of at most {LOCATIONS} rules")
    rules = []
    for number, entry in enumerate(found, 1):
        if not isinstance(entry, Mapping) or not isinstance(entry.get("location"), str):
            raise ValueError(f"rule {number} has no location")
        reserved = entry.get("tdm-reservation")
        if type(reserved) is not int or reserved not in (0, 1):
            raise ValueError(f"rule {number}: tdm-reservation must be 0 or 1")
        rules.append(Location(encode(entry["location"]), reserved == 1))
    return tuple(rules)


def overall(signals: Sequence[Signal]) -> str:
    """``refused`` where any signal refuses, else ``allowed`` where one allows, else ``none``; or ``unknown``."""
    stances = {signal.stance for signal in signals}
    return next((stance for stance in (REFUSED, ALLOWED, NONE) if stance in stances), "unknown")


def _directives(value: str, modality: str, agents: Sequence[str], noindex: bool) -> Stance:
    refusing = {"noai", "noml"} | ({"noimageai"} if modality == "image" else set())
    refusing |= {"noindex", "none"} if noindex else set()
    known = {agent.lower() for agent in agents}
    applies = True
    for piece in value.lower().split(","):
        head, colon, rest = (part.strip() for part in piece.partition(":"))
        if colon and head not in _WITH_VALUE:
            applies, head = head in known or head == "*", rest
        if applies and head in refusing:
            return "refused"
    return "none"


def _reservation(value: str) -> Stance:
    return {"1": "refused", "0": "allowed"}.get(value.strip(), "none")  # type: ignore[return-value]


def _preference(value: str, key: str, no: str, yes: str) -> Stance:
    for piece in re.split(r"[,;]", value.lower()):
        name, _, choice = (part.strip() for part in piece.partition("="))
        if name == key:
            return "refused" if choice == no else "allowed" if choice == yes else "none"
    return "none"


def _located(rules: Sequence[Location], path: str) -> Signal:
    """The longest pattern that fits decides, and of equally long ones the reservation."""
    target = encode(path)
    fitting = [rule for rule in rules if _fits(rule.pattern, target)]
    if not fitting:
        return Signal("tdmrep.json", "no location fits", "none")
    rule = max(fitting, key=lambda one: (len(one.pattern), one.reserved))
    told = f"{rule.pattern}: tdm-reservation {int(rule.reserved)}"
    return Signal("tdmrep.json", told[:LONGEST_VALUE], "refused" if rule.reserved else "allowed")


def _fits(pattern: str, path: str) -> bool:
    end = pattern.endswith("$")
    return matches(pattern[:-1] if end else pattern, path, anchored=end)
