"""What models declare that they can do."""

from collections.abc import Iterator

import pytest

from headwater.core import ConfigError
from headwater.models import CAPABILITIES, ImageCheckpoint, TextCheckpoint
from headwater.models.base import checked_capabilities
from headwater.models.checkpoint import BaseCheckpoint


def kinds(kind: type[BaseCheckpoint] = BaseCheckpoint) -> Iterator[type[BaseCheckpoint]]:
    for one in kind.__subclasses__():
        yield one
        yield from kinds(one)


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
def test_a_checkpoint_of_our_own_declares_known_capabilities_and_gives_the_same_for_a_seed(
    kind: type[BaseCheckpoint],
) -> None:
    assert kind.capabilities <= CAPABILITIES.keys()
    assert "seedable" in kind.capabilities


@pytest.mark.parametrize("kind", [one for one in kinds() if one.modality == "text"], ids=lambda kind: kind.__name__)
def test_a_text_model_that_scores_says_so_for_given_texts_too(kind: type[BaseCheckpoint]) -> None:
    assert ("logprob" in kind.capabilities) == ("prompt_logprob" in kind.capabilities)


def test_both_modalities_are_looked_at() -> None:
    assert {TextCheckpoint, ImageCheckpoint} <= set(kinds())


def test_a_misspelt_capability_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="model.external: no capability 'samples'; did you mean \"sample\""):
        checked_capabilities(["samples"], "model.external")
