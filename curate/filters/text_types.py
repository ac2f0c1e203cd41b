"""A guess at the type of a text: prose, technical text or code. Thresholds belong to a type."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .text_lines import numbers, split_lines, totals

TYPES = ("prose", "technical", "code")
CODE_SHARE, TECHNICAL_SHARE = 0.3, 0.2
_CODE = (
    r"[{};]$|^[\s]*(?:def|class|import|from|return|elif|else|try|except|raise|with|assert|yield|public|private|static"
    r"|void|func|fn|let|var|const|function|package|struct|enum|#include|#define|end)\b.*[:;{()]?$"
    r"|^[\s]*(?://|/\*|\*/|@[A-Za-z_])|^[\s]*[A-Za-z_][A-Za-z0-9_.\[\]]*(?:, *[A-Za-z_][A-Za-z0-9_]*)* *[-+*/|&]?= *\S"
    r"|[A-Za-z_][A-Za-z0-9_]*\(.*\)[:;{]?$|^[\s]*[\])}]+[,:;]?$|^[\s]*(?:if|for|while) .*[:{]$"
)
_MARKUP = (
    r"^[\s]*(?:[-*+\x{2022}] |[0-9]+[.)] |\.\. |:[A-Za-z]+|>>> |#+ |\||```|={3}|-{3}|~{3}|\$ )|^ {2,}\S|^\t"
    r"|``|`[A-Za-z_.]+`|[A-Za-z]\(\)|(?:^|\s)--?[a-z][a-z-]+|[a-z]_[a-z]|[a-z]\.[a-z]{2,4}(?:\s|$)"
    r"|^[A-Za-z_*][A-Za-z0-9_, *]* : "
)


def text_types(texts: pa.Array) -> np.ndarray:
    """The place in :data:`TYPES` of the likely type of each text: int64 of shape (n,).

    Code: at least 30 % of the filled lines look like statements. Technical: with those, at least 20 % carry markup,
    indentation, options or names with underscores. The guess is made line by line and is rough; the page of
    ``headwater calibrate`` says how often it is right.
    """
    lines = split_lines(texts)
    filled = np.maximum(totals(lines.filled, lines.borders), 1)
    code = numbers(pc.match_substring_regex(lines.lines, _CODE)) & lines.filled
    markup = numbers(pc.match_substring_regex(lines.lines, _MARKUP)) & lines.filled
    is_code = totals(code, lines.borders) / filled >= CODE_SHARE
    is_technical = totals(code | markup, lines.borders) / filled >= TECHNICAL_SHARE
    found: np.ndarray = np.where(is_code, 2, np.where(is_technical, 1, 0))
    return found
