"""FASTA: DNA, RNA and protein sequences, one document each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ...core import text_record
from ..base import SOURCES, Reject, Rejected, Source
from ..sequences import alphabet_of, invalid_letter
from .columns import LONGEST_ATTRIBUTE
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, open_input
from .lines import EVIDENCE_BYTES, LONGEST_LINE, Line, read_lines
from .provenance import declared_provenance

SUFFIXES = (".fasta", ".fa", ".fna", ".ffn", ".faa", ".frn", ".fas")
Alphabet = Literal["auto", "dna", "rna", "protein"]


@dataclass(slots=True)
class Entry:
    """A header and the sequence lines under it; ``size`` is the true number of letters, ``parts`` stop at the cap."""

    number: int
    header: str
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, line: Line, limit: int) -> None:
        """Put a line of letters at the end, without its blanks."""
        letters = b"".join(line.content.split())
        self.size += len(letters) if line.whole else line.size
        if self.size <= limit:
            self.parts.append(letters)


@SOURCES.register("fasta", source="Pearson and Lipman 1988, PNAS 85, 2444-2448; letters: IUPAC-IUB 1983 and 1985")
def fasta(
    path: Paths,
    alphabet: Alphabet = "auto",
    maximum_letters: int = 1_000_000,
    declared: Mapping[str, str] | None = None,
) -> Source:
    """FASTA files, also as .gz, .zst and .bz2: each sequence is a document, in capitals and without line breaks.

    ``path`` is a file, a folder (every .fasta, .fa, .fna, .ffn, .faa, .frn and .fas in it) or a pattern. ``alphabet``
    says what letters a sequence may have (``dna``, ``rna``, ``protein``), or ``auto``: told sequence by sequence.
    ``declared`` gives the provenance of every document. Attributes: ``sequence_id`` (the header up to the first blank),
    ``description`` (the rest) and ``alphabet``. A sequence with another letter, with gaps, without letters or of more
    than ``maximum_letters`` is rejected, and so are lines before the first header.
    """
    provenance = declared_provenance(declared)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        with open_input(file, advance) as chunks:
            for entry in _entries(read_lines(chunks, LONGEST_LINE), file, maximum_letters, reject):
                yield from _record(entry, file, alphabet, maximum_letters, provenance, reject)

    options = {"alphabet": alphabet, "maximum_letters": maximum_letters, "declared": provenance}
    return FileSource("fasta", find_files(path, SUFFIXES), read, options)


def _entries(lines: Iterable[Line], file: InputFile, limit: int, reject: Reject) -> Iterator[Entry]:
    entry: Entry | None = None
    told = False
    for line in lines:
        if line.content.startswith(b">"):
            if entry is not None:
                yield entry
            entry = Entry(line.number, line.content[1:].decode("utf-8", "replace").strip())
        elif line.content.startswith(b";") or not line.content.strip():
            continue  # a comment of the oldest form of FASTA
        elif entry is not None:
            entry.add(line, limit)
        elif not told:
            told = True
            evidence = "letters before the first line that starts with >"
            place = f"{file.name}:{line.number}"
            reject(Rejected(place, file.name, "no-header", evidence, content=line.content[:EVIDENCE_BYTES]))
    if entry is not None:
        yield entry


def _record(
    entry: Entry, file: InputFile, alphabet: str, limit: int, provenance: Mapping[str, str], reject: Reject
) -> Iterator[dict[str, Any]]:
    name, _, description = entry.header.partition(" ")
    locator = f"{file.name}:{entry.number}"
    content = b"".join(entry.parts)
    bad = Rejected(locator, file.name, "", "", content=content[:EVIDENCE_BYTES])
    sequence = content.upper().decode("latin-1")
    wrong = _fault(entry, sequence, alphabet, limit, bad)
    if wrong is not None:
        reject(wrong)
        return
    stored = {
        "sequence_id": name[:LONGEST_ATTRIBUTE],
        "description": description.strip()[:LONGEST_ATTRIBUTE] or None,
        "alphabet": alphabet if alphabet != "auto" else alphabet_of(sequence),
    }
    yield text_record(sequence, locator, **{"source": file.name, **provenance}, attributes=stored)


def _fault(entry: Entry, sequence: str, alphabet: str, limit: int, bad: Rejected) -> Rejected | None:
    if entry.size > limit:
        evidence = "longer than a sequence may be; see maximum_letters"
        return replace(bad, rule="sequence-too-long", evidence=evidence, measured=entry.size, limit=limit)
    if not sequence:
        return replace(bad, rule="empty-sequence", evidence="a header without letters under it")
    if "-" in sequence or "." in sequence:
        return replace(bad, rule="gap", evidence="gaps stand in alignments; take them out of the sequences first")
    known = alphabet if alphabet != "auto" else alphabet_of(sequence)
    found = invalid_letter(sequence, known or "protein")
    if found is None and known:
        return None
    if found is None:
        return replace(bad, rule="invalid-letter", evidence="T and U in one sequence of nucleotides")
    place, letter = found
    shown = repr(letter) if letter.isascii() and letter.isprintable() else f"character {ord(letter)}"
    told = f"{shown} at letter {place} is none of {'any alphabet' if alphabet == 'auto' else alphabet}"
    return replace(bad, rule="invalid-letter", evidence=told, measured=place)
