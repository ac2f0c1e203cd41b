import numpy as np

from headwater.models import TextCheckpoint, load


def test_text_round_trips_through_tokens(checkpoint: TextCheckpoint) -> None:
    assert checkpoint.decode(checkpoint.encode("Ströme, rivers\n\tand 42")) == "Ströme, rivers\n\tand 42"


def test_training_has_taught_something(checkpoint: TextCheckpoint) -> None:
    text, noise = "river rises above the old mill.", "qzx vvk jjw pqp"
    known, unknown = checkpoint.token_logprobs([text, noise])
    assert known.mean() > unknown.mean() > -np.inf


def test_each_text_gets_one_value_a_token(checkpoint: TextCheckpoint) -> None:
    texts = ["", "river", "river " * 40]
    assert [len(row) for row in checkpoint.token_logprobs(texts)] == [len(checkpoint.encode(text)) for text in texts]


def test_completing_text_is_completing_its_tokens(checkpoint: TextCheckpoint) -> None:
    options = {"max_new_tokens": 9, "temperature": 0.7, "top_p": 0.9, "seed": 4}
    tokens = checkpoint.complete_tokens([checkpoint.encode("the river"), []], **options)
    assert checkpoint.complete(["the river", ""], **options) == [checkpoint.decode(row) for row in tokens]
    assert all(len(row) <= 9 for row in tokens)


def test_a_loaded_model_writes_what_the_trained_one_wrote(checkpoint: TextCheckpoint) -> None:
    again = load(checkpoint.folder)
    assert again.complete(["the"], max_new_tokens=20, seed=1) == checkpoint.complete(["the"], max_new_tokens=20, seed=1)
