"""Text that cannot deceive: characters that a reader would not see become visible marks.

Corpus text may hold direction overrides, zero-width characters, tag characters or towers of combining marks. They are
kept as evidence, but shown by their code point: ``⟨U+202E⟩``.
"""

import re

_SYMBOL = "\u203c-\u3299\U0001f000-\U0001faff"
_ALWAYS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0e"
    "\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
# An emoji is often several code points glued by U+200D and U+FE0F; there they are what the reader expects.
_GLUE = rf"(?<![{_SYMBOL}#*0-9])\ufe0f|(?<![{_SYMBOL}\ufe0f])\u200d|\u200d(?![{_SYMBOL}])"
HIDDEN = re.compile(rf"(?:[{_ALWAYS}]|{_GLUE})+")
_COMBINING = "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
TOWER = re.compile(rf"([{_COMBINING}]{{3}})([{_COMBINING}]+)")
RUN = 6


def visible(text: str) -> str:
    """``text`` with a mark in place of everything hidden. Long runs of hidden characters are counted, not spelled out.

    >>> visible("user\\u202eexe.txt")
    'user⟨U+202E⟩exe.txt'
    """
    text = text.replace("\r\n", "\n")
    return TOWER.sub(_tower, HIDDEN.sub(_marks, text))


def _marks(match: re.Match[str]) -> str:
    run = match.group()
    more = f"⟨+{len(run) - RUN} hidden⟩" if len(run) > RUN else ""
    return "".join(f"⟨U+{ord(character):04X}⟩" for character in run[:RUN]) + more


def _tower(match: re.Match[str]) -> str:
    return f"{match.group(1)}⟨+{len(match.group(2))} combining⟩"
