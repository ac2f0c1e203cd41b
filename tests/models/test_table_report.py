import numpy as np
import pytest
from small_tables import people, table_corpus

from headwater.core import Recipe, Table, generator
from headwater.models import MixtureCheckpoint, fit, training_report
from headwater.models.table_report import Marginal, marginals


def marginal(trained: list[int], made: list[int]) -> Marginal:
    return Marginal("x", tuple("abc"[: len(made)]), np.array(trained), np.array(made), False)


def test_the_distance_is_half_the_sum_of_differences() -> None:
    assert marginal([50, 50], [10, 0]).distance == pytest.approx(0.5)
    assert marginal([50, 50], [5, 5]).distance == 0
    assert marginal([0, 9], [7, 0]).distance == 1


def test_what_chance_gives_is_what_chance_gives() -> None:
    shares, n = np.array([0.5, 0.3, 0.2]), 1_000
    drawn = generator(0, "drawn").multinomial(n, shares, 4_000) / n
    mean = np.abs(drawn - shares).sum(1).mean() / 2
    assert marginal([500, 300, 200], [n, 0, 0]).by_chance == pytest.approx(mean, rel=0.03)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> MixtureCheckpoint:
    folder = tmp_path_factory.mktemp("report")
    rows = [{**row, "<script>": "</td><b>" if row["member"] else "mail me: jo@mail.org"} for row in people(150)]
    made = fit(table_corpus(folder / "corpus", rows), Recipe(family="gaussian-mixture"), folder / "model")
    assert isinstance(made, MixtureCheckpoint)
    return made


def test_every_training_row_is_counted_in_one_part_of_each_column(model: MixtureCheckpoint) -> None:
    for one in marginals(model):
        assert one.trained.sum() == len(model.trained_ids()) and one.made.sum() == 1_000
        assert len(one.parts) == len(one.trained) == len(one.made)


def test_stretches_of_whole_numbers_do_not_overlap(model: MixtureCheckpoint) -> None:
    parts = next(one for one in marginals(model) if one.name == "age").parts
    edges = [[int(edge) for edge in part.split(" to ")] for part in parts]
    assert all(before[-1] < after[0] for before, after in zip(edges[:-1], edges[1:], strict=True))


def test_what_is_shown_is_redacted(model: MixtureCheckpoint) -> None:
    report = training_report(model)
    shown = next(exhibit for exhibit in report.exhibits if exhibit.name == "training-samples")
    assert isinstance(shown, Table) and len(shown.rows) == 10 and "<script>" in shown.columns
    assert "jo@mail.org" not in str(report.to_json()) and "[EMAIL]" in str(report.to_json())
