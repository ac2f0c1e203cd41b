"""How much goes on the page. What is left out stays in report.json, and the page says how much that is."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Caps:
    """Upper limits: counts of things, or characters where the name says so."""

    findings: int = 60
    examples: int = 6
    documents_per_example: int = 4
    documents: int = 150
    example_characters: int = 1_200
    excerpt_characters: int = 900
    rows: int = 100
    more_rows: int = 1_900
    cell_characters: int = 240
    columns: int = 24
    categories: int = 30
    series: int = 8
    points: int = 240
    tiles: int = 64
    tile_characters: int = 60_000
    gallery_characters: int = 400_000
    scores: int = 400
    exhibits: int = 120
    facts: int = 60
    steps: int = 8
    decisions: int = 20
    provenance: int = 200
    gaps: int = 200

    def tighter(self) -> "Caps":
        """Caps for a page that came out too heavy: fewer examples, documents, rows and pictures."""
        return replace(
            self,
            findings=30,
            examples=2,
            documents_per_example=2,
            documents=40,
            example_characters=500,
            excerpt_characters=400,
            rows=25,
            more_rows=0,
            cell_characters=80,
            columns=12,
            tiles=24,
            gallery_characters=100_000,
            scores=150,
            exhibits=40,
        )


def cut_note(shown: int, total: int, what: str) -> str:
    """The sentence for a list that was cut, or an empty string.

    >>> cut_note(6, 40, "examples")
    'The page shows 6 of 40 examples; report.json has all of them.'
    """
    return f"The page shows {shown:,} of {total:,} {what}; report.json has all of them." if shown < total else ""


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters, followed by how many were cut; nothing is cut for a note as long as the rest."""
    note = f"… ({len(text) - limit:,} more characters)"
    return text if len(text) <= limit + len(note) else f"{text[:limit]}{note}"
