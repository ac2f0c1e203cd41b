from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from headwater.core import IMAGE_SCHEMA, SILENT, Corpus, CorpusWriter, NotMeasured, record_batch, text_record
from headwater.curate import audit
from headwater.curate.audits import Associations, IdentityTermAudit
from headwater.curate.safety import Contexts

MakeCorpus = Callable[..., Corpus]


def captioned(folder: Path, size: int = 240) -> Corpus:
    """Tiny pictures; women stand in kitchens and men in offices in nine of ten captions."""
    rows = []
    for i in range(size):
        woman, typical = i % 2 == 0, i % 20 >= 2
        place = "kitchen" if woman == typical else "office"
        caption = f"{'A woman' if woman else 'A man'} in the {place}, picture {i}." if i % 40 else None
        record = text_record("", f"{i}.png", "photos", attributes={"caption": caption, "label": place})
        del record["text"]
        rows.append({**record, "id": f"picture-{i:04d}", "image": bytes(4), "height": 2, "width": 2, "channels": 1})
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


def test_associations_of_captions_open_to_their_pictures(tmp_path: Path) -> None:
    corpus = captioned(tmp_path / "images")
    audit_of = Associations(["gender"], ["career-family"], permutations=499, field="caption")
    findings = audit_of.examine(corpus, 0, SILENT).findings
    found = {(one.scores[0].slice["group"], one.scores[0].slice["attribute"]): one for one in findings}
    assert set(found) == {("female", "family"), ("male", "career")}
    example = found["female", "family"].examples[0]
    assert "woman in the kitchen" in example.text and example.spans and example.id.startswith("picture-")


def test_terms_and_contexts_of_captions_are_counted(tmp_path: Path) -> None:
    corpus = captioned(tmp_path / "images")
    report = IdentityTermAudit(["gender"], field="caption").examine(corpus, 0, SILENT)
    assert report.facts["Mentions of groups of people"] == 240 - 6
    contexts = Contexts(["gender"], field="caption").examine(corpus, 0, SILENT)
    assert all(isinstance(one, NotMeasured) for one in contexts.scores)  # no word of tone at all


def test_labels_are_an_attribute_too(tmp_path: Path) -> None:
    report = IdentityTermAudit(["career-family"], field="label").examine(captioned(tmp_path / "i"), 0, SILENT)
    assert report.facts["Mentions of groups of people"] == 240


@pytest.mark.parametrize("make", [IdentityTermAudit, Associations, Contexts])
@pytest.mark.parametrize(
    ("field", "reason"), [("text", "records of kind 'image'"), ("alt", "no document has an attribute 'alt'")]
)
def test_without_such_a_text_nothing_is_measured(tmp_path: Path, make: type, field: str, reason: str) -> None:
    report = make(field=field).examine(captioned(tmp_path / "images"), 0, SILENT)
    assert report.findings == () and all(isinstance(one, NotMeasured) for one in report.scores)
    assert reason in report.scores[0].reason


def test_a_text_corpus_reads_an_attribute_where_it_is_named(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(["he", "he"], attributes=[{"title": "a woman"}, {}])
    report = audit(corpus, [("identity-terms", {"field": "title", "lexicons": ["gender"]})])
    assert report.facts["Mentions of groups of people"] == 1


def test_the_result_does_not_depend_on_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = captioned(tmp_path / "images")
    audit_of = Associations(["gender"], ["career-family"], permutations=99, field="caption")
    whole = audit_of.examine(corpus, 0, SILENT)
    batches = Corpus.batches
    monkeypatch.setattr(Corpus, "batches", lambda self, columns=None, rows=7: batches(self, columns, 7))
    assert audit_of.examine(corpus, 0, SILENT) == whole and np.isfinite(whole.scores[0].value)  # type: ignore[union-attr]
