from collections.abc import Sequence

import pytest
import torch
import torch.nn.functional as F
from small_models import random_network

from headwater.core import UsageError
from headwater.models.choice import Choice, penalised
from headwater.models.decoding import StopStrings
from headwater.models.gpt import GPT
from headwater.models.sampling import generate
from headwater.models.symbol_tokenizer import SymbolTokenizer

BYTES = SymbolTokenizer("characters", "", fallback=True)


def test_samples_of_one_prompt_are_those_of_the_prompt_repeated() -> None:
    network = random_network(context=20)
    prompts = [[1, 2, 3], [7], [5, 4, 3, 2, 1]]
    repeated = [prompt for prompt in prompts for _ in range(40)]
    assert generate(network, prompts, 49, 12, Choice(), 3, samples=40) == generate(
        network, repeated, 49, 12, Choice(), 3
    )


def test_a_prompt_is_read_once_however_many_samples_it_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    network, read = random_network(context=30), []
    hidden = GPT.hidden

    def counted(self: GPT, tokens: torch.Tensor, *args: object, **options: object) -> torch.Tensor:
        read.append(tuple(tokens.shape))
        return hidden(self, tokens, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(GPT, "hidden", counted)
    generate(network, [[1] * 20], 49, 2, Choice(), 0, samples=70)
    assert [shape for shape in read if shape[1] > 1] == [(1, 21)]


def test_greedy_text_with_a_penalty_is_that_of_a_loop_without_cache() -> None:
    network, tokens = random_network(context=40), [49, 3, 1]
    for _ in range(15):
        seen = torch.zeros(1, 50, dtype=torch.bool)
        seen[0, [token for token in tokens if token != 49]] = True
        logits = F.linear(network.hidden(torch.tensor([tokens]))[:, -1], network.head)
        tokens.append(int(penalised(logits, seen, 1.7).argmax()))
    (found,) = generate(network, [[3, 1]], 49, 15, Choice(0.0, repetition_penalty=1.7), 0)
    new = tokens[3:]
    assert (
        found == (new[: new.index(49)] if 49 in new else new) != generate(network, [[3, 1]], 49, 15, Choice(0.0), 0)[0]
    )


def test_a_row_ends_with_the_token_that_stops_it_and_the_others_go_on() -> None:
    network = random_network(context=30)
    free = generate(network, [[1], [2], [3]], 49, 20, Choice(), 0)
    mark = free[1][6]

    def stopped(tokens: Sequence[int]) -> bool:
        return tokens[-1] == mark

    found = generate(network, [[1], [2], [3]], 49, 20, Choice(), 0, stopped=stopped)
    assert found == [row[: row.index(mark) + 1] if mark in row else row for row in free]
    assert len(found[1]) <= 7


@pytest.mark.parametrize(("stops", "text", "left"), [
    (["\n"], "one\ntwo", "one"), (["two", "ne"], "one two", "o"), (["€"], "1 € 2", "1 "), (["zz"], "one", "one"),
])  # fmt: skip
def test_a_stop_string_is_noticed_at_its_last_byte_and_cut(stops: list[str], text: str, left: str) -> None:
    found, tokens = StopStrings(stops, BYTES.decode), BYTES.encode(text)
    ends = [n for n in range(1, len(tokens) + 1) if found.stopped(tokens[:n])]
    assert found.cut(text) == left
    wanted = [text.encode().index(stop.encode()) + len(stop.encode()) for stop in stops if stop in text]
    assert ends[:1] == ([min(wanted)] if wanted else [])


def test_an_empty_stop_string_is_refused() -> None:
    for stops in ([""], "text", ["a", 3]):
        with pytest.raises(UsageError, match="stop"):
            StopStrings(stops, BYTES.decode)  # type: ignore[arg-type]


def test_no_samples_are_refused() -> None:
    with pytest.raises(UsageError, match="samples 0"):
        generate(random_network(), [[1]], 49, 3, Choice(), 0, samples=0)
