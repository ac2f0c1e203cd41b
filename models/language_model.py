"""What sampling and scoring ask of a network of tokens, whoever designed it."""

from typing import Any, NamedTuple, Protocol

from torch import Tensor


class Shape(Protocol):
    """The limits of a network: ``context`` is the longest stretch of tokens that it can look back on."""

    @property
    def vocabulary(self) -> int:
        """Number of token ids."""

    @property
    def context(self) -> int:
        """Tokens in the longest window."""


class CacheShape(NamedTuple):
    """What a key-value cache has to hold: ``width`` is that of all its ``heads`` together."""

    layers: int
    width: int
    heads: int


class LanguageModel(Protocol):
    """A causal network: token ids in, the distribution of the next token out.

    ``ends`` are the ids after which a text is over. ``slides``: generation may go past the context, because only
    distances between positions count; where positions are learnt one by one it may not.
    """

    slides: bool

    @property
    def config(self) -> Shape:
        """Its limits."""

    @property
    def ends(self) -> frozenset[int]:
        """Ids that end a text; the begin token of the next one is among them."""

    def cache(self, rows: int, length: int) -> Any:
        """An empty cache of its own kind, for ``rows`` texts, that holds the last ``length`` positions.

        Whoever pads texts at the left says so in the ``padding`` (rows,) of the cache.
        """

    def hidden(self, tokens: Tensor, cache: Any = None, start: int = 0, mask: Tensor | None = None) -> Tensor:
        """tokens (rows, t) at positions from ``start`` to the last residual stream, (rows, t, width)."""

    def exact(self) -> "LanguageModel":
        """A copy that computes in float64: its results agree to 1e-9 whatever batch a row stands in."""

    def logits(self, hidden: Tensor) -> Tensor:
        """(..., width) to (..., vocabulary), not normalised."""
