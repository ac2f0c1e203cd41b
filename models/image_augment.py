"""Small changes of images in training, so that few of them teach more: mirrored, and moved by some pixels.

Whatever is drawn comes from torch's own generator, which the loop sets anew at each step: row k of step s is changed in
the same way in every run of one seed, resumed or not.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ..core import ConfigError


@dataclass(frozen=True, slots=True)
class Augment:
    """``flip`` mirrors half of the images left to right; ``shift`` moves each by up to so many pixels either way."""

    flip: bool = False
    shift: int = 0

    def __post_init__(self) -> None:
        if self.shift < 0:
            raise ConfigError(f"shift: {self.shift} must be 0 or more pixels")

    def check(self, height: int, width: int) -> None:
        """Raise :class:`ConfigError` where an image could be moved out of its frame by half or more."""
        if 2 * self.shift >= min(height, width):
            raise ConfigError(
                f"shift: {self.shift} pixels are half or more of images of {height} x {width}; "
                f"at most {(min(height, width) - 1) // 2} are possible"
            )

    def __call__(self, images: Tensor) -> Tensor:
        """Images (n, C, H, W) changed row by row; draws nothing where nothing is asked for."""
        if self.flip:
            images = torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, images.flip(3), images)
        return self._shifted(images) if self.shift else images

    def _shifted(self, images: Tensor) -> Tensor:
        """What comes into the frame repeats the pixels of its edge."""
        n, _, height, width = images.shape
        by = torch.randint(-self.shift, self.shift + 1, (2, n, 1))
        rows = (torch.arange(height) + by[0]).clamp(0, height - 1)
        columns = (torch.arange(width) + by[1]).clamp(0, width - 1)
        moved = images[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]]
        return moved.permute(0, 3, 1, 2).contiguous()
