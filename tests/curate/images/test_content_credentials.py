from typing import Any

import numpy as np

from headwater.core import NotMeasured, wilson
from headwater.curate import consent

PLAIN = np.zeros((2, 2, 1), np.uint8)
ROWS = [
    {"image.metadata": "none", "image.credentials": "Maker 1.0", "cawg.ai_training": "notAllowed"},
    {"image.metadata": "none", "plus.data_mining": "DMI-PROHIBITED-AIMLTRAINING"},
    {"image.metadata": "none", "c2pa.ai_training": "allowed"},
    {"image.metadata": "none", "image.source-type": "trainedAlgorithmicMedia"},
    {"image.metadata": "none", "image.ingredient-source-type": "trainedAlgorithmicMedia"},
    {"image.metadata": "none", "image.source-type": "digitalCapture", "x-robots-tag": "noimageai"},
    {"image.metadata": "none", "tdm-reservation": "0", "c2pa.ai_inference": "notAllowed"},
]


def test_shares_and_findings_follow_what_the_files_claim(images: Any, examine: Any) -> None:
    corpus = images([PLAIN] * len(ROWS), ROWS)
    report = examine("content-credentials", corpus)
    values = {one.metric: round(one.value * one.n) for one in report.scores}
    assert values == {"images-with-credentials": 1, "images-refusing-training": 3, "images-declared-synthetic": 2}
    assert (report.scores[1].low, report.scores[1].high) == wilson(3, 7)
    ids = corpus.ids()
    assert [(one.code, one.document_ids) for one in report.findings] == [
        ("HW-A135", (ids[0], ids[1], ids[5])), ("HW-A136", (ids[3], ids[4]))
    ]  # fmt: skip
    assert report.facts["Images that allow it"] == 2
    assert "not verified" in report.findings[0].meaning


def test_the_audit_and_the_step_consent_agree_on_what_refuses(images: Any, examine: Any) -> None:
    corpus = images([PLAIN] * len(ROWS), ROWS)
    refused = {one.id for batch in corpus.batches() for one in consent(action="remove").judge(batch).decisions}
    assert refused == set(examine("content-credentials", corpus).findings[0].document_ids)


def test_step_consent_removes_a_refusal_with_its_reason(images: Any) -> None:
    (batch,) = images([PLAIN], ROWS[:1]).batches()
    (decision,) = consent(action="remove").judge(batch).decisions
    assert (decision.action, decision.rule) == ("removed", "consent-refused:cawg.ai_training")
    assert "notAllowed" in decision.evidence


def test_hostile_claims_are_redacted_and_cut(images: Any, examine: Any) -> None:
    row = {"image.metadata": "none", "image.credentials": "jane.doe@corp-mail.org " + "x" * 500}
    report = examine("content-credentials", images([PLAIN], [row]))
    assert "jane.doe" not in str(report.to_json()) and "x" * 100 not in str(report.to_json())


def test_corpus_without_any_claim_or_look_is_not_measured(images: Any, examine: Any) -> None:
    report = examine("content-credentials", images([PLAIN], [{}]))
    assert len(report.scores) == 3 and all(isinstance(one, NotMeasured) for one in report.scores)


def test_files_without_a_claim_are_a_share_of_none_and_no_finding(images: Any, examine: Any) -> None:
    report = examine("content-credentials", images([PLAIN] * 5, [{"image.metadata": "none"}] * 5))
    assert [one.value for one in report.scores] == [0.0, 0.0, 0.0] and report.findings == ()
