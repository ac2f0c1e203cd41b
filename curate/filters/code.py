"""The filter on source files: language, own licence, secrets, and what no person wrote."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import pyarrow as pa

from ...core import UNKNOWN, Cell, Exhibit, Table
from ..base import FILTERS, Action, Annotation, Decision, Judgement
from ..code_languages import LANGUAGES, code_language
from ..code_signs import contradicts, header_licence, is_generated, is_minified, is_vendored, python_error
from ..licences import normalise_licence
from ..privacy import find_personal_data, redact_spans
from .text_column import ids_of, text_column

PATH_KEYS = ("path", "file_path", "filepath", "filename", "file_name", "max_stars_repo_path")
SIGNS = ("secret", "licence-header", "generated", "minified", "vendored", "syntax-error")
LANGUAGE, LICENCE = "code.language", "code.licence"
_ACTIONS: dict[str, Action] = {"quarantine": "quarantined", "remove": "removed", "redact": "edited"}

Choice = Literal["annotate", "quarantine", "remove"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one source file. ``signs`` maps what was found to its evidence; spans are secrets."""

    language: str
    licence: str = UNKNOWN
    signs: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Judges source files; see :func:`code`. ``actions`` are in the order of :data:`SIGNS`."""

    name: str
    actions: tuple[str, ...]
    adopt_licence: bool

    @property
    def private(self) -> bool:
        """Whether what the step takes out may hold secrets, so that only its hash is kept."""
        return self.actions[0] in ("quarantine", "remove")

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """Attributes and annotations for each source file, and a decision for each that an action concerns."""
        texts = text_column(batch, self.name).to_pylist()
        columns = (batch.column(key).to_pylist() for key in ("attributes", "url", "licence"))
        rows = [
            (row or [], self._facts(file_name(row or (), url), text, declared or UNKNOWN), declared)
            for text, row, url, declared in zip(texts, *columns, strict=True)
        ]
        decisions: list[Decision] = []
        edits: dict[str, str] = {}
        notes: list[Annotation] = []
        for name, text, (_, facts, _) in zip(ids_of(batch), texts, rows, strict=True):
            decision = self._decision(name, facts)
            if decision is not None:
                decisions.append(decision)
                if decision.action == "edited":
                    edits[name], _ = redact_spans(text, ("secret",), placeholders=False)
            notes += _annotations(name, facts)
        return Judgement(tuple(decisions), edits, tuple(notes), self._columns(batch, rows), _tallies(rows))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Source files by language, with what was found in them."""
        rows: list[tuple[Cell, ...]] = [
            (language, *(tallies.get(f"{sign} {language}", 0) for sign in ("documents", *SIGNS)))
            for language in LANGUAGES
            if tallies.get(f"documents {language}")
        ]
        rows.sort(key=lambda row: (-float(row[1] or 0), str(row[0])))
        columns = ("language", "documents", "with secrets", "licence differs", *SIGNS[2:])
        note = f"{tallies.get('no code', 0):,} documents are no source files, and were left alone."
        return (Table("code", "Source files by language", columns, tuple(rows), note),)

    def _facts(self, name: str, text: str, declared: str) -> Facts:
        language = code_language(name, text)
        if not language:
            return Facts("")
        own, stated = header_licence(text), normalise_licence(declared)
        secrets = tuple((span.start, span.end) for span in find_personal_data([text], ("secret",))[0] if span.valid)
        error = python_error(text) if language == "Python" and not name.endswith((".pyx", ".pxd")) else ""
        found = {
            "secret": f"{len(secrets)} secret{'s' * (len(secrets) > 1)}" if secrets else "",
            "licence-header": f"the file says {own}, declared is {stated}"[:200] if contradicts(own, stated) else "",
            "generated": "says that a program wrote it" if is_generated(name, text) else "",
            "minified": "lines as a minifier leaves them" if is_minified(name, text, language) else "",
            "vendored": "in a folder for other people's code" if is_vendored(name) else "",
            "syntax-error": error,
        }
        return Facts(language, own, {sign: told for sign, told in found.items() if told}, secrets)

    def _decision(self, name: str, facts: Facts) -> Decision | None:
        acted = [
            (sign, _ACTIONS[action])
            for sign, action in zip(SIGNS, self.actions, strict=True)
            if sign in facts.signs and action in _ACTIONS
        ]
        if not acted:
            return None
        # what takes the document out comes before what edits it
        sign, action = next((pair for pair in acted if pair[1] != "edited"), acted[0])
        also = [other for other in facts.signs if other != sign]
        evidence = facts.signs[sign] + (f"; also {', '.join(also)}" if also else "")
        measured = float(len(facts.secrets)) if sign == "secret" else 1.0
        return Decision(name, action, sign, measured, 0.0, evidence)

    def _columns(
        self, batch: pa.RecordBatch, rows: Sequence[tuple[list[tuple[str, str]], Facts, str | None]]
    ) -> dict[str, pa.Array]:
        written = [_with(row, facts) for row, facts, _ in rows]
        columns = {"attributes": pa.array(written, batch.schema.field("attributes").type)}
        if self.adopt_licence:
            adopted = [
                facts.licence if facts.licence != UNKNOWN and normalise_licence(declared) == UNKNOWN else declared
                for _, facts, declared in rows
            ]
            columns["licence"] = pa.array(adopted, pa.string())
        return columns


def file_name(attributes: Sequence[tuple[str, str]], url: str | None) -> str:
    """The path of the file that a document was: an attribute, the locator of a whole file, or the path of its url."""
    stored = {key.lower(): value for key, value in attributes}
    named = next((stored[key] for key in PATH_KEYS if stored.get(key)), "")
    if named:
        return named
    locator = stored.get("locator", "")
    tail = locator.rsplit(":", 1)[-1]
    if locator and not tail.isdigit():
        return locator
    try:
        return urlsplit(url or "").path
    except ValueError:
        return ""


def _annotations(name: str, facts: Facts) -> list[Annotation]:
    if not facts.language:
        return []
    found = [Annotation(name, f"code-language:{facts.language}")]
    found += [Annotation(name, "secret", start, end) for start, end in facts.secrets]
    return found + [Annotation(name, sign) for sign in facts.signs if sign != "secret"]


def _with(row: list[tuple[str, str]], facts: Facts) -> list[tuple[str, str]]:
    if not facts.language:
        return row
    kept = [(key, value) for key, value in row if key not in (LANGUAGE, LICENCE)]
    own = [(LICENCE, facts.licence)] if facts.licence != UNKNOWN else []
    return sorted([*kept, (LANGUAGE, facts.language), *own])


def _tallies(rows: Sequence[tuple[object, Facts, object]]) -> dict[str, int]:
    tallies: Counter[str] = Counter()
    for _, facts, _ in rows:
        tallies["no code"] += not facts.language
        if facts.language:
            tallies[f"documents {facts.language}"] += 1
            tallies.update(f"{sign} {facts.language}" for sign in facts.signs)
    return dict(sorted(tallies.items()))


@FILTERS.register(
    "code", source="SPDX tags; GitHub linguist (generated, minified, vendored); The Stack 2022; Python's ast"
)
def code(
    secrets: Literal["annotate", "redact", "quarantine", "remove"] = "redact",
    licence: Choice = "quarantine",
    generated: Choice = "annotate",
    minified: Choice = "annotate",
    vendored: Choice = "annotate",
    syntax: Choice = "annotate",
    adopt_licence: bool = True,
) -> Code:
    """Judge source files: language, licence header against the declared licence, secrets, generated and vendored code.

    The language is told by the name of the file (attribute ``path`` and its like, locator or address), its first line,
    or its content where it has no name; other documents are left alone. Each parameter says what to do with a file:
    ``secrets`` that holds credentials (``redact`` replaces them), ``licence`` whose own header states a licence that
    is not among the declared ones, ``generated`` that says a program wrote it, ``minified`` scripts and style sheets,
    ``vendored`` in a folder for other people's code, ``syntax`` Python that does not parse. ``adopt_licence`` takes
    the header's licence where none is known. Rules: ``secret``, ``licence-header``, ``generated``, ``minified``,
    ``vendored`` and ``syntax-error``.
    """
    return Code("code", (secrets, licence, generated, minified, vendored, syntax), adopt_licence)
