"""The small network that judges a pair: tokens of each text softly aligned with the other's, compared, and summed up.

After decomposable attention (Parikh et al. 2016, arXiv 1606.01933) on frozen token states instead of word vectors, with
the two sentence vectors and counted cues beside them.
"""

import torch
from torch import nn

from .minilm_encoder import WIDTH

LAYERS = (0, 3, 6)
SIZE, CUES, CLASSES = 128, 12, 3


class EntailmentHead(nn.Module):
    """Logits of entailment, neutral, contradiction (pairs, 3)."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.token = nn.Linear(len(LAYERS) * WIDTH, SIZE)
        self.attend = nn.Linear(SIZE, SIZE)
        self.compare = nn.Sequential(nn.Linear(4 * SIZE, SIZE), nn.ReLU(), nn.Dropout(dropout))
        self.vectors = nn.Sequential(nn.Linear(2 * WIDTH, SIZE // 2), nn.ReLU(), nn.Dropout(dropout))
        self.judge = nn.Sequential(
            nn.Linear(4 * SIZE + SIZE // 2 + CUES, SIZE), nn.ReLU(), nn.Dropout(dropout), nn.Linear(SIZE, CLASSES)
        )
        self.drop = nn.Dropout(dropout)

    def forward(
        self, premise: torch.Tensor, hypothesis: torch.Tensor, vectors: torch.Tensor, cues: torch.Tensor
    ) -> torch.Tensor:
        """``premise`` (pairs, m, layers * 384) and ``hypothesis`` (pairs, n, ...): padded with zeros; ``vectors``
        (pairs, 2, 384); ``cues`` (pairs, 12)."""
        masks = [(side != 0).any(-1) for side in (premise, hypothesis)]
        p, h = (self.drop(torch.relu(self.token(side))) for side in (premise, hypothesis))
        scores = self.attend(p) @ h.transpose(1, 2) / SIZE**0.5
        parts = [
            self._side(p, h, scores, masks[0], masks[1]),
            self._side(h, p, scores.transpose(1, 2), masks[1], masks[0]),
        ]
        u, v = vectors[:, 0], vectors[:, 1]
        parts.append(self.vectors(torch.cat([(u - v).abs(), u * v], 1)))
        result: torch.Tensor = self.judge(torch.cat([*parts, cues], 1))
        return result

    def _side(
        self, own: torch.Tensor, other: torch.Tensor, scores: torch.Tensor, mask: torch.Tensor, seen: torch.Tensor
    ) -> torch.Tensor:
        weights = scores.masked_fill(~seen[:, None, :], -1e4).softmax(-1)
        aligned = weights @ other
        found = self.compare(torch.cat([own, aligned, (own - aligned).abs(), own * aligned], -1))
        found = found * mask[:, :, None]
        return torch.cat([found.sum(1) / mask.sum(1, keepdim=True).clamp(min=1), found.max(1).values], 1)
