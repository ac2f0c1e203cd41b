"""How much goes on the page. What is left out stays in report.json, and the page says how much that is."""

from dataclasses import dataclass, replace

from .speaking import say


@dataclass(frozen=True, slots=True)
class Caps:
    """Upper limits: counts of things, or characters where the name says so."""

    findings: int = 60
    examples: int = 3
    documents_per_example: int = 3
    documents: int = 32
    open_documents: int = 1
    example_characters: int = 600
    excerpt_characters: int = 360
    rows: int = 15
    folded_rows: int = 6
    more_rows: int = 285
    cell_characters: int = 240
    columns: int = 24
    categories: int = 30
    series: int = 8
    points: int = 160
    tiles: int = 40
    tile_characters: int = 60_000
    gallery_characters: int = 400_000
    scores: int = 400
    score_rows: int = 5
    finding_scores: int = 2
    folded_scores: int = 3
    exhibits: int = 120
    open_exhibits: int = 5
    facts: int = 60
    steps: int = 8
    decisions: int = 20
    provenance: int = 200
    gaps: int = 200

    def levels(self) -> tuple["Caps", ...]:
        """These caps and ever tighter ones, for a page that came out too heavy."""
        tight = self.tighter()
        return self, tight, tight.tightest(), tight.tightest().bare()

    def tighter(self) -> "Caps":
        """Fewer examples, documents, rows and pictures."""
        return replace(
            self,
            findings=30,
            examples=2,
            documents_per_example=2,
            documents=32,
            example_characters=500,
            excerpt_characters=240,
            rows=12,
            more_rows=0,
            cell_characters=80,
            columns=12,
            tiles=16,
            gallery_characters=100_000,
            scores=150,
            exhibits=40,
        )

    def tightest(self) -> "Caps":
        """The first few of each list, and no picture."""
        return replace(
            self,
            findings=20,
            examples=1,
            documents_per_example=1,
            documents=15,
            example_characters=240,
            excerpt_characters=160,
            rows=10,
            folded_rows=3,
            score_rows=3,
            columns=8,
            categories=12,
            points=60,
            tiles=0,
            scores=40,
            exhibits=12,
            facts=20,
            provenance=60,
            gaps=60,
        )

    def bare(self) -> "Caps":
        """Findings, facts and what was not measured; hardly anything else."""
        return replace(
            self, findings=10, documents=0, rows=5, columns=5, scores=8, exhibits=0, facts=10, gaps=25, provenance=30
        )


def cut_note(shown: int, total: int, what: str) -> str:
    """The sentence for a list that was cut, or an empty string.

    >>> cut_note(6, 40, "examples")
    'The page shows 6 of 40 examples; report.json has all of them.'
    """
    return (
        say("page.cut", shown=shown, total=total, what=say(f"page.what-{what.replace(' ', '-')}"))
        if shown < total
        else ""
    )


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters, followed by how many were cut; nothing is cut for a note as long as the rest."""
    if len(text) <= limit:  # most texts: asking for words that nobody reads took a third of the page
        return text
    note = f"… {say('page.more-characters', count=len(text) - limit)}"
    return text if len(text) <= limit + len(note) else f"{text[:limit]}{note}"
