from headwater.evaluate.safety.twins import shipped_error, shipped_twins


def test_the_shipped_pairs_are_pairs_of_different_requests() -> None:
    twins, label = shipped_twins()
    assert label.startswith("refusal-twins/1 ") and len(twins) == len({one.id for one in twins}) == 30
    assert all(one.benign != one.harmful and one.outputs is None for one in twins)


def test_the_error_of_the_phrases_is_the_one_that_the_page_states() -> None:
    error = shipped_error()
    assert (error.hits, error.refusals, error.alarms, error.answers) == (21, 25, 1, 25)
