"""The OpenAI-compatible model against a server on this machine."""

import math
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loopback import KEY, Lake, spelled

from headwater.core import ConfigError, External, IncompleteError, InputError, TemporaryError, UsageError
from headwater.models import attach, load, open_external
from headwater.models.adapters import OpenAIModel

EVERYTHING = ["sample", "logprob", "prompt_logprob", "embed", "seedable"]


def model(lake: Lake, **options: Any) -> OpenAIModel:
    made = OpenAIModel(lake.url, "deep-lake", **{"retries": 2, **options})
    made.client.wait = lambda _: None
    return made


def test_a_completion_is_asked_as_the_protocol_says(lake: Lake) -> None:
    asked = model(lake, capabilities=["sample", "seedable"])
    (text,) = asked.complete(
        ["Once"], max_new_tokens=7, temperature=0.5, top_k=3, top_p=None, stop=[], repetition_penalty=1.0, seed=4
    )
    body = lake.asked[0]
    assert body | {"seed": 0} == {
        "model": "deep-lake", "prompt": "Once", "max_tokens": 7, "temperature": 0.5, "top_k": 3, "seed": 0,
    }  # fmt: skip
    assert text.startswith(f" the lake of {body['seed']}")


def test_a_server_that_obeys_no_seed_is_sent_none_and_still_asked_for_each_row(lake: Lake) -> None:
    model(lake).complete(["Once"] * 3, max_new_tokens=7)
    assert len(lake.asked) == 3
    assert all("seed" not in body for body in lake.asked)


def test_a_chat_gets_the_instruction_and_a_start_where_there_is_no_prompt(lake: Lake) -> None:
    asked = model(lake, endpoint="chat", instruction="Be brief.")
    asked.complete(["", "Once"], max_new_tokens=7)
    first, second = sorted((body["messages"] for body in lake.asked), key=lambda said: len(said[-1]["content"]))[::-1]
    assert first == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": asked.start}]
    assert second[-1] == {"role": "user", "content": "Once"}


def test_answers_come_in_the_order_of_the_prompts_with_requests_side_by_side(lake: Lake) -> None:
    asked = model(lake, endpoint="chat", concurrency=3)
    lake.hold.clear()
    threading.Timer(0.3, lake.hold.set).start()
    texts = asked.complete([f"number {n}" for n in range(12)], max_new_tokens=5)
    assert [text.split()[2] for text in texts] == [str(n) for n in range(12)]
    assert lake.most_busy == 3


def test_what_was_asked_once_is_not_asked_again(lake: Lake, tmp_path: Path) -> None:
    for _ in range(2):
        asked = model(lake, capabilities=EVERYTHING)
        attach(asked, tmp_path / "checkpoint")
        asked.complete(["Once", "Twice"], max_new_tokens=7, seed=1)
        asked.scored(["The lake is deep"])
    assert len(lake.asked) == 3
    asked.complete(["Once"], max_new_tokens=7, seed=2)
    asked.complete(["Once"], max_new_tokens=8, seed=1)
    assert len(lake.asked) == 5


def test_a_killed_run_goes_on_where_it_stopped(lake: Lake, tmp_path: Path) -> None:
    asked = model(lake, concurrency=1, retries=0)
    attach(asked, tmp_path / "checkpoint")
    prompts = [f"number {n}" for n in range(6)]
    asked.complete(prompts[:3], max_new_tokens=7)
    lake.faults = ["500"]
    with pytest.raises(TemporaryError):
        asked.complete(prompts, max_new_tokens=7)
    before = len(lake.asked)
    again = model(lake, concurrency=1, retries=0)
    attach(again, tmp_path / "checkpoint")
    again.complete(prompts, max_new_tokens=7)
    asked_again = [body["prompt"] for body in lake.asked[before:]]
    assert asked_again[0] == prompts[3] and set(asked_again) <= set(prompts[3:])  # one may have been on its way


def test_a_text_is_scored_by_echo_and_the_first_token_is_left_out(lake: Lake) -> None:
    text = "Über dem See liegt Nebel"
    (found,) = model(lake, capabilities=EVERYTHING).scored([text])
    tokens = spelled(text)
    assert np.allclose(found.logs, [-math.log(len(token) + 1) for token in tokens[1:]])
    assert found.bytes == len(text[3:].encode())
    assert found.after(6) is not None and len(found.after(6)) == len(tokens) - 2  # type: ignore[arg-type]
    assert found.after(7) is None


def test_what_it_writes_comes_with_its_log_probabilities(lake: Lake) -> None:
    (found,) = model(lake, capabilities=EVERYTHING).scored_completions(["Once"], max_new_tokens=5)
    assert set(found.logs.tolist()) == {-1.0}
    assert found.bytes == len(found.text.encode())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('{"choices": [{"text": "x", "logprobs": null}]}', "gives no log-probabilities"),
        ('{"choices": [{"text": "x", "logprobs": {"tokens": ["a"], "token_logprobs": [-1]}}]}', "do not spell"),
        ('{"choices": [{"logprobs": {"tokens": ["Onc", "e"], "token_logprobs": [-1, null]}}]}', "without its"),
        ('{"choices": [{"logprobs": {"tokens": ["Onc", "e"], "token_logprobs": [-1, 2]}}]}', "0 or less"),
        ('{"choices": [{"logprobs": {"tokens": ["Onc", "e"], "token_logprobs": [-1, NaN]}}]}', "no finite number"),
        ('{"choices": []}', "neither choices nor data"),
        ('{"choices": [7]}', "neither choices nor data"),
        ('{"lake": 1}', "neither choices nor data"),
        ("[1]", "no JSON object"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_no_number(lake: Lake, answer: str, reason: str) -> None:
    lake.faults = [answer]
    with pytest.raises(InputError, match=reason):
        model(lake, capabilities=EVERYTHING).scored(["Once"])


def test_a_vector_for_each_text(lake: Lake) -> None:
    assert model(lake, capabilities=EVERYTHING).embed(["a", "lake"]).tolist() == [[1.0, 1.0], [4.0, 1.0]]


def test_tokens_and_cost_are_counted_once_for_each_answer(lake: Lake, tmp_path: Path) -> None:
    asked = model(lake, prices={"input": 2.0, "output": 4.0})
    attach(asked, tmp_path / "checkpoint")
    for _ in range(2):
        asked.complete(["a", "b"], max_new_tokens=7)
    assert asked.spent() == {
        "requests": 2, "prompt_tokens": 20, "completion_tokens": 10, "cost": pytest.approx(80e-6),
    }  # fmt: skip


def test_beyond_the_maximum_cost_nothing_is_asked(lake: Lake) -> None:
    asked = model(lake, prices={"input": 1e6}, maximum_cost=20.0, concurrency=1)
    with pytest.raises(IncompleteError, match="deep-lake: the answers have cost 20, the maximum_cost"):
        asked.complete(["a", "b", "c"], max_new_tokens=7)
    assert len(lake.asked) == 2


@pytest.mark.parametrize("capability", ["sample", "logprob", "prompt_logprob", "embed"])
def test_what_is_not_declared_is_not_tried(lake: Lake, capability: str) -> None:
    able = model(lake, capabilities=[name for name in EVERYTHING if name != capability])
    calls = {
        "sample": lambda: able.complete(["a"], max_new_tokens=1),
        "logprob": lambda: able.scored_completions(["a"], max_new_tokens=1),
        "prompt_logprob": lambda: able.scored(["a"]),
        "embed": lambda: able.embed(["a"]),
    }
    with pytest.raises(UsageError, match="deep-lake: this model cannot .*; its declared capabilities"):
        calls[capability]()
    assert lake.asked == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"endpoint": "chat", "capabilities": ["prompt_logprob"]}, "chat cannot offer prompt_logprob"),
        ({"capabilities": ["images"]}, "completions cannot offer images"),
        ({"capabilities": ["sampel"]}, 'did you mean "sample"'),
        ({"timeout": 0}, "timeout: must be from 0.01 to 3600"),
        ({"concurrency": 1000}, "concurrency: must be from 1 to 64"),
        ({"prices": {"in": 1}}, "prices: are those of a million tokens"),
        ({"prices": {"input": -1}}, "prices: are those of a million tokens"),
        ({"maximum_cost": 3}, "maximum_cost: must be above 0 and needs prices"),
        ({"modle": "x"}, 'did you mean "model"'),
        ({"endpoint": "assistants"}, "endpoint"),
        ({"url": "https://ada:pw@lake.org/v1"}, "no user, password or query"),
        ({"key": KEY}, "NAME of an environment variable"),
    ],
)
def test_a_wrong_option_is_refused_with_its_place(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(reason)) as caught:
        open_external(External("openai", {"url": "http://127.0.0.1:1/v1", "model": "deep-lake", **options}))
    assert str(caught.value).startswith("model.external")
    assert KEY not in str(caught.value) and ":pw" not in str(caught.value)


def test_a_description_gives_the_same_model_again(lake: Lake, key: str, tmp_path: Path) -> None:
    asked = model(lake, key=key, capabilities=EVERYTHING, prices={"input": 1})
    attach(asked, tmp_path / "checkpoint")
    again = load(tmp_path / "checkpoint")
    assert (again.hash, again.run) == (asked.hash, asked.run)
    assert again.run["training_data"] == "unknown"


def test_the_key_is_in_no_file(lake: Lake, key: str, tmp_path: Path) -> None:
    asked = model(lake, key=key, capabilities=EVERYTHING)
    attach(asked, tmp_path / "checkpoint")
    (text,) = asked.complete(["Once"], max_new_tokens=7)
    assert "[key]" in text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert not any(KEY.encode() in path.read_bytes() for path in files)
