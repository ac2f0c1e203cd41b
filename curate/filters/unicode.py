"""The filter that repairs broken text, and counts what is hidden in it."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import ftfy
import ftfy.chardata
import pyarrow as pa
import pyarrow.compute as pc

from ..base import FILTERS, Annotation, Decision, Judgement
from .text_column import text_column

ROUNDS = 4
_SUSPECT = r"[^\t\n\f -~]"
_LINE_BREAKS = re.compile("\r\n|[\r\u2028\u2029\u0085]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufff9-\ufffb]")
_TERMINAL_ESCAPES = re.compile("\x1b\\[[0-9;]{0,40}[A-Za-z]")
_HIDDEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0]"
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TAGS = re.compile("[\U000e0000-\U000e007f\U000e0100-\U000e01ef]")
_COUNTED = (("hidden-characters", _HIDDEN), ("bidi-controls", _BIDI), ("tag-characters", _TAGS))


@dataclass(frozen=True, slots=True)
class Unicode:
    """Repairs each text that is not plain ASCII; see :func:`unicode`."""

    name: str
    mojibake: bool
    controls: bool
    normalise: bool

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """An edit for each text that changed; annotations count hidden and bidirectional control characters."""
        texts = text_column(batch, self.name)
        suspects = pc.match_substring_regex(texts, _SUSPECT)
        ids, texts = batch.column("id").filter(suspects).to_pylist(), texts.filter(suspects)
        broken = pc.match_substring_regex(texts, _may_be_broken()).to_pylist()
        decisions: list[Decision] = []
        annotations: list[Annotation] = []
        edits: dict[str, str] = {}
        for name, text, doubtful in zip(ids, texts.to_pylist(), broken, strict=True):
            if not doubtful and unicodedata.is_normalized("NFC", text):
                continue
            repaired, rules, dropped = self._repair(text)
            if repaired != text:
                edits[name] = repaired
                decisions.append(_decision(name, rules, dropped))
            annotations += _hidden(name, repaired)
        return Judgement(tuple(decisions), edits, tuple(annotations))

    def _repair(self, text: str) -> tuple[str, list[str], int]:
        """The repaired text, the rules that changed it, and how many control characters were dropped."""
        rules: dict[str, None] = {}
        dropped = 0
        for _ in range(ROUNDS):
            before = text
            for rule, repair in self._repairs():
                changed = repair(text)
                if changed != text:
                    rules[rule] = None
                    dropped += len(text) - len(changed) if rule == "control-characters" else 0
                    text = changed
            if text == before:
                break
        return text, list(rules), dropped

    def _repairs(self) -> list[tuple[str, Callable[[str], str]]]:
        wanted = (self.mojibake, self.controls, self.controls, self.normalise)
        return [pair for pair, on in zip(_REPAIRS, wanted, strict=True) if on]


def fix_mojibake(text: str) -> str:
    """Text that was decoded with the wrong encoding, decoded with the right one, line by line."""
    suspect = _may_be_mojibake().search
    if not suspect(text):
        return text
    lines = text.splitlines(keepends=True)
    return "".join(line if line.isascii() or not suspect(line) else ftfy.fix_encoding(line) for line in lines)


@cache
def _may_be_mojibake() -> re.Pattern[str]:
    """What stands in every text that ftfy can decode anew: a test fifty times faster than its own.

    The first byte of a UTF-8 sequence and one that goes on, both as any of ftfy's encodings show them. A byte that goes
    on may have been lost (U+FFFD, question mark) or, where it was a no-break space, have become a space.
    """
    first, more = _shown(range(0xC2, 0xF5)), _shown(range(0x80, 0xC0))
    short = _shown([*range(0xC2, 0xE0), 0xE2, 0xE3, 0xF0], but="macroman")
    lost = "\x1a\ufffd"
    return re.compile(f"[{first}][{more}{lost}]|[{first}] [ {more}]|[{short}][ ?]|[\x80-\x9f]")


@cache
def _may_be_broken() -> str:
    """What stands in every text that is not NFC alone to mend, or that holds something to count: for whole columns."""
    counted = (pattern for _, pattern in _COUNTED)
    return "|".join(found.pattern for found in (_may_be_mojibake(), _LINE_BREAKS, _CONTROLS, *counted))


def _shown(values: Iterable[int], but: str = "") -> str:
    """The characters that these bytes become, escaped for a character class."""
    names = [name for name in ftfy.chardata.CHARMAP_ENCODINGS if name != but]
    found = {character for name in names for character in bytes(values).decode(name, "ignore")}
    return re.escape("".join(sorted(found)))


def fix_line_breaks(text: str) -> str:
    """Every line break as a line feed."""
    return _LINE_BREAKS.sub("\n", text)


def drop_controls(text: str) -> str:
    """Text without NUL, other control characters and terminal escapes; tab, line feed and form feed stay."""
    return _CONTROLS.sub("", _TERMINAL_ESCAPES.sub("", text))


def compose(text: str) -> str:
    """Unicode normalisation form C."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


Repair = Callable[[str], str]
_REPAIRS: tuple[tuple[str, Repair], ...] = (
    ("mojibake", fix_mojibake),
    ("line-breaks", fix_line_breaks),
    ("control-characters", drop_controls),
    ("normalisation", compose),
)


def _decision(name: str, rules: list[str], dropped: int) -> Decision:
    evidence = f"{dropped} control characters dropped" if dropped else ""
    return Decision(name, "edited", ", ".join(rules), float(dropped) if dropped else None, None, evidence)


def _hidden(name: str, text: str) -> list[Annotation]:
    if text.isascii():
        return []
    counts = [(label, len(pattern.findall(text))) for label, pattern in _COUNTED]
    return [Annotation(name, label, score=float(count)) for label, count in counts if count]


@FILTERS.register("unicode", source="Speer, ftfy; Unicode Standard Annex 15 (NFC)")
def unicode(mojibake: bool = True, controls: bool = True, normalise: bool = True) -> Unicode:
    """Repair text: undo mojibake, drop NUL and control characters, unify line breaks, compose (NFC).

    Action ``edited``; the rule names what changed: ``mojibake``, ``line-breaks``, ``control-characters``,
    ``normalisation``. Quotes, ligatures and HTML entities stay as they are, because in technical text they are content.
    Hidden, bidirectional and tag characters stay too (some scripts need them) and are counted as annotations.
    Plain ASCII without control characters is recognised for whole columns at once and costs nothing more.
    """
    return Unicode("unicode", mojibake, controls, normalise)
