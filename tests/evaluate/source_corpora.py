"""Corpora of several named sources, for tests of what names the source that carries something."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headwater.core import Corpus, CorpusWriter, Finding, record_batch, text_record
from headwater.evaluate import Subject


def corpus_of(folder: Path, **sources: Sequence[str]) -> Corpus:
    """Documents by source; each is one text."""
    named = [(name, i, text) for name, texts in sources.items() for i, text in enumerate(texts)]
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"{name}:{i}", name) for name, i, text in named]))
    return Corpus(folder)


def subject(folder: Path, model: Any = None, sets: Path | None = None, **sources: Sequence[str]) -> Subject:
    """A run folder with such a corpus."""
    return Subject(folder, corpus_of(folder / "corpus", **sources), model, sets=sets)


def sources_of(run: Subject, finding: Finding) -> list[str]:
    """The sources of the documents that a finding names: a new entry wherever the source changes."""
    rows = run.corpus.documents(finding.document_ids)
    found = [str(rows[name]["source"]) for name in finding.document_ids]
    return [source for place, source in enumerate(found) if place == 0 or source != found[place - 1]]
