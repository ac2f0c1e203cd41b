"""A small U-Net (Ronneberger et al. 2015, arXiv 1505.04597) that is told a noise level and, if any, a class.

One residual block a level on the way down and one on the way up, self-attention where the map is smallest; noise level
and class scale and shift the second norm of each block (Dhariwal & Nichol 2021, arXiv 2105.05233). Most weights stand
where the map is small, so that a pass costs little for its size.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GROUP = 8
HEAD = 32
SMALLEST = 4
"""No map has a shorter side than this, but one of an image of 8 x 8 has 4."""


class UNet(nn.Module):
    """Images (n, C, H, W) of unit variance, noise levels (n,) and classes (n,) to images of the same shape.

    ``widths`` are the filters from full resolution down, as many as fit the image. A class below 0 is none.
    """

    def __init__(self, shape: tuple[int, int, int], widths: tuple[int, ...], classes: int, dropout: float) -> None:
        super().__init__()
        height, width, channels = shape
        levels = max(1, min(len(widths), (min(height, width) // SMALLEST).bit_length()))
        self.step, self.classes, widths = 2 ** (levels - 1), classes, widths[:levels]
        told = 4 * widths[0]
        self.frequencies = widths[0] // 2
        self.noise = nn.ModuleList([nn.Linear(2 * self.frequencies, told), nn.Linear(told, told)])
        self.label = nn.Linear(classes, told, bias=False) if classes else None
        self.first = nn.Conv2d(channels, widths[0], 3, padding=1)
        before = (widths[0], *widths[:-1])
        self.down = nn.ModuleList(Block(a, b, told, dropout) for a, b in zip(before, widths, strict=True))
        self.middle = Block(widths[-1], widths[-1], told, dropout)
        self.attention = Attention(widths[-1])
        self.up = nn.ModuleList(Block(2 * b, a, told, dropout) for a, b in zip(before, widths, strict=True))
        self.norm, self.last = nn.GroupNorm(groups(widths[0]), widths[0]), nn.Conv2d(widths[0], channels, 3, padding=1)

    def initialise(self, generator: torch.Generator | None) -> None:
        """Scaled normal weights; what ends a residual branch starts at zero."""
        for name, parameter in self.named_parameters():
            if name.endswith(("second.weight", "out.weight", "told.weight", "last.weight")):
                nn.init.zeros_(parameter)
            elif parameter.ndim > 1:
                nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5, generator=generator)
            elif not name.endswith(("norm.weight", "norm1.weight", "norm2.weight")):
                nn.init.zeros_(parameter)

    def hidden_matrices(self) -> list[str]:
        """Names of the parameters that Muon trains: the kernels of all blocks and the attention."""
        kernels = ("first.weight", "second.weight", "skip.weight", "qkv.weight", "out.weight")
        return [
            name for name, _ in self.named_parameters() if name.endswith(kernels) and "." in name[: -len(".weight")]
        ]

    def forward(self, x: Tensor, noise: Tensor, classes: Tensor | None = None) -> Tensor:
        """``noise`` is any number for each image that grows with its noise."""
        height, width = x.shape[2:]
        x = self.first(F.pad(x, (0, -width % self.step, 0, -height % self.step)))
        told, kept = self.tell(noise, classes), []
        for level, block in enumerate(self.down):
            x = block(F.avg_pool2d(x, 2) if level else x, told)
            kept.append(x)
        x = self.attention(self.middle(x, told))
        for level in reversed(range(len(self.up))):
            x = self.up[level](torch.cat([x, kept[level]], 1), told)
            x = F.interpolate(x, scale_factor=2.0) if level else x
        image: Tensor = self.last(F.silu(self.norm(x)))
        return image[:, :, :height, :width]

    def tell(self, noise: Tensor, classes: Tensor | None) -> Tensor:
        """Noise level and class as one vector for each image."""
        scale = torch.exp(-math.log(1e4) * torch.arange(self.frequencies, device=noise.device) / self.frequencies)
        angles = noise.float()[:, None] * 100 * scale
        told: Tensor = self.noise[1](F.silu(self.noise[0](torch.cat([angles.cos(), angles.sin()], 1))))
        if self.label is not None and classes is not None:
            told = told + self.label(F.one_hot(classes.clamp(min=0), self.classes) * (classes >= 0)[:, None].float())
        return F.silu(told)


class Block(nn.Module):
    """Two convolutions with a way around them."""

    def __init__(self, before: int, after: int, told: int, dropout: float) -> None:
        super().__init__()
        self.norm1, self.first = nn.GroupNorm(groups(before), before), nn.Conv2d(before, after, 3, padding=1)
        self.told, self.dropout = nn.Linear(told, 2 * after), dropout
        self.norm2, self.second = nn.GroupNorm(groups(after), after), nn.Conv2d(after, after, 3, padding=1)
        self.skip = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """The sum of both ways."""
        scale, shift = self.told(told)[:, :, None, None].chunk(2, 1)
        h = self.norm2(self.first(F.silu(self.norm1(x)))) * (1 + scale) + shift
        h = self.second(F.dropout(F.silu(h), self.dropout, self.training))
        result: Tensor = self.skip(x) + h
        return result


class Attention(nn.Module):
    """Every place of a map looks at every other."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = max(1, width // HEAD)
        self.norm = nn.GroupNorm(groups(width), width)
        self.qkv, self.out = nn.Conv2d(width, 3 * width, 1), nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x and what was found."""
        n, width, rows, columns = x.shape
        parts = self.qkv(self.norm(x)).reshape(n, 3, self.heads, width // self.heads, rows * columns).transpose(-1, -2)
        found = F.scaled_dot_product_attention(*parts.unbind(1))
        result: Tensor = x + self.out(found.transpose(-1, -2).reshape(n, width, rows, columns))
        return result


def groups(width: int) -> int:
    """Groups of about eight channels."""
    return math.gcd(width, max(1, width // GROUP))
