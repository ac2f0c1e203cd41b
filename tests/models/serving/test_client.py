"""The official client of OpenAI talks to a checkpoint of ours."""

import numpy as np
import openai
import pytest

from headwater.models import Server, TextCheckpoint
from headwater.models.adapters import OpenAIModel

PROMPT = "the river runs past"


def test_the_model_is_listed_and_found(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["lake"]
    assert client.models.retrieve("lake").owned_by == "headwater"


def test_a_completion_is_what_the_checkpoint_writes(client: openai.OpenAI, checkpoint: TextCheckpoint) -> None:
    found = client.completions.create(model="lake", prompt=PROMPT, max_tokens=9, temperature=0.8, seed=5)
    assert found.choices[0].text == checkpoint.complete([PROMPT], max_new_tokens=9, temperature=0.8, seed=5)[0]
    assert found.usage is not None
    assert found.usage.prompt_tokens == len(checkpoint.encode(PROMPT))
    assert found.usage.total_tokens == found.usage.prompt_tokens + found.usage.completion_tokens
    assert (found.created, found.object) == (1_700_000_000, "text_completion")


def test_the_same_seed_gives_the_same_and_rows_differ(client: openai.OpenAI) -> None:
    one, two = (client.completions.create(model="lake", prompt=PROMPT, n=4, seed=3).choices for _ in range(2))
    assert [choice.text for choice in one] == [choice.text for choice in two]
    assert len({choice.text for choice in one}) > 1
    assert [choice.index for choice in one] == [0, 1, 2, 3]


def test_an_echo_scores_the_prompt_as_the_checkpoint_does(client: openai.OpenAI, checkpoint: TextCheckpoint) -> None:
    text = "the mill is \u00e9t\u00e9 \u6cb3"
    (choice,) = client.completions.create(model="lake", prompt=text, max_tokens=0, echo=True, logprobs=1).choices
    assert choice.logprobs is not None and choice.logprobs.tokens is not None
    assert choice.text == "".join(choice.logprobs.tokens) == text
    assert np.allclose(choice.logprobs.token_logprobs, checkpoint.token_logprobs([text])[0], atol=1e-5)
    assert choice.logprobs.text_offset == np.cumsum([0, *map(len, choice.logprobs.tokens)])[:-1].tolist()


def test_log_probabilities_of_what_is_written_are_those_of_the_whole_text(
    client: openai.OpenAI, checkpoint: TextCheckpoint
) -> None:
    tokens = checkpoint.encode(PROMPT)
    new = checkpoint.complete_tokens([tokens], max_new_tokens=6, seed=2)[0]
    (choice,) = client.completions.create(model="lake", prompt=tokens, max_tokens=6, seed=2, logprobs=0).choices
    expected = checkpoint.logprobs_of([[*tokens, *new]])[0][len(tokens) :]
    assert choice.logprobs is not None
    assert np.allclose(choice.logprobs.token_logprobs, expected, atol=1e-5)


def test_a_stop_string_ends_the_text_before_it(client: openai.OpenAI) -> None:
    asked = {"model": "lake", "prompt": PROMPT, "max_tokens": 20, "temperature": 0.0}
    whole = client.completions.create(**asked).choices[0].text  # type: ignore[call-overload]
    stop = whole[5:8]
    cut = client.completions.create(**asked, stop=stop).choices[0]  # type: ignore[call-overload]
    assert (cut.text, cut.finish_reason) == (whole[: whole.index(stop)], "stop")


def test_a_stream_spells_the_same_text(client: openai.OpenAI) -> None:
    asked = {"model": "lake", "prompt": PROMPT, "max_tokens": 12, "seed": 1}
    whole = client.completions.create(**asked).choices[0]  # type: ignore[call-overload]
    events = list(client.completions.create(**asked, stream=True, logprobs=1))  # type: ignore[call-overload]
    assert "".join(event.choices[0].text for event in events) == whole.text
    assert events[-1].choices[0].finish_reason == whole.finish_reason
    assert len(events) > 2 and events[0].choices[0].logprobs.token_logprobs[0] < 0


def test_a_chat_is_answered_and_streamed(client: openai.OpenAI) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "the river"}]
    asked = {"model": "lake", "messages": messages, "max_tokens": 8, "seed": 1}
    whole = client.chat.completions.create(**asked).choices[0]  # type: ignore[call-overload]
    assert (whole.message.role, whole.finish_reason) in {("assistant", "stop"), ("assistant", "length")}
    events = list(client.chat.completions.create(**asked, stream=True))  # type: ignore[call-overload]
    assert "".join(event.choices[0].delta.content or "" for event in events) == whole.message.content


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"model": "sea", "prompt": "x"}, openai.NotFoundError),
        ({"model": "lake", "prompt": "x", "temperature": 9}, openai.BadRequestError),
        ({"model": "lake", "prompt": "x", "presence_penalty": 1}, openai.BadRequestError),
        ({"model": "lake", "prompt": [10**9]}, openai.BadRequestError),
        ({"model": "lake", "prompt": [1.5]}, openai.BadRequestError),
    ],
)
def test_a_wrong_request_is_the_error_that_the_client_knows(
    client: openai.OpenAI, asked: dict[str, object], error: type[openai.APIStatusError]
) -> None:
    with pytest.raises(error) as caught:
        client.completions.create(**asked)  # type: ignore[call-overload]
    assert caught.value.body


def test_our_own_client_scores_the_same_as_the_checkpoint(server: Server, checkpoint: TextCheckpoint) -> None:
    model = OpenAIModel(server.url, "lake", capabilities=["sample", "prompt_logprob", "seedable"])
    texts = ["the river rises above the old mill", "seven quiet farms \u00e9"]
    for found, text in zip(model.scored(texts), texts, strict=True):
        assert np.allclose(found.logs, checkpoint.token_logprobs([text])[0], atol=1e-5)
        assert found.bytes == len(text.encode())
