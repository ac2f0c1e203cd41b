import random
from collections.abc import Callable
from typing import Any

import pytest

from headwater.core import EmptyCorpus, Score, StageReport, Table, UsageError, wilson
from headwater.curate import Rejected, build_steps, calibrate, curate
from headwater.curate.filters.quality import RULES

Source = Callable[..., Any]
PROSE = "The rivers of the plain have to be seen with patience, and that is what few visitors bring. " * 4
CODE = "import os\n\ndef first(path):\n    with open(path) as file:\n        return file.readline()\n"


def look(source: Any, *steps: Any, **options: Any) -> StageReport:
    named = [(step, {}) if isinstance(step, str) else step for step in steps]
    return calibrate(source, build_steps(named), **options)


def table(report: StageReport, name: str) -> Table:
    return next(one for one in report.exhibits if isinstance(one, Table) and one.name == name)


def row(report: StageReport, name: str, first: str) -> tuple[Any, ...]:
    return next(line for line in table(report, name).rows if line[0] == first)


def test_shares_are_what_the_step_removes_when_it_runs(source: Source, tmp_path: Any) -> None:
    texts = [PROSE, PROSE + "x", "too few words", "tiny", CODE]
    report = look(source(texts), "quality")
    removed = curate(source(texts), build_steps([("quality", {})]), tmp_path).facts["removed"]
    score = next(s for s in report.scores if isinstance(s, Score) and s.slice["limits"] == "in use")
    assert (score.value, score.n) == (removed / 5, 5)  # type: ignore[operator]
    assert (score.low, score.high) == wilson(int(removed), 5)  # type: ignore[call-overload]
    assert row(report, "calibration-quality", "minimum-words")[3] == 3 / 5


def test_published_limits_stand_beside_the_ones_in_use(source: Source) -> None:
    report = look(source([PROSE, "A text of nine words, and it is short."]), ("quality", {"text_type": "technical"}))
    rule = row(report, "calibration-quality", "minimum-words")
    assert (rule[2], rule[3], rule[6], rule[7]) == (50.0, 0.5, 6.0, 0.0)


def test_every_rule_is_judged_on_every_document_whatever_earlier_steps_remove(source: Source) -> None:
    report = look(source(["tiny", PROSE]), ("length", {"minimum_characters": 1000}), "quality")
    assert row(report, "calibration-quality", "minimum-words")[3] == 0.5


def test_edits_and_languages_of_earlier_steps_count(source: Source) -> None:
    german = "Der Fluss entspringt in den Bergen und fließt durch drei Länder, bevor er das Meer erreicht."
    report = look(source([german, PROSE]), "unicode", "language", "quality")
    assert report.detail["steps"][0]["judged"] == 1
    assert look(source([german, PROSE]), "quality").detail["steps"][0]["judged"] == 2


def test_the_grid_says_what_a_limit_at_a_quantile_removes(source: Source) -> None:
    texts = ["x" * size for size in range(1, 101)]
    report = look(source(texts), ("length", {"minimum_characters": None, "maximum_characters": 50}))
    grid = {line[2]: line[3:] for line in table(report, "calibration-grid-length").rows}
    assert grid[0.9] == (90.0, 0.1)
    assert row(report, "calibration-length", "maximum-characters")[3] == 0.5


def test_examples_stand_nearest_to_the_limit_on_both_sides_redacted(source: Source) -> None:
    texts = ["x" * 40, "x" * 60, "x" * 500, "y", "mail jane.doe@mail.org now"]
    report = look(source(texts), ("length", {"minimum_characters": 50}), examples=2)
    lines = [line[2:4] for line in table(report, "calibration-examples-length").rows]
    assert lines == [("removed", 40.0), ("removed", 26.0), ("kept", 60.0), ("kept", 500.0)]
    assert "jane" not in str(report.to_json())
    assert not [one for one in look(source(texts), "length", examples=0).exhibits if "examples" in one.name]


def test_groups_show_who_pays(source: Source) -> None:
    report = look(source([PROSE] * 3 + [CODE] * 2), "quality")
    assert {line[0]: line[1:3] for line in table(report, "calibration-text_type-quality").rows} == {
        "prose": (3, 0.0),
        "code": (2, 1.0),
    }


def test_limits_for_another_type_of_text_are_a_finding_that_names_the_option(source: Source) -> None:
    findings = {finding.code: finding for finding in look(source([CODE] * 4 + [PROSE]), "quality").findings}
    assert set(findings) == {"HW-C030", "HW-C031"}
    assert "{text_type: code}" in findings["HW-C031"].advice
    assert look(source([CODE * 2] * 4 + [PROSE]), ("quality", {"text_type": "code"})).findings == ()
    (c4,) = [f for f in look(source([CODE] * 4), "c4").findings if f.code == "HW-C031"]
    assert "text_type" not in c4.advice


def test_a_mixture_suggests_no_type(source: Source) -> None:
    assert look(source([CODE, PROSE]), "quality").facts["likely text type"] == "a mixture"


def test_the_sample_is_the_same_in_any_order_and_any_batches(source: Source) -> None:
    texts = [PROSE[:size] for size in range(20, 220)]
    reports = [look(source(texts, batch=size), "length", documents=30, seed=3) for size in (1, 7, 200)]
    assert reports[0] == reports[1] == reports[2]
    assert reports[0].facts["documents measured"] == 30
    assert reports[0] != look(source(texts), "length", documents=30, seed=4)
    shuffled = source(texts)
    shuffled.rows = random.Random(1).sample(shuffled.rows, len(shuffled.rows))
    assert look(shuffled, "length", documents=30, seed=3) == reports[0]


def test_the_same_step_twice_has_tables_of_its_own(source: Source) -> None:
    report = look(source([PROSE]), "quality", ("quality", {"text_type": "code"}))
    names = [one.name for one in report.exhibits]
    assert len(names) == len(set(names))


def test_unreadable_rows_are_counted(source: Source) -> None:
    rejected = [Rejected("fake:1", "fake", "bad", "bad")]
    assert look(source([PROSE], rejected=rejected), "length").facts["rows that could not be read"] == 1


@pytest.mark.parametrize(
    ("steps", "options", "words"),
    [
        (["unicode"], {}, "with a threshold that can be measured ahead"),
        ([], {}, "with a threshold"),
        (["quality"], {"only": "qualty"}, 'did you mean "quality"'),
        (["quality", "near-duplicates"], {"only": "near-duplicates"}, "is not a step with a threshold"),
        (["quality"], {"documents": 0}, "documents must be at least 1"),
    ],
)
def test_what_cannot_be_calibrated_is_one_sentence(
    source: Source, steps: list[str], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        look(source([PROSE]), *steps, **options)


def test_an_empty_source_is_an_empty_corpus(source: Source) -> None:
    with pytest.raises(EmptyCorpus):
        look(source([]), "quality")


def test_a_step_that_judges_nothing_is_not_measured(source: Source) -> None:
    report = look(source(["kurz"], language="de"), "quality")
    assert not [score for score in report.scores if isinstance(score, Score)]
    assert row(report, "calibration-quality", RULES[0].name)[3] is None


def test_the_report_survives_its_file(source: Source, tmp_path: Any) -> None:
    report = look(source([PROSE, CODE]), "length", "repetition", "quality", "c4", "fineweb")
    report.save(tmp_path / "calibration.json")
    assert StageReport.load(tmp_path / "calibration.json") == report
