"""The template of a chat, and what a request means when it says nothing."""

from headwater.models.serving.request import read_chat, read_completion, template


def test_a_chat_is_set_line_by_line() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "!"}]},
        {"role": "assistant", "content": "Yes?"},
    ]
    assert template(messages) == "System: Be brief.\nUser: Hello!\nAssistant: Yes?\nAssistant:"


def test_the_defaults_are_those_of_the_protocol() -> None:
    request = read_completion({"model": "x", "prompt": "a"})
    assert (request.max_tokens, request.temperature, request.n, request.seed) == (16, 1.0, 1, None)
    assert (request.echo, request.logprobs, request.stream, request.stop, request.top_p) == (
        False,
        False,
        False,
        (),
        None,
    )


def test_prompts_are_texts_or_tokens_one_or_many() -> None:
    given = ["a", ["a", "b"], [1, 2], [[1, 2], [3]], ["a", [1]]]
    wanted = [("a",), ("a", "b"), ((1, 2),), ((1, 2), (3,)), ("a", (1,))]
    assert [read_completion({"prompt": prompt}).prompts for prompt in given] == wanted


def test_logprobs_of_zero_are_asked_for_and_of_null_not() -> None:
    assert [read_completion({"logprobs": value}).logprobs for value in (0, 5, None, False)] == [
        True,
        True,
        False,
        False,
    ]


def test_a_chat_takes_either_name_of_the_length() -> None:
    messages = [{"role": "user", "content": "x"}]
    lengths = [{"max_tokens": 3}, {"max_completion_tokens": 4}, {}]
    assert [read_chat({"messages": messages, **length}).max_tokens for length in lengths] == [3, 4, 128]
