from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from headwater.core import UsageError
from headwater.models import PretrainedCheckpoint, load
from headwater.models.adapter_files import load_adapter
from headwater.models.lora import merge_lora
from headwater.models.pretrained import PretrainedNetwork, open_base
from headwater.models.sampling import Choice, generate
from headwater.models.scoring import sequence_logprobs

FILES = Path(__file__).parent / "files"
KNOWN = load_file(FILES / "logits.safetensors")  # computed by transformers and peft: make_files.py
NAMES = ["llama", "llama-tied", "gpt2"]
GREEDY = Choice(0.0)


def network(name: str) -> PretrainedNetwork:
    return open_base(FILES / name).network


def without_cache(model: PretrainedNetwork, prompt: list[int], steps: int) -> list[int]:
    tokens = [model.config.begin, *prompt]
    for _ in range(steps):
        tokens.append(int(model(torch.tensor([tokens]))[0, -1].argmax()))
    new = tokens[len(prompt) + 1 :]
    return next((new[:place] for place, token in enumerate(new) if token in model.ends), new)


def prompts(n: int, longest: int) -> list[list[int]]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 62, rng.integers(0, longest + 1)).tolist() for _ in range(n)]


@pytest.mark.parametrize("name", NAMES)
def test_logits_are_those_of_transformers(name: str) -> None:
    torch.testing.assert_close(network(name)(KNOWN["tokens"]), KNOWN[name], atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_an_adapter_computes_what_peft_computes_merged_and_not(name: str) -> None:
    model = network(name)
    load_adapter(model, FILES / f"{name}-adapter")  # type: ignore[arg-type]
    torch.testing.assert_close(model(KNOWN["tokens"]), KNOWN[f"{name}-adapter"], atol=1e-4, rtol=0)
    assert not torch.allclose(KNOWN[f"{name}-adapter"], KNOWN[name], atol=0.1)
    merge_lora(model)  # type: ignore[arg-type]
    assert not model.adapters()
    torch.testing.assert_close(model(KNOWN["tokens"]), KNOWN[f"{name}-adapter"], atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", NAMES)
def test_the_cache_and_the_padding_change_nothing(name: str) -> None:
    model, starts = network(name), prompts(6, 20)
    found = generate(model, starts, model.config.begin, 20, GREEDY, 0)
    assert found == [without_cache(model, start, 20) for start in starts]


@pytest.mark.parametrize("name", NAMES)
def test_several_samples_of_a_prompt_are_those_of_the_prompt_asked_several_times(name: str) -> None:
    model, starts = network(name), prompts(4, 20)
    found = generate(model, starts, model.config.begin, 12, Choice(1.0), 3, samples=3)
    assert found == generate(
        model, [start for start in starts for _ in range(3)], model.config.begin, 12, Choice(1.0), 3
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_exact_copy_computes_in_float64_and_agrees_whatever_the_batch(name: str) -> None:
    model, texts = network(name), prompts(5, 20)
    exact = model.exact()
    alone = [sequence_logprobs(exact, [text], model.config.begin)[0] for text in texts]
    together = sequence_logprobs(exact, texts, model.config.begin)
    near = sequence_logprobs(model, texts, model.config.begin)
    for one, other, rough in zip(alone, together, near, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)
        np.testing.assert_allclose(one, rough, atol=1e-4)
    assert model(KNOWN["tokens"]).dtype == torch.float32 and exact(KNOWN["tokens"]).dtype == torch.float64


def test_a_llama_slides_past_its_context_and_a_gpt2_does_not_go_there() -> None:
    llama, gpt2 = network("llama"), network("gpt2")
    assert len(generate(llama, [[1] * 60], 62, 30, Choice(5.0), 0)[0]) <= 30
    with pytest.raises(UsageError, match="has 64 positions and cannot go beyond"):
        generate(gpt2, [[1]], 62, 65, GREEDY, 0)
    long = prompts(1, 0) + [list(range(60))]
    cut = generate(gpt2, long, 62, 30, GREEDY, 0)[1]
    assert cut == generate(gpt2, [[9] * 20 + long[1]] * 2, 62, 30, GREEDY, 0)[1]


def test_positions_of_gpt2_and_attention_start_anew_with_each_document() -> None:
    model = network("gpt2")
    one, two = [62, 4, 5, 6], [62, 7, 8]
    packed = torch.tensor([[*one, *two, 9]])
    alone = [
        F.cross_entropy(model(torch.tensor([t]))[0, :-1], torch.tensor(t[1:]), reduction="sum") for t in (one, two)
    ]
    joint = F.cross_entropy(model(torch.tensor([one]))[0, -1:], torch.tensor([62]), reduction="sum")
    last = F.cross_entropy(model(torch.tensor([two]))[0, -1:], torch.tensor([9]), reduction="sum")
    assert float(model.loss(packed)[0].detach()) * 7 == pytest.approx(float(sum(alone) + joint + last), rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_made_elsewhere_samples_and_scores_like_one_of_ours(name: str) -> None:
    checkpoint = load(FILES / name)
    assert isinstance(checkpoint, PretrainedCheckpoint)
    assert checkpoint.capabilities == {"sample", "logprob", "prompt_logprob", "embed", "seedable"}
    assert checkpoint.embed(["w1", ""]).shape == (2, checkpoint.network.config.width)  # type: ignore[attr-defined]
    text = "w1 w2 w3 w4"
    (found,) = checkpoint.token_logprobs([text])
    logits = checkpoint.network(torch.tensor([[62, 1, 2, 3]]))[0].double()  # type: ignore[operator]
    np.testing.assert_allclose(found, F.log_softmax(logits, -1)[range(4), [1, 2, 3, 4]].detach().numpy(), atol=1e-5)
    alone = checkpoint.complete(["", "w1"], max_new_tokens=5, temperature=0.7, top_k=8, seed=3)
    assert alone == checkpoint.complete(["", "w1"], max_new_tokens=5, temperature=0.7, top_k=8, seed=3)
    assert checkpoint.ledger.steps_of("any") == () and checkpoint.ledger.documents_at(0) == ()
    assert checkpoint.run["corpus"] is None and len(checkpoint.hash) == 64


def test_no_text_can_spell_a_mark() -> None:
    base = open_base(FILES / "llama")
    assert base.tokenizer.begin == 62 and base.tokenizer.ends == (63,)
    assert 62 not in base.tokenizer.encode("<s> w1 </s>"[3:])
