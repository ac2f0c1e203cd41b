"""The filter that clusters sequences by identity, keeps one of each cluster, and splits by cluster."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...core import Cell, Corpus, Exhibit, Progress, Table, UsageError, sha256
from ..base import FILTERS, Annotation, Decision, Judgement
from ..sequence_clusters import Clustering, Member
from ..sequences import ALPHABETS, alphabet_of
from .sequence_quality import stated_alphabets
from .text_column import ids_of, text_column

CLUSTER, TOO_LONG = "sequence-cluster", "sequence-too-long"


@dataclass(frozen=True, slots=True)
class SequenceIdentity:
    """Clusters the sequences of each alphabet; see :func:`sequence_identity`."""

    name: str
    threshold: float
    coverage: float
    both_strands: bool
    action: str
    maximum_length: int
    splits: tuple[tuple[str, float], ...]
    seed: int | None

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Decisions on all but the representative of each cluster, and annotations.

        Memory: all sequences, and a posting of four bytes for each word of each representative.
        """
        if corpus.modality != "text":
            raise UsageError(f"{self.name}: needs sequences as texts, not records of kind {corpus.modality!r}")
        ids, texts, alphabets = self._read(corpus, progress)
        members: dict[int, Member] = {}
        for alphabet in ALPHABETS:
            chosen = [place for place, found in enumerate(alphabets) if found == alphabet]
            clustering = Clustering(alphabet, self.threshold, self.coverage, self.both_strands)
            with progress.task(f"sequence identity: {alphabet}", len(chosen)) as task:
                found = clustering.run([texts[place] for place in chosen], task)
            members |= {
                chosen[one.sequence]: Member(chosen[one.sequence], chosen[one.representative], one.identity)
                for one in found
            }
        return self._judgement(ids, texts, alphabets, members)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Sequences and clusters by alphabet."""
        columns = ("alphabet", "sequences", "clusters", "in clusters of two and more", "largest cluster")
        keys = ("sequences", "clusters", "clustered", "largest")
        rows: list[tuple[Cell, ...]] = [
            (alphabet, *(tallies.get(f"{key} {alphabet}", 0) for key in keys))
            for alphabet in ALPHABETS
            if tallies.get(f"sequences {alphabet}")
        ]
        note = (
            f"{tallies.get('no sequence', 0):,} documents are no sequences and {tallies.get('too long', 0):,} are "
            f"longer than {self.maximum_length:,} letters: not compared. Identity at least {self.threshold:g}."
        )
        return (Table("sequence-identity", "Clusters of sequences", columns, tuple(rows), note),)

    def _read(self, corpus: Corpus, progress: Progress) -> tuple[list[str], list[str], list[str]]:
        ids: list[str] = []
        texts: list[str] = []
        alphabets: list[str] = []
        with progress.task("sequence identity: read", len(corpus)) as task:
            for batch in corpus.batches(["id", "text", "attributes"]):
                found, stated = text_column(batch, self.name).to_pylist(), stated_alphabets(batch)
                ids += ids_of(batch)
                for text, alphabet in zip(found, stated, strict=True):
                    judged = self._alphabet(text, alphabet)
                    alphabets.append(judged)
                    texts.append(text if judged in ALPHABETS else "")
                task.advance(batch.num_rows)
        return ids, texts, alphabets

    def _alphabet(self, text: str, stated: str) -> str:
        if len(text) > self.maximum_length:
            return TOO_LONG
        known = alphabet_of(text)
        return stated if stated and known else known

    def _judgement(
        self, ids: Sequence[str], texts: Sequence[str], alphabets: Sequence[str], members: Mapping[int, Member]
    ) -> Judgement:
        sizes = Counter(member.representative for member in members.values())
        decisions = [
            self._decision(ids, texts, member, sizes[member.representative])
            for place, member in sorted(members.items())
            if member.representative != place and self.action == "remove"
        ]
        notes = tuple(self._notes(ids, alphabets, members, sizes))
        return Judgement(tuple(decisions), {}, notes, tallies=_tallies(alphabets, members, sizes))

    def _decision(self, ids: Sequence[str], texts: Sequence[str], member: Member, size: int) -> Decision:
        mine, other = len(texts[member.sequence]), len(texts[member.representative])
        return Decision(
            id=ids[member.sequence],
            action="removed",
            rule="sequence-identity",
            measured=round(member.identity, 6),
            limit=self.threshold,
            evidence=f"cluster of {size}; {mine} letters against the kept {other}",
            duplicate_of=ids[member.representative],
        )

    def _notes(
        self, ids: Sequence[str], alphabets: Sequence[str], members: Mapping[int, Member], sizes: Mapping[int, int]
    ) -> Iterator[Annotation]:
        for place, name in enumerate(ids):
            member = members.get(place)
            if member is not None and sizes[member.representative] > 1:
                label = f"{CLUSTER}:{ids[member.representative]}"
                yield Annotation(name, label, score=round(member.identity, 6))
            if alphabets[place] == TOO_LONG:
                yield Annotation(name, TOO_LONG)
            if self.splits:
                yield Annotation(name, f"split:{self._split(ids[member.representative if member else place])}")

    def _split(self, representative: str) -> str:
        """The side on which the cluster of a representative stands: by the hash of its id and the seed."""
        drawn = int(sha256(f"{self.seed or 0}:{representative}".encode())[:13], 16) / 16**13
        for name, share in self.splits:
            drawn -= share
            if drawn < 0:
                return name
        return self.splits[-1][0]


def _tallies(alphabets: Sequence[str], members: Mapping[int, Member], sizes: Mapping[int, int]) -> dict[str, int]:
    tallies: Counter[str] = Counter({"too long": alphabets.count(TOO_LONG), "no sequence": alphabets.count("")})
    for place, member in members.items():
        alphabet, size = alphabets[place], sizes[member.representative]
        tallies[f"sequences {alphabet}"] += 1
        tallies[f"clusters {alphabet}"] += member.representative == place
        tallies[f"clustered {alphabet}"] += size > 1
        tallies[f"largest {alphabet}"] = max(tallies[f"largest {alphabet}"], size)
    return dict(sorted(tallies.items()))


@FILTERS.register("sequence-identity", source="Li and Godzik 2006, CD-HIT; Myers 1999; Suzek et al. 2015, UniRef")
def sequence_identity(
    threshold: float = 0.9,
    coverage: float = 0.8,
    both_strands: bool = True,
    action: Literal["remove", "annotate"] = "remove",
    maximum_length: int = 10_000,
    splits: Mapping[str, float] | None = None,
    seed: int | None = None,
) -> SequenceIdentity:
    """Keep the longest sequence of each cluster of similar ones: greedy clustering by identity, every match aligned.

    Identity is 1 - d / L: L letters of the shorter sequence, d the fewest substitutions, insertions and deletions that
    make it a stretch of the longer one; it must reach ``threshold``, and the shorter must have at least ``coverage`` of
    the longer one's length. With ``both_strands``, DNA is compared with the reverse complement too. ``action:
    annotate`` keeps all of them, labelled. Sequences over ``maximum_length`` letters are not compared. ``splits``
    (``{train: 0.9, test: 0.1}``) puts each cluster as a whole on one side, drawn by ``seed``, as an annotation. Rule
    ``sequence-identity``: ``measured`` is the identity to the sequence that stays.
    """
    if not 0.5 <= threshold <= 1:
        raise UsageError(f"sequence-identity: threshold must be from 0.5 to 1, not {threshold}")
    if not 0 <= coverage <= 1 or maximum_length < 1:
        raise UsageError("sequence-identity: coverage must be from 0 to 1, and maximum_length at least 1")
    shares = tuple((splits or {}).items())
    if shares and (min(share for _, share in shares) < 0 or abs(sum(share for _, share in shares) - 1) > 1e-6):
        raise UsageError(
            f"sequence-identity: the shares of splits must not be negative and add up to 1: {dict(shares)}"
        )
    return SequenceIdentity(
        "sequence-identity", threshold, coverage, both_strands, action, maximum_length, shares, seed
    )
