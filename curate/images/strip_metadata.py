"""The filter that takes what image files said of people and places out of the attributes of a corpus."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ...core import Exhibit, Table, UsageError
from ..base import FILTERS, Annotation, Judgement
from ..image_files.file_attributes import METADATA
from ..privacy import redact

# What this toolkit writes (metadata.*), and what collectors of images call it (img2dataset: exif).
FAMILIES = ("metadata", "exif", "xmp", "iptc", "gps", "gpsinfo", "makernote", "icc")
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class StripMetadata:
    """Drops attributes by name; see :func:`strip_metadata`."""

    name: str
    attributes: tuple[str, ...]
    keep: frozenset[str]

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """New attributes, an annotation for each image that lost some, and counts by attribute."""
        ids = batch.column("id").to_pylist()
        rows = batch.column("attributes").to_pylist()
        stripped = [[key for key, _ in row or () if self._goes(key)] for row in rows]
        kept = [[pair for pair in row or () if not self._goes(pair[0])] for row in rows]
        notes = tuple(
            Annotation(name, "metadata-stripped", score=float(len(keys)))
            for name, keys in zip(ids, stripped, strict=True)
            if keys
        )
        counts = Counter(f"stripped {key}"[:100] for keys in stripped for key in sorted(set(keys)))
        tallies = {**dict(sorted(counts.items())), "images": len(notes)}
        column = pa.array(kept, batch.schema.field("attributes").type)
        return Judgement((), {}, notes, {"attributes": column}, tallies)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Attributes that were dropped, the most frequent first."""
        found = [(key.removeprefix("stripped "), number) for key, number in tallies.items() if key != "images"]
        ranked = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:MOST_NAMES]
        rows = tuple((redact(key), number) for key, number in ranked)
        note = (
            f"{tallies.get('images', 0):,} of {documents:,} records held attributes of this kind. Values are not kept."
        )
        return (Table("strip-metadata", "Metadata taken out", ("attribute", "records"), rows, note),)

    def _goes(self, key: str) -> bool:
        lower = key.lower()
        if lower in self.keep or key == METADATA:
            return False
        family = lower.replace(":", ".").partition(".")[0]
        return lower in self.attributes or family in FAMILIES


@FILTERS.register("strip-metadata", source="CIPA DC-008 (EXIF 3.0); IPTC-IIM 4.2; XMP")
def strip_metadata(attributes: Sequence[str] = (), keep: Sequence[str] = ()) -> StripMetadata:
    """Take metadata of image files out of the attributes: positions, names, serial numbers, times, devices.

    Drops every attribute whose name is, or begins with, ``metadata``, ``exif``, ``xmp``, ``iptc``, ``gps`` or their
    like (``metadata.gps``, ``exif``, ``exif:Model``), and those named in ``attributes``, but for those in ``keep``.
    The pixels of a corpus hold no metadata. ``image.metadata``, which names kinds and no values, stays.
    """
    if isinstance(attributes, str) or isinstance(keep, str):
        raise UsageError("strip-metadata: attributes and keep are lists of names, such as [metadata.device]")
    return StripMetadata(
        "strip-metadata", tuple(name.lower() for name in attributes), frozenset(name.lower() for name in keep)
    )
