import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from small_models import random_network

from headwater.core import UsageError
from headwater.models.choice import Choice
from headwater.models.gpt import GPT
from headwater.models.sampling import generate

GREEDY = Choice(0.0)


def prompts(n: int, longest: int, seed: int = 0) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 49, rng.integers(0, longest + 1)).tolist() for _ in range(n)]


def without_cache(network: GPT, prompt: list[int], steps: int) -> list[int]:
    tokens = [network.begin, *prompt]
    for _ in range(steps):
        tokens.append(int(network(torch.tensor([tokens]))[0, -1].argmax()))
    new = tokens[len(prompt) + 1 :]
    return new[: new.index(network.begin)] if network.begin in new else new


def test_the_cache_changes_nothing() -> None:
    network, starts = random_network(context=40), prompts(6, 12)
    found = generate(network, starts, network.begin, 20, GREEDY, 0)
    assert found == [without_cache(network, start, 20) for start in starts]


def test_past_the_context_attention_slides_over_the_last_tokens() -> None:
    network = random_network(context=8)
    (found,) = generate(network, [[1, 2, 3]], network.begin, 25, GREEDY, 0)
    tokens = torch.tensor([[network.begin, 1, 2, 3, *found]])
    position = torch.arange(tokens.shape[1])
    distance = position[:, None] - position[None, :]
    band = ((distance >= 0) & (distance < 8))[None, None]
    logits = F.linear(network.hidden(tokens, mask=band), network.head)
    assert logits[0, 3:-1].argmax(-1).tolist() == found and len(found) == 25


@pytest.mark.parametrize("choice", [GREEDY, Choice(1.0), Choice(0.8, top_k=10), Choice(1.2, top_p=0.8)])
def test_a_row_does_not_depend_on_the_batch_it_stands_in(choice: Choice) -> None:
    network, starts = random_network(context=24), prompts(40, 10)
    together = generate(network, starts, network.begin, 12, choice, 7)
    # Row numbers count, so the prompt is put at its own place among others that are new.
    for row in (0, 11, 39):
        others = prompts(row + 1, 16, seed=row + 1)
        others[row] = starts[row]
        assert generate(network, others, network.begin, 12, choice, 7)[row] == together[row]


def test_padding_changes_logits_by_rounding_alone() -> None:
    network = random_network(context=24)
    start = [network.begin, 3, 1, 4, 1, 5]
    alone = network(torch.tensor([start]))[0, -1]
    padding = torch.tensor([7, 0])
    padded = torch.tensor([[network.begin] * 7 + start, [network.begin, *range(12)]])
    from headwater.models.sampling import _prefill_mask

    hidden = network.hidden(padded, mask=_prefill_mask(padding, 13))
    assert torch.allclose(F.linear(hidden[0, -1], network.head), alone, atol=1e-5)


def test_seeds_and_rows_draw_differently_and_repeatably() -> None:
    network = random_network()
    first = generate(network, [[1], [1], [1]], network.begin, 8, Choice(), 0)
    assert first == generate(network, [[1], [1], [1]], network.begin, 8, Choice(), 0)
    assert first != generate(network, [[1], [1], [1]], network.begin, 8, Choice(), 1)
    assert first[0] != first[1]


def test_a_row_ends_before_the_next_begin_token() -> None:
    network = random_network()
    with torch.no_grad():
        network.head.zero_()
        network.embedding.zero_()
    # All logits are equal: greedy takes the first id; with the head pushed towards begin, the row ends at once.
    found = generate(network, [[1]], network.begin, 5, GREEDY, 0)
    assert found == [[0] * 5]
    assert network.begin not in {
        token for row in generate(random_network(), prompts(20, 5), 49, 30, Choice(2.0), 0) for token in row
    }


@pytest.mark.parametrize(
    ("choice", "kept"),
    [(Choice(1.0), [0, 1, 2, 3]), (Choice(0.5), [0, 1, 2, 3]), (Choice(1.0, top_k=2), [0, 1]),
     (Choice(1.0, top_p=0.65), [0, 1]), (Choice(1.0, top_p=0.6), [0, 1]),
     (Choice(2.0, top_k=3, top_p=0.99), [0, 1, 2])],
)  # fmt: skip
def test_draws_follow_the_distribution_that_the_options_describe(choice: Choice, kept: list[int]) -> None:
    p = torch.tensor([0.4, 0.3, 0.2, 0.1])
    n = 20_000
    uniform = torch.rand(n, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    counts = np.bincount(choice.pick(p.log().expand(n, 4), uniform).numpy(), minlength=4)
    wanted = p.double().numpy() ** (1 / choice.temperature)
    wanted[[k for k in range(4) if k not in kept]] = 0
    assert set(np.flatnonzero(counts)) == set(kept)
    assert stats.chisquare(counts[kept], n * wanted[kept] / wanted.sum()).pvalue > 1e-3


def test_the_largest_uniform_number_still_picks_a_token_that_is_allowed() -> None:
    logits = torch.tensor([[0.0, 1.0, -torch.inf]])
    assert Choice().pick(logits, torch.tensor([1 - 2**-53], dtype=torch.float64)).item() == 1


@pytest.mark.parametrize("options", [{"temperature": -1}, {"temperature": float("nan")}, {"top_k": 0}, {"top_p": 0.0},
                                     {"top_p": 1.5}])  # fmt: skip
def test_an_option_out_of_range_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        Choice(**options)  # type: ignore[arg-type]


def test_token_ids_outside_the_vocabulary_are_refused() -> None:
    with pytest.raises(UsageError, match="prompt 1: token ids must be from 0 to 49"):
        generate(random_network(), [[1], [50]], 49, 3, GREEDY, 0)


def test_no_prompt_or_no_token_wanted_gives_nothing() -> None:
    assert generate(random_network(), [], 49, 3, GREEDY, 0) == []
    assert generate(random_network(), [[1], [2]], 49, 0, GREEDY, 0) == [[], []]


def test_a_prompt_longer_than_the_context_counts_by_its_end() -> None:
    network = random_network(context=8)
    long = list(range(20))
    assert generate(network, [long], 49, 3, GREEDY, 0) == generate(network, [[40] * 5 + long], 49, 3, GREEDY, 0)
