"""Values that the Hugging Face Hub knows, for the metadata of cards; other values it would refuse or not show."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from ..hidden import visible

LICENCES = frozenset(
    [
        "apache-2.0",
        "mit",
        "openrail",
        "bigscience-openrail-m",
        "creativeml-openrail-m",
        "bigscience-bloom-rail-1.0",
        "bigcode-openrail-m",
        "afl-3.0",
        "artistic-2.0",
        "bsl-1.0",
        "bsd",
        "bsd-2-clause",
        "bsd-3-clause",
        "bsd-3-clause-clear",
        "c-uda",
        "cc",
        "cc0-1.0",
        "cc-by-2.0",
        "cc-by-2.5",
        "cc-by-3.0",
        "cc-by-4.0",
        "cc-by-sa-3.0",
        "cc-by-sa-4.0",
        "cc-by-nc-2.0",
        "cc-by-nc-3.0",
        "cc-by-nc-4.0",
        "cc-by-nd-4.0",
        "cc-by-nc-nd-3.0",
        "cc-by-nc-nd-4.0",
        "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0",
        "cc-by-nc-sa-4.0",
        "cdla-sharing-1.0",
        "cdla-permissive-1.0",
        "cdla-permissive-2.0",
        "wtfpl",
        "ecl-2.0",
        "epl-1.0",
        "epl-2.0",
        "etalab-2.0",
        "eupl-1.1",
        "eupl-1.2",
        "agpl-3.0",
        "gfdl",
        "gpl",
        "gpl-2.0",
        "gpl-3.0",
        "lgpl",
        "lgpl-2.1",
        "lgpl-3.0",
        "isc",
        "h-research",
        "intel-research",
        "lppl-1.3c",
        "ms-pl",
        "mpl-2.0",
        "odc-by",
        "odbl",
        "openmdw-1.0",
        "osl-3.0",
        "postgresql",
        "ofl-1.1",
        "ncsa",
        "unlicense",
        "zlib",
        "pddl",
    ]
)
SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
         (10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"), (10**11, "10B<n<100B"),
         (10**12, "100B<n<1T"))  # fmt: skip
TASKS = {"text": "text-generation", "image": "unconditional-image-generation"}
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?")
LANGUAGE = re.compile(r"[a-z]{2,3}")
ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]{1,2000}")


def size_category(documents: int) -> str:
    """The Hub's class of size.

    >>> size_category(999), size_category(1_000), size_category(34_082)
    ('n<1K', '1K<n<10K', '10K<n<100K')
    """
    return next((name for bound, name in SIZES if documents < bound), "n>1T")


def licence(stated: str | None) -> dict[str, str]:
    """The keys for a licence: the Hub's id, or ``other`` with its name; ``unknown`` where none is stated."""
    if not stated:
        return {"license": "unknown"}
    if stated.lower() in LICENCES:
        return {"license": stated.lower()}
    slug = re.sub(r"[^a-z0-9.]+", "-", stated.lower())[:60].strip("-.") or "see-card"
    link = {"license_link": stated} if ADDRESS.fullmatch(stated) else {}
    return {"license": "other", "license_name": slug, **link}


def languages(found: Iterable[str]) -> list[str]:
    """Language codes that have the form of ISO 639, each once, in their order."""
    return list(dict.fromkeys(code for code in found if LANGUAGE.fullmatch(code)))


def names(found: Iterable[str]) -> list[str]:
    """Names that can be those of a repository on the Hub."""
    return [name for name in found if NAME.fullmatch(name)]


def front_matter(values: Mapping[str, Any]) -> str:
    """The YAML block of a card. Each text is one line of visible characters, so that none can end the block."""
    kept = {name: value for name, value in values.items() if value not in (None, [], {}, "")}
    text = yaml.safe_dump(_one_line(kept), sort_keys=False, allow_unicode=True, width=1_000_000)
    return f"---\n{text}---\n"


def _one_line(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(visible(value).split())
    if isinstance(value, Mapping):
        return {_one_line(key): _one_line(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_one_line(each) for each in value]
    return value
