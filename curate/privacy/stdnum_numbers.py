"""More countries' numbers, where python-stdnum is installed (LGPL-2.1-or-later; extra ``ids``)."""

import importlib
import re
from functools import cache
from typing import Any

# Module of stdnum, and the words that announce the number in its country or abroad.
_MODULES = {
    "ar.cuit": "cuit|cuil",
    "au.tfn": "tfn|tax file number",
    "bg.egn": "egn",
    "cl.rut": "rut",
    "co.nit": "nit",
    "cz.rc": "rodn\\S*",
    "ec.ci": "c\\S{1,2}dula",
    "ee.ik": "isikukood",
    "gr.amka": "amka",
    "hr.oib": "oib",
    "ie.pps": "ppsn?|pps (?:no|number)",
    "il.idnr": "teudat zehut|israeli id",
    "is_.kennitala": "kennitala",
    "kr.rrn": "rrn|resident registration",
    "lt.asmens": "asmens kodas",
    "lv.pk": "personas kods",
    "mx.curp": "curp",
    "my.nric": "nric|mykad",
    "nz.ird": "ird",
    "pt.nif": "nif|contribuinte",
    "ro.cnp": "cnp",
    "si.emso": "emso|em\\S{1,2}o",
    "sk.rc": "rodn\\S*",
    "th.pin": "thai id",
    "tr.tckimlik": "tckn|kimlik\\S*|tc no",
    "ua.rntrc": "rntrc",
}
_WORDS = {
    name: re.compile(rb"(?:\b|_)(?i:" + words.encode("latin-1") + rb")(?:\b|_|\Z)") for name, words in _MODULES.items()
}
_ANY = re.compile(rb"|".join(pattern.pattern for pattern in _WORDS.values()))
_VALUE = re.compile(rb"[0-9A-Z](?:[ .\-/]?[0-9A-Z]){7,19}")


def end_of_number(before: bytes, data: bytes, start: int) -> int | None:
    """Where a number that a word of its country announces ends, or None; None as well without python-stdnum."""
    if not _ANY.search(before):
        return None
    found = _VALUE.match(data, start, start + 40)
    if found is None:
        return None
    for name, words in _WORDS.items():
        if not words.search(before) or (module := _module(name)) is None:
            continue
        for value in _shrinking(found.group()):
            if module.is_valid(value.decode("ascii")):
                return start + len(value)
    return None


def _shrinking(value: bytes) -> list[bytes]:
    """The value, and what is left of it without its last words."""
    ends = [place for place, byte in enumerate(value) if byte == 0x20]
    return [value, *(value[:end] for end in reversed(ends))][:4]


@cache
def _module(name: str) -> Any:
    try:
        return importlib.import_module(f"stdnum.{name}")
    except ImportError:
        return None
