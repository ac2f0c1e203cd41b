from typing import Any

import numpy as np
import pytest

from headwater.core import NotMeasured, Score, wilson

PLAIN = np.zeros((2, 2, 1), np.uint8)


def corpus_of(images: Any, *kinds: str | None, **more: str) -> Any:
    told = [{} if kind is None else {"image.metadata": kind, **more} for kind in kinds]
    return images([PLAIN] * len(kinds), told)


def scores(report: Any) -> dict[str, Score]:
    return {one.slice["kind"]: one for one in report.scores}


def codes(report: Any) -> list[str]:
    return [finding.code for finding in report.findings]


def test_shares_count_images_whose_files_were_read(images: Any, examine: Any) -> None:
    report = examine("image-privacy", corpus_of(images, "gps time", "gps", "none", "none", None))
    found = scores(report)["gps"]
    assert (found.value, found.n, found.low, found.high) == (0.5, 4, *wilson(2, 4))
    assert scores(report)["any"].value == 0.5 and scores(report)["people"].value == 0.0
    assert report.facts["Images whose metadata are unknown"] == 1


def test_each_kind_of_finding_names_the_rows_that_tell_the_most_first(images: Any, examine: Any) -> None:
    corpus = corpus_of(images, "gps", "gps place names serial", "thumbnail thumbnail-differs", "software", "none")
    report = examine("image-privacy", corpus)
    assert codes(report) == ["HW-A130", "HW-A131", "HW-A132", "HW-A133"]
    ids = corpus.ids()
    assert [finding.document_ids for finding in report.findings] == [
        (ids[1], ids[0]), (ids[1],), (ids[2],), (ids[3],)
    ]  # fmt: skip


def test_stored_values_are_a_finding_and_are_never_shown(images: Any, examine: Any) -> None:
    secret = {"metadata.gps": "52.51234, 13.40000", "metadata.names": "Erika Musterfrau"}
    report = examine("image-privacy", corpus_of(images, "gps names", **secret))
    assert codes(report)[-1] == "HW-A134"
    assert not any(value in str(report.to_json()) for value in secret.values())


def test_names_of_files_are_redacted(images: Any, examine: Any) -> None:
    report = examine("image-privacy", corpus_of(images, "gps", locator="jane.doe@corp-mail.org/a.jpg"))
    assert "jane.doe" not in str(report.to_json())


def test_corpus_whose_files_nobody_looked_at_is_not_measured(images: Any, examine: Any) -> None:
    report = examine("image-privacy", corpus_of(images, None, None))
    (found,) = report.scores
    assert isinstance(found, NotMeasured) and "image-folder" in found.reason and report.findings == ()


def test_texts_are_not_measured(make_corpus: Any, examine: Any) -> None:
    (found,) = examine("image-privacy", make_corpus(["a text"])).scores
    assert isinstance(found, NotMeasured) and "needs images" in found.reason


@pytest.mark.parametrize("stated", ["<script>", "gps<b>", ""])
def test_strange_statements_are_no_kind(images: Any, examine: Any, stated: str) -> None:
    report = examine("image-privacy", corpus_of(images, stated))
    assert scores(report)["any"].value == 0.0 and "<" not in str(report.findings)
