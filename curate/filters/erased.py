"""The filter that keeps erased documents from coming back."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from ...core import InputError, sha256_file
from ..base import FILTERS, Decision, Judgement
from ..erasure import ErasureList, read_list

ABSENT = "absent"
_EVIDENCE = {
    "content": "the erasure list names this content",
    "near-copy": "8-word shingles of one erased document",
    "string": "occurrences of erased strings",
}


@dataclass(frozen=True, slots=True)
class Erased:
    """Removes what an erasure list names; see :func:`erased`. ``digest`` is the SHA-256 of the list."""

    name: str
    digest: str
    private: bool
    _path: str
    _key: str | None

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A removal for each document that the list names."""
        if self.digest == ABSENT:
            raise InputError(
                f"erased: {self._path}: no such erasure list; 'headwater erase' writes one into its release"
            )
        return judge_by(_list(self._path, self._key, self.digest), batch)


def judge_by(known: ErasureList, batch: pa.RecordBatch) -> Judgement:
    """A removal for each document that the list names; the evidence quotes nothing of it."""
    ids = batch.column("id").to_pylist()
    return Judgement(
        tuple(
            Decision(ids[hit.row], "removed", hit.rule, hit.measured, hit.limit, _EVIDENCE[hit.rule])
            for hit in known.hits(batch)
        )
    )


@lru_cache(maxsize=4)
def _list(path: str, key: str | None, digest: str) -> ErasureList:
    return read_list(Path(path), Path(key) if key else None)


@FILTERS.register("erased", source="Chowdhery et al. 2022, PaLM, section 8 (70 % of the 8-grams)")
def erased(path: str, key: str | None = None) -> Erased:
    """Remove what an erasure list names: documents that were erased, near copies of them, and a subject's strings.

    ``path`` is the ``erasure-list.json`` of a release of ``headwater erase``, ``key`` the file of its key (left out:
    the file beside the release). Rules: ``content`` (the same content, as read or as it is now, or the same words),
    ``near-copy`` (``measured``: the share of an erased document's 8-word shingles, ``limit`` 0.7) and ``string``
    (``measured``: occurrences). Of what is removed only the hash is kept.
    """
    digest = sha256_file(Path(path)) if Path(path).is_file() else ABSENT
    return Erased("erased", digest, True, path, key)
