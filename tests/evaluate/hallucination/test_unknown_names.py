from pathlib import Path

import pytest
from fakes import ByteModel, scores_of, write_corpus
from hypothesis import given
from hypothesis import strategies as st
from made_samples import made_samples

from headwater.core import NotMeasured, Table
from headwater.evaluate import METRICS, Outcome, Subject, clopper_pearson
from headwater.evaluate.hallucination.unknown_names import clustered_share
from headwater.models import Canary

DOCUMENTS = [f"We call lake.pump_{i} and then mill_race_{i} on the DataFrame{i}Set now." for i in range(40)]


def measure(
    folder: Path, outputs: list[str], documents: list[str] = DOCUMENTS, model: object = None, **options: object
) -> Outcome:
    corpus = write_corpus(folder / "corpus", documents)
    subject = Subject(folder, corpus, model, made_samples("free", outputs))  # type: ignore[arg-type]
    return METRICS.get("unknown-names")(subject, **options)


def share(outcome: Outcome) -> float:
    return scores_of(outcome, "unknown-names")[""].value


def test_outputs_that_repeat_the_corpus_invent_nothing(tmp_path: Path) -> None:
    outcome = measure(tmp_path, DOCUMENTS)
    score = scores_of(outcome, "unknown-names")[""]
    assert (score.value, score.low) == (0, 0) and score.high is not None and score.high > 0
    assert outcome.findings == ()


def test_invented_names_are_counted_exactly(tmp_path: Path) -> None:
    outputs = [f"so {text}" for text in DOCUMENTS[:30]] + ["so we lake.pomp_1 and lake.pump_2 it"] * 10
    assert share(measure(tmp_path, outputs)) == pytest.approx(10 / (3 * 30 + 2 * 10))


def test_an_invented_name_is_shown_with_the_nearest_real_one_and_its_documents(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [*DOCUMENTS, "so we use lake.pomp_17 here"])
    (finding,) = outcome.findings
    (example,) = finding.examples
    assert finding.code == "HW-H001" and example.id == "free-40"
    assert [example.text[a:b] for a, b in example.spans] == ["lake.pomp_17"]
    assert example.note == "invented: lake.pomp_17; nearest real name: lake.pump_17"
    ids = write_corpus(tmp_path / "again", DOCUMENTS).ids()
    assert example.document_ids == (ids[17],)
    table = next(one for one in outcome.exhibits if isinstance(one, Table))
    assert table.rows == (("lake.pomp_17", "dotted", "free-40", "lake.pump_17"),)


def test_a_name_of_a_removed_document_is_real(tmp_path: Path) -> None:
    write_corpus(tmp_path / "removed", ["There was lake.pomp_1 once."])
    outputs = [*DOCUMENTS, "so we use lake.pomp_1 here"]
    assert share(measure(tmp_path, outputs)) == 0


def test_a_name_of_a_planted_canary_is_real(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "a" / "corpus", DOCUMENTS[:2])
    model = ByteModel(corpus, order=1, canaries=[Canary("c", "the key is ", "secret_key_9", 1)])
    outputs = [*DOCUMENTS, "so the secret_key_9 is out"]
    assert share(measure(tmp_path, outputs, model=model)) == 0


def test_real_documents_give_the_baseline(tmp_path: Path) -> None:
    """Each name stands in one of these documents only: looked up in the others all are new. In copies none is."""
    outcome = measure(tmp_path / "once", DOCUMENTS)
    assert scores_of(outcome, "unknown-names-baseline")["real text"].value == 1
    copies = measure(tmp_path / "copied", DOCUMENTS, documents=[DOCUMENTS[i // 20] for i in range(40)])
    assert scores_of(copies, "unknown-names-baseline")["real text"].value == 0


def test_names_as_new_as_those_of_real_documents_are_no_finding(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [f"so the Quiet Meadow {chr(65 + i % 26)}ornell Vale is here" for i in range(30)])
    assert share(outcome) > 0.9 and outcome.findings == ()


def test_invention_above_the_baseline_is_graver(tmp_path: Path) -> None:
    shared = ["so we call lake.pump_now and mill_race on the DataFrame here"] * 60
    outcome = measure(tmp_path, [f"so we use made_up_{i} and false_name_{i} now" for i in range(40)], documents=shared)
    assert outcome.findings[0].severity == "medium"


def test_few_names_are_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, ["plain words only"] * 30)
    assert isinstance(outcome.scores[0], NotMeasured) and "0 names" in outcome.scores[0].reason


def test_no_samples_are_not_measured(tmp_path: Path) -> None:
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", ["x"]))
    assert isinstance(METRICS.get("unknown-names")(subject).scores[0], NotMeasured)


def test_one_name_in_each_text_gives_the_exact_interval() -> None:
    found = clustered_share([1] * 5 + [0] * 15, [1] * 20)
    low, high = clopper_pearson(5, 20)
    assert found.value == 0.25 and (found.low, found.high) == pytest.approx((low, high))


def test_names_that_go_together_widen_the_interval() -> None:
    together, spread = clustered_share([10, 0, 0, 0], [10] * 4), clustered_share([3, 2, 3, 2], [10] * 4)
    assert together.value == spread.value == 0.25
    assert together.high - together.low > spread.high - spread.low


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.data())
def test_the_interval_holds_the_share(total: list[int], data: st.DataObject) -> None:
    unknown = [data.draw(st.integers(0, n)) for n in total]
    found = clustered_share(unknown, total)
    assert 0 <= found.low <= found.value <= found.high <= 1
