"""The draw of sentences that name groups."""

from headwater.curate import IdentityTerms
from headwater.curate.safety.bias_contexts import NOBODY, ContextDraw

TEXTS = ["She left. A mill stood there. She came.", "Rain fell.", "Her father and a Muslim friend sang.", ""]
IDS = ["a", "b", "c", "d"]


def draw(limit: int = 10, seed: int = 0) -> ContextDraw:
    return ContextDraw(IdentityTerms(["gender", "religion"]), limit, seed)


def test_the_first_sentence_of_each_document_and_group_is_drawn() -> None:
    found = draw()
    found.add(IDS, TEXTS)
    assert {(one.id, one.text) for one in found.of(("gender", "female"))} == {("a", "She left."), ("c", TEXTS[2])}
    assert {(one.id, one.text) for one in found.of(NOBODY)} == {("a", "A mill stood there."), ("b", "Rain fell.")}
    assert [one.id for one in found.of(("religion", "muslim"))] == ["c"]


def test_batches_do_not_change_the_draw() -> None:
    ids = [f"d{number}" for number in range(200)]
    whole, parts = draw(7), draw(7)
    whole.add(ids, ["He spoke."] * 200)
    for start in range(0, 200, 3):
        parts.add(ids[start : start + 3], ["He spoke."] * len(ids[start : start + 3]))
    assert whole.of(("gender", "male")) == parts.of(("gender", "male")) and len(whole.of(("gender", "male"))) == 7


def test_another_seed_draws_others() -> None:
    ids = [f"d{number}" for number in range(200)]
    draws = [draw(7, seed) for seed in (0, 1)]
    for one in draws:
        one.add(ids, ["He spoke."] * 200)
    assert [c.id for c in draws[0].of(("gender", "male"))] != [c.id for c in draws[1].of(("gender", "male"))]
